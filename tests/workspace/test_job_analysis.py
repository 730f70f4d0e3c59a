"""Role > Job analysis: requirements, tests that measure them, gaps, confirmed versions."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import Test
from goodword.roles.domain import job_analysis
from goodword.roles.domain.job_analysis import RatingInput
from goodword.roles.domain.role_changes import copy_role
from goodword.roles.models import JobAnalysis, JobRequirement, RequirementRating, Role
from goodword.workspace.job_analysis.matrix import matrix_of, ratings_in
from tests.assessments.plans import JUDGEMENT, PlannedTest, asked_on
from tests.support import factories
from tests.support.pages import signed_in

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
REASONING = PlannedTest(test="reasoning", form="short_12", requirement="Finds faults in data")
WORK_STYLE = PlannedTest(
    test="work_style", form="short20:agreeableness,openness", requirement="Works with others"
)


@pytest.fixture
def admin() -> Membership:
    return factories.member(factories.organisation(), kind="admin", name="Ann Admin")


@pytest.fixture
def role(admin: Membership) -> Role:
    made = factories.role(admin.organisation)
    asked_on(made, WORK_STYLE, REASONING, JUDGEMENT)
    return made


def path(role: Role, rest: str = "") -> str:
    return f"/o/{role.organisation.slug}/roles/{role.pk}/job-analysis/{rest}"


def stored(role: Role) -> dict[str, Any]:
    return matrix_of(role, now=NOW).stored()


def audited(role: Role) -> list[str]:
    rows = AuditEntry.objects.of(role.organisation).filter(action__startswith="job_")
    return list(rows.order_by("pk").values_list("action", flat=True))


def added(role: Role, admin: Membership, text: str, *measures: str) -> JobRequirement:
    return job_analysis.add(role=role, text=text, measures=measures, by=admin, now=NOW)


def test_an_assessments_requirements_are_taken_over_with_who_entered_them(
    admin: Membership, role: Role
) -> None:
    client = signed_in(admin)
    assert "states 2 requirements that aren" in client.get(path(role)).content.decode()
    for _twice in range(2):
        assert client.post(path(role, "take-over/")).status_code == 302
    rows = list(JobRequirement.objects.of(role.organisation).order_by("pk"))
    assert [(row.text, row.entered_by) for row in rows] == [
        ("Works with others", "Rita"),
        ("Finds faults in data", "Rita"),
    ]
    found = stored(role)
    assert found["columns"] == ["Work style", "Reasoning", "Reference check"]
    assert [[cell["names"] for cell in row["cells"]] for row in found["rows"]] == [
        [["Give and take", "New and proven ways"], [], []],
        [[], ["Whole test"], []],
    ]
    assert (found["unmeasured"], found["unlisted"]) == ([], [])
    assert audited(role) == ["job_requirement.added"]


@pytest.mark.world
def test_a_stated_requirement_is_measured_only_by_the_scales_of_its_part(admin: Membership) -> None:
    role = factories.role(admin.organisation)
    openness = PlannedTest(test="work_style", form="short20:openness", requirement="Learns new tools")
    agreeable = PlannedTest(test="work_style", form="short20:agreeableness")
    asked_on(role, agreeable, openness, REASONING)
    added(role, admin, "Works with others")
    added(role, admin, "Learns new tools")
    found = stored(role)
    assert [row["cells"][0]["names"] for row in found["rows"]] == [["Give and take"], ["New and proven ways"]]
    style = Test.objects.of(role.organisation).get(key="work_style")
    assert found["tests"] == [style.pk]
    one = job_analysis.requirements_of(role)[0]
    form = signed_in(admin).get(path(role, f"requirements/{one.pk}/")).context["form"]
    assert [name for _key, name in form["column_0"].field.choices] == ["New and proven ways"]


@pytest.mark.world
def test_a_requirement_can_be_measured_by_scales_and_competencies_and_gaps_are_named(
    admin: Membership, role: Role
) -> None:
    client = signed_in(admin)
    reference, style = matrix_of(role, now=NOW).columns[2], matrix_of(role, now=NOW).columns[0]
    sent = {
        "text": "Tells customers bad news early",
        "column_0": style.measures[1].key,
        "column_2": reference.measures[0].key,
    }
    assert client.post(path(role, "requirements/new/"), sent).status_code == 302
    added(role, admin, "Lifts 20 kg")
    found = stored(role)
    assert [cell["names"] for cell in found["rows"][0]["cells"]] == [
        [style.measures[1].name],
        [],
        [reference.measures[0].name],
    ]
    assert found["unmeasured"] == ["Lifts 20 kg"]
    assert found["unserved"][:2] == [
        {"title": "Work style", "names": [style.measures[0].name]},
        {"title": "Reasoning", "names": ["Whole test"]},
    ]
    text = " ".join(client.get(path(role)).content.decode().split())
    for sentence in (
        "Nothing measures “Lifts 20 kg”.",
        "Reasoning: no requirement for Whole test.",
        "Reasoning assesses “Finds faults in data”, which isn't listed above.",
    ):
        assert sentence in text, sentence


RATED = {
    "importance": "5",
    "criticality": "4",
    "at_entry": "at_entry",
    "rating_basis": "Two incumbents and Ann, in March.",
}


def judged(
    one: JobRequirement, admin: Membership, importance: int, criticality: int, *, at_entry: bool = True
) -> None:
    judgement = RatingInput(importance=importance, criticality=criticality, at_entry=at_entry, basis="Asked.")
    assert job_analysis.rate(one, judgement, by=admin, now=NOW)


@pytest.mark.world
def test_a_requirement_is_rated_with_who_when_and_why(admin: Membership, role: Role) -> None:
    client = signed_in(admin)
    assert client.post(path(role, "requirements/new/"), {"text": "Lifts 20 kg"} | RATED).status_code == 302
    [row] = stored(role)["rows"]
    assert row["rating"] == {
        "importance": 5,
        "criticality": 4,
        "at_entry": True,
        "basis": "Two incumbents and Ann, in March.",
        "by": "Ann Admin",
        "on": "3 March 2026",
        "outdated": False,
    }
    text = " ".join(client.get(path(role)).content.decode().split())
    for words in (
        "5 of 5, criticality 4 of 5",
        "needed on the first day; Ann Admin",
        "“Lifts 20 kg” is rated important (importance 5, criticality 4), but nothing measures it.",
    ):
        assert words in text, words
    assert audited(role) == ["job_requirement.added", "job_requirement.rated"]


@pytest.mark.world
def test_earlier_ratings_stay_listed_and_saving_again_adds_none(admin: Membership, role: Role) -> None:
    client = signed_in(admin)
    one = added(role, admin, "Lifts 20 kg")
    where = path(role, f"requirements/{one.pk}/")
    for changes in ({}, {}, {"importance": "2", "at_entry": "learnt"}):
        assert client.post(where, {"text": "Lifts 20 kg"} | RATED | changes).status_code == 302
    [row] = job_analysis.requirements_of(role)
    assert [(rating.importance, rating.at_entry) for rating in job_analysis.ratings_of(row)] == [
        (2, False),
        (5, True),
    ]
    text = " ".join(client.get(where).content.decode().split())
    assert "2 ratings" in text and "importance 5, essential; criticality 4, serious harm" in text
    one.delete()
    assert not RequirementRating.objects.of(role.organisation).exists()


@pytest.mark.world
@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("importance", "Choose how important it is."),
        ("criticality", "Choose how much harm it does if done badly."),
        ("at_entry", "Choose when it is needed."),
        ("rating_basis", "Say who judged this, and on what basis."),
    ],
)
def test_half_a_rating_stores_nothing_and_is_kept_on_the_page(
    admin: Membership, role: Role, missing: str, sentence: str
) -> None:
    sent = {"text": "Lifts 20 kg"} | RATED | {missing: ""}
    response = signed_in(admin).post(path(role, "requirements/new/"), sent)
    assert response.status_code == 422 and sentence in response.content.decode()
    assert {name: response.context["form"][name].value() for name in RATED} == RATED | {missing: ""}
    assert not JobRequirement.objects.of(role.organisation).exists()
    wrong = signed_in(admin).post(
        path(role, "requirements/new/"), sent | {missing: "9"} | {"importance": "6"}
    )
    assert wrong.status_code == 422 and "Select a valid choice" in wrong.content.decode()


@pytest.mark.world
def test_ratings_that_do_not_fit_the_measures_are_pointed_out(admin: Membership, role: Role) -> None:
    judged(added(role, admin, "Keeps dates", "competency:Reliability"), admin, 2, 1)
    judged(added(role, admin, "Knows our tool", "competency:Reliability"), admin, 4, 2, at_entry=False)
    judged(added(role, admin, "Lifts 20 kg"), admin, 1, 4)
    judged(added(role, admin, "Whistles"), admin, 2, 2)
    moved = added(role, admin, "Writes")
    judged(moved, admin, 3, 3)
    job_analysis.change(moved, text="Writes letters", measures=[], by=admin, now=NOW)
    added(role, admin, "Sings")
    found = ratings_in(stored(role))
    named = {
        name: [row["text"] for row in getattr(found, name)]
        for name in ("missing", "unimportant", "learnt", "outdated")
    }
    assert named == {
        "missing": ["Lifts 20 kg"],
        "unimportant": ["Keeps dates"],
        "learnt": ["Knows our tool"],
        "outdated": ["Writes letters"],
    }
    assert found.unrated == 1
    client = signed_in(admin)
    text = " ".join(client.get(path(role)).content.decode().split())
    assert "“Keeps dates” is rated unimportant, but is measured by Reference check." in text
    assert "1 requirement isn&#x27;t rated for importance." in text or "1 requirement isn't rated" in text
    shown = client.get(path(role)).context["form"].initial["shown"]
    client.post(path(role), {"basis": "Asked.", "shown": shown})
    page = client.get(f"/o/{role.organisation.slug}/settings/validity/")
    [analysed] = page.context["analysed"]
    assert (analysed.requirements, analysed.rated, len(analysed.ratings.missing)) == (6, 5, 1)
    assert "Job analyses" in page.content.decode()


@pytest.mark.world
def test_a_matrix_confirmed_before_ratings_existed_is_still_shown(admin: Membership, role: Role) -> None:
    added(role, admin, "Keeps dates")
    before = stored(role)
    assert "rating" not in str(before)
    job_analysis.confirm(role=role, basis="Asked.", matrix=before, by=admin, now=NOW)
    text = signed_in(admin).get(path(role, "versions/1/")).content.decode()
    assert "not rated" in text
    assert "Changed since version" not in signed_in(admin).get(path(role)).content.decode()


@pytest.mark.world
def test_a_confirmation_is_kept_as_it_was(admin: Membership, role: Role) -> None:
    client = signed_in(admin)
    one = added(role, admin, "Keeps dates", "competency:Reliability")
    shown = client.get(path(role)).context["form"].initial["shown"]
    sent = {"basis": "Asked three incumbents.\nWatched one for a day.", "shown": shown}
    assert client.post(path(role), sent).status_code == 302
    before = stored(role)
    job_analysis.change(one, text="Keeps dates agreed", measures=[], by=admin, now=NOW)
    kept = JobAnalysis.objects.of(role.organisation).get()
    assert (kept.number, kept.basis, kept.confirmed_by, kept.confirmed_at) == (
        1,
        sent["basis"],
        "Ann Admin",
        NOW,
    )
    assert kept.matrix == before != stored(role)
    text = client.get(path(role)).content.decode()
    assert "Changed since version 1 was confirmed." in text and "Watched one for a day." in text
    version = client.get(path(role, "versions/1/")).content.decode()
    assert "Keeps dates<" in version and "Keeps dates agreed" not in version
    assert audited(role) == ["job_requirement.added", "job_analysis.confirmed", "job_requirement.changed"]


@pytest.mark.world
def test_a_matrix_that_changed_since_the_page_was_opened_is_not_confirmed(
    admin: Membership, role: Role
) -> None:
    client = signed_in(admin)
    added(role, admin, "Keeps dates")
    shown = client.get(path(role)).context["form"].initial["shown"]
    added(role, admin, "Lifts 20 kg")
    response = client.post(path(role), {"basis": "Asked.", "shown": shown})
    assert response.status_code == 422 and not JobAnalysis.objects.of(role.organisation).exists()
    text = response.content.decode()
    assert "The matrix has changed in the meantime." in text and ">\nAsked.<" in text
    again = response.context["form"]["shown"].value()
    assert client.post(path(role), {"basis": "Asked.", "shown": again}).status_code == 302


@pytest.mark.world
def test_bad_input_is_named_and_nothing_is_stored(admin: Membership, role: Role) -> None:
    client = signed_in(admin)
    added(role, admin, "Keeps dates")
    for sent, sentence in (
        ({"text": " "}, "Enter the requirement."),
        ({"text": "keeps  DATES"}, "This requirement is already listed."),
        ({"text": "Other", "column_0": "test:0"}, "Select a valid choice"),
    ):
        response = client.post(path(role, "requirements/new/"), sent)
        assert response.status_code == 422 and sentence in response.content.decode(), sentence
    response = client.post(path(role), {"basis": "", "shown": "?"})
    assert (
        response.status_code == 422 and "Say what the requirements are based on." in response.content.decode()
    )
    assert JobRequirement.objects.of(role.organisation).count() == 1
    assert not JobAnalysis.objects.of(role.organisation).exists()


@pytest.mark.world
def test_another_members_change_is_not_overwritten_unseen(admin: Membership, role: Role) -> None:
    client = signed_in(admin)
    one = added(role, admin, "Keeps dates")
    where = path(role, f"requirements/{one.pk}/")
    seen = client.get(where).context["form"].initial["seen"]
    job_analysis.change(one, text="Keeps dates agreed", measures=[], by=admin, now=NOW)
    response = client.post(where, {"text": "Keeps all dates", "seen": seen})
    assert response.status_code == 422
    assert "Requirement (now Keeps dates agreed)" in response.content.decode()
    assert JobRequirement.objects.of(role.organisation).get().text == "Keeps dates agreed"


def test_a_requirement_is_removed_once(admin: Membership, role: Role) -> None:
    one = added(role, admin, "Keeps dates")
    client, where = signed_in(admin), path(role, f"requirements/{one.pk}/remove/")
    said = [
        [str(message) for message in client.post(where, follow=True).context["messages"]]
        for _twice in range(2)
    ]
    assert said == [["Requirement removed."], ["This requirement has already been removed."]]
    assert audited(role) == ["job_requirement.added", "job_requirement.removed"]


@pytest.mark.world
def test_a_change_of_a_requirement_that_was_removed_keeps_what_was_typed(
    admin: Membership, role: Role
) -> None:
    gone = added(role, admin, "Keeps dates")
    client, where = signed_in(admin), path(role, f"requirements/{gone.pk}/")
    gone.delete()
    response = client.post(where, {"text": "Keeps agreed dates", "seen": '{"text": "1"}'})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Somebody has removed this requirement. Save to add it again." in page
    assert "Keeps agreed dates" in page and f'action="{path(role, "requirements/new/")}"' in page
    assert not JobRequirement.objects.of(role.organisation).exists()
    assert client.get(where).status_code == 404


@pytest.mark.world
def test_only_admins_and_the_owner_change_it(admin: Membership, role: Role) -> None:
    one = added(role, admin, "Keeps dates")
    other = signed_in(factories.member(role.organisation, kind="recruiter"))
    text = other.get(path(role)).content.decode()
    assert "Keeps dates" in text and "Confirm job analysis" not in text
    assert _changes(other, role, one) == {403}
    assert signed_in(role.owner).get(path(role, f"requirements/{one.pk}/")).status_code == 200
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    assert _changes(signed_in(manager), role, one) | {signed_in(manager).get(path(role)).status_code} == {403}
    elsewhere = signed_in(factories.member(factories.organisation(), kind="admin"))
    assert _changes(elsewhere, role, one) == {404}
    assert audited(role) == ["job_requirement.added"]


def _changes(client: Client, role: Role, one: JobRequirement) -> set[int]:
    sent = {"text": "Eve", "basis": "Eve"}
    rest = (
        "",
        "take-over/",
        "requirements/new/",
        f"requirements/{one.pk}/",
        f"requirements/{one.pk}/remove/",
    )
    return {client.post(path(role, address), sent).status_code for address in rest}


def test_a_copied_role_has_the_same_requirements(admin: Membership, role: Role) -> None:
    added(role, admin, "Keeps dates", "competency:Reliability")
    made = copy_role(role=role, title="Another", by=admin, now=NOW)
    [row] = job_analysis.requirements_of(made)
    assert (row.text, row.measures, row.entered_by) == (
        "Keeps dates",
        ["competency:Reliability"],
        "Ann Admin",
    )


@pytest.mark.world
def test_three_rows_take_no_more_queries_than_one(
    admin: Membership, role: Role, django_assert_num_queries: Any
) -> None:
    client = signed_in(admin)
    added(role, admin, "Keeps dates")
    client.get(path(role))
    with django_assert_num_queries(40, exact=False) as one:
        client.get(path(role))
    for text in ("B", "C"):
        added(role, admin, text)
    with django_assert_num_queries(len(one.captured_queries)):
        client.get(path(role))


def test_measures_are_kept_when_the_organisations_language_changes(admin: Membership, role: Role) -> None:
    requirement = added(role, admin, "Keeps dates", "competency:Reliability")
    role.organisation.language = "de"
    role.organisation.save()
    [row] = stored(role)["rows"]
    assert row["cells"][-1]["names"] == ["Zuverlässigkeit"]
    page = signed_in(admin).get(path(role, f"requirements/{requirement.pk}/")).content.decode()
    assert re.search('value="competency:Zuverlässigkeit"[^>]* checked', page)


@pytest.mark.world
def test_measures_that_are_not_in_the_assessment_now_survive_a_change_of_the_text(
    admin: Membership, role: Role
) -> None:
    style = matrix_of(role, now=NOW).columns[0].measures[0].key
    requirement = added(role, admin, "Finds faults in data", "test:0", style, "competency:Reliability")
    client, where = signed_in(admin), path(role, f"requirements/{requirement.pk}/")
    page = client.get(where)
    assert "1 measure ticked earlier isn't in the assessment or reference check now." in unescape(
        page.content.decode()
    )
    ticked = {field.html_name: field.value() for field in page.context["form"].columns}
    assert client.post(where, {"text": "Finds all faults"} | ticked).status_code == 302
    requirement.refresh_from_db()
    assert (requirement.text, set(requirement.measures)) == (
        "Finds all faults",
        {"test:0", style, "competency:Reliability"},
    )
    assert client.post(where, {"text": "Finds all faults"}).status_code == 302
    requirement.refresh_from_db()
    assert requirement.measures == ["test:0"]


@pytest.mark.world
def test_a_tick_survives_while_the_assessment_states_the_same(admin: Membership, role: Role) -> None:
    reasoning = matrix_of(role, now=NOW).columns[1].measures[0].key
    requirement = added(role, admin, "Finds faults in data", reasoning)
    where = path(role, f"requirements/{requirement.pk}/")
    assert signed_in(admin).post(where, {"text": "finds faults in data"} | RATED).status_code == 302
    requirement.refresh_from_db()
    assert requirement.measures == [reasoning]


@pytest.mark.world
def test_a_role_has_at_most_forty_requirements_and_an_empty_list_is_not_confirmed(admin: Membership) -> None:
    bare = factories.role(admin.organisation, title="Baker")
    browser = signed_in(admin)
    typed = {
        "basis": "We watched two bakers at work.",
        "shown": browser.get(path(bare)).context["form"]["shown"].value(),
    }
    empty = browser.post(path(bare), typed)
    assert empty.context["form"].non_field_errors() == ["There is no requirement yet. Add one first."]
    for number in range(40):
        job_analysis.add(role=bare, text=f"Bakes {number}", measures=[], by=admin, now=NOW)
    full = browser.post(path(bare, "requirements/new/"), {"text": "Bakes more"})
    assert full.context["form"].non_field_errors() == [
        "A role has at most 40 requirements. Remove or combine some first."
    ]
    assert (len(job_analysis.requirements_of(bare)), audited(bare).count("job_analysis.confirmed")) == (40, 0)

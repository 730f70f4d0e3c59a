"""The comparison page."""

import re
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.assessments.kinds.judgement.results import JudgementResult
from goodword.assessments.models import AssessmentPart, Attempt, AttemptPart, IssuedTotal, Score
from goodword.assessments.results import percent, result
from goodword.candidates.models import Application
from goodword.roles.models import Role
from goodword.workflow.models import StepRequest
from goodword.workspace.comparison.results import (
    MAX_ROWS,
    comparable_tests,
    finished_attempts,
    results_of_test,
)
from tests.assessments.all_kinds import assessment_of_all, calibrated, fresh, later, marked, taken
from tests.assessments.crowd import applications, finished
from tests.assessments.plans import PlannedTest, asked_on
from tests.assessments.test_results_of_all_kinds import in_group, page_of
from tests.support import factories
from tests.support.pages import comparable, signed_in
from tests.workspace.applications import invited, named, path

pytestmark = pytest.mark.django_db

NOW = factories.NOW


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def rita(organisation: Organisation) -> Membership:
    return factories.member(organisation, name="Rita Recruiter")


@pytest.fixture
def role(organisation: Organisation, rita: Membership) -> Role:
    return factories.role(organisation, title="Washer", owner=rita)


def done(role: Role, first: str, last: str, **values: Any) -> Application:
    of = named(role, first, last, private=values.pop("private", False))
    taken(of, **values)
    return of


def shown(who: Membership, role: Role, **query: str) -> Any:
    return signed_in(who).get(path("role_compare", role.organisation, role.pk), query)


def tables(response: Any) -> list[tuple[str, list[list[str]]]]:
    """Each table's heading and rows as text: name, then cells."""
    return [
        (
            table.heading,
            [
                [row.result.application.candidate.first_name, *(cell.text for cell in row.cells)]
                for row in table.rows
            ],
        )
        for table in response.context["tables"]
    ]


@pytest.mark.main_case
def test_equal_conditions_share_a_table(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("scales",))
    done(role, "Bo", "Beck", value=5)
    done(role, "Ada", "Lovelace", value=2)
    invited(named(role, "Not", "Finished"))
    response = shown(rita, role)
    assert tables(response) == [
        (
            "English, on an unknown device, version 4",
            [["Bo", *["3.0"] * 5], ["Ada", *["3.0"] * 5]],
        )
    ]
    assert [table.columns[0] for table in response.context["tables"]] == ["Contact with others"]
    assert "Washer · Work style" in response.content.decode()  # printed pages have no chips


@pytest.mark.world
def test_with_too_many_candidates_the_page_says_that_it_shows_the_most_recent(
    rita: Membership, role: Role
) -> None:
    assessment = asked_on(role, PlannedTest(test="reasoning", form="short_12"))
    people = applications(role, MAX_ROWS + 1)
    for of, day in ((people, 0), (people[:5], 1), (people[-5:], 2)):  # ten took it twice
        finished(assessment, of, answers=lambda _place: {}, at=NOW + timedelta(days=day))
    response = shown(rita, role)
    listed = [row.result for table in response.context["tables"] for row in table.rows]
    missing = {person.pk for person in people} - {one.application.pk for one in listed}
    assert (len(listed), missing) == (MAX_ROWS, {people[5].pk})
    assert f"Showing the {MAX_ROWS} most recent." in response.content.decode()
    assert [one.completed_at for one in listed].count(NOW) == MAX_ROWS - 10


@pytest.mark.world
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"device": "phone"}, ("different device type",)),
        ({"form": "full"}, ("different items",)),
    ],
)
def test_different_conditions_get_separate_tables_with_reasons(
    rita: Membership, role: Role, change: dict[str, str], why: tuple[str, ...]
) -> None:
    assessment_of_all(role, kinds=("scales",))
    for first in ("Ada", "Bo"):
        done(role, first, "X", device="computer")
    done(role, "Cy", "X", **{"device": "computer"} | change)
    response = shown(rita, role)
    assert [len(table.rows) for table in response.context["tables"]] == [2, 1]
    assert [table.differences for table in response.context["tables"]] == [(), why]
    assert response.content.decode().count("Not comparable with the first table:") == 1


@pytest.mark.world
def test_a_changed_time_limit_makes_a_separate_table_but_extra_time_does_not(
    rita: Membership, role: Role
) -> None:
    """Unanswered tasks count as not solved, so a shorter limit makes them harder (docs/scoring.md, Calibration)."""
    assessment_of_all(role, kinds=("reasoning",))
    for first in ("Ada", "Bo"):
        done(role, first, "X", device="computer")
    parts = AttemptPart.objects.of(role.organisation).filter(version__test__kind="reasoning")
    parts.filter(attempt__step_request__application__candidate__first_name="Bo").update(seconds=1440)
    assert [len(table.rows) for table in shown(rita, role).context["tables"]] == [2]
    planned = AssessmentPart.objects.of(role.organisation).latest("pk")
    old, planned.pk, planned.order, planned.minutes = planned.pk, None, 9, 6
    planned.save()
    parts.filter(attempt__step_request__application__candidate__first_name="Bo").update(part=planned)
    found = shown(rita, role).context["tables"]
    assert [(len(table.rows), table.differences) for table in found] == [
        (1, ()),
        (1, ("different time limit",)),
    ]
    assert {AssessmentPart.objects.of(role.organisation).get(pk=old).minutes, 6} == {
        one.conditions.minutes for one in found
    }


@pytest.mark.world
def test_languages_and_norms_get_separate_tables(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("scales",))
    first, second, _ = (done(role, name, "X") for name in ("Ada", "Bo", "Cy"))
    Attempt.objects.of(role.organisation).filter(step_request__application=second).update(language="de")
    [one] = shown(rita, role).context["tables"][1:]
    assert (one.heading, one.differences) == (
        "German, on an unknown device, version 4",
        ("different language",),
    )
    score = Score.objects.of(role.organisation).filter(part__attempt__step_request__application=first).first()
    assert score is not None
    in_group(attempt_part=score, device="computer")
    part = AttemptPart.objects.of(role.organisation).select_related("part").get(pk=score.part_id)
    assert score.norm_group is not None
    part.part.norms = score.norm_group.norm_set
    part.part.save()
    assert [table.conditions.norms for table in shown(rita, role).context["tables"]] == [2, 2]


@pytest.mark.world
def test_reasoning_and_custom_questions_have_specific_columns(rita: Membership, role: Role) -> None:
    assessment_of_all(role)
    of = done(role, "Ada", "Lovelace", solve=2)
    response = shown(rita, role)
    kinds = {label: asked for asked, label, _ in response.context["chips"]}
    assert list(kinds) == ["Work style", "Reasoning", "Situations with customers", "Questions of ours"]
    found = {
        label: tables(signed_in(rita).get(f"{path('role_compare', role.organisation, role.pk)}?{asked}"))[0][
            1
        ][0]
        for label, asked in kinds.items()
    }
    reasoning = Score.objects.of(role.organisation).get(part__version__test__kind="reasoning", scale="")
    assert found["Reasoning"][1] == f"{reasoning.value:.0f} of {reasoning.items}"
    assert found["Questions of ours"] == ["Ada", "1 of 1", "–"]
    attempt = Attempt.objects.of(role.organisation).get(step_request__application=of)
    marked(attempt, name="Nora", safe=5, tells=1)
    again = signed_in(rita).get(
        f"{path('role_compare', role.organisation, role.pk)}?{kinds['Questions of ours']}"
    )
    assert tables(again)[0][1] == [["Ada", "1 of 1", "6.0 of 8"]]


@pytest.mark.world
def test_scales_are_sorted_only_by_name_or_date(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("scales",))
    done(role, "Ada", "Zorn", now=later(2))
    done(role, "Bo", "Abel", now=later(1))
    order = {
        sort: [row[0] for row in tables(shown(rita, role, sort=sort))[0][1]]
        for sort in ("name", "-name", "date", "-date", "score", "-score", "mean", "")
    }
    assert order == {
        "name": ["Bo", "Ada"],
        "-name": ["Ada", "Bo"],
        "date": ["Bo", "Ada"],
        "-date": ["Ada", "Bo"],
        **{key: ["Bo", "Ada"] for key in ("score", "-score", "mean", "")},
    }
    page = shown(rita, role).content.decode()
    assert (page.count("Neither end of a scale is better"), "sort=score" in page) == (1, False)


@pytest.mark.world
def test_reasoning_is_sorted_only_with_a_calibration(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("reasoning",))
    done(role, "Ada", "A", solve=2)
    done(role, "Bo", "B", solve=1)
    plain = shown(rita, role, sort="-score")
    assert [row[0] for row in tables(plain)[0][1]] == ["Ada", "Bo"]
    page = plain.content.decode()
    assert (page.count("Results can't be sorted"), "sort=score" in page) == (1, False)
    assert page.count(", assumed</span>") == 10  # for each of two people, all tasks and four categories
    for first, ability in (("Ada", -0.5), ("Bo", 0.9)):
        rows = Score.objects.of(role.organisation).filter(scale="")
        rows.filter(part__attempt__step_request__application__candidate__first_name=first).update(
            ability=ability, ability_low=ability - 1.1, ability_high=ability + 1.2
        )
    ranked = shown(rita, role, sort="-score")
    assert [row[0] for row in tables(ranked)[0][1]] == ["Bo", "Ada"]
    assert ranked.content.decode().count("ability 0.9 (−0.2 to 2.1)") == 1
    told = ranked.content.decode()
    assert told.count("three tasks apart, the one who solved more is the more able in 87 of 100 cases") == 1
    assert told.count("use the form with 40 tasks for the next version of the assessment") == 1


@pytest.mark.world
def test_results_of_two_versions_of_reasoning_get_separate_tables(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("reasoning",))
    for first in ("Ada", "Bo"):
        done(role, first, "X")
    part = AttemptPart.objects.of(role.organisation).select_related("version").order_by("pk").first()
    assert part is not None
    earlier = part.version
    earlier.pk, earlier.number, earlier.content = None, "1", {**earlier.content, "version": "1"}
    earlier.save(force_insert=True)
    AttemptPart.objects.of(role.organisation).filter(pk=part.pk).update(version=earlier)
    found = shown(rita, role).context["tables"]
    assert [(len(table.rows), table.differences) for table in found] == [
        (1, ()),
        (1, ("different test version",)),
    ]


@pytest.mark.world
def test_a_calibration_separates_results_only_where_it_gave_an_ability(rita: Membership, role: Role) -> None:
    """Norms by an earlier rule give no percentile, nor do norms without the candidate's language or device class."""
    assessment_of_all(role, kinds=("reasoning",))
    of = done(role, "Ada", "X")
    done(role, "Bo", "X")
    made = calibrated(Attempt.objects.of(role.organisation).get(step_request__application=of))
    assert [
        (table.conditions.calibration, table.differences) for table in shown(rita, role).context["tables"]
    ] == [
        (0, ()),
        (made.number, ("different calibration",)),
    ]
    Score.objects.of(role.organisation).update(
        ability=None, ability_se=None, ability_low=None, ability_high=None
    )
    [table] = shown(rita, role).context["tables"]
    assert (table.conditions.calibration, len(table.rows)) == (0, 2)


@pytest.mark.world
@pytest.mark.parametrize("kind", ["judgement", "own_judgement"])
def test_judgement_is_sorted_by_the_correlation_if_a_panel_made_the_key(
    rita: Membership, role: Role, kind: str
) -> None:
    """Candidates without a correlation come last in both directions. A perfect one has no percentile but is highest."""
    assessment_of_all(role, kinds=(kind,))
    for first in ("Low", "High", "Alike", "Perfect"):
        done(role, first, "A")
    rows = Score.objects.of(role.organisation).filter(scale="within")
    by_name = {row.part.attempt.step_request.application.candidate.first_name: row for row in rows}
    low, high = by_name["Low"], by_name["High"]
    low.value = 0.31
    in_group(attempt_part=low, device="computer")
    for score, value, place in ((low, 0.31, 10), (high, 0.74, 85)):
        rows.filter(pk=score.pk).update(
            norm_group=low.norm_group,
            value=value,
            low=value - 0.2,
            high=value + 0.1,
            percentile=place,
            percentile_low=place - 5,
            percentile_high=place + 5,
        )
    rows.filter(pk=by_name["Perfect"].pk).update(value=1)
    by_panel = kind == "own_judgement"
    order = {
        sort: [row[0] for row in tables(shown(rita, role, sort=sort))[0][1]] for sort in ("score", "-score")
    }
    assert order == (
        {"score": ["Low", "High", "Perfect", "Alike"], "-score": ["Perfect", "High", "Low", "Alike"]}
        if by_panel
        else {sort: ["Alike", "High", "Low", "Perfect"] for sort in order}
    )
    [table] = shown(rita, role).context["tables"]
    cells = {row.result.application.candidate.first_name: row.cells for row in table.rows}
    assert (cells["High"][0].text, cells["Alike"][0].text, cells["Alike"][0].note) == (
        "0.74",
        "–",
        "rated alike in each situation" + (", not sorted" if by_panel else ""),
    )
    assert cells["High"][0].note == ("percentiles 80 to 90" if by_panel else "90% band 0.54 to 0.84")
    assert [cells[name][1].has_value for name in cells] == [True] * 4
    page = shown(rita, role).content.decode()
    assert page.count("For practice, not for decisions:") == (not by_panel)
    assert page.count("Sorted by the correlation.") == by_panel


@pytest.mark.world
def test_nobody_is_sorted_by_a_set_with_few_situations_even_with_issued_percentiles(
    rita: Membership, role: Role
) -> None:
    assessment_of_all(role, kinds=("few_situations",))
    for first in ("Low", "High"):
        done(role, first, "A")
    low, high = Score.objects.of(role.organisation).filter(scale="within").order_by("pk")
    assert {(score.low, score.percentile) for score in (low, high)} == {(None, None)}
    low.value = 0.31
    in_group(attempt_part=low, device="computer")
    Score.objects.of(role.organisation).filter(pk=high.pk).update(
        norm_group=low.norm_group,
        value=0.7,
        low=0.5,
        high=0.8,
        percentile=85,
        percentile_low=80,
        percentile_high=90,
    )
    response = shown(rita, role, sort="score")
    [table] = response.context["tables"]
    assert not table.ranked
    assert {row.cells[0].note for row in table.rows} == {"too few situations for a band"}
    assert "The set has too few situations for a band, so results can" in response.content.decode()
    attempt = Score.objects.of(role.organisation).filter(scale="within")[0].part.attempt
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, JudgementResult)
    assert (found.band, found.normed, found.few_situations) == (None, None, True)
    text = page_of(made)
    assert (
        "There is no band and no percentile, because the set has too few situations: at least 5 are needed."
        in text
    )
    assert "percentiles" not in text


@pytest.mark.world
def test_equal_results_are_not_sorted_by_date_while_names_are_hidden(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("reasoning",))
    for number, first in enumerate("ABCD"):
        done(role, first, "A", solve=2, now=later(number))
    Score.objects.of(role.organisation).filter(scale="").update(ability=0.5, ability_low=0, ability_high=1)
    for sort in ("score", "-score"):
        [table] = shown(rita, role, names="hidden", sort=sort).context["tables"]
        assert (table.ranked, [row.result.number for row in table.rows]) == (True, [1, 2, 3, 4])


@pytest.mark.main_case
def test_hidden_names_are_not_revealed(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("scales",))
    people = [done(role, first, "Quillfeather", now=later(n)) for n, first in enumerate(("Ada", "Bo", "Cy"))]
    response = shown(rita, role, names="hidden", sort="date")
    page = response.content.decode()
    numbers = [row.result.number for row in response.context["tables"][0].rows]
    assert numbers == [1, 2, 3]
    assert re.findall(r"Candidate (\d)", page) == ["1", "2", "3"]
    main = page[page.index("<main") :]
    assert [word for word in ("Quillfeather", "Ada", "Finished") if word in main] == []
    assert [of.pk for of in people if path("candidate", role.organisation, of.pk) in page] == []
    assert comparable(shown(rita, role, names="hidden", sort="date")) == comparable(response)


@pytest.mark.world
def test_figures_link_to_the_answers_behind_them(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("scales", "questions"))
    of = done(role, "Ada", "Lovelace")
    where, candidate = (
        path("role_compare", role.organisation, role.pk),
        path("candidate", role.organisation, of.pk),
    )
    browser = signed_in(rita)
    page = browser.get(where)
    tests = [query for query, _, _ in page.context["chips"]]
    shown_here = [browser.get(f"{where}?{query}").content.decode() for query in tests]
    # five means; for custom questions only the number right, since nothing is marked yet
    assert [one.count(f'href="{candidate}#result-{n}"') for n, one in enumerate(shown_here, start=1)] == [
        5,
        1,
    ]
    assert shown_here[0].count("""3.0<span class="visually-hidden">, Ada Lovelace's answers</span>""") == 5
    answers = browser.get(candidate).content.decode()
    assert [answers.count(f'id="result-{n}"') for n in (1, 2)] == [1, 1]


@pytest.mark.world
def test_figures_do_not_link_while_names_are_hidden(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("scales",))
    done(role, "Ada", "Lovelace")
    page = shown(rita, role, names="hidden").content.decode()
    assert (page.count("#result-"), page.count("results don't link to answers")) == (0, 1)
    assert shown(rita, role).content.decode().count("results don't link to answers") == 0


@pytest.mark.world
def test_comparisons_are_audited(rita: Membership, role: Role) -> None:
    assert shown(rita, role).content.decode().count("No results to compare yet") == 1
    assert not AuditEntry.objects.of(role.organisation).filter(action="result.compared").exists()
    assessment_of_all(role, kinds=("scales",))
    of = done(role, "Ada", "X")
    test = shown(rita, role).context["test"]
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="result.compared")
    assert (entry.member, entry.details) == (
        rita,
        {"role": role.pk, "test": test.pk, "applications": [of.pk], "names_hidden": False},
    )


@pytest.mark.world
def test_private_candidates_are_compared_only_by_members_with_access(
    organisation: Organisation, rita: Membership
) -> None:
    role = factories.role(organisation)
    assessment_of_all(role, kinds=("scales",))
    done(role, "Open", "A")
    done(role, "Hidden", "B", private=True)
    admin = factories.member(organisation, kind="admin")
    assert [row[0] for row in tables(shown(rita, role))[0][1]] == ["Open"]
    assert [row[0] for row in tables(shown(admin, role))[0][1]] == ["Open", "Hidden"]


@pytest.mark.world
def test_reused_results_are_compared_for_the_new_application(
    organisation: Organisation, rita: Membership, role: Role
) -> None:
    before = factories.role(organisation, title="Before", owner=rita)
    assessment_of_all(before, kinds=("scales",))
    earlier = done(before, "Ada", "Lovelace")
    here = factories.application(role, candidate=earlier.candidate)
    first = StepRequest.objects.of(organisation).get(application=earlier)
    factories.step_request(
        here, "assessment", state=StepRequest.State.REUSED, earlier=first, started_at=later(1)
    )
    assert [row.result.application.pk for row in shown(rita, role).context["tables"][0].rows] == [here.pk]
    StepRequest.objects.of(organisation).filter(application=here).update(started_at=later(-1))
    assert shown(rita, role).context["tables"] == []


@pytest.mark.world
def test_a_result_reused_by_later_applications_to_the_role_is_compared_for_each(
    organisation: Organisation, role: Role
) -> None:
    assessment_of_all(role, kinds=("scales",), total="categories")
    earlier = done(role, "Ada", "Lovelace")
    first = StepRequest.objects.of(organisation).get(application=earlier)
    for _time in range(2):
        again = factories.application(role, candidate=earlier.candidate)
        factories.step_request(
            again, "assessment", state=StepRequest.State.REUSED, earlier=first, started_at=later(1)
        )
    [table] = shown(role.owner, role).context["tables"]
    everybody = Application.objects.of(organisation).filter(role=role).values_list("pk", flat=True)
    assert sorted(row.result.application.pk for row in table.rows) == sorted(everybody)
    assert {tuple(cell.text for cell in row.cells) for row in table.rows} == {("3.0",) * 5}


@pytest.mark.world
def test_comparisons_need_access_to_the_role(organisation: Organisation, role: Role) -> None:
    assessment_of_all(role, kinds=("scales",))
    done(role, "Ada", "X")
    stranger = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(organisation, kind="hiring_manager")
    where = path("role_compare", organisation, role.pk)
    assert signed_in(stranger).get(where).status_code == 404
    assert signed_in(manager).get(where).status_code == 404
    assert Client().get(where).status_code == 302
    assert signed_in(manager).post(where).status_code == 405
    other = factories.role(factories.organisation())
    assert signed_in(role.owner).get(path("role_compare", organisation, other.pk)).status_code == 404
    assert not AuditEntry.objects.across_organisations().filter(action="result.compared").exists()


@pytest.mark.world
def test_hiring_managers_compare_on_their_roles(organisation: Organisation, role: Role) -> None:
    assessment_of_all(role, kinds=("scales",))
    done(role, "Ada", "X")
    manager = factories.member(organisation, kind="hiring_manager")
    role.viewers.add(manager)
    assert [row[0] for row in tables(shown(manager, role))[0][1]] == ["Ada"]


def test_confidential_roles_are_compared_only_by_their_members(
    organisation: Organisation, rita: Membership
) -> None:
    secret = factories.role(organisation)
    made = factories.automation(secret, connection_id=1, job_id=9, stages={})
    made.confidential = True
    made.save()
    assert shown(rita, secret).status_code == 404
    assert shown(secret.owner, secret).status_code == 200


@pytest.mark.world
def test_the_number_of_queries_does_not_grow_with_candidates(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions", "reasoning"), total="categories")
    client, where = signed_in(rita), path("role_compare", role.organisation, role.pk)
    counts = []
    for first in ("Ada", "Bo", "Cy"):
        done(role, first, "X")
        client.get(where)
        with CaptureQueriesContext(connection) as queries:
            client.get(where)
        counts.append(len(queries))
    assert counts == [counts[0]] * 3


@pytest.mark.world
def test_test_content_is_read_once(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions", "reasoning"))
    for first in ("Ada", "Bo"):
        done(role, first, "X")
    found = finished_attempts(role, rita)
    with CaptureQueriesContext(connection) as queries:
        tests = comparable_tests(found, role)
        for test in tests:
            assert len(results_of_test(found, test, role=role, numbers={})) == 2
    assert [test.kind for test in tests] == ["questions", "reasoning"]
    large = ('"assessments_testversion"."content"', '"assessments_calibration"."content"')
    assert [query["sql"] for query in queries if any(column in query["sql"] for column in large)] == []


def test_the_role_links_to_the_comparison(rita: Membership, role: Role) -> None:
    page = signed_in(rita).get(path("role", role.organisation, role.pk)).content.decode()
    assert page.count(path("role_compare", role.organisation, role.pk)) == 1


@pytest.mark.world
def test_totals_are_shown_with_their_tests(rita: Membership, role: Role) -> None:
    assessment_of_all(role, total="categories")
    done(role, "Ada", "X", solve=2)
    done(role, "Bo", "X", solve=2, harness="yearly")
    first, second = IssuedTotal.objects.of(role.organisation).order_by("pk")
    expected = [["Ada", percent(Fraction(first.value))], ["Bo", percent(Fraction(second.value))]]
    response = shown(rita, role)
    for asked, label, _ in response.context["chips"]:
        page = signed_in(rita).get(f"{path('role_compare', role.organisation, role.pk)}?{asked}")
        [table] = page.context["tables"]
        enters = label in {"Reasoning", "Questions of ours"}
        assert ("Total" in table.columns) is enters
        assert page.content.decode().count("It can't be sorted") == enters
        if enters:
            assert [[row[0], row[-1]] for row in tables(page)[0][1]] == expected


@pytest.mark.world
def test_without_a_total_there_is_no_total_column(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions",))
    done(role, "Ada", "X")
    [table] = shown(rita, role).context["tables"]
    assert "Total" not in table.columns


@pytest.mark.world
def test_totals_of_two_assessment_versions_get_separate_tables(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions", "reasoning"), total="categories")
    done(role, "Ada", "X")
    done(role, "Bo", "X")
    weights = {"reasoning": 1, "questions": 9}
    assessment_of_all(
        role, kinds=("questions", "reasoning"), total="weights", total_reason="Ropes", weights=weights
    )
    done(role, "Cy", "X")
    assert [(table.differences, len(table.rows)) for table in shown(rita, role).context["tables"]] == [
        ((), 2),
        (("different total: another version of the assessment, or other conditions",), 1),
    ]


@pytest.mark.world
def test_totals_with_different_devices_get_separate_tables(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions", "reasoning"), total="categories")
    for first in ("Ada", "Bo", "Cy"):
        of = done(role, first, "X", device="computer")
    parts = AttemptPart.objects.of(role.organisation).filter(attempt__step_request__application=of)
    parts.filter(version__test__kind="reasoning").update(device="phone")
    assert [(table.differences, len(table.rows)) for table in shown(rita, role).context["tables"]] == [
        ((), 2),
        (("different total: another version of the assessment, or other conditions",), 1),
    ]


@pytest.mark.world
def test_the_total_is_not_named_if_the_device_differs(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions",), total="categories")
    for first, device in (("Ada", "computer"), ("Bo", "computer"), ("Cy", "phone")):
        done(role, first, "X", device=device)
    assert [table.differences for table in shown(rita, role).context["tables"]] == [
        (),
        ("different device type",),
    ]


@pytest.mark.world
def test_totals_cannot_be_sorted(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions", "reasoning"), total="categories")
    done(role, "Ada", "X", harness="yearly")
    done(role, "Bo", "X")
    plain = tables(shown(rita, role))
    for sort in ("total", "-total", "score", "-score"):
        assert tables(shown(rita, role, sort=sort)) == plain


@pytest.mark.world
def test_extra_time_does_not_show_in_totals(rita: Membership, role: Role) -> None:
    assessment_of_all(role, kinds=("questions", "reasoning"), total="categories")
    of = [done(role, first, "X") for first in ("Ada", "Bo")][1]
    plain = tables(shown(rita, role))
    AttemptPart.objects.of(role.organisation).filter(attempt__step_request__application=of).update(
        seconds=7777
    )
    assert tables(shown(rita, role)) == plain
    assert len(plain) == 1


@pytest.mark.world
def test_totals_need_access_to_the_role(organisation: Organisation, role: Role) -> None:
    assessment_of_all(role, kinds=("questions",), total="categories")
    done(role, "Ada", "X")
    stranger = factories.member(factories.organisation())
    before = list(IssuedTotal.objects.of(organisation).values())
    assert shown(stranger, role).status_code == 404
    assert list(IssuedTotal.objects.of(organisation).values()) == before
    assert not AuditEntry.objects.of(organisation).filter(action="result.compared").exists()

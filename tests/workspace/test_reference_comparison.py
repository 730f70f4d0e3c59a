"""Comparison of several candidates' references."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.references.models import Check, Referee, Reference, ReferenceRequest
from goodword.roles.models import Role
from goodword.workflow.models import StepRequest
from goodword.workspace.comparison.references import with_references
from goodword.workspace.comparison.results import MAX_ROWS
from tests.assessments.crowd import applications
from tests.references.answered import FULL, LEVELS, NOW, QUESTIONS, answered, answered_self, version
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import named, path

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def rita(organisation: Organisation) -> Membership:
    return factories.member(organisation, name="Rita Recruiter")


@pytest.fixture
def role(organisation: Organisation, rita: Membership) -> Role:
    return factories.role(organisation, title="Washer", owner=rita)


@pytest.fixture
def asked(organisation: Organisation) -> QuestionnaireVersion:
    return version(organisation)


def checked(
    role: Role, asked: QuestionnaireVersion, first: str, last: str, *, done: bool = True, **values: Any
) -> Check:
    return Check.objects.create(
        organisation=role.organisation,
        step_request=factories.step_request(named(role, first, last, **values), "reference_check"),
        version=asked,
        wanted=3,
        least=2,
        progress="completed" if done else "in_progress",
        opened_at=NOW - timedelta(days=5),
        completed_at=NOW if done else None,
        deadline_at=NOW + timedelta(days=5),
    )


def with_answers(role: Role, asked: QuestionnaireVersion, first: str, last: str, **values: Any) -> Check:
    """References by two managers, a colleague and the candidate."""
    check = checked(role, asked, first, last, **values)
    for number in (1, 2, 3):
        answered(check, number)
    answered_self(check)
    return check


def shown(who: Membership, role: Role, **query: Any) -> Any:
    return signed_in(who).get(path("role_compare_references", role.organisation, role.pk), query)


def names(response: Any) -> list[str]:
    return [column.application.candidate.first_name for column in response.context["table"].columns]


def row(response: Any, label: str) -> list[list[str]]:
    """Each candidate's answers in the first row with this label, or the reason for none."""
    found = next(one for one in response.context["table"].rows if one.label == label)
    return [[f"{one.letter} {one.words}" for one in cell.given] or [cell.reason] for cell in found.cells]


@pytest.mark.main_case
def test_each_referees_rating_shows_beside_the_self_assessment(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    with_answers(role, asked, "Ada", "Zorn")
    answered(checked(role, asked, "Bo", "Abel", done=False), 1)
    response = shown(rita, role)
    assert names(response) == ["Bo", "Ada"]
    assert [one.label for one in response.context["table"].rows] == [
        "Would work together again",
        "Reliability",
        "Reliability",
        "Leadership",
    ]
    assert row(response, "Reliability") == [["M 4"], ["M 4", "M 2", "Co can't judge", "S 5"]]
    assert row(response, "Would work together again") == [
        ["M Yes"],
        ["M Yes", "M Yes, with reservations", "Co Yes"],
    ]
    page = response.content.decode()
    assert [
        page.count(text) for text in ("1 of 3", "3 of 3", "still open", 'class="letter letter--own"')
    ] == [
        1,
        1,
        1,
        3,
    ]


def test_nothing_is_averaged_flagged_or_sorted_by_rating(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    with_answers(role, asked, "Ada", "Zorn")
    page = shown(rita, role, sort="-score").content.decode()
    main = page[page.index("<main") :].lower()
    assert [word for word in ("mean", "average", "total", "flag", "sort=") if word in main] == []


@pytest.mark.world
def test_one_relationship_can_be_shown_beside_the_self_assessment(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    with_answers(role, asked, "Ada", "Zorn")
    response = shown(rita, role, relationship="peer")
    assert row(response, "Leadership") == [["S 4"]]
    assert row(response, "Reliability") == [["Co can't judge", "S 5"]]
    assert [(name, current) for _, name, current in response.context["chips"]] == [
        ("All referees", False),
        ("Manager", False),
        ("Colleague", True),
    ]
    assert "Washer · Colleague" in response.content.decode()  # printed pages have no chips
    assert row(shown(rita, role, relationship="nonsense"), "Leadership") == [["M 3", "M 3", "S 4"]]


@pytest.mark.world
def test_differently_worded_questions_get_separate_rows(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    answered(checked(role, asked, "Ada", "Abel"), 1)
    changed: Sequence[dict[str, Any]] = [
        question | {"levels": [LEVELS[0] | {"label": "Never"}, *LEVELS[1:]]}
        if question["id"] == "reliability"
        else question | {"id": "other"}
        if question["id"] == "promises"
        else question
        for question in QUESTIONS
    ]
    check = checked(role, later_version(asked, 2, changed), "Bo", "Beck")
    answered(check, 1, FULL | {"other": FULL["promises"]})
    response = shown(rita, role)
    table = response.context["table"]
    reliability = [
        [[one.words for one in cell.given] or [cell.reason] for cell in one.cells]
        for one in table.rows
        if one.label == "Reliability"
    ]
    missing = ["Not in this questionnaire"]
    assert reliability == [[["4"], missing], [["5"], ["5"]], [missing, ["4"]]]
    page = response.content.decode()
    assert [page.count(f"All kinds of questions, version {n}") for n in (1, 2)] == [1, 1]
    assert page.count("Only questions with the same wording and levels share a row.") == 1
    chosen = shown(rita, role, candidate=check.step_request.application_id).content.decode()
    assert "Only questions with the same wording" not in chosen


def later_version(
    asked: QuestionnaireVersion, number: int, questions: Sequence[dict[str, Any]]
) -> QuestionnaireVersion:
    return QuestionnaireVersion.objects.create(
        organisation=asked.organisation,
        questionnaire=asked.questionnaire,
        number=number,
        language="en",
        questions=questions,
        created_at=NOW,
        published_at=NOW,
    )


@pytest.mark.world
def test_equally_worded_questions_for_different_relationships_share_a_row_in_any_order(
    role: Role, rita: Membership, asked: QuestionnaireVersion
) -> None:
    [reliability] = [question for question in QUESTIONS if question["id"] == "reliability"]
    of_managers = reliability | {"only_for": ["manager"]}
    of_colleagues = reliability | {"id": "of_colleagues", "only_for": ["peer"]}
    confirmed = {"relationship": FULL["relationship"]}
    colleague = {"relationship": {"answer": "confirmed", "relationship": "peer"}}
    versions = ([of_managers, of_colleagues], [of_colleagues, of_managers], [of_colleagues])
    for number, questions in enumerate(versions, start=2):
        newer = later_version(asked, number, [QUESTIONS[0], *questions])
        check = checked(role, newer, f"Number {number}", f"X{number}")
        of_manager = {"reliability": FULL["reliability"]} if of_managers in questions else {}
        answered(check, 1, confirmed | of_manager)
        answered(check, 3, colleague | {"of_colleagues": FULL["reliability"] | {"level": 1}})
        answered_self(check, {"of_colleagues": FULL["reliability"] | {"level": 5}})
    response = shown(rita, role)
    assert [one.label for one in response.context["table"].rows] == ["Reliability"]
    assert row(response, "Reliability") == [["M 4", "Co 1", "S 5"], ["M 4", "Co 1", "S 5"], ["Co 1", "S 5"]]
    assert row(shown(rita, role, relationship="manager"), "Reliability") == [["M 4", "S 5"]] * 2 + [["S 5"]]


@pytest.mark.world
def test_checks_from_before_a_change_of_the_organisations_language_share_rows(
    organisation: Organisation, rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    answered(checked(role, asked, "Ada", "Abel"), 1)
    organisation.language = "de"
    organisation.save()
    german = QuestionnaireVersion.objects.of(organisation).get(language="de")
    answered(checked(role, german, "Bo", "Beck"), 1)
    response = shown(rita, role)
    table = response.context["table"]
    assert row(response, "Leadership") == [["M 3"], ["M 3"]]
    assert (table.several_versions, table.rows[1].text[:8]) == (False, "Deutsch:")


@pytest.mark.world
def test_candidates_are_chosen_or_paged(rita: Membership, role: Role, asked: QuestionnaireVersion) -> None:
    checks = [checked(role, asked, first, f"X{first}") for first in "ABCDEFG"]
    for check in checks:
        answered(check, 1)
    checked(role, asked, "Nobody", "Answered")
    assert names(shown(rita, role)) == list("ABCDE")
    assert names(shown(rita, role, page=2)) == list("FG")
    chosen = [checks[n].step_request.application_id for n in (6, 1)]
    response = shown(rita, role, candidate=[*chosen, "nonsense"], relationship="manager")
    assert names(response) == ["B", "G"]
    kept = f"candidate={chosen[1]}&candidate={chosen[0]}"
    assert [query for query, _, _ in response.context["chips"]] == [
        f"{kept}&relationship=&page=1",
        f"{kept}&relationship=manager&page=1",
    ]


@pytest.mark.world
def test_names_and_numbers_lead_to_the_candidates_references(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    application = with_answers(role, asked, "Ada", "Abel").step_request.application_id
    is_open = checked(role, asked, "Bo", "Beck", done=False)
    answered(is_open, 1)
    page = shown(rita, role).content.decode()
    where = path("candidate", role.organisation, application)
    assert (page.count(f'"{where}"'), page.count(f'"{where}#results-reference_check"')) == (1, 1)
    open_page = path("candidate", role.organisation, is_open.step_request.application_id)
    assert page.count(f'"{open_page}#so-far-reference_check"') == 1
    candidate = signed_in(rita).get(where).content.decode()
    assert candidate.count('id="results-reference_check"') == 1
    assert path("role_compare_references", role.organisation, role.pk) in candidate


@pytest.mark.world
def test_hidden_names_are_not_revealed_by_references(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    checks = [with_answers(role, asked, first, "Quillfeather") for first in ("Ada", "Bo", "Cy")]
    response = shown(rita, role, names="hidden", relationship="manager")
    page = response.content.decode()
    main = page[page.index("<main") :]
    assert [word for word in ("Quillfeather", "Ada") if word in main] == []
    assert [column.name for column in response.context["table"].columns] == [
        f"Candidate {n}" for n in (1, 2, 3)
    ]
    candidates = [check.step_request.application_id for check in checks]
    assert [pk for pk in candidates if path("candidate", role.organisation, pk) in page] == []
    assert all("names=hidden" in query for query, _, _ in response.context["chips"])
    assert (
        response.context["toggle"],
        f"{path('role_compare', role.organisation, role.pk)}?names=hidden" in page,
    ) == (
        "relationship=manager",
        True,
    )
    one = response.context["table"].columns[1]
    chosen = shown(rita, role, names="hidden", candidate=one.application.pk)
    assert [again.name for again in chosen.context["table"].columns] == ["Candidate 2"]
    entry = AuditEntry.objects.of(role.organisation).filter(action="references.compared").latest("pk")
    assert entry.details["names_hidden"] is True


def test_a_new_check_without_answers_hides_no_finished_one(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    check = with_answers(role, asked, "Ada", "Abel")
    again = Check.objects.create(
        organisation=role.organisation,
        step_request=check.step_request,
        version=asked,
        wanted=1,
        least=1,
        progress="in_progress",
        opened_at=NOW,
        deadline_at=NOW + timedelta(days=5),
    )
    answered(again, 1)
    [column] = shown(rita, role).context["table"].columns
    assert (column.results.received, column.anchor) == (3, "results-reference_check")


def test_reused_references_count_for_the_application_that_reuses_them(
    organisation: Organisation, rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    elsewhere = with_answers(factories.role(organisation, owner=rita), asked, "Ada", "Abel")
    here = factories.application(role, candidate=elsewhere.step_request.application.candidate)
    factories.step_request(
        here, "reference_check", earlier=elsewhere.step_request, state=StepRequest.State.REUSED
    )
    response = shown(rita, role)
    assert [column.application.pk for column in response.context["table"].columns] == [here.pk]
    assert row(response, "Leadership") == [["M 3", "M 3", "S 4"]]


def test_references_reused_by_later_applications_to_the_role_are_compared_for_each(
    organisation: Organisation, rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    first = with_answers(role, asked, "Ada", "Abel").step_request
    pks = [first.application_id]
    for _time in range(2):
        again = factories.application(role, candidate=first.application.candidate)
        factories.step_request(again, "reference_check", earlier=first, state=StepRequest.State.REUSED)
        pks.append(again.pk)
    response = shown(rita, role)
    assert [column.application.pk for column in response.context["table"].columns] == pks
    assert row(response, "Leadership") == [["M 3", "M 3", "S 4"]] * 3


@pytest.mark.world
def test_private_and_erased_candidates_are_left_out(
    organisation: Organisation, role: Role, asked: QuestionnaireVersion
) -> None:
    with_answers(role, asked, "Ada", "Private", private=True)
    erased = with_answers(role, asked, "Bo", "Erased").step_request.application
    erased.erased_at = NOW
    erased.save()
    other = factories.member(organisation)
    assert shown(other, role).context["table"].columns == ()
    assert "No references to compare yet" in shown(other, role).content.decode()
    assert names(shown(role.owner, role)) == ["Ada"]


@pytest.mark.world
def test_hiring_managers_compare_references_on_their_roles(
    organisation: Organisation, role: Role, asked: QuestionnaireVersion
) -> None:
    with_answers(role, asked, "Ada", "Abel")
    manager = factories.member(organisation, kind="hiring_manager")
    assert shown(manager, role).status_code == 404
    role.viewers.add(manager)
    assert names(shown(manager, role)) == ["Ada"]


@pytest.mark.world
def test_each_look_at_references_is_audited(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    pks = [with_answers(role, asked, first, "X").step_request.application_id for first in ("Ada", "Bo")]
    shown(rita, role)
    shown(rita, role, candidate=pks[1])
    entries = AuditEntry.objects.of(role.organisation).filter(action="references.compared")
    assert list(entries.order_by("pk").values_list("member", "details")) == [
        (rita.pk, {"role": role.pk, "applications": pks, "names_hidden": False}),
        (rita.pk, {"role": role.pk, "applications": pks[1:], "names_hidden": False}),
    ]


@pytest.mark.world
def test_others_are_refused_and_nothing_is_audited(
    organisation: Organisation, role: Role, asked: QuestionnaireVersion
) -> None:
    with_answers(role, asked, "Ada", "Abel")
    stranger = factories.member(factories.organisation(), kind="admin")
    where = path("role_compare_references", organisation, role.pk)
    assert signed_in(stranger).get(where).status_code == 404
    assert Client().get(where).status_code == 302
    assert signed_in(role.owner).post(where).status_code == 405
    other = factories.role(factories.organisation())
    assert shown(role.owner, other).status_code == 404
    assert not AuditEntry.objects.across_organisations().filter(action="references.compared").exists()


@pytest.mark.world
def test_five_candidates_take_no_more_queries_than_one(
    rita: Membership, role: Role, asked: QuestionnaireVersion
) -> None:
    client, where = signed_in(rita), path("role_compare_references", role.organisation, role.pk)
    counts = []
    for first in ("Ada", "Bo", "Cy"):
        with_answers(role, asked, first, "X")
        client.get(where)
        with CaptureQueriesContext(connection) as queries:
            client.get(where)
        counts.append(len(queries))
    assert counts == [counts[0]] * 3


def test_columns_are_sorted_by_the_names_shown(
    role: Role, rita: Membership, asked: QuestionnaireVersion
) -> None:
    for first, preferred in (("Ada", "Zoe"), ("Bo", "")):
        answered(checked(role, asked, first, "Zorn", preferred_name=preferred), 1)
    assert [with_reference.name for with_reference in with_references(role, rita)[0]] == [
        "Bo Zorn",
        "Zoe Zorn",
    ]


def with_a_reference_each(role: Role, asked: QuestionnaireVersion, number: int) -> list[Check]:
    """Finished checks with one reference, of as many candidates, oldest first."""
    organisation = role.organisation
    step = factories.step(role, "reference_check")
    step_requests = StepRequest.objects.of(organisation).bulk_create(
        StepRequest(
            organisation=organisation,
            application=application,
            step=step,
            state=StepRequest.State.STARTED,
            requested_at=NOW,
            started_at=NOW,
        )
        for application in applications(role, number)
    )
    checks = Check.objects.of(organisation).bulk_create(
        Check(
            organisation=organisation,
            step_request=step_request,
            version=asked,
            wanted=1,
            least=1,
            progress="completed",
            opened_at=NOW,
            completed_at=NOW,
            deadline_at=NOW,
        )
        for step_request in step_requests
    )
    referees = Referee.objects.of(organisation).bulk_create(
        Referee(
            organisation=organisation,
            check_run=check,
            slot=1,
            name="Maria Schmidt",
            email="maria@globex.example",
            from_month="2021-04",
            relationship="manager",
            created_at=NOW,
        )
        for check in checks
    )
    requests = ReferenceRequest.objects.of(organisation).bulk_create(
        ReferenceRequest(
            organisation=organisation,
            check_run=referee.check_run,
            referee=referee,
            state="answered",
            sent_at=NOW,
            settled_at=NOW,
            deadline_at=NOW,
        )
        for referee in referees
    )
    Reference.objects.of(organisation).bulk_create(
        Reference(organisation=organisation, request=request, version=asked, answers=FULL, submitted_at=NOW)
        for request in requests
    )
    return checks


@pytest.mark.world
def test_the_page_says_so_if_older_checks_are_left_out(
    role: Role, rita: Membership, asked: QuestionnaireVersion
) -> None:
    sentence = f"Showing the {MAX_ROWS} most recent reference checks."
    oldest, *_ = with_a_reference_each(role, asked, MAX_ROWS)
    response = shown(rita, role)
    assert (len(response.context["everybody"]), sentence in response.content.decode()) == (MAX_ROWS, False)
    answered(checked(role, asked, "Cy", "Zorn"), 1)
    response = shown(rita, role)
    assert (len(response.context["everybody"]), sentence in response.content.decode()) == (MAX_ROWS, True)
    assert oldest.pk not in {one.check_id for one in response.context["everybody"]}


@pytest.mark.world
def test_reused_references_are_compared_whatever_was_answered_since(
    role: Role, rita: Membership, asked: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.comparison.references.MAX_ROWS", 2)
    other = factories.role(role.organisation, owner=rita)
    earlier = with_answers(other, asked, "Ada", "Abel").step_request
    here = factories.application(role, candidate=earlier.application.candidate)
    factories.step_request(here, "reference_check", earlier=earlier, state=StepRequest.State.REUSED)
    since = [check.pk for check in with_a_reference_each(other, asked, 3)]
    Check.objects.of(role.organisation).filter(pk__in=since).update(
        step_request=earlier, completed_at=NOW + timedelta(days=1)
    )
    found, has_older = with_references(role, rita)
    assert ([candidate.application.pk for candidate in found], has_older) == ([here.pk], False)

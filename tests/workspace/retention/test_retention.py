"""Retention: who is erased, the preview, and the run, including interrupted and concurrent runs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.domain.organisation import change_retention, retention_of
from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.core.events import record
from goodword.core.personal_data import Counts, Eraser, Subject, erasers
from goodword.flow import ERASURE
from goodword.references.models import Check
from goodword.roles.models import Role
from goodword.workflow.domain.legal_holds import place_hold
from goodword.workflow.domain.own_erasure import request_own_erasure
from goodword.workflow.models import Appeal, takes_answers, takes_answers_query
from goodword.workspace.candidate.timeline import ERASURES
from goodword.workspace.retention import rules
from goodword.workspace.retention.rules import Months, next_run, organisations_due, preview_run, sweep
from tests.references.answered import whole
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path, reported

pytestmark = pytest.mark.django_db

#: a Tuesday, noon in Berlin
NOW = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
YEAR_AGO = NOW - timedelta(days=366)
OLD = Months(old=12, hidden=None)


@pytest.fixture
def org() -> Organisation:
    return factories.organisation(name="Acme", erases_old=True, keep_months=12)


@pytest.fixture
def role(org: Organisation) -> Role:
    return factories.role(org)


def ended(role: Role, name: str, *, at: datetime = YEAR_AGO, **values: Any) -> Application:
    given = {"status": "rejected", "rejected_at": at, "applied_at": at - timedelta(days=30)}
    return named(role, name, "Lovelace", created_at=at - timedelta(days=30), **given | values)


def erased(org: Organisation) -> list[int]:
    rows = Candidate.objects.of(org).exclude(erased_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def due_ids(org: Organisation, months: Months | None = None, *, now: datetime = NOW) -> list[int]:
    org.refresh_from_db()
    return sorted(due.candidate_id for due in preview_run(org, months or Months.of(org), now=now).due)


# --- the rules ----------------------------------------------------------------------------------------------------


@pytest.mark.world
def test_the_period_counts_days_from_the_end_of_the_last_application(org: Organisation, role: Role) -> None:
    ada = ended(role, "Ada", at=datetime(2025, 3, 3, 22, 59, tzinfo=UTC))  # 3 March in Berlin
    ended(role, "Bob", at=datetime(2025, 3, 3, 23, 1, tzinfo=UTC))  # 4 March in Berlin
    assert due_ids(org) == [ada.candidate_id]
    assert sweep(org.pk, now=NOW) == 1
    assert erased(org) == [ada.candidate_id]


def test_the_latest_application_of_a_person_counts(org: Organisation, role: Role) -> None:
    ada = ended(role, "Ada")
    factories.application(
        factories.role(org),
        candidate=ada.candidate,
        status="hired",
        hired_at=NOW - timedelta(days=30),
    )
    assert due_ids(org) == []
    assert sweep(org.pk, now=NOW) == 0
    assert due_ids(org, now=NOW + timedelta(days=336)) == [ada.candidate_id]


def test_people_with_an_active_application_are_kept(org: Organisation, role: Role) -> None:
    ada = ended(role, "Ada")
    factories.application(factories.role(org), candidate=ada.candidate, created_at=YEAR_AGO)
    named(role, "Bob", "Idle", created_at=YEAR_AGO)
    assert due_ids(org) == []
    assert preview_run(org, OLD, now=NOW).going_on == 2
    assert sweep(org.pk, now=NOW) == 0


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["attempt.completed", "reference.received", "check.declined"])
def test_a_later_answer_restarts_the_period(org: Organisation, role: Role, name: str) -> None:
    ada = ended(role, "Ada")
    record(
        name,
        organisation_id=org.pk,
        application_id=ada.pk,
        actor="candidate",
        at=NOW - timedelta(days=300),
        data={},
    )
    assert due_ids(org) == []
    assert due_ids(org, now=NOW + timedelta(days=66)) == [ada.candidate_id]


def test_opening_a_report_does_not_restart_the_period(org: Organisation, role: Role) -> None:
    ada = ended(role, "Ada")
    record("report.opened", organisation_id=org.pk, application_id=ada.pk, actor="m", at=NOW, data={})
    assert due_ids(org) == [ada.candidate_id]


@pytest.mark.world
def test_people_who_wait_for_a_human_review_are_not_erased(org: Organisation, role: Role) -> None:
    """The request stays on Home until it is answered (docs/law/ai-act.md)."""
    ada = ended(role, "Ada")
    appeal = Appeal.objects.create(organisation=org, application=ada, text="Look again.", opened_at=YEAR_AGO)
    assert (due_ids(org), preview_run(org, OLD, now=NOW).open_steps) == ([], 1)
    assert sweep(org.pk, now=NOW) == 0
    appeal.answer, appeal.answered_at = "We did.", NOW
    appeal.save()
    assert sweep(org.pk, now=NOW + timedelta(days=1)) == 1


@pytest.mark.world
@pytest.mark.parametrize("kind", ["check", "attempt"])
def test_people_with_an_open_step_are_not_erased(org: Organisation, role: Role, kind: str) -> None:
    ada = ended(role, "Ada")
    run: Check | Attempt = checked(ada) if kind == "check" else invited(ada)
    type(run).objects.of(org).update(
        deadline_at=NOW - timedelta(days=29), opened_at=YEAR_AGO, invited_at=YEAR_AGO
    )
    assert due_ids(org) == []
    assert preview_run(org, OLD, now=NOW).open_steps == 1
    assert sweep(org.pk, now=NOW) == 0
    # answers are accepted until thirty days after the deadline
    assert sweep(org.pk, now=NOW + timedelta(days=2)) == 1


@pytest.mark.matrix
@pytest.mark.parametrize("days", [-31, -29, 1])
@pytest.mark.parametrize(
    "values",
    [
        {"invited_at": YEAR_AGO},
        {"invited_at": None},
        {"invited_at": YEAR_AGO, "clock_stopped_at": YEAR_AGO},
        {"invited_at": YEAR_AGO, "paused_at": YEAR_AGO},
        {"invited_at": YEAR_AGO, "closed_at": YEAR_AGO},
        {"invited_at": YEAR_AGO, "progress": "completed"},
    ],
    ids=str,
)
def test_steps_that_accept_answers_count_as_open(role: Role, values: dict[str, Any], days: int) -> None:
    run = checked(ended(role, "Ada"))
    rows = Check.objects.of(role.organisation)
    rows.update(deadline_at=NOW + timedelta(days=days), **values)
    run.refresh_from_db()
    assert rows.filter(takes_answers_query(now=NOW)).exists() is takes_answers(run, now=NOW)


@pytest.mark.world
def test_a_deadline_on_hold_keeps_a_step_open(org: Organisation, role: Role) -> None:
    run = checked(ended(role, "Ada"))
    Check.objects.of(org).filter(pk=run.pk).update(deadline_at=YEAR_AGO, clock_stopped_at=YEAR_AGO)
    assert sweep(org.pk, now=NOW) == 0


@pytest.mark.world
def test_people_no_longer_visible_have_a_separate_rule(org: Organisation, role: Role) -> None:
    Organisation.objects.update(erases_old=False, erases_hidden=True, hidden_months=6)
    half_a_year = NOW - timedelta(days=184)
    ada = named(role, "Ada", "Gone", not_visible_since=half_a_year)
    bob = named(role, "Bob", "Partly", not_visible_since=half_a_year)
    factories.application(factories.role(org), candidate=bob.candidate)
    named(role, "Eve", "Lately", not_visible_since=NOW - timedelta(days=100))
    named(role, "Zoe", "Here")
    assert due_ids(org) == [ada.candidate_id]
    assert sweep(org.pk, now=NOW) == 1
    assert erased(org) == [ada.candidate_id]
    assert Erasure.objects.of(org).get().reason == "not_visible"


def test_people_with_an_erasure_are_skipped(org: Organisation, role: Role) -> None:
    ada = ended(role, "Ada")
    asked = request_own_erasure(application=ada, now=NOW)
    assert due_ids(org) == []
    assert sweep(org.pk, now=NOW) == 0
    assert Erasure.objects.of(org).get().due_at == asked.due_at


def test_nothing_is_erased_while_retention_is_off(org: Organisation, role: Role) -> None:
    ended(role, "Ada", at=NOW - timedelta(days=4000))
    Organisation.objects.update(erases_old=False)
    assert due_ids(org) == []
    assert sweep(org.pk, now=NOW) == 0
    assert organisations_due(now=NOW) == []


def test_retention_is_off_for_new_organisations() -> None:
    assert Months.of(factories.organisation()) == Months(old=None, hidden=None)


@pytest.mark.world
def test_another_organisation_is_not_touched(org: Organisation, role: Role) -> None:
    ended(role, "Ada")
    other = factories.organisation(erases_old=True, keep_months=12)
    theirs = ended(factories.role(other), "Bob")
    assert sweep(org.pk, now=NOW) == 1
    assert erased(other) == []
    assert rules.erase_if_due(candidate_id=theirs.candidate_id, organisation_id=org.pk, now=NOW) is False
    assert erased(other) == []


# --- the run --------------------------------------------------------------------------------------------------------


@pytest.mark.world
def test_the_preview_matches_the_run(org: Organisation, role: Role) -> None:
    for days in (340, 365, 366, 367, 400, 900):
        ended(role, f"Day {days}", at=NOW - timedelta(days=days))
    kept = ended(role, "Kept", at=NOW - timedelta(days=800))
    admin = factories.member(org, kind="admin")
    place_hold(on=kept.candidate, ground="claims", reason="Case 7", by=admin, now=NOW)
    org.retention_ran_on = NOW.date()
    org.save()
    seen = preview_run(org, OLD, now=NOW)
    assert (len(seen.due), seen.on_hold, seen.since) == (5, 1, NOW - timedelta(days=900))
    assert seen.at == datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # 3 o'clock in Berlin
    assert organisations_due(now=seen.at - timedelta(seconds=1)) == []
    assert organisations_due(now=seen.at) == [org.pk]
    assert sweep(org.pk, now=seen.at) == 5
    assert erased(org) == sorted(due.candidate_id for due in seen.due)
    assert organisations_due(now=seen.at) == []


@pytest.mark.main_case
def test_a_run_uses_the_usual_erasure(org: Organisation, role: Role) -> None:
    ada = ended(role, "Ada")
    reported(ada)
    Organisation.objects.update(keep_months=1)
    later = NOW + timedelta(days=60)
    assert sweep(org.pk, now=later) == 1
    entry = AuditEntry.objects.of(org).get(action="person.erased")
    assert (entry.actor, entry.details["counts"]["answers"] > 0) == ("goodword", True)
    page = signed_in(factories.member(org, kind="admin")).get(path("candidate", org, ada.pk)).content.decode()
    assert "Retention period ended." in page


#: by candidate, the error raised at the end of their erasure
FAILURES: dict[int, type[BaseException]] = {}
#: by candidate, what to run during their erasure
MEANWHILE: dict[int, Callable[[], object]] = {}


def failing_eraser(subject: Subject, _now: datetime) -> Counts:
    if meanwhile := MEANWHILE.get(subject.candidate_id or 0):
        meanwhile()
    if fate := FAILURES.get(subject.candidate_id or 0):
        raise fate
    return {}


WITH_FAILURES = (*ERASURE, Eraser((), failing_eraser))


@pytest.fixture
def failures(settings: Settings) -> Iterator[dict[int, type[BaseException]]]:
    settings.GOODWORD_ERASURE = "tests.workspace.retention.test_retention.WITH_FAILURES"
    erasers.cache_clear()
    yield FAILURES
    FAILURES.clear()
    MEANWHILE.clear()
    erasers.cache_clear()


def test_the_timeline_has_a_text_for_every_reason() -> None:
    assert set(ERASURES) == set(Erasure.Reason.values)


@pytest.mark.world
def test_an_interrupted_run_is_continued(
    org: Organisation, role: Role, failures: dict[int, type[BaseException]]
) -> None:
    people = [ended(role, f"N{n}").candidate_id for n in range(3)]
    failures[people[1]] = KeyboardInterrupt  # uncaught, like a kill
    with pytest.raises(KeyboardInterrupt):
        sweep(org.pk, now=NOW)
    assert erased(org) == people[:1]
    assert [candidate.name for candidate in Candidate.objects.of(org).filter(pk=people[1])] == ["N1 Lovelace"]
    assert not Erasure.objects.of(org).filter(done_at=None).exists()
    assert organisations_due(now=NOW) == [org.pk]
    failures.clear()
    assert sweep(org.pk, now=NOW) == 2
    assert erased(org) == people
    assert organisations_due(now=NOW) == []


@pytest.mark.world
def test_one_failure_does_not_stop_the_run(
    org: Organisation, role: Role, failures: dict[int, type[BaseException]]
) -> None:
    first, second = (ended(role, f"N{n}").candidate_id for n in range(2))
    failures[first] = ValueError
    assert sweep(org.pk, now=NOW) == 1
    assert erased(org) == [second]


def test_a_run_uses_the_current_settings_for_each_person(org: Organisation, role: Role) -> None:
    ada = ended(role, "Ada")
    Organisation.objects.update(keep_months=24)
    assert rules.erase_if_due(candidate_id=ada.candidate_id, organisation_id=org.pk, now=NOW) is False


@pytest.mark.world
@pytest.mark.parametrize("when", ["before the organisation's turn", "between two people"])
def test_a_rule_changed_while_a_run_is_under_way_erases_nobody_until_the_next_day(
    org: Organisation, role: Role, when: str
) -> None:
    people = [ended(role, f"N{n}").candidate_id for n in range(2)]
    lately = ended(role, "Lately", at=NOW - timedelta(days=200)).candidate_id
    admin = factories.member(org, kind="admin")
    assert organisations_due(now=NOW) == [org.pk]
    if when == "between two people":
        assert rules.erase_if_due(candidate_id=people[0], organisation_id=org.pk, now=NOW)
    shorter = replace(retention_of(org), keep_months=6)
    assert change_retention(organisation=org, settings=shorter, by=admin, now=NOW)
    before = erased(org)
    for candidate_id in (*people, lately):
        assert not rules.erase_if_due(candidate_id=candidate_id, organisation_id=org.pk, now=NOW)
    assert (sweep(org.pk, now=NOW), erased(org)) == (0, before)
    assert sweep(org.pk, now=NOW + timedelta(days=1)) == 3 - len(before)
    assert erased(org) == [*people, lately]


@pytest.mark.world
@pytest.mark.usefixtures("failures")
def test_a_rule_changed_after_midnight_during_a_run_erases_nobody_until_the_next_day(
    org: Organisation, role: Role
) -> None:
    before_midnight = NOW.replace(hour=22, minute=50)  # 23:50 in Berlin
    after_midnight = before_midnight + timedelta(minutes=20)
    first = ended(role, "First").candidate_id
    lately = ended(role, "Lately", at=NOW - timedelta(days=200)).candidate_id
    MEANWHILE[first] = lambda: change_retention(
        organisation=org,
        settings=replace(retention_of(org), keep_months=6),
        by=factories.member(org, kind="admin"),
        now=after_midnight,
    )
    assert (sweep(org.pk, now=before_midnight), erased(org)) == (1, [first])
    assert (sweep(org.pk, now=after_midnight + timedelta(hours=4)), erased(org)) == (0, [first])
    assert sweep(org.pk, now=after_midnight + timedelta(days=1, hours=4)) == 1
    assert erased(org) == [first, lately]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("now", "ran", "expected"),
    [
        ("2026-03-03 01:00", None, "2026-03-03 02:00"),  # 3 o'clock in Berlin
        ("2026-03-03 11:00", None, "2026-03-03 11:00"),  # missed: at once
        ("2026-03-03 11:00", "2026-03-02", "2026-03-03 11:00"),
        ("2026-03-03 11:00", "2026-03-03", "2026-03-04 02:00"),
        ("2026-03-28 11:00", "2026-03-28", "2026-03-29 01:00"),  # summer time
        ("2026-03-03 11:00", "2031-01-01", "2026-03-03 11:00"),  # the clock was ahead
    ],
)
def test_the_next_run_starts_at_three_in_the_morning(now: str, ran: str | None, expected: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(f"{text}+00:00")

    org = factories.organisation(
        erases_old=True, retention_ran_on=datetime.fromisoformat(ran).date() if ran else None
    )
    assert next_run(org, now=at(now)) == at(expected)


# --- the page -------------------------------------------------------------------------------------------------------


def page(who: Membership) -> BeautifulSoup:
    return BeautifulSoup(signed_in(who).get(path("retention", who.organisation)).content, "html.parser")


def words(content: bytes, where: str = "main") -> str:
    found = BeautifulSoup(content, "html.parser").select_one(where)
    return " ".join(found.get_text(" ").split()) if found else ""


def post(who: Membership, **typed: str) -> Any:
    return signed_in(who).post(
        path("retention", who.organisation), {"keep_months": "12", "hidden_months": "6"} | typed
    )


@pytest.fixture
def off() -> Iterator[Membership]:
    """An admin of an organisation without automatic erasure."""
    org = factories.organisation(name="Acme")
    role = factories.role(org)
    ended(role, "Ada")
    ended(role, "Bob", at=NOW - timedelta(days=200))
    with time_machine.travel(NOW, tick=False):
        yield role.owner


@pytest.mark.world
def test_enabling_retention_asks_for_confirmation(off: Membership) -> None:
    org = off.organisation
    before = retention_of(org)
    asked = post(off, erases_old="on")
    assert asked.status_code == 200
    said = words(asked.content, "#confirm")
    assert "1 person will be erased on Wed 4 Mar, 03:00" in said  # the next day
    assert "Ada Lovelace" in said and "Bob" not in said
    assert "2 Mar 2025" in said
    org.refresh_from_db()
    assert retention_of(org) == before
    form = BeautifulSoup(asked.content, "html.parser").select_one("#confirm form")
    assert form is not None
    typed = {
        tag["name"]: tag.get("value", "")
        for tag in form.select("input[name]")
        if tag["name"] != "csrfmiddlewaretoken"
    }
    assert post(off, **{str(name): str(value) for name, value in typed.items()}).status_code == 302
    org.refresh_from_db()
    assert (org.erases_old, org.keep_months, org.erases_hidden) == (True, 12, False)
    [entry] = AuditEntry.objects.of(org).filter(action="retention.changed")
    assert (entry.member, entry.details) == (off, {"changed": {"erases_old": [False, True]}})
    # not before the next day
    at = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
    assert organisations_due(now=at - timedelta(seconds=1)) == []
    assert organisations_due(now=at) == [org.pk]
    assert sweep(org.pk, now=at) == 1


def test_a_confirmation_is_valid_only_for_the_settings_shown(off: Membership) -> None:
    assert post(off, erases_old="on", keep_months="6", confirmed="12/-").status_code == 200
    off.organisation.refresh_from_db()
    assert off.organisation.erases_old is False


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("before", "typed", "asks"),
    [
        ({}, {"erases_old": "on"}, True),
        ({}, {"erases_hidden": "on"}, True),
        ({}, {"keep_months": "1"}, False),  # still off
        ({"erases_old": True}, {"erases_old": "on", "keep_months": "11"}, True),
        ({"erases_old": True}, {"erases_old": "on", "keep_months": "13"}, False),
        ({"erases_old": True}, {}, False),
        ({"erases_hidden": True}, {"erases_hidden": "on", "hidden_months": "5"}, True),
    ],
)
def test_only_earlier_erasure_needs_confirmation(
    off: Membership, before: dict[str, Any], typed: dict[str, str], asks: bool
) -> None:
    Organisation.objects.filter(pk=off.organisation_id).update(**before)
    response = post(off, **typed)
    assert (response.status_code == 200) is asks
    page = BeautifulSoup(response.content, "html.parser")
    assert bool(page.select("#confirm")) is asks
    assert any("Erase these people?" in title.text for title in page.select("title")) is asks


@pytest.mark.parametrize(("months", "later"), [("13", True), ("11", False)])
def test_saving_a_longer_period_says_what_people_have_been_told(
    off: Membership, months: str, later: bool
) -> None:
    Organisation.objects.filter(pk=off.organisation_id).update(erases_old=True)
    response = post(off, erases_old="on", keep_months=months, confirmed=f"{months}/-")
    said = [str(message) for message in get_messages(response.wsgi_request)]
    told = " People who have already answered were told that their data is erased earlier." if later else ""
    assert said == [f"Saved. Privacy notices are updated.{told}"]


def test_the_preview_button_saves_nothing(off: Membership) -> None:
    before = retention_of(off.organisation)
    post(off, erases_old="on", show="1", confirmed="12/-")
    off.organisation.refresh_from_db()
    assert retention_of(off.organisation) == before


@pytest.mark.matrix
@pytest.mark.parametrize("typed", [{"keep_months": "0"}, {"keep_months": "121"}, {"hidden_months": "soon"}])
def test_invalid_input_is_refused(off: Membership, typed: dict[str, str]) -> None:
    response = post(off, erases_old="on", **typed)
    assert response.status_code == 422
    assert "Choose 1 to 120 months." in response.content.decode()
    assert AuditEntry.objects.of(off.organisation).filter(action="retention.changed").count() == 0


@pytest.mark.world
def test_retention_needs_an_admin(off: Membership) -> None:
    where = path("retention", off.organisation)
    typed = {"erases_old": "on", "keep_months": "12", "hidden_months": "6", "confirmed": "12/-"}
    stranger = factories.member(factories.organisation(), kind="admin")
    for client, status in (
        (Client(), 302),
        (signed_in(stranger), 404),
        (signed_in(factories.member(off.organisation)), 403),
        (signed_in(factories.member(off.organisation, kind="hiring_manager")), 403),
    ):
        assert client.get(where).status_code == status
        assert client.post(where, typed).status_code == status
    off.organisation.refresh_from_db()
    assert off.organisation.erases_old is False
    assert signed_in(off).get(where).status_code == 200


# --- two at once ----------------------------------------------------------------------------------------------------


def at_once(*acts: Callable[[], int]) -> list[int]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], int]) -> int:
        try:
            barrier.wait(timeout=60)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_two_concurrent_runs_erase_everyone_once() -> None:
    org = factories.organisation(erases_old=True, keep_months=12)
    role = factories.role(org)
    people = [ended(role, f"N{n}").candidate_id for n in range(6)]
    done = at_once(lambda: sweep(org.pk, now=NOW), lambda: sweep(org.pk, now=NOW))
    assert sum(done) == 6
    assert erased(org) == people
    assert Erasure.objects.of(org).count() == 6
    assert AuditEntry.objects.of(org).filter(action="person.erased").count() == 6
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.world
def test_referees_are_erased_with_the_candidate() -> None:
    check = whole()
    org = check.organisation
    Organisation.objects.filter(pk=org.pk).update(erases_old=True)
    Application.objects.of(org).update(status="rejected", rejected_at=YEAR_AGO)
    assert sweep(org.pk, now=NOW) == 1
    assert not check.referees.exists()

"""A recruiter's actions on an assessment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.member_actions import extend_attempt
from goodword.assessments.attempts.parts import AttemptClosed, begin_part
from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.assessments.queries import items_of
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.reports.models import Report
from tests.assessments.all_kinds import assessment_of_all
from tests.assessments.support import answer_all, part_of, rows, tell
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import invited, named, path

NOW = factories.NOW
LATER = NOW + timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(LATER, tick=False)]
AT_ONCE = ("attempt_remind", "attempt_pause", "attempt_resume")
ACTIONS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in AT_ONCE),
    ("attempt_extend_deadline", {"days": "30"}),
    ("attempt_mark_complete", {}),
    ("attempt_cancel", {}),
]


@pytest.fixture
def application() -> Application:
    return named(factories.role(factories.organisation(name="Acme")), "Ada", "Zorn")


@pytest.fixture
def rita(application: Application) -> Membership:
    return factories.member(application.organisation)


def time_to_answer(member: Membership, attempt: Attempt) -> str:
    page = path("candidate", member.organisation, attempt.step_request.application_id)
    rows = BeautifulSoup(signed_in(member).get(page).content, "html.parser").select("#assessment .kv__row")
    [row] = [text for tag in rows if "Time to answer" in (text := " ".join(tag.get_text().split()))]
    return row


def where(attempt: Attempt, name: str) -> str:
    return path(name, attempt.organisation, attempt.step_request.application_id, attempt.pk)


def do(who: Membership, attempt: Attempt, name: str, data: dict[str, Any] | None = None) -> list[str]:
    """The page's messages or form errors."""
    response = signed_in(who).post(where(attempt, name), data or {}, follow=True)
    page = BeautifulSoup(response.content, "html.parser")
    wrong = [" ".join(line.get_text().split()) for line in page.select(".error-summary li")]
    return [str(message) for message in response.context["messages"]] or wrong


def audited(who: Membership) -> list[str]:
    entries = AuditEntry.objects.of(who.organisation).filter(member=who, action__startswith="attempt.")
    return list(entries.order_by("pk").values_list("action", flat=True))


def events(attempt: Attempt) -> list[str]:
    found = Event.objects.filter(application_id=attempt.step_request.application_id, occurred_at=LATER)
    return list(found.order_by("pk").values_list("name", flat=True))


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.of(attempt.organisation).get(pk=attempt.pk)


def state(attempt: Attempt) -> list[Any]:
    audit = AuditEntry.objects.of(attempt.organisation).filter(action__startswith="attempt.")
    return [
        rows(attempt),
        Event.objects.count(),
        audit.count(),
        Email.objects.of(attempt.organisation).count(),
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "data"), ACTIONS)
def test_actions_need_a_recruiter_of_the_organisation(
    application: Application, name: str, data: dict[str, Any]
) -> None:
    attempt = invited(application)
    answer_all(attempt, but=(7,))
    before = state(attempt)
    manager = factories.member(application.organisation, kind="hiring_manager")
    assert application.role is not None
    application.role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    theirs = path(name, stranger.organisation, application.pk, attempt.pk)
    other = invited(named(application.role, "Bo", "Abel"))
    mixed = path(name, application.organisation, application.pk, other.pk)
    recruiter = factories.member(application.organisation)
    before = state(attempt)
    answers = [
        Client().post(where(attempt, name), data),
        signed_in(manager).post(where(attempt, name), data),
        signed_in(stranger).post(where(attempt, name), data),
        signed_in(stranger).post(theirs, data),
        signed_in(recruiter).post(mixed, data),
        signed_in(recruiter).get(where(attempt, name)),
    ]
    opened = 405 if name in AT_ONCE else 200
    assert [answer.status_code for answer in answers] == [302, 403, 404, 404, 404, opened]
    assert state(attempt) == before


@pytest.mark.world
def test_a_candidate_is_reminded_once_in_ten_minutes(application: Application, rita: Membership) -> None:
    attempt = invited(application)
    assert do(rita, attempt, "attempt_remind") == ["Reminder on its way. 1 left."]
    assert do(rita, attempt, "attempt_remind") == [
        "An e-mail was just sent or is about to be. Wait ten minutes."
    ]
    assert fresh(attempt).reminders_sent == 1
    kinds = Email.objects.of(rita.organisation).filter(application=application).values_list("kind", flat=True)
    assert list(kinds.order_by("pk")) == ["assessment.invitation", "assessment.reminder"]
    assert (audited(rita), events(attempt)) == (["attempt.reminded"], ["attempt.reminded"])


@pytest.mark.world
def test_pausing_stops_reminders_until_a_member_resumes(application: Application, rita: Membership) -> None:
    attempt = invited(application)
    due = fresh(attempt).next_reminder_at
    assert due is not None
    assert do(rita, attempt, "attempt_pause") == ["Paused. No reminders are sent; the link still works."]
    do(rita, attempt, "attempt_pause")
    assert (fresh(attempt).paused_at, fresh(attempt).next_reminder_at) == (LATER, None)
    assert do(rita, attempt, "attempt_remind") == ["This assessment is paused. Resume it first."]
    tell(
        "application.entered_stage", application, at=LATER, stage_id=application.stage_id or 0, stage_name="A"
    )
    run_jobs()
    assert fresh(attempt).paused_at == LATER
    assert do(rita, attempt, "attempt_resume") == ["Resumed. Reminders whose day hasn't passed will be sent."]
    assert (fresh(attempt).paused_at, fresh(attempt).next_reminder_at) == (None, due)
    assert [name for name in events(attempt) if name.startswith("step.")] == ["step.paused", "step.resumed"]


@pytest.mark.world
def test_extending_moves_the_deadline_and_says_what_is_wrong(
    application: Application, rita: Membership
) -> None:
    attempt = invited(application)
    assert do(rita, attempt, "attempt_extend_deadline", {"days": "0"}) == [
        "Working days from today: Choose 1 to 60 working days."
    ]
    [early] = do(rita, attempt, "attempt_extend_deadline", {"days": "1"})
    assert early.startswith("The deadline is already ")
    assert do(rita, attempt, "attempt_extend_deadline", {"days": "30"}) == ["Deadline extended."]
    assert do(rita, attempt, "attempt_extend_deadline", {"days": "30"}) == [
        "The deadline is already Tuesday 14 April. Choose a later one."
    ]
    mails = Email.objects.of(rita.organisation).filter(kind="assessment.extended")
    assert [email.to_address for email in mails] == [application.candidate.email]
    assert fresh(attempt).deadline_at > attempt.deadline_at + timedelta(days=20)
    assert (audited(rita), events(attempt)) == (["attempt.extended"], ["attempt.extended"])
    until = fresh(attempt).deadline_at.astimezone(rita.organisation.zone)
    assert f"working days, extended to {until:%a %-d %b, %H:%M}" in time_to_answer(rita, attempt)


@pytest.mark.slow
def test_extending_does_not_reveal_a_deadline_moved_by_an_adjustment(
    application: Application, rita: Membership
) -> None:
    assert application.role is not None
    plain, moved = invited(application), invited(named(application.role, "Bo", "Abel"))
    by = timedelta(days=14)
    Attempt.objects.of(rita.organisation).filter(pk=moved.pk).update(
        deadline_at=moved.deadline_at + by, deadline_moved_by=by
    )
    Adjustment.objects.create(organisation=rita.organisation, attempt=moved, asked_at=NOW, wants_time=50)
    for days in ("1", "10", "30"):
        said = [do(rita, attempt, "attempt_extend_deadline", {"days": days}) for attempt in (plain, moved)]
        assert said[0] == said[1]
    assert "extended to" in time_to_answer(rita, plain)
    assert time_to_answer(rita, moved) == time_to_answer(rita, plain)
    assert fresh(moved).deadline_at == fresh(plain).deadline_at + by
    assert do(rita, moved, "attempt_remind") == do(rita, plain, "attempt_remind")


@pytest.mark.world
def test_a_deadline_extended_before_a_rejection_is_not_shown_once_it_is_renewed(
    application: Application, rita: Membership
) -> None:
    attempt = invited(application)
    extend_attempt(attempt_id=attempt.pk, days=10, member=rita, now=LATER)
    assert "extended to" in time_to_answer(rita, attempt)
    much_later = LATER + timedelta(days=60)
    for name, at in (("application.rejected", LATER), ("application.unrejected", much_later)):
        tell(name, application, at=at)
        run_jobs()
    assert fresh(attempt).deadline_at > much_later
    assert time_to_answer(rita, attempt) == "Time to answer7 working days"


def test_extending_counts_in_days_when_summer_time_begins_in_between(
    application: Application, rita: Membership
) -> None:
    attempt, zone = invited(application), rita.organisation.zone
    nominal, own = (datetime(2026, 3, day, 23, 59, tzinfo=zone).astimezone(UTC) for day in (26, 31))
    Attempt.objects.of(rita.organisation).filter(pk=attempt.pk).update(
        deadline_at=own, deadline_moved_by=own - nominal
    )
    extend_attempt(attempt_id=attempt.pk, days=10, member=rita, now=datetime(2026, 3, 27, 10, tzinfo=UTC))
    found = fresh(attempt)
    assert found.overdue_since == datetime(2026, 4, 10, 23, 59, tzinfo=zone)
    assert found.deadline_at == datetime(2026, 4, 15, 23, 59, tzinfo=zone)


@pytest.mark.world
def test_cancelling_keeps_answers_and_ends_the_link(application: Application, rita: Membership) -> None:
    attempt = invited(application)
    answer_all(attempt, but=(7,))
    assert do(rita, attempt, "attempt_cancel") == ["Cancelled. No more e-mails are sent."]
    found = fresh(attempt)
    assert (found.closed_at, found.close_reason, found.next_reminder_at) == (LATER, "cancelled", None)
    assert part_of(attempt).answers.count() == 15
    with pytest.raises(AttemptClosed):
        finish_part(attempt_id=attempt.pk, order=1, now=LATER)
    assert do(rita, attempt, "attempt_mark_complete") == [
        "This assessment is closed. Invite again to start a new one."
    ]
    assert (audited(rita), events(attempt)) == (["attempt.cancelled"], ["step.closed"])


@pytest.mark.world
def test_nothing_answered_cannot_be_marked_complete(application: Application, rita: Membership) -> None:
    attempt = invited(application)
    before = state(attempt)
    assert do(rita, attempt, "attempt_mark_complete") == [
        "Nothing has been answered yet, so there is nothing to report. Cancel the assessment instead."
    ]
    assert state(attempt) == before


@pytest.mark.world
def test_marking_complete_reports_what_was_answered_and_stops_a_running_clock(
    application: Application, rita: Membership
) -> None:
    assert application.role is not None
    assessment_of_all(application.role, kinds=("scales", "reasoning", "judgement"))
    attempt = invited(application)
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    begin_part(attempt_id=attempt.pk, order=2, now=LATER, device="computer")
    first = items_of(part_of(attempt, 2))[0]
    save_answer(attempt_id=attempt.pk, order=2, item_id=first.id, value=_key(first), now=LATER)
    page = signed_in(rita).get(where(attempt, "attempt_mark_complete"))
    effects = [line.get_text() for line in BeautifulSoup(page.content, "html.parser").select("main li")]
    assert effects[-5:] == [
        "Finished by the candidate: Work style.",
        "Reasoning: the candidate is working on it. Its clock stops; 1 of 12 answers count.",
        "Not started, so no result: Situations with customers.",
        "Tests that the candidate did not finish get no percentile, and the assessment no total.",
        "The report is created now and its note posted to Greenhouse. The candidate can no longer answer.",
    ]
    assert do(rita, attempt, "attempt_mark_complete") == ["Marked complete. The report is being created."]
    assert do(rita, attempt, "attempt_mark_complete") == ["Marked complete. The report is being created."]
    run_jobs()
    parts = AttemptPart.objects.of(rita.organisation).filter(attempt=attempt).order_by("order")
    assert list(parts.values_list("ended_by", "ended_at")) == [
        ("finished", NOW),
        ("by_member", LATER),
        ("", None),
    ]
    assert fresh(attempt).progress == "marked_complete"
    report = Report.objects.of(rita.organisation).get()
    assert [test["name"] for test in report.snapshot["assessment"]["tests"]] == ["Work style", "Reasoning"]
    assert "total" not in report.snapshot["assessment"]
    with pytest.raises(AttemptClosed):
        save_answer(attempt_id=attempt.pk, order=2, item_id=first.id, value=_key(first), now=LATER)
    assert audited(rita) == ["attempt.marked_complete"] * 2
    shown = signed_in(rita).get(path("candidate", rita.organisation, application.pk)).content.decode()
    assert "1 of 12 solved" in shown


def _key(task: Any) -> str:
    return str(task.drawn.key)


@pytest.mark.slow
def test_the_page_offers_what_is_possible(application: Application, rita: Membership) -> None:
    attempt = invited(application)

    def offered() -> list[str]:
        page = signed_in(rita).get(path("candidate", rita.organisation, application.pk))
        card = BeautifulSoup(page.content, "html.parser").select_one("#assessment .check__acts")
        assert card is not None
        found = [act.get_text(strip=True) for act in card.select("button, a")]
        return [words for words in found if words]

    assert offered() == ["Remind candidate", "Extend deadline", "Pause", "Invite again", "Cancel"]
    answer_all(attempt, but=(7,))
    assert offered() == [
        "Remind candidate",
        "Extend deadline",
        "Pause",
        "Mark complete",
        "Invite again",
        "Cancel",
    ]
    do(rita, attempt, "attempt_pause")
    assert offered() == ["Resume", "Extend deadline", "Mark complete", "Invite again", "Cancel"]
    do(rita, attempt, "attempt_cancel")
    assert offered() == ["Invite again"]

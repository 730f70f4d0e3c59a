"""Which needs Home lists, their order and counts."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core.workdays import calendar_of
from goodword.notifications.domain.bounces import note_complained
from goodword.notifications.models import Email
from goodword.workspace.needs_you.needs import Hidden, Urgency, Viewer, collect, late
from goodword.workspace.needs_you.sources import NAMES, SOURCES
from tests.references import story
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, path
from tests.workspace.needs_you.world import (
    DAY,
    LATE,
    NOW,
    WaitingReason,
    World,
    appealed,
    bounced,
    cannot_name,
    declined,
    mail_failed,
    mentioned,
    missed,
    needs,
    note_failed,
    only,
    report_failed,
    sentences,
    shown,
    stage_renamed,
    unsent,
    waits,
    without_rater,
    world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> World:
    return world()


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "less than a day late"),
        (2, "less than a day late"),
        (3, "less than a day late"),
        (4, "1 working day late"),
        (6, "3 working days late"),
    ],
)
def test_weekends_do_not_make_a_step_later(days: int, words: str) -> None:
    calendar = calendar_of("Europe/Berlin")
    friday = datetime(2026, 3, 6, 23, 59, tzinfo=calendar.zone)
    now = datetime(2026, 3, 6 + days, 10, 0, tzinfo=calendar.zone)
    assert late(friday, now=now, calendar=calendar) == words


@pytest.mark.world
def test_overdue_steps_come_after_stuck_ones_and_end_after_thirty_days(here: World) -> None:
    invited(here.named("Noor"))
    checked(here.named("Sofia"))
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS, requested_at=LATE)
    found = needs(here.rita, now=LATE)
    assert [(need.urgency.value, *sentences(need)) for need in shown(found)] == [
        (
            "stuck",
            "Ada Zorn has no usable e-mail address in Greenhouse",
            "invited once Greenhouse has one",
            ["Open in Greenhouse"],
        ),
        (
            "overdue",
            "Noor Zorn hasn't started",
            "0 of 2 reminders sent",
            ["Extend the deadline …", "Invite again"],
        ),
        (
            "overdue",
            "Sofia Zorn hasn't named referees",
            "0 of 2 reminders sent · takes answers until Thu 16 Apr",
            ["Extend to Mon 30 Mar"],
        ),
    ]
    assert {need.late for need in found.shown[Urgency.OVERDUE]} == {
        "3 working days late",
        "6 working days late",
    }
    assert found.counts == {Urgency.STUCK: 1, Urgency.OVERDUE: 2, Urgency.MENTIONED: 0}
    assert needs(here.rita, now=NOW + 90 * DAY).counts[Urgency.OVERDUE] == 0


@pytest.mark.world
def test_an_overdue_assessment_is_late_since_the_deadline_of_its_role(here: World) -> None:
    """The candidate's own deadline would reveal an adjustment."""
    attempt = invited(here.named("Noor"))
    before = attempt.deadline_at
    Attempt.objects.of(attempt.organisation).update(
        deadline_at=before + 3 * DAY, deadline_moved_by=timedelta(days=3)
    )
    assert only(here.rita, now=LATE).since == before


@pytest.mark.world
def test_an_overdue_check_names_those_who_have_not_answered() -> None:
    told = story.sent()
    owner = told.owner
    check = told.check
    check.requests.filter(referee__name="Maria Schmidt").update(state="answered")
    need = only(owner, now=check.deadline_at + DAY)
    assert need.what == "has 1 of 2 references"
    assert "no answer from Paul Meier" in need.detail
    assert [action.label for action in need.actions][1:] == ["Complete with 1 …"]


@pytest.mark.world
def test_referees_of_an_overdue_check_are_reminded_before_their_own_deadline() -> None:
    told = story.sent()
    owner = told.owner
    check, now = told.check, told.check.deadline_at + DAY
    paul, maria = (check.requests.get(referee__name=name) for name in ("Paul Meier", "Maria Schmidt"))
    for one in (paul, maria):
        one.deadline_at = now + DAY
        one.save()

    def offered() -> list[str]:
        return [action.label for action in only(owner, now=now).actions[1:]]

    assert sorted(offered()) == ["Remind Maria Schmidt", "Remind Paul Meier"]
    check.requests.filter(pk=maria.pk).update(reminders_sent=maria.reminders_promised)
    where = path("needs_you", check.organisation)
    with time_machine.travel(now, tick=False):
        client = signed_in(owner)
        [address] = [action.url for action in only(owner, now=now).actions[1:]]
        before = Email.objects.of(check.organisation).count()
        assert client.post(address, {"back": where}).headers["Location"] == where
        assert client.post(address, {"back": where}).status_code == 302
    assert Email.objects.of(check.organisation).count() == before + 1
    [entry] = AuditEntry.objects.of(check.organisation).filter(action="request.reminded")
    assert entry.member == owner
    check.requests.filter(pk=paul.pk).update(deadline_at=now - DAY)
    assert offered() == []


@pytest.mark.world
def test_reminding_a_referee_who_marked_our_mail_as_spam_is_not_offered() -> None:
    told = story.sent()
    check, now = told.check, told.check.deadline_at + DAY
    check.requests.update(deadline_at=now + DAY)
    maria = Email.objects.of(check.organisation).get(to_address="maria@globex.example")
    note_complained(email_id=maria.pk, now=now)
    assert [action.label for action in only(told.owner, now=now).actions[1:]] == ["Remind Paul Meier"]


@pytest.mark.world
def test_mine_lists_my_roles_and_my_candidates(here: World) -> None:
    organisation = here.role.organisation
    jonas = factories.member(organisation, email="jonas@acme.example")
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    waits(here.named("Bob", recruiter_email="Jonas@acme.example"), WaitingReason.NO_ADDRESS)
    stage_renamed(here.role)
    names = [
        sorted(need.who for need in shown(needs(member, mine=mine)))
        for member, mine in ((here.rita, True), (jonas, True), (jonas, False))
    ]
    everything = ["Ada Zorn", "Bob Zorn", "Window Washer"]
    assert names == [everything, ["Bob Zorn"], everything]


@pytest.mark.world
def test_rows_that_the_member_may_not_see_are_not_listed(here: World) -> None:
    organisation = here.role.organisation
    waits(here.named("Ada", private=True), WaitingReason.NO_ADDRESS)
    stage_renamed(here.role)
    stranger = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(organisation, kind="hiring_manager")
    assert [needs(who, mine=False).total for who in (stranger, manager)] == [0, 0]
    assert [need.who for need in shown(needs(factories.member(organisation), mine=False))] == [
        "Window Washer"
    ]
    here.role.viewers.add(manager)
    assert needs(manager, mine=False).total == 2


@pytest.mark.world
def test_erased_people_are_not_listed(here: World) -> None:
    application = here.named("Ada")
    waits(application, WaitingReason.NO_ADDRESS)
    Application.objects.of(application.organisation).update(erasure_requested_at=NOW)
    assert needs(here.rita).total == 0


@pytest.mark.world
def test_the_oldest_are_shown_and_all_are_counted(here: World) -> None:
    for days, name in enumerate(("Cleo", "Bob", "Ada")):
        waits(here.named(name), WaitingReason.NO_ADDRESS, requested_at=NOW - days * DAY)
    found = needs(here.rita, at_most=2)
    assert [need.who for need in shown(found)] == ["Ada Zorn", "Bob Zorn"]
    assert (found.total, found.more(Urgency.STUCK)) == (3, 1)


@pytest.mark.world
def test_counting_stops_where_it_would_take_long(here: World) -> None:
    for name in ("Ada", "Bob", "Cleo", "Dan"):
        waits(here.named(name), WaitingReason.NO_ADDRESS)
    viewer = Viewer(member=here.rita, mine=True, now=NOW)
    found = collect(viewer, SOURCES, at_most=2, counted=3)
    assert (found.text(Urgency.STUCK), found.text(Urgency.OVERDUE), found.total_text) == ("3+", "0", "3+")


@pytest.mark.world
def test_hidden_needs_are_left_out_or_shown_alone(here: World) -> None:
    first = waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    waits(here.named("Bob"), WaitingReason.NO_ADDRESS)
    missed(here.named("Cleo"))
    ids = {"waiting": [first.pk], "missed": [here.role.pk]}
    assert [need.who for need in shown(needs(here.rita, hidden=Hidden(ids=ids)))] == ["Bob Zorn"]
    alone = shown(needs(here.rita, hidden=Hidden(ids=ids, only=True)))
    assert sorted(need.who for need in alone) == ["1 candidate", "Ada Zorn"]


#: sources that need other worlds: referees, written answers, a request to the contact, a hiring manager
ELSEWHERE = {"request", "marking", "adjustment", "rating"}


def everything_for(here: World, name: str) -> None:
    """One row of each other source."""
    waits(here.named(name), WaitingReason.NO_ADDRESS)
    bounced(here.named(name), "wrong@mail.example")
    cannot_name(here.named(name), reason="None left.")
    note_failed(here.named(name))
    report_failed(here.named(name))
    missed(here.named(name))
    checked(here.named(name))
    mail_failed(invited(here.named(name)))
    unsent(here.named(name))
    declined(invited(here.named(name)))
    declined(checked(here.named(name)))
    appealed(here.named(name))
    mentioned(here.named(name), here.rita)
    without_rater(here.named(name))


@pytest.mark.world
def test_the_counts_do_not_depend_on_how_many_are_shown(here: World) -> None:
    for name in ("Ada", "Bob"):
        everything_for(here, name)
    counts = needs(here.rita).counts
    assert [needs(here.rita, at_most=n).counts for n in (0, 1)] == [counts, counts]


@pytest.mark.world
def test_the_number_of_queries_does_not_depend_on_the_rows(here: World) -> None:
    everything_for(here, "Ada")
    stage_renamed(here.role)
    with CaptureQueriesContext(connection) as one:
        first = needs(here.rita, now=LATE)
    assert {need.source for need in shown(first)} == NAMES - ELSEWHERE
    everything_for(here, "Bob")
    everything_for(here, "Cleo")
    with CaptureQueriesContext(connection) as three:
        last = needs(here.rita, now=LATE)
    assert (first.total, last.total) == (16, 44)
    assert len(three) == len(one)

"""Reconciliation never sends mass mailings: who is invited immediately, and who waits for a decision."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from django.db import transaction

from goodword.accounts.models import AuditEntry
from goodword.assessments.models import Attempt
from goodword.core import clock
from goodword.greenhouse.models import Finding
from goodword.greenhouse.reconciliation.comparison import MissedInvitation
from goodword.greenhouse.reconciliation.missed_invitations import (
    NO_ARRIVAL,
    NOT_INVITED,
    TOO_MANY,
    TOO_OLD,
    UNKNOWN,
    UNKNOWN_STATUS,
    decide,
    dismiss,
    request_invitations,
    send_requested,
    waiting_for,
)
from goodword.roles.models import AlreadyThere, Step
from goodword.workflow.domain.step_requests import start_due
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.acts import candidates, progress
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.reconciliation.passes import SOON, backdate, findings, reconcile, settled, starts
from tests.greenhouse.shared_world import after
from tests.greenhouse.world import ASSESSMENT, OFFER, SCREEN, World, with_status
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def missed(n: int, **values: object) -> MissedInvitation:
    return MissedInvitation(remote_id=n, job_id=1, stage_id=2, **values)  # type: ignore[arg-type]


def missed_day(world: World, moves: int) -> None:
    """Moves into the mapped stage on a day without deliveries."""
    remotes = [world.apply(email=f"person{n}@people.example") for n in range(moves)]
    settled(world)
    for n, remote in enumerate(remotes):
        world.move(remote, ASSESSMENT)
        backdate(world, remote, by=timedelta(minutes=20 * n))
    world.outgoing()


def old(world: World) -> RemoteApplication:
    """A candidate in the mapped stage for three days without a delivery, waiting for a decision."""
    remote = world.apply()
    settled(world)
    world.move(remote, ASSESSMENT)
    backdate(world, remote, by=timedelta(days=3))
    world.outgoing()
    reconcile(world)
    assert Finding.objects.of(world.organisation).get().state == "waiting"
    return remote


one_waits = after(old)


@pytest.mark.world
@one_waits
def test_an_unrelated_delivery_does_not_invite_a_waiting_candidate(
    world: World, made: RemoteApplication
) -> None:
    remote = made
    person = world.greenhouse.store.candidates.get(remote.candidate_id)
    assert person is not None
    candidates.update_candidate(
        world.greenhouse.store, person, first_name="Grace", now=world.greenhouse.now()
    )
    world.deliver()
    run_jobs()
    assert starts(world) == 0


@pytest.mark.main_case
@one_waits
def test_a_new_arrival_invites_a_waiting_candidate(world: World, made: RemoteApplication) -> None:
    remote = made
    world.move(remote, SCREEN)
    world.move(remote, ASSESSMENT)
    outgoing = world.outgoing()
    # one delivery after the other
    world.move(remote, SCREEN)
    world.deliver()
    world.move(remote, ASSESSMENT)
    world.deliver()
    run_jobs()
    assert (starts(world), len(outgoing)) == (1, 2)
    reconcile(world, after=2 * SOON)
    assert findings(world) == {("missed_invitation", "obsolete"): 1}


@pytest.mark.world
@one_waits
@pytest.mark.parametrize("what", ["moved", "rejected", "hired"])
def test_a_candidate_who_moved_on_is_not_invited_by_the_click(
    world: World, made: RemoteApplication, what: str
) -> None:
    remote = made
    member = factories.member(world.organisation, kind="admin")
    pk = waiting_for(member, world.connection).get().pk
    if what == "moved":
        world.move(remote, OFFER)
    elif what == "rejected":
        world.reject(remote)
    else:
        progress.hire(world.greenhouse.store, remote, actor_id=None, now=world.greenhouse.now())
    world.outgoing()  # no delivery reported it: the click reads Greenhouse again
    with transaction.atomic():
        request_invitations(world.connection, [pk], member=member, now=clock.now())
    send_requested(world.connection.pk, tick=clock.now)
    run_jobs()
    assert (findings(world), starts(world)) == ({("missed_invitation", "obsolete"): 1}, 0)


@pytest.mark.world
@one_waits
def test_a_dismissed_candidate_is_invited_only_after_coming_back(
    world: World, made: RemoteApplication
) -> None:
    remote = made
    member = factories.member(world.organisation)
    pk = waiting_for(member, world.connection).get().pk
    assert dismiss(world.connection, [pk], member=member, now=clock.now()) == 1
    assert dismiss(world.connection, [pk], member=member, now=clock.now()) == 0
    assert AlreadyThere.objects.of(world.organisation).count() == 1
    reconcile(world, full=True, after=2 * SOON)
    run_jobs()
    assert (findings(world), starts(world)) == ({("missed_invitation", "dismissed"): 1}, 0)

    world.move(remote, SCREEN)
    world.deliver()
    world.move(remote, ASSESSMENT)
    world.deliver()
    run_jobs()
    assert starts(world) == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"entered_at": NOW - 47 * HOUR}, None),
        ({"entered_at": NOW - 48 * HOUR}, TOO_OLD),
        ({}, UNKNOWN),
        # an earlier observation that they weren't there yet bounds the time of entry
        ({"not_before": NOW - 47 * HOUR}, None),
        ({"not_before": NOW - 49 * HOUR}, UNKNOWN),
        # recent activity proves nothing; long inactivity proves that the entry is old
        ({"not_after": NOW - HOUR}, UNKNOWN),
        ({"not_after": NOW - 49 * HOUR}, TOO_OLD),
        # the time of entry takes precedence
        ({"entered_at": NOW - 49 * HOUR, "not_before": NOW - HOUR}, TOO_OLD),
        ({"entered_at": NOW - HOUR, "in_our_copy": True}, NO_ARRIVAL),
        ({"entered_at": NOW - HOUR, "unknown_status": True}, UNKNOWN_STATUS),
    ],
)
def test_only_moves_known_to_be_younger_than_48_hours_are_invited_at_once(
    values: dict[str, object], why: str | None
) -> None:
    one = missed(1, **values)
    assert decide([one], now=NOW) == (([one], []) if why is None else ([], [(one, why)]))


def test_of_more_than_twenty_the_oldest_are_invited_and_the_rest_wait() -> None:
    many = [missed(n, entered_at=NOW - timedelta(minutes=n)) for n in range(1, 31)]
    at_once, waiting = decide(many, now=NOW)
    assert [missed_invitation.remote_id for missed_invitation in at_once] == list(range(30, 10, -1))
    assert [(one.remote_id, why) for one, why in waiting] == [(n, TOO_MANY) for n in range(10, 0, -1)]


@pytest.mark.slow
def test_a_day_of_missed_deliveries_invites_twenty_and_the_rest_by_one_click(world: World) -> None:
    missed_day(world, 24)
    reconcile(world)
    run_jobs(at_most=5000)
    assert findings(world) == {("missed_invitation", "synced"): 20, ("missed_invitation", "waiting"): 4}
    assert starts(world) == 20

    for n in (2, 3):  # no later pass invites them, not even a full one
        reconcile(world, full=True, after=n * SOON)
    run_jobs(at_most=5000)
    assert starts(world) == 20

    member = factories.member(world.organisation, kind="admin")
    waiting = list(waiting_for(member, world.connection).values_list("pk", flat=True))
    assert len(waiting) == 4
    with transaction.atomic():
        assert request_invitations(world.connection, waiting, member=member, now=clock.now()) == 4
        assert request_invitations(world.connection, waiting, member=member, now=clock.now()) == 0
    assert send_requested(world.connection.pk, tick=clock.now) == 4
    assert send_requested(world.connection.pk, tick=clock.now) == 0
    run_jobs(at_most=5000)
    assert starts(world) == 24
    assert StepRequest.objects.of(world.organisation).filter(state="started").count() == 24
    assert findings(world) == {("missed_invitation", "synced"): 24}
    audited = AuditEntry.objects.of(world.organisation).filter(action__startswith="reconciliation.")
    assert list(audited.values_list("action", "member")) == [("reconciliation.invite_requested", member.pk)]


@pytest.mark.world
def test_with_v1_a_recent_pass_proves_that_the_move_is_recent(either: World) -> None:
    remote = either.apply()
    settled(either)
    either.move(remote, ASSESSMENT)
    either.outgoing()
    reconcile(either, after=timedelta(hours=47))
    assert findings(either) == {("missed_invitation", "synced"): 1}


@pytest.mark.world
def test_with_v1_a_move_may_be_old_if_the_last_pass_was_long_ago(either: World) -> None:
    remote = either.apply()
    settled(either)
    either.move(remote, ASSESSMENT)
    either.outgoing()
    reconcile(either, after=timedelta(hours=49))
    assert findings(either) == {("missed_invitation", "waiting"): 1}
    assert Finding.objects.of(either.organisation).get().sentence == TOO_OLD


@pytest.mark.world
def test_a_late_delivery_invites_a_waiting_candidate_once(world: World) -> None:
    remote = world.apply()
    settled(world)
    world.move(remote, ASSESSMENT)
    backdate(world, remote, by=timedelta(days=3))
    late = world.outgoing()
    reconcile(world)
    assert findings(world) == {("missed_invitation", "waiting"): 1}
    for _ in range(2):
        for body, _id in late:
            assert world.post(body) == 200
        world.work()
        run_jobs()
    assert (findings(world), starts(world)) == ({("missed_invitation", "obsolete"): 1}, 1)
    assert event_names(world.ours(remote).pk).count("application.entered_stage") == 1


@pytest.mark.world
@pytest.mark.parametrize("seen", [True, False])
def test_a_candidate_with_an_unknown_status_waits_for_a_decision(either: World, seen: bool) -> None:
    remote = either.apply()
    settled(either)
    either.line.edit = with_status("on_hold")
    either.move(remote, ASSESSMENT)
    late = either.outgoing()
    if seen:
        for body, event_id in late:
            either.post(body, event_id)
        either.work()
    reconcile(either)
    assert findings(either) == {("missed_invitation", "waiting"): 1}
    assert Finding.objects.of(either.organisation).get().sentence == UNKNOWN_STATUS
    for body, _ in late:
        either.post(body)
    either.work()
    reconcile(either, full=True, after=2 * SOON)
    run_jobs()
    assert (findings(either), starts(either)) == ({("missed_invitation", "waiting"): 1}, 0)

    member = factories.member(either.organisation, kind="admin")
    with transaction.atomic():
        request_invitations(
            either.connection,
            [waiting_for(member, either.connection).get().pk],
            member=member,
            now=clock.now(),
        )
    send_requested(either.connection.pk, tick=clock.now)
    assert (findings(either), starts(either)) == ({("missed_invitation", "synced"): 1}, 1)


@pytest.mark.world
def test_a_rejected_candidate_with_an_unknown_status_is_not_listed(either: World) -> None:
    remote = either.apply()
    either.move(remote, ASSESSMENT)
    either.reject(remote)
    settled(either)
    either.line.edit = with_status("on_hold")
    reconcile(either, full=True)
    assert (findings(either), either.ours(remote).status) == ({}, "rejected")


@pytest.mark.world
def test_a_missed_address_change_invites_the_candidate(world: World) -> None:
    remote = world.apply(email="")
    world.move(remote, ASSESSMENT)
    settled(world)
    run_jobs()
    start = StepRequest.objects.of(world.organisation).get()
    assert start.waiting_reason == "no_address"
    store = world.greenhouse.store
    person = store.candidates.get(remote.candidate_id)
    assert person is not None
    candidates.update_candidate(store, person, email="now@people.example", now=world.greenhouse.now())
    world.outgoing()
    reconcile(world)
    run_jobs()
    start.refresh_from_db()
    assert (start.state, findings(world)) == ("started", {("missed_invitation", "synced"): 1})


@pytest.mark.world
def test_a_missed_address_change_of_somebody_long_in_the_stage_waits_for_a_decision(world: World) -> None:
    remote = world.apply(email="")
    world.move(remote, ASSESSMENT)
    backdate(world, remote, by=timedelta(days=3))
    settled(world)
    run_jobs()
    store = world.greenhouse.store
    person = store.candidates.get(remote.candidate_id)
    assert person is not None
    candidates.update_candidate(store, person, email="now@people.example", now=world.greenhouse.now())
    world.outgoing()
    reconcile(world)
    run_jobs()
    start = StepRequest.objects.of(world.organisation).get()
    assert (start.state, findings(world)) == ("waiting", {("missed_invitation", "waiting"): 1})
    member = factories.member(world.organisation, kind="admin")
    pk = waiting_for(member, world.connection).get().pk
    with transaction.atomic():
        request_invitations(world.connection, [pk], member=member, now=clock.now())
    send_requested(world.connection.pk, tick=clock.now)
    start.refresh_from_db()
    assert (start.state, findings(world)) == ("started", {("missed_invitation", "synced"): 1})


@pytest.mark.world
@pytest.mark.parametrize(
    ("requirement", "state", "reason"),
    [("Washes windows", "started", ""), ("", "waiting", "unpublished")],
)
def test_the_click_also_starts_steps_after_an_undone_rejection_once_the_assessment_is_published(
    world: World, requirement: str, state: str, reason: str
) -> None:
    remote = world.apply()
    Step.objects.of(world.organisation).filter(kind="assessment").update(requirement=requirement)
    settled(world)
    world.reject(remote)
    world.deliver()
    progress.unreject(world.greenhouse.store, remote, actor_id=None, now=world.greenhouse.now())
    world.deliver()
    world.move(remote, ASSESSMENT)
    backdate(world, remote, by=timedelta(days=3))
    world.outgoing()
    reconcile(world)
    member = factories.member(world.organisation, kind="admin")
    pk = waiting_for(member, world.connection).get().pk
    with transaction.atomic():
        request_invitations(world.connection, [pk], member=member, now=clock.now())
    assert send_requested(world.connection.pk, tick=clock.now) == 1
    run_jobs()
    step_request = StepRequest.objects.of(world.organisation).get()
    assert (step_request.state, step_request.waiting_reason) == (state, reason)
    assert findings(world)["missed_invitation", "synced"] == 1
    Step.objects.of(world.organisation).filter(kind="assessment").update(requirement="Washes windows")
    start_due(now=clock.now())
    run_jobs()
    step_request.refresh_from_db()
    assert (step_request.state, step_request.waiting_reason) == ("started", "")
    assert Attempt.objects.of(world.organisation).count() == 1


@pytest.mark.world
def test_a_failing_candidate_does_not_stop_the_invitations_of_the_others(world: World) -> None:
    remotes = two_requested(world)

    def after(request: httpx2.Request) -> None:
        asked = str(request.url.params.get("ids")).split(",")
        if str(remotes[0].id) in asked and "applications" in request.url.path:
            raise ValueError("garbage")

    world.line.after = after
    assert send_requested(world.connection.pk, tick=clock.now) == 1
    assert findings(world) == {("missed_invitation", "synced"): 1, ("missed_invitation", "waiting"): 1}
    assert world.ours(remotes[1]).step_requests.count() == 1


def without_ids(*remotes: RemoteApplication) -> Callable[[str, Any], Any]:
    """Edits Greenhouse's answers so that these applications can't be read."""
    ids = {remote.id for remote in remotes}

    def edit(path: str, data: Any) -> Any:
        if not path.endswith("/applications"):
            return data
        return [row | {"id": None} if row["id"] in ids else row for row in data]

    return edit


def two_requested(world: World) -> list[RemoteApplication]:
    """Two candidates in a mapped stage for days, whom a member has chosen to invite."""
    remotes = [world.apply(email=f"person{n}@people.example") for n in range(2)]
    settled(world)
    for remote in remotes:
        world.move(remote, ASSESSMENT)
        backdate(world, remote, by=timedelta(days=3))
    world.outgoing()
    reconcile(world)
    member = factories.member(world.organisation, kind="admin")
    pks = list(waiting_for(member, world.connection).values_list("pk", flat=True))
    with transaction.atomic():
        assert request_invitations(world.connection, pks, member=member, now=clock.now()) == 2
    return remotes


@pytest.mark.world
def test_unreadable_answers_of_greenhouse_only_delay_the_invitations(world: World) -> None:
    remotes = two_requested(world)
    world.line.edit = without_ids(*remotes)
    assert send_later(world, minutes=0) == 0
    assert Finding.objects.of(world.organisation).filter(invite_requested_at=None).count() == 0
    world.line.edit = None
    assert send_later(world, minutes=2) == 2
    assert findings(world) == {("missed_invitation", "synced"): 2}


@pytest.mark.world
@pytest.mark.parametrize("since_the_click", [0, 90], ids=["at once", "after an outage"])
def test_a_candidate_who_cannot_be_read_for_an_hour_returns_to_the_list(
    world: World, since_the_click: int
) -> None:
    remotes = two_requested(world)
    world.line.edit = without_ids(remotes[0])
    waiting = Finding.objects.of(world.organisation).filter(state="waiting")
    assert send_later(world, minutes=since_the_click) == 1
    for minutes in range(1, 61):
        assert send_later(world, minutes=since_the_click + minutes) == 0
        assert waiting.filter(invite_requested_at=None).count() == 0
    assert send_later(world, minutes=since_the_click + 62) == 0
    assert waiting.get(invite_requested_at=None).sentence == NOT_INVITED


@pytest.mark.world
def test_unreadable_candidates_are_retried_rarely_and_do_not_hold_up_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.greenhouse.reconciliation.missed_invitations.BATCH", 1)
    remotes = two_requested(world)
    first = Finding.objects.of(world.organisation).earliest("pk").remote_application_id
    world.line.edit = without_ids(*(remote for remote in remotes if remote.id == first))
    assert send_later(world, minutes=0) == 0
    assert send_later(world, seconds=20) == 1
    world.line.calls.clear()
    assert send_later(world, seconds=40) == 0
    assert world.line.calls == []


def send_later(world: World, **wait: float) -> int:
    return send_requested(world.connection.pk, tick=lambda: clock.now() + timedelta(**wait))

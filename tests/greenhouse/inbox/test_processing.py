"""Processing of deliveries: in order, once, through Harvest, and never dropped."""

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.db import connection as database
from pytest_django.fixtures import Settings

from goodword.candidates.models import Application
from goodword.core import clock, process
from goodword.core.models import Reaction
from goodword.greenhouse.inbox import processing
from goodword.greenhouse.inbox.leases import LEASE, WAITS, Turn, claim
from goodword.greenhouse.inbox.processing import TRIES, process_next, prune, replay, replay_waiting, retention
from goodword.greenhouse.models import Connection, Delivery
from goodword.greenhouse.sync.applications import READINGS, sync_application
from goodword.notifications.models import Email
from tests.contract.greenhouse import ALL
from tests.greenhouse.world import ASSESSMENT, REFERENCES, SCREEN, Killed, World
from tests.support import factories
from tests.support.jobs import event_names, waiting

STORY = ["application.applied", "application.left_stage", "application.entered_stage"]


def fresh(world: World) -> Connection:
    return Connection.objects.of(world.organisation).get()


@pytest.mark.world
@pytest.mark.usefixtures("reactions_later")
def test_the_same_delivery_three_times_has_its_effect_once(world: World) -> None:
    remote = world.apply()
    world.deliver()
    world.move(remote, ASSESSMENT)
    [(body, event_id)] = world.outgoing()
    for sent_as in (event_id, event_id, "another id", None):
        assert world.post(body, sent_as) == 200
        world.work()
    assert event_names() == STORY
    stage = world.stages[ASSESSMENT][1]
    assert [outcome for _, outcome in world.inbox()] == [
        f"Application {remote.id}: first seen.",
        f"Application {remote.id}: left its stage, entered {stage}.",
        f"Application {remote.id}: no changes.",
        f"Application {remote.id}: no changes.",
    ]


@pytest.mark.world
@pytest.mark.usefixtures("reactions_later")
def test_deliveries_in_the_wrong_order_end_in_the_state_of_harvest(world: World) -> None:
    remote = world.apply()
    world.deliver()
    world.move(remote, ASSESSMENT)
    world.move(remote, REFERENCES)
    first, second = world.outgoing()
    for body, event_id in (second, first):
        assert world.post(body, event_id) == 200
        world.work()
    assert world.ours(remote).stage_id == world.stages[REFERENCES][0]
    assert event_names() == STORY


@pytest.mark.world
def test_each_return_to_a_stage_is_an_event(world: World) -> None:
    remote = world.apply()
    for place in (ASSESSMENT, SCREEN, ASSESSMENT):
        world.move(remote, place)
        world.deliver()
    assert event_names(world.ours(remote).pk).count("application.entered_stage") == 3


def test_an_unlinked_job_costs_no_read(either: World) -> None:
    other = list(either.greenhouse.store.jobs.rising())[1]
    either.greenhouse.application(job=1)
    either.deliver()
    assert either.line.calls == []
    assert either.inbox() == [("handled", f"Job {other.id} isn't linked to a role.")]
    assert Application.objects.of(either.organisation).count() == 0


def test_a_body_naming_a_linked_job_is_checked_with_harvest(world: World) -> None:
    remote = world.greenhouse.application(job=1)
    [(body, _)] = world.outgoing()
    data = json.loads(body)
    data["payload"]["application"]["jobs"][0]["id"] = world.job_id
    world.post(json.dumps(data).encode())
    world.work()
    assert world.inbox() == [("handled", f"Job {remote.job_id} isn't linked to a role.")]
    assert Application.objects.of(world.organisation).count() == 0


def test_an_unfollowed_event_has_no_effect_and_costs_no_read(world: World) -> None:
    for action in ("office_deleted", "something_new"):
        world.post(json.dumps({"action": action, "payload": {}}).encode())
    world.work()
    assert world.inbox() == [
        ("handled", "“office_deleted” has no effect here."),
        ("handled", "“something_new” has no effect here."),
    ]
    assert world.line.calls == []


def test_a_missing_application_is_not_visible(either: World) -> None:
    body = {
        "action": "candidate_stage_change",
        "payload": {"application": {"id": 42, "jobs": [{"id": either.job_id}]}},
    }
    either.post(json.dumps(body).encode())
    either.work()
    assert either.inbox() == [("handled", "Application 42 is not visible in Greenhouse.")]
    assert Application.objects.of(either.organisation).count() == 0


@pytest.mark.world
def test_a_delivery_waits_while_harvest_is_down(world: World) -> None:
    remote = world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    world.fail(kind="fail", path="/v3", status=503, times=2)
    now = clock.now()
    world.work(now=now)
    [(state, outcome)] = world.inbox()
    assert (state, outcome) == ("received", f"Waiting. {fresh(world).last_error}")
    assert fresh(world).last_error_at is not None
    assert event_names() == []

    world.work(now=now, after=WAITS[0] - timedelta(seconds=1))
    assert world.inbox()[0][0] == "received"
    world.work(now=now, after=WAITS[0])
    assert world.inbox() == [("handled", f"Application {remote.id}: first seen.")]
    assert fresh(world).last_error == ""
    assert event_names() == ["application.applied"]


@pytest.mark.world
@pytest.mark.parametrize(
    "page",
    [
        {"kind": "fail", "status": 200, "body": "<html>Back soon</html>", "content_type": "text/html"},
        {"kind": "redirect"},
        {"kind": "fail", "status": 200, "body": '{"message": "Down for maintenance"}'},
        {"kind": "fail", "status": 200, "body": '"Down for maintenance"'},
    ],
    ids=["page", "redirect", "object", "text"],
)
@pytest.mark.parametrize("path", ["/v3", "/token"])
def test_a_delivery_waits_during_maintenance(world: World, page: dict[str, Any], path: str) -> None:
    remote = world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    world.fail(**page, path=path, times=99)
    now = clock.now()
    for day in range(TRIES + 1):
        world.work(now=now, after=timedelta(days=day))
    assert world.inbox() == [("received", f"Waiting. {fresh(world).last_error}")]
    assert fresh(world).last_error.startswith("Greenhouse's API did not return data.")
    world.greenhouse.sandbox.faults.clear()
    world.work(now=now, after=timedelta(days=TRIES + 1))
    assert world.inbox() == [("handled", f"Application {remote.id}: first seen.")]


@pytest.mark.world
def test_the_waits_grow_and_nothing_is_dropped(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    world.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/v3", "status": 403, "times": 50})
    now = clock.now()
    for tried in range(len(WAITS) + 3):
        world.work(now=now)
        event = Delivery.objects.of(world.organisation).get()
        assert (event.state, event.attempts) == ("received", tried + 1)
        assert event.not_before - now == WAITS[min(tried, len(WAITS) - 1)]
        now = event.not_before


@pytest.mark.world
def test_a_delivery_waits_as_long_as_greenhouse_says(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    world.greenhouse.sandbox.faults.add(
        {"kind": "fail", "path": "/v3", "status": 429, "seconds": 25, "times": 50}
    )
    now = clock.now()
    for _ in range(4):  # a busy hour is not this delivery's fault, so its waits do not grow
        world.work(now=now)
        event = Delivery.objects.of(world.organisation).get()
        assert round((event.not_before - now).total_seconds()) == 25
        now = event.not_before


@pytest.mark.world
def test_a_delivery_that_waited_for_days_is_still_handled(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    Delivery.objects.of(world.organisation).update(attempts=2**15 - 1)
    world.work()
    assert [state for state, _ in world.inbox()] == ["handled"]


@pytest.mark.world
def test_a_revoked_credential_is_shown_and_a_new_one_resumes_work(either: World) -> None:
    either.apply()
    [(body, event_id)] = either.outgoing()
    either.post(body, event_id)
    either.greenhouse.row.revoked = True
    either.work()
    assert fresh(either).state == Connection.State.BROKEN
    assert fresh(either).last_error.startswith("Greenhouse no longer accepts this key")
    either.greenhouse.row.revoked = False
    replay_waiting(either.connection, now=clock.now())
    either.work()
    assert fresh(either).state == Connection.State.ACTIVE
    assert event_names() == ["application.applied"]


@pytest.mark.world
def test_a_delivery_waits_while_the_key_cannot_be_decrypted(world: World, settings: Settings) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    keys = settings.GOODWORD_FIELD_KEYS
    settings.GOODWORD_FIELD_KEYS = {"k2": b"2" * 32}
    world.work()
    [(state, outcome)] = world.inbox()
    assert (state, outcome) == ("received", f"Waiting. {fresh(world).last_error}")
    settings.GOODWORD_FIELD_KEYS = keys
    replay_waiting(world.connection, now=clock.now())
    world.work()
    assert event_names() == ["application.applied"]


@pytest.mark.world
def test_a_delivery_fails_if_greenhouse_keeps_refusing_its_request(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    world.fail(kind="fail", path="/v3", status=422, times=50)
    now = clock.now()
    for tried in range(TRIES):
        assert world.inbox()[0][0] == "received", tried
        world.work(now=now)
        now += timedelta(hours=1)
    [(state, outcome)] = world.inbox()
    assert (state, outcome) == ("failed", fresh(world).last_error)


@pytest.mark.world
def test_another_worker_can_handle_the_delivery_of_a_stopping_one_at_once(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)

    def stop(_: httpx2.Request) -> None:
        raise process.Stopped

    world.line.before = stop
    now = clock.now()
    with pytest.raises(process.Stopped):
        process_next(Turn(), now=now)
    world.line.before = lambda _: None
    assert (world.inbox(), Delivery.objects.of(world.organisation).get().faults) == ([("received", "")], 0)
    world.work(now=now)
    assert event_names() == ["application.applied"]


@pytest.mark.world
def test_a_missing_permission_does_not_break_the_connection(either: World) -> None:
    either.apply()
    [(body, event_id)] = either.outgoing()
    either.post(body, event_id)
    either.greenhouse.tick(*ALL - {"Applications"})
    either.work()
    assert fresh(either).state == Connection.State.ACTIVE
    assert fresh(either).last_error.startswith("Greenhouse does not let this key")
    assert [state for state, _ in either.inbox()] == ["received"]


def test_an_unusable_connection_is_tried_once_per_turn(world: World) -> None:
    for _ in range(3):
        world.apply()
    for body, event_id in world.outgoing():
        world.post(body, event_id)
    world.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/v3", "status": 403, "times": 50})
    world.work()
    assert len(world.line.reads) == 1


@pytest.mark.world
def test_a_waiting_delivery_blocks_later_ones_of_its_application_only(world: World) -> None:
    first = world.apply()
    [one] = world.outgoing()
    world.move(first, ASSESSMENT)
    [two] = world.outgoing()
    world.apply()
    [other] = world.outgoing()
    for body, event_id in (one, two, other):
        world.post(body, event_id)
    now = clock.now()
    held = claim(Turn(), now=now)
    assert held is not None
    world.work(now=now)
    assert [state for state, _ in world.inbox()] == ["received", "received", "handled"]
    world.work(now=now, after=LEASE)
    assert [state for state, _ in world.inbox()] == ["handled", "handled", "handled"]


@pytest.mark.world
def test_the_delivery_of_a_dead_worker_is_handled_later(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)

    def dies(request: httpx2.Request) -> None:
        raise Killed

    world.line.after = dies
    now = clock.now()
    with pytest.raises(Killed):
        world.work(now=now)
    assert (world.inbox(), event_names()) == ([("received", "")], [])
    world.line.after = lambda _: None
    world.work(now=now, after=LEASE)
    assert world.inbox()[0][0] == "handled"
    assert event_names() == ["application.applied"]


@pytest.mark.world
def test_a_worker_with_an_expired_lease_writes_nothing(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    now = clock.now()

    def taken_over(request: httpx2.Request) -> None:
        if request.url.path == "/v3/applications":
            world.line.before = lambda _: None
            world.work(now=now, after=LEASE)

    world.line.before = taken_over
    world.work(now=now)
    assert event_names() == ["application.applied"]
    assert len(world.inbox()) == 1


@pytest.mark.usefixtures("reactions_later")
def test_an_older_reading_does_not_overwrite_a_newer_one(world: World) -> None:
    remote = world.apply()
    world.move(remote, SCREEN)
    world.outgoing()

    def overtaken(request: httpx2.Request) -> None:
        if request.url.path == "/v3/candidates":  # the application was read before the change
            world.line.before = lambda _: None
            world.move(remote, ASSESSMENT)
            sync_application(world.connection, remote.id, now=clock.now())

    world.line.before = overtaken
    told = sync_application(world.connection, remote.id, now=clock.now())
    assert told == f"Application {remote.id}: no changes."
    assert world.ours(remote).stage_id == world.stages[ASSESSMENT][0]
    assert event_names() == ["application.applied", "application.entered_stage"]


@pytest.mark.world
def test_a_delivery_that_is_always_overtaken_is_retried_later(world: World) -> None:
    remote = world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    overtaken = 0

    def overtake(request: httpx2.Request) -> None:
        nonlocal overtaken
        if request.url.path == "/v3/candidates":
            overtaken += 1
            world.line.before = lambda _: None
            sync_application(world.connection, remote.id, now=clock.now())
            world.line.before = overtake

    world.line.before = overtake
    now = clock.now()
    process_next(Turn(), now=now)
    assert overtaken == READINGS
    assert world.inbox() == [("received", "Waiting. The database was busy.")]
    assert event_names() == ["application.applied"]


def poison(table: str, condition: str) -> None:
    """Make the database reject our writes, as an unforeseen defect would."""
    with database.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT poison CHECK ({condition})")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.world
def test_an_unmanageable_delivery_fails_and_stops_no_other(world: World) -> None:
    bad = world.apply(first_name="Poison")
    good = world.apply()
    for body, event_id in world.outgoing():
        world.post(body, event_id)
    poison("candidates_candidate", "first_name <> 'Poison'")
    now = clock.now()
    for _ in range(TRIES):
        world.work(now=now)
        now += timedelta(hours=1)
    assert world.inbox() == [
        (
            "failed",
            "Goodword could not process this delivery (IntegrityError). Fix the cause, then replay it.",
        ),
        ("handled", f"Application {good.id}: first seen."),
    ]
    assert not Application.objects.of(world.organisation).filter(remote_id=bad.id).exists()


@pytest.mark.world
def test_a_rollback_leaves_no_row_no_event_and_no_job(world: World) -> None:
    remote = world.apply()
    world.deliver()
    before = waiting()
    world.move(remote, ASSESSMENT)
    [(body, event_id)] = world.outgoing()
    poison("core_event", "name <> 'application.entered_stage'")
    sync_fails = Delivery.objects.of(world.organisation)
    world.post(body, event_id)
    queued = waiting()
    world.work()
    assert event_names() == ["application.applied"]
    assert world.ours(remote).stage_name == "Application Review"
    assert sync_fails.filter(state="received").count() == 1
    assert [job for job in waiting() if job[0] == "event.react"] == []
    assert (before, queued) == ([], [])


def test_a_replayed_failed_delivery_has_its_effect(world: World) -> None:
    remote = world.apply(first_name="Poison")
    world.outgoing()
    body = {
        "action": "candidate_stage_change",
        "payload": {"application": {"id": remote.id, "jobs": [{"id": world.job_id}]}},
    }
    world.post(json.dumps(body).encode())
    Delivery.objects.of(world.organisation).update(state="failed", attempts=5, outcome="Broken.")
    replay(Delivery.objects.of(world.organisation).get(), now=clock.now(), by=world.role.owner)
    assert waiting() == [("greenhouse.inbox", {})]
    world.work()
    assert world.inbox() == [("handled", f"Application {remote.id}: first seen.")]


@pytest.mark.world
def test_replaying_a_handled_delivery_changes_nothing(world: World) -> None:
    remote = world.apply()
    world.deliver()
    replay(Delivery.objects.of(world.organisation).get(), now=clock.now(), by=world.role.owner)
    world.work()
    assert world.inbox() == [("handled", f"Application {remote.id}: no changes.")]
    assert event_names() == ["application.applied"]


def test_a_delivery_waiting_at_disconnection_has_no_effect(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    Connection.objects.of(world.organisation).update(state=Connection.State.DISCONNECTED)
    world.work()
    assert world.inbox() == [("handled", "Greenhouse was disconnected: no effect.")]
    assert world.line.calls == []


@pytest.mark.world
def test_the_sweep_finds_deliveries_without_a_wake_up(world: World) -> None:
    remote = world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    processing.work_inbox.run()
    assert world.inbox() == [("handled", f"Application {remote.id}: first seen.")]

    with database.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")
    processing.sweep_inbox.run()
    assert waiting() == []
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    with database.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")
    processing.sweep_inbox.run()
    assert waiting() == [("greenhouse.inbox", {})]


def test_old_settled_deliveries_are_removed_and_waiting_ones_kept(world: World) -> None:
    for number in range(3):
        world.post(b'{"action": "job_deleted", "payload": {}}', f"event-{number}")
    rows = list(Delivery.objects.of(world.organisation).order_by("pk"))
    old = factories.NOW
    Delivery.objects.of(world.organisation).filter(pk__in=[rows[0].pk, rows[1].pk]).update(received_at=old)
    Delivery.objects.of(world.organisation).filter(pk=rows[0].pk).update(state="handled")
    Delivery.objects.of(world.organisation).filter(pk=rows[2].pk).update(state="failed")
    assert prune(now=old + retention()) == 0
    assert prune(now=old + retention() + timedelta(seconds=1)) == 1
    left = Delivery.objects.of(world.organisation).order_by("pk").values_list("event_id", flat=True)
    assert list(left) == ["event-1", "event-2"]


@pytest.mark.main_case
def test_a_move_is_one_transaction_down_to_the_queued_invitation(world: World) -> None:
    remote = world.apply()
    world.deliver()
    world.move(remote, ASSESSMENT)
    world.deliver()
    assert event_names() == [*STORY, "step.requested", "attempt.assigned"]
    assert Reaction.objects.count() == 0
    mails = Email.objects.of(world.organisation)
    assert list(mails.values_list("kind", "state")) == [("assessment.invitation", "queued")]


@pytest.mark.world
def test_a_failing_reaction_does_not_undo_its_delivery(world: World) -> None:
    remote = world.apply()
    world.deliver()
    world.move(remote, ASSESSMENT)
    poison("workflow_steprequest", "false")
    world.deliver()
    assert event_names() == STORY
    assert {state for state, _ in world.inbox()} == {"handled"}
    assert list(Reaction.objects.values_list("handler", "state", "attempts", "error")) == [
        ("workflow.domain.step_requests.on_entered_stage", "waiting", 1, "IntegrityError")
    ]


@pytest.mark.world
def test_reactions_to_a_delivery_that_was_tried_before_wait_as_rows(world: World) -> None:
    """One of them may have ended the worker."""
    remote = world.apply()
    world.deliver()
    world.move(remote, ASSESSMENT)
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    Delivery.objects.of(world.organisation).filter(state="received").update(attempts=1)
    world.work()
    assert event_names() == STORY
    assert set(Reaction.objects.values_list("state", "attempts")) == {("waiting", 0)}

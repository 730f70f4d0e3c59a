"""The effect of each action, and the outcome recorded with the delivery."""

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.db import connection as database

from goodword.candidates.models import Application, Erasure
from goodword.core import clock
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.inbox.leases import LEASE, WAITS, Turn, claim
from goodword.greenhouse.inbox.processing import BUSY_TRIES, TRIES, WORKER_DIED
from goodword.greenhouse.models import Delivery
from goodword.greenhouse.sync.applications import sync_application
from goodword.roles.models import Automation, open_notices
from greenhouse_sandbox.acts import candidates
from tests.greenhouse.inbox.test_processing import poison
from tests.greenhouse.world import ASSESSMENT, REFERENCES, World


def say(world: World, action: str, payload: dict[str, Any]) -> str:
    """Deliver and process an event. Returns its outcome."""
    assert world.post(json.dumps({"action": action, "payload": payload}).encode()) == 200
    world.work()
    state, outcome = world.inbox()[-1]
    assert state == "handled", outcome
    return outcome


def caused(world: World) -> list[Any]:
    return [row.caused for row in Delivery.objects.of(world.organisation).order_by("pk")]


def test_a_delivery_records_the_application_and_its_events(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    world.deliver()
    ours = world.ours(remote).pk
    assert caused(world) == [
        [{"application": ours, "events": ["application.applied", "application.entered_stage"]}],
        [],
    ]


@pytest.mark.world
def test_a_rolled_back_reading_is_not_recorded_as_an_effect(world: World) -> None:
    person = world.greenhouse.candidate()
    first, second = world.greenhouse.application(person), world.greenhouse.application(person)
    world.deliver()
    world.move(first, ASSESSMENT)
    world.outgoing()

    def overtake(request: httpx2.Request) -> None:
        world.line.before = lambda _: None
        sync_application(world.connection, second.id, now=clock.now())

    reads: list[str] = []

    def late(request: httpx2.Request) -> None:
        reads.append(request.url.path)
        if len(reads) == 5:  # everything for the first has been read; its writes will be rolled back
            overtake(request)

    world.line.before = late
    outcome = say(world, "update_candidate", {"person": {"id": person.id}})
    stage = world.stages[ASSESSMENT][1]
    assert outcome == (
        f"Application {first.id}: left its stage, entered {stage}. Application {second.id}: no changes."
    )
    assert caused(world)[-1] == [
        {
            "application": world.ours(first).pk,
            "events": ["application.left_stage", "application.entered_stage"],
        }
    ]


@pytest.mark.world
def test_a_new_address_is_an_effect_on_each_application(world: World) -> None:
    person = world.greenhouse.candidate()
    one = world.greenhouse.application(person)
    world.deliver()
    candidates.update_candidate(
        world.greenhouse.store,
        person,
        first_name="Ada",
        last_name="Doe",
        email="new@people.example",
        now=world.greenhouse.now(),
    )
    world.deliver()
    assert caused(world)[-1] == [{"application": world.ours(one).pk, "events": ["candidate.changed"]}]


@pytest.mark.world
def test_a_deletion_requests_an_erasure_of_the_person_or_the_application(world: World) -> None:
    first, second = world.apply(), world.apply(email="eve@people.example")
    world.deliver()
    person = world.greenhouse.store.candidates[first.candidate_id]
    candidates.delete_candidate(world.greenhouse.store, person)
    world.deliver()
    world.greenhouse.store.applications.delete(second.id)
    told = {"application": {"id": second.id, "candidate_id": second.candidate_id, "job_id": world.job_id}}
    say(world, "delete_application", told)
    reasons = Erasure.objects.of(world.organisation).order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == ["candidate_deleted", "application_deleted"]
    assert [entry["events"] for entry in caused(world)[-1]] == [["erasure.requested"]]


@pytest.mark.world
def test_a_merge_combines_the_histories(world: World) -> None:
    loser, winner = world.apply(first_name="Ada"), world.apply(first_name="Augusta")
    world.deliver()
    store = world.greenhouse.store
    candidates.merge_candidates(
        store,
        store.candidates[loser.candidate_id],
        store.candidates[winner.candidate_id],
        now=world.greenhouse.now(),
    )
    world.deliver()
    assert world.ours(loser).candidate == world.ours(winner).candidate
    assert "candidate.merged" in caused(world)[-1][0]["events"]


@pytest.mark.world
def test_a_merge_without_a_winner_updates_the_person(world: World) -> None:
    remote = world.apply()
    world.deliver()
    outcome = say(world, "merge_candidate", {"person": {"id": remote.candidate_id}})
    assert outcome == f"Application {remote.id}: no changes."


@pytest.mark.world
def test_an_anonymised_person_is_to_be_erased(world: World) -> None:
    remote = world.apply()
    world.deliver()
    person = world.greenhouse.store.candidates[remote.candidate_id]
    candidates.anonymise_candidate(world.greenhouse.store, person, now=world.greenhouse.now())
    world.deliver()
    assert Erasure.objects.of(world.organisation).get().reason == "candidate_anonymised"


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("job_updated", lambda world: {"job": {"id": world.job_id, "name": "Chief Sweep"}}),
        ("job_created", lambda world: {"job": {"id": world.job_id}}),
        ("job_post_updated", lambda world: {"id": 5, "job_id": world.job_id}),
        ("job_post_deleted", lambda world: {"job_post": {"id": 5, "job_id": world.job_id}}),
        (
            "job_interview_stage_deleted",
            lambda world: {
                "job_interview_stage": {"id": world.stages[ASSESSMENT][0], "job_id": world.job_id}
            },
        ),
        (
            "job_interview_stage_deleted",
            lambda world: {"job_interview_stage": {"id": world.stages[ASSESSMENT][0]}},
        ),
    ],
)
def test_every_event_about_a_job_reads_the_job(world: World, action: str, payload: Any) -> None:
    job = world.greenhouse.store.jobs[world.job_id]
    Automation.objects.of(world.organisation).update(job_name=job.name)
    old, job.name = job.name, "Head of Sweeping"
    assert say(world, action, payload(world)) == (
        f"Job {world.job_id}: Job “{old}” was renamed “Head of Sweeping”."
    )
    assert caused(world) == [[{"role": world.role.pk}]]
    assert [row.kind for row in open_notices(world.role)] == ["job_renamed"]
    assert say(world, action, payload(world)) == f"Job {world.job_id}: no changes."
    assert caused(world)[-1] == []


@pytest.mark.world
def test_a_deleted_job_is_noted_on_the_role_and_keeps_its_candidates(world: World) -> None:
    remote = world.apply()
    world.deliver()
    job = world.greenhouse.store.jobs[world.job_id]
    world.greenhouse.store.jobs.delete(job.id)
    say(world, "job_deleted", {"job": {"id": job.id, "name": job.name}})
    assert [row.kind for row in open_notices(world.role)] == ["job_gone"]
    assert world.ours(remote).erasure_requested_at is None


@pytest.mark.parametrize(
    "payload", [{}, {"job_interview_stage": {"id": 5}}, {"job": {"id": "x"}}, {"job": []}]
)
def test_an_event_about_an_unlinked_job_costs_no_read(world: World, payload: dict[str, Any]) -> None:
    assert say(world, "job_updated", payload) == "No linked job: no effect."
    assert world.line.calls == []


def test_a_prospect_of_a_linked_job_is_copied_and_starts_nothing(world: World) -> None:
    remote = world.apply()
    remote.prospect, remote.job_id, remote.prospective_job_ids = True, None, [world.job_id]
    world.outgoing()
    told = {"application": {"id": remote.id, "prospect": True, "jobs": [{"id": world.job_id}]}}
    say(world, "new_prospect_application", told)
    assert world.ours(remote).prospect is True
    assert caused(world) == [[{"application": world.ours(remote).pk, "events": ["application.applied"]}]]


@pytest.mark.world
def test_a_private_candidate_stays_private(world: World) -> None:
    remote = world.apply()
    world.greenhouse.store.candidates[remote.candidate_id].private = True
    world.deliver()
    assert world.ours(remote).candidate.private is True


# --- whose fault it is ---


def in_line(world: World) -> tuple[Any, Any]:
    """Two deliveries of one application: a move, then a rejection."""
    remote = world.apply(first_name="Poison")
    world.move(remote, REFERENCES)
    for body, event_id in world.outgoing():
        world.post(body, event_id)
    first, second = Delivery.objects.of(world.organisation).order_by("pk")
    return first, second


@pytest.mark.world
def test_a_faulty_delivery_fails_after_its_tries(world: World) -> None:
    first, _ = in_line(world)
    Delivery.objects.of(world.organisation).filter(pk=first.pk).update(
        body=b'{"action": "job_updated", "payload": {"job": {"id": %d}}}' % world.job_id
    )
    poison("roles_automation", "job_checked_at IS NULL")  # only writes of the first are refused
    now = clock.now()
    for tried in range(1, TRIES + 1):
        world.work(now=now)
        assert [state for state, _ in world.inbox()][1] == ("received" if tried < TRIES else "handled")
        now += WAITS[min(tried, len(WAITS)) - 1]
    states = [state for state, _ in world.inbox()]
    assert states == ["failed", "handled"]


@pytest.mark.world
def test_waiting_for_greenhouse_does_not_count_as_a_try(world: World) -> None:
    first, _ = in_line(world)
    world.fail(kind="fail", path="/v3", status=503, times=50)
    now = clock.now()
    for _ in range(TRIES + 3):
        world.work(now=now)
        now += timedelta(hours=2)
    first.refresh_from_db(from_queryset=Delivery.objects.across_organisations())
    assert (first.state, first.attempts, first.faults) == ("received", TRIES + 3, 0)


@pytest.mark.world
def test_a_delivery_that_kills_its_workers_fails(world: World) -> None:
    in_line(world)
    now = clock.now()
    for _ in range(BUSY_TRIES):
        assert claim(Turn(), now=now) is not None  # and then the worker dies
        now += LEASE
    world.work(now=now)
    assert world.inbox()[0] == ("failed", WORKER_DIED)
    assert world.inbox()[1][0] == "handled"


@pytest.mark.world
def test_a_busy_database_is_retried_more_often(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    with database.cursor() as cursor:  # like a statement that times out
        cursor.execute(
            "CREATE FUNCTION too_slow() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014', MESSAGE = 'too slow'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER too_slow BEFORE INSERT ON candidates_candidate EXECUTE FUNCTION too_slow()"
        )
    now = clock.now()
    for _ in range(BUSY_TRIES - 1):
        world.work(now=now)
        assert world.inbox() == [("received", "Waiting. The database was busy.")]
        now += timedelta(hours=2)
    world.work(now=now)
    assert world.inbox() == [("failed", "The database was busy.")]
    assert Application.objects.of(world.organisation).count() == 0


def test_a_body_that_crashes_our_parser_is_stored_as_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trips(_: bytes) -> payload.Payload:
        raise ZeroDivisionError

    monkeypatch.setattr(payload, "read_payload", trips)
    assert world.post(b'{"action": "job_updated", "payload": {}}') == 200
    assert world.inbox() == [("failed", "Goodword could not read this delivery (ZeroDivisionError).")]

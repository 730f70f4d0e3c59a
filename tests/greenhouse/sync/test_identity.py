"""Records of another Greenhouse account whose ids are the same as ours: nothing is mixed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from goodword.candidates.domain.erasure_requests import WAIT
from goodword.candidates.models import Candidate, Erasure
from goodword.core import clock
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.sync.applications import TooBusy, sync_application
from goodword.greenhouse.sync.due_erasures import erase_due
from goodword.greenhouse.sync.identity import is_same_moment, taken_ids
from goodword.greenhouse.sync.merges_and_deletions import (
    application_deleted,
    candidate_anonymised,
    candidate_deleted,
    candidate_merged,
)
from goodword.notifications.models import Email
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.acts.candidates import anonymise_candidate, merge_candidates
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.store.people import Candidate as RemoteCandidate
from tests.contract.greenhouse import Greenhouse
from tests.greenhouse.inbox.test_bursts import arrive, people
from tests.greenhouse.reconciliation.passes import findings, reconcile, settled
from tests.greenhouse.world import ASSESSMENT, REFERENCES, World
from tests.support import factories

TAKEN = "Application {} in Greenhouse is another person's: no effect. See Health."


def invited(world: World) -> RemoteApplication:
    application = world.apply(first_name="Ada", last_name="Lovelace", email="ada@people.example")
    world.move(application, ASSESSMENT)
    settled(world)
    return application


BUILDERS = {"application": invited}


@pytest.fixture
def application(made: RemoteApplication) -> RemoteApplication:
    return made


def person_of(greenhouse: Greenhouse, application: RemoteApplication) -> RemoteCandidate:
    found = greenhouse.store.candidates.get(application.candidate_id)
    assert found is not None
    return found


def become_somebody(world: World, application: RemoteApplication) -> RemoteCandidate:
    """As if the key were replaced by that of an account in which both ids are Eve's."""
    person = person_of(world.greenhouse, application)
    person.first_name, person.last_name = "Eve", "Stranger"
    person.email_addresses = [{"value": "eve@elsewhere.example", "type": "personal"}]
    person.created_at -= timedelta(days=300)
    application.created_at -= timedelta(days=290)
    world.greenhouse.store.candidates.changed(person, world.greenhouse.now())
    world.greenhouse.store.applications.changed(application, world.greenhouse.now())
    return person


def state(world: World, application: RemoteApplication) -> tuple[Any, ...]:
    """What must not change."""
    ours = world.ours(application)
    candidate = ours.candidate
    return (
        *(candidate.pk, candidate.name, candidate.email, candidate.remote_created_at),
        *(ours.stage_id, ours.status, ours.job_id, ours.applied_at),
        StepRequest.objects.of(world.organisation).count(),
        Email.objects.of(world.organisation).count(),
    )


def taken(world: World, application: RemoteApplication) -> tuple[bool, bool]:
    """Whether the id is marked as taken, and our copy as not visible."""
    ours = world.ours(application)
    return ours.candidate.id_taken_at is not None, ours.not_visible_since is not None


@pytest.mark.main_case
@pytest.mark.world
def test_a_webhook_about_somebody_with_the_same_ids_changes_nothing(
    either: World, application: RemoteApplication
) -> None:
    world = either
    before = state(world, application)
    become_somebody(world, application)
    world.move(application, REFERENCES)
    world.deliver()
    assert (state(world, application), taken(world, application)) == (before, (True, True))
    assert world.inbox()[-1] == ("handled", TAKEN.format(application.id))


@pytest.mark.world
@pytest.mark.parametrize("full", [True, False])
def test_a_pass_over_somebody_with_the_same_ids_changes_nothing(
    either: World, application: RemoteApplication, full: bool
) -> None:
    world = either
    before = state(world, application)
    become_somebody(world, application)
    world.move(application, REFERENCES)
    reconcile(world, full=full)
    assert (state(world, application), taken(world, application)) == (before, (True, True))
    assert findings(world) == {("other_person", "synced"): 1}
    world.line.calls.clear()
    reconcile(world, full=full)
    assert findings(world) == {("other_person", "synced"): 1}
    assert not [call for call in world.line.reads if call.endswith(str(application.id))]


@pytest.mark.world
def test_a_pass_finds_somebody_whose_application_looks_the_same(
    world: World, application: RemoteApplication
) -> None:
    before = state(world, application)
    become_somebody(world, application)
    reconcile(world, full=True)
    assert (state(world, application), taken(world, application)) == (before, (True, True))


@pytest.mark.world
def test_a_missed_invitation_does_not_wait_for_somebody_with_the_same_ids(
    world: World, application: RemoteApplication
) -> None:
    become_somebody(world, application)
    world.move(application, REFERENCES)
    world.outgoing()
    reconcile(world, after=timedelta(days=5))
    kinds = Finding.objects.of(world.organisation).values_list("kind", "state")
    assert ("missed_invitation", "waiting") not in kinds


@pytest.mark.world
def test_a_burst_about_people_with_the_same_ids_changes_nothing(world: World) -> None:
    rows = people(world, 8)
    before = [state(world, row) for row in rows]
    for row in rows[::2]:
        become_somebody(world, row)
        world.move(row, ASSESSMENT)
    arrive(world)
    world.work()
    assert [state(world, row)[:-2] for row in rows] == [one[:-2] for one in before]
    assert [taken(world, row) for row in rows] == [(True, True), (False, False)] * 4


@pytest.mark.world
def test_an_application_of_somebody_else_is_not_taken_for_a_merge(
    either: World, application: RemoteApplication
) -> None:
    world = either
    before = state(world, application)
    application.candidate_id = world.greenhouse.candidate(first_name="Eve", email="eve@b.example").id
    application.created_at -= timedelta(days=290)
    world.greenhouse.store.applications.changed(application, world.greenhouse.now())
    world.move(application, REFERENCES)
    world.deliver()
    assert (state(world, application), taken(world, application)) == (before, (True, True))
    assert not Candidate.objects.of(world.organisation).filter(first_name="Eve").exists()


@pytest.mark.world
def test_somebody_elses_new_application_is_not_given_to_a_candidate_with_the_same_id(
    either: World, application: RemoteApplication
) -> None:
    world = either
    person = become_somebody(world, application)
    world.greenhouse.store.applications.delete(application.id)
    new = world.greenhouse.application(person)
    world.move(new, ASSESSMENT)
    world.deliver()
    assert not world.ours(application).candidate.applications.filter(remote_id=new.id).exists()
    assert world.ours(application).candidate.id_taken_at is not None


@pytest.mark.world
def test_a_merge_that_nothing_confirms_joins_nobody(world: World, application: RemoteApplication) -> None:
    store = world.greenhouse.store
    other = world.apply(first_name="Eve", last_name="Stranger", email="eve@elsewhere.example")
    world.deliver()
    before = [state(world, application), state(world, other)]
    store.applications.delete(application.id)
    store.candidates.delete(application.candidate_id)
    outcomes = candidate_merged(
        world.connection, loser_id=application.candidate_id, winner_id=other.candidate_id, now=clock.now()
    )
    assert outcomes[-1] == f"Candidate {other.candidate_id} is another person here: nothing was merged."
    assert [state(world, application), state(world, other)] == before


@pytest.mark.world
def test_the_person_is_synced_again_once_greenhouse_shows_them(
    world: World, application: RemoteApplication
) -> None:
    person = person_of(world.greenhouse, application)
    earlier = vars(person).copy(), application.created_at
    become_somebody(world, application)
    world.move(application, REFERENCES)
    world.deliver()
    vars(person).update(earlier[0])
    application.created_at = earlier[1]
    sync_application(world.connection, application.id, now=clock.now())
    assert taken(world, application) == (False, False)
    assert world.ours(application).stage_name == "Reference Check"


@pytest.mark.world
def test_a_renamed_person_with_a_new_address_is_the_same(
    either: World, application: RemoteApplication
) -> None:
    world = either
    person = person_of(world.greenhouse, application)
    person.first_name, person.last_name = "Augusta", "King"
    person.email_addresses = [{"value": "king@people.example", "type": "personal"}]
    application.created_at -= timedelta(days=3)
    sync_application(world.connection, application.id, now=clock.now())
    ours = world.ours(application)
    assert (ours.candidate.name, ours.candidate.email) == ("Augusta King", "king@people.example")
    assert (ours.applied_at, taken(world, application)) == (application.created_at, (False, False))


@pytest.mark.world
@pytest.mark.parametrize(
    ("change", "is_learned"),
    [({}, True), ({"last_name": "King"}, True), ({"first_name": "Eve", "email": "eve@b.example"}, False)],
)
def test_an_unknown_time_is_learned_if_address_or_name_agrees(
    world: World, application: RemoteApplication, change: dict[str, str], is_learned: bool
) -> None:
    person = person_of(world.greenhouse, application)
    Candidate.objects.of(world.organisation).update(remote_created_at=None)
    application.created_at -= timedelta(days=3)
    person.first_name = change.get("first_name", person.first_name)
    person.last_name = change.get("last_name", person.last_name)
    if "email" in change:
        person.email_addresses = [{"value": change["email"], "type": "personal"}]
    sync_application(world.connection, application.id, now=clock.now())
    learned = world.ours(application).candidate.remote_created_at
    assert learned == (person.created_at if is_learned else None)
    assert taken(world, application) == (not is_learned, not is_learned)


@pytest.mark.world
def test_a_person_with_the_same_address_and_first_name_is_the_same_whatever_the_time(
    either: World, application: RemoteApplication
) -> None:
    world = either
    person = person_of(world.greenhouse, application)
    person.created_at -= timedelta(days=200)
    person.last_name = "King"
    sync_application(world.connection, application.id, now=clock.now())
    person.email_addresses = [{"value": "king@people.example", "type": "personal"}]
    sync_application(world.connection, application.id, now=clock.now())
    candidate = world.ours(application).candidate
    assert (candidate.name, candidate.email) == ("Ada King", "king@people.example")
    assert candidate.remote_created_at == person.created_at


@pytest.mark.world
def test_an_anonymised_person_with_another_time_is_erased_and_not_called_somebody_else(
    world: World, application: RemoteApplication
) -> None:
    person = person_of(world.greenhouse, application)
    person.created_at -= timedelta(days=200)
    application.created_at -= timedelta(days=200)
    anonymise_candidate(world.greenhouse.store, person, now=world.greenhouse.now())
    world.deliver()
    ours = world.ours(application)
    assert (ours.candidate.name, taken(world, application)) == ("Ada Lovelace", (False, True))
    assert [row.reason for row in Erasure.objects.of(world.organisation)] == ["candidate_anonymised"]


@pytest.mark.world
def test_a_candidate_copied_by_another_worker_meanwhile_is_compared(world: World) -> None:
    new = world.apply(first_name="Eve", last_name="Stranger", email="eve@elsewhere.example")
    world.move(new, ASSESSMENT)

    def other_worker(request: httpx2.Request) -> None:
        if request.url.path.endswith("/candidates"):
            factories.candidate(
                world.organisation,
                connection_id=world.connection.pk,
                remote_id=new.candidate_id,
                remote_created_at=clock.now() - timedelta(days=300),
                synced_at=clock.now(),
            )
            world.line.after = lambda _: None

    world.line.after = other_worker
    world.deliver()
    candidate = Candidate.objects.of(world.organisation).get(remote_id=new.candidate_id)
    assert (candidate.first_name, candidate.id_taken_at is not None) == ("Ada", True)
    assert not candidate.applications.exists()


@pytest.mark.world
def test_a_person_who_was_refused_is_recognised_once_the_address_is_added(
    either: World, application: RemoteApplication
) -> None:
    """The remedy in docs/greenhouse.md."""
    world = either
    before = world.ours(application).candidate
    person = world.greenhouse.candidate(
        first_name="Augusta Ada", last_name="King", email="king@people.example"
    )
    application.candidate_id = person.id
    application.created_at -= timedelta(days=290)
    sync_application(world.connection, application.id, now=clock.now())
    assert taken(world, application) == (True, True)
    person.email_addresses = [*person.email_addresses, {"value": before.email, "type": "work"}]
    taken_ids(world.connection).update(id_taken_at=None)  # as setting the key does
    reconcile(world, full=True)
    assert (world.ours(application).candidate.name, taken(world, application)) == (
        "Augusta Ada King",
        (False, False),
    )


@pytest.mark.world
def test_nobody_is_marked_by_a_key_that_was_replaced_meanwhile(
    either: World, application: RemoteApplication
) -> None:
    world = either
    become_somebody(world, application)

    def replaced(_: httpx2.Request) -> None:
        Connection.objects.of(world.organisation).update(credential="another")
        world.line.after = lambda _: None

    world.line.after = replaced
    with pytest.raises(TooBusy):
        sync_application(world.connection, application.id, now=clock.now())
    assert taken(world, application) == (False, False)


@pytest.mark.world
def test_a_merge_into_a_candidate_with_the_known_time_is_followed_whatever_the_date(
    either: World, application: RemoteApplication
) -> None:
    """v1 and v3 may date an application differently, so its date can change when a key of the other is set."""
    world = either
    winner = world.apply(first_name="Augusta", last_name="King", email="king@people.example")
    world.move(winner, ASSESSMENT)
    world.deliver()
    loser_id = application.candidate_id
    merge_candidates(
        world.greenhouse.store,
        person_of(world.greenhouse, application),
        person_of(world.greenhouse, winner),
        now=world.greenhouse.now(),
    )
    application.created_at -= timedelta(days=3)
    world.deliver()
    assert world.ours(application).candidate == world.ours(winner).candidate
    loser = Candidate.objects.of(world.organisation).get(remote_id=loser_id)
    assert (loser.merged_into, loser.id_taken_at) == (world.ours(winner).candidate, None)


@pytest.mark.world
def test_a_hidden_winner_of_a_merge_is_recognised_by_the_application_once_visible(
    world: World, application: RemoteApplication
) -> None:
    store, loser = world.greenhouse.store, person_of(world.greenhouse, application)
    winner = world.greenhouse.candidate(first_name="Augusta", last_name="King", email="king@people.example")
    store.applications.delete(application.id)
    for person in (loser, winner):
        store.candidates.delete(person.id)
    candidate_merged(world.connection, loser_id=loser.id, winner_id=winner.id, now=clock.now())
    assert world.ours(application).candidate.remote_id == winner.id
    application.candidate_id = winner.id
    store.candidates.insert(winner)
    store.applications.insert(application)
    sync_application(world.connection, application.id, now=clock.now())
    assert world.ours(application).candidate.name == "Augusta King"
    assert taken(world, application) == (False, False)


@pytest.mark.world
def test_a_merge_of_two_profiles_for_one_job_joins_people_with_a_name_in_common(
    world: World, application: RemoteApplication
) -> None:
    world.greenhouse.store.switches["merge_same_job"] = "delete"
    winner = world.apply(first_name="Augusta Ada", last_name="King", email="king@people.example")
    world.move(winner, ASSESSMENT)
    world.deliver()
    merge_candidates(
        world.greenhouse.store,
        person_of(world.greenhouse, application),
        person_of(world.greenhouse, winner),
        now=world.greenhouse.now(),
    )
    world.deliver()
    assert world.ours(application).candidate == world.ours(winner).candidate


@pytest.mark.world
def test_a_merged_candidate_no_longer_counts_as_one_whose_id_was_taken(
    world: World, application: RemoteApplication
) -> None:
    before = world.ours(application).candidate
    winner = world.greenhouse.candidate(first_name="Eve", email="eve@b.example")
    application.candidate_id = winner.id
    application.created_at -= timedelta(days=290)
    sync_application(world.connection, application.id, now=clock.now())
    assert list(taken_ids(world.connection)) == [before]
    winner.first_name = "Ada"
    winner.email_addresses = [{"value": before.email, "type": "personal"}]
    sync_application(world.connection, application.id, now=clock.now())
    assert world.ours(application).candidate.remote_id == winner.id
    assert not taken_ids(world.connection).exists()


@pytest.mark.world
@pytest.mark.parametrize("act", ["candidate", "application", "anonymised"])
def test_nobody_is_erased_because_another_person_with_the_same_id_was(
    world: World, application: RemoteApplication, act: str
) -> None:
    person = become_somebody(world, application)
    sync_application(world.connection, application.id, now=clock.now())
    deleted(world, application, person, act)
    assert not Erasure.objects.of(world.organisation).exists()


@pytest.mark.world
def test_a_deletion_is_followed_although_another_person_has_the_id(
    world: World, application: RemoteApplication
) -> None:
    become_somebody(world, application)
    candidate_deleted(world.connection, candidate_id=application.candidate_id, now=clock.now())
    [erasure] = Erasure.objects.of(world.organisation)
    assert (erasure.reason, erasure.cancelled_at) == ("candidate_deleted", None)


@pytest.mark.world
@pytest.mark.parametrize("act", ["candidate", "application", "anonymised"])
def test_another_person_with_the_same_id_does_not_stop_an_erasure(
    world: World, application: RemoteApplication, act: str
) -> None:
    person = person_of(world.greenhouse, application)
    before = vars(person).copy(), application.created_at
    deleted(world, application, person, act)
    vars(person).update(before[0])
    application.created_at = before[1]
    if act == "candidate":
        world.greenhouse.store.candidates.insert(person)
    if act != "anonymised":
        world.greenhouse.store.applications.insert(application)
    become_somebody(world, application)
    assert erase_due(now=clock.now() + WAIT + timedelta(minutes=1)) == 1
    assert world.ours(application).erased_at is not None


def deleted(world: World, application: RemoteApplication, person: RemoteCandidate, act: str) -> None:
    """Delete or anonymise in Greenhouse, and handle the event."""
    store, connection, now = world.greenhouse.store, world.connection, clock.now()
    if act == "anonymised":
        anonymise_candidate(store, person, now=world.greenhouse.now())
        candidate_anonymised(connection, candidate_id=person.id, fields=("full_name",), now=now)
        return
    store.applications.delete(application.id)
    if act == "candidate":
        store.candidates.delete(person.id)
        candidate_deleted(connection, candidate_id=person.id, application_ids=[application.id], now=now)
    else:
        application_deleted(connection, application_id=application.id, now=now)


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        (NOON, True),
        (NOON + timedelta(milliseconds=999), True),
        (NOON - timedelta(seconds=1), True),
        (NOON + timedelta(seconds=2), False),
        (None, None),
    ],
)
def test_times_are_compared_to_the_second(theirs: datetime | None, same: bool | None) -> None:
    assert is_same_moment(NOON, theirs) is same
    assert is_same_moment(theirs, NOON) is same

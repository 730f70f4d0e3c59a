"""Erasing a person erases the bodies about them; the deliveries can still be replayed."""

import json
from datetime import timedelta

import pytest

from goodword.candidates.models import Candidate
from goodword.core import clock
from goodword.core.personal_data import ExportReader, ExportRequest, Subject
from goodword.greenhouse.inbox.processing import prune, replay, retention
from goodword.greenhouse.models import Connection, Delivery
from goodword.greenhouse.personal_data import erase_deliveries as holder
from goodword.greenhouse.personal_data import export_deliveries
from tests.greenhouse.world import ASSESSMENT, World
from tests.support import factories

erase = holder.erase


def subject(world: World, *, applications: tuple[int, ...] = (), people: tuple[int, ...] = ()) -> Subject:
    return Subject(
        organisation_id=world.organisation.pk,
        connection_id=world.connection.pk,
        application_ids=(),
        remote_application_ids=applications,
        remote_candidate_ids=people,
    )


def rows(world: World) -> list[Delivery]:
    return list(Delivery.objects.of(world.organisation).order_by("pk"))


def test_only_bodies_about_the_person_are_erased(world: World) -> None:
    ada, eve = world.apply(first_name="Ada"), world.apply(first_name="Eve")
    world.reject(ada)
    world.deliver()
    update = {"action": "update_candidate", "payload": {"person": {"id": ada.candidate_id, "name": "Ada"}}}
    offer = {"action": "offer_created", "payload": {"application_id": ada.id, "notes": "Ada"}}
    for body in (update, offer):
        world.post(json.dumps(body).encode())
    now = clock.now()
    whom = subject(world, applications=(ada.id,), people=(ada.candidate_id,))
    assert erase(whom, now) == {"webhook bodies": 4}
    assert erase(whom, now) == {"webhook bodies": 0}
    assert [(row.action, row.body_erased_at == now, b"Ada" in bytes(row.body)) for row in rows(world)] == [
        ("new_candidate_application", True, False),
        ("new_candidate_application", False, False),
        ("reject_candidate", True, False),
        ("update_candidate", True, False),
        ("offer_created", True, False),
    ]
    assert [row.outcome for row in rows(world)[:3]] == ["", f"Application {eve.id}: first seen.", ""]


def test_exports_have_the_deliveries_about_merged_profiles(world: World) -> None:
    ada, old, eve = (world.apply(first_name=name) for name in ("Ada", "Ada", "Eve"))
    world.deliver()
    for remote, title in ((ada, "one"), (old, "two"), (eve, "three")):
        about = {"person": {"id": remote.candidate_id, "title": title}}
        world.post(json.dumps({"action": "update_candidate", "payload": about}).encode())
    winner, loser = (
        Candidate.objects.of(world.organisation).get(remote_id=application.candidate_id)
        for application in (ada, old)
    )
    Candidate.objects.of(world.organisation).filter(pk=loser.pk).update(merged_into=winner)
    found = export_deliveries.export(
        ExportRequest(
            reader=ExportReader.ORGANISATION, organisation=world.organisation, candidate_id=winner.pk
        )
    )
    titles = [one["body"]["payload"]["person"]["title"] for one in found["sent by Greenhouse"]]
    assert titles == ["one", "two"]


@pytest.mark.world
def test_erasing_an_application_keeps_bodies_about_the_others(world: World) -> None:
    person = world.greenhouse.candidate()
    one = world.greenhouse.application(person)
    world.greenhouse.application(person)
    world.deliver()
    assert erase(subject(world, applications=(one.id,)), clock.now()) == {"webhook bodies": 1}
    assert [row.body_erased_at is None for row in rows(world)] == [False, True]


def test_bodies_of_other_connections_and_organisations_are_kept(world: World) -> None:
    remote = world.apply()
    world.deliver()
    other = factories.organisation()
    for about in (
        Subject(
            organisation_id=other.pk,
            connection_id=world.connection.pk,
            application_ids=(),
            remote_application_ids=(remote.id,),
        ),
        Subject(
            organisation_id=world.organisation.pk,
            connection_id=world.connection.pk + 1,
            application_ids=(),
            remote_application_ids=(remote.id,),
        ),
        Subject(
            organisation_id=world.organisation.pk, application_ids=(), remote_application_ids=(remote.id,)
        ),
    ):
        assert erase(about, clock.now()).get("webhook bodies", 0) == 0
    assert rows(world)[0].body_erased_at is None


@pytest.mark.world
def test_erased_deliveries_can_still_be_handled_and_replayed(world: World) -> None:
    remote = world.apply()
    world.move(remote, ASSESSMENT)
    for body, event_id in world.outgoing():
        world.post(body, event_id)
    erase(subject(world, people=(remote.candidate_id,)), clock.now())
    world.work()
    stage = world.stages[ASSESSMENT][1]
    assert [outcome for _, outcome in world.inbox()] == [
        f"Application {remote.id}: first seen, entered {stage}.",
        f"Application {remote.id}: no changes.",
    ]
    replay(rows(world)[0], now=clock.now(), by=world.role.owner)
    world.work()
    assert world.inbox()[0] == ("handled", f"Application {remote.id}: no changes.")


def test_old_deliveries_waiting_for_a_broken_connection_are_removed(world: World) -> None:
    world.apply()
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    later = clock.now() + retention() + timedelta(hours=1)
    assert prune(now=later) == 0
    Connection.objects.of(world.organisation).update(state=Connection.State.BROKEN)
    assert prune(now=later - timedelta(hours=2)) == 0
    assert prune(now=later) == 1

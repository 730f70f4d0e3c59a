"""Who is responsible for an application, and where their address comes from."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from goodword.candidates.models import Application, recruiter_of
from goodword.core import clock
from goodword.greenhouse.sync.applications import sync_application
from goodword.greenhouse.sync.harvest import CACHE_TTL
from goodword.notifications.models import Email
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.contract.greenhouse import ALL, ARTICLE
from tests.greenhouse.world import ASSESSMENT, World
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in


def stored_recruiter(world: World, remote: RemoteApplication) -> tuple[int | None, str]:
    ours = world.ours(remote)
    return ours.recruiter_remote_id, ours.recruiter_email


def users(world: World) -> list[Any]:
    return list(world.greenhouse.store.users.rising())


def applied(world: World, recruiter: Any) -> RemoteApplication:
    remote = world.apply()
    remote.recruiter_id = recruiter.id if recruiter else None
    return remote


def test_the_applications_recruiter_comes_first(either: World) -> None:
    priya = users(either)[2]
    remote = applied(either, priya)
    either.deliver()
    assert stored_recruiter(either, remote) == (priya.id, "priya.raman@acornoak.example")


def test_without_one_the_jobs_responsible_recruiter_does(either: World) -> None:
    jonas = users(either)[1]
    remote = applied(either, None)
    either.deliver()
    assert stored_recruiter(either, remote) == (jonas.id, "jonas.lindqvist@acornoak.example")


@pytest.mark.parametrize(
    ("emails", "address"),
    [
        (["first@mail.example", "second@mail.example"], "first@mail.example"),
        (["first@mail.example", "second@mail.example", "Mo@acme.example"], "Mo@acme.example"),
        (["first@mail.example", "gone@acme.example"], "gone@acme.example"),
        (["gone@acme.example", "mo@acme.example"], "mo@acme.example"),
        (["not an address", "second@mail.example"], "second@mail.example"),
    ],
)
def test_a_recruiter_with_several_addresses_has_the_one_they_sign_in_with(
    either: World, emails: list[str], address: str
) -> None:
    factories.member(either.organisation, email="mo@acme.example")
    gone = factories.member(either.organisation, email="gone@acme.example")
    gone.deactivated_at = factories.NOW
    gone.save()
    factories.member(factories.organisation(), email="second@mail.example")
    priya = users(either)[2]
    priya.primary_email, priya.emails = emails[0], emails
    remote = applied(either, priya)
    either.deliver()
    assert stored_recruiter(either, remote) == (priya.id, address)


def test_a_deactivated_recruiter_is_skipped(either: World) -> None:
    jonas, dana = users(either)[1], users(either)[7]
    remote = applied(either, dana)
    either.deliver()
    assert stored_recruiter(either, remote) == (jonas.id, "jonas.lindqvist@acornoak.example")


def test_without_a_recruiter_the_roles_owner_is_used(world: World) -> None:
    dana, jonas = users(world)[7], users(world)[1]
    jonas.deactivated = True
    remote = applied(world, dana)
    world.deliver()
    assert stored_recruiter(world, remote) == (None, "")
    assert recruiter_of(world.ours(remote)).address == world.role.owner.user.email


@pytest.mark.world
def test_without_the_users_permission_the_address_comes_from_the_body(world: World) -> None:
    world.greenhouse.tick(*ALL - {"Users"})
    priya = users(world)[2]
    remote = applied(world, priya)
    world.outgoing()
    world.move(remote, ASSESSMENT)
    world.deliver()
    assert stored_recruiter(world, remote) == (priya.id, "priya.raman@acornoak.example")
    assert world.ours(remote).recruiter_name == "Priya Raman"


@pytest.mark.main_case
def test_with_the_required_permissions_the_recruiter_gets_mail_once_the_domain_is_set(
    either: World,
) -> None:
    either.greenhouse.tick(*ARTICLE)
    either.organisation.own_domains = []
    either.organisation.save()
    priya = users(either)[2]
    remote = applied(either, priya)
    either.deliver()
    owner = either.role.owner.user
    assert recruiter_of(either.ours(remote)).address == owner.email
    admin = factories.member(either.organisation, kind="admin", email="ada@acornoak.example")
    where = reverse("organisation_domains", args=[either.organisation.slug])
    assert signed_in(admin).post(where, {"add": "acornoak.example"}).status_code == 302
    either.move(remote, ASSESSMENT)
    either.deliver()
    run_jobs(but_not={"email.send"})
    found = recruiter_of(either.ours(remote))
    assert (found.name, found.address) == ("Priya Raman", "priya.raman@acornoak.example")
    invitation = Email.objects.of(either.organisation).get(kind="assessment.invitation")
    assert invitation.reply_to == "priya.raman@acornoak.example"


@pytest.mark.world
def test_an_address_of_a_foreign_domain_in_the_body_is_ignored(world: World) -> None:
    world.greenhouse.tick(*ALL - {"Users"})
    priya = users(world)[2]
    priya.primary_email = "priya@elsewhere.example"
    remote = applied(world, priya)
    world.outgoing()
    world.move(remote, ASSESSMENT)
    world.deliver()
    assert stored_recruiter(world, remote) == (priya.id, "")


@pytest.mark.world
def test_a_body_does_not_choose_who_the_recruiter_is(world: World) -> None:
    world.greenhouse.tick(*ALL - {"Users"})
    remote = applied(world, users(world)[2])
    world.outgoing()
    world.move(remote, ASSESSMENT)
    [(body, event_id)] = world.outgoing()
    data = json.loads(body)
    data["payload"]["application"]["candidate"]["recruiter"]["id"] = 1
    assert world.post(json.dumps(data).encode(), event_id) == 200
    world.work()
    assert stored_recruiter(world, remote) == (users(world)[2].id, "")


@pytest.mark.world
def test_a_known_recruiter_is_not_read_again(world: World) -> None:
    remote = world.apply()
    world.deliver()
    world.line.calls.clear()
    world.move(remote, ASSESSMENT)
    world.deliver()
    assert world.line.reads == [
        "GET /v3/applications",
        "GET /v3/candidates",
        "GET /v3/application_stages",
    ]


@pytest.mark.world
def test_a_new_recruiter_is_read_at_once(world: World) -> None:
    remote = world.apply()
    world.deliver()
    priya = users(world)[2]
    remote.recruiter_id = priya.id
    sync_application(world.connection, remote.id, now=factories.NOW)
    assert stored_recruiter(world, remote) == (priya.id, "priya.raman@acornoak.example")


def asked(world: World, what: str) -> int:
    """The number of times this list or record was read."""
    return sum(what in call for call in world.line.reads)


@pytest.mark.world
def test_users_of_many_applications_are_read_once(either: World) -> None:
    for _ in range(3):
        applied(either, users(either)[2])
    either.deliver()
    assert asked(either, "/users") == 1


@pytest.mark.world
def test_a_missing_users_permission_is_cached_for_a_while(either: World) -> None:
    either.greenhouse.tick(*ALL - {"Users"})
    rows = [applied(either, user) for user in users(either)[1:4]]
    either.deliver()
    assert asked(either, "/users") == 1
    either.greenhouse.tick(*ALL)
    sync_application(either.connection, rows[1].id, now=clock.now() + CACHE_TTL + timedelta(seconds=1))
    assert asked(either, "/users") == 2
    assert stored_recruiter(either, rows[1]) == (users(either)[2].id, "priya.raman@acornoak.example")


@pytest.mark.world
def test_a_hiring_team_is_read_once_for_many_applications(world: World) -> None:
    for _ in range(3):
        applied(world, None)
    world.deliver()
    assert asked(world, "/job_owners") == 1


@pytest.mark.world
def test_another_credential_has_its_own_cache(world: World) -> None:
    remote = applied(world, users(world)[2])
    world.deliver()
    world.connection.set_credentials(world.greenhouse.credentials)
    world.connection.save()
    later = clock.now() + timedelta(minutes=1)
    Application.objects.of(world.organisation).update(recruiter_email="")
    sync_application(world.connection, remote.id, now=later)
    assert asked(world, "/users") == 2

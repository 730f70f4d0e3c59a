"""A connection's token is shared, encrypted and minted under a lease; its health is updated."""

from datetime import timedelta

import pytest

from goodword.core import clock
from goodword.greenhouse.client import Priority, Token
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.harvest import TOKEN_LEASE, ConnectionTokens, harvest
from tests.greenhouse.world import World


def fresh(world: World) -> Connection:
    return Connection.objects.of(world.organisation).get()


def token(name: str, *, minutes: int = 50) -> Token:
    return Token(name, renew_at=clock.now() + timedelta(minutes=minutes))


def test_two_sessions_share_one_encrypted_token(world: World) -> None:
    for _ in range(2):
        with harvest(fresh(world)) as api:
            assert api.application(1) is None
    assert world.line.calls.count("POST /token") == 1
    row = fresh(world)
    kept = ConnectionTokens(row).get()
    assert kept is not None
    assert kept.access_token not in row.token
    assert row.token_lease_until is None
    assert row.last_call_at is not None


def test_a_page_waits_less_for_a_silent_greenhouse(world: World) -> None:
    waits: set[float] = set()
    world.line.before = lambda request: waits.add(request.extensions["timeout"]["read"])
    with harvest(fresh(world)) as api:
        api.application(1)
    assert waits == {30.0}
    with harvest(fresh(world), priority=Priority.PERSON) as api:
        api.application(1)
    assert waits == {30.0, 8.0}


def test_one_worker_has_the_lease_until_it_saves_or_releases(world: World) -> None:
    one, two = ConnectionTokens(fresh(world)), ConnectionTokens(fresh(world))
    assert (one.claim(), two.claim()) == (True, False)
    one.release()
    assert two.claim() is True
    two.save(token("minted"))
    assert one.claim() is True


@pytest.mark.parametrize(
    "until", [-timedelta(seconds=1), timedelta(days=1)], ids=["over", "by another clock"]
)
def test_the_lease_of_a_dead_worker_ends(world: World, until: timedelta) -> None:
    assert ConnectionTokens(fresh(world)).claim() is True
    Connection.objects.of(world.organisation).update(token_lease_until=clock.now() + until)
    assert ConnectionTokens(fresh(world)).claim() is True
    assert fresh(world).token_lease_until > clock.now() + TOKEN_LEASE / 2  # type: ignore[operator]  # the lease is taken


def test_a_waiting_worker_finds_the_minted_token(world: World) -> None:
    one, two = ConnectionTokens(fresh(world)), ConnectionTokens(fresh(world))
    assert two.get() is None
    assert one.claim() is True
    one.save(token("minted"))
    assert two.get() == one.get()


def test_a_token_of_a_replaced_credential_is_not_stored(world: World) -> None:
    old = ConnectionTokens(fresh(world))
    assert old.claim() is True
    row = fresh(world)
    row.set_credentials(world.greenhouse.credentials)
    row.save()
    old.save(token("of the old one"))
    assert ConnectionTokens(fresh(world)).get() is None


def test_a_token_near_its_end_is_read_again(world: World) -> None:
    one = ConnectionTokens(fresh(world))
    one.save(token("old", minutes=-1))
    ConnectionTokens(fresh(world)).save(token("new"))
    found = one.get()
    assert found is not None
    assert found.access_token == "new"

"""What the tests of the Greenhouse road share."""

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import pytest_django
from django.test import override_settings
from pytest_django.fixtures import Settings

from tests.greenhouse.world import Kept, World, open_world
from tests.support.shared import shared_world

hypothesis.settings.register_profile("histories", max_examples=300)

#: settings that lead to the sandbox of whichever world is open
POINTED: dict[str, Any] = {
    "GOODWORD_GREENHOUSE_V1_URL": "http://127.0.0.1:8100/v1",
    "GOODWORD_GREENHOUSE_V3_URL": "http://127.0.0.1:8100/v3",
    "GOODWORD_GREENHOUSE_AUTH_URL": "http://127.0.0.1:8100",
    "GOODWORD_ALLOW_PRIVATE_ADDRESSES": True,
    "GOODWORD_HARVEST_TRANSPORT": "tests.greenhouse.world.transport",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],  # nobody signs in here
}


def point(settings: Settings) -> None:
    """Set them for a test."""
    for name, value in POINTED.items():
        setattr(settings, name, value)


def _open(version: str, settings: Settings) -> Iterator[World]:
    point(settings)
    world = open_world(version)
    yield world
    world.greenhouse.sandbox.close()


def keep(metafunc: pytest.Metafunc, fixture: str, *versions: str, build: Callable[[World], Any]) -> None:
    """Let tests that take `fixture` have `kept` as `build` leaves it, over these interfaces in turn.

    One fixture keeps all of a module's worlds, one after the other: their transactions would not end in order.
    """
    if fixture in metafunc.fixturenames and "kept" in metafunc.fixturenames:
        ids = versions if len(versions) > 1 else [pytest.HIDDEN_PARAM]
        values = [(version, build) for version in versions]
        metafunc.parametrize("kept", values, ids=ids, indirect=True, scope="module")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The worlds that are as they are opened."""
    keep(metafunc, "world", "v3", build=nothing)
    keep(metafunc, "either", "v3", "v1", build=nothing)


def nothing(_: World) -> None:
    """Nothing happens in it before the test."""


@pytest.fixture(scope="module")
def kept(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[Kept[Any]]:
    """A world of the module's, built once."""

    @override_settings(**POINTED)
    def build() -> Kept[Any]:
        return Kept(*request.param)

    yield from shared_world(django_db_blocker, build)


@pytest.fixture
def world(db: None, kept: Kept[None], settings: Settings) -> Iterator[World]:
    """An organisation connected over Harvest v3."""
    point(settings)
    with kept.opened() as (world, _):
        yield world


@pytest.fixture
def either(db: None, kept: Kept[None], settings: Settings) -> Iterator[World]:
    """An organisation connected over each of the two interfaces in turn."""
    point(settings)
    with kept.opened() as (world, _):
        yield world


@pytest.fixture
def alone(db: None, settings: Settings) -> Iterator[World]:
    """Over Harvest v3, of this test only: also for tests that commit, and for those that look at PostgreSQL itself."""
    yield from _open("v3", settings)

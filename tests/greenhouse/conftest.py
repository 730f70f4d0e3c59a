"""Fixtures of the Greenhouse tests."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import pytest_django
from django.test import override_settings
from pytest_django.fixtures import Settings

from tests.greenhouse.shared_world import BEFORE, SharedWorld, after, nothing
from tests.greenhouse.world import World, open_world
from tests.support.shared import shared_world

hypothesis.settings.register_profile("histories", max_examples=300)

#: settings for the sandbox of the open world
POINTED: dict[str, Any] = {
    "GOODWORD_GREENHOUSE_V1_URL": "http://127.0.0.1:8100/v1",
    "GOODWORD_GREENHOUSE_V3_URL": "http://127.0.0.1:8100/v3",
    "GOODWORD_GREENHOUSE_AUTH_URL": "http://127.0.0.1:8100",
    "GOODWORD_ALLOW_PRIVATE_ADDRESSES": True,
    "GOODWORD_HARVEST_TRANSPORT": "tests.greenhouse.world.transport",
    "GOODWORD_HARVEST_PAUSE": "tests.greenhouse.world.pause",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],  # signing in is not tested here
}


def point(settings: Settings) -> None:
    for name, value in POINTED.items():
        setattr(settings, name, value)


def _open(version: str, settings: Settings) -> Iterator[World]:
    point(settings)
    world = open_world(version)
    yield world
    world.greenhouse.sandbox.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests without a builder start with a new world."""
    chosen = any("kept" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "kept" in metafunc.fixturenames and not chosen:
        names = metafunc.fixturenames
        builders = BEFORE | getattr(metafunc.module, "BUILDERS", {})
        build = next((builders[name] for name in names if name in builders), nothing)
        mark = after(build, *(("v3", "v1") if "either" in names else ("v3",))).mark
        metafunc.parametrize(*mark.args, **mark.kwargs)


@pytest.fixture(scope="module")
def kept(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[SharedWorld[Any]]:
    """The module's world, built once."""

    @override_settings(**POINTED)
    def build() -> SharedWorld[Any]:
        return SharedWorld(*request.param)

    yield from shared_world(django_db_blocker, build)


@pytest.fixture
def opened(db: None, kept: SharedWorld[Any], settings: Settings) -> Iterator[tuple[World, Any]]:
    """The module's world for one test, and what its builder returned."""
    point(settings)
    with kept.opened() as made:
        yield made


@pytest.fixture
def world(opened: tuple[World, Any]) -> World:
    """An organisation connected over Harvest v3."""
    return opened[0]


@pytest.fixture
def either(opened: tuple[World, Any]) -> World:
    """An organisation connected over Harvest v3, then v1."""
    return opened[0]


@pytest.fixture
def made(opened: tuple[World, Any]) -> Any:
    """What the builder passed to `after` returned."""
    return opened[1]


@pytest.fixture
def alone(db: None, settings: Settings) -> Iterator[World]:
    """A Harvest v3 world per test, for tests that commit or inspect PostgreSQL."""
    yield from _open("v3", settings)

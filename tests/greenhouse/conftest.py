"""What the tests of the Greenhouse road share."""

from collections.abc import Iterator

import hypothesis
import pytest
from pytest_django.fixtures import Settings

from tests.greenhouse.world import World, open_world

hypothesis.settings.register_profile("histories", max_examples=300)


def point(settings: Settings) -> None:
    """Let the settings lead to the sandbox of whichever world is open."""
    settings.GOODWORD_GREENHOUSE_V1_URL = "http://127.0.0.1:8100/v1"
    settings.GOODWORD_GREENHOUSE_V3_URL = "http://127.0.0.1:8100/v3"
    settings.GOODWORD_GREENHOUSE_AUTH_URL = "http://127.0.0.1:8100"
    settings.GOODWORD_ALLOW_PRIVATE_ADDRESSES = True
    settings.GOODWORD_HARVEST_TRANSPORT = "tests.greenhouse.world.transport"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in here


def _open(version: str, settings: Settings) -> Iterator[World]:
    point(settings)
    world = open_world(version)
    yield world
    world.greenhouse.sandbox.close()


@pytest.fixture
def world(db: None, settings: Settings) -> Iterator[World]:
    """An organisation connected over Harvest v3."""
    yield from _open("v3", settings)


@pytest.fixture(params=["v3", "v1"])
def either(request: pytest.FixtureRequest, db: None, settings: Settings) -> Iterator[World]:
    """An organisation connected over each of the two interfaces in turn."""
    yield from _open(str(request.param), settings)

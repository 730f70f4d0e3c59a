"""Desks connected to the sandbox."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.greenhouse.setup.desk import Desk, open_connected_desk, point


@pytest.fixture
def desk(db: None, settings: Settings) -> Iterator[Desk]:
    """Connected over Harvest v3."""
    yield from _open("v3", settings)


@pytest.fixture(params=["v3", "v1"])
def either(request: pytest.FixtureRequest, db: None, settings: Settings) -> Iterator[Desk]:
    """Connected over v3, then v1."""
    yield from _open(str(request.param), settings)


def _open(version: str, settings: Settings) -> Iterator[Desk]:
    point(settings)
    desk = open_connected_desk(version)
    yield desk
    desk.greenhouse.sandbox.close()

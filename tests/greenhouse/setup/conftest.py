"""A desk connected over one version, or over each in turn."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.greenhouse.setup.desk import Desk, open_desk, point


def _open(version: str, settings: Settings) -> Iterator[Desk]:
    point(settings)
    desk = open_desk(version)
    yield desk
    desk.greenhouse.sandbox.close()


@pytest.fixture
def desk(db: None, settings: Settings) -> Iterator[Desk]:
    yield from _open("v3", settings)


@pytest.fixture
def old_desk(db: None, settings: Settings) -> Iterator[Desk]:
    yield from _open("v1", settings)


@pytest.fixture(params=["v3", "v1"])
def either(request: pytest.FixtureRequest, db: None, settings: Settings) -> Iterator[Desk]:
    yield from _open(str(request.param), settings)

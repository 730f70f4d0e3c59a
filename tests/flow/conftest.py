"""Scenarios from Greenhouse webhooks to notes, in one process."""

import pytest

from tests.greenhouse.conftest import alone
from tests.greenhouse.world import World

__all__ = ["alone"]


@pytest.fixture
def world(alone: World) -> World:
    """An organisation connected over Harvest v3."""
    return alone

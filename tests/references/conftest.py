"""Freezes time for all tests here."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.support import factories


@pytest.fixture(autouse=True)
def at_a_fixed_moment() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield

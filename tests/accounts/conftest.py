"""Attempts to sign in are counted in the cache."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def clear_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()

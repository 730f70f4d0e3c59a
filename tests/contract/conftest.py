"""Fixtures of the client's tests."""

from collections.abc import Iterator

import pytest

from tests.contract.greenhouse import Greenhouse, open_account
from tests.contract.moments import Moments


@pytest.fixture
def time() -> Moments:
    """A clock that only sleeping moves."""
    return Moments()


@pytest.fixture(params=["v1", "v3"])
def version(request: pytest.FixtureRequest) -> str:
    """Each of the two interfaces in turn."""
    return str(request.param)


@pytest.fixture
def greenhouse(version: str) -> Iterator[Greenhouse]:
    """The sandbox's demo account behind each of the two interfaces in turn."""
    account = open_account(version)
    yield account
    account.sandbox.close()

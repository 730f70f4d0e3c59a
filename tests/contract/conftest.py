"""Fixtures of the client's tests."""

from collections.abc import Iterator

import pytest

from tests.contract.greenhouse import Greenhouse, open_account
from tests.contract.moments import Moments


@pytest.fixture
def time() -> Moments:
    """A clock that moves only by sleeping."""
    return Moments()


@pytest.fixture(params=["v1", "v3"])
def version(request: pytest.FixtureRequest) -> str:
    """v1 and v3 in turn."""
    return str(request.param)


@pytest.fixture
def greenhouse(version: str) -> Iterator[Greenhouse]:
    """The sandbox's demo account over v1 and v3 in turn."""
    account = open_account(version)
    yield account
    account.sandbox.close()

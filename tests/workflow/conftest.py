"""Fixtures of the workflow tests."""

from pathlib import Path

import pytest

from tests.support.seeds import mark_rest

HERE = f"{Path(__file__).parent}/"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One seed per combination, unless exhaustive tests are selected."""
    mark_rest(item for item in items if str(item.path).startswith(HERE))

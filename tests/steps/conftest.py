"""What the tests of steps share."""

from pathlib import Path

import pytest

from tests.support.seeds import mark_rest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Orders of reactions: one seed for each combination, all of them in the exhaustive run."""
    mark_rest(item for item in items if item.path.is_relative_to(HERE))

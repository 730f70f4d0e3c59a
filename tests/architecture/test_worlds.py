"""Helpers marked `whole_world` fail tests that `make quick` would run."""

import pytest

from tests.support.kept import kept
from tests.support.worlds import whole_world


@whole_world
def everything_follows() -> str:
    return "done"


@kept
def prepared() -> str:
    return everything_follows()


@pytest.fixture(scope="module")
def shared() -> str:
    return everything_follows()


def test_an_unmarked_test_is_refused() -> None:
    with pytest.raises(pytest.fail.Exception, match="everything_follows needs a whole world: mark the test"):
        everything_follows()


@pytest.mark.world
def test_a_marked_test_may_call_them() -> None:
    assert everything_follows() == "done"


@pytest.mark.main_case
def test_a_main_case_may_call_them() -> None:
    assert everything_follows() == "done"


@pytest.mark.django_db
def test_rows_prepared_for_many_tests_do_not_count(shared: str) -> None:
    assert (shared, prepared()) == ("done", "done")

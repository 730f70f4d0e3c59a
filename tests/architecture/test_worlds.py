"""Tests that need a whole world are found by what they call."""

import pytest

from tests.support import jobs
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.support.worlds import reaches_whole_world


def helper() -> None:
    run_jobs()


@kept
def prepared() -> None:
    run_jobs()


class Helper:
    def acts(self) -> None:
        helper()

    @property
    def result(self) -> list[str]:
        return jobs.run_jobs()


def direct() -> None:
    run_jobs(at_most=1)


def through_the_module() -> None:
    jobs.run_jobs()


def through_a_helper() -> None:
    helper()


def through_an_inner_function() -> None:
    def inner() -> None:
        helper()

    inner()


def through_a_method() -> None:
    Helper().acts()


def on_prepared_rows() -> None:
    prepared()


def without() -> None:
    jobs.waiting()


@pytest.mark.parametrize(
    "function", [direct, through_the_module, through_a_helper, through_an_inner_function, through_a_method]
)
def test_tests_that_let_everything_follow_need_a_whole_world(function: object) -> None:
    assert reaches_whole_world(function)


@pytest.mark.parametrize("function", [on_prepared_rows, without])
def test_tests_of_an_action_on_prepared_rows_do_not(function: object) -> None:
    assert not reaches_whole_world(function)

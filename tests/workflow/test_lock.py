"""Locking a run."""

import pytest

from goodword.assessments.models import Attempt
from goodword.workflow.models import lock
from tests.workflow.runs import P, Runs


@pytest.mark.django_db
def test_a_run_is_locked_inside_a_transaction() -> None:
    run = Runs.made().run_in(P.PENDING, False, False)
    assert lock(Attempt, run.pk) == run  # tests run in a transaction


@pytest.mark.django_db(transaction=True)
def test_locking_requires_a_transaction() -> None:
    run = Runs.made().run_in(P.PENDING, False, False)
    with pytest.raises(RuntimeError):
        lock(Attempt, run.pk)

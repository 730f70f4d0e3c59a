"""The table of transitions: each action from each state, on a real run."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from itertools import product

import pytest
import pytest_django
from django.db import transaction

from goodword.assessments.models import Attempt
from goodword.workflow.models import (
    DONE,
    GRACE,
    OTHER_MOVES,
    PROGRESS_MOVES,
    UNFINISHED,
    MoveNotAllowed,
    StepRun,
    is_open,
    lock,
    may,
    move,
    status,
    takes_answers,
)
from tests.support.shared import shared_world
from tests.workflow.runs import DEADLINE, NOW, P, Runs

pytestmark = pytest.mark.django_db


type State = tuple[P, bool, bool]

#: every combination of progress, closed, paused
STATES = list(product(P, (False, True), (False, True)))
ACTS = [*PROGRESS_MOVES, *OTHER_MOVES]

#: act -> states that allow it
ALLOWED = {
    "begin": {(P.PENDING, False, False), (P.PENDING, False, True)},
    "complete": {(p, False, paused) for p in (P.PENDING, P.IN_PROGRESS) for paused in (False, True)},
    "mark_complete": {(p, False, paused) for p in (P.PENDING, P.IN_PROGRESS) for paused in (False, True)},
    "decline": {(p, False, paused) for p in (P.PENDING, P.IN_PROGRESS) for paused in (False, True)},
    "pause": {(P.PENDING, False, False), (P.IN_PROGRESS, False, False)},
    "resume": {(P.PENDING, False, True), (P.IN_PROGRESS, False, True)},
    "close": {(p, False, paused) for p in (P.PENDING, P.IN_PROGRESS) for paused in (False, True)},
    "reopen": {(p, True, paused) for p in (P.PENDING, P.IN_PROGRESS) for paused in (False, True)},
}

#: act -> resulting state
LEADS_TO: dict[str, Callable[[P, bool, bool], State]] = {
    "begin": lambda _, closed, paused: (P.IN_PROGRESS, closed, paused),
    "complete": lambda _, closed, paused: (P.COMPLETED, closed, paused),
    "mark_complete": lambda _, closed, paused: (P.MARKED_COMPLETE, closed, paused),
    "decline": lambda _, closed, paused: (P.DECLINED, closed, paused),
    "pause": lambda progress, closed, _: (progress, closed, True),
    "resume": lambda progress, closed, _: (progress, closed, False),
    "close": lambda progress, _, paused: (progress, True, paused),
    "reopen": lambda progress, _, __: (progress, False, False),
}


@pytest.fixture(scope="module")
def once(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Runs]:
    yield from shared_world(django_db_blocker, Runs.made)


@pytest.fixture
def runs(db: None, once: Runs) -> Runs:
    return deepcopy(once)


def state_of(run: StepRun) -> State:
    return P(run.progress), run.closed_at is not None, run.paused_at is not None


def test_the_table_lists_every_act_once() -> None:
    assert set(ACTS) == set(ALLOWED) == set(LEADS_TO)
    assert not set(PROGRESS_MOVES) & set(OTHER_MOVES)
    assert set(P) == UNFINISHED | DONE | {P.DECLINED}


@pytest.mark.world
@pytest.mark.parametrize("act", ACTS)
def test_acts_follow_the_table(runs: Runs, act: str) -> None:
    reached = set()
    for state in STATES:
        run = runs.run_in(*state)
        with transaction.atomic():
            held = lock(Attempt, run.pk)
            assert may(held, act) is (state in ALLOWED[act])
            if may(held, act):
                move(held, act, at=NOW, by="member:1", reason="asked")
                reached.add(state)
            else:
                with pytest.raises(MoveNotAllowed):
                    move(held, act, at=NOW, by="member:1", reason="asked")
        run.refresh_from_db()
        assert state_of(run) == (LEADS_TO[act](*state) if state in ALLOWED[act] else state)
    assert reached == ALLOWED[act]


@pytest.mark.matrix
@pytest.mark.parametrize("act", ACTS)
def test_acts_record_who_when_and_why(runs: Runs, act: str) -> None:
    later = NOW + timedelta(hours=1)
    run = runs.run_in(*min(ALLOWED[act]))
    with transaction.atomic():
        move(lock(Attempt, run.pk), act, at=later, by="member:1", reason="asked")
    run.refresh_from_db()
    assert (run.begun_at == later) is (act == "begin")
    assert (run.completed_at == later) is (act in {"complete", "mark_complete", "decline"})
    assert (run.attention == "") is (act in {"complete", "mark_complete", "decline"})
    assert (run.next_reminder_at is None) is (act not in {"begin", "resume", "reopen"})
    assert (run.close_reason == "asked") is (act == "close")
    assert (run.closed_by == "member:1") is (act in {"close", "complete", "mark_complete", "decline"})


@pytest.mark.world
def test_each_state_has_a_status(runs: Runs) -> None:
    shown = {}
    for state in STATES:
        run = runs.run_in(*state)
        shown[state] = (status(run, now=NOW), status(run, now=DEADLINE + timedelta(seconds=1)))
    for progress, closed, paused in STATES:
        if progress in {P.COMPLETED, P.MARKED_COMPLETE, P.DECLINED}:
            expected = (progress.value, progress.value)
        elif closed:
            expected = ("cancelled", "cancelled")
        elif paused:
            expected = ("paused", "paused")
        else:
            expected = (progress.value, "overdue")
        assert shown[progress, closed, paused] == expected


def test_runs_not_yet_invited_are_not_overdue(runs: Runs) -> None:
    run = runs.run_in(P.PENDING, False, False)
    run.invited_at = None
    late = DEADLINE + GRACE + timedelta(seconds=1)
    assert [status(run, now=moment) for moment in (NOW, late)] == ["unsent", "unsent"]
    assert takes_answers(run, now=late)


def test_a_started_run_counts_as_invited(runs: Runs) -> None:
    run = runs.run_in(P.PENDING, False, False)
    Attempt.objects.of(run.organisation).update(invited_at=None)
    with transaction.atomic():
        move(lock(Attempt, run.pk), "begin", at=NOW, by="candidate")
    run.refresh_from_db()
    assert run.invited_at == NOW


@pytest.mark.world
def test_a_run_takes_answers_while_it_is_open_and_for_thirty_days_after_its_deadline(runs: Runs) -> None:
    for state in STATES:
        progress, closed, _ = state
        run = runs.run_in(*state)
        opened = progress in {P.PENDING, P.IN_PROGRESS} and not closed
        assert is_open(run) is opened
        assert takes_answers(run, now=DEADLINE + GRACE) is opened
        assert takes_answers(run, now=DEADLINE + GRACE + timedelta(seconds=1)) is False

"""Answers are saved immediately, can be changed, and are rejected if invalid or late."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import transaction

from goodword.assessments.attempts.answers import UnknownItem, save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.parts import AttemptClosed
from goodword.assessments.kinds.items import UnknownOption
from goodword.assessments.models import Attempt
from goodword.workflow.models import lock, move
from tests.assessments.once import once
from tests.assessments.support import answer_all, answers, assigned, rows
from tests.support import factories
from tests.support.jobs import event_names

pytestmark = pytest.mark.django_db

NOW = factories.NOW
LATER = NOW + timedelta(hours=1)


made = once(assigned)


@pytest.fixture
def attempt(db: None, made: Attempt) -> Attempt:
    return deepcopy(made)


def saved(attempt: Attempt) -> list[tuple[str, int]]:
    return list(answers(attempt).order_by("item").values_list("item", "value"))


def act(attempt: Attempt, name: str) -> None:
    with transaction.atomic():
        move(lock(Attempt, attempt.pk), name, at=NOW, by="greenhouse", reason="rejected")


def test_only_the_first_answer_starts_the_attempt(attempt: Attempt) -> None:
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=2, now=NOW)
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws114", value=5, now=LATER)
    attempt.refresh_from_db()
    assert (attempt.progress, attempt.begun_at) == ("in_progress", NOW)
    assert saved(attempt) == [("ws114", 5), ("ws116", 2)]
    assert event_names(attempt.step_request.application_id) == ["attempt.assigned", "attempt.begun"]


def test_a_new_answer_replaces_the_old_one(attempt: Attempt) -> None:
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=2, now=NOW)
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=4, now=LATER)
    assert saved(attempt) == [("ws116", 4)]
    assert answers(attempt).get().answered_at == LATER


def test_a_new_answer_replaces_the_old_one_after_the_clock_was_set_back(attempt: Attempt) -> None:
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=2, now=LATER)
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=4, now=NOW)
    assert saved(attempt) == [("ws116", 4)]


@pytest.mark.matrix
@pytest.mark.parametrize("item", ["ws21", "ws99", ""])
def test_an_unknown_item_is_refused(attempt: Attempt, item: str) -> None:
    before = rows(attempt)
    with pytest.raises(UnknownItem):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=3, now=NOW)
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize("value", [0, 6, -1, 99])
def test_an_unknown_option_is_refused(attempt: Attempt, value: int) -> None:
    before = rows(attempt)
    with pytest.raises(UnknownOption):
        save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=value, now=NOW)
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize("end", ["close", "decline", "mark_complete"])
def test_answers_are_refused_after_closing(attempt: Attempt, end: str) -> None:
    act(attempt, end)
    before = rows(attempt)
    with pytest.raises(AttemptClosed):
        save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=3, now=NOW)
    assert rows(attempt) == before


def test_answers_cannot_change_after_finishing(attempt: Attempt) -> None:
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    before = rows(attempt)
    with pytest.raises(AttemptClosed):
        save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=1, now=NOW)
    assert rows(attempt) == before


def test_answers_count_while_paused(attempt: Attempt) -> None:
    act(attempt, "pause")
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=3, now=NOW)
    assert saved(attempt) == [("ws116", 3)]


def test_late_answers_count_for_thirty_days(attempt: Attempt) -> None:
    last = attempt.deadline_at + timedelta(days=30)
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=3, now=last)
    with pytest.raises(AttemptClosed):
        save_answer(attempt_id=attempt.pk, order=1, item_id="ws114", value=3, now=last + timedelta(seconds=1))
    assert saved(attempt) == [("ws116", 3)]

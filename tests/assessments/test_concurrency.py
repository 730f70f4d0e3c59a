"""No answer is lost when candidates or devices act concurrently."""

from collections.abc import Callable

import pytest

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt, AttemptPart
from tests.assessments.support import answers, application, assigned, part_of, scores, statements_of
from tests.references.test_concurrent import at_once
from tests.support import factories
from tests.support.jobs import event_names

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NOW = factories.NOW


def value_of(attempt: Attempt, place: int) -> int:
    return (attempt.pk + place) % 5 + 1


def answers_all(attempt: Attempt, items: list[str]) -> Callable[[], AttemptPart]:
    def act() -> AttemptPart:
        for place, item in enumerate(items):
            save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=value_of(attempt, place), now=NOW)
        return finish_part(attempt_id=attempt.pk, order=1, now=NOW)

    return act


def test_twenty_concurrent_candidates_keep_their_answers_and_scores() -> None:
    first = application()
    assert first.role is not None
    others = [
        factories.application(first.role, job_id=first.job_id, stage_id=first.stage_id) for _ in range(19)
    ]
    attempts = [assigned(one) for one in (first, *others)]
    items = [item.id for item in statements_of(attempts[0])]
    parts = at_once(*[answers_all(attempt, items) for attempt in attempts])
    assert [part.ended_by for part in parts] == ["finished"] * 20
    for attempt in attempts:
        assert dict(answers(attempt).values_list("item", "value")) == {
            item: value_of(attempt, place) for place, item in enumerate(items)
        }
        assert scores(attempt).count() == 4
    for name in ("attempt.begun", "attempt.completed"):
        assert event_names().count(name) == 20


def test_concurrent_answers_from_two_devices_are_both_kept() -> None:
    attempt = assigned()
    items = [item.id for item in statements_of(attempt)]

    def act(place: int) -> Callable[[], object]:
        return lambda: save_answer(
            attempt_id=attempt.pk, order=1, item_id=items[place], value=place % 5 + 1, now=NOW
        )

    at_once(*[act(place) for place in range(8)])
    assert dict(answers(attempt).values_list("item", "value")) == {
        items[place]: place % 5 + 1 for place in range(8)
    }
    assert event_names().count("attempt.begun") == 1


def test_concurrent_answers_to_one_item_leave_one() -> None:
    attempt = assigned()
    item = statements_of(attempt)[0].id
    at_once(
        *[
            lambda value=value: save_answer(
                attempt_id=attempt.pk, order=1, item_id=item, value=value, now=NOW
            )
            for value in (1, 2, 3, 4)
        ]
    )
    assert [answer.item for answer in answers(attempt)] == [item]


def test_concurrent_finishes_issue_scores_once() -> None:
    attempt = assigned()
    for item in statements_of(attempt):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=3, now=NOW)
    at_once(*[lambda: finish_part(attempt_id=attempt.pk, order=1, now=NOW)] * 4)
    assert scores(attempt).count() == 4
    assert part_of(attempt).ended_by == "finished"
    assert event_names().count("attempt.completed") == 1

"""Completion scores the answers once; withdrawal scores nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import Unanswered, decline, end_overdue, finish_part
from goodword.assessments.attempts.parts import AttemptClosed, begin_part
from goodword.assessments.evidence.export import issued_parts
from goodword.assessments.models import Attempt
from goodword.notifications.models import Email
from goodword.workflow.models import StepRun
from tests.assessments.plans import REASONING, WORK_STYLE, attempt_of
from tests.assessments.support import answer_all, answers, assigned, part_of, rows, scores, statements_of
from tests.support import factories
from tests.support.jobs import event_names

NOW = factories.NOW


@pytest.mark.django_db
def test_each_scale_gets_one_score() -> None:
    attempt = assigned()
    # agreeing with everything: equal numbers are keyed each way, so each scale is in the middle
    answer_all(attempt, value=5)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    issued = scores(attempt).order_by("scale")
    assert list(issued.values_list("scale", "value", "answered", "items", "scoring_version")) == [
        ("agreeableness", 3.0, 4, 4, "1"),
        ("conscientiousness", 3.0, 4, 4, "1"),
        ("extraversion", 3.0, 4, 4, "1"),
        ("openness", 3.0, 4, 4, "1"),
    ]
    attempt.refresh_from_db()
    assert (attempt.progress, attempt.completed_at, attempt.next_reminder_at) == ("completed", NOW, None)
    assert event_names(attempt.step_request.application_id)[-1] == "attempt.completed"


@pytest.mark.world
@pytest.mark.django_db
def test_a_scale_score_matches_a_manual_calculation() -> None:
    attempt = assigned()
    given = [item for item in statements_of(attempt) if item.item.scale == "extraversion"]
    assert [item.item.keyed for item in given] == ["+", "-", "+", "-"]
    answer_all(attempt, value=3)
    for item, value in zip(given, (4, 1, 5, 2), strict=True):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=value, now=NOW)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    # reversed where keyed "-": 4, 5, 5, 4
    assert scores(attempt).get(scale="extraversion").value == 4.5


@pytest.mark.world
@pytest.mark.django_db
def test_finishing_cancels_queued_mails() -> None:
    attempt = assigned(sent=False)
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    assert list(Email.objects.of(attempt.organisation).values_list("state", flat=True)) == ["cancelled"]


@pytest.mark.django_db
def test_finishing_is_idempotent() -> None:
    attempt = assigned()
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    before = rows(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW + timedelta(minutes=1))
    assert rows(attempt) == before


@pytest.mark.django_db
def test_unanswered_items_are_named_and_nothing_is_scored() -> None:
    attempt = assigned()
    answer_all(attempt, but=(3, 16))
    before = rows(attempt)
    with pytest.raises(Unanswered) as refused:
        finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    assert refused.value.numbers == [3, 16]
    assert rows(attempt) == before


@pytest.mark.world
@pytest.mark.django_db
def test_a_late_finish_counts_for_thirty_days() -> None:
    for after, progress in (timedelta(0), "completed"), (timedelta(seconds=1), "in_progress"):
        attempt = assigned()
        answer_all(attempt)
        at = attempt.deadline_at + timedelta(days=30) + after
        if progress == "completed":
            finish_part(attempt_id=attempt.pk, order=1, now=at)
        else:
            with pytest.raises(AttemptClosed):
                finish_part(attempt_id=attempt.pk, order=1, now=at)
        attempt.refresh_from_db()
        assert attempt.progress == progress


@pytest.mark.world
@pytest.mark.django_db(transaction=True)
def test_concurrent_finishes_issue_scores_once() -> None:
    attempt = assigned()
    answer_all(attempt)

    def press(_: int) -> str:
        try:
            return finish_part(attempt_id=attempt.pk, order=1, now=NOW).attempt.progress
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        assert list(hands.map(press, range(4))) == [StepRun.Progress.COMPLETED] * 4
    assert scores(attempt).count() == 4
    assert event_names().count("attempt.completed") == 1


@pytest.mark.world
@pytest.mark.django_db(transaction=True)
def test_concurrent_answers_to_an_item_leave_one() -> None:
    attempt = assigned()

    def press(value: int) -> None:
        try:
            save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=value, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(press, (1, 2, 3, 4)))
    assert answers(attempt).count() == 1
    assert event_names().count("attempt.begun") == 1


@pytest.mark.django_db
def test_declined_attempts_are_neither_scored_nor_mailed() -> None:
    attempt = assigned(sent=False)
    answer_all(attempt)
    decline(attempt_id=attempt.pk, now=NOW)
    fresh = Attempt.objects.of(attempt.organisation).get()
    assert (fresh.progress, fresh.next_reminder_at, scores(fresh).count()) == ("declined", None, 0)
    assert answers(fresh).count() == 16
    assert list(Email.objects.of(attempt.organisation).values_list("state", flat=True)) == ["cancelled"]
    before = rows(attempt)
    decline(attempt_id=attempt.pk, now=NOW)
    with pytest.raises(AttemptClosed):
        finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    assert rows(attempt) == before
    assert event_names().count("attempt.declined") == 1


@pytest.mark.world
@pytest.mark.django_db
def test_declining_deletes_the_scores_of_finished_parts_and_the_part_on_the_clock_gets_none() -> None:
    attempt = attempt_of(WORK_STYLE, REASONING)
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    begin_part(attempt_id=attempt.pk, order=2, device="computer", now=NOW)
    save_answer(attempt_id=attempt.pk, order=2, item_id="1", value="a", now=NOW)
    assert scores(attempt).count() == 5
    decline(attempt_id=attempt.pk, now=NOW)
    assert scores(attempt).count() == 0
    assert end_overdue(now=NOW + timedelta(days=60)) == 1
    assert (part_of(attempt, 2).ended_by, scores(attempt).count()) == ("time_up", 0)
    assert list(issued_parts(attempt.organisation)) == []


@pytest.mark.django_db
def test_a_finished_attempt_cannot_be_declined() -> None:
    attempt = assigned()
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    before = rows(attempt)
    with pytest.raises(AttemptClosed):
        decline(attempt_id=attempt.pk, now=NOW)
    assert rows(attempt) == before

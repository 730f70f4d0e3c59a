"""The flags of an attempt as rows: found once it is complete, once each, and never a score that differs."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import transaction

from goodword.assessments.attempts.answers import next_item, save_answer
from goodword.assessments.attempts.breaks import resume
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.flags.display import flags_of
from goodword.assessments.flags.rules import on_attempt_completed, update_flags
from goodword.assessments.models import Attempt, AttemptFlag
from goodword.candidates.models import Application
from goodword.core.events import name_of
from goodword.core.models import Reaction
from goodword.workflow.flags import NoteRequired, dismiss_flag
from goodword.workflow.states import lock
from tests.assessments.flags.support import (
    NOW,
    SECOND,
    flags,
    looked_at,
    note,
    on_a_clock,
    questions_of_their_own,
    work_through,
)
from tests.assessments.once import once
from tests.assessments.plans import JUDGEMENT, WORK_STYLE, attempt_of
from tests.assessments.support import part_of, scores, statements_of
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


made = once(on_a_clock)


@pytest.fixture
def attempt(db: None, made: Attempt) -> Attempt:
    """On a clock, just begun."""
    return deepcopy(made)


def settled(attempt: Attempt) -> None:
    with transaction.atomic():
        update_flags(lock(Attempt, attempt.pk), now=NOW)


def work_style(*, value: int, seconds: float, apart: int = 0) -> Attempt:
    """All statements answered one after another; `apart` is added to those that are keyed the other way."""
    attempt = attempt_of(WORK_STYLE)
    now = NOW
    for statement in statements_of(attempt):
        now += seconds * SECOND
        turned = value if statement.item.keyed == "+" else 6 - value
        given = turned if not apart else value
        save_answer(attempt_id=attempt.pk, order=1, item_id=statement.id, value=given, now=now)
    finish_part(attempt_id=attempt.pk, order=1, now=now)
    run_jobs()
    attempt.refresh_from_db()
    return attempt


def test_nothing_is_looked_for_before_all_is_in(attempt: Attempt) -> None:
    note(attempt, "left", "1", "2", "3", amount=5)
    run_jobs()
    assert (flags(attempt), flags_of(attempt).checked) == ([], False)


def test_what_was_noticed_on_a_clock_is_found_when_it_is_done(attempt: Attempt) -> None:
    note(attempt, "left", "1", "2", "3", "4", amount=30)
    note(attempt, "second_window", "1")
    work_through(attempt, seconds=30)
    looked_at(attempt)
    assert flags(attempt) == [
        ("left_page", "medium", {"times": 4, "longest": "minute"}),
        ("second_window", "low", {"times": 1}),
    ]


def test_answers_on_a_clock_that_came_faster_than_one_can_read_are_found(attempt: Attempt) -> None:
    work_through(attempt, seconds=0.5)
    looked_at(attempt)
    assert flags(attempt) == [("fast", "high", {"percent": 100})]


def test_a_break_of_the_line_is_found(attempt: Attempt) -> None:
    assert resume(attempt_id=attempt.pk, order=1, now=NOW + timedelta(minutes=1))
    work_through(attempt, seconds=30, now=NOW + timedelta(minutes=1))
    looked_at(attempt)
    assert flags(attempt) == [("connection_lost", "low", {"times": 1})]


def test_pasted_texts_are_found_while_they_are_still_there() -> None:
    attempt = questions_of_their_own()
    for item, text in (("rope", "A bowline, " * 30), ("rain", "Wait.")):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=text, now=NOW)
    note(attempt, "pasted", "rope", "rain", amount=330)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    looked_at(attempt)
    assert flags(attempt) == [("pasted", "low", {"answers": 1})]


def test_scales_answered_blindly_are_found() -> None:
    attempt = work_style(value=5, seconds=0.6, apart=1)
    assert flags(attempt) == [
        ("contradiction", "high", {"mean": 4.0, "chance": 1.6}),
        ("fast", "medium", {"percent": 100}),
        ("straight_line", "high", {"longest": 20}),
    ]


def test_whoever_reads_and_answers_has_no_flag_and_neither_has_a_pause() -> None:
    attempt = work_style(value=4, seconds=5)
    note(attempt, "left", *[one.id for one in statements_of(attempt)], amount=30)
    settled(attempt)
    assert flags(attempt) == []
    assert flags_of(attempt).checked is True


def test_on_a_situation_without_a_clock_leaving_often_is_low() -> None:
    attempt = attempt_of(JUDGEMENT)
    note(attempt, "left", *"12345", amount=30)
    settled(attempt)
    assert flags(attempt) == [("left_page", "low", {"times": 5, "longest": "minute"})]


def test_no_score_differs_by_what_was_noticed() -> None:
    """The same answers, once with every kind of notice and once with none."""
    issued = []
    for disturbed in (True, False):
        attempt = on_a_clock()
        keys = dict(part_of(attempt).drawn.order_by("position").values_list("item", "content__key"))
        if disturbed:
            note(attempt, "left", *keys, amount=30)
            note(attempt, "second_window", *keys)
        now = NOW
        for item, key in keys.items():
            now += 30 * SECOND
            save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=key, now=now)
            next_item(attempt_id=attempt.pk, order=1, number=int(item), now=now)
        finish_part(attempt_id=attempt.pk, order=1, now=now)
        looked_at(attempt)
        assert bool(flags(attempt)) is disturbed
        issued.append(sorted(scores(attempt).filter(scale="").values_list("value", "answered", "items")))
    assert issued[0] == issued[1] == [(12.0, 12, 12)]


def test_the_score_that_stands_stays_as_it_was_issued(attempt: Attempt) -> None:
    note(attempt, "left", *"123456", amount=30)
    work_through(attempt, seconds=0.5)
    before = list(scores(attempt).order_by("pk").values())
    looked_at(attempt)
    assert len(flags(attempt)) == 2
    assert list(scores(attempt).order_by("pk").values()) == before


def test_found_again_nothing_changes_and_a_dismissed_one_stays_dismissed(attempt: Attempt) -> None:
    note(attempt, "left", *"123456", amount=30)
    work_through(attempt, seconds=30)
    looked_at(attempt)
    (flag,) = AttemptFlag.objects.of(attempt.organisation)
    member = factories.member(attempt.organisation)
    dismiss_flag(AttemptFlag, flag_id=flag.pk, member=member, note="A notification, they said.", now=NOW)
    before = list(AttemptFlag.objects.of(attempt.organisation).values())
    note(attempt, "left", *"789", amount=90)
    for _ in range(2):
        settled(attempt)
    assert list(AttemptFlag.objects.of(attempt.organisation).values()) == before
    assert flags_of(attempt).grade == "none"


def test_the_reaction_runs_once_for_an_event() -> None:
    work_style(value=4, seconds=5)
    run_jobs()
    assert Reaction.objects.filter(handler=name_of(on_attempt_completed)).count() == 1


def test_of_somebody_whose_data_is_to_go_nothing_is_looked_for(attempt: Attempt) -> None:
    note(attempt, "left", *"123456", amount=30)
    work_through(attempt, seconds=30)
    Application.objects.of(attempt.organisation).update(deleted_at=NOW)
    looked_at(attempt)
    assert flags(attempt) == []


@pytest.mark.parametrize("note_text", ["", "   ", "\u202e", "x" * 501])
def test_without_a_note_nothing_is_dismissed(note_text: str) -> None:
    attempt = attempt_of(JUDGEMENT)
    note(attempt, "left", *"12345", amount=30)
    settled(attempt)
    (flag,) = AttemptFlag.objects.of(attempt.organisation)
    with pytest.raises(NoteRequired):
        dismiss_flag(
            AttemptFlag,
            flag_id=flag.pk,
            member=factories.member(attempt.organisation),
            note=note_text,
            now=NOW,
        )
    flag.refresh_from_db()
    assert flag.dismissed_at is None

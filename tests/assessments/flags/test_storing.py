"""Flags are stored once, after completion, and never change a score."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import transaction

from goodword.assessments.attempts.answers import next_item, save_answer
from goodword.assessments.attempts.completion import finish_part, resume
from goodword.assessments.flags.display import flags_of
from goodword.assessments.flags.raising import careless_signs, on_attempt_completed, update_flags
from goodword.assessments.kinds.report import CarelessSigns
from goodword.assessments.models import Attempt, AttemptFlag
from goodword.candidates.models import Application
from goodword.core.events import name_of
from goodword.core.models import Reaction
from goodword.workflow.flags.dismissal import NoteRequired, dismiss_flag
from goodword.workflow.models import lock
from tests.assessments.flags.support import (
    NOW,
    SECOND,
    custom_attempt,
    flags,
    note,
    raise_flags,
    timed_attempt,
    work_through,
)
from tests.assessments.once import once
from tests.assessments.plans import JUDGEMENT, WORK_STYLE, attempt_of
from tests.assessments.support import part_of, scores, statements_of
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


made = once(timed_attempt)


@pytest.fixture
def attempt(db: None, made: Attempt) -> Attempt:
    return deepcopy(made)


def settled(attempt: Attempt) -> None:
    with transaction.atomic():
        update_flags(lock(Attempt, attempt.pk), now=NOW)


def work_style(*, value: int, seconds: float, apart: int = 0) -> Attempt:
    """All statements rated in a row; `apart` is added to reversed ones."""
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


@pytest.mark.world
def test_no_flags_before_completion(attempt: Attempt) -> None:
    note(attempt, "left", "1", "2", "3", amount=5)
    run_jobs()
    assert (flags(attempt), flags_of(attempt).checked) == ([], False)


@pytest.mark.world
def test_observations_of_a_timed_part_are_flagged_on_completion(attempt: Attempt) -> None:
    note(attempt, "left", "1", "2", "3", "4", amount=30)
    note(attempt, "second_window", "1")
    work_through(attempt, seconds=30)
    raise_flags(attempt)
    assert flags(attempt) == [
        ("left_page", "medium", {"times": 4, "longest": "minute"}),
        ("second_window", "low", {"times": 1}),
    ]


@pytest.mark.world
def test_fast_timed_answers_are_flagged(attempt: Attempt) -> None:
    work_through(attempt, seconds=0.5)
    raise_flags(attempt)
    assert flags(attempt) == [("fast", "high", {"percent": 100})]


@pytest.mark.world
def test_reports_say_of_tasks_only_that_answers_were_fast_or_not(attempt: Attempt) -> None:
    slow = deepcopy(attempt)
    work_through(slow, seconds=30)
    assert careless_signs(slow) == {1: CarelessSigns(checked=("fast",), found=())}
    part_of(attempt).answers.filter(item__in=[str(number) for number in range(1, 12)]).update(seconds=0.5)
    assert careless_signs(attempt) == {1: CarelessSigns(checked=("fast",), found=("fast",))}
    part_of(attempt).answers.exclude(item__in=["1", "2", "3"]).delete()
    assert careless_signs(attempt) == {1: CarelessSigns(checked=(), found=())}


@pytest.mark.world
def test_a_lost_connection_is_flagged(attempt: Attempt) -> None:
    assert resume(attempt_id=attempt.pk, order=1, now=NOW + timedelta(minutes=1))
    work_through(attempt, seconds=30, now=NOW + timedelta(minutes=1))
    raise_flags(attempt)
    assert flags(attempt) == [("connection_lost", "low", {"times": 1})]


@pytest.mark.world
def test_pasted_texts_are_flagged_if_kept() -> None:
    attempt = custom_attempt()
    for item, text in (("rope", "A bowline, " * 30), ("rain", "Wait.")):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=text, now=NOW)
    note(attempt, "pasted", "rope", "rain", amount=330)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    raise_flags(attempt)
    assert flags(attempt) == [("pasted", "low", {"answers": 1})]


@pytest.mark.main_case
def test_careless_scale_answers_are_flagged() -> None:
    attempt = work_style(value=5, seconds=0.6, apart=1)
    assert flags(attempt) == [
        ("contradiction", "high", {"mean": 4.0, "chance": 1.6}),
        ("fast", "medium", {"percent": 100}),
        ("straight_line", "high", {"longest": 20}),
    ]


@pytest.mark.world
def test_careful_answers_and_pauses_are_not_flagged() -> None:
    attempt = work_style(value=4, seconds=5)
    note(attempt, "left", *[statement.id for statement in statements_of(attempt)], amount=30)
    settled(attempt)
    assert flags(attempt) == []
    assert flags_of(attempt).checked is True


@pytest.mark.world
def test_leaving_an_untimed_situation_often_is_low() -> None:
    attempt = attempt_of(JUDGEMENT)
    note(attempt, "left", *"12345", amount=30)
    settled(attempt)
    assert flags(attempt) == [("left_page", "low", {"times": 5, "longest": "minute"})]


@pytest.mark.world
def test_observations_do_not_change_scores() -> None:
    issued = []
    for disturbed in (True, False):
        attempt = timed_attempt()
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
        raise_flags(attempt)
        assert bool(flags(attempt)) is disturbed
        issued.append(sorted(scores(attempt).filter(scale="").values_list("value", "answered", "items")))
    assert issued[0] == issued[1] == [(12.0, 12, 12)]


@pytest.mark.world
def test_flags_do_not_change_issued_scores(attempt: Attempt) -> None:
    note(attempt, "left", *"123456", amount=30)
    work_through(attempt, seconds=0.5)
    before = list(scores(attempt).order_by("pk").values())
    raise_flags(attempt)
    assert len(flags(attempt)) == 2
    assert list(scores(attempt).order_by("pk").values()) == before


@pytest.mark.world
def test_finding_flags_again_changes_nothing(attempt: Attempt) -> None:
    note(attempt, "left", *"123456", amount=30)
    work_through(attempt, seconds=30)
    raise_flags(attempt)
    (flag,) = AttemptFlag.objects.of(attempt.organisation)
    member = factories.member(attempt.organisation)
    dismiss_flag(AttemptFlag, flag_id=flag.pk, member=member, note="A notification, they said.", now=NOW)
    before = list(AttemptFlag.objects.of(attempt.organisation).values())
    note(attempt, "left", *"789", amount=90)
    for _ in range(2):
        settled(attempt)
    assert list(AttemptFlag.objects.of(attempt.organisation).values()) == before
    assert flags_of(attempt).grade == "none"


@pytest.mark.world
def test_the_handler_runs_once_per_event() -> None:
    work_style(value=4, seconds=5)
    run_jobs()
    assert Reaction.objects.filter(handler=name_of(on_attempt_completed)).count() == 1


@pytest.mark.world
def test_candidates_being_erased_get_no_flags(attempt: Attempt) -> None:
    note(attempt, "left", *"123456", amount=30)
    work_through(attempt, seconds=30)
    Application.objects.of(attempt.organisation).update(erasure_requested_at=NOW)
    raise_flags(attempt)
    assert flags(attempt) == []


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("note_text", ["", "   ", "\u202e", "x" * 501])
def test_dismissing_needs_a_note(note_text: str) -> None:
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

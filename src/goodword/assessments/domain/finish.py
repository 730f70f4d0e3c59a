"""The candidate presses Finish: the answers are scored, and the attempt is complete."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.tell import tell
from goodword.assessments.given import instrument_of, items_of
from goodword.assessments.library.scoring import SCORING_VERSION, score
from goodword.assessments.models import Attempt, Score
from goodword.assessments.queries import answers_of
from goodword.notifications.domain.queue import cancel
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock, move
from goodword.steps.models import Run
from goodword.steps.states import takes_answers


class Unanswered(Exception):
    """Some items have no answer yet; `numbers` says which, counted from 1."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(str(numbers))
        self.numbers = numbers


def finish(*, attempt_id: int, now: datetime) -> Attempt:
    """Score and complete the attempt. A second press finds it complete and does nothing.

    Raises guard.Closed once the attempt takes nothing more, and Unanswered; then nothing changes.
    """
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        if attempt.progress == Run.Progress.COMPLETED:
            return attempt
        if not takes_answers(attempt, now=now):
            raise guard.Closed
        answers = answers_of(attempt)
        if missing := unanswered(attempt, answers):
            raise Unanswered(missing)
        for found in score(instrument_of(attempt), attempt.form, answers):
            Score.objects.create(
                organisation=attempt.organisation,
                attempt=attempt,
                scale=found.scale.id,
                mean=found.mean,
                answered=found.n_answered,
                items=found.n_items,
                scoring_version=SCORING_VERSION,
            )
        move(attempt, "complete", at=now, by="candidate")
        cancel(organisation=attempt.organisation, subject_ref=subject_ref(attempt.start), now=now)
        tell("attempt.completed", attempt, by="candidate", at=now)
        return attempt


def unanswered(attempt: Attempt, answers: dict[str, int]) -> list[int]:
    """The numbers of the items without an answer, counted from 1."""
    return [number for number, item in enumerate(items_of(attempt), start=1) if item.id not in answers]

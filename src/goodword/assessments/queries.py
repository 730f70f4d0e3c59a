"""Reads about attempts."""

from collections.abc import Mapping

from django.db.models import QuerySet

from goodword.assessments.given import instrument_of, items_of
from goodword.assessments.library.sheet import technical_sheet
from goodword.assessments.models import Attempt
from goodword.assessments.result import AnswerShown, AttemptResult, Requirement, ScaleResult
from goodword.candidates.models import Application
from goodword.steps.states import DONE


def item_count(attempt: Attempt) -> int:
    """How many items the attempt's form has. No query."""
    return len(items_of(attempt))


def latest_attempt(application: Application) -> Attempt | None:
    """The application's newest run of an assessment, whatever its state."""
    return _attempts(application).first()


def latest_done(application: Application) -> Attempt | None:
    """Its newest run that is done: a result stays to be seen when the candidate is invited again."""
    return _attempts(application).filter(progress__in=DONE).first()


def _attempts(application: Application) -> QuerySet[Attempt]:
    return (
        Attempt.objects.across_organisations()
        .filter(start__application_id=application.pk)
        .select_related("start__step")
        .order_by("-pk")
    )


def answers_of(attempt: Attempt) -> dict[str, int]:
    """The saved answers: item id to the value that was chosen."""
    return dict(attempt.answers.values_list("item", "value"))


def result(attempt: Attempt) -> AttemptResult | None:
    """The issued result with the answers behind each number; None while there is none. Three queries at the most.

    Means and counts are the stored ones: an issued result never changes.
    """
    scores = {score.scale: score for score in attempt.scores.all()}
    if not scores or attempt.completed_at is None:
        return None
    instrument = instrument_of(attempt)
    answers = answers_of(attempt)
    return AttemptResult(
        attempt_id=attempt.pk,
        instrument=instrument,
        sheet=technical_sheet(instrument, attempt.form),
        requirement=_requirement(attempt),
        language=attempt.language,
        completed_at=attempt.completed_at,
        scoring_version=next(iter(scores.values())).scoring_version,
        scales=tuple(
            ScaleResult(
                scale=scale,
                mean=scores[scale.id].mean,
                n_answered=scores[scale.id].answered,
                n_items=scores[scale.id].items,
                answers=_answers(attempt, scale.id, answers),
            )
            for scale in instrument.scales
            if scale.id in scores
        ),
    )


def _answers(attempt: Attempt, scale_id: str, answers: Mapping[str, int]) -> tuple[AnswerShown, ...]:
    instrument = instrument_of(attempt)
    labels = {option.value: option.label for option in instrument.response_scale}
    rows = []
    for item in items_of(attempt):
        if item.scale != scale_id:
            continue
        answer = answers.get(item.id)
        value = answer
        if answer is not None and item.keyed == "-":
            value = instrument.lowest + instrument.highest - answer
        rows.append(
            AnswerShown(
                item_id=item.id,
                text=item.text,
                keyed=1 if item.keyed == "+" else -1,
                answer=answer,
                label=None if answer is None else labels[answer],
                value=value,
            )
        )
    return tuple(rows)


def _requirement(attempt: Attempt) -> Requirement | None:
    step = attempt.start.step
    if not step.requirement:
        return None
    return Requirement(text=step.requirement, who=step.requirement_by, at=step.requirement_at)

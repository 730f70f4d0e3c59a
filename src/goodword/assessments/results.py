"""Reads the result of an attempt from its stored scores: an issued result never changes."""

from collections.abc import Mapping

from goodword.assessments.content import content_of
from goodword.assessments.library.instrument import Instrument
from goodword.assessments.library.sheet import technical_sheet
from goodword.assessments.models import Attempt, AttemptPart
from goodword.assessments.queries import parts_of
from goodword.assessments.result import AnswerShown, AttemptResult, Requirement, ScaleResult, ScalesResult
from goodword.questionnaires.reading import Json


def result(attempt: Attempt) -> AttemptResult | None:
    """The issued result with the answers behind each number; None while there is none.

    Means and counts are the stored ones. As many queries for one part as for several.
    """
    if attempt.completed_at is None:
        return None
    parts = tuple(found for part in parts_of(attempt) if (found := _part(part)) is not None)
    if not parts:
        return None
    return AttemptResult(
        attempt_id=attempt.pk,
        language=attempt.language,
        completed_at=attempt.completed_at,
        parts=parts,
    )


def _part(part: AttemptPart) -> ScalesResult | None:
    content = content_of(part.version)
    scores = {score.scale: score for score in part.scores.all()}
    if not isinstance(content, Instrument) or not scores:
        return None
    answers = {answer.item: answer.value for answer in part.answers.all()}
    return ScalesResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=technical_sheet(content, part.form),
        requirement=requirement_of(part),
        scoring_version=next(iter(scores.values())).scoring_version,
        instrument=content,
        scales=tuple(
            ScaleResult(
                scale=scale,
                mean=scores[scale.id].value,
                n_answered=scores[scale.id].answered,
                n_items=scores[scale.id].items,
                answers=_answers(content, part.form, scale.id, answers),
            )
            for scale in content.scales
            if scale.id in scores
        ),
    )


def _answers(
    instrument: Instrument, form: str, scale_id: str, answers: Mapping[str, Json]
) -> tuple[AnswerShown, ...]:
    labels = {option.value: option.label for option in instrument.response_scale}
    rows = []
    for item in instrument.items_of(form):
        if item.scale != scale_id:
            continue
        given = answers.get(item.id)
        answer = given if isinstance(given, int) else None
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


def requirement_of(part: AttemptPart) -> Requirement | None:
    """The requirement that was named for a part, as it was when it was assigned."""
    planned = part.part
    if not planned.requirement:
        return None
    return Requirement(text=planned.requirement, who=planned.requirement_by, at=planned.requirement_at)

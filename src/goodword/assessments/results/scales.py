"""The result of a test of scales, from its stored means."""

from collections.abc import Mapping

from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.sheet import technical_sheet
from goodword.assessments.kinds.technical_sheet import NOTHING, Known
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.queries import read_answers
from goodword.assessments.result import AnswerShown, ScaleResult, ScalesResult
from goodword.assessments.results.behind import opened_standing
from goodword.assessments.results.parts import requirement_of
from goodword.questionnaires.reading import Json


def scales_result(
    part: AttemptPart, content: Instrument, scores: Mapping[str, Score], *, known: Known = NOTHING
) -> ScalesResult:
    """Each scale that was scored, with its answers. `scores` by scale."""
    answers = read_answers(part)
    return ScalesResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=technical_sheet(content, part.form, known=known),
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
                standing=opened_standing(scores[scale.id]),
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

"""What is told of assessments: each answer in words, and the scores."""

from typing import Any

from goodword.assessments.given import instrument_of, items_of
from goodword.assessments.models import Attempt
from goodword.core.exporting import Told, Wanted, tells, without_nothing


@tells("assessments.Attempt", "assessments.Answer", "assessments.Score")
def export(wanted: Wanted) -> Told:
    """To the candidate as to the organisation."""
    attempts = Attempt.objects.of(wanted.organisation).filter(
        start__application_id__in=wanted.application_ids
    )
    return {
        "assessments": [
            _attempt(one) for one in attempts.prefetch_related("answers", "scores").order_by("pk")
        ]
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    try:
        instrument = instrument_of(attempt)
        texts = {item.id: item.text for item in items_of(attempt)}
        labels = {option.value: option.label for option in instrument.response_scale}
        names = {scale.id: scale.name for scale in instrument.scales}
    except LookupError:  # this version is no longer in the library: what is left are its ids
        texts, labels, names = {}, {}, {}
    return without_nothing(
        {
            "test": attempt.instrument,
            "version": attempt.instrument_version,
            "language": attempt.language,
            "invited": attempt.opened_at,
            "begun": attempt.begun_at,
            "finished": attempt.completed_at,
            "answers": [
                {
                    "statement": texts.get(answer.item, answer.item),
                    "answer": labels.get(answer.value, answer.value),
                    "answered": answer.answered_at,
                }
                for answer in sorted(attempt.answers.all(), key=lambda one: one.pk)
            ],
            "scores": [
                {
                    "scale": names.get(score.scale, score.scale),
                    "mean": score.mean,
                    "answered": score.answered,
                    "of": score.items,
                }
                for score in sorted(attempt.scores.all(), key=lambda one: one.pk)
            ],
        }
    )

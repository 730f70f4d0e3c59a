"""The signs of an attempt as the candidate's page shows them."""

from goodword.assessments.attempts.overview import title_of
from goodword.assessments.models import Attempt, AttemptPart, AttemptSign
from goodword.assessments.signs.words import WORDS, sentence
from goodword.steps.models import StepRun
from goodword.steps.signs.shown import Shown, Signs, in_words, sorted_out


def signs_of(attempt: Attempt) -> Signs:
    """All signs of an attempt, worded in the active language; looked at once it was completed. Two queries."""
    rows = (
        AttemptSign.objects.of(attempt.organisation)
        .select_related("dismissed_by__user")
        .filter(attempt=attempt)
        .order_by("pk")
    )
    titles = _titles(attempt)
    return sorted_out(
        (_in_words(row, titles) for row in rows), looked=attempt.progress == StepRun.Progress.COMPLETED
    )


def sign_in_words(sign: AttemptSign) -> Shown:
    """One sign, worded in the active language."""
    return _in_words(sign, _titles(sign.attempt))


def _in_words(sign: AttemptSign, titles: dict[str, str]) -> Shown:
    facts = sentence(sign.code, sign.facts, part=titles.get(sign.key, sign.key))
    return in_words(sign, WORDS[sign.code], facts=facts)


def _titles(attempt: Attempt) -> dict[str, str]:
    """What each part is called, by its place."""
    parts = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    return {str(part.order): title_of(part) for part in parts.select_related("version__test", "attempt")}

"""The candidate chooses the language of their attempt, before anything of it has begun."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.languages import languages_of, version_for
from goodword.assessments.models import Attempt, AttemptPart
from goodword.candidates.models import Candidate
from goodword.steps.languages import first_offered


class NotOffered(Exception):
    """Not every test of the assessment exists in this language."""


class TooLate(Exception):
    """A part has begun: its answers were given in the language that it has."""


def offered(attempt: Attempt) -> tuple[str, ...]:
    """The languages that the whole attempt can be taken in, sorted; of one alone there is nothing to choose."""
    return languages_of([part.part for part in _parts(attempt)])


def spoken(attempt: Attempt, candidate: Candidate, *, browser: Sequence[str] = ()) -> str:
    """The language of the candidate's pages, or of their mails without a browser: their choice, their browser's, the
    one on record. After they have started, the language they started in."""
    if attempt.progress != Attempt.Progress.PENDING:
        return attempt.language
    wanted = [code for code in (candidate.chosen_language, *browser) if code]
    if not wanted or first_offered(wanted[:1], attempt.language):
        return attempt.language
    return first_offered(offered(attempt), *wanted) or attempt.language


def choose_language(*, attempt_id: int, language: str, now: datetime) -> Attempt:
    """Give the attempt, and each of its parts, in this language from now on.

    Raises NotOffered, TooLate and guard.Closed; then nothing changes.
    """
    with transaction.atomic():
        attempt = guard.open_attempt(attempt_id, now=now)
        if language == attempt.language:
            return attempt
        parts = _parts(attempt)
        if language not in languages_of([part.part for part in parts]):
            raise NotOffered(language)
        if any(part.begun_at is not None for part in parts):
            raise TooLate
        for part in parts:
            part.version = version_for(part.part, language=language)
            part.save(update_fields=["version"])
        attempt.language = language
        attempt.save(update_fields=["language"])
        return attempt


def _parts(attempt: Attempt) -> list[AttemptPart]:
    rows = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    return list(rows.select_related("part__test__organisation").order_by("order"))

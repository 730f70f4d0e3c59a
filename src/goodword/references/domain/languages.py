"""The languages of candidates' and referees' pages. Answers are the same in all: ids and values are shared.

The reader's choice comes first, then their browser's language, then the one on record. Opening a page stores nothing; a
submitted form stores the language of its page for later mails.
"""

from collections.abc import Sequence

from goodword.candidates.domain.choose_language import choose_language as choose_for_all
from goodword.candidates.models import Candidate
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.languages import first_offered


def of_candidate(check: Check, candidate: Candidate, *, browser: Sequence[str] = ()) -> str:
    """The language of the candidate's pages, or of their mails without a browser."""
    return first_offered(check.languages, candidate.chosen_language, *browser) or check.language


def of_referee(request: ReferenceRequest, *, browser: Sequence[str]) -> str:
    """The language of a referee's pages."""
    languages = request.check_run.languages
    return first_offered(languages, request.chosen_language, *browser) or request.language


def keep_candidate_language(check: Check, *, language: str) -> None:
    """Store the language of a page that the candidate has submitted."""
    Check.objects.of(check.organisation).filter(pk=check.pk).exclude(language=language).update(
        language=language
    )


def keep_referee_language(request: ReferenceRequest, *, language: str) -> None:
    """Store the language of a page that the referee has submitted."""
    rows = ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk)
    rows.exclude(language=language).update(language=language)


def choose_language(request: ReferenceRequest, *, language: str) -> None:
    """Read and answer in this language from now on: one of the check's, else nothing changes."""
    if language not in request.check_run.languages:
        return
    rows = ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk)
    rows.update(language=language, chosen_language=language)
    request.language = request.chosen_language = language


def choose_candidate_language(check: Check, candidate: Candidate, *, language: str) -> bool:
    """Use this language for the candidate's pages and mails. False, without a change, if it is not available."""
    if language not in check.languages:
        return False
    Check.objects.of(check.organisation).filter(pk=check.pk).update(language=language)
    check.language = language
    choose_for_all(candidate, language=language)
    return True

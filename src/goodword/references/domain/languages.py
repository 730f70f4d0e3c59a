"""The languages of the candidate's pages and of a referee's. Answers are the same in all: ids and values are shared."""

from goodword.references.models import Check, ReferenceRequest


def choose_language(request: ReferenceRequest, *, language: str) -> None:
    """Read and answer in this language from now on: one of the check's, else nothing changes."""
    if language == request.language or language not in request.check_run.languages:
        return
    ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk).update(language=language)
    request.language = language


def choose_candidate_language(check: Check, *, language: str) -> bool:
    """The candidate's pages and mails in this language from now on. False, and no change, if it is not offered."""
    if language not in check.languages:
        return False
    Check.objects.of(check.organisation).filter(pk=check.pk).update(language=language)
    check.language = language
    return True

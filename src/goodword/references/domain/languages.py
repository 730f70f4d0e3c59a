"""The language in which a referee reads and answers. Answers are the same in all: ids and values are shared."""

from goodword.references.models import ReferenceRequest


def choose_language(request: ReferenceRequest, *, language: str) -> None:
    """Read and answer in this language from now on: one of the check's, else nothing changes."""
    if language == request.language or language not in request.check_run.languages:
        return
    ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk).update(language=language)
    request.language = language

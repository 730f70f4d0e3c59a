"""A candidate's choice of language for their pages and mails."""

from goodword.candidates.models import Candidate


def choose_language(candidate: Candidate, *, language: str) -> None:
    """Store it for all of the candidate's applications. The caller checks that it is available."""
    Candidate.objects.of(candidate.organisation).filter(pk=candidate.pk).update(chosen_language=language)
    candidate.chosen_language = language

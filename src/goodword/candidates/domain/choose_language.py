"""The language that a candidate chooses for their pages and mails."""

from goodword.candidates.models import Candidate


def choose_language(candidate: Candidate, *, language: str) -> None:
    """Remember it for all of the candidate's applications. Whether it is offered the caller has looked at."""
    Candidate.objects.of(candidate.organisation).filter(pk=candidate.pk).update(chosen_language=language)
    candidate.chosen_language = language

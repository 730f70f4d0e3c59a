"""What a list says of a version at a glance."""

from dataclasses import dataclass

from goodword.questionnaires.editor.competencies import competencies_of
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.versions import ENOUGH_MEASURED, minutes_of_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`minutes` is 0 while nothing is asked; `measured` says of how many answers it is the median, 0 if estimated."""

    questions: int
    minutes: int
    measured: int
    competencies: tuple[str, ...]


def facts_of(version: QuestionnaireVersion) -> Facts:
    """The facts of a version in one language. No query."""
    known = version.median_seconds is not None and version.measured >= ENOUGH_MEASURED
    return Facts(
        questions=len(version.questions),
        minutes=minutes_of_version(version) if version.questions else 0,
        measured=version.measured if known else 0,
        competencies=competencies_of(version.questions),
    )

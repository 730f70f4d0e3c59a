"""A walk through a questionnaire as a made-up referee sees it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from goodword.questionnaires.editor.entries import Entry, filled_up
from goodword.questionnaires.parse import parse
from goodword.questionnaires.placeholders import fill_placeholders
from goodword.questionnaires.routing import applicable, pages
from goodword.questionnaires.types import Question, Stated

CANDIDATE, COMPANY = "Alex Muster", "Example Ltd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Which pages there are by the answers so far. `of_others`: ids that this relationship is never asked."""

    relationship: str
    stated: Stated
    answers: dict[str, Any]
    asked: Sequence[Question]
    pages: Sequence[Sequence[Question]]
    of_others: Collection[str]

    def page_of(self, question_id: str) -> int:
        """The page, from 1, on which a question stands; 0 if it is not asked."""
        for number, page in enumerate(self.pages, start=1):
            if any(question.id == question_id for question in page):
                return number
        return 0


def begin(
    *,
    source: Sequence[Entry],
    translated: Sequence[Entry],
    relationship: str,
    answers: Mapping[str, Any],
) -> Walk:
    """The walk in a language, with the source's texts where it has none yet."""
    questions = fill_placeholders(parse(filled_up(source, translated)), candidate=CANDIDATE, company=COMPANY)
    asked = applicable(questions, relationship=relationship, answers=answers)
    possible = {question.id for question in applicable(questions, relationship=relationship)}
    return Walk(
        relationship=relationship,
        stated=Stated(
            relationship=relationship,
            company=COMPANY,
            title=_("Project manager"),
            from_month="2021-03",
            to_month="2023-08",
        ),
        answers={question.id: answers[question.id] for question in asked if question.id in answers},
        asked=asked,
        pages=pages(asked),
        of_others={question.id for question in questions} - possible,
    )

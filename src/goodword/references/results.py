"""What a check found: ratings by relationship, answers in full, what was stated beside what was confirmed.

Nothing is computed beyond counting and grouping. Words of the page are in the active language, questions in that
of their version. The shapes are those that a report's snapshot takes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.utils.translation import gettext

from goodword.questionnaires import labels
from goodword.questionnaires.report import rows
from goodword.questionnaires.types import (
    CONFIRMING,
    DatesConfirm,
    MultipleChoice,
    Question,
    Rating,
    RelationshipConfirm,
    SingleChoice,
    WouldWorkAgain,
    YesNoUnsure,
)
from goodword.references.domain.about import questions_of, stated_of
from goodword.references.found import Asked, Comment, Received, Results, Values, Verification
from goodword.references.models import Check, Reference

__all__ = ["Asked", "Comment", "Received", "Results", "Values", "Verification", "results"]


def results(check: Check) -> Results:
    """The results of a check, complete or not, in the order in which the references came in."""
    questions = questions_of(check)
    references = list(
        Reference.objects.of(check.organisation)
        .select_related("request__referee")
        .filter(request__check_run=check)
        .order_by("submitted_at", "pk")
    )
    received = [_received(reference, questions) for reference in references]
    version = check.version
    return Results(
        questionnaire=version.questionnaire.title,
        version=version.number,
        wanted=check.wanted,
        completed_at=check.completed_at,
        references=tuple(received),
        questions=tuple(
            _asked(question, references, received)
            for question in questions
            if not isinstance(question, CONFIRMING)
        ),
        verification=tuple(
            entry for reference in references for entry in _verifications(reference, questions)
        ),
    )


def _received(reference: Reference, questions: Sequence[Question]) -> Received:
    referee = reference.request.referee
    relationship = referee.relationship
    for question in questions:
        given = reference.answers.get(question.id)
        if isinstance(question, RelationshipConfirm) and given:
            relationship = given["relationship"]
    return Received(
        id=str(reference.pk),
        name=referee.name,
        relationship=labels.relationships()[relationship],
        company=referee.company,
        candidate_title=referee.candidate_title,
        period=labels.period(referee.from_month, referee.to_month or None),
        submitted_at=reference.submitted_at,
        factual=reference.factual,
    )


def _asked(question: Question, references: Sequence[Reference], received: Sequence[Received]) -> Asked:
    options = _options(question)
    numbers = {value: number for number, value in enumerate(options, start=1)}
    kind = "rating" if isinstance(question, Rating) else "choice" if options else "long_text"
    groups: dict[str, list[Any]] = {}
    comments: list[Comment] = []
    for reference, about in zip(references, received, strict=True):
        given = reference.answers.get(question.id)
        if given is None:
            continue
        groups.setdefault(about.relationship, []).append(given)
        if text := given if kind == "long_text" else _comment(given):
            comments.append(
                Comment(reference=about.id, text=text, name=about.name, relationship=about.relationship)
            )
    counted = kind != "long_text"
    return Asked(
        id=question.id,
        kind=kind,
        text=question.text,
        competency=question.competency if isinstance(question, Rating) else "",
        levels=question.levels if isinstance(question, Rating) else (),
        options=tuple((numbers[value], label) for value, label in options.items()),
        multiple=isinstance(question, MultipleChoice),
        by_relationship=tuple(
            _values(relationship, answers, numbers) for relationship, answers in groups.items() if counted
        ),
        comments=tuple(comments),
    )


def _values(relationship: str, answers: Sequence[Any], numbers: Mapping[str, int]) -> Values:
    chosen = [_chosen(answer, numbers) for answer in answers]
    return Values(
        relationship=relationship,
        n=sum(bool(values) for values in chosen),
        skipped=sum(not values for values in chosen),
        values=tuple(value for values in chosen for value in values),
        identifiable=len(answers) == 1,
    )


def _chosen(answer: Any, numbers: Mapping[str, int]) -> list[int]:
    """The level of a rating, or the numbers of the chosen options; nothing for who could not say."""
    match answer:
        case {"level": level}:
            return [level] if level else []
        case {"answer": value} | str(value):
            return [numbers[value]]
    return [numbers[value] for value in answer]


def _comment(answer: Any) -> str:
    return cast(str, answer.get("comment", "")) if isinstance(answer, Mapping) else ""


def _options(question: Question) -> Mapping[str, str]:
    match question:
        case SingleChoice() | MultipleChoice():
            return {choice.value: choice.label for choice in question.choices}
        case YesNoUnsure():
            return labels.yes_no_unsure()
        case WouldWorkAgain():
            return labels.would_work_again()
    return {}


def _verifications(reference: Reference, questions: Sequence[Question]) -> list[Verification]:
    asked = [question for question in questions if isinstance(question, CONFIRMING)]
    shown = rows(asked, reference.answers, stated=stated_of(reference.request.referee))
    return [
        Verification(
            reference=str(reference.pk),
            what=_what(question),
            stated=row.stated,
            confirmed=row.stated
            if row.verdict == "confirmed"
            else row.answer
            if row.verdict == "corrected"
            else "",
            verdict=row.verdict,
        )
        for question, row in zip(asked, shown, strict=True)
        if row.answered
    ]


def _what(question: Question) -> str:
    match question:
        case RelationshipConfirm():
            return gettext("Relationship")
        case DatesConfirm():
            return gettext("Worked together")
    return gettext("Job title")

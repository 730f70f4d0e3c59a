"""What was stated beside what referees say, and where referees say different things. Nothing is judged."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext

from goodword.questionnaires.rendered_answers import render_answers
from goodword.questionnaires.types import CONFIRMING, DatesConfirm, Question, RelationshipConfirm
from goodword.references.domain.context import stated_of
from goodword.references.found import Contradiction, Received, Verification
from goodword.references.models import Reference


def verifications(references: Sequence[Reference], questions: Sequence[Question]) -> list[Verification]:
    """What each referee confirmed, corrected, or was not sure of."""
    asked = [question for question in questions if isinstance(question, CONFIRMING)]
    return [entry for reference in references for entry in _of(reference, asked)]


def contradictions(received: Sequence[Received], facts: Sequence[Verification]) -> Iterator[Contradiction]:
    """Dates and titles that referees of one company tell differently, though the candidate stated the same of both.

    A relationship is each referee's own, so that two of them cannot contradict each other in it.
    """
    people = {one.id: one for one in received}
    groups: dict[tuple[str, str, str], dict[str, list[Received]]] = {}
    for fact in facts:
        who = people[fact.reference]
        if fact.verdict == "unsure" or fact.kind == "relationship_confirm" or not who.company:
            continue
        group = groups.setdefault((fact.what, who.company.strip().casefold(), fact.stated), {})
        group.setdefault(fact.confirmed.strip(), []).append(who)
    for (what, _, _), said in groups.items():
        if len({fact.casefold() for fact in said}) > 1:
            first = next(iter(said.values()))[0]
            yield Contradiction(
                what=what,
                company=first.company,
                said=tuple((fact, tuple(who)) for fact, who in said.items()),
            )


def _what(question: Question) -> str:
    match question:
        case RelationshipConfirm():
            return gettext("Relationship")
        case DatesConfirm():
            return gettext("Worked together")
    return gettext("Job title")


def _of(reference: Reference, asked: Sequence[Question]) -> list[Verification]:
    shown = render_answers(asked, reference.answers, stated=stated_of(reference.request.referee))
    return [
        Verification(
            reference=str(reference.pk),
            kind=question.type,
            what=_what(question),
            stated=row.stated,
            confirmed=_confirmed(row.verdict, row.stated, row.answer),
            verdict=row.verdict,
        )
        for question, row in zip(asked, shown, strict=True)
        if row.answered
    ]


def _confirmed(verdict: str, stated: str, answer: str) -> str:
    if verdict == "confirmed":
        return stated
    return answer if verdict == "corrected" else ""

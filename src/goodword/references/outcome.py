"""Summary of references for the candidate page: who would work together again, and who confirms dates and title."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext, gettext_lazy

from goodword.core.report_blocks import OutcomeAnswer, OutcomeRow
from goodword.references.results import Answer, QuestionResult, ReceivedReference, Results, Verification

#: relationship -> letter and what it stands for
LETTERS: Final = {
    "manager": ("M", gettext_lazy("manager")),
    "peer": ("Co", gettext_lazy("colleague")),
    "direct_report": ("D", gettext_lazy("direct report")),
    "client": ("Cl", gettext_lazy("client")),
    "teacher": ("T", gettext_lazy("teacher")),
    "fellow_student": ("F", gettext_lazy("fellow student")),
    "other": ("O", gettext_lazy("other")),
}


def check_outcome(found: Results) -> list[OutcomeRow]:
    return [row for row in (_work_again(found), _dates_and_title(found)) if row is not None]


def letter(who: ReceivedReference) -> str:
    return LETTERS[who.relationship_id][0]


def _who(who: ReceivedReference) -> tuple[str, str]:
    return letter(who), f"{who.name}, {LETTERS[who.relationship_id][1]}"


def _work_again(found: Results) -> OutcomeRow | None:
    question = next((one for one in found.questions if one.asks_work_again), None)
    if question is None:
        return None
    said: dict[str, list[ReceivedReference]] = {label: [] for _, label in question.options}
    for answer in _of_referees(question):
        said.setdefault(answer.words, []).append(answer.by)
    answers = [OutcomeAnswer(text, [_who(one) for one in by]) for text, by in said.items() if by]
    return OutcomeRow(gettext("Would work together again"), answers) if answers else None


def _dates_and_title(found: Results) -> OutcomeRow | None:
    people = {one.id: one for one in found.references}
    facts: dict[str, list[Verification]] = {}
    for fact in found.verification:
        facts.setdefault(fact.reference, []).append(fact)
    differ = [people[pk] for pk, of_one in facts.items() if _verdict(of_one) == "corrected"]
    unsure = [people[pk] for pk, of_one in facts.items() if _verdict(of_one) == "unsure"]
    confirmed = [people[pk] for pk, of_one in facts.items() if _verdict(of_one) == "confirmed"]
    answers = [
        OutcomeAnswer(text, [_who(one) for one in by], differs=by is differ)
        for text, by in (
            (gettext("Confirmed"), confirmed),
            (gettext("Not sure"), unsure),
            (gettext("Differ"), differ),
        )
        if by
    ]
    return OutcomeRow(gettext("Dates and title"), answers) if answers else None


def _verdict(facts: Sequence[Verification]) -> str:
    verdicts = {fact.verdict for fact in facts}
    return next((one for one in ("corrected", "unsure") if one in verdicts), "confirmed")


def _of_referees(question: QuestionResult) -> list[Answer]:
    return [answer for answer in question.answers if not answer.by.is_self]

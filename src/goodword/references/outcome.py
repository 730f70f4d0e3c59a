"""Summary of references for the candidate page: who would work together again, whether dates and title are
confirmed, ratings on one axis, and a comment of each referee.

Each referee has the letter of their relationship, or two where two relationships begin with the same one.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy

from goodword.core.report_blocks import (
    Block,
    OutcomeAnswer,
    OutcomeRow,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    RatingRow,
    Section,
)
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
#: characters of a comment; the whole comment is among the answers
LONGEST_COMMENT: Final = 180


def check_outcome(found: Results) -> list[OutcomeRow]:
    return [row for row in (_work_again(found), _dates_and_title(found)) if row is not None]


def check_overview_sections(found: Results) -> list[Section]:
    sections = [_ratings(found), _comments(found)]
    return [section for section in sections if section is not None]


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


def _ratings(found: Results) -> Section | None:
    rated = [one for one in found.questions if one.kind in {"rating", "agreement"}]
    by_axis: dict[tuple[int, int], list[RatingRow]] = {}
    for question in rated:
        values = [level.value for level in question.levels]
        by_axis.setdefault((min(values), max(values)), []).append(_rating_row(question))
    if not any(row.values for rows in by_axis.values() for row in rows):
        return None
    title = gettext("Ratings by referees")
    header = [gettext("Competency"), gettext("Range")]
    blocks: list[Block] = [RatingChart(header, axis, rows, caption=title) for axis, rows in by_axis.items()]
    return Section(title, [*blocks, Prose([_legend(found, rated)], quiet=True)])


def _rating_row(question: QuestionResult) -> RatingRow:
    given = sorted((value, letter(answer.by)) for answer in _of_referees(question) for value in answer.values)
    return RatingRow(
        label=question.competency or question.text,
        note="",
        values=[value for value, _ in given],
        answers=", ".join(str(value) for value, _ in given) or "–",
        mean=None,
        mean_text="",
        hollow=False,
        alt="",
        letters=[who for _, who in given],
    )


def _legend(found: Results, rated: Sequence[QuestionResult]) -> str:
    used: Mapping[str, object] = {
        key: text
        for key, text in LETTERS.items()
        if any(one.relationship_id == key for one in found.references)
    }
    letters = ", ".join(f"{LETTERS[key][0]} {LETTERS[key][1]}" for key in used)
    scales = {tuple((level.value, level.label) for level in one.levels) for one in rated}
    if len(scales) > 1:
        return f"{letters}."
    levels = scales.pop()
    ends = [level for level in (levels[0], levels[len(levels) // 2], levels[-1]) if level[1]]
    return " ".join([f"{letters}.", ", ".join(f"{value} {label.lower()}" for value, label in ends)]).strip()


def _comments(found: Results) -> Section | None:
    """Of each referee the first comment: on working together again, then on free questions, then on others."""
    order = sorted(found.questions, key=lambda one: (not one.asks_work_again, one.kind != "text"))
    first: dict[str, tuple[QuestionResult, Answer]] = {}
    for question in order:
        for answer in _of_referees(question):
            if answer.comment:
                first.setdefault(answer.by.id, (question, answer))
    quotes = [_quote(*first[who.id]) for who in found.references if who.id in first]
    return Section(gettext("In their words"), [Quotes(quotes)]) if quotes else None


def _quote(question: QuestionResult, answer: Answer) -> Quote:
    return Quote(
        text=Truncator(" ".join(answer.comment.split())).chars(LONGEST_COMMENT),
        by=f"{answer.by.name}, {LETTERS[answer.by.relationship_id][1]} · {question.text}",
        language=answer.by.language_code or None,
    )

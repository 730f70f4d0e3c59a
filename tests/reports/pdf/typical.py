"""Typical reports: a questionnaire answered by 1, 4 or 25 referees, and an assessment of four tests. Their snapshots
are built by the product's own code."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation

from goodword.assessments.kinds.judgement.report import JudgementPart
from goodword.assessments.kinds.reasoning.report import CategoryData
from goodword.assessments.kinds.registry import PartData
from goodword.assessments.kinds.report import NormedScoreData, NormedScoreFigures, PartHead
from goodword.questionnaires import labels
from goodword.questionnaires.questions import applicable, fill_placeholders, for_self, parse
from goodword.questionnaires.types import (
    CONFIRMING,
    Adjectives,
    Between,
    LongText,
    Question,
    Rating,
    WouldWorkAgain,
)
from goodword.references.report_data import check_data
from goodword.references.results import ReceivedReference, Respondent, Results, VerifiedFact, question_result
from goodword.reports.pdf.snapshot import SCHEMA, AssessmentSnapshot, ReferenceCheckSnapshot
from tests.support import factories

from .samples import head, work_style

STORED = Path(__file__).parent / "stored"
NAME = "Ada Okonkwo"
#: name, relationship, company
REFEREES = [
    ("Zoë Müller", "manager", "Brightworks"),
    ("Layla Haddad", "peer", "Brightworks"),
    ("Jonas Weber", "direct_report", "Brightworks"),
    ("Marta Silva", "client", "Contoso"),
]
PRAISE = [
    (
        "Ada takes the difficult client and leaves the easy one to others. In my team people asked her before "
        "a renewal, and the notes she left were enough for anybody to go on with the account."
    ),
    "Calm when a deal goes wrong, and says early that it will. We shared three accounts for two years.",
    "Good with clients. We often learned of promises from the client first, which cost us two weekends.",
    (
        "Knew our business better than some of our own people did. When we changed our ordering system she came to "
        "the warehouse to see how we work."
    ),
]
ADVICE = [
    "Could hand over more of the small accounts.",
    "Sometimes waits too long before asking for help with an offer.",
    "Write down what was promised to a client, and send it to everybody who has to keep it.",
    "",
]
REMARKS = [
    "Asked each client once a quarter what had gone wrong.",
    "",
    "Clients liked her; they called her first, not the hotline.",
    "She knew what we needed before we did.",
]
RATINGS = [(4, 3, 4, 4, 4), (5, 4, 4, 3, 4), (4, 5, 4, 2, 4), (5, 4, 5, 4, 4), (4, 4, 5, 4, 4)]
AGAIN = ["yes", "yes", "yes_with_reservations", "yes"]


def moment(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"


@cache
def reference_check(
    count: int = 4, *, language: str = "en", with_self: bool = True
) -> ReferenceCheckSnapshot:
    with translation.override(language):
        return {
            **head(name=NAME, language=language),
            "schema": SCHEMA,
            "code": "GW-RGCH-R9E6",
            "role": {"title": "Senior Account Manager"},
            "kind": "reference_check",
            "check": check_data(_results(count, language, with_self=with_self), moment=moment),
        }


def _results(count: int, language: str, *, with_self: bool) -> Results:
    by_language = json.loads((STORED / "questionnaire.json").read_text())
    stored = by_language.get(language, by_language["en"])
    questions = fill_placeholders(
        parse(stored["questions"]), candidate=NAME, company="the company", language=language
    )
    respondents = [_respondent(number, questions) for number in range(count)]
    own = _own(questions) if with_self else None
    asked_own = {one.id: one for one in for_self(questions)}
    return Results(
        questionnaire=stored["name"],
        version=2,
        wanted=count,
        completed_at=factories.NOW,
        sent=count,
        declined=0,
        erased=0,
        references=tuple(who for who, _, _ in respondents),
        self_reference=own[0] if own else None,
        questions=tuple(
            question_result(question, asked_own.get(question.id), respondents, own, questions)
            for question in questions
            if not isinstance(question, CONFIRMING)
        ),
        verification=tuple(
            fact for number, (who, _, _) in enumerate(respondents) for fact in _facts(who, number)
        ),
        contradictions=(),
    )


def _respondent(number: int, questions: tuple[Question, ...]) -> Respondent:
    name, relationship, company = REFEREES[number % 4]
    who = ReceivedReference(
        id=str(number + 1),
        name=name if number < 4 else f"{name} {number // 4 + 1}",
        relationship_id=relationship,
        relationship=labels.relationships()[relationship],
        company=company,
        candidate_title="Account Manager",
        period="Mar 2021 – Jun 2024",
        submitted_at=factories.NOW - timedelta(hours=7 * number),
        factual=False,
        late=False,
        language="",
        language_code="",
    )
    put = applicable(questions, relationship=relationship, answers={})
    answers = {one.id: _answer(one, number, place) for place, one in enumerate(put)}
    kept = {key: value for key, value in answers.items() if value is not None}
    return who, kept, frozenset(one.id for one in put)


def _own(questions: tuple[Question, ...]) -> Respondent:
    put = for_self(questions)
    answers = {
        one.id: {"level": 4 if place % 2 else 5, "not_able": False, "comment": ""}
        for place, one in enumerate(put)
        if isinstance(one, Rating)
    }
    who = ReceivedReference(
        id="own",
        name=NAME,
        relationship_id="",
        relationship="Self",
        company="",
        candidate_title="",
        period="",
        submitted_at=factories.NOW,
        factual=False,
        late=False,
        language="",
        language_code="",
        is_self=True,
    )
    return who, answers, frozenset(answers)


def _answer(question: Question, number: int, place: int) -> Any:
    match question:
        case Rating():
            comment = REMARKS[(number + place) % 4] if place % 2 else ""
            return {"level": RATINGS[number % 5][place % 5], "not_able": False, "comment": comment}
        case Adjectives():
            chosen = [choice.value for choice in question.choices]
            return [chosen[(number * 3 + step * 2) % len(chosen)] for step in range(question.pick)]
        case Between():
            return {"place": 2 + number % 3, "not_able": False, "comment": ""}
        case WouldWorkAgain():
            return {"answer": AGAIN[number % 4], "comment": PRAISE[number % 4]}
        case LongText():
            return (REMARKS if place % 2 else ADVICE)[number % 4] or None
    return None


def _facts(who: ReceivedReference, number: int) -> list[VerifiedFact]:
    differs = number % 4 == 3
    dates = "Mar 2021 – Dec 2023" if differs else who.period
    return [
        VerifiedFact(
            reference=who.id,
            kind="relationship_confirm",
            what="Relationship",
            stated=who.relationship,
            confirmed=who.relationship,
            verdict="confirmed",
        ),
        VerifiedFact(
            reference=who.id,
            kind="dates_confirm",
            what="Worked together",
            stated=who.period,
            confirmed=dates,
            verdict="corrected" if differs else "confirmed",
        ),
        VerifiedFact(
            reference=who.id,
            kind="title_confirm",
            what="Job title",
            stated="Account Manager",
            confirmed="Account Manager",
            verdict="confirmed",
        ),
    ]


def band(low: float, high: float, at: tuple[int, int, int], *, n: int, reliability: float) -> NormedScoreData:
    percentile, percentile_low, percentile_high = at
    return {
        "low": low,
        "high": high,
        "percentile": percentile,
        "percentile_low": percentile_low,
        "percentile_high": percentile_high,
        "n": n,
        "language": "English",
        "device": "computer",
        "norms": 2,
        "reliability": reliability,
        "figures": {
            "score": (low + high) / 2,
            "n": n,
            "below": round(n * percentile / 100) - 6,
            "equal": 12,
            "sd": 2.8,
            "error": (high - low) / 3.29,
            "coefficient": "alpha",
            "reliability_n": n,
            "made_at_text": "Mon 2 Feb 2026, 09:00",
        },
    }


def _with_own_band(normed: NormedScoreData, score: float) -> NormedScoreData:
    figures: NormedScoreFigures = {
        **normed["figures"],
        "score": score,
        "sd": 0.16,
        "error": None,
        "coefficient": "splits",
    }
    return {**normed, "figures": figures}


def part_head(name: str, construct: str, items: int, requirement: str) -> PartHead:
    return {
        "name": name,
        "construct": construct,
        "version": "3",
        "scoring_version": "1",
        "items_n": items,
        "requirement": {"text": requirement, "who": "Ann Petersen", "when": "3 Nov 2026"},
        "sheet": {
            "reliability": "0.79 (Cronbach’s alpha, 412 people).",
            "validity": "No evidence for this role yet.",
            "limits": "A short test gives a broad picture. Practice raises scores.",
        },
        "validity": [],
        "validity_checked": [],
    }


def reasoning() -> PartData:
    head_ = part_head(
        "Reasoning",
        "Finding the rule behind series, figures and statements.",
        20,
        "Spots what changed in sales figures, and why.",
    )
    categories: list[CategoryData] = [
        {"name": name, "solved": solved, "given": given, "answered": given, "normed_score": None}
        for name, solved, given in (("numerical", 6, 8), ("figural", 5, 7), ("deductive", 3, 5))
    ]
    return {
        **head_,
        "validity_checked": ["fast"],
        "kind": "reasoning",
        "whole": {
            "name": "",
            "solved": 14,
            "given": 20,
            "answered": 19,
            "normed_score": band(12, 16, (68, 55, 81), n=412, reliability=0.79),
        },
        "categories": categories,
        "ability": None,
        "tasks": [
            {
                "number": number,
                "category": "numerical",
                "question": f"Secret task {number}: which number comes next?",
                "lines": [],
                "terms": ["3117", "6234", "12468"],
                "drawings": [],
                "options": [
                    {"number": one, "text": f"secret option {number}-{one}", "drawing": None}
                    for one in (1, 2)
                ],
                "chosen": 1,
                "right": 2,
                "rule": f"Secret rule {number}: double the number.",
            }
            for number in range(1, 21)
        ],
    }


def judgement() -> JudgementPart:
    head_ = part_head(
        "Situations with customers",
        "Judging how well actions work with customers.",
        32,
        "Handles complaints from key accounts alone.",
    )
    return {
        **head_,
        "validity_checked": ["fast"],
        "kind": "judgement",
        "scale_min": 1,
        "response_labels": [
            "Secret label 1",
            "Secret label 2",
            "Secret label 3",
            "Secret label 4",
            "Secret label 5",
        ],
        "within": 0.71,
        "within_band": {"low": 0.52, "high": 0.83},
        "within_normed": _with_own_band(band(0.52, 0.83, (61, 40, 78), n=187, reliability=0.66), 0.71),
        "normed_score": None,
        "distance": 0.9,
        "smallest": 0,
        "largest": 2.7,
        "n_answered": 32,
        "voided": 0,
        "for_practice": False,
        "few_situations": False,
        "key_basis": "Ratings of 7 experts of Northwind.",
        "situations": [
            {
                "text": f"Secret situation {number}",
                "actions": [
                    {
                        "text": f"Secret action {number}-{one}",
                        "answer": 3,
                        "answer_label": "Secret label 3",
                        "key": 4.5,
                        "distance": 1.5,
                        "reason": f"Secret reason {number}-{one}",
                    }
                    for one in range(1, 5)
                ],
            }
            for number in range(1, 9)
        ],
    }


def custom() -> PartData:
    head_ = part_head(
        "Questions about the role",
        "What the organisation wants to know.",
        5,
        "Sells in German and English; can travel two days a week.",
    )
    return {
        **head_,
        "kind": "questions",
        "right": 1,
        "keyed": 1,
        "questions": [
            {
                "text": f"Secret question {number}",
                "answer": f"Secret answer {number}",
                "is_file": False,
                "right": True if number == 1 else None,
                "right_answer": "Secret key" if number == 1 else "",
                "state": "none",
                "raters": [],
                "criteria": [],
                "remarks": [],
            }
            for number in range(1, 6)
        ],
    }


@cache
def assessment(*, language: str = "en") -> AssessmentSnapshot:
    style = work_style()
    style |= {
        "validity": ["contradiction"],
        "validity_checked": ["straight_line", "contradiction", "fast"],
    }
    tests: list[PartData] = [reasoning(), judgement(), style, custom()]
    return {
        **head(name=NAME, language=language),
        "schema": SCHEMA,
        "code": "GW-7BR4-598W",
        "role": {"title": "Senior Account Manager"},
        "kind": "assessment",
        "assessment": {
            "title": "Senior Account Manager assessment",
            "taken_at_text": "Tue 17 Nov 2026, 20:41",
            "language": "English",
            "tests": tests,
        },
    }

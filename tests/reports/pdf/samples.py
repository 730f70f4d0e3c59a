"""Realistic snapshots to render."""

from goodword.assessments.kinds.registry import PartData
from goodword.assessments.kinds.scales.report import ItemData, ScaleData, ScalesPart
from goodword.references.report_data import (
    CheckData,
    CommentData,
    GroupValues,
    QuestionData,
    ReferenceData,
)
from goodword.reports.pdf.snapshot import AssessmentSnapshot, Head, ReferenceCheckSnapshot

LABELS = ["Not at all like me", "A little like me", "Partly like me", "Mostly like me", "Very much like me"]


def head(*, name: str | None = "Maren Vogel", language: str = "en", redacted: bool = False) -> Head:
    return {
        "schema": 1,
        "code": "GW-7F3K-Q2",
        "version": 1,
        "made_at": "2026-11-24T13:05:00+00:00",
        "made_at_text": "Tue 24 Nov 2026, 14:05",
        "language": language,
        "organisation": {"name": "Northwind Instruments", "accent": "#2f9e8f", "logo": None},
        "candidate": {"name": name},
        "role": {"title": "Customer Support Lead"},
        "redacted": redacted,
    }


def item(text: str, answer: int | None, *, turned: bool = False) -> ItemData:
    label = None if answer is None else LABELS[answer - 1]
    return {"text": text, "keyed": -1 if turned else 1, "answer": answer, "answer_label": label}


def scale(name: str, description: str, ends: tuple[str, str], items: list[ItemData]) -> ScaleData:
    values = [
        6 - one["answer"] if one["keyed"] == -1 else one["answer"]
        for one in items
        if one["answer"] is not None
    ]
    return {
        "id": name.lower(),
        "name": name,
        "description": description,
        "low_text": ends[0],
        "high_text": ends[1],
        "mean": sum(values) / len(values) if values else None,
        "n_answered": len(values),
        "n_items": len(items),
        "items": items,
    }


def work_style() -> ScalesPart:
    return {
        "kind": "scales",
        "name": "Work style",
        "construct": "How a person usually goes about work, on five broad traits of personality.",
        "version": "1.0",
        "scoring_version": "1",
        "items_n": 20,
        "requirement": {
            "text": "Talks with customers all day and keeps several cases in hand.",
            "who": "Anna Karl",
            "when": "3 Nov 2026",
        },
        "norm": None,
        "scale_min": 1,
        "scale_max": 5,
        "response_labels": LABELS,
        "scales": [
            scale(
                "Openness",
                "How far someone seeks the new at work.",
                ("Prefers what is proven and clear", "Seeks out new ideas and ways"),
                [
                    item("I try a new way of doing a task before anyone asks.", 4),
                    item("I ask how other teams solve the same problem.", 5),
                    item("I keep to the way that I know.", 2, turned=True),
                    item("I leave new tools to others.", 3, turned=True),
                ],
            ),
            scale(
                "Conscientiousness",
                "How far someone plans and keeps to the plan.",
                ("Works by the moment, adapts quickly", "Plans ahead, works in order"),
                [
                    item("I write down what I promised.", 5),
                    item("I check my work before I hand it over.", 5),
                    item("I start things without a plan.", 1, turned=True),
                    item("I lose track of small tasks.", 2, turned=True),
                ],
            ),
            scale(
                "Extraversion",
                "How far someone seeks company at work.",
                ("Prefers quiet and few people", "Seeks company and speaks up"),
                [
                    item("I speak first in a meeting.", 3),
                    item("I call rather than write.", 2),
                    item("I work best alone.", 3, turned=True),
                    item("I wait until I am asked.", 4, turned=True),
                ],
            ),
            scale(
                "Agreeableness",
                "How far someone goes along with others.",
                ("Says what they think, argues a point", "Looks for common ground"),
                [
                    item("I ask a colleague who looks troubled.", 4),
                    item("I give way on points that matter little.", 4),
                    item("I press my point until it is settled.", None, turned=True),
                    item("I tell people plainly that they are wrong.", 3, turned=True),
                ],
            ),
            scale(
                "Emotional stability",
                "How far pressure touches someone at work.",
                ("Feels pressure strongly, reacts early", "Stays even under pressure"),
                [
                    item("I stay calm when a customer shouts.", 5),
                    item("I sleep well before a hard day.", 1),
                    item("A mistake stays with me for days.", 5, turned=True),
                    item("Sudden changes upset me.", 1, turned=True),
                ],
            ),
        ],
        "sheet": {
            "reliability": "Not yet known: it is reported once 100 people have taken this version.",
            "validity": "None yet.",
            "limits": "Twenty statements give a broad picture, not a fine one. It is a self-description.",
        },
    }


def assessment(
    *,
    tests: list[PartData] | None = None,
    name: str | None = "Maren Vogel",
    language: str = "en",
    redacted: bool = False,
) -> AssessmentSnapshot:
    return {
        **head(name=name, language=language, redacted=redacted),
        "kind": "assessment",
        "assessment": {
            "title": "Support team, work style",
            "taken_at_text": "Mon 23 Nov 2026, 20:41",
            "language": "English",
            "tests": [work_style()] if tests is None else tests,
        },
    }


PEOPLE: list[tuple[str, str, str, str]] = [
    ("Jonas Brandt", "Manager", "Alpenglas GmbH", "Head of Service"),
    ("Priya Nair", "Peer", "Alpenglas GmbH", "Support Specialist"),
    ("Marta Szymańska", "Peer", "Kestrel Logistics", "Dispatcher"),
    ("Tomás Ó Briain", "Direct report", "Kestrel Logistics", "Support Agent"),
    ("Lê Thị Hồng", "Client", "Riverside Clinics", "Office Manager"),
    ("Aylin Şahin", "Manager", "Kestrel Logistics", "Operations Lead"),
]
LEVELS = ["Seldom", "Sometimes", "Often", "Nearly always", "Always"]
EXAMPLES = [
    "Leaves a question open until somebody asks again.",
    "Answers when reminded.",
    "Answers within the day.",
    "Answers within the day and says what comes next.",
    "Sees the question coming and answers before it is asked.",
]


def reference(number: int, *, factual: bool = False, self_reference: bool = False) -> ReferenceData:
    name, relationship, company, title = PEOPLE[number]
    return {
        "id": f"r{number}",
        "referee": {"name": name, "relationship": relationship, "company": company, "title": title},
        "period_text": "Mar 2021 – Aug 2024",
        "submitted_at_text": f"{18 + number} Nov 2026",
        "factual": factual,
        "self_reference": self_reference,
    }


def by_relationship(references: list[ReferenceData], values: list[int]) -> list[GroupValues]:
    groups: dict[str, GroupValues] = {}
    for one, value in zip(references, values, strict=False):
        if one["factual"]:
            continue
        relationship = one["referee"]["relationship"]
        group = groups.setdefault(
            f"{relationship}{one['self_reference']}",
            {
                "relationship": relationship,
                "n": 0,
                "skipped": 0,
                "values": [],
                "identifiable": True,
                "self_reference": one["self_reference"],
            },
        )
        group["n"] += 1
        group["values"].append(value)
        group["identifiable"] = group["n"] == 1
    return list(groups.values())


def rating(number: int, text: str, references: list[ReferenceData], values: list[int]) -> QuestionData:
    return {
        "type": "rating",
        "id": f"q{number}",
        "text": text,
        "levels": [
            {"value": value, "label": label, "example": example}
            for value, (label, example) in enumerate(zip(LEVELS, EXAMPLES, strict=True), start=1)
        ],
        "by_relationship": by_relationship(references, values),
        "comments": [],
    }


def questions(references: list[ReferenceData], comments: list[str]) -> list[QuestionData]:
    told: list[CommentData] = [
        {"reference": one["id"], "text": text} for one, text in zip(references, comments, strict=False)
    ]
    words = ["Patient", "Direct", "Curious", "Careful", "Quick", "Calm", "Stubborn", "Warm"]
    picked = by_relationship(references, [1, 6, 6, 4, 1, 6, 2])
    for group in picked:
        group["values"] = sorted({*group["values"], 1})
    return [
        rating(1, "Keeps customers informed without being asked.", references, [4, 5, 4, 3, 5, 4, 5]),
        rating(2, "Hands over work so that others can go on with it.", references, [3, 3, 4, 5, 2, 5, 4]),
        {
            "type": "statement",
            "id": "q3",
            "text": "Where would you place the candidate?",
            "low_text": "Thinks aloud with others",
            "high_text": "Works it out alone first",
            "scale_min": 1,
            "scale_max": 7,
            "by_relationship": by_relationship(references, [2, 4, 5, 3, 6, 4, 4]),
            "comments": [],
        },
        {
            "type": "choice",
            "id": "q4",
            "text": "Which words fit?",
            "multiple": True,
            "options": [{"value": value, "label": word} for value, word in enumerate(words, start=1)],
            "by_relationship": picked,
            "comments": [],
        },
        {
            "type": "choice",
            "id": "q5",
            "text": "Would you work with this person again?",
            "multiple": False,
            "options": [
                {"value": 1, "label": "Yes, at once"},
                {"value": 2, "label": "Yes, in another role"},
                {"value": 3, "label": "Rather not"},
            ],
            "by_relationship": by_relationship(references, [1, 1, 2, 1, 1, 1, 1]),
            "comments": [],
        },
        {
            "type": "long_text",
            "id": "q6",
            "text": "What does the candidate do especially well?",
            "comments": told,
        },
    ]


COMMENTS = [
    "She reads a case to the end first.\n\nWhen our ticket system failed she wrote it all on a wall.",
    "Good at saying no kindly.",
    "Gives feedback on the same day, which I had not known before.",
    "My shifts were planned two weeks ahead, always.",
    "Always reachable; told us early when a delivery would be late.",
    "Reliable, and honest about what she does not know.",
]


def reference_check(
    count: int = 2,
    *,
    comments: list[str] | None = None,
    name: str | None = "Maren Vogel",
    language: str = "en",
    redacted: bool = False,
    with_self: bool = False,
) -> ReferenceCheckSnapshot:
    references = [reference(number, factual=count > 4 and number == 4) for number in range(count)]
    if with_self:
        references.append(
            {
                **reference(0, self_reference=True),
                "id": "self",
                "referee": {"name": name, "relationship": "Self", "company": None, "title": None},
                "period_text": None,
            }
        )
    check: CheckData = {
        "questionnaire": {"title": "General reference", "version": 2},
        "asked": count,
        "received": count,
        "completed_at_text": "Mon 23 Nov 2026",
        "references": references,
        "questions": questions(references, COMMENTS if comments is None else comments),
        "verification": [
            {"reference": one["id"], "what": what, "stated": stated, "confirmed": confirmed}
            for one in references
            if not one["self_reference"]
            for what, stated, confirmed in (
                ("Worked together", "Mar 2021 – Aug 2024", "Apr 2021 – Aug 2024"),
                ("Candidate’s title", "Support Specialist", "Support Specialist"),
            )
        ],
    }
    return {
        **head(name=name, language=language, redacted=redacted),
        "kind": "reference_check",
        "check": check,
    }

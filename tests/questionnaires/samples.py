"""A question of each type, and a candidate's statements."""

from dataclasses import fields
from typing import Any, get_args

from goodword.questionnaires.questions import parse
from goodword.questionnaires.types import Question, Stated

LEVELS = [
    {"value": value, "label": f"Label {value}", "example": f"Example {value}"} for value in (1, 2, 3, 4, 5)
]
CHOICES = [{"value": name, "label": name.title()} for name in ("red", "green", "blue")]

STATED = Stated(
    relationship="manager", company="Acme", title="Analyst", from_month="2021-03", to_month="2023-08"
)


def rating(**changes: Any) -> dict[str, Any]:
    """A rating as JSON."""
    return {
        "id": "care",
        "type": "rating",
        "text": "How careful was {candidate}?",
        "competency": "Care",
        "levels": LEVELS,
    } | changes


def question(kind: str, **changes: Any) -> Question:
    """A parsed question of a type, with the fields that the type needs."""
    data: dict[str, Any] = {"id": "it", "type": kind, "text": "What of it?"}
    if kind == "rating":
        data = rating(id="it")
    if kind in {"single_choice", "multiple_choice", "adjectives", "ranking"}:
        data |= {"choices": CHOICES}
    if kind == "adjectives":
        data |= {"pick": 2}
    if kind == "between":
        data |= {"left": "Plans first", "right": "Starts at once"}
    return parse([data | changes])[0]


#: all types; `question` gets the fields that a new one needs
KINDS = tuple(
    str(field.default)
    for arg in get_args(Question.__value__)
    for field in fields(arg)
    if field.name == "type"
)

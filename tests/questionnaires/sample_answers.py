"""A valid answer to any question, as a browser sends it."""

from typing import assert_never

from goodword.questionnaires.types import (
    Adjectives,
    Agreement,
    Between,
    Date,
    DatesConfirm,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

type Posted = dict[str, str | list[str]]


def sample_answer(question: Question) -> Posted:
    """Fields that answer the question, whatever its type."""
    name = f"q-{question.id}"
    match question:
        case Rating() | Agreement() | Between():
            return {name: "4"}
        case Adjectives():
            return {name: [choice.value for choice in question.choices[: question.pick]]}
        case MultipleChoice():
            return {name: [choice.value for choice in question.choices[: question.least]]}
        case Ranking():
            return {
                f"{name}-{choice.value}": str(place) for place, choice in enumerate(question.choices, start=1)
            }
        case SingleChoice():
            return {name: question.choices[0].value}
        case YesNoUnsure() | WouldWorkAgain():
            return {name: "yes"}
        case LongText() | ShortText():
            return {name: "In words."}
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return {name: "confirmed"}
        case Number():
            return {name: str(question.least if question.least is not None else question.most or 0)}
        case Date():
            return {f"{name}_day": "7", f"{name}_month": "4", f"{name}_year": "2021"}
        case Period():
            return {
                f"{name}-from_month": "4",
                f"{name}-from_year": "2021",
                f"{name}-to_month": "8",
                f"{name}-to_year": "2023",
            }
        case _:
            assert_never(question)

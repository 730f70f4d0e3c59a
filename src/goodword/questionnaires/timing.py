"""How long a questionnaire takes, said honestly before anybody begins.

seconds = words to read / reading speed + seconds to decide + words to write / typing speed

- reading: 238 words a minute is the mean of silent reading in English (Brysbaert 2019, "How many words do we
  read per minute?", Journal of Memory and Language 109); we take 200, for phones and for second languages.
- deciding: our assumption, per type, below: to take a level or a choice, and to tap it. A number or a date has
  to be remembered and entered, words to pick are weighed against each other (2 seconds each that is picked).
  Once there are real answers, their median is used instead (`versions.minutes_of_version`).
- writing: 36 words a minute is the mean on phones (Palin and others 2019, "How do people type on mobile
  devices?", MobileHCI '19); how much people write is our assumption: 25 words in a required long text,
  half of that in an optional one, nothing in an optional comment.
- a question with a condition counts half, as if one in two were asked it.
- a text that has come before (the same help line, the same labels of levels) is recognised, not read again.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict

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

READING_WORDS_A_MINUTE = 200
TYPING_WORDS_A_MINUTE = 36

_DECIDING_SECONDS: dict[type[Question], float] = {
    Rating: 8,
    Agreement: 5,
    SingleChoice: 4,
    MultipleChoice: 8,
    Adjectives: 4,
    Ranking: 4,
    Between: 7,
    YesNoUnsure: 4,
    WouldWorkAgain: 5,
    LongText: 10,
    ShortText: 4,
    Number: 6,
    Date: 8,
    Period: 12,
    RelationshipConfirm: 3,
    DatesConfirm: 6,
    TitleConfirm: 3,
}
_SECONDS_A_PICK = 2
_WRITTEN_WORDS: dict[type[Question], int] = {LongText: 25, ShortText: 4}


def reading_seconds(text: str) -> float:
    """Seconds to read a text once."""
    return len(text.split()) * 60 / READING_WORDS_A_MINUTE


def question_seconds(question: Question, *, seen: Collection[str] = ()) -> float:
    """Seconds for one question that is asked: reading all of it but the texts in `seen`, deciding, writing."""
    written = _WRITTEN_WORDS.get(type(question), 0) * (1 if question.required else 0.5)
    picks = 0
    if isinstance(question, Adjectives):
        picks = question.pick
    elif isinstance(question, Ranking):
        picks = 2 * len(question.choices)  # weighed against the others, and given a place
    return (
        sum(reading_seconds(text) for text in _texts(question) if text not in seen)
        + _DECIDING_SECONDS[type(question)]
        + picks * _SECONDS_A_PICK
        + written * 60 / TYPING_WORDS_A_MINUTE
    )


def minutes(questions: Sequence[Question]) -> int:
    """Whole minutes for all of them, to the nearest, at least one: "about 5 minutes"."""
    seconds = 0.0
    seen: set[str] = set()
    for question in questions:
        seconds += question_seconds(question, seen=seen) * (0.5 if question.when else 1)
        seen.update(_texts(question))
    return max(1, int(seconds / 60 + 0.5))


def _texts(question: Question) -> list[str]:
    values = asdict(question)
    options = [*values.get("levels", ()), *values.get("choices", ())]
    shown = [option[name] for option in options for name in ("label", "example") if name in option]
    ends = [values[name] for name in ("left", "right", "unit") if name in values]
    return [question.text, question.help, *shown, *ends]

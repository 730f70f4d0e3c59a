"""Estimates how long a questionnaire takes.

seconds = words to read / reading speed + seconds to decide + words to write / typing speed

- reading: 238 words a minute is the mean of silent reading in English (Brysbaert 2019, "How many words do we
  read per minute?", Journal of Memory and Language 109); we take 200, for phones and second languages.
- deciding: our assumption, by type, below, and 2 seconds for each word to pick. The median of real answers replaces the
  estimate once there are enough (`domain.versions.minutes_of_version`).
- writing: 36 words a minute is the mean on phones (Palin and others 2019, "How do people type on mobile
  devices?", MobileHCI '19); how much people write is our assumption: 25 words in a required long text,
  half of that in an optional one, nothing in an optional comment.
- a question with a condition counts half.
- repeated texts (help, labels of levels) count once.
"""

from collections.abc import Collection, Mapping, Sequence

from goodword.questionnaires.types import Adjectives, Question, Ranking

READING_WORDS_A_MINUTE = 200
TYPING_WORDS_A_MINUTE = 36

_DECIDING_SECONDS: Mapping[str, float] = {
    "rating": 8,
    "agreement": 5,
    "single_choice": 4,
    "multiple_choice": 8,
    "adjectives": 4,
    "ranking": 4,
    "between": 7,
    "yes_no_unsure": 4,
    "would_work_again": 5,
    "long_text": 10,
    "short_text": 4,
    "number": 6,
    "date": 8,
    "period": 12,
    "relationship_confirm": 3,
    "dates_confirm": 6,
    "title_confirm": 3,
}
_SECONDS_A_PICK = 2
_WRITTEN_WORDS: Mapping[str, int] = {"long_text": 25, "short_text": 4}


def reading_seconds(text: str) -> float:
    return len(text.split()) * 60 / READING_WORDS_A_MINUTE


def question_seconds(question: Question, *, seen: Collection[str] = ()) -> float:
    """In seconds, for reading and answering, without the texts in `seen`."""
    written = _WRITTEN_WORDS.get(question.type, 0) * (1 if question.required else 0.5)
    picks = 0
    if isinstance(question, Adjectives):
        picks = question.pick
    elif isinstance(question, Ranking):
        picks = 2 * len(question.choices)  # compared with the others and ranked
    return (
        sum(reading_seconds(text) for text in _texts(question) if text not in seen)
        + _DECIDING_SECONDS[question.type]
        + picks * _SECONDS_A_PICK
        + written * 60 / TYPING_WORDS_A_MINUTE
    )


def minutes(questions: Sequence[Question]) -> int:
    seconds = 0.0
    seen: set[str] = set()
    for question in questions:
        seconds += question_seconds(question, seen=seen) * (0.5 if question.when else 1)
        seen.update(_texts(question))
    return max(1, int(seconds / 60 + 0.5))


def _texts(question: Question) -> list[str]:
    options = [option for name in ("levels", "choices") for option in getattr(question, name, ())]
    shown = [
        getattr(option, name) for option in options for name in ("label", "example") if hasattr(option, name)
    ]
    ends = [getattr(question, name) for name in ("left", "right", "unit") if hasattr(question, name)]
    return [question.text, question.help, *shown, *ends]

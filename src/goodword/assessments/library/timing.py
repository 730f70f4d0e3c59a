"""How long a form of an instrument takes: reading each item, then deciding on the answer scale."""

from goodword.assessments.library.instrument import Instrument
from goodword.questionnaires.timing import reading_seconds

#: to weigh a sentence and press an answer; our assumption, until there are medians of real answers
DECIDING_SECONDS = 5


def minutes(instrument: Instrument, form: str) -> int:
    """Whole minutes for the instructions and all items of a form, to the nearest, at least one.

    Raises `FormError` for an unknown form.
    """
    items = instrument.items_of(form)
    seconds = reading_seconds(instrument.instructions) + sum(
        reading_seconds(item.text) + DECIDING_SECONDS for item in items
    )
    return max(1, int(seconds / 60 + 0.5))

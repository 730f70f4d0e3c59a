"""Numbers as people write them: with a decimal comma or point, with spaces between thousands, with the unit."""

import re
from decimal import Decimal

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext, ngettext

from goodword.core.text import clean_text
from goodword.questionnaires.incoming import AnswerError, unreadable
from goodword.questionnaires.types import Number

#: what lies beyond is a slip of the hand, and no longer told exactly
_CEILING = 10**12
_LONGEST = 60
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([.,'])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?")


def read_number(question: Number, raw: object) -> float | None:
    """The number, whole where no decimals are asked for; None if nothing was given.

    "7,5", "7.5" and "7.50 hours" are the same; "1 200" is 1200. "1,200" is so too where whole numbers are asked
    for; where decimals are, and both meanings fit, it is asked for again. Raises `AnswerError` with a sentence.
    """
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise unreadable()
    if isinstance(raw, str):
        text = _figures(raw, unit=question.unit)
        if not text:
            return None
        value = _value(text, question)
    else:
        # also false for what is no number at all
        value = _exact(raw) if abs(raw) < _CEILING else Decimal(_CEILING)
    if abs(value) >= _CEILING:
        raise AnswerError(gettext("This number is too large. Please check it."))
    _check_decimals(value, question)
    _check_bounds(value, question)
    return int(value) if question.decimals == 0 else float(value)


def in_words(value: float) -> str:
    """A number as the page's language writes it: 7.5, or 7,5."""
    return str(number_format(_exact(value)))


def _figures(raw: str, *, unit: str) -> str:
    """What was typed without its spaces and its unit; of a text that is far too long, enough to see that."""
    text = clean_text(raw[:_LONGEST], one_line=True).replace("\u2212", "-").replace("\u2019", "'")
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: -len(unit)]
    return "".join(text.split())


def _value(text: str, question: Number) -> Decimal:
    grouped = _GROUPED.fullmatch(text)
    plain = _PLAIN.fullmatch(text)
    if grouped and plain and question.decimals > 0:
        if question.decimals >= 3 and grouped[1] == get_format("DECIMAL_SEPARATOR"):
            return Decimal(text.replace(",", "."))
        raise AnswerError(
            gettext("“%(typed)s” is ambiguous. Please leave out the thousands separator.") % {"typed": text}
        )
    if grouped:
        separator = grouped[1]
        return Decimal(text.replace(separator, "").replace(",", "."))
    if plain:
        return Decimal(text.replace(",", "."))
    raise _not_read(decimals=question.decimals)


def _not_read(*, decimals: int) -> AnswerError:
    example = in_words(7.5) if decimals else "12"
    return AnswerError(gettext("Enter a number in figures, for example %(example)s.") % {"example": example})


def _check_decimals(value: Decimal, question: Number) -> None:
    if value == round(value, question.decimals):
        return
    if question.decimals == 0:
        raise AnswerError(gettext("Enter a whole number, without decimals."))
    sentence = ngettext(
        "Enter at most %(count)s digit after the decimal point.",
        "Enter at most %(count)s digits after the decimal point.",
        question.decimals,
    )
    raise AnswerError(sentence % {"count": question.decimals})


def _check_bounds(value: Decimal, question: Number) -> None:
    least, most = question.least, question.most
    if (least is None or value >= _exact(least)) and (most is None or value <= _exact(most)):
        return
    ends = {name: in_words(end) for name, end in (("least", least), ("most", most)) if end is not None}
    if most is None:
        raise AnswerError(gettext("Enter %(least)s or more.") % ends)
    if least is None:
        raise AnswerError(gettext("Enter %(most)s or less.") % ends)
    raise AnswerError(gettext("Enter a number from %(least)s to %(most)s.") % ends)


def _exact(value: float) -> Decimal:
    """The decimal that a number is written as: 0.1 and not what the machine makes of it, 5 and not 5.0."""
    exact = Decimal(str(value))
    whole = exact.to_integral_value()
    return whole if exact == whole else exact

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import get_format
from django.utils.translation import gettext, ngettext

from goodword.core.text import clean_text, too_long
from goodword.questionnaires.labels import exact, written_number
from goodword.questionnaires.types import LONGEST_COMMENT, Number

EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})")
_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
#: a larger number is a typing error, and a float can't represent it exactly
_CEILING = 10**12
_LONGEST = 60
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([.,'])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?")


class AnswerError(ValueError):
    """`part`: which part is wrong ("level", "from"), or "" for the whole answer. `more`: errors of other parts."""

    def __init__(self, sentence: str, *, part: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.part = part
        self.more: Sequence[AnswerError] = ()


def raise_all(problems: Sequence[AnswerError]) -> None:
    if problems:
        first, *first.more = problems
        raise first


def unreadable() -> AnswerError:
    """Return the error for input that our pages never send, such as a wrong type or an unknown choice."""
    return AnswerError(gettext("We couldn't read this answer. Please answer again."))


def parts(raw: object, *, alone: str) -> Mapping[str, object]:
    """The parts of an answer by name. A bare text or number is the part `alone`."""
    if raw is None:
        return {}
    if isinstance(raw, Mapping):
        return raw
    if isinstance(raw, str | int):
        return {alone: raw}
    raise unreadable()


def text_of(raw: object, *, longest: int, one_line: bool, part: str = "") -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise unreadable()
    text = clean_text(raw, one_line=one_line)
    if problem := too_long(text, longest):
        raise AnswerError(problem, part=part)
    return text


def comment_of(given: Mapping[str, object], *, asked: bool) -> str:
    if not asked:
        return ""
    return text_of(given.get("comment"), longest=LONGEST_COMMENT, one_line=False, part="comment")


def one_of(raw: object, allowed: Collection[str]) -> str:
    if raw is None or raw == "":
        return ""
    if not isinstance(raw, str) or raw not in allowed:
        raise unreadable()
    return raw


def read_month(raw: object, *, part: str) -> str | None:
    """Return "YYYY-MM" or None, from "2021-03" or `{"year": "2021", "month": "3"}`. Raises `AnswerError` about
    `part`."""
    found = _pieces(raw, _MONTH)
    if found is None:
        raise AnswerError(gettext("Enter the month and the year, for example 2021-03."), part=part)
    year, month = found["year"], found["month"]
    if not year and not month:
        return None
    if not month:
        raise AnswerError(gettext("Choose the month as well as the year."), part=part)
    if not year:
        raise AnswerError(gettext("Enter the year as well as the month."), part=part)
    return f"{_year(year, part=part):04d}-{_month(month, part=part):02d}"


def read_day(raw: object) -> str | None:
    """Return "YYYY-MM-DD" or None, from such a text or `{"year": "2021", "month": "3", "day": "4"}`. Raises
    `AnswerError`."""
    found = _pieces(raw, _DAY)
    if found is None:
        raise AnswerError(gettext("Enter the date as year, month and day, for example 2021-03-04."))
    if not any(found.values()):
        return None
    if not all(found.values()):
        raise AnswerError(gettext("Enter the full date: day, month and year."))
    year, month = _year(found["year"], part=""), _month(found["month"], part="")
    day = int(found["day"]) if re.fullmatch(r"[0-9]{1,2}", found["day"]) else 0
    if not 1 <= day <= 31:
        raise AnswerError(gettext("Enter the day as a number from 1 to 31."))
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise AnswerError(gettext("That date doesn't exist. Please check it.")) from None


def read_period(
    given: Mapping[str, object], *, this_month: str | None = None
) -> tuple[str, str | None] | None:
    """Read a period from "from", "to" and "ongoing". None if they are empty. Raises `AnswerError`, including for months
    after `this_month`."""
    ongoing = given.get("ongoing") is True or ("to" in given and given["to"] is None)
    found: dict[str, str | None] = {}
    problems: list[AnswerError] = []
    for part in ("from",) if ongoing else ("from", "to"):
        try:
            found[part] = read_month(given.get(part), part=part)
        except AnswerError as error:
            problems.append(error)
    if not problems and not any(found.values()) and given.get("ongoing") is not True:
        return None
    missing = {
        "from": gettext("Enter the first month, with the year."),
        "to": gettext("Enter the last month, with the year, or tick that it's ongoing."),
    }
    problems += [AnswerError(missing[part], part=part) for part, month in found.items() if month is None]
    first, last = found.get("from"), found.get("to")
    if this_month is not None and first and first > this_month:
        sentence = gettext("The first month is in the future. Please check it.")
        problems.append(AnswerError(sentence, part="from"))
    if first and last and last < first:
        problems.append(AnswerError(gettext("The last month is before the first month."), part="to"))
    elif this_month is not None and last and last > this_month:
        sentence = gettext("The last month is in the future. Please check it.")
        problems.append(AnswerError(sentence, part="to"))
    raise_all(problems)
    assert first is not None  # otherwise there is a problem
    return first, last


def _pieces(raw: object, form: re.Pattern[str]) -> Mapping[str, str] | None:
    """The groups of `form`, "" for missing ones; None if the input doesn't match."""
    if raw is None or raw == "":
        return dict.fromkeys(form.groupindex, "")
    if isinstance(raw, Mapping):
        return {name: str(raw.get(name) or "").strip() for name in form.groupindex}
    found = form.fullmatch(raw.strip()) if isinstance(raw, str) else None
    return found.groupdict() if found else None


def _year(typed: str, *, part: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", typed):
        raise AnswerError(gettext("Enter the year with four digits, for example 2021."), part=part)
    year = int(typed)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        years = {"first": EARLIEST_YEAR, "last": LATEST_YEAR}
        raise AnswerError(gettext("Enter a year from %(first)s to %(last)s.") % years, part=part)
    return year


def _month(typed: str, *, part: str) -> int:
    if not (re.fullmatch(r"[0-9]{1,2}", typed) and 1 <= int(typed) <= 12):
        raise AnswerError(gettext("Choose a month from January to December."), part=part)
    return int(typed)


def read_number(question: Number, raw: object) -> float | None:
    """Parse a number; None if empty. "7,5" and "7.50 hours" are equal, and "1 200" is 1200. "1,200" is ambiguous, so it
    is refused unless the question has no decimals. Raises `AnswerError`."""
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise unreadable()
    if isinstance(raw, str):
        text = _figures(raw, unit=question.unit)
        if not text:
            return None
        value = _number(text, question)
    else:
        # also false for NaN
        value = exact(raw) if abs(raw) < _CEILING else Decimal(_CEILING)
    if abs(value) >= _CEILING:
        raise AnswerError(gettext("This number is too large. Please check it."))
    _check_decimals(value, question)
    _check_bounds(value, question)
    return int(value) if question.decimals == 0 else float(value)


def _figures(raw: str, *, unit: str) -> str:
    text = clean_text(raw[:_LONGEST], one_line=True).replace("\u2212", "-").replace("\u2019", "'")
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: -len(unit)]
    return "".join(text.split())


def _number(text: str, question: Number) -> Decimal:
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
    example = written_number(7.5) if decimals else "12"
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
    if (least is None or value >= exact(least)) and (most is None or value <= exact(most)):
        return
    ends = {name: written_number(end) for name, end in (("least", least), ("most", most)) if end is not None}
    if most is None:
        raise AnswerError(gettext("Enter %(least)s or more.") % ends)
    if least is None:
        raise AnswerError(gettext("Enter %(most)s or less.") % ends)
    raise AnswerError(gettext("Enter a number from %(least)s to %(most)s.") % ends)

"""The words for answers that belong to the page, not to a questionnaire's own text.

Functions and not constants, because the language is known only when they are asked.
"""

from collections.abc import Mapping

from django.utils.dates import MONTHS
from django.utils.translation import gettext, ngettext, pgettext

from goodword.questionnaires.input_parsing import in_words

NOT_ABLE = "not_able"


def yes_no_unsure() -> Mapping[str, str]:
    """Value and label of each answer, in the order shown."""
    return {"yes": gettext("Yes"), "no": gettext("No"), "unsure": gettext("Not sure")}


def would_work_again() -> Mapping[str, str]:
    """Value and label of each answer, in the order shown."""
    return {
        "yes": gettext("Yes"),
        "yes_with_reservations": gettext("Yes, with reservations"),
        "no": gettext("No"),
        "prefer_not_to_say": gettext("I prefer not to say"),
    }


def agreement() -> Mapping[int, str]:
    """Level and label of each degree of agreement, from none to full."""
    return {
        1: gettext("Strongly disagree"),
        2: gettext("Disagree"),
        3: gettext("Neither agree nor disagree"),
        4: gettext("Agree"),
        5: gettext("Strongly agree"),
    }


def between(left: str, right: str) -> Mapping[int, str]:
    """Place and label of each of the five places between two statements, each whole without the others."""
    return {
        1: gettext("Much more like: %(statement)s") % {"statement": left},
        2: gettext("A little more like: %(statement)s") % {"statement": left},
        3: gettext("Both equally"),
        4: gettext("A little more like: %(statement)s") % {"statement": right},
        5: gettext("Much more like: %(statement)s") % {"statement": right},
    }


def between_words() -> Mapping[int, str]:
    """The five places in short, where the eye sees the statements at their ends."""
    return {
        1: pgettext("place between two statements", "Much more"),
        2: pgettext("place between two statements", "A little more"),
        3: pgettext("place between two statements", "Both equally"),
        4: pgettext("place between two statements", "A little more"),
        5: pgettext("place between two statements", "Much more"),
    }


def choose_exactly(count: int) -> str:
    """How many are to be picked."""
    return ngettext("Choose exactly %(count)s.", "Choose exactly %(count)s.", count) % {"count": count}


def choose_some(least: int, most: int, *, of: int) -> str:
    """How many of several choices may be chosen."""
    if least == most:
        return choose_exactly(least)
    if least > 1 and most < of:
        return gettext("Choose %(least)s to %(most)s.") % {"least": least, "most": most}
    if least > 1:
        return ngettext("Choose at least %(count)s.", "Choose at least %(count)s.", least) % {"count": least}
    if most < of:
        return ngettext("Choose at most %(count)s.", "Choose at most %(count)s.", most) % {"count": most}
    return gettext("Choose all that apply.")


def relationships() -> Mapping[str, str]:
    """Value and label of each relationship, as what the referee was to the candidate."""
    return {
        "manager": pgettext("relationship", "Manager"),
        "peer": pgettext("relationship", "Colleague"),
        "direct_report": pgettext("relationship", "Direct report"),
        "client": pgettext("relationship", "Client"),
        "teacher": pgettext("relationship", "Teacher"),
        "fellow_student": pgettext("relationship", "Fellow student"),
        "other": pgettext("relationship", "Other"),
    }


def relationships_as_asked() -> Mapping[str, str]:
    """The same as a referee is asked: what were you to them?"""
    return {
        "manager": gettext("Their manager"),
        "peer": gettext("A colleague"),
        "direct_report": gettext("Someone who reported to them"),
        "client": gettext("A client"),
        "teacher": gettext("A teacher"),
        "fellow_student": gettext("A fellow student"),
        "other": gettext("Something else"),
    }


def not_able() -> str:
    """The way past a rating."""
    return gettext("I cannot judge this")


def month(value: str) -> str:
    """ "2021-03" as "March 2021"."""
    year, number = value.split("-")
    return f"{MONTHS[int(number)]} {year}"


def day(value: str) -> str:
    """ "2021-03-04" as "4 March 2021"."""
    year, number, of_month = value.split("-")
    words = {"day": int(of_month), "month": MONTHS[int(number)], "year": year}
    return gettext("%(day)s %(month)s %(year)s") % words


def number(value: float, unit: str) -> str:
    """A number as the page's language writes it, with its unit: "7.5 hours"."""
    return f"{in_words(value)} {unit}".strip()


def period(from_month: str, to_month: str | None) -> str:
    """ "March 2021 to August 2023", or "since March 2021" while it goes on (`to_month` None), or a single month."""
    if to_month is None:
        return gettext("since %(month)s") % {"month": month(from_month)}
    if to_month == from_month:
        return month(from_month)
    return gettext("%(first)s to %(last)s") % {"first": month(from_month), "last": month(to_month)}

"""The words for answers that belong to the page, not to a questionnaire's own text.

Functions and not constants, because the language is known only when they are asked.
"""

from collections.abc import Mapping

from django.utils.dates import MONTHS
from django.utils.translation import gettext, pgettext

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


def period(from_month: str, to_month: str | None) -> str:
    """ "March 2021 to August 2023", or "since March 2021" while it goes on (`to_month` None)."""
    if to_month is None:
        return gettext("since %(month)s") % {"month": month(from_month)}
    return gettext("%(first)s to %(last)s") % {"first": month(from_month), "last": month(to_month)}

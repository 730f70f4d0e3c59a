"""Names for the referees that slots ask for, by relationship."""

from collections.abc import Sequence
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.questionnaires import labels
from goodword.references.models import Slot
from goodword.roles.slots import ANY


def one_referee(kind: str) -> str:
    """Name one referee as part of a sentence: "a manager of yours"."""
    return {
        "manager": _("a manager of yours"),
        "peer": _("a colleague"),
        "direct_report": _("somebody who reported to you"),
        "client": _("a client"),
        "teacher": _("a teacher"),
        "fellow_student": _("a fellow student"),
        ANY: _("somebody who knows your work"),
    }[kind]


def heading(kind: str) -> str:
    return {
        "manager": _("A manager of yours"),
        "peer": _("A colleague"),
        "direct_report": _("Somebody who reported to you"),
        "client": _("A client"),
        "teacher": _("A teacher"),
        "fellow_student": _("A fellow student"),
        ANY: _("Somebody who knows your work"),
    }[kind]


def for_member(kind: str) -> str:
    return _("Anybody who knows their work") if kind == ANY else labels.relationships()[kind]


def several_referees(kind: str, n: int) -> str:
    words = {
        "manager": ngettext("%(n)s manager of yours", "%(n)s managers of yours", n),
        "peer": ngettext("%(n)s colleague", "%(n)s colleagues", n),
        "direct_report": ngettext("%(n)s person who reported to you", "%(n)s people who reported to you", n),
        "client": ngettext("%(n)s client", "%(n)s clients", n),
        "teacher": ngettext("%(n)s teacher", "%(n)s teachers", n),
        "fellow_student": ngettext("%(n)s fellow student", "%(n)s fellow students", n),
        ANY: ngettext("%(n)s person who knows your work", "%(n)s people who know your work", n),
    }
    return words[kind] % {"n": n}


def requested_referees(slots: Sequence[Slot]) -> list[dict[str, object]]:
    """Group slots that aren't waived by kind. Each group has `words`, `needed` and `hint`."""
    asked = [slot for slot in slots if not slot.is_waived]
    grouped = groupby(asked, key=lambda slot: (slot.relationship, slot.needed, slot.hint))
    return [
        {"words": several_referees(kind, len(list(group))), "needed": needed, "hint": hint}
        for (kind, needed, hint), group in grouped
    ]

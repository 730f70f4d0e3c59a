"""What candidates will read of a reference check, as its settings stand: plain sentences."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.roles.domain.settings import CheckSettings
from goodword.roles.slots import SlotSetting, asked_for
from goodword.workspace.slot_lines import kinds


def in_sentences(settings: CheckSettings, *, minutes: int) -> list[str]:
    """In the order in which the candidate meets it."""
    return list(_sentences(settings, minutes))


def _sentences(settings: CheckSettings, minutes: int) -> Iterator[str]:
    total = asked_for(settings.slots)
    yield ngettext(
        "Please name %(n)s person who can say something about your work.",
        "Please name %(n)s people who can say something about your work.",
        total,
    ) % {"n": total}
    yield from (_line(slot) for slot in settings.slots)
    days, reminders = settings.deadline_days, len(settings.reminder_days)
    yield ngettext("You have %(n)s working day for that.", "You have %(n)s working days for that.", days) % {
        "n": days
    }
    yield _reminded(reminders)
    yield ngettext(
        "Each of them needs about %(n)s minute.", "Each of them needs about %(n)s minutes.", minutes
    ) % {"n": minutes}
    days = settings.referee_deadline_days
    yield ngettext(
        "They have %(n)s working day from our mail.", "They have %(n)s working days from our mail.", days
    ) % {"n": days}
    if settings.self_reference == "asked":
        yield _("You can answer the same questions about yourself.")
    elif settings.self_reference == "needed":
        yield _("We also need your own answers to the same questions about yourself.")
    yield (
        _("You may see their answers if you ask for them.")
        if settings.candidate_may_see
        else _("You see who has answered, never what.")
    )
    if settings.least is not None and settings.least < total:
        yield ngettext(
            "It is complete with %(n)s answer; the others are still welcome.",
            "It is complete with %(n)s answers; the others are still welcome.",
            settings.least,
        ) % {"n": settings.least}


def _line(slot: SlotSetting) -> str:
    values = {"n": slot.count, "kind": kinds()[slot.relationship], "hint": slot.hint}
    match bool(slot.needed), bool(slot.hint):
        case True, True:
            return _("%(n)s × %(kind)s, needed: %(hint)s") % values
        case True, False:
            return _("%(n)s × %(kind)s, needed") % values
        case False, True:
            return _("%(n)s × %(kind)s: %(hint)s") % values
    return _("%(n)s × %(kind)s") % values


def _reminded(number: int) -> str:
    if not number:
        return _("We will not remind you.")
    return ngettext("We remind you once at the most.", "We remind you %(n)s times at the most.", number) % {
        "n": number
    }

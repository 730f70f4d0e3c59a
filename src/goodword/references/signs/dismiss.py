"""A member dismisses a sign: they have looked, and say why it is nothing."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.references.models import Sign
from goodword.steps.signs.dismiss import LONGEST_NOTE, NoteWanted, checked_note, dismiss_locked

__all__ = ["LONGEST_NOTE", "NoteWanted", "dismiss"]


def dismiss(*, sign_id: int, member: Membership, note: str, now: datetime) -> Sign:
    """Dismiss a sign of the member's organisation, for good. Of two dismissals the first counts.

    Raises NoteWanted without a note or with one of more than LONGEST_NOTE characters, Sign.DoesNotExist for one
    that is not there any more.
    """
    said = checked_note(note)
    with transaction.atomic():
        sign = Sign.objects.of(member.organisation).select_for_update().get(pk=sign_id)
        dismiss_locked(sign, member=member, note=said, now=now, about={"check": sign.check_run_id})
    return sign

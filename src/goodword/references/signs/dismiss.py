"""A member dismisses a sign: they have looked, and say why it is nothing."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core.text import clean_text
from goodword.references.models import Sign

LONGEST_NOTE = 500


class NoteWanted(Exception):
    """The note is missing or too long."""


def dismiss(*, sign_id: int, member: Membership, note: str, now: datetime) -> Sign:
    """Dismiss a sign of the member's organisation, for good. Of two dismissals the first counts.

    Raises NoteWanted without a note or with one of more than LONGEST_NOTE characters, Sign.DoesNotExist for one
    that is not there any more.
    """
    said = clean_text(note)
    if not said or len(said) > LONGEST_NOTE:
        raise NoteWanted
    with transaction.atomic():
        sign = Sign.objects.of(member.organisation).select_for_update().get(pk=sign_id)
        if sign.dismissed_at is None:
            sign.dismissed_at, sign.dismissed_by, sign.dismissed_note = now, member, said
            sign.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_note"])
            write(
                organisation=member.organisation,
                action="sign.dismissed",
                member=member,
                now=now,
                details={"sign": sign.pk, "check": sign.check_run_id},
            )
    return sign

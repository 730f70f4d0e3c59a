"""A member dismisses a sign on an attempt."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.assessments.models import AttemptSign
from goodword.steps.signs.dismiss import checked_note, dismiss_locked


def dismiss(*, sign_id: int, member: Membership, note: str, now: datetime) -> AttemptSign:
    """Dismiss a sign of the member's organisation, for good. Of two dismissals the first counts.

    Raises NoteWanted without a note or with too long a one, AttemptSign.DoesNotExist for one that is not there any
    more.
    """
    said = checked_note(note)
    with transaction.atomic():
        sign = AttemptSign.objects.of(member.organisation).select_for_update().get(pk=sign_id)
        dismiss_locked(sign, member=member, note=said, now=now, about={"attempt": sign.attempt_id})
    return sign

"""Erase one referee at once: what they gave and what is kept of them. The candidate, and all else of the check, stay.

A check that is done stays done. In an open one what this referee answered counts no more, their place is free again,
and the candidate is asked for another; why is not told. Who asked not to be written to is still not written to: the
keyed hash of their address stays.
"""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core import erasure
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.mails import to_candidate
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import hold
from goodword.steps.states import takes_answers


def erase_referee(*, referee_id: int, by: str, now: datetime, member: Membership | None = None) -> bool:
    """Erase a referee through every app's holder. `by` says who ("referee", "member:3").

    False if there is nobody (any more): erased before, alone or with the candidate.
    """
    with transaction.atomic():
        place = (
            Referee.objects.across_organisations()
            .filter(pk=referee_id, erased_at=None)
            .values_list("check_run_id", "check_run__start__application_id")
            .first()
        )
        if place is None:
            return False
        application = hold(place[1])
        check = lock(Check, place[0])
        referee = Referee.objects.of(check.organisation).filter(pk=referee_id, erased_at=None).first()
        if referee is None:
            return False  # another was quicker
        counts = erasure.erase(
            erasure.Subject(
                organisation_id=check.organisation_id, application_ids=(), referee_ids=(referee_id,)
            ),
            now=now,
        )
        if referee.replaced_at is None and takes_answers(check, now=now) and not application.is_going:
            _ask_for_another(check.pk, referee_id, now=now)
        tell("referee.erased", check, by=by, at=now, referee_id=referee_id)
        write(
            organisation=check.organisation,
            action="referee.erased",
            member=member,
            actor="" if member else by,
            now=now,
            details={"referee": referee_id, "application": place[1], "counts": counts},
        )
        return True


def _ask_for_another(check_id: int, referee_id: int, *, now: datetime) -> None:
    check = lock(Check, check_id)  # as the erasing has left it
    settle_clock(check, now=now, asked_at=now)
    with translation.override(check.language):
        somebody = gettext("One of your referees")
    to_candidate(
        check,
        name="another",
        key=f"another:erased:{referee_id}",
        referee=somebody,
        address="",
        undeliverable=False,
        now=now,
    )

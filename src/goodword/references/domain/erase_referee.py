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
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.core import erasure
from goodword.core.sweep import each
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.decline import settle_declined
from goodword.references.domain.mails import to_candidate
from goodword.references.domain.recruiter_mails import to_recruiter_of_withdrawal
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee, Reference, ReferenceRequest
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import hold
from goodword.steps.states import takes_answers

#: `by` for a referee's own request
REFEREE = "referee"


def erase_referee(*, referee_id: int, by: str, now: datetime, member: Membership | None = None) -> bool:
    """Erase a referee's data in every app. `by`: who asked ("referee", "member:3").

    False if already erased, alone or with the candidate, or under a legal hold. Then a referee's own request is carried
    out once the hold is lifted, and they are not contacted any more.
    """
    with transaction.atomic():
        place = (
            Referee.objects.across_organisations()
            .filter(pk=referee_id, erased_at=None)
            .values_list("check_run_id", "check_run__step_request__application_id")
            .first()
        )
        if place is None:
            return False
        application = hold(place[1])
        check = lock(Check, place[0])
        referee = Referee.objects.of(check.organisation).filter(pk=referee_id, erased_at=None).first()
        if referee is None:
            return False  # another was quicker
        if hold_against_erasure(application) is not None:
            if by == REFEREE and referee.erasure_asked_at is None:
                _ask_later(check, referee, now=now)
            return False
        had_answered = Reference.objects.of(check.organisation).filter(request__referee=referee).exists()
        counts = erasure.erase(
            erasure.Subject(
                organisation_id=check.organisation_id, application_ids=(), referee_ids=(referee_id,)
            ),
            now=now,
        )
        if referee.replaced_at is None and takes_answers(check, now=now) and not application.is_going:
            _ask_for_another(check.pk, referee_id, now=now)
        if by == REFEREE and had_answered and not application.is_going:
            to_recruiter_of_withdrawal(check, referee_id=referee_id, now=now)
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


def erase_asked(*, now: datetime) -> int:
    """Erase referees who asked for it under a legal hold that has since been lifted. Returns how many."""
    asked = Referee.objects.across_organisations().filter(erased_at=None, erasure_asked_at__isnull=False)
    ids = list(asked.order_by("pk").values_list("pk", flat=True))
    return each(ids, lambda pk: erase_referee(referee_id=pk, by=REFEREE, now=now))


def _ask_later(check: Check, referee: Referee, *, now: datetime) -> None:
    referee.erasure_asked_at = now
    referee.save(update_fields=["erasure_asked_at"])
    request = ReferenceRequest.objects.of(check.organisation).filter(referee=referee).first()
    if request is not None and request.is_out:
        settle_declined(check, request, why=ReferenceRequest.Why.WOULD_RATHER_NOT, reason="", now=now)


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

"""Erasure of a single referee, on their own request or a member's."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.core import personal_data
from goodword.core.jobs import for_each
from goodword.references.domain.checks import update_check
from goodword.references.domain.mails import mail_candidate, mail_recruiter_withdrawal
from goodword.references.domain.requests import settle_declined
from goodword.references.models import Check, Referee, Reference, ReferenceRequest
from goodword.workflow.models import awaits_click, lock, lock_application, record_event, takes_answers

#: `by` for a referee's own request
REFEREE = "referee"


def erase_referee(*, referee_id: int, by: str, now: datetime, member: Membership | None = None) -> bool:
    """Erase a referee. `by`: "referee" or "member:3". Returns False if already erased, or if a legal hold delays the
    erasure."""
    with transaction.atomic():
        place = (
            Referee.objects.across_organisations()
            .filter(pk=referee_id, erased_at=None)
            .values_list("check_run_id", "check_run__step_request__application_id")
            .first()
        )
        if place is None:
            return False
        application = lock_application(place[1])
        check = lock(Check, place[0])
        referee = Referee.objects.of(check.organisation).filter(pk=referee_id, erased_at=None).first()
        if referee is None:
            return False  # erased in the meantime
        if hold_against_erasure(application) is not None:
            if by == REFEREE and referee.erasure_asked_at is None:
                _ask_later(check, referee, now=now)
            return False
        had_answered = Reference.objects.of(check.organisation).filter(request__referee=referee).exists()
        counts = personal_data.erase(
            personal_data.Subject(
                organisation_id=check.organisation_id, application_ids=(), referee_ids=(referee_id,)
            ),
            now=now,
        )
        if referee.replaced_at is None and takes_answers(check, now=now) and not application.is_being_erased:
            _ask_for_another(check.pk, referee_id, now=now)
        if by == REFEREE and had_answered and not application.is_being_erased:
            mail_recruiter_withdrawal(check, referee_id=referee_id, now=now)
        record_event("referee.erased", check, by=by, at=now, referee_id=referee_id)
        write(
            organisation=check.organisation,
            action="referee.erased",
            member=member,
            actor="" if member else by,
            now=now,
            details={"referee": referee_id, "application": place[1], "counts": counts},
        )
        return True


def erase_referee_again(*, referee: Referee, now: datetime) -> bool:
    """Repeat an erasure in a restored backup that was made before it. Sends no mail. Returns False if the referee is
    already erased."""
    if referee.erased_at is not None:
        return False
    with transaction.atomic():
        application = lock_application(referee.check_run.step_request.application_id)
        check = lock(Check, referee.check_run_id)
        counts = personal_data.erase(
            personal_data.Subject(
                organisation_id=check.organisation_id, application_ids=(), referee_ids=(referee.pk,)
            ),
            now=now,
        )
        record_event("referee.erased", check, by="goodword", at=now, referee_id=referee.pk)
        write(
            organisation=check.organisation,
            action="referee.erased",
            actor="goodword",
            now=now,
            details={"referee": referee.pk, "application": application.pk, "counts": counts},
        )
        return True


def erase_asked(*, now: datetime) -> int:
    """Erase referees whose request waited for a legal hold that has been lifted. Returns how many."""
    asked = Referee.objects.across_organisations().filter(erased_at=None, erasure_asked_at__isnull=False)
    ids = list(asked.order_by("pk").values_list("pk", flat=True))
    return for_each(ids, lambda pk: erase_referee(referee_id=pk, by=REFEREE, now=now))


def _ask_later(check: Check, referee: Referee, *, now: datetime) -> None:
    referee.erasure_asked_at = now
    referee.save(update_fields=["erasure_asked_at"])
    request = ReferenceRequest.objects.of(check.organisation).filter(referee=referee).first()
    if request is not None and request.is_out:
        settle_declined(check, request, why=ReferenceRequest.Why.WOULD_RATHER_NOT, reason="", now=now)


def _ask_for_another(check_id: int, referee_id: int, *, now: datetime) -> None:
    check = lock(Check, check_id)  # the erasure has changed it
    if awaits_click(check):
        update_check(check, now=now)
        return
    update_check(check, now=now, asked_at=now)
    with translation.override(check.language):
        somebody = gettext("One of your referees")
    mail_candidate(
        check,
        name="another",
        key=f"another:erased:{referee_id}",
        referee=somebody,
        address="",
        undeliverable=False,
        now=now,
    )

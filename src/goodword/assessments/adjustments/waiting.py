"""Requests that wait for a member's answer. Only they see them: on their Home, without the hiring team."""

from django.db.models import OuterRef, QuerySet, Subquery

from goodword.accounts.models import Membership
from goodword.assessments.adjustments.mails import ASKED
from goodword.assessments.models import Adjustment
from goodword.notifications.models import Email, Link
from goodword.workflow.models import UNFINISHED


def waiting_for(member: Membership) -> QuerySet[Adjustment]:
    mails = Email.objects.of(member.organisation).filter(
        kind=ASKED, link_purpose=Link.Purpose.ADJUSTMENT, link_subject_id=OuterRef("pk")
    )
    return (
        Adjustment.objects.of(member.organisation)
        .annotate(reader=Subquery(mails.order_by("-pk").values("to_address")[:1]))
        .filter(
            reader__same_address=member.user.email,
            state=Adjustment.State.ASKED,
            attempt__progress__in=UNFINISHED,
            attempt__closed_at=None,
            attempt__step_request__application__deleted_at=None,
            attempt__step_request__application__erased_at=None,
        )
    )

from datetime import datetime

from django.db.models import Model, QuerySet

from goodword.assessments.adjustments.mails import subject_ref_of
from goodword.assessments.models import (
    Adjustment,
    Answer,
    Attempt,
    AttemptFlag,
    AttemptPart,
    DrawnItem,
    IssuedTotal,
    Marking,
    Observation,
    Score,
    Upload,
    Verification,
)
from goodword.core.erasure import Counts, Subject, erases
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.workflow.erasure import close_runs


@erases(
    "assessments.Attempt",
    "assessments.AttemptPart",
    "assessments.Answer",
    "assessments.DrawnItem",
    "assessments.Upload",
    "assessments.Marking",
    "assessments.Score",
    "assessments.IssuedTotal",
    "assessments.Observation",
    "assessments.AttemptFlag",
    "assessments.Adjustment",
    "assessments.Verification",
)
def erase(subject: Subject, now: datetime) -> Counts:
    """Locks the attempts, so no answer arrives concurrently."""
    attempts = close_runs(Attempt, subject.application_ids, now=now)
    of_parts = {"part__attempt__in": attempts}
    asked = Adjustment.objects.across_organisations().filter(attempt__in=attempts)
    counts = {
        "answers": _delete(Answer.objects.across_organisations().filter(**of_parts)),
        "drawn items": _delete(DrawnItem.objects.across_organisations().filter(**of_parts)),
        "files": _delete(Upload.objects.across_organisations().filter(**of_parts)),
        "markings": _delete(Marking.objects.across_organisations().filter(**of_parts)),
        "scores": _delete(Score.objects.across_organisations().filter(**of_parts)),
        "totals": _delete(IssuedTotal.objects.across_organisations().filter(attempt__in=attempts)),
        "observations": _delete(Observation.objects.across_organisations().filter(**of_parts)),
        "flags": _delete(AttemptFlag.objects.across_organisations().filter(attempt__in=attempts)),
    }
    _forget(asked)
    counts["verifications"] = _forget_verifications(attempts)
    AttemptPart.objects.across_organisations().filter(attempt__in=attempts).update(
        device="", seconds=None, ends_at=None, seen_at=None, shown_at=None, breaks=0, seed=None
    )
    return counts


def _forget(asked: QuerySet[Adjustment]) -> None:
    mails = Email.objects.across_organisations().filter(
        subject_ref__in=[subject_ref_of(one) for one in asked]
    )
    links.forget(purpose=Link.Purpose.ADJUSTMENT, subject_ids=[one.pk for one in asked])
    _delete(Link.objects.across_organisations().filter(email__in=mails))
    _delete(mails)
    _delete(asked)


def _forget_verifications(attempts: list[Attempt]) -> int:
    rows = Verification.objects.across_organisations().filter(part__attempt__in=attempts)
    links.forget(purpose=Link.Purpose.VERIFICATION, subject_ids=[row.pk for row in rows])
    return _delete(rows)


def _delete[M: Model](rows: QuerySet[M]) -> int:
    return rows.delete()[0]

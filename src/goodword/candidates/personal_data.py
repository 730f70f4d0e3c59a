"""Erasure and export of candidates, and of the events of their applications. Their own copies omit status, stage and
reason, so that nobody learns of a rejection through Goodword."""

from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from goodword.candidates.models import Application, Candidate, Erasure, Hold, PerformanceRating, public_title
from goodword.core.models import Event
from goodword.core.personal_data import (
    Counts,
    ExportReader,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)

#: events shown without a time, since it would reveal the duration, and so any extra time granted
DAY_ONLY: Final = frozenset({"attempt.begun", "attempt.verification_completed"})
BLANK: dict[str, object] = {
    "first_name": "",
    "last_name": "",
    "preferred_name": "",
    "confirmed_name": "",
    "email": "",
    "company": "",
    "title": "",
    "language": "",
    "chosen_language": "",
    "can_email": False,
}


@erases(
    "candidates.Candidate",
    "candidates.Application",
    "candidates.Erasure",
    "candidates.Hold",
    "candidates.PerformanceRating",
)
def erase(subject: Subject, now: datetime) -> Counts:
    """Blank the personal columns. Rows and ids stay for events, counts and later deliveries about the person."""
    applications = Application.objects.across_organisations().filter(pk__in=subject.application_ids)
    blanked = applications.filter(erased_at=None).update(
        rejection_reason="",
        recruiter_remote_id=None,
        recruiter_name="",
        recruiter_email="",
        erased_at=now,
    )
    # free text by a member
    Erasure.objects.across_organisations().filter(application_id__in=subject.application_ids).update(
        cancelled_because=""
    )
    ratings = PerformanceRating.objects.across_organisations().filter(
        application_id__in=subject.application_ids
    )
    counts = {"applications": blanked, "ratings": ratings.delete()[0]}
    if subject.candidate_id is None:
        return counts
    Erasure.objects.across_organisations().filter(candidate_id=subject.candidate_id).update(
        cancelled_because=""
    )
    own = Q(candidate_id=subject.candidate_id) | Q(candidate__merged_into_id=subject.candidate_id)
    Hold.objects.across_organisations().filter(own).update(reason="")
    people = Candidate.objects.across_organisations().filter(pk=subject.candidate_id)
    return counts | {"people": people.filter(erased_at=None).update(**BLANK, erased_at=now)}


@erases("core.Event")
def erase_events(subject: Subject, now: datetime) -> Counts:
    del now
    rejections = Event.objects.filter(
        application_id__in=subject.application_ids, name="application.rejected"
    ).exclude(data={})
    return {"rejection reasons": rejections.update(data={})}


#: only in the copy that candidates download, since members have no access to individual ratings
RATINGS: Final = "ratings after the start"


@exports(
    "candidates.Candidate",
    "candidates.Application",
    "candidates.Erasure",
    "candidates.Hold",
    "candidates.PerformanceRating",
)
def export(wanted: ExportRequest) -> Sections:
    if wanted.candidate_id is None:
        return {}
    candidate = Candidate.objects.of(wanted.organisation).get(pk=wanted.candidate_id)
    applications = (
        Application.objects.of(wanted.organisation)
        .filter(candidate=candidate, pk__in=wanted.application_ids)
        .select_related("role")
        .order_by("pk")
    )
    data: dict[str, Any] = {
        "person": _person(candidate, wanted),
        "applications": [_application(application, wanted) for application in applications],
    }
    if wanted.reader == ExportReader.CANDIDATE:
        data[RATINGS] = _ratings(wanted)
    if wanted.by_member:
        own = Q(candidate=candidate) | Q(candidate__merged_into=candidate)
        of_one = Q(application_id__in=wanted.application_ids)
        erasures = Erasure.objects.of(wanted.organisation).filter(own | of_one)
        holds = Hold.objects.of(wanted.organisation).filter(own)
        data["erasures"] = [_erasure(erasure) for erasure in erasures.order_by("pk")]
        data["legal holds"] = [_hold(hold) for hold in holds.order_by("pk")]
    return data


def _person(candidate: Candidate, wanted: ExportRequest) -> dict[str, Any]:
    data: dict[str, Any] = {
        "first name": candidate.first_name,
        "last name": candidate.last_name,
        "preferred name": candidate.preferred_name,
        "e-mail address": candidate.email,
        "company": candidate.company,
        "job title": candidate.title,
        "language": candidate.chosen_language or candidate.language,
        "from": "Greenhouse" if candidate.in_greenhouse else "a member of the organisation",
        "stored since": candidate.created_at,
        "last synced": candidate.synced_at,
    }
    if wanted.by_member:
        data |= {
            "may be e-mailed": candidate.can_email,
            "private": candidate.private,
            "id in Greenhouse": candidate.remote_id,
        }
    return without_empty(data)


def _application(application: Application, wanted: ExportRequest) -> dict[str, Any]:
    data: dict[str, Any] = {"applied": application.applied_at}
    if not wanted.by_member:
        return without_empty({"role": public_title(application), **data})
    return without_empty(
        {
            "role": application.role.title if application.role else "",
            **data,
            "state": application.status,
            "stage": application.stage_name,
            "in this stage since": application.stage_entered_at,
            "rejected": application.rejected_at,
            "rejection reason": application.rejection_reason,
            "hired": application.hired_at,
            "recruiter": application.recruiter_name,
            "recruiter's e-mail address": application.recruiter_email,
            "id in Greenhouse": application.remote_id,
            "not visible in Greenhouse since": application.not_visible_since,
            "stored since": application.created_at,
        }
    )


def _ratings(wanted: ExportRequest) -> list[dict[str, Any]]:
    """The ratings that count, without the rater."""
    rows = PerformanceRating.objects.of(wanted.organisation).filter(
        application_id__in=wanted.application_ids, of__confirmed_at__isnull=False
    )
    return [
        without_empty(
            {
                "rated": row.rated_on,
                "criterion": row.criterion,
                "rating": row.value,
                "lowest possible": row.of.lowest,
                "highest possible": row.of.highest,
            }
        )
        for row in rows.select_related("of").order_by("rated_on", "pk")
    ]


def _hold(hold: Hold) -> dict[str, Any]:
    return without_empty(
        {"ground": hold.ground, "reason": hold.reason, "placed": hold.placed_at, "lifted": hold.lifted_at}
    )


def _erasure(erasure: Erasure) -> dict[str, Any]:
    return without_empty(
        {
            "reason": erasure.reason,
            "requested": erasure.requested_at,
            "due": erasure.due_at,
            "cancelled": erasure.cancelled_at,
            "kept because": erasure.cancelled_because,
        }
    )


@exports("core.Event")
def export_events(wanted: ExportRequest) -> Sections:
    """Export the timeline, but only for the organisation, since it contains stages and rejections."""
    if not wanted.by_member:
        return {}
    events = Event.objects.filter(
        organisation_id=wanted.organisation.pk, application_id__in=wanted.application_ids
    )
    return {
        "timeline": [
            without_empty({"at": _at(event), "what": event.name, "by": event.actor, "details": event.data})
            for event in events.order_by("occurred_at", "pk")
        ]
    }


def _at(event: Event) -> date:
    return timezone.localdate(event.occurred_at) if event.name in DAY_ONLY else event.occurred_at

"""Erasure of a person's data or of one application. Steps close at once (`erasure.requested`); data is erased when
due."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.core import personal_data
from goodword.core.events import record

#: delay after a deletion in Greenhouse, since a merge can look like one
WAIT = timedelta(days=7)
Reason = Erasure.Reason
#: reasons that a person decided on; data that Greenhouse still shows doesn't cancel these
BY_PEOPLE = (Reason.MEMBER, Reason.CANDIDATE)


def request_erasure(
    *,
    of: Candidate | Application,
    reason: Reason,
    now: datetime,
    by: str,
    member: Membership | None = None,
    due_at: datetime | None = None,
) -> Erasure:
    """Request an erasure in the caller's transaction, by default in seven days. A second request can only bring it
    forward, or make it a person's decision. If the person has been merged, the request is for the profile that has
    their applications."""
    candidate, applications = lock_person(of.candidate_id if isinstance(of, Application) else of.pk)
    if isinstance(of, Candidate) and candidate.merged_into_id is not None:
        candidate, applications = lock_person(candidate.merged_into_id)
        of = candidate
    whole = isinstance(of, Candidate)
    wanted = (
        {"candidate": candidate, "application": None} if whole else {"candidate": None, "application": of}
    )
    due = due_at or now + WAIT
    known = pending(of).first()
    if known is not None:
        known.due_at = min(due, known.due_at)
        if reason in BY_PEOPLE and known.reason not in BY_PEOPLE:
            known.reason, known.requested_by = reason, member
        known.save(update_fields=["due_at", "reason", "requested_by"])
        return known
    erasure = Erasure.objects.create(
        organisation_id=candidate.organisation_id,
        **wanted,
        reason=reason,
        requested_by=member,
        requested_at=now,
        due_at=due,
    )
    for application in _concerned(erasure, applications):
        _close(application, erasure, by=by, now=now)
    return erasure


def close_new_applications(candidate: Candidate, *, now: datetime, by: str) -> None:
    """Close applications that were added after the person or a member had requested the erasure. The person must be
    locked."""
    erasure = pending(candidate).filter(reason__in=BY_PEOPLE).first()
    if erasure is None:
        return
    _, applications = lock_person(candidate.pk)
    for application in _concerned(erasure, applications):
        if application.erasure_requested_at is None:
            _close(application, erasure, by=by, now=now)


def _close(application: Application, erasure: Erasure, *, by: str, now: datetime) -> None:
    application.erasure_requested_at = application.erasure_requested_at or now
    application.save(update_fields=["erasure_requested_at"])
    _record("erasure.requested", erasure, application, by=by, now=now)


def cancel_erasure(
    erasure: Erasure, *, because: str, now: datetime, by: str, member: Membership | None = None
) -> bool:
    """Cancel an erasure in the caller's transaction. Returns False if already done or cancelled. `because`: a
    sentence."""
    candidate, applications = lock_person(candidate_id_of(erasure))
    erasure.refresh_from_db(from_queryset=Erasure.objects.across_organisations())
    if erasure.done_at is not None or erasure.cancelled_at is not None:
        return False
    erasure.cancelled_at, erasure.cancelled_because, erasure.cancelled_by = now, because[:300], member
    erasure.save(update_fields=["cancelled_at", "cancelled_because", "cancelled_by"])
    still = pending(candidate).exists()
    for application in _concerned(erasure, applications):
        if still or application.erasure_requested_at is None or pending(application).exists():
            continue
        application.erasure_requested_at = None
        application.save(update_fields=["erasure_requested_at"])
        _record("erasure.cancelled", erasure, application, by=by, now=now)
    return True


def pending(of: Candidate | Application) -> QuerySet[Erasure]:
    who = Q(candidate=of) if isinstance(of, Candidate) else Q(application=of)
    return Erasure.objects.across_organisations().filter(who, done_at=None, cancelled_at=None)


def carry_out_erasure(*, erasure_id: int, now: datetime, member: Membership | None = None) -> bool:
    """Erase the data in every app. Returns False if that was done or cancelled before, or if a legal hold stops it."""
    with transaction.atomic():
        erasure = (
            Erasure.objects.across_organisations().select_related("application").filter(pk=erasure_id).first()
        )
        if erasure is None:
            return False
        candidate, applications = lock_person(candidate_id_of(erasure))
        if hold_against_erasure(erasure.application or candidate) is not None:
            return False
        # erasures are only written under the person's lock
        erasure.refresh_from_db(from_queryset=Erasure.objects.across_organisations())
        if erasure.done_at is not None or erasure.cancelled_at is not None:
            return False
        _carry_out(erasure, candidate, applications, now=now, member=member)
        return True


def erase_person_again(*, of: Candidate | Application, now: datetime) -> bool:
    """In a restored database, repeat an erasure that was carried out after the backup. Ignores holds, since they had
    been lifted by then. Returns False if already erased."""
    if of.erased_at is not None:
        return False
    with transaction.atomic():
        erasure = request_erasure(of=of, reason=Reason.MEMBER, now=now, by="goodword", due_at=now)
        candidate, applications = lock_person(candidate_id_of(erasure))
        _carry_out(erasure, candidate, applications, now=now, member=None)
        return True


def _carry_out(
    erasure: Erasure,
    candidate: Candidate,
    applications: list[Application],
    *,
    now: datetime,
    member: Membership | None,
) -> None:
    whole = erasure.application_id is None
    going = [application for application in applications if whole or application.pk == erasure.application_id]
    counts = personal_data.erase(subject(candidate, going, whole=whole), now=now)
    _done(erasure, going, counts=counts, now=now)
    by = f"member:{member.pk}" if member else "goodword"
    for application in going:
        record(
            "erasure.done",
            organisation_id=erasure.organisation_id,
            application_id=application.pk,
            actor=by,
            at=now,
            data={"erasure_id": erasure.pk, "reason": erasure.reason},
        )
    write(
        organisation=candidate.organisation,
        action="person.erased" if whole else "application.erased",
        member=member,
        now=now,
        details={
            "candidate": candidate.pk,
            "applications": [application.pk for application in going],
            "erasure": erasure.pk,
            "counts": counts,
        },
    )


def subject(candidate: Candidate, applications: list[Application], *, whole: bool) -> personal_data.Subject:
    remote = {candidate.remote_id, *candidate.merged.values_list("remote_id", flat=True)} if whole else set()
    return personal_data.Subject(
        organisation_id=candidate.organisation_id,
        application_ids=tuple(application.pk for application in applications),
        candidate_id=candidate.pk if whole else None,
        connection_id=candidate.connection_id,
        remote_application_ids=tuple(
            sorted(application.remote_id for application in applications if application.remote_id)
        ),
        remote_candidate_ids=tuple(sorted(remote_id for remote_id in remote if remote_id)),
    )


def _done(
    erasure: Erasure, applications: list[Application], *, counts: Mapping[str, int], now: datetime
) -> None:
    erasure.counts = dict(counts)
    erasure.save(update_fields=["counts"])
    rows = Erasure.objects.across_organisations().filter(done_at=None, cancelled_at=None)
    rows.filter(pk=erasure.pk).update(done_at=now)
    rows.filter(application__in=applications).update(done_at=now)


def candidate_id_of(erasure: Erasure) -> int:
    if erasure.candidate_id is not None:
        return erasure.candidate_id
    assert erasure.application is not None  # by a constraint of the table
    return erasure.application.candidate_id


def _concerned(erasure: Erasure, applications: Iterable[Application]) -> list[Application]:
    return [
        application
        for application in applications
        if application.erased_at is None
        and (erasure.application_id is None or erasure.application_id == application.pk)
    ]


def _record(name: str, erasure: Erasure, application: Application, *, by: str, now: datetime) -> None:
    record(
        name,
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor=by,
        at=now,
        data={"erasure_id": erasure.pk, "reason": erasure.reason},
    )

"""That a person's data, or one application's, is to go: asked for, and cancelled.

What is asked for closes at once, by reactions to `erasure.asked` that find the application *going*; the data goes
when the erasure is due (candidates.domain.carry_out). Cancelling opens again what that closed, and sends nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.candidates.domain.person import hold_person
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.core.events import record

#: a merge can look like a deletion, so the data is kept for so long after a deletion was said
WAIT = timedelta(days=7)

Reason = Erasure.Reason
#: what somebody decided: whatever Greenhouse still shows takes none of it back
BY_PEOPLE = (Reason.MEMBER, Reason.CANDIDATE)


def ask_erasure(
    *,
    of: Candidate | Application,
    reason: Reason,
    now: datetime,
    by: str,
    member: Membership | None = None,
    due_at: datetime | None = None,
) -> Erasure:
    """Ask for a whole person or one application to be erased, in the caller's transaction.

    Due in seven days unless said otherwise. Asked twice it is one erasure, due at the earlier moment.
    """
    candidate, applications = hold_person(of.candidate_id if isinstance(of, Application) else of.pk)
    whole = isinstance(of, Candidate)
    wanted = (
        {"candidate": candidate, "application": None} if whole else {"candidate": None, "application": of}
    )
    due = due_at or now + WAIT
    known = pending(of).first()
    if known is not None:
        if due < known.due_at:
            known.due_at = due
            known.save(update_fields=["due_at"])
        return known
    erasure = Erasure.objects.create(
        organisation_id=candidate.organisation_id,
        **wanted,
        reason=reason,
        asked_by=member,
        said_at=now,
        due_at=due,
    )
    for application in _concerned(erasure, applications):
        application.deleted_at = application.deleted_at or now
        application.save(update_fields=["deleted_at"])
        _record("erasure.asked", erasure, application, by=by, now=now)
    return erasure


def cancel_erasure(
    erasure: Erasure, *, because: str, now: datetime, by: str, member: Membership | None = None
) -> bool:
    """Keep the data after all, in the caller's transaction; `because` says why, in a sentence.

    False if it is done or was cancelled before.
    """
    candidate, applications = hold_person(person_of(erasure))
    erasure.refresh_from_db(from_queryset=Erasure.objects.across_organisations())
    if erasure.done_at is not None or erasure.cancelled_at is not None:
        return False
    erasure.cancelled_at, erasure.cancelled_because, erasure.cancelled_by = now, because[:300], member
    erasure.save(update_fields=["cancelled_at", "cancelled_because", "cancelled_by"])
    still = pending(candidate).exists()
    for application in _concerned(erasure, applications):
        if still or application.deleted_at is None or pending(application).exists():
            continue
        application.deleted_at = None
        application.save(update_fields=["deleted_at"])
        _record("erasure.cancelled", erasure, application, by=by, now=now)
    return True


def pending(of: Candidate | Application) -> QuerySet[Erasure]:
    """The erasures of just this person, or just this application, that are neither done nor cancelled."""
    who = Q(candidate=of) if isinstance(of, Candidate) else Q(application=of)
    return Erasure.objects.across_organisations().filter(who, done_at=None, cancelled_at=None)


def person_of(erasure: Erasure) -> int:
    """The id of the person whom it is about, also where only one of their applications goes."""
    if erasure.candidate_id is not None:
        return erasure.candidate_id
    assert erasure.application is not None  # a constraint of the table
    return erasure.application.candidate_id


def _concerned(erasure: Erasure, applications: Iterable[Application]) -> list[Application]:
    """Those of the person's applications that go with it, but not those that are gone already."""
    return [
        one
        for one in applications
        if one.erased_at is None and (erasure.application_id is None or erasure.application_id == one.pk)
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

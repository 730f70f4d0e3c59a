"""Recording the outcome of posting a note, in one transaction with its event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goodword.candidates.models import Application
from goodword.core import outbox
from goodword.core.events import record
from goodword.greenhouse.client import (
    AddressRefused,
    Forbidden,
    HarvestError,
    RateLimited,
    Unauthorised,
    Unavailable,
    UnexpectedShape,
)
from goodword.greenhouse.models import ActivityFeedNote, Connection

FailureReason = ActivityFeedNote.FailureReason
#: failed, or with duplicates that no member has acknowledged; same condition as the index note_needs_person
NOTE_NEEDS_PERSON = Q(state=ActivityFeedNote.State.FAILED) | (
    ~Q(duplicate_remote_ids=[]) & Q(duplicates_seen_at=None)
)

#: longer than the client waits for a response, so a pending write has either arrived or failed
UNKNOWN_WAIT = timedelta(minutes=2)

#: delays before each search for duplicates, when an earlier attempt had an unknown outcome
DUPLICATE_SEARCHES = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1))

#: delays after a refusal for lack of a permission, which is often granted soon; after the last one the note fails
REFUSED_WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 40))

#: a claim older than this belongs to a dead worker
INTERRUPTED_AFTER = timedelta(minutes=5)

SUPERSEDED = "A newer report's note is on the Activity Feed."

INTERRUPTED = "Posting was interrupted several times. Check on the Activity Feed whether the note is there."


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedNote:
    remote_id: int
    author_id: int | None
    duplicates: Sequence[int] = ()


def record_posted(note: ActivityFeedNote, posted: PostedNote, *, now: datetime) -> None:
    """Settle the note as sent, and search for duplicates later if the outcome of an earlier attempt is unknown."""
    with transaction.atomic():
        outbox.settle_sent(
            note,
            now=now,
            remote_id=posted.remote_id,
            author_remote_id=posted.author_id,
            failure_reason=FailureReason.NONE,
            search_duplicates_at=now + DUPLICATE_SEARCHES[0] if note.outcome_unknown else None,
            outcome_unknown=False,
        )
        if note.state != ActivityFeedNote.State.SENT:  # another worker has claimed it and will find the note
            return
        # an erasure in the meantime has ended all searches
        if note.search_duplicates_at is not None and _is_erased(note):
            note.search_duplicates_at = None
            note.save(update_fields=["search_duplicates_at"])
        Connection.objects.across_organisations().filter(pk=note.connection_id).update(writing_tested_at=now)
        _record("note.posted", note, now=now, remote_id=posted.remote_id)
        _drop_failed_older(note, now=now)
        if posted.duplicates:
            record_duplicates(note, posted.duplicates, now=now)


def _is_erased(note: ActivityFeedNote) -> bool:
    applications = Application.objects.of(note.organisation).filter(erased_at__isnull=False)
    return (
        note.report is not None and applications.filter(pk=note.report.step_request.application_id).exists()
    )


def others_of_step(note: ActivityFeedNote) -> QuerySet[ActivityFeedNote]:
    """The notes about other reports of the same step request."""
    rows = ActivityFeedNote.objects.of(note.organisation).exclude(pk=note.pk)
    return rows.filter(report__step_request=note.report.step_request_id) if note.report else rows.none()


def _drop_failed_older(note: ActivityFeedNote, *, now: datetime) -> None:
    """Drop failed notes about earlier reports of the step, unless they may be on the feed."""
    if note.report is None:
        return
    failed = others_of_step(note).filter(
        state=ActivityFeedNote.State.FAILED, outcome_unknown=False, report__lt=note.report_id
    )
    for older in failed.select_for_update(of=("self",), no_key=True).order_by("-report_id"):
        older.state, older.last_error, older.settled_at = ActivityFeedNote.State.CANCELLED, SUPERSEDED, now
        older.save(update_fields=["state", "last_error", "settled_at"])
        _record("note.superseded", older, now=now)


def record_duplicates(note: ActivityFeedNote, remote_ids: Sequence[int], *, now: datetime) -> None:
    """Add newly found duplicates. The caller's transaction must have locked or just written the row."""
    new = sorted(set(remote_ids) - {*note.duplicate_remote_ids, note.remote_id})
    if not new:
        return
    note.duplicate_remote_ids = [*note.duplicate_remote_ids, *new]
    note.duplicates_seen_at = None
    note.save(update_fields=["duplicate_remote_ids", "duplicates_seen_at"])
    _record("note.duplicated", note, now=now, notes=1 + len(note.duplicate_remote_ids))


def fail(note: ActivityFeedNote, *, error: str, reason: str, now: datetime) -> None:
    """Mark the note as failed, so a member has to act. `error` tells them what happened and what to do."""
    with transaction.atomic():
        outbox.settle_failed(note, now=now, error=error, failure_reason=reason)
        if note.state == ActivityFeedNote.State.FAILED:
            _record("note.needs_attention", note, now=now)


def retry_after_refusal(note: ActivityFeedNote, *, error: str, reason: str, now: datetime) -> None:
    """Retry for about an hour, then fail. A test note fails at once, since a member is waiting for it."""
    if note.report is None or note.refusals >= len(REFUSED_WAITS):
        fail(note, error=error, reason=reason, now=now)
        return
    wait = max(REFUSED_WAITS[note.refusals], UNKNOWN_WAIT if note.outcome_unknown else timedelta(0))
    outbox.settle_later(note, error=error, at=now + wait, refusals=note.refusals + 1, failure_reason=reason)


def drop_superseded(note: ActivityFeedNote, *, now: datetime) -> None:
    with transaction.atomic():
        if outbox.settle_cancelled(note, now=now, error=SUPERSEDED):
            _record("note.superseded", note, now=now)


def wait_without_counting(note: ActivityFeedNote, *, error: str, now: datetime, wait: timedelta) -> None:
    """Requeue the note without counting an attempt: nothing was sent, and a busy hour must not make the note fail."""
    wait = max(wait, timedelta(seconds=1))
    outbox.settle_later(note, error=error, at=now + wait, attempts=note.attempts - 1)


def retry_later(note: ActivityFeedNote, *, error: str, now: datetime, unknown: bool) -> None:
    """Retry after the next delay. Once set, `outcome_unknown` stays set: that write may still reach the feed."""
    delay = outbox.RETRY_DELAYS[min(note.counted_attempts, len(outbox.RETRY_DELAYS)) - 1]
    unknown = unknown or note.outcome_unknown
    wait = max(delay, UNKNOWN_WAIT) if unknown else delay
    with transaction.atomic():
        outbox.settle_retry(
            note,
            now=now,
            error=error,
            wait=wait,
            outcome_unknown=unknown,
            failure_reason=FailureReason.UNREACHABLE,
        )
        if note.state == ActivityFeedNote.State.FAILED:
            _record("note.needs_attention", note, now=now)


def interrupted(*, now: datetime) -> QuerySet[ActivityFeedNote]:
    return ActivityFeedNote.objects.across_organisations().filter(
        state=ActivityFeedNote.State.SENDING, claimed_at__lte=now - INTERRUPTED_AFTER
    )


def requeue_interrupted(*, now: datetime) -> int:
    """Requeue interrupted notes. Fail those without attempts left. Either way their outcome is unknown, so a later
    attempt searches the feed first."""
    dead = interrupted(now=now)
    dead.update(outcome_unknown=True)
    for note in dead.filter(attempts__gt=F("refusals") + len(outbox.RETRY_DELAYS)):
        fail(note, error=INTERRUPTED, reason=FailureReason.UNREACHABLE, now=now)
    return dead.update(state=ActivityFeedNote.State.QUEUED, not_before=now)


def _record(name: str, note: ActivityFeedNote, *, now: datetime, **data: int) -> None:
    if note.report is None:
        return
    record(
        name,
        organisation_id=note.organisation_id,
        application_id=note.report.step_request.application_id,
        actor="goodword",
        at=now,
        data={"report_id": note.report.pk, **data},
    )


def is_transient(error: HarvestError) -> bool:
    transient = isinstance(error, Unavailable | RateLimited | UnexpectedShape)
    return transient and not isinstance(error, AddressRefused)


def may_be_permission(error: HarvestError) -> bool:
    return isinstance(error, Forbidden) or (isinstance(error, Unauthorised) and error.may_be_permission)


def reason_of(error: HarvestError) -> str:
    if isinstance(error, Unauthorised):
        return FailureReason.KEY
    if isinstance(error, Forbidden):
        return FailureReason.NOT_PERMITTED
    if isinstance(error, Unavailable | UnexpectedShape):
        return FailureReason.UNREACHABLE
    return FailureReason.REFUSED


class Remedy(StrEnum):
    NONE = ""
    INTEGRATIONS = "integrations"
    AUTHOR = "author"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureHelp:
    meaning: str | Promise
    remedy: Remedy = Remedy.NONE
    can_retry: bool = True


FAILURE_HELP: Mapping[str, FailureHelp] = {
    FailureReason.NOT_PERMITTED: FailureHelp(
        meaning=_("The report is here; only its note is missing in Greenhouse."), remedy=Remedy.INTEGRATIONS
    ),
    FailureReason.KEY: FailureHelp(
        meaning=_("All waiting notes are posted as soon as a working key is set."),
        remedy=Remedy.INTEGRATIONS,
    ),
    FailureReason.DISCONNECTED: FailureHelp(
        meaning=_("All waiting notes are posted once Greenhouse is connected again."),
        remedy=Remedy.INTEGRATIONS,
        can_retry=False,
    ),
    FailureReason.NO_AUTHOR: FailureHelp(
        meaning=_("An admin can choose a user to sign notes when no recruiter can."),
        remedy=Remedy.AUTHOR,
    ),
    FailureReason.DELETED: FailureHelp(
        meaning=_("The Activity Feed no longer exists."), remedy=Remedy.DROP, can_retry=False
    ),
    FailureReason.NOT_VISIBLE: FailureHelp(
        meaning=_("Nothing was erased here. Try again once Greenhouse shows it."),
        remedy=Remedy.DROP,
    ),
    FailureReason.REFUSED: FailureHelp(
        meaning=_("The report is here; only its note is missing in Greenhouse."), remedy=Remedy.AUTHOR
    ),
    FailureReason.UNREACHABLE: FailureHelp(
        meaning=_("Goodword tried for hours. A retry searches the feed if the note may have arrived.")
    ),
}


def help_for(note: ActivityFeedNote) -> FailureHelp:
    return FAILURE_HELP.get(note.failure_reason, FailureHelp(meaning=""))

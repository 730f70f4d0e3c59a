"""Posts one note per report version, and searches for duplicates.

Greenhouse has no idempotency keys, so a claim ends with at most one write that Greenhouse accepts. If the outcome is
unknown, we wait until the write must have arrived or failed, then search the feed for the note's marker, and write
again only if it isn't there. A slow worker gives up before another may claim its note. `search_due` later finds writes
that arrived even later. Members have to delete those duplicates, since Harvest can't.
"""

import logging
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from goodword.candidates.models import Application as OurApplication
from goodword.core import clock, crypto, jobs, outbox, process, telemetry
from goodword.core.jobs import for_each
from goodword.greenhouse.activity_feed import outcomes, wording
from goodword.greenhouse.activity_feed.outcomes import PostedNote
from goodword.greenhouse.client import (
    Application,
    Forbidden,
    HarvestApi,
    HarvestError,
    Invalid,
    Note,
    NotFound,
    RateLimited,
    Visibility,
)
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.greenhouse.sync.fetching import our_candidate, possible_recruiters
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest
from goodword.greenhouse.sync.identity import is_same_moment, taken_from
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.models import Report

FailureReason, State = ActivityFeedNote.FailureReason, ActivityFeedNote.State

#: seconds after the claim within which a write may begin. Even the longest exchange then ends well before
#: outcomes.INTERRUPTED_AFTER, when the sweep may give the row to another worker.
WRITE_WITHIN = 120.0

NOT_VISIBLE = (
    "Greenhouse no longer shows this application. Check in Greenhouse whether the candidate was deleted, "
    "merged or made private, then try again."
)

OTHER_PERSON = (
    "In Greenhouse this application's ID belongs to another person. Check that the key belongs to the same Greenhouse "
    "account, then try again after the next sync."
)

NO_CANDIDATE = "Greenhouse shows no candidate with this ID. Check the ID, then try again."

DELETED = "The application was deleted in Greenhouse, so there is no Activity Feed to write to."

NO_AUTHOR = (
    "A note in Greenhouse needs an author, and this candidate has no recruiter who can be one. "
    "Assign a recruiter to the application in Greenhouse, then try again."
)

DISCONNECTED = "Greenhouse was disconnected before the note was posted. Reconnect it, then try again."

TOO_SLOW = "Greenhouse took too long to respond; the note was not sent."

OTHER_FIRST = "Another note about this step is being posted."
REPLACED = "A referee was erased from the report. The note waits for the new version."

#: waits while another note about the step is being posted; different, so that two notes don't wait for each other
OLDER_WAITS, NEWER_WAITS = timedelta(seconds=15), timedelta(minutes=1)

_TAG = re.compile(r"<[^<>]*>")

log = logging.getLogger(__name__)

#: how long a search for a note blocks other searches; also the wait after a failed search
SEARCH_LEASE = timedelta(minutes=10)

#: how long after posting a failed search is repeated
GIVE_UP_SEARCH = timedelta(days=7)

SEARCHES_AT_ONCE = 100


class CannotPost(Exception):
    """A member has to act. The message says why."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ClaimExpired(Exception): ...


class Superseded(Exception):
    """The feed has a note about a newer report of this step."""


class NoteWithdrawn(Exception):
    """The note was cancelled by an erasure, or claimed by another worker."""


class NotItsTurn(Exception):
    """Another note about this step is being posted, or the report is being replaced."""

    def __init__(self, wait: timedelta, why: str = OTHER_FIRST) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTarget:
    candidate_id: int
    application_id: int | None
    authors: Iterator[int | None]


def post(note_id: int, *, now: datetime) -> None:
    note = outbox.claim(ActivityFeedNote, note_id, now=now)
    if note is None:
        return
    claimed = time.monotonic()
    if note.connection.state == Connection.State.DISCONNECTED:
        outcomes.fail(note, error=DISCONNECTED, reason=FailureReason.DISCONNECTED, now=now)
        return
    try:
        if not note.outcome_unknown:
            _check_turn(note, now=now)
        with (
            telemetry.span(
                "note", of=lambda: note.report.step_request.application_id if note.report else None
            ),
            harvest(note.connection, retry=BRIEFLY) as api,
        ):
            posted = _find_or_write(api, note, claimed=claimed, now=now)
    except CannotPost as error:
        outcomes.fail(note, error=str(error), reason=error.reason, now=now)
    except crypto.CannotOpen as error:
        outcomes.fail(note, error=str(error), reason=FailureReason.KEY, now=now)
    except Superseded:
        outcomes.drop_superseded(note, now=now)
    except NoteWithdrawn:
        log.info("%s was cancelled or claimed again before it was posted", note)
    except NotItsTurn as error:
        outcomes.wait_without_counting(note, error=str(error), now=now, wait=error.wait)
    except ClaimExpired:
        outcomes.retry_later(note, error=TOO_SLOW, now=now, unknown=False)
    except HarvestError as error:
        _settle_error(note, error, now=now)
    except process.Stopped:  # while waiting for the rate limit: nothing was sent
        outbox.give_back(note, now=now)
        raise
    else:
        outcomes.record_posted(note, posted, now=now)


def find_notes(api: HarvestApi, *, candidate_id: int, marker: str) -> list[Note]:
    """Notes with this marker as last line (elsewhere it may be a quotation), oldest first. Raises HarvestError."""
    notes = (note for note in api.notes(candidate_id) if _last_line(note.body) == marker)
    return sorted(notes, key=lambda note: note.id)


def _last_line(body: str) -> str:
    lines = _TAG.sub("\n", body).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _settle_error(note: ActivityFeedNote, error: HarvestError, *, now: datetime) -> None:
    message = f"{error.sentence} {error.remedy}"
    if isinstance(error, RateLimited):
        outcomes.wait_without_counting(note, error=message, now=now, wait=timedelta(seconds=error.wait))
    elif outcomes.may_be_permission(error):
        outcomes.retry_after_refusal(note, error=message, reason=outcomes.reason_of(error), now=now)
    elif outcomes.is_transient(error):
        outcomes.retry_later(note, error=message, now=now, unknown=error.outcome_unknown)
    else:
        outcomes.fail(note, error=message, reason=outcomes.reason_of(error), now=now)


def _find_or_write(api: HarvestApi, note: ActivityFeedNote, *, claimed: float, now: datetime) -> PostedNote:
    target = _target(api, note)
    if note.outcome_unknown:
        notes = find_notes(api, candidate_id=target.candidate_id, marker=note.marker)
        if notes:
            first, *others = notes
            return PostedNote(
                remote_id=first.id, author_id=first.user_id, duplicates=[other.id for other in others]
            )
    return _write(api, note, target, claimed=claimed, now=now)


def _target(api: HarvestApi, note: ActivityFeedNote) -> NoteTarget:
    """Look up the candidate anew for each attempt, since a merge moves the application. Raises CannotPost."""
    if note.report is None:
        assert note.candidate_remote_id is not None  # the row's constraint
        if api.candidate(note.candidate_remote_id) is None:
            raise CannotPost(FailureReason.NOT_VISIBLE, NO_CANDIDATE)
        return NoteTarget(
            candidate_id=note.candidate_remote_id,
            application_id=None,
            authors=_authors_of_test_note(api, note),
        )
    ours = note.report.step_request.application
    application = api.application(ours.remote_id) if ours.remote_id is not None else None
    if application is None:
        if ours.erasure_requested_at is not None or ours.candidate.erased_at is not None:
            raise CannotPost(FailureReason.DELETED, DELETED)
        raise CannotPost(FailureReason.NOT_VISIBLE, NOT_VISIBLE)
    if not _is_theirs(api, application, ours):
        raise CannotPost(FailureReason.NOT_VISIBLE, OTHER_PERSON)
    return NoteTarget(
        candidate_id=application.candidate_id,
        application_id=application.id,
        authors=_authors(api, application, connection=note.connection),
    )


def _is_theirs(api: HarvestApi, application: Application, ours: OurApplication) -> bool:
    """Return whether Greenhouse's application is the one we know by this id. Reads the candidate only in case of doubt.
    Raises CannotPost."""
    if is_same_moment(ours.applied_at, application.applied_at):
        return True
    person = api.candidate(application.candidate_id)
    if person is None:
        raise CannotPost(FailureReason.NOT_VISIBLE, NOT_VISIBLE)
    known = our_candidate(ours.connection_id, person.id)
    return taken_from(application, person, ours=ours, known=known) is None


def _authors(api: HarvestApi, application: Application, *, connection: Connection) -> Iterator[int | None]:
    """Yield possible authors: the application's recruiter, the job's responsible recruiter, the user chosen by an
    admin. For v3, then None: the user that the credential acts as."""
    recruiters = possible_recruiters(api, recruiter_id=application.recruiter_id, job_id=application.job_id)
    yield from _active(api, recruiters, connection=connection)


def _authors_of_test_note(api: HarvestApi, note: ActivityFeedNote) -> Iterator[int | None]:
    ours = OurApplication.objects.of(note.organisation).filter(
        connection_id=note.connection_id,
        candidate__remote_id=note.candidate_remote_id,
        recruiter_remote_id__isnull=False,
    )
    recruiters = ours.order_by("-pk").values_list("recruiter_remote_id", flat=True)
    known = [user_id for user_id in recruiters if user_id is not None]
    yield from _active(api, known, connection=note.connection)


def _active(api: HarvestApi, user_ids: Iterable[int], *, connection: Connection) -> Iterator[int | None]:
    """Yield the ids without those of deactivated users and duplicates."""
    tried: set[int] = set()
    for user_id in _with_chosen(user_ids, connection=connection):
        if user_id not in tried and _is_active(api, user_id):
            yield user_id
        tried.add(user_id)
    if connection.api == Connection.Api.V3:
        yield None


def _with_chosen(user_ids: Iterable[int], *, connection: Connection) -> Iterator[int]:
    yield from user_ids
    if connection.note_author_remote_id is not None:
        yield connection.note_author_remote_id


def _is_active(api: HarvestApi, user_id: int) -> bool:
    try:
        user = api.user(user_id)
    except Forbidden:  # no permission to read users: Greenhouse decides when the note is written
        return True
    return user is not None and not user.disabled


def _write(
    api: HarvestApi, note: ActivityFeedNote, target: NoteTarget, *, claimed: float, now: datetime
) -> PostedNote:
    """Write as the first author that Greenhouse accepts. Trying others is safe: a refused write has no effect."""
    _check_turn(note, now=now)
    body, refusal = "", None
    for author_id in target.authors:
        if time.monotonic() - claimed > WRITE_WITHIN:
            raise ClaimExpired
        with transaction.atomic():
            _check_wanted(note)
            body = body or _body(note, now=now)
        try:
            written = api.post_note(
                candidate_id=target.candidate_id,
                application_id=target.application_id,
                body=body,
                author_id=author_id,
                visibility=Visibility(note.visibility),
            )
        except (Invalid, NotFound) as error:
            refusal = error
            continue
        return PostedNote(remote_id=written.id, author_id=author_id)
    if refusal is not None:
        raise refusal
    raise CannotPost(FailureReason.NO_AUTHOR, NO_AUTHOR)


def _check_turn(note: ActivityFeedNote, *, now: datetime) -> None:
    """Check that this note won't follow one about a newer report, since readers take the last note on the feed as
    current. Raises Superseded, NotItsTurn and NoteWithdrawn."""
    _follow_report(note)
    others = list(outcomes.others_of_step(note))
    newer = [other for other in others if (other.report_id or 0) > (note.report_id or 0)]
    if any(other.state == State.SENT for other in newer):
        raise Superseded
    if any(other.state == State.SENDING for other in newer):
        raise NotItsTurn(OLDER_WAITS)
    if doubtful := [other for other in newer if other.state == State.QUEUED and other.outcome_unknown]:
        raise NotItsTurn(max(OLDER_WAITS, max(other.not_before for other in doubtful) - now + OLDER_WAITS))
    if any(other.state == State.SENDING for other in others):
        raise NotItsTurn(NEWER_WAITS)


def _follow_report(note: ActivityFeedNote) -> None:
    """If a referee was erased from the report, let the note be about the version without them, which gets no note of
    its own. Raises Superseded, NotItsTurn and NoteWithdrawn."""
    if note.report is None:
        return
    reports = Report.objects.of(note.organisation)
    report = reports.select_related("step_request__application").get(pk=note.report.pk)
    if report.state != Report.State.REDACTED:
        return
    later = reports.filter(step_request=report.step_request_id, version__gt=report.version)
    same_run = later.filter(attempt=report.attempt_id, check_run=report.check_run_id)
    new = same_run.exclude(state=Report.State.REDACTED).order_by("-version").first()
    if new is None or new.state != Report.State.READY:
        raise NotItsTurn(NEWER_WAITS, REPLACED)
    if ActivityFeedNote.objects.of(note.organisation).filter(report=new).exists():
        raise Superseded
    # an earlier write that may still arrive is only found by its own marker
    marker = note.marker if note.outcome_unknown else new.code
    if not outbox.still_claimed(note).update(report=new, marker=marker):
        raise NoteWithdrawn
    note.report, note.marker = new, marker


def _check_wanted(note: ActivityFeedNote) -> None:
    """Check before each write that the note may still be posted, and who may read it. Locks the report until its link
    is stored. Raises CannotPost, NotItsTurn and NoteWithdrawn."""
    # erasures take this lock when they delete the report's links
    locked = Report.objects.of(note.organisation).select_for_update(of=("self",), no_key=True)
    report = locked.filter(pk=note.report_id or 0).first()
    if not outbox.still_claimed(note).exists():
        raise NoteWithdrawn
    if report is not None and report.state != Report.State.READY:
        raise NotItsTurn(OLDER_WAITS, REPLACED)
    connections = Connection.objects.of(note.organisation).select_related("organisation")
    connection = connections.get(pk=note.connection_id)
    if connection.state == Connection.State.DISCONNECTED:
        raise CannotPost(FailureReason.DISCONNECTED, DISCONNECTED)
    if note.visibility != connection.organisation.note_visibility:  # changed while it waited
        note.visibility = connection.organisation.note_visibility
        outbox.still_claimed(note).update(visibility=note.visibility)


def _body(note: ActivityFeedNote, *, now: datetime) -> str:
    """The text, with a new link. Links of earlier attempts stay valid, since their note may be on the feed."""
    if note.report is None:
        return wording.test_note_body(note)
    link = links.mint(
        organisation=note.organisation,
        purpose=Link.Purpose.REPORT,
        subject_id=note.report.pk,
        now=now,
        expires_at=now + timedelta(days=note.organisation.report_link_days),
    )
    return wording.body(note, note.report, link=link)


def searches_due(*, now: datetime) -> QuerySet[ActivityFeedNote]:
    return ActivityFeedNote.objects.across_organisations().filter(search_duplicates_at__lte=now)


def search_due(*, now: datetime) -> int:
    pks = (
        searches_due(now=now).order_by("search_duplicates_at").values_list("pk", flat=True)[:SEARCHES_AT_ONCE]
    )
    return for_each(list(pks), lambda pk: _search_feed(pk, now=now))


def mark_seen(note: ActivityFeedNote, *, now: datetime) -> bool:
    """Acknowledge the duplicates found so far. Returns False if there are none."""
    notes = ActivityFeedNote.objects.of(note.organisation).filter(pk=note.pk, duplicates_seen_at=None)
    return bool(notes.exclude(duplicate_remote_ids=[]).update(duplicates_seen_at=now))


def _search_feed(pk: int, *, now: datetime) -> bool:
    notes = ActivityFeedNote.objects.across_organisations()
    if not notes.filter(pk=pk, search_duplicates_at__lte=now).update(search_duplicates_at=now + SEARCH_LEASE):
        return False
    note = notes.select_related("connection__organisation", "report__step_request__application").get(pk=pk)
    if note.connection.state == Connection.State.DISCONNECTED:
        notes.filter(pk=pk).update(search_duplicates_at=None)
        return False
    try:
        remote_ids = _notes_on_feed(note)
    except (HarvestError, crypto.CannotOpen) as error:
        log.info("the feed could not be searched for %s: %s", note, error)
        if note.settled_at is None or note.settled_at + GIVE_UP_SEARCH <= now:
            notes.filter(pk=pk).update(search_duplicates_at=None)
        return False
    with transaction.atomic():
        note = (
            notes.select_for_update(of=("self",), no_key=True)
            .select_related("report__step_request")
            .get(pk=pk)
        )
        if note.search_duplicates_at is None:  # erased in the meantime
            return False
        before = len(note.duplicate_remote_ids)
        outcomes.record_duplicates(note, remote_ids, now=now)
        note.search_duplicates_at = _next_search(note, now=now)
        note.save(update_fields=["search_duplicates_at"])
        return len(note.duplicate_remote_ids) > before


def _notes_on_feed(note: ActivityFeedNote) -> list[int]:
    with harvest(note.connection, retry=BRIEFLY) as api:
        candidate_id = note.candidate_remote_id
        if note.report is not None:
            remote_id = note.report.step_request.application.remote_id
            application = api.application(remote_id) if remote_id is not None else None
            candidate_id = application.candidate_id if application else None
        if candidate_id is None:  # not visible to us, so we can't search
            return []
        return [found.id for found in find_notes(api, candidate_id=candidate_id, marker=note.marker)]


def _next_search(note: ActivityFeedNote, *, now: datetime) -> datetime | None:
    posted_at = note.settled_at or now
    return next((posted_at + wait for wait in outcomes.DUPLICATE_SEARCHES if posted_at + wait > now), None)


SWEEP_AT_MOST = 100


@jobs.job(name="greenhouse.activity_feed.post", swept_by="greenhouse.activity_feed.sweep")
def post_note(*, note_id: int) -> None:
    post(note_id, now=clock.now())


@jobs.job(
    name="greenhouse.activity_feed.search_duplicates",
    cron="* * * * * 30",
    due=lambda now: [searches_due(now=now)],
)
def search_duplicates() -> None:
    search_due(now=clock.now())


@jobs.job(
    name="greenhouse.activity_feed.sweep",
    cron="* * * * * */15",
    due=lambda now: [outcomes.interrupted(now=now), due(now=now)],
)
def sweep() -> None:
    now = clock.now()
    outcomes.requeue_interrupted(now=now)
    for pk in due(now=now).order_by("not_before").values_list("pk", flat=True)[:SWEEP_AT_MOST]:
        post_note.defer_once(lock=f"greenhouse.activity_feed:{pk}", note_id=pk)


def due(*, now: datetime) -> QuerySet[ActivityFeedNote]:
    queued = ActivityFeedNote.objects.across_organisations().filter(state=ActivityFeedNote.State.QUEUED)
    return queued.filter(not_before__lte=now)

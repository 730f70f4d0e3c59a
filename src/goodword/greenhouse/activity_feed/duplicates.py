"""Duplicate notes: Greenhouse may carry out a write long after it seemed to fail.

Harvest cannot delete notes, so a member has to do that in Greenhouse.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from goodword.core import crypto
from goodword.core.sweep import each
from goodword.greenhouse.activity_feed import outcomes
from goodword.greenhouse.activity_feed.posting import find_notes
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.greenhouse.sync.session import BRIEFLY, harvest

log = logging.getLogger(__name__)

#: how long other workers leave a note alone that one is searching for; also the wait after a failed search
LEASE = timedelta(minutes=10)

#: how long after posting failed searches are repeated
GIVE_UP = timedelta(days=7)

AT_MOST = 100


def search_due(*, now: datetime) -> int:
    """Search for duplicates of the notes where that is due. Returns how many had new ones."""
    due = ActivityFeedNote.objects.across_organisations().filter(search_duplicates_at__lte=now)
    pks = due.order_by("search_duplicates_at").values_list("pk", flat=True)[:AT_MOST]
    return each(list(pks), lambda pk: _search(pk, now=now))


def mark_seen(note: ActivityFeedNote, *, now: datetime) -> bool:
    """Stop reporting the duplicates found so far. False if there are none to report."""
    notes = ActivityFeedNote.objects.of(note.organisation).filter(pk=note.pk, duplicates_seen_at=None)
    return bool(notes.exclude(duplicate_remote_ids=[]).update(duplicates_seen_at=now))


def _search(pk: int, *, now: datetime) -> bool:
    notes = ActivityFeedNote.objects.across_organisations()
    if not notes.filter(pk=pk, search_duplicates_at__lte=now).update(search_duplicates_at=now + LEASE):
        return False
    note = notes.select_related("connection__organisation", "report__step_request__application").get(pk=pk)
    if note.connection.state == Connection.State.DISCONNECTED:
        notes.filter(pk=pk).update(search_duplicates_at=None)
        return False
    try:
        remote_ids = _notes_on_feed(note)
    except (HarvestError, crypto.CannotOpen) as error:
        log.info("the feed could not be searched for %s: %s", note, error)
        if note.settled_at is None or note.settled_at + GIVE_UP <= now:
            notes.filter(pk=pk).update(search_duplicates_at=None)
        return False
    with transaction.atomic():
        note = notes.select_for_update(of=("self",)).select_related("report__step_request").get(pk=pk)
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
        if candidate_id is None:  # no longer visible: nobody sees a duplicate either
            return []
        return [found.id for found in find_notes(api, candidate_id=candidate_id, marker=note.marker)]


def _next_search(note: ActivityFeedNote, *, now: datetime) -> datetime | None:
    posted_at = note.settled_at or now
    return next((posted_at + wait for wait in outcomes.DUPLICATE_SEARCHES if posted_at + wait > now), None)

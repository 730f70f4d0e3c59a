"""Post one note: claim, act, settle. One note per report version, whatever fails.

Greenhouse has no key by which a write could be repeated safely. So a write is made once per claim, and after
an attempt whose outcome is not known (no answer, a failure of Greenhouse's, a worker that died) the row waits
until the former write has arrived or never will; then the feed is searched for the report's code, and only if
it is not there the note is written again. A worker that is slow gives up before another may take its row.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction

from goodword.core import crypto, outbox
from goodword.greenhouse.client import (
    AddressRefused,
    Application,
    HarvestApi,
    HarvestError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
    UnexpectedShape,
    Visibility,
)
from goodword.greenhouse.feed import settle, wording
from goodword.greenhouse.feed.authors import authors
from goodword.greenhouse.models import Connection, FeedPost
from goodword.greenhouse.sync.session import BRIEFLY, harvest
from goodword.notifications.domain import links
from goodword.notifications.models import Link

#: seconds after the claim within which a write may begin; with the longest exchange it stays well below
#: outbox.STUCK_AFTER, when the sweep may give the row to another worker
WRITE_WITHIN = 120.0

NOT_VISIBLE = (
    "Greenhouse no longer shows this application. Check in Greenhouse whether the candidate was deleted, "
    "merged or made private, then try again."
)
NO_AUTHOR = (
    "Greenhouse wants a user as the author of the note, and no recruiter of this candidate can be one. "
    "Give the application a recruiter in Greenhouse, then try again."
)
DISCONNECTED = "Greenhouse was disconnected before the note was written. Connect it again, then try again."
TOO_SLOW = "Greenhouse answered too slowly; the note was not sent."


class GivenUp(Exception):
    """Only a person can go on; the message says why."""


class Late(Exception):
    """Too long after the claim to begin a write."""


def post(*, feed_post_id: int, now: datetime) -> None:
    """Post the note if it is due."""
    row = outbox.claim(FeedPost, feed_post_id, now=now)
    if row is None:
        return
    begun = time.monotonic()
    if row.connection.state == Connection.State.DISCONNECTED:
        settle.needs_person(row, why=DISCONNECTED, now=now)
        return
    try:
        with harvest(row.connection, retry=BRIEFLY) as api:
            remote_id, author_id = _act(api, row, begun=begun, now=now)
    except (GivenUp, crypto.CannotOpen) as error:
        settle.needs_person(row, why=str(error), now=now)
    except Late:
        settle.later(row, why=TOO_SLOW, now=now, wait=timedelta(0), unknown=False)
    except HarvestError as error:
        _failed(row, error, now=now)
    else:
        settle.posted(row, remote_id=remote_id, author_id=author_id, now=now)


def _failed(row: FeedPost, error: HarvestError, *, now: datetime) -> None:
    why = f"{error.sentence} {error.remedy}"
    passing = isinstance(error, Unavailable | RateLimited | UnexpectedShape)
    if not passing or isinstance(error, AddressRefused):
        settle.needs_person(row, why=why, now=now)
        return
    wait = timedelta(seconds=error.wait) if isinstance(error, RateLimited) else timedelta(0)
    settle.later(row, why=why, now=now, wait=wait, unknown=error.outcome_unknown)


def _act(api: HarvestApi, row: FeedPost, *, begun: float, now: datetime) -> tuple[int, int | None]:
    """The id of the note, found or written, and its author."""
    remote_id = row.report.start.application.remote_id
    application = api.application(remote_id) if remote_id is not None else None
    if application is None:
        raise GivenUp(NOT_VISIBLE)
    if row.outcome_unknown:
        for note in api.notes(application.candidate_id):
            if row.marker in note.body:
                return note.id, note.user_id
    return _write(api, row, application, begun=begun, now=now)


def _write(
    api: HarvestApi, row: FeedPost, application: Application, *, begun: float, now: datetime
) -> tuple[int, int | None]:
    """Write under the first author whom Greenhouse takes. A refusal has written nothing, so the next may try."""
    body, refusal = "", None
    for author_id in authors(api, application, connection=row.connection):
        if time.monotonic() - begun > WRITE_WITHIN:
            raise Late
        body = body or wording.body(row, link=_mint(row, now=now))
        try:
            note = api.post_note(
                candidate_id=application.candidate_id,
                application_id=application.id,
                body=body,
                author_id=author_id,
                visibility=Visibility(row.visibility),
            )
        except (Invalid, NotFound) as error:
            refusal = error
            continue
        return note.id, author_id
    if refusal is not None:
        raise refusal
    raise GivenUp(NO_AUTHOR)


def _mint(row: FeedPost, *, now: datetime) -> str:
    """A link of this attempt's own. Those of earlier attempts stay: one of them may stand in the feed."""
    with transaction.atomic():
        return links.mint(
            organisation=row.organisation,
            purpose=Link.Purpose.REPORT,
            subject_id=row.report_id,
            now=now,
            expires_at=now + timedelta(days=row.organisation.report_link_days),
        )

"""Post one note: claim, act, settle. One note per report version, whatever fails.

Greenhouse has no key by which a write could be repeated safely. So a write is made once per claim, and after
an attempt whose outcome is not known (no answer, a failure of Greenhouse's, a worker that died) the row waits
until the former write has arrived or never will; then the feed is searched for the report's code, and only if
it is not there the note is written again. A worker that is slow gives up before another may take its row. What
lands later still is found by `feed.doubles`.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from goodword.candidates.models import Application as OurApplication
from goodword.core import crypto, outbox, stopping
from goodword.greenhouse.client import (
    HarvestApi,
    HarvestError,
    Invalid,
    NotFound,
    RateLimited,
    Visibility,
)
from goodword.greenhouse.feed import settle, trouble, wording
from goodword.greenhouse.feed.authors import authors, authors_of_test
from goodword.greenhouse.feed.search import found
from goodword.greenhouse.models import Connection, FeedPost
from goodword.greenhouse.sync.session import BRIEFLY, harvest
from goodword.notifications.domain import links
from goodword.notifications.models import Link

Trouble = FeedPost.Trouble

#: seconds after the claim within which a write may begin; with the longest exchange it stays well below
#: outbox.STUCK_AFTER, when the sweep may give the row to another worker
WRITE_WITHIN = 120.0

NOT_VISIBLE = (
    "Greenhouse no longer shows this application. Check in Greenhouse whether the candidate was deleted, "
    "merged or made private, then try again."
)
NO_CANDIDATE = "Greenhouse shows no candidate with this id. Check the id, then try again."
DELETED = "The application was deleted in Greenhouse, so that there is nothing to write on."
NO_AUTHOR = (
    "Greenhouse wants a user as the author of the note, and no recruiter of this candidate can be one. "
    "Give the application a recruiter in Greenhouse, then try again."
)
DISCONNECTED = "Greenhouse was disconnected before the note was written. Connect it again, then try again."
TOO_SLOW = "Greenhouse answered too slowly; the note was not sent."


class GivenUp(Exception):
    """Only a person can go on; `trouble` is the code, the message says why."""

    def __init__(self, trouble: str, why: str) -> None:
        super().__init__(why)
        self.trouble = trouble


class Late(Exception):
    """Too long after the claim to begin a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the note goes, as Greenhouse says now, and who may sign it, best first: asked for as far as needed."""

    candidate_id: int
    application_id: int | None
    authors: Iterator[int | None]


def post(*, feed_post_id: int, now: datetime) -> None:
    """Post the note if it is due."""
    row = outbox.claim(FeedPost, feed_post_id, now=now)
    if row is None:
        return
    begun = time.monotonic()
    if row.connection.state == Connection.State.DISCONNECTED:
        settle.needs_person(row, why=DISCONNECTED, trouble=Trouble.DISCONNECTED, now=now)
        return
    try:
        with harvest(row.connection, retry=BRIEFLY) as api:
            written = _act(api, row, begun=begun, now=now)
    except GivenUp as error:
        settle.needs_person(row, why=str(error), trouble=error.trouble, now=now)
    except crypto.CannotOpen as error:
        settle.needs_person(row, why=str(error), trouble=Trouble.KEY, now=now)
    except Late:
        settle.later(row, why=TOO_SLOW, now=now, wait=timedelta(0), unknown=False)
    except HarvestError as error:
        _failed(row, error, now=now)
    except stopping.Stopped:  # while waiting for the rate limit: nothing was sent
        outbox.give_back(row, now=now)
        raise
    else:
        settle.posted(row, written, now=now)


def _failed(row: FeedPost, error: HarvestError, *, now: datetime) -> None:
    why = f"{error.sentence} {error.remedy}"
    if trouble.may_be_permission(error):
        settle.refused(row, why=why, trouble=trouble.trouble_of(error), now=now)
        return
    if not trouble.is_passing(error):
        settle.needs_person(row, why=why, trouble=trouble.trouble_of(error), now=now)
        return
    wait = timedelta(seconds=error.wait) if isinstance(error, RateLimited) else timedelta(0)
    settle.later(row, why=why, now=now, wait=wait, unknown=error.outcome_unknown)


def _act(api: HarvestApi, row: FeedPost, *, begun: float, now: datetime) -> settle.Written:
    target = _target(api, row)
    if row.outcome_unknown:
        notes = found(api, candidate_id=target.candidate_id, marker=row.marker)
        if notes:
            first, *others = notes
            return settle.Written(
                remote_id=first.id, author_id=first.user_id, doubles=[note.id for note in others]
            )
    return _write(api, row, target, begun=begun, now=now)


def _target(api: HarvestApi, row: FeedPost) -> Target:
    """Asked anew at each attempt: a merge gives the application to another candidate. Raises GivenUp."""
    if row.report is None:
        assert row.candidate_remote_id is not None  # the row's constraint
        if api.candidate(row.candidate_remote_id) is None:
            raise GivenUp(Trouble.NOT_VISIBLE, NO_CANDIDATE)
        return Target(
            candidate_id=row.candidate_remote_id,
            application_id=None,
            authors=authors_of_test(api, row),
        )
    ours = row.report.step_request.application
    application = api.application(ours.remote_id) if ours.remote_id is not None else None
    if application is None:
        if _was_deleted(ours):
            raise GivenUp(Trouble.DELETED, DELETED)
        raise GivenUp(Trouble.NOT_VISIBLE, NOT_VISIBLE)
    return Target(
        candidate_id=application.candidate_id,
        application_id=application.id,
        authors=authors(api, application, connection=row.connection),
    )


def _was_deleted(ours: OurApplication) -> bool:
    """Whether a signed event said so: what is merely not visible is not called deleted."""
    return ours.deleted_at is not None or ours.candidate.erased_at is not None


def _write(api: HarvestApi, row: FeedPost, target: Target, *, begun: float, now: datetime) -> settle.Written:
    """Write under the first author whom Greenhouse takes. A refusal has written nothing, so the next may try."""
    body, refusal = "", None
    for author_id in target.authors:
        if time.monotonic() - begun > WRITE_WITHIN:
            raise Late
        body = body or _body(row, now=now)
        try:
            note = api.post_note(
                candidate_id=target.candidate_id,
                application_id=target.application_id,
                body=body,
                author_id=author_id,
                visibility=Visibility(row.visibility),
            )
        except (Invalid, NotFound) as error:
            refusal = error
            continue
        return settle.Written(remote_id=note.id, author_id=author_id)
    if refusal is not None:
        raise refusal
    raise GivenUp(Trouble.NO_AUTHOR, NO_AUTHOR)


def _body(row: FeedPost, *, now: datetime) -> str:
    if row.report is None:
        return wording.body_of_test(row)
    return wording.body(row, row.report, link=_mint(row, report_id=row.report.pk, now=now))


def _mint(row: FeedPost, *, report_id: int, now: datetime) -> str:
    """A link of this attempt's own. Those of earlier attempts stay: one of them may stand in the feed."""
    with transaction.atomic():
        return links.mint(
            organisation=row.organisation,
            purpose=Link.Purpose.REPORT,
            subject_id=report_id,
            now=now,
            expires_at=now + timedelta(days=row.organisation.report_link_days),
        )

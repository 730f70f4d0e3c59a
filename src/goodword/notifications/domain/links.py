from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from goodword.accounts.models import Membership, Organisation
from goodword.core import clock, crypto, telemetry
from goodword.core.compiled_queries import compiled
from goodword.core.rows import locked_to_delete
from goodword.notifications.models import Email, Link

#: core.middleware keeps these paths out of the logs
PATHS = {
    Link.Purpose.CANDIDATE: "/p/",
    Link.Purpose.REFEREE: "/r/",
    Link.Purpose.REVIEW: "/v/",
    Link.Purpose.REPORT: "/s/",
    Link.Purpose.ADJUSTMENT: "/a/",
    Link.Purpose.CANDIDATE_DATA: "/d/",
    Link.Purpose.REFEREE_DATA: "/dr/",
    Link.Purpose.MEMBER_INVITATION: "/i/",
    Link.Purpose.VERIFICATION: "/t/",
    Link.Purpose.PANEL: "/e/",
    Link.Purpose.RATING: "/m/",
}

#: how long a link works after its mail is sent; Organisation.report_link_days applies to a report's note
LIFETIMES: Final = {
    Link.Purpose.CANDIDATE: timedelta(days=30),
    Link.Purpose.REFEREE: timedelta(days=30),
    Link.Purpose.REVIEW: timedelta(days=14),
    Link.Purpose.REPORT: timedelta(days=90),
    Link.Purpose.ADJUSTMENT: timedelta(days=30),
    Link.Purpose.CANDIDATE_DATA: timedelta(hours=1),
    Link.Purpose.REFEREE_DATA: timedelta(hours=1),
    Link.Purpose.MEMBER_INVITATION: timedelta(days=7),
    Link.Purpose.VERIFICATION: timedelta(hours=12),
    Link.Purpose.PANEL: timedelta(days=30),
    # usually ends earlier, with the request
    Link.Purpose.RATING: timedelta(days=60),
}

#: minimum time between two mails that people request, such as new links
REPEAT_AFTER: Final = timedelta(minutes=10)

#: repeated openings of a link within this time are recorded once
QUIET: Final = timedelta(minutes=5)

#: purposes whose links are revoked and erased together with another's
_WITH: Final = {
    Link.Purpose.CANDIDATE: (Link.Purpose.CANDIDATE, Link.Purpose.CANDIDATE_DATA),
    Link.Purpose.REFEREE: (Link.Purpose.REFEREE, Link.Purpose.REFEREE_DATA),
}


def mint(
    *,
    organisation: Organisation,
    purpose: str,
    subject_id: int,
    now: datetime,
    expires_at: datetime | None = None,
    email: Email | None = None,
    created_by: Membership | None = None,
) -> str:
    """Create a link and return its URL. Only its hash is stored. Unless given, it expires as in LIFETIMES."""
    link, url = new_link(
        organisation=organisation,
        purpose=purpose,
        subject_id=subject_id,
        email=email,
        now=now,
    )
    link.expires_at, link.created_by = expires_at or link.expires_at, created_by
    link.save()
    return url


def new_link(
    *,
    organisation: Organisation,
    purpose: str,
    subject_id: int,
    email: Email | None,
    now: datetime,
) -> tuple[Link, str]:
    """An unsaved link that expires as in LIFETIMES, and its URL."""
    token = crypto.new_token()
    link = Link(
        organisation=organisation,
        purpose=purpose,
        subject_id=subject_id,
        token_hash=crypto.hash_token(token),
        email=email,
        created_at=now,
        expires_at=now + LIFETIMES[Link.Purpose(purpose)],
    )
    return link, f"{settings.GOODWORD_BASE_URL}{PATHS[Link.Purpose(purpose)]}{token}/"


def resolve(token: str, *, purpose: str) -> Link | None:
    """The link of this token and purpose, or None. Includes ended and expired links, since their pages say so."""
    for found in _with_hash(crypto.hash_token(token), purpose):
        telemetry.note(organisation=found.organisation_id)
        return found
    return None


@compiled
def _with_hash(token_hash: str, purpose: str) -> QuerySet[Link]:
    rows = Link.objects.across_organisations().select_related("organisation")
    return rows.filter(token_hash=token_hash, purpose=purpose)


def with_id(link_id: int, *, purpose: str) -> Link | None:
    """A link that this browser has opened, by the id in the session."""
    rows = Link.objects.across_organisations().select_related("organisation")
    return rows.filter(pk=link_id, purpose=purpose).first()


def is_alive(link: Link, *, now: datetime) -> bool:
    return link.ended_at is None and link.expires_at > now


def was_mailed_lately(mails: QuerySet[Email], *, now: datetime) -> bool:
    """Whether one of the mails was queued within REPEAT_AFTER."""
    return mails.filter(created_at__gt=now - REPEAT_AFTER).exists()


def lock(link: Link) -> bool:
    return (
        Link.objects.of(link.organisation).select_for_update(no_key=True).filter(pk=link.pk).first()
        is not None
    )


def may_upload(token: str) -> bool | None:
    """Tell the web server whether to accept an upload: True for a candidate's valid link, False for an unknown one,
    None for an expired one."""
    try:
        link = resolve(token, purpose=Link.Purpose.CANDIDATE)
        if link is None:
            return False
        return is_alive(link, now=clock.now()) or None
    finally:
        connection.close()


def end(*, organisation: Organisation, purpose: str, subject_id: int, now: datetime) -> int:
    return (
        Link.objects.of(organisation)
        .filter(purpose__in=_together(purpose), subject_id=subject_id, ended_at=None)
        .update(ended_at=now)
    )


def forget(*, purpose: str, subject_ids: Iterable[int]) -> int:
    """Delete all links to these erased subjects. They then open the page for unknown links."""
    rows = Link.objects.across_organisations().filter(
        purpose__in=_together(purpose), subject_id__in=list(subject_ids)
    )
    return locked_to_delete(rows).delete()[0]


def forget_mails(mails: QuerySet[Email]) -> tuple[int, int]:
    """Delete mails and the links in them. Returns how many of each."""
    # lock the mails first, since a worker that is sending one may be storing its link
    found = locked_to_delete(mails)
    dead, _ = locked_to_delete(Link.objects.across_organisations().filter(email__in=found)).delete()
    return found.delete()[0], dead


def _together(purpose: str) -> tuple[str, ...]:
    return _WITH.get(Link.Purpose(purpose), (purpose,))

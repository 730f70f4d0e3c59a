"""Finding out by reading what a Harvest v1 key may do."""

from goodword.greenhouse.client.errors import Forbidden, NotFound
from goodword.greenhouse.client.parse import records_of
from goodword.greenhouse.client.permissions import (
    ACTIVITY_FEED,
    APPLICATIONS,
    CANDIDATES,
    JOB_POSTS,
    JOB_STAGES,
    JOBS,
    REJECTION_REASONS,
    USERS,
    Permission,
    ProbeResult,
    State,
    missing,
)
from goodword.greenhouse.client.session import Session

_LISTS = {
    APPLICATIONS: "/applications",
    CANDIDATES: "/candidates",
    JOBS: "/jobs",
    JOB_POSTS: "/job_posts",
    JOB_STAGES: "/job_stages",
    REJECTION_REASONS: "/rejection_reasons",
    USERS: "/users",
}
_ONE = {"per_page": "1", "skip_count": "true"}


def probe(session: Session, permission: Permission) -> ProbeResult:
    """Read one row. A refusal means a missing permission once another call has worked, see `probe_all`."""
    if permission is ACTIVITY_FEED:
        return _activity_feed(session)
    path = _LISTS.get(permission)
    if path is None:
        return ProbeResult(permission, State.UNTESTED, detail="Harvest v1 has no such permission.")
    try:
        session.get(path, permission=permission, params=_ONE)
    except Forbidden as error:
        return missing(permission, detail=error.remedy)
    return ProbeResult(permission, State.GRANTED)


def _activity_feed(session: Session) -> ProbeResult:
    """The feed hangs under a candidate. Writing it cannot be known without writing."""
    candidate_id = _any_candidate(session)
    if candidate_id is None:
        return ProbeResult(
            ACTIVITY_FEED,
            State.UNTESTED,
            writing=State.UNTESTED,
            detail="Not tested: there is no candidate yet whose Activity Feed could be read.",
        )
    try:
        session.get(f"/candidates/{candidate_id}/activity_feed", permission=ACTIVITY_FEED)
    except Forbidden as error:
        return missing(ACTIVITY_FEED, detail=error.remedy)
    except NotFound:
        return ProbeResult(
            ACTIVITY_FEED,
            State.UNTESTED,
            writing=State.UNTESTED,
            detail="Not tested: the candidate that was tried has just gone.",
        )
    return ProbeResult(
        ACTIVITY_FEED,
        State.GRANTED,
        writing=State.UNTESTED,
        detail="Reading works. Writing is untested until the first note.",
    )


def _any_candidate(session: Session) -> int | None:
    """The newest candidate's id, through applications if candidates may not be read."""
    for path, permission, member in (
        ("/candidates", CANDIDATES, "id"),
        ("/applications", APPLICATIONS, "candidate_id"),
    ):
        try:
            rows = records_of(session.get(path, permission=permission, params=_ONE))
        except Forbidden:
            continue
        if rows:
            return rows[0].id_or_none(member)
    return None

"""Probing the permissions of a Harvest v1 key by reading."""

from goodword.greenhouse.client.errors import Forbidden, NotFound
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
from goodword.greenhouse.client.records import records_of
from goodword.greenhouse.client.session import Session

# A key's permissions are per endpoint: the list, and what is read with one of its rows (by that member).
_READS = {
    APPLICATIONS: ("/applications", "/applications/{}", "id"),
    CANDIDATES: ("/candidates", "/candidates/{}", "id"),
    JOBS: ("/jobs", "/jobs/{}", "id"),
    JOB_POSTS: ("/job_posts", "/jobs/{}/job_posts", "job_id"),
    JOB_STAGES: ("/job_stages", "/jobs/{}/stages", "job_id"),
    REJECTION_REASONS: ("/rejection_reasons", "", ""),
    USERS: ("/users", "/users/{}", "id"),
}
_ONE = {"per_page": "1", "skip_count": "true"}


def probe(session: Session, permission: Permission) -> ProbeResult:
    """Read one row, then what is below it. A refusal means a missing permission once another call has worked."""
    if permission is ACTIVITY_FEED:
        return _activity_feed(session)
    if permission not in _READS:
        return ProbeResult(permission, State.UNTESTED, detail="Harvest v1 has no such permission.")
    path, below, member = _READS[permission]
    try:
        rows = records_of(session.get(path, permission=permission, params=_ONE))
        row_id = rows[0].id_or_none(member) if rows and below else None
        if row_id is not None:
            session.get(below.format(row_id), permission=permission)
    except Forbidden as error:
        return missing(permission, detail=error.remedy)
    except NotFound as error:
        if error.path.endswith(path):
            raise
        # the row was deleted in between, but the key was accepted
    return ProbeResult(permission, State.GRANTED)


def _activity_feed(session: Session) -> ProbeResult:
    """The feed is below a candidate. Writing cannot be probed without writing."""
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
    """The newest candidate's id, from applications if candidates may not be read."""
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

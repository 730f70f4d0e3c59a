"""Probing the permissions of a Harvest v3 credential: the token's introspection, and one read each."""

from goodword.greenhouse.client.errors import SITE_ADMIN, Forbidden
from goodword.greenhouse.client.oauth import Introspection, OAuth
from goodword.greenhouse.client.permissions import (
    ACTIVITY_FEED,
    APPLICATION_STAGES,
    APPLICATIONS,
    CANDIDATES,
    JOB_OWNERS,
    JOB_POSTS,
    JOB_STAGES,
    JOBS,
    REJECTION_REASONS,
    USERS,
    Permission,
    ProbeResult,
    State,
)
from goodword.greenhouse.client.records import records_of
from goodword.greenhouse.client.session import Session

_LISTS = {
    APPLICATIONS: "/applications",
    CANDIDATES: "/candidates",
    ACTIVITY_FEED: "/notes",
    JOBS: "/jobs",
    JOB_POSTS: "/job_posts",
    JOB_STAGES: "/job_interview_stages",
    REJECTION_REASONS: "/rejection_reasons",
    USERS: "/users",
    JOB_OWNERS: "/job_owners",
    APPLICATION_STAGES: "/application_stages",
}
# every account has Greenhouse's built-in reasons and the person who created the credential
_NEVER_EMPTY = (REJECTION_REASONS, USERS)


class Prober:
    """Probes one credential. Reads the introspection once."""

    def __init__(self, session: Session, *, oauth: OAuth) -> None:
        self._session = session
        self._oauth = oauth
        self._introspection: Introspection | None = None
        self._introspected = False

    def probe(self, permission: Permission) -> ProbeResult:
        """See `HarvestApi.probe`."""
        known = self.introspected()
        writing = _writing(permission, known)
        lacking = _lacking(permission.reads, known)
        if lacking:
            unticked = lacking + (_lacking(permission.writes, known))
            return ProbeResult(permission, State.MISSING, writing, _tick(unticked))
        path = _LISTS.get(permission)
        if path is None:
            return ProbeResult(permission, State.UNTESTED, writing)
        params = {"per_page": "1"}
        if permission is REJECTION_REASONS:
            params["include_defaults"] = "true"
        try:
            found = records_of(self._session.get(path, permission=permission, params=params))
        except Forbidden as error:
            granted = known is not None and known.scopes is not None
            return ProbeResult(permission, State.MISSING, writing, SITE_ADMIN if granted else error.remedy)
        no_admin = known is not None and known.site_admin is False
        if not found and (permission in _NEVER_EMPTY or no_admin):
            return ProbeResult(permission, State.MISSING, writing, SITE_ADMIN)
        return ProbeResult(permission, State.GRANTED, writing, _on_writing(permission, writing))

    def introspected(self) -> Introspection | None:
        """The introspection of our token; None if Greenhouse does not provide it."""
        if not self._introspected:
            self._introspection = self._oauth.introspect()
            self._introspected = True
        return self._introspection


def _lacking(scopes: tuple[str, ...], known: Introspection | None) -> tuple[str, ...]:
    if known is None or known.scopes is None:
        return ()
    granted = known.scopes
    return tuple(scope for scope in scopes if scope not in granted)


def _writing(permission: Permission, known: Introspection | None) -> State | None:
    if not permission.writes:
        return None
    if known is None or known.scopes is None:
        return State.UNTESTED
    return State.MISSING if _lacking(permission.writes, known) else State.GRANTED


def _on_writing(permission: Permission, writing: State | None) -> str:
    if writing is State.MISSING:
        return f"Reading works, writing is missing. {_tick(permission.writes)}"
    if writing is State.UNTESTED:
        return "Reading works. Writing is untested until the first note."
    return ""


def _tick(scopes: tuple[str, ...]) -> str:
    return f"In Greenhouse, edit the credential and tick {' and '.join(scopes)} under Manage scopes."

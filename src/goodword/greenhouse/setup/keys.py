"""Greenhouse keys: checking them permission by permission, storing them, and noticing keys of the wrong account."""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Candidate
from goodword.core import crypto, jobs
from goodword.greenhouse.activity_feed import notes
from goodword.greenhouse.activity_feed.notes import retry_all
from goodword.greenhouse.client import (
    Forbidden,
    HarvestApi,
    HarvestPermission,
    MemoryTokenStore,
    PermissionState,
    Priority,
    ProbeResult,
    Token,
    TokenStore,
    Unauthorised,
    UnexpectedShape,
    V1Credentials,
    V3Credentials,
)
from goodword.greenhouse.client.permissions import V1_PERMISSIONS, V3_PERMISSIONS, missing
from goodword.greenhouse.inbox.processing import replay_waiting
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.reconciliation.run import begin_pass
from goodword.greenhouse.setup import permissions
from goodword.greenhouse.setup.connections import (
    SECRET_KEY_BYTES,
    disconnected,
    live_connections,
    locked,
)
from goodword.greenhouse.setup.permissions import display_state, state_of
from goodword.greenhouse.sync.harvest import BRIEFLY, client_for
from goodword.greenhouse.sync.identity import is_same_person, taken_ids
from goodword.roles.models import Automation

Credentials = V1Credentials | V3Credentials

VALID_FOR = timedelta(minutes=15)

ConnectionState = Connection.State

#: a second click within this time isn't a conflict
DOUBLE_CLICK = timedelta(minutes=1)

#: maximum candidates to look up, in one call
CANDIDATES_LOOKED_UP = 50

#: maximum linked jobs to look up: v3 reads fifty per call, v1 one
JOBS_LOOKED_UP = {Connection.Api.V3: 150, Connection.Api.V1: 15}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """`works`: a call has succeeded. Until then, a v1 refusal may mean a bad key or a missing permission."""

    credentials: Credentials
    results: tuple[ProbeResult, ...] = ()
    works: bool = False
    account_name: str = ""
    token: Token | None = None

    @property
    def permissions(self) -> tuple[HarvestPermission, ...]:
        return V1_PERMISSIONS if isinstance(self.credentials, V1Credentials) else V3_PERMISSIONS

    @property
    def next(self) -> HarvestPermission | None:
        rest = self.permissions[len(self.results) :]
        return rest[0] if rest else None


def check_next(check: KeyCheck, *, worked_before: bool = False) -> KeyCheck:
    with client_for_check(check, worked_before=worked_before) as (api, store):
        return _checked(check, api, store)


def check_all(check: KeyCheck, *, worked_before: bool = False) -> KeyCheck:
    """Check all permissions. Raises HarvestError; then the key must not be stored."""
    with client_for_check(check, worked_before=worked_before) as (api, store):
        while check.next is not None:
            check = _checked(check, api, store)
    return check


@contextmanager
def client_for_check(
    check: KeyCheck, *, worked_before: bool = True
) -> Iterator[tuple[HarvestApi, TokenStore]]:
    """Open a client that reuses the token of the check's earlier requests."""
    store = MemoryTokenStore()
    if check.token is not None and store.claim():
        store.save(check.token)
    api = client_for(
        check.credentials,
        token_store=store,
        worked_before=worked_before,
        priority=Priority.PERSON,
        retry=BRIEFLY,
    )
    with api:
        yield api, store


def _checked(check: KeyCheck, api: HarvestApi, store: TokenStore) -> KeyCheck:
    permission = check.next
    if permission is None:
        return check
    last = len(check.results) + 1 == len(check.permissions)
    works = check.works
    try:
        result, works = api.probe(permission), True
    except Forbidden:  # Harvest v3 issues no token for a credential without scopes
        return replace(check, results=tuple(map(missing, check.permissions)))
    except Unauthorised as error:
        # v1 refuses bad keys and missing permissions alike, so don't blame the key while anything works
        if not error.may_be_permission or (last and not works and not api.knows_key()):
            raise
        result = missing(permission)
    return replace(
        check,
        results=(*check.results, result),
        works=works,
        account_name=api.account() or "",
        token=store.get(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionProgress:
    name: str
    state: str


def progress(check: KeyCheck) -> list[PermissionProgress]:
    """Return the state of each permission. Until something could be read, a refusal may mean a bad key, so no
    permission is reported as missing."""
    found = []
    for number, permission in enumerate(check.permissions):
        known = number < len(check.results)
        state = (
            display_state(state_of(check.results[number]), required=permission.required)
            if known
            else "waiting"
        )
        if state == "missing" and not check.works:
            state = "untested"
        found.append(PermissionProgress(name=permission.name, state=state))
    return found


def seal(check: KeyCheck, *, member: Membership, now: datetime) -> str:
    """The check, encrypted for a hidden field, so that abandoned checks and refused keys are never stored."""
    token = check.token
    plain = {
        "key": fingerprint(check.credentials),
        "at": now.isoformat(),
        "results": [
            [result.permission.key, result.state, result.writing, result.detail] for result in check.results
        ],
        "works": check.works,
        "account": check.account_name,
        "token": [token.access_token, token.renew_at.isoformat()] if token else None,
    }
    return crypto.seal(json.dumps(plain), place=_place(member))


def unseal(sealed: str, *, credentials: Credentials, member: Membership, now: datetime) -> KeyCheck:
    """Decrypt a check, or start a new one if this one is too old or belongs to another key or admin."""
    new = KeyCheck(credentials=credentials)
    try:
        plain: Mapping[str, Any] = json.loads(crypto.unseal(sealed, place=_place(member)))
    except crypto.CannotOpen:
        return new
    age = now - datetime.fromisoformat(plain["at"])
    if plain["key"] != fingerprint(credentials) or not timedelta(0) <= age <= VALID_FOR:
        return new
    known = {permission.key: permission for permission in new.permissions}
    token = plain["token"]
    return KeyCheck(
        credentials=credentials,
        results=tuple(
            ProbeResult(
                known[key], PermissionState(state), PermissionState(writing) if writing else None, detail
            )
            for key, state, writing, detail in plain["results"]
        ),
        works=plain["works"],
        account_name=plain["account"],
        token=Token(token[0], renew_at=datetime.fromisoformat(token[1])) if token else None,
    )


def fingerprint(credentials: Credentials) -> str:
    parts: list[object]
    if isinstance(credentials, V1Credentials):
        parts = ["v1", credentials.api_key]
    else:
        parts = ["v3", credentials.client_id, credentials.client_secret, credentials.act_as]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _place(member: Membership) -> str:
    return f"greenhouse_trial:{member.pk}:{member.organisation_id}"


class InUse(Exception):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection


class DisconnectedMeanwhile(Exception):
    """A colleague has disconnected the account since the page was opened."""


def connect(
    *,
    organisation: Organisation,
    check: KeyCheck,
    member: Membership,
    now: datetime,
    connection: Connection | None = None,
    reconnects: bool = True,
) -> Connection:
    """Store the key of a new account, or replace `connection`'s and keep its endpoint, webhooks, roles. Raises InUse,
    and DisconnectedMeanwhile unless it `reconnects`."""
    with transaction.atomic():
        # with two admins or a double click, the second request finds the first one's row
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        taken = connection_using(check.credentials, organisation=organisation, but=connection)
        if taken is not None:
            if connection is None and is_double_click(taken, member=member, now=now):
                return taken
            raise InUse(taken)
        row = locked(connection) if connection else _new(organisation, check, member=member, now=now)
        before = row.state if connection else ""
        if before == ConnectionState.DISCONNECTED and not reconnects:
            raise DisconnectedMeanwhile
        if before == ConnectionState.DISCONNECTED:
            row.connected_at, row.connected_by = now, member
            notes.queue_missed_notes.defer(connection_id=row.pk)
        row.set_credentials(check.credentials)
        row.writing_tested_at = None
        row.last_call_at, row.last_error, row.last_error_at = now, "", None
        row.account_name = check.account_name or row.account_name
        row.state = permissions.store(row, check.results, now=now)
        row.save(
            update_fields=[
                *("state", "api", "credential", "token", "token_lease_until", "account_name"),
                *("connected_at", "connected_by", "writing_tested_at"),
                *("last_call_at", "last_error", "last_error_at", "check_at"),
            ]
        )
        if not WebhookSecret.valid(row, now=now).exists():
            WebhookSecret.add(row, secrets.token_hex(SECRET_KEY_BYTES), now=now)
        write_by(
            member,
            "greenhouse.key_set" if before else "greenhouse.connected",
            now=now,
            details={"connection": row.pk, "api": row.api, "state": row.state},
        )
        # by a job, since workers lock candidates before the organisation
        jobs.named("greenhouse.resume").defer(connection_id=row.pk, key_set_by=member.pk)
    return row


def resume(connection: Connection, *, key_set_by: Membership | None, now: datetime) -> None:
    """Resume what waited for the connection to work. With a new key, reread candidates whose ids had become other
    people's."""
    with transaction.atomic():
        if key_set_by is not None and taken_ids(connection).update(id_taken_at=None):
            begin_pass(connection, now=now, requested_by=key_set_by)
    replay_waiting(connection, now=now)
    retry_all(connection, now=now)


def is_double_click(taken: Connection, *, member: Membership, now: datetime) -> bool:
    return taken.connected_by == member and taken.connected_at > now - DOUBLE_CLICK


def worked_before(credentials: Credentials, connection: Connection | None) -> bool:
    """Whether this is the connection's current key. If refused, such a key was revoked, not mistyped."""
    if connection is None or not connection.credential:
        return False
    try:
        return connection.credentials() == credentials
    except crypto.CannotOpen:
        return False


def free_name(organisation: Organisation, wanted: str) -> str:
    names = {connection.name.casefold() for connection in live_connections(organisation)}
    if wanted.casefold() not in names:
        return wanted
    numbers = range(2, len(names) + 3)
    return next(name for n in numbers if (name := f"{wanted} {n}").casefold() not in names)


def _new(organisation: Organisation, check: KeyCheck, *, member: Membership, now: datetime) -> Connection:
    wanted = " ".join(check.account_name.split())[:100] or "Greenhouse"
    return Connection.objects.create(
        organisation=organisation,
        endpoint_key=crypto.new_token(),
        name=free_name(organisation, wanted),
        api=Connection.Api.V3,
        connected_at=now,
        connected_by=member,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWarning:
    title: str
    sentence: str
    roles: Sequence[str] = ()
    instead: Connection | None = None
    #: the key should be set for a separate account
    is_other: bool = False
    #: it can't be set for this one, which has candidates of whom none is in the key's account
    is_refused: bool = False


def connection_using(
    credentials: Credentials, *, organisation: Organisation, but: Connection | None
) -> Connection | None:
    for connection in live_connections(organisation):
        if but is None or connection.pk != but.pk:
            try:
                if _same(connection.credentials(), credentials):
                    return connection
            except crypto.CannotOpen:
                continue
    return None


def account_warnings(
    check: KeyCheck, *, organisation: Organisation, connection: Connection | None
) -> list[AccountWarning]:
    """Signs that the key belongs to another account than `connection`'s, or to a connected one: account names, linked
    jobs, candidates. Raises HarvestError."""
    live = [
        other for other in live_connections(organisation) if connection is None or other.pk != connection.pk
    ]
    others = live + (disconnected(organisation) if connection is None else [])
    known = [*others, *([connection] if connection else [])]
    links = {known_connection.pk: _links(known_connection) for known_connection in known}
    job_ids = [link.job_id for pk in links for link in links[pk][: JOBS_LOOKED_UP[_api(check)]]]
    visible = _visible_jobs(check, job_ids)
    found = []
    if connection is not None:
        links_of_connection = links[connection.pk][: JOBS_LOOKED_UP[_api(check)]]
        people = _newest_candidates(connection)
        found += _other_account(
            check, connection, links_of_connection, visible, recognised=_recognises(check, people)
        )
        if people:
            found = [replace(warning, is_refused=warning.is_other) for warning in found]
    for other in others:
        if _is_of(check, other, links[other.pk], visible):
            found.append(_already_connected(other))
    return found


def digest(warnings: Sequence[AccountWarning]) -> str:
    text = json.dumps([[warning.title, warning.sentence, *warning.roles] for warning in warnings])
    return hashlib.sha256(text.encode()).hexdigest()


def _other_account(
    check: KeyCheck,
    connection: Connection,
    links: Sequence[Automation],
    visible: Collection[int] | None,
    *,
    recognised: bool | None,
) -> list[AccountWarning]:
    """`recognised`: whether the account has our candidates; None if that couldn't be found out. Then names and jobs
    decide: an account may be renamed, and its jobs deleted."""
    found = []
    names = {connection.account_name, check.account_name} - {""}
    if len(names) > 1 and not recognised:
        found.append(
            AccountWarning(
                title=_("This key belongs to another Greenhouse account"),
                sentence=_("It belongs to “%(new)s”, but “%(name)s” is connected to “%(old)s”.")
                % {"new": check.account_name, "name": connection.name, "old": connection.account_name},
                is_other=True,
            )
        )
    elif recognised is False:
        found.append(
            AccountWarning(
                title=_("This key belongs to another Greenhouse account"),
                sentence=_("There, the candidate IDs of “%(name)s” belong to other people.")
                % {"name": connection.name},
                is_other=True,
            )
        )
    unseen = [link for link in links if visible is not None and link.job_id not in visible]
    if not unseen:
        return found
    roles = sorted({link.role.title for link in unseen})
    if len(unseen) == len(links) and not recognised:
        title = _("This looks like the key of another Greenhouse account")
        sentence = ngettext(
            "It can't see any of the jobs linked through “%(name)s”. If you use it, Goodword will stop following this "
            "role in Greenhouse:",
            "It can't see any of the jobs linked through “%(name)s”. If you use it, Goodword will stop following these "
            "roles in Greenhouse:",
            len(roles),
        )
    else:
        title = _("This key doesn't see all linked jobs")
        sentence = ngettext(
            "If you use it, Goodword will stop following this role in Greenhouse:",
            "If you use it, Goodword will stop following these roles in Greenhouse:",
            len(roles),
        )
    warning = AccountWarning(
        title=title,
        sentence=sentence % {"name": connection.name},
        roles=roles,
        # only one warning offers to connect a separate account
        is_other=len(unseen) == len(links) and not found and not recognised,
    )
    return [*found, warning]


def _already_connected(other: Connection) -> AccountWarning:
    if other.state == Connection.State.DISCONNECTED:
        return AccountWarning(
            title=_("This account was connected before"),
            sentence=_(
                "Reconnect “%(name)s” instead: it keeps its Endpoint URL, secret key and linked roles."
            )
            % {"name": other.name},
            instead=other,
        )
    return AccountWarning(
        title=_("This account is already connected"),
        sentence=_(
            "“%(name)s” is connected to it. A second connection would follow the same candidates twice. To "
            "replace the key, use the menu of “%(name)s”."
        )
        % {"name": other.name},
        instead=other,
    )


def _is_of(
    check: KeyCheck, other: Connection, links: Iterable[Automation], visible: Collection[int] | None
) -> bool:
    if check.account_name and check.account_name == other.account_name:
        return True
    return any(link.job_id in visible for link in links) if visible else False


def _newest_candidates(connection: Connection) -> dict[int, Candidate]:
    """Excludes erased and merged ones, which can't be mixed up and which Greenhouse may no longer show."""
    rows = Candidate.objects.of(connection.organisation).filter(
        connection_id=connection.pk, remote_created_at__isnull=False, erased_at=None, merged_into=None
    )
    newest = rows.order_by("-remote_id")[:CANDIDATES_LOOKED_UP]
    return {row.remote_id: row for row in newest if row.remote_id is not None}


def _recognises(check: KeyCheck, people: Mapping[int, Candidate]) -> bool | None:
    """Return whether any of our candidates is in the key's account. None if it shows none of their ids."""
    if not people:
        return None
    try:
        with client_for_check(check) as (api, _store):
            seen = [
                is_same_person(people[candidate.id], candidate)
                for candidate in api.candidates(people)
                if candidate.id in people
            ]
    except (Forbidden, Unauthorised, UnexpectedShape):
        return None
    return any(seen) if seen else None


def _links(connection: Connection) -> list[Automation]:
    rows = Automation.objects.of(connection.organisation).filter(connection_id=connection.pk)
    return list(rows.select_related("role").order_by("-confirmed_at", "-pk"))


def _visible_jobs(check: KeyCheck, job_ids: Collection[int]) -> set[int] | None:
    if not job_ids:
        return None
    try:
        with client_for_check(check) as (api, _store):
            return {job.id for job in api.jobs_by_id(job_ids)}
    except (Forbidden, Unauthorised, UnexpectedShape):
        return None


def _api(check: KeyCheck) -> Connection.Api:
    return Connection.Api.V1 if isinstance(check.credentials, V1Credentials) else Connection.Api.V3


def _same(one: Credentials, other: Credentials) -> bool:
    if isinstance(one, V3Credentials) and isinstance(other, V3Credentials):
        return one.client_id == other.client_id
    return one == other

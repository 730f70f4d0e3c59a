"""Store a checked key: connect an account, replace its key, or reconnect it; and warn if it is of another account."""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.core import crypto, tokens
from goodword.greenhouse.client import (
    Forbidden,
    Unauthorised,
    UnexpectedShape,
    V1Credentials,
    V3Credentials,
)
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup import permissions
from goodword.greenhouse.setup.connections import (
    SECRET_KEY_BYTES,
    disconnected,
    live_connections,
    locked,
    resume_waiting,
)
from goodword.greenhouse.setup.key_check import Credentials, KeyCheck, client_for_check
from goodword.roles.models import Automation

State = Connection.State

#: a second click within this time is not a conflict
DOUBLE_CLICK = timedelta(minutes=1)

#: linked jobs that are looked up: v3 reads fifty at once, v1 each one by itself
JOBS_LOOKED_UP = {Connection.Api.V3: 150, Connection.Api.V1: 15}


class InUse(Exception):
    """Another connection of the organisation has this credential already."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection


def connect(
    *,
    organisation: Organisation,
    check: KeyCheck,
    member: Membership,
    now: datetime,
    connection: Connection | None = None,
) -> Connection:
    """Store a checked key and return its connection. Raises InUse.

    Without a `connection` a further Greenhouse account is connected. With one, its key is replaced, or it is
    reconnected; endpoint, secret key, webhooks and roles stay.
    """
    with transaction.atomic():
        # two admins, or one who clicks twice: the second finds the first one's row
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        taken = connection_using(check.credentials, organisation=organisation, but=connection)
        if taken is not None:
            if connection is None and is_double_click(taken, member=member, now=now):
                return taken
            raise InUse(taken)
        row = locked(connection) if connection else _new(organisation, check, member=member, now=now)
        before = row.state if connection else ""
        if before == State.DISCONNECTED:
            row.connected_at, row.connected_by = now, member
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
        write(
            organisation=organisation,
            action="greenhouse.key_set" if before else "greenhouse.connected",
            member=member,
            now=now,
            details={"connection": row.pk, "api": row.api, "state": row.state},
        )
    resume_waiting(row, now=now)
    return row


def is_double_click(taken: Connection, *, member: Membership, now: datetime) -> bool:
    """Whether this member connected it with this key a moment ago."""
    return taken.connected_by == member and taken.connected_at > now - DOUBLE_CLICK


def worked_before(credentials: Credentials, connection: Connection | None) -> bool:
    """Whether this is the connection's current key: if it is refused, it was revoked and not mistyped."""
    if connection is None or not connection.credential:
        return False
    try:
        return connection.credentials() == credentials
    except crypto.CannotOpen:
        return False


def free_name(organisation: Organisation, wanted: str, *, but: Connection | None = None) -> str:
    """This name, with a number if another connection has it."""
    names = {one.name.casefold() for one in live_connections(organisation) if but is None or one.pk != but.pk}
    if wanted.casefold() not in names:
        return wanted
    numbers = range(2, len(names) + 3)
    return next(name for n in numbers if (name := f"{wanted} {n}").casefold() not in names)


def _new(organisation: Organisation, check: KeyCheck, *, member: Membership, now: datetime) -> Connection:
    wanted = " ".join(check.account_name.split())[:100] or "Greenhouse"
    return Connection.objects.create(
        organisation=organisation,
        endpoint_key=tokens.mint(),
        name=free_name(organisation, wanted),
        api=Connection.Api.V3,
        connected_at=now,
        connected_by=member,
    )


# --- keys of the wrong account --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWarning:
    """Why this may be the wrong account, with the roles affected. `instead`: the connection to use instead."""

    title: str
    sentence: str
    roles: Sequence[str] = ()
    instead: Connection | None = None


def connection_using(
    credentials: Credentials, *, organisation: Organisation, but: Connection | None
) -> Connection | None:
    """The connection (other than `but`) that already uses this credential."""
    for one in live_connections(organisation):
        if but is None or one.pk != but.pk:
            try:
                if _same(one.credentials(), credentials):
                    return one
            except crypto.CannotOpen:
                continue
    return None


def account_warnings(
    check: KeyCheck, *, organisation: Organisation, connection: Connection | None
) -> list[AccountWarning]:
    """Signs that this key is of the wrong account, as the new key of `connection` or for a further account.

    Harvest v3 names the account, v1 does not; but job ids are unique in Greenhouse, so the linked jobs tell accounts
    apart. Calls Greenhouse. Raises HarvestError if it cannot be reached.
    """
    live = [one for one in live_connections(organisation) if connection is None or one.pk != connection.pk]
    others = live + (disconnected(organisation) if connection is None else [])
    known = [*others, *([connection] if connection else [])]
    links = {one.pk: _links(one) for one in known}
    job_ids = [link.job_id for pk in links for link in links[pk][: JOBS_LOOKED_UP[_api(check)]]]
    visible = _visible_jobs(check, job_ids)
    found = []
    if connection is not None:
        links_of_connection = links[connection.pk][: JOBS_LOOKED_UP[_api(check)]]
        found += _other_account(check, connection, links_of_connection, visible)
    for other in others:
        if _is_of(check, other, links[other.pk], visible):
            found.append(_already_connected(other))
    return found


def digest(warnings: Sequence[AccountWarning]) -> str:
    """Identifies the warnings that an admin confirms."""
    text = json.dumps([[warning.title, warning.sentence, *warning.roles] for warning in warnings])
    return hashlib.sha256(text.encode()).hexdigest()


def _other_account(
    check: KeyCheck, connection: Connection, links: Sequence[Automation], visible: Collection[int] | None
) -> list[AccountWarning]:
    found = []
    if connection.account_name and check.account_name and connection.account_name != check.account_name:
        found.append(
            AccountWarning(
                title=_("This key is of another Greenhouse account"),
                sentence=_("It belongs to “%(new)s”. “%(name)s” was connected with “%(old)s” so far.")
                % {"new": check.account_name, "name": connection.name, "old": connection.account_name},
            )
        )
    unseen = [link for link in links if visible is not None and link.job_id not in visible]
    if not unseen:
        return found
    roles = sorted({link.role.title for link in unseen})
    if len(unseen) == len(links):
        title = _("This looks like the key of another Greenhouse account")
        sentence = ngettext(
            "It sees none of the Greenhouse jobs that are linked through “%(name)s”. With it, Goodword "
            "would no longer follow this role in Greenhouse:",
            "It sees none of the Greenhouse jobs that are linked through “%(name)s”. With it, Goodword "
            "would no longer follow these roles in Greenhouse:",
            len(roles),
        )
    else:
        title = _("This key does not see all linked jobs")
        sentence = ngettext(
            "With it, Goodword would no longer follow this role in Greenhouse:",
            "With it, Goodword would no longer follow these roles in Greenhouse:",
            len(roles),
        )
    return [*found, AccountWarning(title=title, sentence=sentence % {"name": connection.name}, roles=roles)]


def _already_connected(other: Connection) -> AccountWarning:
    if other.state == Connection.State.DISCONNECTED:
        return AccountWarning(
            title=_("This account was connected before"),
            sentence=_(
                "“%(name)s” was connected with it. Connect that one again instead: its endpoint URL, secret key "
                "and linked roles are as they were."
            )
            % {"name": other.name},
            instead=other,
        )
    return AccountWarning(
        title=_("This account is connected already"),
        sentence=_(
            "“%(name)s” is connected with it. A second connection would follow the same candidates twice. To "
            "replace the key of “%(name)s”, use its menu."
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


def _links(connection: Connection) -> list[Automation]:
    rows = Automation.objects.of(connection.organisation).filter(connection_id=connection.pk)
    return list(rows.select_related("role").order_by("-confirmed_at", "-pk"))


def _visible_jobs(check: KeyCheck, job_ids: Collection[int]) -> set[int] | None:
    """Those of these jobs that are visible with the key; None if that cannot be known."""
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

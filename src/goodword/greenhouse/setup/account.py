"""Which Greenhouse account a key belongs to, as far as one can tell: said before anything is replaced.

Harvest v3 names the account; Harvest v1 does not. But the ids of jobs are Greenhouse's own and belong to one
account, so the jobs that are linked here already tell accounts apart, whatever the key.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.models import Organisation
from goodword.core import crypto
from goodword.greenhouse.client import (
    Forbidden,
    Unauthorised,
    UnexpectedShape,
    V1Credentials,
    V3Credentials,
)
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connection import connections, ended
from goodword.greenhouse.setup.trial import Credentials, Trial, asking
from goodword.roles.models import Automation

#: linked jobs that are asked for: Harvest v3 reads fifty at once, v1 each by itself
MOST = {Connection.Api.V3: 150, Connection.Api.V1: 15}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why this may be the wrong account, with the roles concerned. `instead`: the connection to take instead."""

    title: str
    sentence: str
    roles: Sequence[str] = ()
    instead: Connection | None = None


def holder(
    credentials: Credentials, *, organisation: Organisation, but: Connection | None
) -> Connection | None:
    """The connection (other than `but`) that has this credential already."""
    for one in connections(organisation):
        if but is None or one.pk != but.pk:
            try:
                if _same(one.credentials(), credentials):
                    return one
            except crypto.CannotOpen:
                continue
    return None


def doubts(trial: Trial, *, organisation: Organisation, connection: Connection | None) -> list[Doubt]:
    """What speaks against keeping this key, as the new one of `connection` or of another account.

    Calls Greenhouse. Raises HarvestError where it cannot be reached; what the key may not read is not asked.
    """
    live = [one for one in connections(organisation) if connection is None or one.pk != connection.pk]
    others = live + (ended(organisation) if connection is None else [])
    everybody = [*others, *([connection] if connection else [])]
    links = {one.pk: _links(one) for one in everybody}
    asked = [link.job_id for pk in links for link in links[pk][: MOST[_api(trial)]]]
    seen = _seen(trial, asked)
    found = []
    if connection is not None:
        found += _not_its_own(trial, connection, links[connection.pk][: MOST[_api(trial)]], seen)
    for other in others:
        if _is_of(trial, other, links[other.pk], seen):
            found.append(_known(other))
    return found


def digest(found: Sequence[Doubt]) -> str:
    """Names what was said, so that nobody confirms what they have not read."""
    said = json.dumps([[doubt.title, doubt.sentence, *doubt.roles] for doubt in found])
    return hashlib.sha256(said.encode()).hexdigest()


def _not_its_own(
    trial: Trial, connection: Connection, links: Sequence[Automation], seen: Collection[int] | None
) -> list[Doubt]:
    found = []
    if connection.account_name and trial.account_name and connection.account_name != trial.account_name:
        found.append(
            Doubt(
                title=_("This key is of another Greenhouse account"),
                sentence=_("It belongs to “%(new)s”. “%(name)s” was connected with “%(old)s” so far.")
                % {"new": trial.account_name, "name": connection.name, "old": connection.account_name},
            )
        )
    unseen = [link for link in links if seen is not None and link.job_id not in seen]
    if not unseen:
        return found
    roles = sorted({link.role.title for link in unseen})
    if len(unseen) == len(links):
        title = _("This looks like the key of another Greenhouse account")
        sentence = ngettext(
            "It sees none of the Greenhouse jobs that are linked through “%(name)s”. With it, nothing that "
            "happens in Greenhouse would be followed any more on this role:",
            "It sees none of the Greenhouse jobs that are linked through “%(name)s”. With it, nothing that "
            "happens in Greenhouse would be followed any more on these roles:",
            len(roles),
        )
    else:
        title = _("This key does not see all linked jobs")
        sentence = ngettext(
            "With it, nothing that happens in Greenhouse would be followed any more on this role:",
            "With it, nothing that happens in Greenhouse would be followed any more on these roles:",
            len(roles),
        )
    return [*found, Doubt(title=title, sentence=sentence % {"name": connection.name}, roles=roles)]


def _known(other: Connection) -> Doubt:
    if other.state == Connection.State.DISCONNECTED:
        return Doubt(
            title=_("This account was connected before"),
            sentence=_(
                "“%(name)s” was connected with it. Connect that one again instead: its endpoint URL, secret key "
                "and linked roles are as they were."
            )
            % {"name": other.name},
            instead=other,
        )
    return Doubt(
        title=_("This account is connected already"),
        sentence=_(
            "“%(name)s” is connected with it. A second connection would follow the same candidates twice. To "
            "replace the key of “%(name)s”, use its menu."
        )
        % {"name": other.name},
        instead=other,
    )


def _is_of(
    trial: Trial, other: Connection, links: Iterable[Automation], seen: Collection[int] | None
) -> bool:
    if trial.account_name and trial.account_name == other.account_name:
        return True
    return any(link.job_id in seen for link in links) if seen else False


def _links(connection: Connection) -> list[Automation]:
    rows = Automation.objects.of(connection.organisation).filter(connection_id=connection.pk)
    return list(rows.select_related("role").order_by("-confirmed_at", "-pk"))


def _seen(trial: Trial, job_ids: Collection[int]) -> set[int] | None:
    """Those of these jobs that the key sees; None if that cannot be known."""
    if not job_ids:
        return None
    try:
        with asking(trial) as (api, _store):
            return {job.id for job in api.jobs_by_id(job_ids)}
    except (Forbidden, Unauthorised, UnexpectedShape):
        return None


def _api(trial: Trial) -> Connection.Api:
    return Connection.Api.V1 if isinstance(trial.credentials, V1Credentials) else Connection.Api.V3


def _same(one: Credentials, other: Credentials) -> bool:
    if isinstance(one, V3Credentials) and isinstance(other, V3Credentials):
        return one.client_id == other.client_id
    return one == other

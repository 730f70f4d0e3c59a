"""What the card on the Integrations page says of a connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goodword.greenhouse.client.errors import SITE_ADMIN
from goodword.greenhouse.client.permissions import USERS
from goodword.greenhouse.models import Connection, Permission
from goodword.greenhouse.setup.permissions import FEED
from goodword.greenhouse.setup.progress import shown_state

State = Connection.State

#: display of a missing permission
UNREAD = frozenset({"missing", "lacking"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A permission as it is shown; `state` as the check row component names it."""

    name: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The connection in words. `status` and `word` are those of the status component.

    While the key is refused nothing is known of its permissions, so there are no rows then.
    """

    connection: Connection
    status: str
    word: str | Promise
    needed: Sequence[Row]
    advised: Sequence[Row]
    checked_at: datetime | None
    untested: bool
    #: whether this installation's field keys open its stored secrets
    opens: bool

    @property
    def to_tick(self) -> list[str]:
        """The needed permissions that are missing and can be ticked, by Greenhouse's names."""
        missing = (row for row in self.needed if row.state == Permission.State.MISSING)
        return [row.name for row in missing if row.detail != SITE_ADMIN]

    @property
    def site_admin(self) -> str:
        """What to do where ticking does not help: the user behind the key is no Site Admin. Else empty."""
        missing = any(
            row.state == Permission.State.MISSING and row.detail == SITE_ADMIN for row in self.needed
        )
        return SITE_ADMIN if missing else ""

    @property
    def wants_domains(self) -> bool:
        """Whether recruiters named in webhooks get no e-mail until the organisation's domains are set."""
        unread = any(row.name == USERS.name and row.state in UNREAD for row in self.advised)
        return unread and not self.connection.organisation.own_domains

    @property
    def refused_lately(self) -> bool:
        """Whether the newest delivery of all had a bad signature: a webhook has another secret key."""
        refused, heard = self.connection.refused_at, self.connection.last_event_at
        return refused is not None and (heard is None or refused > heard)


def card_of(connection: Connection, *, now: datetime) -> Card:
    """Read the permissions and put the connection into words."""
    rows = list(
        Permission.objects.of(connection.organisation).filter(connection=connection).order_by("position")
    )
    written = connection.writing_tested_at is not None
    untested = not written and any(
        row.name == FEED and row.state == Permission.State.UNTESTED for row in rows
    )
    opens = connection.opens(now=now)
    status, word = _status(connection, untested=untested) if opens else ("failed", _("Not working"))
    known = (
        []
        if connection.state == State.BROKEN
        else [(row.required, _row(row, written=written)) for row in rows]
    )
    return Card(
        connection=connection,
        status=status,
        word=word,
        needed=[row for required, row in known if required],
        advised=[row for required, row in known if not required],
        checked_at=rows[0].checked_at if rows else None,
        untested=untested,
        opens=opens,
    )


def _status(connection: Connection, *, untested: bool) -> tuple[str, str | Promise]:
    match connection.state:
        case State.ACTIVE:
            return "active", _("Active, writing untested") if untested else _("Active")
        case State.INCOMPLETE:
            return "incomplete", _("Incomplete")
        case State.BROKEN:
            return "failed", _("Not working")
        case _:
            return "cancelled", _("Disconnected")


def _row(row: Permission, *, written: bool) -> Row:
    """A note that was written proves more than a probe."""
    if written and row.name == FEED and row.state == Permission.State.UNTESTED:
        return Row(name=row.name, state=Permission.State.GRANTED, detail="")
    return Row(name=row.name, state=shown_state(row.state, required=row.required), detail=row.detail)

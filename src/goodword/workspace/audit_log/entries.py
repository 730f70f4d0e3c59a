"""Reading the audit log: filters, pages by keyset, rows for the page and the CSV."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from goodword.accounts.models import AuditEntry, Organisation
from goodword.workspace.audit_log.objects import NOT_SIGNED_IN, Thing, Things, about, link_holders
from goodword.workspace.audit_log.wording import ActionGroup, Wording, actions_of, wording_of

PAGE: Final = 100
#: entries per query of the CSV
BATCH: Final = 500
#: days shown unless a period is chosen
DAYS: Final = 30
_LONGEST_VALUE: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the address asks for. Days are the organisation's; `until` is included. `before`: the keyset."""

    group: str
    member: int | None
    text: str
    since: date
    until: date
    before: tuple[datetime, int] | None

    @classmethod
    def of(cls, query: QueryDict, *, today: date) -> Self:
        """Whatever is malformed falls back to the default."""
        group, member = query.get("kind", ""), query.get("member", "")
        until = _day(query.get("until", "")) or today
        since = _day(query.get("since", "")) or until - timedelta(days=DAYS)
        return cls(
            group=group if group in set(ActionGroup) else "",
            member=int(member) if member.isascii() and member.isdecimal() and len(member) < 18 else None,
            text=" ".join(query.get("q", "").split())[:200],
            since=since,
            until=until,
            before=_keyset(query.get("before", "")),
        )

    def query(self, **change: str) -> str:
        """Without the keyset, with these changes."""
        now = {
            "kind": self.group,
            "member": str(self.member or ""),
            "q": self.text,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
        } | change
        return "?" + urlencode({name: value for name, value in now.items() if value})


@dataclass(frozen=True, slots=True)
class Changed:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry as shown. `note`: where a sign-in came from."""

    entry: AuditEntry
    #: name of the actor
    actor: str
    #: address of an acting member, since names can change
    actor_email: str
    wording: Wording
    about: Thing | None
    note: str
    changed: tuple[Changed, ...]


def matching(organisation: Organisation, filters: Filters) -> QuerySet[AuditEntry]:
    """The entries of this period, person and text, of every kind."""
    zone = organisation.zone
    rows = AuditEntry.objects.of(organisation).filter(
        at__gte=datetime.combine(filters.since, time.min, zone),
        at__lt=datetime.combine(filters.until + timedelta(days=1), time.min, zone),
    )
    if filters.member is not None:
        rows = rows.filter(member_id=filters.member)
    return rows.filter(about(organisation, filters.text)) if filters.text else rows


def of_group(rows: QuerySet[AuditEntry], group: str) -> QuerySet[AuditEntry]:
    return rows.filter(action__in=actions_of(group)) if group else rows


def count_by_group(rows: QuerySet[AuditEntry]) -> dict[str, int]:
    """Keys are groups, and "" for all of them."""
    counts: dict[str, int] = dict.fromkeys(["", *ActionGroup], 0)
    for action, n in rows.order_by().values_list("action").annotate(n=Count("pk")):
        counts[wording_of(action).group] += n
        counts[""] += n
    return counts


def page_of(
    rows: QuerySet[AuditEntry], *, before: tuple[datetime, int] | None, size: int = PAGE
) -> list[AuditEntry]:
    """The newest entries before this one; one more than `size` if there are further ones."""
    if before is not None:
        at, pk = before
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    return list(rows.select_related("member__user").order_by("-at", "-pk")[: size + 1])


def keyset_of(entry: AuditEntry) -> str:
    return f"{entry.at.isoformat()}_{entry.pk}"


def rows_of(organisation: Organisation, entries: list[AuditEntry]) -> list[Row]:
    things, holders = Things(organisation, entries), link_holders(organisation, entries)
    return [
        Row(
            entry=entry,
            actor=entry.actor if entry.member_id else holders.get(entry.actor, entry.actor),
            actor_email=entry.member.user.email if entry.member and entry.actor != NOT_SIGNED_IN else "",
            wording=wording_of(entry.action),
            about=things.of(entry),
            note=_note(entry.details),
            changed=tuple(_changed(entry.details)),
        )
        for entry in entries
    ]


def all_rows(organisation: Organisation, rows: QuerySet[AuditEntry]) -> Iterator[Row]:
    """Every matching entry, newest first, a batch at a time."""
    before: tuple[datetime, int] | None = None
    while True:
        found = page_of(rows, before=before, size=BATCH)
        yield from rows_of(organisation, found[:BATCH])
        if len(found) <= BATCH:
            return
        last = found[BATCH - 1]
        before = (last.at, last.pk)


def _note(details: Mapping[str, Any]) -> str:
    address = details.get("address")
    return str(address) if isinstance(address, str) else ""


def _changed(details: Mapping[str, Any]) -> Iterator[Changed]:
    changed = details.get("changed")
    if not isinstance(changed, Mapping):
        return
    for name, values in changed.items():
        if isinstance(values, list) and len(values) == 2:
            label = str(name).replace("_", " ").capitalize()
            yield Changed(label, _shown(values[0]), _shown(values[1]))


def _shown(value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return "on" if value else "off"
        case str():
            text = value
        case list() if all(isinstance(one, (str, int)) for one in value):
            text = ", ".join(map(str, value))
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2999 else None


def _keyset(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.rpartition("_")
    try:
        found = parse_datetime(at)
    except ValueError:
        return None
    if found is None or found.tzinfo is None or not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        return None
    return found, int(pk)

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from goodword.accounts.models import AuditEntry, Invitation, Membership, Organisation, OrganisationOwned
from goodword.assessments.models import Attempt, AttemptPart, Test
from goodword.candidates.models import Application, Candidate, Hold
from goodword.core.searching import contains_words
from goodword.core.text import WithoutAccents
from goodword.notifications.models import Link
from goodword.questionnaires.models import Questionnaire
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.reports.models import Report
from goodword.roles.models import Role
from goodword.workflow.models import StepRequest
from goodword.workspace.audit_log.wording import ActionGroup, Wording, actions_of, wording_of
from goodword.workspace.mail_texts.forms import LANGUAGES, NAMES
from goodword.workspace.search import matching_name

#: key of details -> model, path to the application
_TO_APPLICATION: Final[dict[str, tuple[type[OrganisationOwned], str]]] = {
    "report": (Report, "step_request__application_id"),
    "check": (Check, "step_request__application_id"),
    "attempt": (Attempt, "step_request__application_id"),
    "part": (AttemptPart, "attempt__step_request__application_id"),
    "step_request": (StepRequest, "application_id"),
    "request": (ReferenceRequest, "check_run__step_request__application_id"),
    "referee": (Referee, "check_run__step_request__application_id"),
}
#: key of details -> model, name column, URL name
_NAMED: Final[dict[str, tuple[type[OrganisationOwned], str, str]]] = {
    "role": (Role, "title", "role"),
    "member": (Membership, "user__name", "member"),
    "invitation": (Invitation, "email", ""),
    "test": (Test, "title", ""),
    "questionnaire": (Questionnaire, "title", "questionnaire"),
}
#: details whose "candidate" is Greenhouse's id, and whose "part" is a number
_OTHER_CANDIDATE: Final = {"greenhouse.test_note"}
_OTHER_PART: Final = {"answer.marked"}
#: actor of failed sign-ins
NOT_SIGNED_IN: Final = "not signed in"
#: prefix of the actor in entries made by a link, before the link's id
_LINK: Final = "link "
#: maximum search results
AT_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Thing:
    """The subject of an entry. `url`: empty without a page."""

    name: str
    url: str = ""


class Things:
    """The subjects of some entries, fetched with a constant number of queries."""

    def __init__(self, organisation: Organisation, entries: Iterable[AuditEntry]) -> None:
        self.organisation = organisation
        entries = list(entries)
        ids: dict[str, set[int]] = {}
        for entry in entries:
            for key, pk in _ids(entry).items():
                ids.setdefault(key, set()).add(pk)
        self._application_of = {
            key: dict(model.objects.of(organisation).filter(pk__in=ids[key]).values_list("pk", path))
            for key, (model, path) in _TO_APPLICATION.items()
            if key in ids
        }
        self._names = {
            key: dict(model.objects.of(organisation).filter(pk__in=ids[key]).values_list("pk", column))
            for key, (model, column, _url) in _NAMED.items()
            if key in ids
        }
        self._holds = Hold.objects.of(organisation).in_bulk(ids.get("hold", ())) if "hold" in ids else {}
        wanted = set(ids.get("application", ()))
        for found in self._application_of.values():
            wanted |= {pk for pk in found.values() if pk}
        people = set(ids.get("candidate", ())) | {
            h.candidate_id for h in self._holds.values() if h.candidate_id
        }
        merged = dict(
            Candidate.objects.of(organisation)
            .filter(pk__in=people, merged_into__isnull=False)
            .values_list("pk", "merged_into_id")
        )
        people |= {pk for pk in merged.values() if pk}
        rows = Application.objects.of(organisation).filter(Q(pk__in=wanted) | Q(candidate_id__in=people))
        self._applications = {row.pk: row for row in rows.select_related("candidate").order_by("pk")}
        by_candidate = {row.candidate_id: row for row in self._applications.values()}
        into_others = {pk: by_candidate[into] for pk, into in merged.items() if into in by_candidate}
        self._of_candidate = by_candidate | into_others

    def of(self, entry: AuditEntry) -> Thing | None:
        """Return the most specific subject of an entry, or None."""
        ids = _ids(entry)
        application = ids.get("application")
        for key, found in self._application_of.items():
            application = application or found.get(ids.get(key, 0))
        if application is not None:
            return self._person(self._applications.get(application), number=application)
        if (candidate := ids.get("candidate")) is not None:
            return self._person(self._of_candidate.get(candidate), number=candidate)
        if (hold := self._holds.get(ids.get("hold", 0))) is not None and hold.candidate_id:
            return self._person(self._of_candidate.get(hold.candidate_id), number=hold.candidate_id)
        if (mail_text := self._mail_text(entry)) is not None:
            return mail_text
        things = [thing for key in _NAMED if key in ids and (thing := self._named(key, ids[key]))]
        if len(things) > 1 and "member" in ids and "role" in ids:  # a member added to a role
            return Thing(f"{things[0].name}: {things[1].name}", things[0].url)
        return things[0] if things else None

    def _mail_text(self, entry: AuditEntry) -> Thing | None:
        kind, language = str(entry.details.get("mail")), str(entry.details.get("language"))
        if kind not in NAMES or language not in LANGUAGES:
            return None
        url = reverse("mail_text", args=[self.organisation.slug, kind, language])
        return Thing(f"{NAMES[kind]}, {LANGUAGES[language]}", url)

    def _person(self, row: Application | None, *, number: int) -> Thing:
        if row is None:
            return Thing(_("Erased person %(n)s") % {"n": number})
        if row.erased_at is not None or row.candidate.erased_at is not None:
            return Thing(_("Erased person %(n)s") % {"n": row.candidate_id})
        return Thing(row.candidate.name, reverse("candidate", args=[self.organisation.slug, row.pk]))

    def _named(self, key: str, pk: int) -> Thing | None:
        name = self._names.get(key, {}).get(pk)
        if not name:
            return None
        url_name = _NAMED[key][2]
        return Thing(str(name), reverse(url_name, args=[self.organisation.slug, pk]) if url_name else "")


def link_holders(organisation: Organisation, entries: Iterable[AuditEntry]) -> dict[str, str]:
    """Return, by actor, the holder of a link used without signing in. At most one query."""
    ids = {entry.actor: int(entry.actor.removeprefix(_LINK)) for entry in entries if _is_link(entry.actor)}
    if not ids:
        return {}
    rows = Link.objects.of(organisation).select_related("email", "created_by__user").in_bulk(ids.values())
    return {actor: _holder(rows.get(pk)) for actor, pk in ids.items()}


def _is_link(actor: str) -> bool:
    return actor.startswith(_LINK) and actor.removeprefix(_LINK).isdecimal()


def _holder(link: Link | None) -> str:
    if link is not None and link.email is not None and link.email.to_address:
        return _("Link sent to %(address)s") % {"address": link.email.to_address}
    if link is not None and link.created_by is not None:
        return _("Link shared by %(name)s") % {"name": link.created_by.user.name}
    return _("Somebody with a link")


def _ids(entry: AuditEntry) -> Mapping[str, int]:
    details: Mapping[str, Any] = entry.details
    found = {
        key: value for key, value in details.items() if isinstance(value, int) and not isinstance(value, bool)
    }
    if entry.member_id and entry.actor == NOT_SIGNED_IN:  # the account of an attempted sign-in
        found["member"] = entry.member_id
    if entry.action in _OTHER_CANDIDATE:
        found.pop("candidate", None)
    if entry.action in _OTHER_PART:
        found.pop("part", None)
    return found


def about(organisation: Organisation, text: str) -> Q:
    members = (
        Membership.objects.of(organisation)
        .alias(plain_name=WithoutAccents("user__name"))
        .filter(contains_words(text, "plain_name") | Q(user__email__icontains=text))
    )
    roles = Role.objects.of(organisation).filter(contains_words(text, "plain_title"))
    every = Application.objects.of(organisation).select_related("candidate")
    people = list(matching_name(every, text).order_by("-pk").values_list("candidate_id", flat=True)[:AT_MOST])
    applications = list(every.filter(candidate_id__in=people).values_list("pk", flat=True))
    merged = Candidate.objects.of(organisation).filter(merged_into__in=people)
    found: dict[str, list[int]] = {
        "member": _pks(members),
        "role": _pks(roles),
        "candidate": [*people, *_pks(merged)],
        "application": applications,
    }
    if applications:
        for key, (model, path) in _TO_APPLICATION.items():
            rows = model.objects.of(organisation).filter(**{f"{path}__in": applications})
            found[key] = list(rows.values_list("pk", flat=True))
    conditions = Q(member_id__in=found["member"])
    for key, pks in found.items():
        for pk in pks:
            conditions |= Q(details__contains={key: pk})
    for pk in applications:
        conditions |= Q(details__contains={"applications": [pk]})
    return conditions


def _pks(rows: Any) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_MOST])


PAGE: Final = 100
#: entries per query of the CSV
BATCH: Final = 500
#: days shown unless a period is chosen
DAYS: Final = 30
_LONGEST_VALUE: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Read from the URL. Days are the organisation's; `until` is included. `before`: the keyset."""

    group: str
    member: int | None
    text: str
    since: date
    until: date
    before: tuple[datetime, int] | None

    @classmethod
    def of(cls, query: QueryDict, *, today: date) -> Self:
        """Malformed values fall back to the default."""
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
        """Return the query string without the keyset, with these changes."""
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
class AuditRow:
    """`note`: where a sign-in came from."""

    entry: AuditEntry
    actor: str
    #: address of an acting member, since names can change
    actor_email: str
    wording: Wording
    about: Thing | None
    note: str
    changed: tuple[Changed, ...]


def matching(organisation: Organisation, filters: Filters) -> QuerySet[AuditEntry]:
    zone = organisation.zone
    rows = AuditEntry.objects.of(organisation).filter(
        at__gte=datetime.combine(filters.since, time.min, zone),
        at__lt=datetime.combine(filters.until + timedelta(days=1), time.min, zone),
    )
    if filters.member is not None:
        rows = rows.filter(member_id=filters.member)
    return rows.filter(about(organisation, filters.text)) if filters.text else rows


def of_group(rows: QuerySet[AuditEntry], group: str) -> QuerySet[AuditEntry]:
    if not group:
        return rows
    if group == ActionGroup.SETTINGS:  # also the actions of other versions
        others = (
            action
            for action_group in ActionGroup
            if action_group != group
            for action in actions_of(action_group)
        )
        return rows.exclude(action__in=list(others))
    return rows.filter(action__in=actions_of(group))


def count_by_group(rows: QuerySet[AuditEntry]) -> dict[str, int]:
    """Count by group; "" is the total."""
    counts: dict[str, int] = dict.fromkeys(["", *ActionGroup], 0)
    for action, n in rows.order_by().values_list("action").annotate(n=Count("pk")):
        counts[wording_of(action).group] += n
        counts[""] += n
    return counts


def page_of(
    rows: QuerySet[AuditEntry], *, before: tuple[datetime, int] | None, size: int = PAGE
) -> list[AuditEntry]:
    """Return the newest entries before this one, and one beyond `size` if there are more."""
    if before is not None:
        at, pk = before
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    return list(rows.select_related("member__user").order_by("-at", "-pk")[: size + 1])


def keyset_of(entry: AuditEntry) -> str:
    return f"{entry.at.isoformat()}_{entry.pk}"


def rows_of(organisation: Organisation, entries: list[AuditEntry]) -> list[AuditRow]:
    things, holders = Things(organisation, entries), link_holders(organisation, entries)
    return [
        AuditRow(
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


def all_rows(organisation: Organisation, rows: QuerySet[AuditEntry]) -> Iterator[AuditRow]:
    """Yield every matching entry, newest first, in batches."""
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
        case list() if all(isinstance(item, (str, int)) for item in value):
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

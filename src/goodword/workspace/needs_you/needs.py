from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, is_visible, of_own_roles
from goodword.core.workdays import Calendar, working_days_between
from goodword.roles.models import Role, Step, visible_roles
from goodword.workspace.models import HiddenNeed

#: maximum count of a source
COUNTED = 200
#: what `need_about` reads of an attempt, check or report
OF_RUN = (
    "step_request__step",
    "step_request__application__candidate",
    "step_request__application__role",
)
#: length of a quoted text
LONGEST_QUOTE = 120


class Urgency(StrEnum):
    #: can't continue without a person
    STUCK = "stuck"
    #: late, but ends automatically
    OVERDUE = "overdue"
    #: mentioned by a colleague
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedAction:
    """A button that posts, with hidden `fields`, or a link. `label` says what will happen."""

    label: str
    url: str
    is_link: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    #: whether it opens Greenhouse
    is_external: bool = False

    @property
    def target(self) -> str | None:
        return "_blank" if self.is_external else None

    @property
    def rel(self) -> str | None:
        return "noopener" if self.is_external else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """For example "Ada Lovelace" (`who`) "can't name a manager" (`what`). The first of `actions` is the main one."""

    pk: int
    who: str
    url: str
    what: str
    since: datetime
    #: the role's title; empty if it must not be named
    role: str
    place: str
    detail: str = ""
    actions: Sequence[NeedAction] = ()
    #: how late, in words
    late: str = ""
    #: the source's, set by `collect`
    source: str = ""
    urgency: Urgency = Urgency.STUCK

    @property
    def key(self) -> str:
        """The id under which the need is hidden."""
        return f"{self.source}:{self.pk}"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The member, and whether to include only their own roles and candidates."""

    member: Membership
    mine: bool
    now: datetime

    @property
    def organisation(self) -> Organisation:
        return self.member.organisation

    @cached_property
    def applications(self) -> QuerySet[Application, Any]:
        """The visible applications that are not being erased."""
        rows = Application.objects.of(self.organisation).filter(is_visible(self.member, ids=True))
        rows = rows.filter(erased_at=None, erasure_requested_at=None)
        return (rows.filter(of_own_roles(self.member)) if self.mine else rows).values("pk")

    @cached_property
    def active(self) -> QuerySet[Application, Any]:
        return self.applications.filter(status=Application.Status.ACTIVE)

    @cached_property
    def roles(self) -> QuerySet[Role, Any]:
        rows = visible_roles(self.member).filter(archived_at=None)
        return (rows.filter(owner=self.member) if self._owns else rows).values("pk")

    @property
    def _owns(self) -> bool:
        return self.mine and self.member.may_work

    def link(self, name: str, *more: object) -> str:
        return reverse(name, args=[self.organisation.slug, *more])


@dataclass(frozen=True, kw_only=True)
class NeedSource:
    """`rows`: rows that need action. `order`: the column to sort by, oldest first. `related`: what `describe` reads.

    `group`: groups the rows, oldest first, if a need is about several. `key` is then the column that identifies it.
    """

    name: str
    urgency: Urgency
    rows: Callable[[Viewer], QuerySet[Any]]
    describe: Callable[[Viewer, Sequence[Any]], Sequence[Need]]
    order: str = ""
    related: Sequence[str] = ()
    group: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    key: str = "pk"


@dataclass(frozen=True, kw_only=True)
class Needs:
    """The oldest needs of each urgency, and the total. `not_all`: the count stopped early."""

    shown: Mapping[Urgency, Sequence[Need]]
    counts: Mapping[Urgency, int]
    not_all: frozenset[Urgency] = frozenset()

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def more(self, urgency: Urgency) -> int:
        return self.counts[urgency] - len(self.shown[urgency])

    @property
    def total_text(self) -> str:
        return f"{self.total}+" if self.not_all else str(self.total)

    def text(self, urgency: Urgency) -> str:
        """The count as text, "200+" if not all were counted."""
        return f"{self.counts[urgency]}+" if urgency in self.not_all else str(self.counts[urgency])


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """Ids by source, to omit or, with `only`, to show exclusively."""

    ids: Mapping[str, Collection[int]] = field(default_factory=dict)
    only: bool = False


def collect(
    viewer: Viewer,
    sources: Sequence[NeedSource],
    *,
    at_most: int,
    hidden: Hidden | None = None,
    counted: int = COUNTED,
) -> Needs:
    """Return at most `at_most` needs of each urgency, counting up to `counted` per source. The number of queries
    depends only on the sources that have needs."""
    hidden = hidden or Hidden()
    shown: dict[Urgency, list[Need]] = {urgency: [] for urgency in Urgency}
    counts = dict.fromkeys(Urgency, 0)
    not_all = set()
    for source in sources:
        ids = hidden.ids.get(source.name, ())
        if hidden.only and not ids:
            continue
        rows = source.rows(viewer)
        if ids:
            those = {f"{source.key}__in": list(ids)}
            rows = rows.filter(**those) if hidden.only else rows.exclude(**those)
        found, n = _oldest(source, rows, at_most=at_most, counted=max(counted, at_most + 1))
        if not n:
            continue
        counts[source.urgency] += n
        if n > at_most and n >= counted:
            not_all.add(source.urgency)
        shown[source.urgency] += [
            replace(need, source=source.name, urgency=source.urgency)
            for need in source.describe(viewer, found)
        ]
    return Needs(
        shown={
            urgency: sorted(needs, key=lambda need: (need.since, need.key))[:at_most]
            for urgency, needs in shown.items()
        },
        counts=counts,
        not_all=frozenset(not_all),
    )


def _oldest(
    source: NeedSource, rows: QuerySet[Any], *, at_most: int, counted: int
) -> tuple[Sequence[Any], int]:
    """Return the oldest rows and the number of needs, counted up to `counted`.

    The ids come first, in the list's order: most sources are empty, and PostgreSQL can read them from an index and stop
    early. What `describe` needs is then read for the listed rows alone.
    """
    if source.group is not None:
        found = list(source.group(rows)[: at_most + 1])
        if len(found) <= at_most:
            return found, len(found)
        return found[:at_most], rows.order_by().values(source.key).distinct()[:counted].count()
    rows = rows.order_by(source.order, "pk")
    ids = list(rows.values_list("pk", flat=True)[:counted])
    if not ids[:at_most]:
        return (), len(ids)
    listed = rows.filter(pk__in=ids[:at_most])  # some may just have been settled
    return list(listed.select_related(*source.related)), len(ids)


def need_about(
    application: Application,
    step: Step | None = None,
    *,
    pk: int,
    url: str,
    what: str,
    since: datetime,
    detail: str = "",
    actions: Sequence[NeedAction] = (),
    late: str = "",
) -> Need:
    return Need(
        pk=pk,
        who=application.candidate.name,
        url=url,
        what=what,
        since=since,
        role=application.role.title if application.role else "",
        place=place(application, step),
        detail=detail,
        actions=actions,
        late=late,
    )


def place(application: Application, step: Step | None = None) -> str:
    """For example "Senior Account Manager · assessment"."""
    title = application.role.title if application.role else ""
    return f"{title} · {step.get_kind_display().lower()}" if step else title


def step_url(viewer: Viewer, application: Application, step: Step) -> str:
    return f"{viewer.link('candidate', application.pk)}#{step.kind}"


def quote(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_QUOTE:
        text = text[:LONGEST_QUOTE].rstrip() + "…"
    return f"“{text}”"


def late(since: datetime, *, now: datetime, calendar: Calendar) -> str:
    days = working_days_between(since, now, calendar=calendar)
    if days < 1:
        return _("less than a day late")
    return ngettext("%(n)s working day late", "%(n)s working days late", days) % {"n": days}


def hidden_ids(member: Membership, *, now: datetime) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    rows = HiddenNeed.objects.of(member.organisation).filter(member=member, until__gt=now)
    for source, need_id in rows.values_list("source", "need_id"):
        found[source].append(need_id)
    return found


def hide_need(*, member: Membership, source: str, need_id: int, now: datetime) -> None:
    """Hide a need until midnight in the organisation's time zone, and delete the member's expired rows. Idempotent."""
    rows = HiddenNeed.objects.of(member.organisation).filter(member=member)
    rows.filter(until__lte=now).delete()
    zone = member.organisation.zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    HiddenNeed.objects.of(member.organisation).update_or_create(
        member=member,
        source=source,
        need_id=need_id,
        defaults={
            "organisation": member.organisation,
            "until": datetime.combine(tomorrow, time(), tzinfo=zone),
        },
    )


def show_need_again(*, member: Membership, source: str, need_id: int) -> None:
    HiddenNeed.objects.of(member.organisation).filter(member=member, source=source, need_id=need_id).delete()

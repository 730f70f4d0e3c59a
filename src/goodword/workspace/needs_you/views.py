"""Home."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.core import clock
from goodword.core.models import Event
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import live_connections
from goodword.greenhouse.setup.webhooks import WebhookSetup, webhook_setup
from goodword.references.models import Check, ReferenceRequest
from goodword.reports.domain.reviews import to_review
from goodword.roles.models import Role, visible_roles
from goodword.workflow.models import UNFINISHED, StepRequest
from goodword.workspace.first_run import is_landing_page
from goodword.workspace.needs_you.needs import (
    Hidden,
    Needs,
    Urgency,
    Viewer,
    collect,
    hidden_ids,
    hide_need,
    place,
    show_need_again,
)
from goodword.workspace.needs_you.sources import NAMES, SOURCES
from goodword.workspace.results_to_review import monday, reviewed, rows_of, with_relations

#: maximum rows of each urgency, initially and after *Show more*
AT_MOST, MORE = 50, 500
#: maximum results to review
RESULTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    urgency: str
    mine: bool
    hidden: bool
    more: bool

    @classmethod
    def of(cls, query: QueryDict, member: Membership) -> "Chosen":
        urgency = query.get("show", "")
        roles = query.get("roles", "")
        return cls(
            urgency=urgency if urgency in set(Urgency) else "",
            mine=member.may_work and (roles == "mine" or (roles != "all" and has_own_roles(member))),
            hidden="hidden" in query,
            more="more" in query,
        )

    def query(self, **change: object) -> str:
        now = {"show": self.urgency, "roles": "mine" if self.mine else "all", "hidden": self.hidden, **change}
        return "?" + urlencode(
            {name: "1" if value is True else value for name, value in now.items() if value}
        )


def has_own_roles(member: Membership) -> bool:
    """Whether the member owns a role. Others start with all roles."""
    return Role.objects.of(member.organisation).filter(owner=member, archived_at=None).exists()


@require_safe
@access.member()
def needs_you(request: MemberRequest) -> HttpResponseBase:
    if not request.GET and is_landing_page(request.member):
        return redirect("first_run", request.organisation.slug)
    now = clock.now()
    chosen = Chosen.of(request.GET, request.member)
    viewer = Viewer(member=request.member, mine=chosen.mine, now=now)
    ids = hidden_ids(request.member, now=now)
    at_most = MORE if chosen.more else AT_MOST
    needs = collect(viewer, SOURCES, at_most=at_most, hidden=Hidden(ids=ids, only=chosen.hidden))
    return render(
        request,
        "workspace/needs_you/home.html",
        {
            "now": now,
            "chosen": chosen,
            "needs": needs,
            "no_roles": not needs.total and not visible_roles(request.member).exists(),
            "groups": _groups(needs, chosen),
            "chips": _chips(needs, chosen),
            "scopes": _scopes(chosen),
            "hidden_count": _hidden_count(viewer, ids),
            "hidden_url": chosen.query(hidden=not chosen.hidden),
            "back": request.get_full_path(),
            **_results(viewer),
            "week": week_figures(viewer, monday=monday(request.member, now=now)),
            "next_up": next_up(viewer),
            "connections": connections(viewer),
        },
    )


def _hidden_count(viewer: Viewer, ids: Mapping[str, Collection[int]]) -> int:
    """The number of hidden needs that aren't settled yet."""
    return collect(viewer, SOURCES, at_most=AT_MOST, hidden=Hidden(ids=ids, only=True)).total if ids else 0


def _results(viewer: Viewer) -> dict[str, Any]:
    rows = to_review(viewer.member, mine=viewer.mine)
    week = reviewed(viewer.member).filter(reviewed_at__gte=monday(viewer.member, now=viewer.now))
    count = rows.count()
    return {
        "rows": rows_of(with_relations(rows.order_by("since", "pk"))[:RESULTS]) if count else [],
        "rows_count": count,
        "rows_url": viewer.link("results") + ("?show=mine" if viewer.mine else "?show=all"),
        "reviewed_this_week": week.count(),
        "show": "",
    }


def _groups(needs: Needs, chosen: Chosen) -> list[dict[str, Any]]:
    titles = {
        Urgency.STUCK: (_("Stuck"), _("Needs a person to continue")),
        Urgency.OVERDUE: (_("Overdue"), _("Waiting longer than planned")),
        Urgency.MENTIONED: (_("Mentions"), _("Until you open the candidate's page")),
    }
    return [
        {
            "id": urgency.value,
            "title": title,
            "note": note,
            "needs": needs.shown[urgency],
            "more": needs.more(urgency),
            "plus": "+" if urgency in needs.not_all else "",
            "more_url": "" if chosen.more else chosen.query(more=True),
        }
        for urgency, (title, note) in titles.items()
        if needs.shown[urgency] and (chosen.hidden or chosen.urgency in {"", urgency})
    ]


def _chips(needs: Needs, chosen: Chosen) -> list[dict[str, Any]]:
    words = {
        "": (_("All"), needs.total_text),
        Urgency.STUCK.value: (_("Stuck"), needs.text(Urgency.STUCK)),
        Urgency.OVERDUE.value: (_("Overdue"), needs.text(Urgency.OVERDUE)),
    }
    if needs.counts[Urgency.MENTIONED] or chosen.urgency == Urgency.MENTIONED:
        words[Urgency.MENTIONED.value] = (_("Mentions"), needs.text(Urgency.MENTIONED))
    return [
        {"label": label, "count": count, "url": chosen.query(show=key), "current": chosen.urgency == key}
        for key, (label, count) in words.items()
    ]


def _scopes(chosen: Chosen) -> list[dict[str, Any]]:
    return [
        {"label": _("My roles"), "url": chosen.query(roles="mine"), "current": chosen.mine},
        {"label": _("All roles"), "url": chosen.query(roles="all"), "current": not chosen.mine},
    ]


@require_POST
@access.member(kinds=access.WORKS)
def hide(request: MemberRequest, source: str, need_id: int) -> HttpResponseBase:
    _refuse_unknown(source)
    hide_need(member=request.member, source=source, need_id=need_id, now=clock.now())
    _audit(request, "need.hidden", source, need_id)
    messages.success(request, _("Hidden until tomorrow."))
    return redirect("needs_you", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def show_again(request: MemberRequest, source: str, need_id: int) -> HttpResponseBase:
    _refuse_unknown(source)
    show_need_again(member=request.member, source=source, need_id=need_id)
    _audit(request, "need.shown_again", source, need_id)
    return redirect("needs_you", request.organisation.slug)


def _refuse_unknown(source: str) -> None:
    if source not in NAMES:
        raise Http404


def _audit(request: MemberRequest, action: str, source: str, need_id: int) -> None:
    write_by(request.member, action, now=clock.now(), details={"need": f"{source}:{need_id}"})


AHEAD: Final = timedelta(days=7)
#: maximum invitations listed by name
INVITATIONS: Final = 5
#: event -> name of the figure
FIGURES: Final[Mapping[str, str]] = {
    "attempt.assigned": "invited",
    "check.opened": "invited",
    "attempt.completed": "completed",
    "check.completed": "completed",
    "reference.received": "references",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """An event at a time or on a day. `url`: the candidate's page."""

    at: datetime | None = None
    day: date | None = None
    what: str
    who: str = ""
    url: str = ""


def week_figures(viewer: Viewer, *, monday: datetime) -> dict[str, int]:
    """The figures of a week, by one query on the index of the organisation's events."""
    rows = (
        Event.objects.filter(
            organisation_id=viewer.organisation.pk,
            occurred_at__gte=monday,
            name__in=FIGURES,
            application_id__in=viewer.applications,
        )
        .values_list("name")
        .annotate(n=Count("pk"))
    )
    found: Counter[str] = Counter(dict.fromkeys(FIGURES.values(), 0))
    for name, n in rows:
        found[FIGURES[name]] += n
    return dict(found)


def next_up(viewer: Viewer) -> list[Upcoming]:
    """The next seven days: delayed invitations, then reminders and deadlines of reference checks by day."""
    return [*_invitations(viewer), *_by_day(viewer)]


def _invitations(viewer: Viewer) -> list[Upcoming]:
    rows = (
        StepRequest.objects.of(viewer.organisation)
        .filter(
            state=StepRequest.State.WAITING,
            due_at__isnull=False,
            due_at__lt=viewer.now + AHEAD,
            application__in=viewer.active,
        )
        .select_related("step", "application__candidate", "application__role")
        .order_by("due_at", "pk")
    )
    return [
        Upcoming(
            at=row.due_at,
            what=_("will be invited: %(place)s") % {"place": place(row.application, row.step)},
            who=row.application.candidate.name,
            url=viewer.link("candidate", row.application_id),
        )
        for row in rows[:INVITATIONS]
    ]


def _by_day(viewer: Viewer) -> list[Upcoming]:
    checks = Check.objects.of(viewer.organisation).filter(
        progress__in=UNFINISHED,
        closed_at=None,
        paused_at=None,
        step_request__application__in=viewer.applications,
    )
    requests = ReferenceRequest.objects.of(viewer.organisation).filter(
        check_run__paused_at=None, check_run__step_request__application__in=viewer.applications
    )
    reminders = _days(viewer, checks, "next_reminder_at") + _days(viewer, requests, "next_reminder_at")
    # the deadline counts from the invitation
    begun = checks.filter(Q(invited_at__isnull=False) | ~Q(progress=Check.Progress.PENDING))
    deadlines = _days(viewer, begun.filter(clock_stopped_at=None), "deadline_at")
    found = []
    for day in sorted({*reminders, *deadlines}):
        if n := reminders[day]:
            words = ngettext("%(n)s reminder about references", "%(n)s reminders about references", n)
            found.append(Upcoming(day=day, what=words % {"n": n}))
        if n := deadlines[day]:
            words = ngettext("%(n)s reference check is due", "%(n)s reference checks are due", n)
            found.append(Upcoming(day=day, what=words % {"n": n}))
    return found


def _days(viewer: Viewer, rows: QuerySet[Check] | QuerySet[ReferenceRequest], column: str) -> Counter[date]:
    within = rows.filter(**{f"{column}__gte": viewer.now, f"{column}__lt": viewer.now + AHEAD})
    day = TruncDate(column, tzinfo=viewer.organisation.zone)
    return Counter(dict(within.annotate(day=day).values_list("day").annotate(n=Count("pk")).order_by()))


def connections(viewer: Viewer) -> Sequence[tuple[Connection, WebhookSetup]]:
    if not viewer.member.may_work:
        return ()
    return [(connection, webhook_setup(connection)) for connection in live_connections(viewer.organisation)]

"""Reminders and deadlines of assessments are left out: their times could reveal an adjustment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.core.models import Event
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import live_connections
from goodword.greenhouse.setup.webhooks import WebhookSetup, webhook_setup
from goodword.references.models import Check, ReferenceRequest
from goodword.workflow.models import StepRequest
from goodword.workflow.states import UNFINISHED
from goodword.workspace.needs_you.needs import Viewer, place

AHEAD: Final = timedelta(days=7)
#: invitations listed by name
INVITATIONS: Final = 5
#: event -> figure
FIGURES: Final[Mapping[str, str]] = {
    "attempt.assigned": "invited",
    "check.opened": "invited",
    "attempt.completed": "completed",
    "check.completed": "completed",
    "reference.received": "references",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """At a time, or on a day. `url`: of the candidate."""

    at: datetime | None = None
    day: date | None = None
    what: str
    who: str = ""
    url: str = ""


def week_figures(viewer: Viewer, *, monday: datetime) -> dict[str, int]:
    """One query, by the index of an organisation's events."""
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
    """Of the next seven days: delayed invitations, then reminders and deadlines of reference checks by day."""
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
            what=_("is invited: %(place)s") % {"place": place(row.application, row.step)},
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
    deadlines = _days(viewer, checks.filter(clock_stopped_at=None), "deadline_at")
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
    return [(one, webhook_setup(one)) for one in live_connections(viewer.organisation)]

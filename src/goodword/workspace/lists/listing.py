"""The rows, counts and choices of a list of candidates, in a constant number of queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, Lower, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.roles.models import Role, Step
from goodword.workflow.models import StepRun
from goodword.workflow.states import is_open
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.lists.states import NAMES, STATES, STEPS, with_states
from goodword.workspace.progress import StepProgress, progress_of
from goodword.workspace.search import matching_name

PAGE: Final = 50
#: in longer lists states are computed only on request, since computing them for each application takes seconds
LARGE: Final = 5_000
_FACETS: Final = ("status", "assessment", "check")
_ORDERS: Final = {
    "name": "sort_name",
    "role": "sort_role",
    "stage": "sort_stage",
    "assessment": "assessment_state",
    "assessment_at": "assessment_at",
    "check": "check_state",
    "check_at": "check_at",
    "added": "created_at",
}
_STATE_ORDERS: Final = {"assessment", "assessment_at", "check", "check_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    url: str
    label: str
    #: None if it is not counted
    count: int | None
    current: bool
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCell:
    """`word` and `at`: since or until when."""

    mark: StepProgress
    word: str
    at: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    application: Application
    cells: Sequence[StepCell]


@dataclass(frozen=True, kw_only=True)
class Column:
    label: str
    url: str
    direction: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    stages: Sequence[str]
    recruiters: Sequence[str]
    owners: Sequence[tuple[int, str]]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`total`: candidates without any filter. `count`: those that match. `is_large`: see LARGE."""

    query: ListQuery
    role: Role | None
    rows: Sequence[ListRow]
    page: "Page[Application]"
    total: int
    count: int
    is_large: bool
    status_chips: Sequence[Chip]
    step_chips: Sequence[tuple[str, Sequence[Chip]]]
    columns: dict[str, Column]
    choices: Choices


def listing_of(member: Membership, query: ListQuery, *, role: Role | None, now: datetime) -> Listing:
    every = visible_applications(member)
    if role is not None:
        every = every.filter(role=role)
    plain = _filtered(member, query, role=role)
    is_large = plain.order_by()[: LARGE + 1].count() > LARGE
    asks_states = _asks_state(query) or query.sort.removeprefix("-") in _STATE_ORDERS
    if is_large and not asks_states:
        found = plain.filter(status=query.status) if query.status else plain
    else:
        found = matching(member, query, role=role, now=now)
    found = found.order_by("-created_at", "-pk") if is_large and not query.sort else in_order(found, query)
    counts = _counts_by_status(plain, query) if is_large else _counts(member, query, role=role, now=now)
    if is_large and _asks_state(query):
        count = found.count()
    else:
        count = sum(n for key, n in counts.items() if _is_chosen(query, key))
    paginator = Paginator(found.select_related("candidate", "organisation", "role"), PAGE)
    paginator.count = count  # known already
    page = paginator.get_page(query.page)
    applications = list(page.object_list)
    marks = progress_of(applications, organisation=member.organisation, now=now)
    return Listing(
        query=query,
        role=role,
        rows=[
            ListRow(application=one, cells=[cell_of(mark) for mark in marks[one.pk]]) for one in applications
        ],
        page=page,
        total=sum(counts.values()) if not query.is_filtered else int(every.exists()),
        count=count,
        is_large=is_large,
        status_chips=_status_chips(query, counts, counted=not is_large or not _asks_state(query)),
        step_chips=[
            (Step.Kind(kind).label, _step_chips(query, None if is_large else counts, name))
            for name, kind in STEPS.items()
        ],
        columns=_columns(query, role=role),
        choices=_choices(every, with_owners=role is None),
    )


def matching(
    member: Membership, query: ListQuery, *, role: Role | None, now: datetime, facets: bool = True
) -> QuerySet[Application]:
    """The applications that the member may see and the query asks for, with states, unordered.

    `facets`: also by the chips, which are states and Greenhouse status.
    """
    rows = _filtered(member, query, role=role)
    if facets and query.status:
        rows = rows.filter(status=query.status)
    rows = with_states(
        rows, organisation=member.organisation, role_id=role.pk if role is not None else None, now=now
    )
    if facets:
        for name in STEPS:
            value = getattr(query, name)
            if value:
                rows = rows.filter(**{f"{name}_state": STATES[value][0]})
    return rows


def _filtered(member: Membership, query: ListQuery, *, role: Role | None) -> QuerySet[Application]:
    """Filtered by everything except the chips."""
    rows = visible_applications(member)
    if role is not None:
        rows = rows.filter(role=role)
    if query.q:
        rows = matching_name(rows, query.q, or_role=role is None)
    if query.stage:
        rows = rows.filter(stage_name=query.stage)
    if query.recruiter:
        rows = rows.filter(recruiter_name=query.recruiter)
    if query.owner is not None:
        rows = rows.filter(role__owner=query.owner)
    if query.since is not None:
        rows = rows.filter(created_at__gte=_midnight(query.since))
    if query.until is not None:
        rows = rows.filter(created_at__lt=_midnight(query.until) + timedelta(days=1))
    return rows


def in_order(rows: QuerySet[Application], query: ListQuery) -> QuerySet[Application]:
    """Most urgent first unless the query says otherwise; ended applications come last then."""
    if not query.sort:
        return rows.order_by(
            F("ended"), F("urgency"), F("due").asc(nulls_last=True), F("created_at").desc(), F("pk").desc()
        )
    descends, name = query.sort.startswith("-"), query.sort.removeprefix("-")
    shown_first = Coalesce(NullIf(F("candidate__preferred_name"), Value("")), F("candidate__first_name"))
    rows = rows.annotate(
        sort_name=Lower(Concat(F("candidate__last_name"), Value(" "), shown_first)),
        sort_role=Lower("role__title"),
        sort_stage=Lower("stage_name"),
    )
    key = F(_ORDERS[name])
    if descends:
        return rows.order_by(key.desc(nulls_last=True), F("pk").desc())
    return rows.order_by(key.asc(nulls_last=True), F("pk").asc())


def cell_of(mark: StepProgress) -> StepCell:
    run = mark.run
    if run is None or not is_open(run):
        return StepCell(mark=mark, word="", at=mark.since)
    if mark.state in {"overdue", "paused"} or mark.kind == Step.Kind.ASSESSMENT:
        # the deadline of an open assessment would reveal an adjustment
        return StepCell(mark=mark, word=_("since"), at=mark.since)
    return _until(mark, run)


def _until(mark: StepProgress, run: StepRun) -> StepCell:
    if run.clock_stopped_at is not None:
        return StepCell(mark=mark, word=_("on hold since"), at=run.clock_stopped_at)
    return StepCell(mark=mark, word=_("until"), at=run.deadline_at)


def _counts(
    member: Membership, query: ListQuery, *, role: Role | None, now: datetime
) -> Counter[tuple[str, ...]]:
    """By Greenhouse status and both states, of rows that match everything but the chips."""
    rows = matching(member, query, role=role, now=now, facets=False).order_by()
    found = rows.values_list("status", F("assessment_state"), F("check_state")).annotate(n=Count("pk"))
    return Counter({(status, NAMES[one], NAMES[other]): n for status, one, other, n in found})


def _counts_by_status(rows: QuerySet[Application], query: ListQuery) -> Counter[tuple[str, ...]]:
    """Counts as if all were in the chosen states."""
    found = rows.order_by().values_list("status").annotate(n=Count("pk"))
    return Counter({(status, query.assessment, query.check): n for status, n in found})


def _asks_state(query: ListQuery) -> bool:
    return bool(query.assessment or query.check)


def _is_chosen(query: ListQuery, key: tuple[str, ...], *, but: str = "") -> bool:
    return all(
        name == but or not getattr(query, name) or getattr(query, name) == value
        for name, value in zip(_FACETS, key, strict=True)
    )


def _by(query: ListQuery, counts: Counter[tuple[str, ...]], facet: str) -> Counter[str]:
    """Counts of one facet's values, of rows that match the other facets."""
    at = _FACETS.index(facet)
    found: Counter[str] = Counter()
    for key, n in counts.items():
        if _is_chosen(query, key, but=facet):
            found[key[at]] += n
    return found


def _status_chips(query: ListQuery, counts: Counter[tuple[str, ...]], *, counted: bool) -> list[Chip]:
    found = _by(query, counts, "status")
    chips = [
        Chip(
            url=query.url(status=""),
            label=_("All"),
            count=sum(found.values()) if counted else None,
            current=not query.status,
        )
    ]
    for value, label in Application.Status.choices:
        if found[value] or query.status == value:
            current = query.status == value
            chips.append(
                Chip(
                    url=query.url(status="" if current else value),
                    label=str(label),
                    count=found[value] if counted else None,
                    current=current,
                )
            )
    return chips


def _step_chips(query: ListQuery, counts: Counter[tuple[str, ...]] | None, step: str) -> list[Chip]:
    """`counts` is None in large lists."""
    found = _by(query, counts, step) if counts is not None else None
    chosen = getattr(query, step)
    return [
        Chip(
            url=query.url(**{step: "" if name == chosen else name})
            if found is None or found[name] or name == chosen
            else "",
            label=str(label),
            count=None if found is None else found[name],
            current=name == chosen,
            state=state,
        )
        for name, (_number, state, label) in STATES.items()
    ]


def _columns(query: ListQuery, *, role: Role | None) -> dict[str, Column]:
    labels = {
        "name": _("Candidate"),
        "role": _("Role"),
        "stage": _("Stage"),
        "assessment": _("Assessment"),
        "assessment_at": _("Since"),
        "check": _("Reference check"),
        "check_at": _("Since or until"),
        "added": _("Added"),
    }
    return {
        name: Column(
            label=label,
            url=query.url(sort=f"-{name}" if query.sort == name else name),
            direction={name: "ascending", f"-{name}": "descending"}.get(query.sort, ""),
        )
        for name, label in labels.items()
        if name != "role" or role is None
    }


def _choices(rows: QuerySet[Application], *, with_owners: bool) -> Choices:
    rows = rows.order_by()
    owners = rows.values_list("role__owner", "role__owner__user__name").distinct() if with_owners else ()
    return Choices(
        stages=sorted(filter(None, rows.values_list("stage_name", flat=True).distinct())),
        recruiters=sorted(filter(None, rows.values_list("recruiter_name", flat=True).distinct())),
        owners=sorted(owners, key=lambda one: one[1].casefold()),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))

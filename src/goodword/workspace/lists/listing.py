"""The page *Candidates*; the rows, counts and filters of any list of candidates, in a constant number of queries.

`drawn` renders the rows for the template as text or HTML. Parts shared by rows are rendered once per page.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.core.text import clean_text, without_accents
from goodword.roles.models import Role, Step, visible_roles
from goodword.ui.statuses import Status, mark_svg, status_of
from goodword.ui.templatetags.ui import short_day, short_time
from goodword.workflow.models import StepRun, is_open
from goodword.workspace.lists.pages import ListPage, Order, page_of
from goodword.workspace.lists.query import NAMES, STATES, STEPS, ListQuery, state_at
from goodword.workspace.lists.rows import FEW, VisibleScope, chosen, filtered
from goodword.workspace.lists.saved_views import views_of
from goodword.workspace.models import ListedApplication
from goodword.workspace.progress import StepProgress, progress_of, started_on

_FACETS: Final = ("status", "assessment", "check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    url: str
    label: str
    count: int
    current: bool
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCell:
    """`word`, `at`: since or until when."""

    mark: StepProgress
    word: str
    at: date | None

    @property
    def status(self) -> Status:
        return status_of(self.mark.state, attention=bool(self.mark.attention))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """`reminder`: the next reminder of the reference check, to candidate or referees."""

    application: Application
    cells: Sequence[StepCell]
    reminder: datetime | None

    @property
    def is_plain(self) -> bool:
        """Whether only the stage needs to be shown."""
        application = self.application
        return bool(
            application.stage_name
            and not application.end
            and not application.prospect
            and not application.not_visible_since
        )


@dataclass(frozen=True, kw_only=True)
class ListColumn:
    label: str
    url: str
    direction: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    stages: Sequence[str]
    recruiters: Sequence[str]
    owners: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """`url`: empty for the current page. `number`: None for omitted pages."""

    number: int | None
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`total`: candidates without filters. `count`: those that match."""

    query: ListQuery
    role: Role | None
    rows: Sequence[ListRow]
    page: ListPage
    page_links: Sequence[PageLink]
    total: int
    count: int
    status_chips: Sequence[Chip]
    step_chips: Sequence[tuple[str, Sequence[Chip]]]
    columns: dict[str, ListColumn]
    choices: Choices

    @property
    def previous(self) -> str:
        return _page_url(self.query, self.page, self.page.number - 1) if self.page.number > 1 else ""

    @property
    def next(self) -> str:
        return (
            _page_url(self.query, self.page, self.page.number + 1)
            if self.page.number < self.page.pages
            else ""
        )


def listing_of(member: Membership, query: ListQuery, *, role: Role | None, now: datetime) -> Listing:
    scope = VisibleScope.of(member, role)
    counts = _counts(filtered(scope, query), now=now)
    count = sum(n for key, n in counts.items() if _is_chosen(query, key))
    rows = filtered(scope, query, few=sum(counts.values()) <= FEW)
    page = page_of(chosen(rows, query, now=now), Order.of(query.sort, now=now), query.place, total=count)
    return Listing(
        query=query,
        role=role,
        rows=_rows(member, page.ids, now=now),
        page=page,
        page_links=_page_links(query, page),
        total=int(scope.rows().exists()) if query.is_filtered else sum(counts.values()),
        count=count,
        status_chips=_status_chips(query, counts),
        step_chips=[
            (Step.Kind(kind).label, _step_chips(query, counts, name)) for name, kind in STEPS.items()
        ],
        columns=_columns(query, role=role),
        choices=_choices(scope, query, with_owners=role is None),
    )


def _rows(member: Membership, ids: Sequence[int], *, now: datetime) -> list[ListRow]:
    """`ids`: visible to the member."""
    found = {application.pk: application for application in _applications(member.organisation, list(ids))}
    for application in found.values():
        application.organisation = member.organisation
    applications = [found[pk] for pk in ids if pk in found]
    marks = progress_of(applications, organisation=member.organisation, now=now)
    return [
        ListRow(
            application=application,
            cells=[cell_of(mark) for mark in marks[application.pk]],
            reminder=application.listed.next_reminder_at,
        )
        for application in applications
    ]


@compiled
def _applications(organisation: HasPk, ids: list[int]) -> QuerySet[Application]:
    rows = Application.objects.of(organisation).filter(pk__any_of=ids)
    return rows.select_related("candidate", "role", "listed")


def decides(rows: Iterable[ListRow]) -> bool:
    """Whether members set the status of any of these candidates, who aren't in Greenhouse."""
    return any(not row.application.in_greenhouse for row in rows)


def _page_links(query: ListQuery, page: ListPage) -> list[PageLink]:
    if page.pages == 1:
        return []
    links: list[PageLink] = []
    shown = {1, page.pages, *range(page.number - 1, page.number + 2)} & set(range(1, page.pages + 1))
    for before, number in zip((0, *sorted(shown)), sorted(shown), strict=False):
        if number - before > 1:
            links.append(PageLink(number=None))
        url = _page_url(query, page, number) if number != page.number else ""
        links.append(PageLink(number=number, url=url))
    return links


def _page_url(query: ListQuery, page: ListPage, number: int) -> str:
    """The URL of a page. Neighbouring pages start from this page's rows, so added or removed rows cause no gaps."""
    if number == 1:
        return query.url() if query.values else "?"
    place = {page.number + 1: {"after": page.after}, page.number - 1: {"before": page.before}}.get(number, {})
    return query.url(page=str(number), **place)


def cell_of(mark: StepProgress) -> StepCell:
    run = mark.run
    # the column of assessments says "Since"; their deadline would reveal an adjustment
    if run is None or not is_open(run) or mark.kind == Step.Kind.ASSESSMENT:
        at = mark.since
        if run is not None and mark.attention and mark.state == "overdue":
            # as in the file, where it needs attention and isn't overdue
            at = started_on(run) or run.opened_at
        return StepCell(mark=mark, word="", at=at)
    if mark.state in {"overdue", "paused"}:
        return StepCell(mark=mark, word=_("since"), at=mark.since)
    return _until(mark, run)


def _until(mark: StepProgress, run: StepRun) -> StepCell:
    if run.clock_stopped_at is not None:
        return StepCell(mark=mark, word=_("on hold since"), at=run.clock_stopped_at)
    return StepCell(mark=mark, word=_("until"), at=run.deadline_at)


def _counts(rows: QuerySet[ListedApplication], *, now: datetime) -> Counter[tuple[str, ...]]:
    states = {f"{step}_now": state_at(step, now=now) for step in STEPS}
    found = rows.annotate(**states).order_by().values_list("status", *states).annotate(n=Count("*"))
    return Counter({(status, NAMES[one], NAMES[other]): n for status, one, other, n in found})


def _is_chosen(query: ListQuery, key: tuple[str, ...], *, but: str = "") -> bool:
    return all(
        name == but or not getattr(query, name) or getattr(query, name) == value
        for name, value in zip(_FACETS, key, strict=True)
    )


def _by(query: ListQuery, counts: Counter[tuple[str, ...]], facet: str) -> Counter[str]:
    """Count one facet's values among rows that match the other facets."""
    at = _FACETS.index(facet)
    found: Counter[str] = Counter()
    for key, n in counts.items():
        if _is_chosen(query, key, but=facet):
            found[key[at]] += n
    return found


def _status_chips(query: ListQuery, counts: Counter[tuple[str, ...]]) -> list[Chip]:
    found = _by(query, counts, "status")
    chips = [
        Chip(
            url=query.url(status=""),
            label=_("All"),
            count=sum(found.values()),
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
                    count=found[value],
                    current=current,
                )
            )
    return chips


def _step_chips(query: ListQuery, counts: Counter[tuple[str, ...]], step: str) -> list[Chip]:
    found = _by(query, counts, step)
    chosen = getattr(query, step)
    return [
        Chip(
            url=query.url(**{step: "" if name == chosen else name}) if found[name] or name == chosen else "",
            label=str(label),
            count=found[name],
            current=name == chosen,
            state=state,
        )
        for name, (_number, state, label) in STATES.items()
    ]


def _columns(query: ListQuery, *, role: Role | None) -> dict[str, ListColumn]:
    labels = {
        "name": _("Candidate"),
        "role": _("Role"),
        "stage": _("Stage"),
        "assessment": _("Assessment"),
        "assessment_at": _("Since"),
        "check": _("Reference check"),
        "check_at": _("Since or until"),
        "reminder": _("Next reminder"),
    }
    return {
        name: ListColumn(
            label=label,
            url=query.url(sort=f"-{name}" if query.sort == name else name),
            direction={name: "ascending", f"-{name}": "descending"}.get(query.sort, ""),
        )
        for name, label in labels.items()
        if name != "role" or role is None
    }


def _choices(scope: VisibleScope, query: ListQuery, *, with_owners: bool) -> Choices:
    owners = (
        visible_roles(scope.member).order_by().values_list("owner", "owner__user__name").distinct()
        if with_owners
        else ()
    )
    return Choices(
        stages=_options(scope.values("stage_name"), chosen=query.stage),
        recruiters=_options(scope.values("recruiter_name"), chosen=query.recruiter),
        owners=sorted(owners, key=lambda owner: without_accents(owner[1])),
    )


def _options(values: Iterable[str], *, chosen: str) -> list[str]:
    """The values, cleaned like those of a request, plus the chosen one even if no candidate has it any more."""
    found = dict.fromkeys(clean_text(value, one_line=True) for value in values)
    return list(found | {chosen: None} if chosen else found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCell:
    """`when`: start or end of the state. `late`: a CSS class if overdue."""

    label: str
    state: SafeString
    when: str
    late: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """`key`: the application's id as text, since templates format numbers."""

    key: str
    name: str
    url: str
    role: str
    role_url: str
    stage: SafeString
    cells: Sequence[DrawnCell]
    reminder: str


#: parameter of a candidate's page: "role" or "all"
OPENED_FROM: Final = "list"


def opened_from(query: ListQuery, *, of_role: bool) -> str:
    """Return the query string of links to candidates, so that their pages keep the list's order."""
    return "?" + urlencode({OPENED_FROM: "role" if of_role else "all"} | query.values)


def drawn(listing: Listing, organisation: Organisation) -> list[DrawnRow]:
    query = opened_from(listing.query, of_role=listing.role is not None)
    return list(_Drawing(organisation=organisation, query=query).rows(listing.rows))


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    organisation: Organisation
    query: str
    states: dict[tuple[object, ...], SafeString] = field(default_factory=dict)
    stages: dict[tuple[object, ...], SafeString] = field(default_factory=dict)

    def rows(self, rows: Iterable[ListRow]) -> Iterator[DrawnRow]:
        candidate, role = self._address("candidate"), self._address("role")
        for row in rows:
            application = row.application
            yield DrawnRow(
                key=str(application.pk),
                name=application.candidate.name,
                url=candidate % application.pk + self.query,
                role=application.role.title if application.role else "",
                role_url=role % application.role_id if application.role_id else "",
                stage=self._stage(row),
                cells=[self._cell(cell) for cell in row.cells],
                reminder=short_time(row.reminder),
            )

    def _address(self, name: str) -> str:
        """The URL with "%d" in place of the id."""
        before, _zero, after = reverse(name, args=[self.organisation.slug, 0]).rpartition("0")
        return f"{before}%d{after}"

    def _stage(self, row: ListRow) -> SafeString:
        application = row.application
        if row.is_plain:
            return escape(application.stage_name)
        key = (
            *(
                application.status,
                application.stage_name,
                application.rejection_reason,
                application.prospect,
                application.in_greenhouse,
            ),
            *(
                bool(application.erased_at),
                bool(application.erasure_requested_at),
                bool(application.not_visible_since),
            ),
        )
        if key not in self.stages:
            self.stages[key] = _status(application)
        return self.stages[key]

    def _cell(self, cell: StepCell) -> DrawnCell:
        mark = cell.mark
        earlier = short_day(mark.result_at)
        key = (mark.state, bool(mark.attention), mark.done, mark.of, earlier)
        if key not in self.states:
            self.states[key] = _state(cell, earlier)
        return DrawnCell(
            label=mark.label,
            state=self.states[key],
            when=f"{cell.word} {short_day(cell.at)}" if cell.at else "",
            late=" list__when--late" if mark.state == "overdue" else "",
        )


def _status(application: Application) -> SafeString:
    template = get_template("workspace/candidate/application_status.html")
    return mark_safe(template.render({"application": application}))  # noqa: S308  a template's output is escaped


def _state(cell: StepCell, earlier: str) -> SafeString:
    mark, status = cell.mark, cell.status
    count = format_html('<span class="progress__count">{}/{}</span>', mark.done, mark.of) if mark.of else ""
    below = format_html('<p class="muted small">{}</p>', _earlier(earlier)) if earlier else ""
    return format_html(
        '<span class="list__state tone-{}">{}<span class="progress__word">{}</span>{}</span>{}',
        status.tone,
        mark_safe(mark_svg(status.mark)),  # noqa: S308  literals of statuses.py
        status.word,
        count,
        below,
    )


def _earlier(day: str) -> str:
    return _("Earlier result: %(day)s") % {"day": day}


@require_safe
@access.member()
def candidate_list(request: MemberRequest) -> HttpResponse:
    query = ListQuery.of(request.GET)
    listing = listing_of(request.member, query, role=None, now=clock.now())
    return render(
        request,
        "workspace/lists/candidates.html",
        {
            "listing": listing,
            "decides": decides(listing.rows),
            "rows": drawn(listing, request.organisation),
            "saved_views": views_of(request.member, None),
        },
    )

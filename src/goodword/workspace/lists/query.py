"""Filters, order and page of a list, read from its URL."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Final, Self
from urllib.parse import urlencode

from django.db.models import Case, DateTimeField, F, Func, IntegerField, Q, Value, When
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.candidates.models import Application
from goodword.roles.models import Step

#: parameter of a list's URL, and prefix of columns -> the kind of step
STEPS: Final = {"assessment": Step.Kind.ASSESSMENT, "check": Step.Kind.REFERENCE_CHECK}
#: value in URLs -> (stored number, most urgent first; state of ui.statuses; label), in the order of the chips
STATES: Final = {
    "needs_attention": (0, "needs_attention", gettext_lazy("Needs attention")),
    "overdue": (1, "overdue", gettext_lazy("Overdue")),
    "waiting": (2, "pending", gettext_lazy("Waiting")),
    "in_progress": (3, "in_progress", gettext_lazy("In progress")),
    "paused": (4, "paused", gettext_lazy("Paused")),
    "done": (6, "completed", gettext_lazy("Done")),
    "closed": (7, "cancelled", gettext_lazy("Closed or declined")),
    "not_started": (5, "not_started", gettext_lazy("Not started")),
}
NUMBERS: Final = {name: number for name, (number, _state, _label) in STATES.items()}
NAMES: Final = {number: name for name, number in NUMBERS.items()}
OVERDUE: Final = NUMBERS["overdue"]
_MAY_HAVE_BEGUN: Final = (NUMBERS["needs_attention"], NUMBERS["in_progress"])
_RUNNING: Final = frozenset({"waiting", "in_progress"})


def is_overdue(step: str, *, now: datetime) -> Q:
    return Q(**{f"{step}_due__lt": now})


def state_at(step: str, *, now: datetime) -> Case:
    """The number of a step's state, overdue included."""
    return Case(
        When(is_overdue(step, now=now), then=Value(OVERDUE)),
        default=F(f"{step}_state"),
        output_field=IntegerField(),
    )


def in_state(step: str, name: str, *, now: datetime) -> Q:
    if name == "overdue":
        return is_overdue(step, now=now)
    state = Q(**{f"{step}_state": NUMBERS[name]})
    if name in _RUNNING:
        return state & (Q(**{f"{step}_due": None}) | Q(**{f"{step}_due__gte": now}))
    return state


def assessment_since(*, now: datetime) -> Case:
    """Since when the assessment has been in its state; of one in progress only the day, since the duration would reveal
    granted extra time. The zone is that of the request: files are streamed after it. Within a `Case`, `TruncDay` would
    be read as a time in UTC."""
    day = Func(
        Value("day"),
        F("assessment_at"),
        Value(timezone.get_current_timezone_name()),
        function="date_trunc",
        output_field=DateTimeField(),
    )
    return Case(
        When(is_overdue("assessment", now=now), then=F("assessment_overdue_since")),
        When(assessment_state__in=_MAY_HAVE_BEGUN, then=day),
        default=F("assessment_at"),
        output_field=DateTimeField(),
    )


#: sort orders; the default, most urgent first, has no name
SORTS: Final = (
    "name",
    "role",
    "stage",
    "assessment",
    "assessment_at",
    "check",
    "check_at",
    "reminder",
    "added",
)
#: fields of a ListQuery that `values` leaves out
_NOT_IN_URLS: Final = frozenset({"place", "ignored"})
#: parameters outside *More filters*
_ALWAYS_SHOWN: Final = frozenset({"q", "status", "assessment", "check", "sort"})
_LONGEST: Final = 200
#: format of dates in filters
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


@dataclass(frozen=True, kw_only=True)
class ListPosition:
    """The page after or before a row (`pages.Order.place_of`), and its number for the reader."""

    page: int = 1
    after: str = ""
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """Each field but the last two is a parameter of the URL. `sort`: one of SORTS, with "-" for descending. `stage`,
    `recruiter`: names. `ignored`: sentences for the page."""

    q: str = ""
    status: str = ""
    assessment: str = ""
    check: str = ""
    stage: str = ""
    recruiter: str = ""
    owner: int | None = None
    since: date | None = None
    until: date | None = None
    sort: str = ""
    place: ListPosition = ListPosition()
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        """Ignore unknown values, each with a sentence."""
        ignored: list[str] = []

        def one_of(name: str, known: object, label: str) -> str:
            value = _text(data, name)
            if value and value not in known:  # type: ignore[operator]
                ignored.append(
                    _("Ignored the unknown %(what)s “%(value)s”.") % {"what": label, "value": value}
                )
                return ""
            return value

        def day(name: str, label: str) -> date | None:
            value = _text(data, name)
            try:
                found = date.fromisoformat(value) if value else None
            except ValueError:
                found = date.min
            if found and not _FIRST_YEAR <= found.year <= _LAST_YEAR:
                ignored.append(
                    _("Ignored “%(value)s” in %(what)s: enter a date like 2026-03-31.")
                    % {"what": label, "value": value}
                )
                return None
            return found

        query = cls(
            q=_text(data, "q"),
            status=one_of("status", Application.Status.values, _("status")),
            assessment=one_of("assessment", STATES, _("assessment state")),
            check=one_of("check", STATES, _("reference check state")),
            stage=_text(data, "stage"),
            recruiter=_text(data, "recruiter"),
            owner=whole_number(_text(data, "owner")),
            since=day("since", _("Added from")),
            until=day("until", _("Added until")),
            sort=one_of("sort", {*SORTS, *(f"-{name}" for name in SORTS)}, _("sort order")),
            place=ListPosition(
                page=whole_number(_text(data, "page")) or 1,
                after=_text(data, "after"),
                before=_text(data, "before"),
            ),
        )
        if query.since and query.until and query.since > query.until:
            ignored.append(_("Ignored the dates: the first is after the last."))
            query = replace(query, since=None, until=None)
        return replace(query, ignored=tuple(ignored))

    @property
    def values(self) -> dict[str, str]:
        """All parameters except the place, as in URLs and hidden fields."""
        every = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in _NOT_IN_URLS
        }
        return {name: str(value) for name, value in every.items() if value}

    def url(self, **changes: str) -> str:
        return "?" + urlencode({name: value for name, value in (self.values | changes).items() if value})

    @property
    def here(self) -> str:
        """The URL of this page of the list."""
        place = self.place
        return self.url(
            page=str(place.page) if place.page > 1 else "", after=place.after, before=place.before
        )

    @property
    def filters(self) -> dict[str, str]:
        """The parameters without the search text, which may contain names."""
        return {name: value for name, value in self.values.items() if name != "q"}

    @property
    def saved(self) -> str:
        """Return the query string of a saved view."""
        return urlencode(self.filters)

    @property
    def more(self) -> int:
        """The number of filters in use among those under *More filters*."""
        return len(self.values.keys() - _ALWAYS_SHOWN)

    @property
    def is_filtered(self) -> bool:
        return bool(self.values.keys() - {"sort"})


def _text(data: QueryDict, name: str) -> str:
    return data.get(name, "").strip()[:_LONGEST]


def whole_number(text: str) -> int | None:
    """Parse an id; None if it is not a whole number or too large."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

"""Renders rows for the template, as text or HTML. What many rows share is rendered once per page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.ui.statuses import mark_svg
from goodword.ui.templatetags.ui import short_day, short_time
from goodword.workspace.lists.listing import ListRow, StepCell


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


def drawn(rows: Iterable[ListRow], organisation: Organisation) -> list[DrawnRow]:
    return list(_Drawing(organisation=organisation).rows(rows))


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    organisation: Organisation
    states: dict[tuple[object, ...], SafeString] = field(default_factory=dict)
    stages: dict[tuple[object, ...], SafeString] = field(default_factory=dict)

    def rows(self, rows: Iterable[ListRow]) -> Iterator[DrawnRow]:
        candidate, role = self._address("candidate"), self._address("role")
        for row in rows:
            one = row.application
            yield DrawnRow(
                key=str(one.pk),
                name=one.candidate.name,
                url=candidate % one.pk,
                role=one.role.title if one.role else "",
                role_url=role % one.role_id if one.role_id else "",
                stage=self._stage(row),
                cells=[self._cell(cell) for cell in row.cells],
                reminder=short_time(row.reminder),
            )

    def _address(self, name: str) -> str:
        """The URL with "%d" in place of the id."""
        before, _zero, after = reverse(name, args=[self.organisation.slug, 0]).rpartition("0")
        return f"{before}%d{after}"

    def _stage(self, row: ListRow) -> SafeString:
        one = row.application
        if row.is_plain:
            return escape(one.stage_name)
        key = (
            *(one.status, one.stage_name, one.rejection_reason, one.prospect, one.in_greenhouse),
            *(bool(one.erased_at), bool(one.deleted_at), bool(one.not_visible_since)),
        )
        if key not in self.stages:
            self.stages[key] = _status(one)
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

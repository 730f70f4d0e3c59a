from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext, gettext_lazy

from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.comparison import ComparedPart, ComparisonCell
from goodword.assessments.models import AttemptPart
from goodword.assessments.queries import content_of, items_of, read_answers
from goodword.workspace.comparison.results import ComparableResult, Conditions

_DEVICES: Mapping[str, Promise] = {
    "phone": gettext_lazy("on phones"),
    "computer": gettext_lazy("on computers"),
    "": gettext_lazy("on an unknown device"),
}
_DIFFERENCES: Mapping[str, Promise] = {
    "version": gettext_lazy("different test version"),
    "form": gettext_lazy("different items"),
    "language": gettext_lazy("different language"),
    "device": gettext_lazy("different device type"),
    "norms": gettext_lazy("different norms"),
    "calibration": gettext_lazy("different calibration"),
    "total": gettext_lazy("different total: another version of the assessment, or other conditions"),
}
SORTS = ("name", "-name", "date", "-date", "score", "-score")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    result: ComparableResult
    cells: tuple[ComparisonCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonTable:
    """Candidates who can be compared. `differences`: how its conditions differ from those of the first table.

    `ranked`: norms or a calibration make results comparable, so the table can be sorted; totals never can.
    """

    conditions: Conditions
    differences: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]
    ranked: bool
    #: why results of this test can't be ranked even with norms
    never_ranked: str = ""
    #: how precisely the results rank candidates, and a longer form, if any
    precision: str = ""

    @property
    def heading(self) -> str:
        conditions = self.conditions
        parts = [
            gettext(get_language_info(conditions.language)["name"]),
            str(_DEVICES.get(conditions.device, conditions.device)),
            gettext("version %(version)s") % {"version": conditions.version},
        ]
        if conditions.norms:
            parts.append(gettext("norms %(number)s") % {"number": conditions.norms})
        if conditions.calibration:
            parts.append(gettext("calibration %(number)s") % {"number": conditions.calibration})
        return ", ".join(parts)


def tables_of(results: Sequence[ComparableResult], *, sort: str, hidden: bool) -> Sequence[ComparisonTable]:
    """Compare results of one test: a table for each group of equal conditions, the largest first. No queries."""
    groups: dict[Conditions, list[ComparableResult]] = {}
    for result in results:
        groups.setdefault(result.conditions, []).append(result)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), str(group[0])))
    return [
        _table(conditions, members, first=ordered[0][0], sort=sort, hidden=hidden)
        for conditions, members in ordered
    ]


def _table(
    conditions: Conditions, members: Sequence[ComparableResult], *, first: Conditions, sort: str, hidden: bool
) -> ComparisonTable:
    part = members[0].part
    content = content_of(part.version)
    kind = kind_of(content)
    parts = {one: _compared_part(one.part) for one in members}
    comparison = kind.comparison(content, list(parts.values()), form=part.form)
    ranks = {one: comparison.rank(parts[one]) for one in members} if comparison.rank else {}
    totals = (gettext("Total"),) if conditions.total else ()
    return ComparisonTable(
        conditions=conditions,
        differences=_differences(conditions, first),
        columns=(*comparison.columns, *totals),
        rows=tuple(
            ComparisonRow(result=one, cells=(*comparison.cells(parts[one]), *_total(one)))
            for one in _sorted(members, sort, ranks=ranks, hidden=hidden)
        ),
        ranked=bool(ranks),
        never_ranked=comparison.never_ranked,
        precision=comparison.precision,
    )


def _compared_part(part: AttemptPart) -> ComparedPart:
    return ComparedPart(
        part=part,
        scores={score.scale: score for score in part.scores.all()},
        items=partial(items_of, part),
        answers=partial(read_answers, part),
    )


def _differences(conditions: Conditions, first: Conditions) -> tuple[str, ...]:
    """The differences in words. The total is named only if nothing else differs, since form and device also affect
    it."""
    names = [
        one.name for one in fields(conditions) if getattr(conditions, one.name) != getattr(first, one.name)
    ]
    return tuple(str(_DIFFERENCES[name]) for name in names if name != "total" or names == ["total"])


def _total(result: ComparableResult) -> tuple[ComparisonCell, ...]:
    return () if result.total is None else (ComparisonCell(text=result.total.text),)


def _sorted(
    members: Sequence[ComparableResult],
    sort: str,
    *,
    ranks: Mapping[ComparableResult, float | None],
    hidden: bool,
) -> Sequence[ComparableResult]:
    """Sort results. While names are hidden, neither name nor date is used. Results without a rank always come last."""
    down, by = sort.startswith("-"), sort.removeprefix("-")
    if by == "score" and ranks:
        ranked = [(rank, one) for one in members if (rank := ranks[one]) is not None]
        rest = [one for one in members if ranks[one] is None]
        found = [one for _, one in sorted(ranked, key=lambda each: each[0], reverse=down)]
        return [*found, *_sorted(rest, "name", ranks={}, hidden=hidden)]
    if hidden:
        return sorted(members, key=lambda one: one.number)
    if by == "date":
        return sorted(members, key=lambda one: one.completed_at, reverse=down)
    return sorted(members, key=_name, reverse=down and by == "name")


def _name(result: ComparableResult) -> tuple[str, str]:
    person = result.application.candidate
    return (person.last_name.casefold(), person.first_name.casefold())

"""The tables of a comparison: their headings, their columns, and by what they may be sorted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext, gettext_lazy

from goodword.assessments.content import content_of
from goodword.assessments.library.instrument import Instrument
from goodword.assessments.library.questions import QuestionSet
from goodword.assessments.library.sheets.names import category_name
from goodword.assessments.models import Score, Test
from goodword.assessments.result import Standing
from goodword.assessments.result.reasoning import CATEGORIES
from goodword.assessments.results.parts import standing_of
from goodword.assessments.results.questions import questions_result
from goodword.assessments.results.reasoning import ability_of
from goodword.assessments.scored import ALL
from goodword.ui.scales import written_number
from goodword.workspace.comparing import Likeness, Taken

_DEVICES: Mapping[str, Promise] = {
    "phone": gettext_lazy("on phones"),
    "computer": gettext_lazy("on computers"),
    "": gettext_lazy("on a device that is not known"),
}
_WHY: Mapping[str, Promise] = {
    "version": gettext_lazy("another version of the test"),
    "form": gettext_lazy("other items"),
    "language": gettext_lazy("another language"),
    "device": gettext_lazy("another class of device"),
    "norms": gettext_lazy("other norms"),
    "calibration": gettext_lazy("another calibration"),
    "total": gettext_lazy(
        "a total of another version of the assessment, or of tests taken under other conditions"
    ),
}
SORTS = ("name", "-name", "date", "-date", "score", "-score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a cell, and in small letters under it."""

    text: str
    note: str = ""

    @property
    def opens(self) -> bool:
        """Whether there is a figure, which leads to the answers behind it."""
        return self.text != "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One candidate: a cell for each column."""

    taken: Taken
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Candidates who can be compared. `why`: why they stand apart from the first table, empty there.

    `ranked`: whether something says how hard the test is, so that one may sort by its first column. By a total
    nobody is sorted: nothing says how hard all of its tests together are.
    """

    like: Likeness
    why: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    ranked: bool

    @property
    def heading(self) -> str:
        """ "English, on computers, version 2, norms 1"."""
        like = self.like
        said = [
            gettext(get_language_info(like.language)["name"]),
            str(_DEVICES.get(like.device, like.device)),
            gettext("version %(version)s") % {"version": like.version},
        ]
        if like.norms:
            said.append(gettext("norms %(number)s") % {"number": like.norms})
        if like.calibration:
            said.append(gettext("calibration %(number)s") % {"number": like.calibration})
        return ", ".join(said)


def tables_of(found: Sequence[Taken], test: Test, *, sort: str, hidden: bool) -> Sequence[Table]:
    """One table for each group of alike, the largest first. No query."""
    groups: dict[Likeness, list[Taken]] = {}
    for one in found:
        groups.setdefault(one.like, []).append(one)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), str(group[0])))
    return [
        _table(like, members, test, first=ordered[0][0], sort=sort, hidden=hidden)
        for like, members in ordered
    ]


def _table(
    like: Likeness, members: Sequence[Taken], test: Test, *, first: Likeness, sort: str, hidden: bool
) -> Table:
    columns, cells = _drawn(test, members)
    totals = (gettext("Total"),) if like.total else ()
    ranked = test.kind != Test.Kind.SCALES and all(_rank(one) is not None for one in members)
    return Table(
        like=like,
        why=_why(like, first),
        columns=(*columns, *totals),
        lines=tuple(
            Line(taken=one, cells=(*cells(one), *_total(one)))
            for one in _sorted(members, sort, ranked=ranked, hidden=hidden)
        ),
        ranked=ranked,
    )


def _why(like: Likeness, first: Likeness) -> tuple[str, ...]:
    """What is not alike. Of the total only where it is all: it differs with the test's own form and device anyway."""
    unlike = [one.name for one in fields(like) if getattr(like, one.name) != getattr(first, one.name)]
    return tuple(str(_WHY[name]) for name in unlike if name != "total" or unlike == ["total"])


def _total(one: Taken) -> tuple[Cell, ...]:
    return () if one.total is None else (Cell(text=one.total.text),)


def _sorted(members: Sequence[Taken], sort: str, *, ranked: bool, hidden: bool) -> Sequence[Taken]:
    """By what is comparable and allowed; hidden names are in the order of their numbers else."""
    down, by = sort.startswith("-"), sort.removeprefix("-")
    if by == "score" and ranked:
        return sorted(members, key=lambda one: _rank(one) or 0, reverse=down)
    if hidden:
        return sorted(members, key=lambda one: one.number)
    if by == "date":
        return sorted(members, key=lambda one: one.completed_at, reverse=down)
    return sorted(members, key=_name, reverse=down and by == "name")


def _name(one: Taken) -> tuple[str, str]:
    person = one.application.candidate
    return (person.last_name.casefold(), person.first_name.casefold())


def _scores(one: Taken) -> Mapping[str, Score]:
    return {score.scale: score for score in one.part.scores.all()}


def _rank(one: Taken) -> float | None:
    """By what a candidate may be sorted: an ability, else a percentile; None where there is neither.

    Of distances it counts how many lie further from the key, so that the nearest stands highest.
    """
    score = _scores(one).get(ALL)
    if score is None:
        return None
    if score.ability is not None or score.percentile is None:
        return score.ability
    by_distance = one.part.version.test.kind == Test.Kind.JUDGEMENT
    return 100 - score.percentile if by_distance else score.percentile


def _drawn(
    test: Test, members: Sequence[Taken]
) -> tuple[tuple[str, ...], Callable[[Taken], tuple[Cell, ...]]]:
    """The columns of a group, and what draws one candidate's cells under them."""
    content = content_of(members[0].part.version)
    match test.kind:
        case Test.Kind.SCALES:
            scales = content.scales if isinstance(content, Instrument) else ()
            names = tuple(scale.name for scale in scales)
            return names, lambda one: tuple(_mean(_scores(one).get(scale.id)) for scale in scales)
        case Test.Kind.JUDGEMENT:
            name = gettext("Nearness to the key (mean distance)")
            return (name,), lambda one: (_mean(_scores(one).get(ALL), by_distance=True),)
        case Test.Kind.QUESTIONS:
            columns = (gettext("Right"), gettext("Points by rubric"))
            return columns, _own
    there = [one for one in CATEGORIES if any(one in _scores(member) for member in members)]
    names = (gettext("Solved in all"), *(category_name(one) for one in there))
    return names, lambda one: tuple(_solved(_scores(one).get(scale)) for scale in (ALL, *there))


def _mean(score: Score | None, *, by_distance: bool = False) -> Cell:
    if score is None or score.value is None:
        return Cell(text="–")
    return Cell(text=written_number(score.value), note=_note(standing_of(score, by_distance=by_distance)))


def _solved(score: Score | None) -> Cell:
    if score is None:
        return Cell(text="–")
    held = {"solved": round(score.value or 0), "given": score.items}
    ability = ability_of(score)
    note = gettext("ability %(ability)s") % {"ability": ability.words} if ability else ""
    return Cell(text=gettext("%(solved)s of %(given)s") % held, note=note or _note(standing_of(score)))


def _note(standing: Standing | None) -> str:
    """The band in short: the table's heading names the group."""
    if standing is None:
        return ""
    if standing.by_distance:
        fewest, most = standing.further
        return gettext("nearer than %(low)s to %(high)s of 100") % {"low": fewest, "high": most}
    held = {"low": standing.percentile_low, "high": standing.percentile_high}
    return gettext("percentiles %(low)s to %(high)s") % held


def _own(one: Taken) -> tuple[Cell, ...]:
    content = content_of(one.part.version)
    if not isinstance(content, QuestionSet):
        return (Cell(text="–"), Cell(text="–"))
    found = questions_result(one.part, content, _scores(one))
    right = Cell(text="–")
    if found.right is not None:
        right = Cell(text=gettext("%(solved)s of %(given)s") % {"solved": found.right, "given": found.keyed})
    if not found.has_rubric:
        return (right, Cell(text="–"))
    held = [question for question in found.questions if question.mean is not None]
    note = gettext("%(n)s not marked yet") % {"n": found.to_mark} if found.to_mark else ""
    if not held:
        return (right, Cell(text="–", note=note))
    points = {
        "mean": written_number(sum(question.mean or 0 for question in held)),
        "most": sum(question.most for question in held),
    }
    return (right, Cell(text=gettext("%(mean)s of %(most)s") % points, note=note))

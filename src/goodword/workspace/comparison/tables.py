from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import assert_never

from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext, gettext_lazy

from goodword.assessments.kinds.custom.content import CustomQuestions
from goodword.assessments.kinds.custom.results import questions_result
from goodword.assessments.kinds.judgement.content import has_few_situations, is_for_practice
from goodword.assessments.kinds.judgement.items import WITHIN
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.families import category_name
from goodword.assessments.kinds.reasoning.items import CATEGORIES
from goodword.assessments.kinds.reasoning.results import ability_of, precision_of
from goodword.assessments.kinds.reasoning.sheet import hundredths, precision_of_form
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scores import ALL, NormedScore, issued_normed_score
from goodword.assessments.models import AttemptPart, Score, Test
from goodword.assessments.queries import content_of, items_of, read_answers
from goodword.core.text import rounded
from goodword.ui.charts import written_number
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
class ComparisonCell:
    text: str
    note: str = ""

    @property
    def has_value(self) -> bool:
        return self.text != "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    result: ComparableResult
    cells: tuple[ComparisonCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonTable:
    """Candidates who can be compared. `differences`: from the conditions of the first table.

    `ranked`: norms or a calibration make results comparable, so the table can be sorted; totals never can.
    """

    conditions: Conditions
    differences: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]
    ranked: bool
    #: a judgement set without a panel: not for decisions, so never ranked
    for_practice: bool = False
    #: too few situations for a band, so never ranked
    few_situations: bool = False
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


def tables_of(
    results: Sequence[ComparableResult], test: Test, *, sort: str, hidden: bool
) -> Sequence[ComparisonTable]:
    """A table for each group of equal conditions, the largest first. No queries."""
    groups: dict[Conditions, list[ComparableResult]] = {}
    for result in results:
        groups.setdefault(result.conditions, []).append(result)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), str(group[0])))
    return [
        _table(conditions, members, test, first=ordered[0][0], sort=sort, hidden=hidden)
        for conditions, members in ordered
    ]


def _table(
    conditions: Conditions,
    members: Sequence[ComparableResult],
    test: Test,
    *,
    first: Conditions,
    sort: str,
    hidden: bool,
) -> ComparisonTable:
    columns, cells = _columns(test, members)
    totals = (gettext("Total"),) if conditions.total else ()
    content = content_of(members[0].part.version)
    for_practice, few = is_for_practice(content), has_few_situations(content)
    ranked = test.kind != Test.Kind.SCALES and not for_practice and not few and _have_ranks(test, members)
    return ComparisonTable(
        conditions=conditions,
        differences=_differences(conditions, first),
        columns=(*columns, *totals),
        rows=tuple(
            ComparisonRow(result=one, cells=(*cells(one), *_total(one)))
            for one in _sorted(members, sort, ranked=ranked, hidden=hidden)
        ),
        ranked=ranked,
        for_practice=for_practice,
        few_situations=few,
        precision=_precision(members[0].part, test, ranked=ranked),
    )


def _precision(part: AttemptPart, test: Test, *, ranked: bool) -> str:
    if test.kind == Test.Kind.JUDGEMENT and ranked:
        return gettext(
            "Sorted by the correlation. The distance also depends on how somebody uses the scale, so it is "
            "only a description."
        )
    content = content_of(part.version) if test.kind == Test.Kind.REASONING else None
    if not isinstance(content, ReasoningTest) or part.form not in content.forms:
        return ""
    found, _ = precision_of_form(content.blueprint(part.form), None)
    figures = {"three": hundredths(found.better[3])}
    told = gettext(
        "Of two candidates three tasks apart, the one with more is the more able in %(three)s of 100 cases (assumed "
        "difficulties)."
    )
    longer = content.longer(part.form)
    if longer:
        told += " " + gettext(
            "If you rank by this test, use the form with %(n)s tasks for the next version of the assessment."
        )
        figures["n"] = content.count(longer)
    return told % figures


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
    members: Sequence[ComparableResult], sort: str, *, ranked: bool, hidden: bool
) -> Sequence[ComparableResult]:
    """Sort results. While names are hidden, neither name nor date is used. Results without a rank always come last."""
    down, by = sort.startswith("-"), sort.removeprefix("-")
    if by == "score" and ranked:
        ranks = [(rank, one) for one in members if (rank := _rank(one)) is not None]
        rest = [one for one in members if _rank(one) is None]
        found = [one for _, one in sorted(ranks, key=lambda each: each[0], reverse=down)]
        return [*found, *_sorted(rest, "name", ranked=False, hidden=hidden)]
    if hidden:
        return sorted(members, key=lambda one: one.number)
    if by == "date":
        return sorted(members, key=lambda one: one.completed_at, reverse=down)
    return sorted(members, key=_name, reverse=down and by == "name")


def _name(result: ComparableResult) -> tuple[str, str]:
    person = result.application.candidate
    return (person.last_name.casefold(), person.first_name.casefold())


def _scores(result: ComparableResult) -> Mapping[str, Score]:
    return {score.scale: score for score in result.part.scores.all()}


def _have_ranks(test: Test, members: Sequence[ComparableResult]) -> bool:
    """Whether results can be ranked. For correlations, some percentiles are enough, since undefined and perfect ones
    have none."""
    if test.kind != Test.Kind.JUDGEMENT:
        return all(_rank(one) is not None for one in members)
    return any(score.percentile is not None for one in members if (score := _scores(one).get(WITHIN)))


def _rank(result: ComparableResult) -> float | None:
    """The correlation or ability, else the percentile; None without any."""
    if result.part.version.test.kind == Test.Kind.JUDGEMENT:
        score = _scores(result).get(WITHIN)
        return None if score is None else score.value
    score = _scores(result).get(ALL)
    if score is None:
        return None
    return score.percentile if score.ability is None else score.ability


def _columns(
    test: Test, members: Sequence[ComparableResult]
) -> tuple[tuple[str, ...], Callable[[ComparableResult], tuple[ComparisonCell, ...]]]:
    content = content_of(members[0].part.version)
    kind = Test.Kind(test.kind)
    match kind:
        case Test.Kind.SCALES:
            scales = content.scales if isinstance(content, Instrument) else ()
            names = tuple(scale.name for scale in scales)
            return names, lambda one: tuple(_mean(_scores(one).get(scale.id)) for scale in scales)
        case Test.Kind.JUDGEMENT:
            few = has_few_situations(content)
            compared = not is_for_practice(content) and not few
            ranked = compared and _have_ranks(test, members)
            names = (gettext("Correlation within situations"), gettext("Mean distance from the key"))
            return names, lambda one: (
                _correlation(_scores(one), compared=compared, ranked=ranked, few=few),
                _distance(_scores(one).get(ALL)),
            )
        case Test.Kind.CUSTOM_QUESTIONS:
            columns = (gettext("Right"), gettext("Points by rubric"))
            return columns, _custom_questions
        case Test.Kind.REASONING:
            categories = [one for one in CATEGORIES if any(one in _scores(member) for member in members)]
            names = (gettext("Solved in total"), *(category_name(one) for one in categories))
            return names, lambda one: tuple(_solved(_scores(one).get(scale)) for scale in (ALL, *categories))
        case _:
            assert_never(kind)


def _mean(score: Score | None) -> ComparisonCell:
    if score is None or score.value is None:
        return ComparisonCell(text="–")
    return ComparisonCell(text=written_number(score.value), note=_note(issued_normed_score(score)))


def _correlation(scores: Mapping[str, Score], *, compared: bool, ranked: bool, few: bool) -> ComparisonCell:
    """`compared`: with norms. `few`: too few situations for a band."""
    score, distance = scores.get(WITHIN), scores.get(ALL)
    if score is None:
        return ComparisonCell(text="–")
    if score.value is None:
        is_rated = distance is not None and distance.value is not None
        why = gettext("rated alike in each situation") if is_rated else gettext("too few actions rated")
        return ComparisonCell(text="–", note=f"{why}, {gettext('not sorted')}" if ranked else why)
    note = _note(issued_normed_score(score)) if compared else ""
    if few:
        note = gettext("too few situations for a band")
    elif not note and score.low is not None and score.high is not None:
        band = {"low": _hundredths(score.low), "high": _hundredths(score.high)}
        note = gettext("90 %% band %(low)s to %(high)s") % band
    return ComparisonCell(text=_hundredths(score.value), note=note)


def _hundredths(value: float) -> str:
    return rounded(value, 2).replace("-", "−")


def _distance(score: Score | None) -> ComparisonCell:
    if score is None or score.value is None:
        return ComparisonCell(text="–")
    return ComparisonCell(text=written_number(score.value))


def _solved(score: Score | None) -> ComparisonCell:
    if score is None:
        return ComparisonCell(text="–")
    counts = {"solved": round(score.value or 0), "given": score.items}
    ability, precision = ability_of(score), precision_of(score)
    notes = [gettext("ability %(ability)s") % {"ability": ability.words}] if ability else []
    if not ability:
        notes.append(_note(issued_normed_score(score)) or (precision.words if precision else ""))
    return ComparisonCell(text=gettext("%(solved)s of %(given)s") % counts, note=", ".join(notes))


def _note(issued: NormedScore | None) -> str:
    if issued is None:
        return ""
    band = {"low": issued.percentile_low, "high": issued.percentile_high}
    return gettext("percentiles %(low)s to %(high)s") % band


def _custom_questions(result: ComparableResult) -> tuple[ComparisonCell, ...]:
    content = content_of(result.part.version)
    if not isinstance(content, CustomQuestions):
        return (ComparisonCell(text="–"), ComparisonCell(text="–"))
    found = questions_result(
        result.part,
        content,
        items=items_of(result.part),
        answers=read_answers(result.part),
        scores=_scores(result),
    )
    right = ComparisonCell(text="–")
    if found.right is not None:
        right = ComparisonCell(
            text=gettext("%(solved)s of %(given)s") % {"solved": found.right, "given": found.keyed}
        )
    if not found.has_rubric:
        return (right, ComparisonCell(text="–"))
    marked = [question for question in found.questions if question.mean is not None]
    note = gettext("%(n)s not marked yet") % {"n": found.to_mark} if found.to_mark else ""
    if not marked:
        return (right, ComparisonCell(text="–", note=note))
    points = {
        "mean": written_number(sum(question.mean or 0 for question in marked)),
        "most": sum(question.most for question in marked),
    }
    return (right, ComparisonCell(text=gettext("%(mean)s of %(most)s") % points, note=note))

"""The report of an assessment: its frozen data, and the blocks that PDFs and screens draw, test by test."""

from collections.abc import Iterable, Sequence
from typing import Any, NotRequired, TypedDict

from django.utils.translation import get_language_info, gettext

from goodword.assessments.kinds import Kind, PartData, kind, kind_named
from goodword.assessments.kinds.reasoning.phrases import category_phrase
from goodword.assessments.kinds.report import (
    KindReport,
    Moment,
    NormedScoreData,
    NormedScoreFigures,
    PartHead,
    PartResult,
    group_text,
)
from goodword.assessments.models import Test
from goodword.assessments.results import AttemptResult, TotalResult
from goodword.core.phrases import Phrases
from goodword.core.report_blocks import (
    Block,
    Cell,
    Heading,
    Labelled,
    Notice,
    OutcomeAnswer,
    OutcomeRow,
    Prose,
    Section,
    Table,
)

#: standard errors to each side of a 90 % band
BAND_WIDTH = 1.645
type Compared = tuple[str, NormedScoreData, NormedScoreFigures]


class PortionData(TypedDict):
    """A part of a total: a test's name or a category's id, what was solved ("Reasoning: 7/10"), and percentages."""

    name: str
    counted: str
    share: float
    weight: float


class TotalData(TypedDict):
    """A total over right-or-wrong tests, in percent (None: impossible or erased). `reason` explains weights,
    `why_not` (of `IssuedTotal`) why there is none."""

    value: float | None
    weighted: bool
    reason: str
    portions: list[PortionData]
    why_not: NotRequired[str]


class AssessmentData(TypedDict):
    """`taken_at_text` is when it was finished; `language` is a name, not a tag."""

    title: str
    taken_at_text: str
    language: str
    tests: list[PartData]
    total: NotRequired[TotalData]


def assessment_data(result: AttemptResult, *, moment: Moment) -> AssessmentData:
    """The tests with their results; nothing about time, breaks or adjustments."""
    found: AssessmentData = {
        "title": ", ".join(part.title for part in result.parts),
        "taken_at_text": moment(result.completed_at),
        "language": get_language_info(result.language)["name_local"],
        "tests": [
            kind_named(part.kind).report.freeze(part, _head_data(part, moment), moment)
            for part in result.parts
        ],
    }
    if result.total is not None:
        found["total"] = _total_data(result.total)
    return found


def _head_data(part: PartResult, moment: Moment) -> PartHead:
    requirement = part.requirement
    return {
        "name": part.title,
        "construct": part.sheet.construct,
        "version": part.sheet.version,
        "scoring_version": part.scoring_version,
        "items_n": part.sheet.n_items,
        "requirement": {
            "text": requirement.text,
            "who": requirement.who,
            "when": moment(requirement.at) if requirement.at else "",
        }
        if requirement
        else None,
        "sheet": {
            "reliability": part.sheet.reliability,
            "validity": part.sheet.validity,
            "limits": " ".join(part.sheet.limits),
        },
    }


def _total_data(total: TotalResult) -> TotalData:
    found: TotalData = {
        "value": None if total.value is None else float(100 * total.value),
        "weighted": total.weighted,
        "reason": total.reason,
        "portions": [
            {
                "name": one.category or one.name,
                "counted": ", ".join(f"{part.test}: {part.solved}/{part.given}" for part in one.counted),
                "share": float(100 * one.share),
                "weight": float(100 * one.weight),
            }
            for one in total.portions
        ],
    }
    if total.why_not:
        found["why_not"] = total.why_not
    return found


def assessment_facts(assessment: AssessmentData, words: Phrases) -> list[tuple[str, str]]:
    return [
        (words("title_of_assessment"), assessment["title"]),
        (words("taken"), assessment["taken_at_text"]),
        (words("taken_in"), assessment["language"]),
    ]


def assessment_method(assessment: AssessmentData, words: Phrases, *, erased: bool) -> list[str]:
    present = {kind(part) for part in assessment["tests"]} or {Test.Kind.SCALES}
    reports = [kind_named(name).report for name in Test.Kind if name in present]
    only_self_reports = all(report.is_self_report for report in reports)
    keys = ["method_assessment" if only_self_reports else "method_online"]
    for report in reports:
        if report.is_self_report and not only_self_reports:
            keys.append("method_self")
        keys += report.method
    return [words(key) for key in (keys if erased else [*keys, "items_left_out"])]


def assessment_sections(assessment: AssessmentData, words: Phrases) -> list[Section]:
    sections = [_summary(assessment, words)]
    if total := assessment.get("total"):
        sections.append(_total(total, words))
    sections += [Section(part["name"], _report(part).blocks(part, words)) for part in assessment["tests"]]
    return sections + _figures(assessment, words)


def screen_sections(result: AttemptResult, words: Phrases, *, moment: Moment) -> list[Section]:
    """The same blocks for a screen, where they open to the answers and figures behind them."""
    assessment = assessment_data(result, moment=moment)
    total = assessment.get("total")
    sections = [] if total is None else [_total(total, words)]
    for found, part in zip(result.parts, assessment["tests"], strict=True):
        blocks = [*_head_blocks(found, part, words), *_report(part).blocks(part, words, found)]
        sections.append(Section(part["name"], blocks, anchor=f"result-{found.order}"))
    return sections


def outcome(assessment: AssessmentData, words: Phrases) -> list[OutcomeRow]:
    """A line per test, and the total if there is one, for members."""
    rows = [
        OutcomeRow(part["name"], [OutcomeAnswer(_report(part).outcome(part, words))])
        for part in assessment["tests"]
    ]
    total = assessment.get("total")
    if total is None or total["value"] is None:
        return rows
    value = words("percent", value=_percent(total["value"], words))
    return [OutcomeRow(words("total"), [OutcomeAnswer(value)]), *rows]


def overview_sections(assessment: AssessmentData, words: Phrases) -> list[Section]:
    drawn = [(part["name"], _report(part).overview(part, words)) for part in assessment["tests"]]
    return [Section(name, blocks) for name, blocks in drawn if blocks]


def _head_blocks(found: PartResult, part: PartHead, words: Phrases) -> list[Block]:
    sheet = found.sheet
    version = gettext("%(form)s, version %(version)s.") if sheet.form else gettext("Version %(version)s.")
    blocks: list[Block] = [Prose([version % {"form": sheet.form, "version": sheet.version}], quiet=True)]
    return [*blocks, Prose([_requirement(part, words)])] if part["requirement"] else blocks


def _report(part: PartData) -> KindReport[Any, Any]:
    return _kind(part).report


def _kind(part: PartData) -> Kind[Any]:
    return kind_named(str(kind(part)))


def _summary(assessment: AssessmentData, words: Phrases) -> Section:
    parts = assessment["tests"]
    rows = [
        [
            part["name"],
            part["construct"],
            words("n_of_m", n=_report(part).answered(part), m=part["items_n"]),
            words("test_version", version=part["version"], scoring=part["scoring_version"])
            if part["scoring_version"]
            else part["version"],
        ]
        for part in parts
    ]
    header = [words("test"), words("measures"), words("answered"), words("version")]
    verdict = words("no_verdict" if assessment.get("total") is None else "no_verdict_alone")
    has_self_report = not parts or any(_report(part).is_self_report for part in parts)
    requirements = "\n".join(_requirement(part, words) for part in parts)
    return Section(
        words("summary"),
        [
            Table(header, rows, widths=[3, 5, 2, 3]),
            Labelled([(words("why_asked"), requirements)] if parts else []),
            Notice([f"{verdict} {words('no_better_end')}" if has_self_report else verdict]),
        ],
    )


def _requirement(part: PartHead, words: Phrases) -> str:
    requirement = part["requirement"]
    if requirement is None:
        return words("no_requirement", test=part["name"])
    quoted = words("quote", text=requirement["text"])
    sentence = words("requirement", test=part["name"], text=quoted)
    if not requirement["who"] or not requirement["when"]:
        return sentence
    return words("requirement_by", requirement=sentence, who=requirement["who"], when=requirement["when"])


def _total(total: TotalData, words: Phrases) -> Section:
    if total["value"] is None:
        why_not = total.get("why_not")
        return Section(words("total"), [Prose([words(f"total_{why_not}" if why_not else "total_none")])])
    value = _percent(total["value"], words)
    how = words("total_weights", reason=total["reason"]) if total["weighted"] else words("total_categories")
    rows = [
        [
            category_phrase(one["name"], words),
            one["counted"],
            words("percent", value=_percent(one["share"], words)),
            words("percent", value=_percent(one["weight"], words)),
        ]
        for one in total["portions"]
    ]
    header = [
        words("test") if total["weighted"] else words("category"),
        words("solved"),
        words("share_solved"),
        words("weight"),
    ]
    terms = " + ".join(f"{weight} × {share}" for _, _, share, weight in rows)
    return Section(
        words("total"),
        [
            Prose([words("total_is", value=value), how], leads=True, key=words("percent", value=value)),
            Table(header, rows, widths=[4, 5, 2, 2], caption=words("total")),
            Prose([words("total_rule", made=terms, value=value), words("total_harder")], quiet=True),
        ],
    )


def _percent(value: float, words: Phrases) -> str:
    return words.number(value, 0 if float(round(value, 1)).is_integer() else 1)


def _figures(assessment: AssessmentData, words: Phrases) -> list[Section]:
    """The figures behind percentiles, bands and abilities, since schema 4."""
    parts = assessment["tests"]
    compared = [_compared(part, words) for part in parts]
    blocks = _rules(compared, parts, words)
    for part, scores in zip(parts, compared, strict=True):
        if scores:
            blocks += _normed_scores(part, scores, words)
        blocks += _report(part).detail_blocks(part, words)
    return [Section(words("figures_behind"), blocks)] if blocks else []


def _compared(part: PartData, words: Phrases) -> list[Compared]:
    return [
        (name, score, figures)
        for name, score in _report(part).normed_scores(part, words)
        if (figures := score.get("figures")) is not None
    ]


def _rules(compared: Sequence[Sequence[Compared]], parts: Iterable[PartData], words: Phrases) -> list[Block]:
    if not any(compared):
        return []
    distances = {_kind(part).by_distance for part, scores in zip(parts, compared, strict=True) if scores}
    rules = [words("percentile_rule")] if False in distances else []
    rules += [words("distance_rule")] if True in distances else []
    rules.append(words("error_rule"))
    ways = dict.fromkeys(figures["coefficient"] for scores in compared for _, _, figures in scores)
    rules += [words(f"coefficient_{way}") for way in ways if way]
    return [Prose(rules)]


def _normed_scores(part: PartData, compared: Sequence[Compared], words: Phrases) -> list[Block]:
    _, score, figures = compared[0]  # one group for all scores of a test
    header = [
        words("score"),
        words("lower_and_same"),
        words("nearer_of_100") if _kind(part).by_distance else words("percentile"),
        words("measurement_error"),
        words("band"),
    ]
    group = words("group_made", group=group_text(score, words), when=figures["made_at_text"])
    rows = [_figures_row(*one, words) for one in compared]
    return [Heading(part["name"], note=group), Table(header, rows, widths=[4, 5, 2.5, 6, 5])]


def _figures_row(
    name: str, normed: NormedScoreData, figures: NormedScoreFigures, words: Phrases
) -> list[str | Cell]:
    below, equal, n = figures["below"], figures["equal"], figures["n"]
    share = words.number(100 * (below + equal / 2) / n, 1)
    reliability = normed["reliability"] or 0.0
    error = f"{words.number(figures['sd'], 2)} × √(1 − {words.number(reliability, 2)})"
    low, high, score = (words.number(value, 2) for value in (normed["low"], normed["high"], figures["score"]))
    return [
        Cell(name, note=score),
        Cell(f"({below} + {equal} ÷ 2) ÷ {n}", note=f"= {words('percent', value=share)}"),
        str(normed["percentile"]),
        Cell(
            f"{error} = {words.number(figures['error'], 2)}",
            note=words(
                "coefficient_of",
                coefficient=words(f"way_{figures['coefficient'] or 'unknown'}"),
                n=figures["reliability_n"],
            ),
        ),
        Cell(
            words("from_to", low=low, high=high),
            note=f"{score} ± {words.number(BAND_WIDTH, 3)} × {words.number(figures['error'], 2)}",
        ),
    ]

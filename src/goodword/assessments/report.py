"""The report of an assessment: its frozen data, and its blocks for PDFs and screens, test by test."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from django.utils.translation import gettext

from goodword.assessments.kinds.reasoning.phrases import category_phrase
from goodword.assessments.kinds.registry import Kind, PartData, kind_named
from goodword.assessments.kinds.report import (
    CARELESSNESS,
    CarelessSigns,
    KindReport,
    Moment,
    NormedScoreData,
    NormedScoreFigures,
    PartHead,
    PartResult,
    RequirementData,
    group_text,
    sheet_details,
    sheet_rows,
)
from goodword.assessments.models import Test
from goodword.assessments.psychometrics.norms import BAND_WIDTH
from goodword.assessments.results import AttemptResult, TotalResult
from goodword.core.report_blocks import (
    Block,
    Cell,
    DrawnScore,
    Heading,
    Labelled,
    Notice,
    OutcomeAnswer,
    OutcomeRow,
    Pages,
    Prose,
    ScoreRow,
    ScoreTable,
    Section,
    Table,
)
from goodword.core.text import Phrases, isolate, labelled, language_name, rounded

type Compared = tuple[str, NormedScoreData, NormedScoreFigures]


def figures_sections(parts: Sequence[PartData], words: Phrases) -> list[Section]:
    compared = [_compared(part, words) for part in parts]
    blocks = _rules(compared, words)
    for part, scores in zip(parts, compared, strict=True):
        if scores:
            blocks += _normed_scores(part, scores, words)
        blocks += _kind(part).report.detail_blocks(part, words)
    return [Section(words("figures_behind"), blocks)] if blocks else []


def _compared(part: PartData, words: Phrases) -> list[Compared]:
    return [
        (name, score, figures)
        for name, score in _kind(part).report.normed_scores(part, words)
        if (figures := score.get("figures")) is not None
    ]


def _rules(compared: Sequence[Sequence[Compared]], words: Phrases) -> list[Block]:
    if not any(compared):
        return []
    errors = {figures["error"] is not None for scores in compared for _, _, figures in scores}
    rules = [words("percentile_rule")]
    rules += [words("error_rule")] if True in errors else []
    rules += [words("own_band_rule")] if False in errors else []
    ways = dict.fromkeys(figures["coefficient"] for scores in compared for _, _, figures in scores)
    rules += [words(f"coefficient_{way}") for way in ways if way]
    return [Prose(rules)]


def _normed_scores(part: PartData, compared: Sequence[Compared], words: Phrases) -> list[Block]:
    score = _largest([normed for _, normed, _ in compared])  # all scores of a test share one group
    made_at = compared[0][2]["made_at_text"]
    header = [
        words("score"),
        words("lower_and_same"),
        words("percentile"),
        words("measurement_error"),
        words("band"),
    ]
    group = words("group_made", group=group_text(score, words), when=made_at)
    rows = [_figures_row(*entry, words) for entry in compared]
    return [Heading(part["name"], note=group), Table(header, rows, widths=[4, 5, 2.5, 6, 5])]


def _figures_row(
    name: str, normed: NormedScoreData, figures: NormedScoreFigures, words: Phrases
) -> list[str | Cell]:
    below, equal, n = figures["below"], figures["equal"], figures["n"]
    share = words.number(100 * (below + equal / 2) / n, 1)
    reliability, error = normed["reliability"] or 0.0, figures["error"]
    low, high, score = (words.number(value, 2) for value in (normed["low"], normed["high"], figures["score"]))
    return [
        Cell(name, note=score),
        Cell(f"({below} + {equal} ÷ 2) ÷ {n}", note=f"= {words('percent', value=share)}"),
        str(normed["percentile"]),
        Cell(
            f"{words.number(figures['sd'], 2)} × √(1 − {words.number(reliability, 2)}) = {words.number(error, 2)}"
            if error is not None
            else "–",
            note=words(
                "coefficient_of",
                coefficient=words(f"way_{figures['coefficient'] or 'unknown'}"),
                n=figures["reliability_n"],
            ),
        ),
        Cell(
            words("from_to", low=low, high=high),
            note=f"{score} ± {words.number(BAND_WIDTH, 3)} × {words.number(error, 2)}"
            if error is not None
            else words("own_band"),
        ),
    ]


def _kind(part: PartData) -> Kind[Any]:
    return kind_named(part["kind"])


class PortionData(TypedDict):
    """A part of a total: a test's name or a category's id, the number solved ("Reasoning: 7/10"), and percentages."""

    name: str
    counted: str
    share: float
    weight: float


class TotalData(TypedDict):
    """A total over right-or-wrong tests in percent (None: impossible or erased). `reason`: why these weights were
    chosen. `why_not`: why the total is missing (see `IssuedTotal`)."""

    value: float | None
    weighted: bool
    reason: str
    portions: list[PortionData]
    why_not: NotRequired[str]


class AssessmentData(TypedDict):
    """`taken_at_text` is the time of completion; `language` is a name, not a tag."""

    title: str
    taken_at_text: str
    language: str
    tests: list[PartData]
    total: NotRequired[TotalData]
    #: titles of tests without a result, because a member ended the assessment before them
    not_started: NotRequired[list[str]]


def assessment_data(
    result: AttemptResult, *, moment: Moment, signs: Mapping[int, CarelessSigns] | None = None
) -> AssessmentData:
    """Tests and results, without time, breaks or adjustments. `signs`: signs of careless responding by the order of the
    part (flags.raising.careless_signs)."""
    found: AssessmentData = {
        "title": ", ".join(part.title for part in result.parts),
        "taken_at_text": moment(result.completed_at),
        "language": language_name(result.language),
        "tests": [
            kind_named(part.kind).report.freeze(part, _head_data(part, moment, signs), moment)
            for part in result.parts
        ],
    }
    if result.total is not None:
        found["total"] = _total_data(result.total)
    if result.not_started:
        found["not_started"] = list(result.not_started)
    return found


def _head_data(part: PartResult, moment: Moment, signs: Mapping[int, CarelessSigns] | None) -> PartHead:
    requirement = part.requirement
    head: PartHead = {
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
    if signs is not None and part.order in signs:
        head["validity"] = list(signs[part.order].found)
        head["validity_checked"] = list(signs[part.order].checked)
    if part.cut_short:
        head["cut_short"] = True
    return head


def _total_data(total: TotalResult) -> TotalData:
    found: TotalData = {
        "value": None if total.value is None else float(100 * total.value),
        "weighted": total.weighted,
        "reason": total.reason,
        "portions": [
            {
                "name": portion.category or portion.name,
                "counted": ", ".join(
                    labelled(part.test, f"{part.solved}/{part.given}") for part in portion.counted
                ),
                "share": float(100 * portion.share),
                "weight": float(100 * portion.weight),
            }
            for portion in total.portions
        ],
    }
    if total.why_not:
        found["why_not"] = total.why_not
    return found


def assessment_method(assessment: AssessmentData, words: Phrases, *, erased: bool) -> list[str]:
    present = {part["kind"] for part in assessment["tests"]}
    reports = [kind_named(name).report for name in Test.Kind if name in present]
    only_self_reports = bool(reports) and all(report.is_self_report for report in reports)
    keys = ["method_assessment" if only_self_reports else "method_online"]
    for report in reports:
        if report.is_self_report and not only_self_reports:
            keys.append("method_self")
        keys += report.method
    return [words(key) for key in (keys if erased else [*keys, "items_left_out"])]


def assessment_facts(assessment: AssessmentData, words: Phrases) -> list[tuple[str, str]]:
    tests = words.in_series(
        f"{part['name']}, {words('test_version', version=part['version'], scoring=part['scoring_version'])}"
        if part["scoring_version"]
        else f"{part['name']}, {part['version']}"
        for part in assessment["tests"]
    )
    return [(words("title_of_assessment"), assessment["title"]), (words("versions"), tests)]


def assessment_pages(assessment: AssessmentData, words: Phrases, *, erased: bool) -> Pages:
    """`erased`: the data contains only the tests, like that of unanswered tests."""
    parts = assessment["tests"]
    total = assessment.get("total")
    body = []
    if not erased:
        body = [] if total is None else [_total(total, words)]
        body += [
            Section(part["name"], [*_cut_short(part, words), *_report(part).blocks(part, words)])
            for part in parts
        ]
    appendix = figures_sections(parts, words)
    if parts:
        appendix.insert(0, _about_tests(parts, words))
    return Pages(
        lead=words("assessment_lead", when=assessment["taken_at_text"], language=assessment["language"]),
        front=[
            section for section in (_results(assessment, words, erased), _validity(parts, words)) if section
        ],
        body=body,
        appendix=appendix,
    )


def _results(assessment: AssessmentData, words: Phrases, erased: bool) -> Section:
    parts, table = assessment["tests"], _score_table(assessment, words, erased=erased)
    if erased:
        return Section(words("results"), [table])
    sentences = _not_started(assessment, words)
    sentences += [words("no_verdict" if assessment.get("total") is None else "no_verdict_alone")]
    if not parts or any(_report(part).is_self_report for part in parts):
        sentences.append(words("no_better_end"))
    if any(score.band for row in table.rows for score in row.scores):
        sentences.append(words("bands_read"))
    return Section(words("results"), [table, Notice([" ".join(sentences)])])


def _not_started(assessment: AssessmentData, words: Phrases) -> list[str]:
    missing = assessment.get("not_started")
    return [words("not_started", tests=", ".join(missing))] if missing else []


def _score_table(assessment: AssessmentData, words: Phrases, *, erased: bool = False) -> ScoreTable:
    total = assessment.get("total")
    rows = [] if total is None else [_total_row(total, words)]
    rows += [_score_row(part, words, erased=erased) for part in assessment["tests"]]
    return ScoreTable([words("test"), words("score"), words("position"), words("why_asked")], rows)


def _total_row(total: TotalData, words: Phrases) -> ScoreRow:
    value = total["value"]
    shown = "–" if value is None else words("percent", value=_percent(value, words))
    axis = None if value is None else (0, 100)
    note = "" if value is None else words("total_note")
    alt = f"{words('total')} {shown} {note}".strip()
    score = DrawnScore(label="", value=shown, note=note, alt=alt, axis=axis, at=value)
    return ScoreRow(name=words("total"), note="", scores=[score], requirement="")


def _score_row(part: PartData, words: Phrases, *, erased: bool) -> ScoreRow:
    requirement = part["requirement"]
    by = ""
    if requirement is not None and requirement["who"] and requirement["when"]:
        by = words("stated_by", who=isolate(requirement["who"]), when=requirement["when"])
    return ScoreRow(
        name=part["name"],
        note=words.count("items_of_version", part["items_n"], version=part["version"]),
        scores=[DrawnScore(label="", value="–", note="", alt="")]
        if erased
        else _report(part).scores(part, words),
        requirement=words("no_requirement") if requirement is None else requirement["text"],
        requirement_note=by,
        precision="" if erased else _precision(part, words),
    )


def _cut_short(part: PartHead, words: Phrases) -> list[Block]:
    return [Notice([words("cut_short")])] if part.get("cut_short") else []


def _precision(part: PartData, words: Phrases) -> str:
    if part.get("cut_short"):
        return words("cut_short")
    report = _report(part)
    scores = report.front_norms(part)
    normed = [score for _, score in scores if score is not None]
    if not normed:
        if text := report.assumed_precision(part, words):
            return text
        drawn = report.scores(part, words)
        return words("no_precision") if any(score.axis and score.band is None for score in drawn) else ""
    sentences = [words("compared_with", group=group_text(_largest(normed), words))]
    if known := [score["reliability"] for score in normed if score["reliability"] is not None]:
        low, high = words.number(min(known), 2), words.number(max(known), 2)
        value = low if low == high else words("from_to", low=low, high=high)
        sentences.append(words("normed_score_reliability", value=value))
    if without := [name for name, score in scores if score is None]:
        sentences.append(words("not_compared", scores=words.in_series(without)))
    return " ".join(sentences)


def _largest(normed: Sequence[NormedScoreData]) -> NormedScoreData:
    """The score with the most people of its group: those without a score on one scale may have one on another."""
    return max(normed, key=lambda score: score["n"])


def _validity(parts: Sequence[PartData], words: Phrases) -> Section | None:
    """Return the section on careless responding. None for snapshots that don't record signs of it."""
    blocks = _validity_blocks(parts, words)
    return Section(words("validity_of_answers"), blocks) if blocks else None


def _validity_blocks(parts: Sequence[PartData], words: Phrases) -> list[Block]:
    validity = _validity_text(parts, words)
    return [Prose([validity])] if validity else []


def _validity_text(parts: Sequence[PartData], words: Phrases) -> str:
    """Signs found in each test, and checks made in tests without signs. Older snapshots only record the signs."""
    known = [(part["name"], _signs(part)) for part in parts]
    sentences = [
        words("validity_found", test=name, signs=", ".join(words(f"sign_{sign}") for sign in signs.found))
        for name, signs in known
        if signs.found
    ]
    if sentences:
        sentences.append(words("validity_reasons"))
    without: dict[tuple[str, ...], list[str]] = {}
    for name, signs in known:
        if signs.checked and not signs.found:
            without.setdefault(signs.checked, []).append(name)
    sentences += [
        words(
            "validity_none",
            tests=", ".join(names),
            checks=", ".join(words(f"check_{check}") for check in checked),
        )
        for checked, names in without.items()
    ]
    return " ".join(sentences)


def _signs(part: PartData) -> CarelessSigns:
    checked, found = part.get("validity_checked", ()), part.get("validity", ())
    return CarelessSigns(
        checked=tuple(code for code in CARELESSNESS if code in checked),
        found=tuple(code for code in CARELESSNESS if code in found),
    )


def _about_tests(parts: Sequence[PartData], words: Phrases) -> Section:
    blocks: list[Block] = []
    for part in parts:
        blocks += [Heading(part["name"]), Labelled(sheet_rows(part, words), small=True)]
    return Section(words("about_tests"), blocks)


def screen_sections(
    result: AttemptResult,
    words: Phrases,
    *,
    moment: Moment,
    signs: Mapping[int, CarelessSigns] | None = None,
) -> list[Section]:
    """Return the sections shown on screens, where results expand to the answers and figures behind them. `signs`: see
    `assessment_data`."""
    assessment = assessment_data(result, moment=moment, signs=signs)
    total = assessment.get("total")
    missing = [Notice(sentences)] if (sentences := _not_started(assessment, words)) else []
    sections = [Section(words("results"), [_score_table(assessment, words), *missing])]
    if total is not None:
        sections.append(_total(total, words))
    for found, part in zip(result.parts, assessment["tests"], strict=True):
        blocks = _head_blocks(found, part, words)
        if _report(part).is_self_report and (validity := _validity_text([part], words)):
            blocks.append(Labelled([(words("validity_of_answers"), validity)]))
        blocks += [*_cut_short(part, words), *_report(part).blocks(part, words, found)]
        blocks.append(sheet_details(part, found, words))
        sections.append(Section(part["name"], blocks, anchor=f"result-{found.order}"))
    return sections


def outcome(assessment: AssessmentData, words: Phrases) -> list[OutcomeRow]:
    rows = [OutcomeRow(part["name"], [OutcomeAnswer(_outcome(part, words))]) for part in assessment["tests"]]
    not_started = OutcomeAnswer(gettext("not started, so no result"))
    rows += [OutcomeRow(title, [not_started]) for title in assessment.get("not_started", ())]
    total = assessment.get("total")
    if total is None or total["value"] is None:
        return rows
    value = words("percent", value=_percent(total["value"], words))
    return [OutcomeRow(words("total"), [OutcomeAnswer(value)]), *rows]


def _outcome(part: PartData, words: Phrases) -> str:
    early = gettext("ended before the candidate had finished") if part.get("cut_short") else ""
    return ", ".join(filter(None, [_report(part).outcome(part, words), early]))


def overview_sections(assessment: AssessmentData, words: Phrases) -> list[Section]:
    drawn = [(part["name"], _report(part).overview(part, words)) for part in assessment["tests"]]
    return [Section(name, blocks) for name, blocks in drawn if blocks]


def _head_blocks(found: PartResult, part: PartHead, words: Phrases) -> list[Block]:
    sheet = found.sheet
    version = gettext("%(form)s, version %(version)s.") if sheet.form else gettext("Version %(version)s.")
    blocks: list[Block] = [Prose([version % {"form": sheet.form, "version": sheet.version}], quiet=True)]
    requirement = part["requirement"]
    return [*blocks, Prose([_requirement(part, requirement, words)])] if requirement else blocks


def _report(part: PartData) -> KindReport[Any, Any]:
    return kind_named(part["kind"]).report


def _requirement(part: PartHead, requirement: RequirementData, words: Phrases) -> str:
    quoted = words("quote", text=requirement["text"])
    sentence = words("requirement", test=part["name"], text=quoted)
    if not requirement["who"] or not requirement["when"]:
        return sentence
    return words(
        "requirement_by", requirement=sentence, who=isolate(requirement["who"]), when=requirement["when"]
    )


def _total(total: TotalData, words: Phrases) -> Section:
    if total["value"] is None:
        why_not = total.get("why_not")
        return Section(words("total"), [Prose([words(f"total_{why_not}" if why_not else "total_none")])])
    value = _percent(total["value"], words)
    how = words("total_weights", reason=total["reason"]) if total["weighted"] else words("total_categories")
    rows = [
        [
            category_phrase(portion["name"], words),
            portion["counted"],
            words("percent", value=_percent(portion["share"], words)),
            words("percent", value=_percent(portion["weight"], words)),
        ]
        for portion in total["portions"]
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
    return words.number(value, 0 if float(rounded(value, 1)).is_integer() else 1)

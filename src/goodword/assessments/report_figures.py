"""The figures behind percentiles, bands and abilities, for the appendix of a report (since schema 4)."""

from collections.abc import Sequence
from typing import Any

from goodword.assessments.kinds import Kind, PartData, kind, kind_named
from goodword.assessments.kinds.report import NormedScoreData, NormedScoreFigures, group_text
from goodword.assessments.psychometrics.norms import BAND_WIDTH
from goodword.core.phrases import Phrases
from goodword.core.report_blocks import Block, Cell, Heading, Prose, Section, Table

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
    _, score, figures = compared[0]  # all scores of a test share one group
    header = [
        words("score"),
        words("lower_and_same"),
        words("percentile"),
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
    return kind_named(str(kind(part)))

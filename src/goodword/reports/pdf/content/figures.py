"""Where percentiles, bands and abilities come from: the rules, and the figures that went into each of them.

Snapshots before schema 4 do not have them, and print nothing here.
"""

from collections.abc import Iterator

from goodword.core.report_blocks import Block, Cell, Heading, Prose, Section, Table, Words
from goodword.reports.pdf.content.sheet import group_text
from goodword.reports.pdf.taken import AbilityBehind, Assessment, Figures, Standing, Test

#: standard errors to each side of a 90 % band, as the phrase on it says
BAND_WIDTH = 1.645


def figures_sections(assessment: Assessment, words: Words) -> list[Section]:
    """One section where anything was held against norms or measured by a calibration; none else."""
    tests = assessment["tests"]
    held = {number: list(_held(test, words)) for number, test in enumerate(tests)}
    blocks = _rules([one for rows in held.values() for one in rows], tests, words)
    for number, test in enumerate(tests):
        if held[number]:
            blocks += _standings(test, held[number], words)
        if (behind := _measured(test)) is not None:
            blocks += _ability(test, behind, words)
    return [Section(words("figures_behind"), blocks)] if blocks else []


def _held(test: Test, words: Words) -> Iterator[tuple[str, Standing, Figures]]:
    """The scores of a test that were held against norms, by what they are called, with their figures."""
    found: list[tuple[str, Standing | None]] = []
    if "kind" not in test or test["kind"] == "scales":
        found = [(scale["name"], scale.get("standing")) for scale in test["scales"]]
    elif test["kind"] == "reasoning":
        found = [(words("all_tasks"), test["whole"]["standing"])]
        found += [(words.category(one["name"]), one["standing"]) for one in test["categories"]]
    elif test["kind"] == "judgement":
        found = [(words("distance"), test["standing"])]
    for name, standing in found:
        if standing is not None and (figures := standing.get("figures")) is not None:
            yield name, standing, figures


def _measured(test: Test) -> AbilityBehind | None:
    """What the ability in a test was measured by, where there is one and that is known."""
    if "kind" not in test or test["kind"] != "reasoning" or test["ability"] is None:
        return None
    return test["ability"].get("behind")


def _rules(held: list[tuple[str, Standing, Figures]], tests: list[Test], words: Words) -> list[Block]:
    """How a place, a reliability, an error and a band come about, each said once."""
    if not held:
        return []
    kinds = {test.get("kind", "scales") for test in tests if any(True for _ in _held(test, words))}
    said = [words("percentile_rule")] if kinds - {"judgement"} else []
    said += [words("distance_rule")] if "judgement" in kinds else []
    said.append(words("error_rule"))
    ways = dict.fromkeys(figures["coefficient"] for _, _, figures in held)
    said += [words(f"coefficient_{way}") for way in ways if way]
    return [Prose(said)]


def _standings(test: Test, held: list[tuple[str, Standing, Figures]], words: Words) -> list[Block]:
    _, standing, figures = held[0]  # one group for all scores of a test
    by_distance = test.get("kind") == "judgement"
    header = [
        words("score"),
        words("lower_and_same"),
        words("nearer_of_100") if by_distance else words("percentile"),
        words("measurement_error"),
        words("band"),
    ]
    group = words("group_made", group=group_text(standing, words), when=figures["made_at_text"])
    rows = [_row(name, standing, figures, words) for name, standing, figures in held]
    return [Heading(test["name"], note=group), Table(header, rows, widths=[4, 5, 2.5, 6, 5])]


def _row(name: str, standing: Standing, figures: Figures, words: Words) -> list[str | Cell]:
    below, equal, n = figures["below"], figures["equal"], figures["n"]
    share = words.number(100 * (below + equal / 2) / n, 1)
    reliability = standing["reliability"] or 0.0
    error = f"{words.number(figures['sd'], 2)} × √(1 − {words.number(reliability, 2)})"
    low, high, score = (
        words.number(value, 2).replace("-", "−")
        for value in (standing["low"], standing["high"], figures["score"])
    )
    return [
        Cell(name, note=score),
        Cell(f"({below} + {equal} ÷ 2) ÷ {n}", note=f"= {words('percent', value=share)}"),
        str(standing["percentile"]),
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


def _ability(test: Test, behind: AbilityBehind, words: Words) -> list[Block]:
    figures: dict[str, str | int] = {
        "number": behind["number"],
        "n": behind["n"],
        "when": behind["made_at_text"],
        "sd": words.number(behind["sd"], 2),
        "reliability": words.number(behind["reliability"], 2),
    }
    rows: list[list[str | Cell]] = [
        [
            words("family_level", family=words.family(one["family"]), level=one["level"]),
            f"{words.number(one['b'], 1)} ± {words.number(one['se'], 1)}".replace("-", "−"),
            words("n_of_m", n=one["right"], m=one["given"]),
        ]
        for one in behind["cells"]
    ]
    header = [words("family"), words("difficulty"), words("solved")]
    return [
        Heading(words("ability_in", test=test["name"]), note=words("calibration", **figures)),
        Prose([words("ability_rule"), words("ability_error"), words("coefficient_calibration")], leads=True),
        Table(header, rows, widths=[6, 3, 2]),
    ]

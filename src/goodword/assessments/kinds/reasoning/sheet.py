"""Start values of difficulty, and the technical sheet of the reasoning test.

The start values are assumptions: each further rule, or rule that is harder to see, adds about 0.7 logits, starting at
about -1.6. They serve to compose blueprints and are replaced, by family and level, once enough people have answered
(never by item, since few people see the same item). Nobody is ranked on them.

In the Rasch model a person of ability theta solves an item of difficulty b with the probability

    P(theta, b) = 1 / (1 + exp(b - theta))                       (Rasch, 1960)

Difficulties of the items of one family and level are assumed to vary around a common value with a standard deviation of
ASSUMED_SPREAD, as Glas and van der Linden (2003, Applied Psychological Measurement 27, 247-261) model cloned items; its
size is our assumption.
"""

import random
from collections.abc import Mapping, Sequence
from math import exp, sqrt

from django.utils.translation import get_language, gettext

from goodword.assessments.kinds.reasoning.content import Blueprint, ReasoningTest
from goodword.assessments.kinds.reasoning.families import category_name, family_name, family_of, load_of
from goodword.assessments.kinds.technical_sheet import (
    CellFacts,
    Known,
    OwnCalibration,
    TechnicalSheet,
    common_limits,
    no_validity,
    norms_sentence,
    reliability_sentence,
)
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.psychometrics.rasch import LEAST_PERSONS
from goodword.core.text import written_count, written_day, written_figure

#: standard deviation, in logits, of single items about the value of their family and level
ASSUMED_SPREAD = 0.25
START: Mapping[tuple[str, int], float] = {
    ("number_series", 1): -1.6,
    ("number_series", 2): -0.9,
    ("number_series", 3): -0.2,
    ("number_series", 4): 0.5,
    ("number_series", 5): 1.2,
    ("letter_series", 1): -1.2,
    ("letter_series", 2): -0.5,
    ("letter_series", 3): 0.2,
    ("letter_series", 4): 0.9,
    ("matrices_one_rule", 1): -1.6,
    ("matrices_one_rule", 2): -0.9,
    ("matrices_two_rules", 2): -0.7,
    ("matrices_two_rules", 3): 0.0,
    ("matrices_two_rules", 4): 0.7,
    ("matrices_three_rules", 4): 0.9,
    ("matrices_three_rules", 5): 1.6,
    ("seating", 1): -1.0,
    ("seating", 2): -0.3,
    ("seating", 3): 0.4,
    ("seating", 4): 1.1,
    ("ordering", 1): -1.4,
    ("ordering", 2): -0.7,
    ("ordering", 3): 0.0,
    ("ordering", 4): 0.7,
    ("sets", 1): -0.6,
    ("sets", 2): 0.1,
    ("sets", 3): 0.6,
    ("sets", 4): 1.3,
}


def start_value(family: str, level: int) -> float:
    """The assumed difficulty of a family and level, in logits. Raises `LookupError`."""
    try:
        return START[family, level]
    except KeyError:
        raise LookupError(f"“{family}” of level {level} has no start value.") from None


def expected_score(bs: Sequence[float], theta: float) -> float:
    """The expected number solved of items with difficulties `bs` at ability `theta`, both in logits."""
    return sum(1 / (1 + exp(b - theta)) for b in bs)


def spread_of_forms(
    blueprint: Blueprint,
    *,
    thetas: Sequence[float],
    n_forms: int,
    seed: int,
    spread: float = ASSUMED_SPREAD,
) -> dict[float, float]:
    """For each ability, the standard deviation over simulated forms of the expected score, in items.

    To first order the variance is the sum over items of (P * (1 - P) * spread)^2, at most n * (spread / 4)^2: 0.28
    items for 20 items and a spread of 0.25.
    """
    source = random.Random(f"spread:{seed}")  # noqa: S311 - a simulation
    values = [start_value(entry.family, entry.level) for entry in blueprint.entries for _ in range(entry.n)]
    forms = [[source.gauss(value, spread) for value in values] for _ in range(n_forms)]
    return {theta: _deviation([expected_score(form, theta) for form in forms]) for theta in thetas}


def _deviation(scores: Sequence[float]) -> float:
    mean = sum(scores) / len(scores)
    return sqrt(sum((score - mean) ** 2 for score in scores) / (len(scores) - 1))


def reasoning_sheet(forms: ReasoningTest, form: str, known: Known) -> TechnicalSheet:
    blueprint = forms.blueprint(form)
    cells = tuple(_cell(entry.family, entry.level, entry.n, known.calibration) for entry in blueprint.entries)
    categories = ", ".join(dict.fromkeys(_within(cell.category) for cell in cells))
    return TechnicalSheet(
        kind="reasoning",
        title=gettext("Reasoning"),
        version=forms.version,
        language="",
        form=forms.form_label(form),
        construct=gettext(
            "Finding rules and drawing conclusions in unfamiliar tasks: %(categories)s. It is related "
            "to fluid reasoning and is not a test of general intelligence."
        )
        % {"categories": categories},
        n_items=blueprint.n,
        minutes=blueprint.minutes,
        scales=(),
        answer_scale=(),
        scoring=gettext(
            "One point for each task solved, shown as “n of %(n)s solved”, in all and for each category. "
            "A task skipped or not reached counts as not solved; one on screen when the connection was "
            "lost doesn't count at all and is replaced by another."
        )
        % {"n": blueprint.n},
        scoring_version=SCORING["solved"],
        reliability=reliability_sentence(known.groups),
        norms=norms_sentence(
            [],
            known.groups,
            without=gettext("Until then, the result is the number of tasks solved, and nobody is ranked."),
        ),
        validity=no_validity(),
        limits=_limits(figures=forms.has_figures(form)),
        licence="Apache-2.0",
        source=gettext("Generated by Goodword, written for it; not taken or adapted from another test"),
        cells=cells,
        more={
            gettext("How tasks are made"): gettext(
                "Each candidate gets different tasks. A task is generated from a family, a level and a "
                "seed, and stored with its key and rule. All tasks of a level require the same steps; "
                "their content varies. Wrong answers come from typical errors, and neither position, "
                "length nor form gives away the right one."
            ),
            gettext("How they are verified"): gettext(
                "An independent solver that knows neither key nor rule finds exactly one right answer per "
                "task: for 200 seeds of each family and level on every change to Goodword, and for 10,000 "
                "with “make items”."
            ),
            gettext("How hard they are"): _difficulty(known.calibration),
        },
        own_norms=known.groups,
    )


def _within(category: str) -> str:
    return category if (get_language() or "").startswith("de") else category.lower()


def _cell(family: str, level: int, n: int, calibration: OwnCalibration | None) -> CellFacts:
    found = calibration.found.cells.get((family, level)) if calibration is not None else None
    return CellFacts(
        category=category_name(family_of(family).category),
        family=family_name(family),
        level=level,
        n=n,
        load=load_of(family, level),
        start=start_value(family, level),
        difficulty=found.b if found else None,
        se=found.se if found else None,
        answers=found.n if found else None,
    )


def _difficulty(calibration: OwnCalibration | None) -> str:
    assumed = gettext(
        "Start values assume that difficulty grows with the number of rules. The spread of tasks "
        "around the value of their level (standard deviation %(spread)s logits) is an assumption "
        "too. It changes the expected score at a given ability by less than 0.3 tasks between "
        "forms."
    ) % {"spread": written_figure(ASSUMED_SPREAD)}
    if calibration is None:
        return (
            gettext("Not calibrated: that takes the first attempts of %(least)s people.")
            % {"least": LEAST_PERSONS}
            + f" {assumed}"
        )
    return (
        gettext(
            "Calibrated by family and level, never task by task, from the first attempts of %(n)s people "
            "(calibration %(number)s, %(date)s). Families and levels without a figure were answered too seldom."
        )
        % {
            "n": written_count(calibration.found.n),
            "number": calibration.number,
            "date": written_day(calibration.made_at),
        }
        + f" {assumed}"
    )


def _limits(*, figures: bool) -> tuple[str, ...]:
    limits = [
        gettext("It is timed, so it also reflects how fast somebody works."),
        gettext(
            "People who have practised such tasks solve more of them. The practice before the test helps "
            "a little."
        ),
        gettext("A difference of a few tasks is not meaningful."),
        gettext("Conclusions are verbal, so they are harder in a language that people know less well."),
    ]
    if figures:
        limits.append(
            gettext(
                "People who can't see the figures are offered a form without them, which has its own norms."
            )
        )
    return (*limits, *common_limits())

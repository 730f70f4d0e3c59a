"""What standings and abilities were computed from, as a snapshot keeps it."""

from goodword.accounts.models import Organisation
from goodword.assessments.kinds.normed_scores import NormedScoreDetails, ReliabilityDetails
from goodword.assessments.kinds.reasoning.result import Ability as IssuedAbility
from goodword.reports.domain.freeze import moment_text
from goodword.reports.pdf.taken import Ability, Cell, Figures


def standing_figures(behind: NormedScoreDetails, *, organisation: Organisation) -> Figures:
    """The figures of a percentile and its band; the rows of the norm table stay with the norms."""
    return {
        "score": behind.score,
        "n": behind.n,
        "below": behind.below,
        "equal": behind.equal,
        "sd": behind.sd,
        "error": behind.error,
        "coefficient": _coefficient(behind.reliability),
        "reliability_n": behind.reliability.n,
        "made_at_text": moment_text(behind.made_at, organisation=organisation),
    }


def ability_part(ability: IssuedAbility | None, *, organisation: Organisation) -> Ability | None:
    """The ability, with the calibration and the cells that it comes from where they are known."""
    if ability is None:
        return None
    found: Ability = {"value": ability.value, "error": ability.error}
    if (behind := ability.behind) is not None:
        found["behind"] = {
            "number": behind.number,
            "n": behind.n,
            "made_at_text": moment_text(behind.made_at, organisation=organisation),
            "sd": behind.sd,
            "reliability": behind.reliability,
            "cells": [
                Cell(family=one.family, level=one.level, b=one.b, se=one.se, given=one.given, right=one.right)
                for one in behind.cells
            ],
        }
    return found


def _coefficient(reliability: ReliabilityDetails) -> str:
    """Which figure the reliability is: omega, and alpha only where there is no omega."""
    if reliability.omega is not None:
        return "omega"
    return "alpha" if reliability.alpha is not None else reliability.way

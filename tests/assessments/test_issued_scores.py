"""A figure that a kind of test computes is stored, and is in the evidence."""

from dataclasses import fields
from typing import Any

from goodword.assessments.evidence.export import FIGURES
from goodword.assessments.kinds.scores import ComputedScore
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.scoring import issued_score


def test_every_computed_figure_is_issued_and_exported() -> None:
    not_figures = {"scale", "version", "has_own_band"}
    names = [field.name for field in fields(ComputedScore) if field.name not in not_figures]
    values: dict[str, Any] = {name: number for number, name in enumerate(names, start=1)}
    row = issued_score(AttemptPart(organisation_id=1), ComputedScore(scale="", version="1", **values), None)
    assert {name: getattr(row, name) for name in names} == values
    columns = {field.name for field in Score._meta.concrete_fields}
    of_row = {"id", "organisation", "part", "scale", "norm_group"}
    assert columns - of_row == {*names, "scoring_version"} == set(FIGURES)

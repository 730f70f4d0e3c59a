"""The matrix of a role's requirements and the tests and competencies that measure them."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from goodword.accounts.models import Organisation
from goodword.assessments.plans.versions import PlannedPart, built_by_member, planned
from goodword.core.text import written_day
from goodword.questionnaires.domain.versions import names_of_competencies
from goodword.references.domain.invitations import version_for
from goodword.roles.domain.job_analysis import (
    IMPORTANT,
    UNIMPORTANT,
    Entered,
    ratings_of,
    requirements_of,
    same_text,
)
from goodword.roles.models import JobAnalysis, JobRequirement, Role, Step


@dataclass(frozen=True, slots=True)
class Measure:
    """A test, a scale or a competency. `key`: "test:7", "test:7:openness" or "competency:Reliability". `aliases`: also
    the keys with the competency's names in other languages."""

    key: str
    name: str
    aliases: frozenset[str] = frozenset()

    def is_among(self, keys: Collection[str]) -> bool:
        return self.key in keys or not self.aliases.isdisjoint(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRequirement:
    """A requirement stated by a part of the assessment. `keys`: keys of the measures that this part yields."""

    requirement: Entered
    keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureColumn:
    """A test, or the reference check. `test`: its id; None for the reference check."""

    test: int | None
    title: str
    measures: tuple[Measure, ...]
    stated: tuple[StatedRequirement, ...] = ()

    def stated_keys(self, text: str) -> frozenset[str]:
        return frozenset().union(
            *(stated.keys for stated in self.stated if same_text(stated.requirement.text) == same_text(text))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """`cells`: the measures in each column."""

    requirement: JobRequirement
    cells: tuple[tuple[Measure, ...], ...]

    @property
    def is_measured(self) -> bool:
        return any(self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementMatrix:
    """`unlisted`: requirements stated by the assessment but missing from the list, with their tests."""

    role: Role
    columns: tuple[MeasureColumn, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def unlisted(self) -> list[tuple[str, Entered]]:
        listed = {same_text(row.requirement.text) for row in self.rows}
        return [
            (column.title, stated.requirement)
            for column in self.columns
            for stated in column.stated
            if same_text(stated.requirement.text) not in listed
        ]

    def stored(self) -> dict[str, Any]:
        """The matrix as JSON, from which pages are rendered."""
        served = {measure.key for row in self.rows for cell in row.cells for measure in cell}
        unserved = [
            {"title": column.title, "names": names}
            for column in self.columns
            if (names := [measure.name for measure in column.measures if measure.key not in served])
        ]
        return {
            "columns": [column.title for column in self.columns],
            # columns that measure a requirement
            "tests": [
                column.test
                for column, cells in zip(
                    self.columns, zip(*(row.cells for row in self.rows), strict=True), strict=False
                )
                if column.test is not None and any(cells)
            ],
            "rows": [self._stored(row) for row in self.rows],
            "unmeasured": [row.requirement.text for row in self.rows if not row.is_measured],
            "unserved": unserved,
            "unlisted": [{"title": title, "text": requirement.text} for title, requirement in self.unlisted],
        }

    def _stored(self, row: MatrixRow) -> dict[str, Any]:
        return {
            "text": row.requirement.text,
            "cells": [
                {"title": column.title, "names": [measure.name for measure in cell]}
                for column, cell in zip(self.columns, row.cells, strict=True)
            ],
            "by": row.requirement.entered_by,
            "on": _day(row.requirement.entered_at, self.role),
            **self._judged(row.requirement),
        }

    def _judged(self, requirement: JobRequirement) -> dict[str, Any]:
        """The ratings; empty without ratings, as in matrices stored before ratings were introduced."""
        for newest in ratings_of(requirement)[:1]:
            return {
                "rating": {
                    "importance": newest.importance,
                    "criticality": newest.criticality,
                    "at_entry": newest.at_entry,
                    "basis": newest.basis,
                    "by": newest.entered_by,
                    "on": _day(newest.entered_at, self.role),
                    "outdated": same_text(newest.text) != same_text(requirement.text),
                }
            }
        return {}


def matrix_of(role: Role, *, now: datetime) -> RequirementMatrix:
    columns = columns_of(role, now=now)
    return RequirementMatrix(
        role=role,
        columns=columns,
        rows=tuple(
            MatrixRow(requirement=requirement, cells=tuple(_cell(requirement, column) for column in columns))
            for requirement in requirements_of(role)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Conclusions from ratings and measures in a stored matrix. Rows are as stored, with the titles of columns in
    `measured_by`."""

    #: rated important but not measured
    missing: tuple[Mapping[str, Any], ...]
    #: rated neither important nor critical, but measured
    unimportant: tuple[Mapping[str, Any], ...]
    #: learnt on the job, but measured
    learnt: tuple[Mapping[str, Any], ...]
    #: rated before their text changed
    outdated: tuple[Mapping[str, Any], ...]
    unrated: int


def ratings_in(matrix: Mapping[str, Any]) -> Ratings:
    rows = [
        {**row, "measured_by": [cell["title"] for cell in row["cells"] if cell["names"]]}
        for row in matrix["rows"]
    ]
    rated = [row for row in rows if "rating" in row]
    return Ratings(
        missing=tuple(row for row in rated if is_important(row["rating"]) and not row["measured_by"]),
        unimportant=tuple(row for row in rated if _is_unimportant(row["rating"]) and row["measured_by"]),
        learnt=tuple(row for row in rated if not row["rating"]["at_entry"] and row["measured_by"]),
        outdated=tuple(row for row in rated if row["rating"]["outdated"]),
        unrated=len(rows) - len(rated),
    )


def is_important(rating: Mapping[str, Any]) -> bool:
    return bool(max(rating["importance"], rating["criticality"]) >= IMPORTANT)


def _is_unimportant(rating: Mapping[str, Any]) -> bool:
    return bool(max(rating["importance"], rating["criticality"]) <= UNIMPORTANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """The newest confirmed job analysis of a role."""

    analysis: JobAnalysis
    requirements: int
    ratings: Ratings

    @property
    def rated(self) -> int:
        return self.requirements - self.ratings.unrated


def newest_of_roles(organisation: Organisation) -> list[Analysed]:
    """Newest analyses, sorted by role title."""
    rows = JobAnalysis.objects.of(organisation).filter(role__archived_at=None).select_related("role")
    newest = rows.order_by("role", "-number").distinct("role")
    return [
        Analysed(
            analysis=analysis, requirements=len(analysis.matrix["rows"]), ratings=ratings_in(analysis.matrix)
        )
        for analysis in sorted(
            newest, key=lambda analysis: (analysis.role.title.casefold(), analysis.role_id)
        )
    ]


def digest(matrix: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(matrix, sort_keys=True).encode()).hexdigest()


def _cell(requirement: JobRequirement, column: MeasureColumn) -> tuple[Measure, ...]:
    keys = column.stated_keys(requirement.text).union(requirement.measures)
    return tuple(measure for measure in column.measures if measure.is_among(keys))


def columns_of(role: Role, *, now: datetime) -> tuple[MeasureColumn, ...]:
    steps = {step.kind: step for step in Step.objects.of(role.organisation).filter(role=role)}
    for step in steps.values():
        step.organisation = role.organisation
    parts = _parts(steps[Step.Kind.ASSESSMENT], now=now)
    by_test: dict[int, list[PlannedPart]] = {}
    for part in parts:
        by_test.setdefault(part.part.test_id, []).append(part)
    columns = [_test(same) for same in by_test.values()]
    names = names_of_competencies(version_for(steps[Step.Kind.REFERENCE_CHECK], now=now))
    if names:
        measures = tuple(
            Measure(_key(name), name, aliases=frozenset(map(_key, others))) for name, others in names.items()
        )
        columns.append(MeasureColumn(test=None, title=_("Reference check"), measures=measures))
    return tuple(columns)


def _key(competency: str) -> str:
    return f"competency:{competency}"


def _parts(step: Step, *, now: datetime) -> Sequence[PlannedPart]:
    """Parts whose results count; none while nobody can be invited."""
    if not step.requirement and built_by_member(step) is None:
        return ()
    return [part for part in planned(step, now=now) if not part.content.is_for_practice]


def _test(parts: Iterable[PlannedPart]) -> MeasureColumn:
    measures: dict[str, str] = {}
    stated = []
    title, test = "", None
    for planned_part in parts:
        part = planned_part.part
        title, test = part.test.title, part.test_id
        scales = {f"test:{part.test_id}:{scale.id}": scale.name for scale in planned_part.scales}
        own = scales or {f"test:{part.test_id}": _("Whole test")}
        measures |= own
        if part.requirement and part.requirement_at:
            entered = Entered(
                text=part.requirement, measures=(), by=part.requirement_by, at=part.requirement_at
            )
            stated.append(StatedRequirement(requirement=entered, keys=frozenset(own)))
    return MeasureColumn(
        test=test,
        title=title,
        measures=tuple(Measure(key, name) for key, name in measures.items()),
        stated=tuple(stated),
    )


def _day(at: datetime, role: Role) -> str:
    return written_day(timezone.localdate(at, role.organisation.zone))

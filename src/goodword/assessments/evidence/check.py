"""Compute all that was issued again, from the files of an export alone: no database is asked."""

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodword.assessments.content import parse
from goodword.assessments.evidence.folder import FolderError, changed, lines_of, listed, table_of
from goodword.assessments.evidence.marks import check_marks
from goodword.assessments.evidence.tally import Tally
from goodword.assessments.evidence.totals import check_totals
from goodword.assessments.evidence.writing import FIGURES
from goodword.assessments.kinds import Content, kind_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.item import GeneratedItem, from_json
from goodword.assessments.kinds.scores import ComputedScore
from goodword.assessments.psychometrics import norms, rasch
from goodword.assessments.scoring import compute_scores
from goodword.questionnaires.reading import Json

#: exponentials can differ in their last digits from one machine to another (docs/scoring.md)
_NEAR = 1e-6
#: is meant to be kept elsewhere
_APART = ("join.csv",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What agrees of scores, totals and sums of marks, and the files that are not as they were written.

    An export from before there were totals and marks has none of them.
    """

    scores: Tally
    totals: Tally
    marks: Tally
    changed: tuple[str, ...]

    @property
    def differ(self) -> tuple[str, ...]:
        """A sentence for each that does not come out as it was issued."""
        return (*self.scores.differ, *self.totals.differ, *self.marks.differ)

    @property
    def sound(self) -> bool:
        """Whether all is as it was issued."""
        return not self.differ and not self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    contents: Mapping[tuple[str, str, str], Content]
    kinds: Mapping[tuple[str, str, str], str]
    items: Mapping[str, list[tuple[str, GeneratedItem]]]
    answers: Mapping[str, dict[str, Json]]
    tables: Mapping[str, Mapping[str, norms.NormTable]]
    calibrations: Mapping[str, rasch.Calibration]


def check(folder: Path) -> Checked:
    """Compare what was issued with what comes out now. Raises FolderError for a folder that cannot be read."""
    altered = changed(folder, may_lack=_APART)
    try:
        files = _read(folder)
        issued: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for row in table_of(folder, "scores.csv"):
            issued[row["part"]][row["scale"]] = row
        parts = table_of(folder, "attempts.csv")
        scores = Tally()
        for part in parts:
            found = _compare(part, issued[part["part"]], files)
            scores.agree += len(issued[part["part"]]) - len(found)
            scores.differ += found
        totals, marks = _beside_scores(folder, parts, issued, files)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f" ({', '.join(altered)} changed since)" if altered else ""
        raise FolderError(f"The files in {folder} cannot be understood{what}: {error!r}.") from error
    for name in sorted(set(issued) - {part["part"] for part in parts}):
        scores.say(f"Part {name} has scores and stands in no row of attempts.csv.")
    return Checked(scores=scores, totals=totals, marks=marks, changed=tuple(altered))


def _beside_scores(
    folder: Path,
    parts: Sequence[Mapping[str, str]],
    issued: Mapping[str, Mapping[str, Mapping[str, str]]],
    files: _Files,
) -> tuple[Tally, Tally]:
    """Totals and marks."""
    written = listed(folder)
    of = {part["part"]: (part["test"], part["version"], part["version_language"]) for part in parts}
    totals = marks = Tally()
    if "totals.csv" in written:
        kinds = {part: files.kinds[version] for part, version in of.items()}
        rows = table_of(folder, "totals.csv")
        totals = check_totals(rows, parts=parts, scores=issued, kinds=kinds)
    if "marks.csv" in written:
        contents = {part: files.contents[version] for part, version in of.items()}
        marks = check_marks(table_of(folder, "marks.csv"), contents=contents)
    return totals, marks


def _read(folder: Path) -> _Files:
    tests = {
        (row["test"], row["version"], row["language"]): (row["kind"], row["content"])
        for row in lines_of(folder, "tests.jsonl")
    }
    items: dict[str, list[tuple[int, str, GeneratedItem]]] = defaultdict(list)
    for row in lines_of(folder, "items.jsonl"):
        if not row["void"]:
            items[row["part"]].append((row["position"], row["item"], from_json(row["content"])))
    answers: dict[str, dict[str, Json]] = defaultdict(dict)
    for row in lines_of(folder, "answers.jsonl"):
        if "value" in row:
            answers[row["part"]][row["item"]] = row["value"]
    return _Files(
        contents={key: parse(kind, content) for key, (kind, content) in tests.items()},
        kinds={key: kind for key, (kind, _) in tests.items()},
        items={
            part: [(key, item) for _, key, item in sorted(rows, key=lambda row: row[:2])]
            for part, rows in items.items()
        },
        answers=answers,
        tables={
            str(row["norm_group"]): {scale: norms.from_json(one) for scale, one in row["tables"].items()}
            for row in lines_of(folder, "norms.jsonl")
        },
        calibrations={
            str(row["calibration"]): rasch.from_json(row["content"])
            for row in lines_of(folder, "calibrations.jsonl")
        },
    )


def _compare(part: Mapping[str, str], issued: Mapping[str, Mapping[str, str]], files: _Files) -> list[str]:
    """A sentence for each score of a part that does not come out as it was issued."""
    name = part["part"]
    try:
        again = {one.scale: one for one in _again(part, files)}
    except (LookupError, ValueError, TypeError) as error:
        return [f"Part {name}, {_scale(scale)}: it cannot be computed: {error}." for scale in issued]
    found = []
    for scale in sorted(set(issued) | set(again)):
        if scale not in issued or scale not in again:
            found.append(f"Part {name}, {_scale(scale)}: only {'issued' if scale in issued else 'computed'}.")
            continue
        if wrong := [
            f"{column} was {issued[scale][column] or 'empty'} and is {_shown(value)}"
            for column, value in _columns(again[scale]).items()
            if not _same(issued[scale][column], value)
        ]:
            found.append(f"Part {name}, {_scale(scale)}: {'; '.join(wrong)}.")
    return found


def _again(part: Mapping[str, str], files: _Files) -> tuple[ComputedScore, ...]:
    content = files.contents[part["test"], part["version"], part["version_language"]]
    drawn = files.items.get(part["part"], [])
    asked = kind_of(content).items(content, form=part["form"], drawn=drawn, language=part["language"])
    void = set(json.loads(part.get("void") or "[]"))  # an earlier export has no such column
    items: tuple[Item, ...] = tuple(item for item in asked if item.id not in void)
    return compute_scores(
        content,
        form=part["form"],
        items=items,
        answers=files.answers.get(part["part"], {}),
        tables=files.tables[part["norm_group"]] if part["norm_group"] else None,
        calibration=files.calibrations[part["calibration"]] if part["calibration"] else None,
    )


def _columns(one: ComputedScore) -> dict[str, Any]:
    return {name: one.version if name == "scoring_version" else getattr(one, name) for name in FIGURES}


def _same(written: str, value: Any) -> bool:
    if value is None or isinstance(value, str):
        return written == (value or "")
    try:
        return math.isclose(float(written), value, rel_tol=_NEAR, abs_tol=_NEAR)
    except ValueError:
        return False


def _scale(scale: str) -> str:
    return f"scale {scale}" if scale else "all of it"


def _shown(value: Any) -> str:
    return "empty" if value is None else str(value)

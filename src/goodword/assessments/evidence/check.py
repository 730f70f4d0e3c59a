"""Recomputes scores, totals and sums of marks from an export's files alone, without a database."""

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from goodword.accounts.models import Organisation
from goodword.assessments.evidence.export import FIGURES, export
from goodword.assessments.evidence.folder import (
    FILE,
    FolderError,
    changed,
    differences,
    lines_of,
    listed,
    table_of,
)
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.generated import GeneratedItem, from_json
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.registry import Content, kind_of
from goodword.assessments.kinds.scores import ComputedScore
from goodword.assessments.models import Assessment
from goodword.assessments.psychometrics import norms, strata
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.strata import Calibrations, Stratum
from goodword.assessments.queries import parse
from goodword.assessments.scoring import ScoredPart, compute_scores, make_total
from goodword.core import clock
from goodword.core.validation import Json


@dataclass(kw_only=True)
class Tally:
    """`differ`: a sentence for each difference."""

    agree: int = 0
    differ: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        return self.agree + len(self.differ)

    def say(self, sentence: str) -> None:
        self.differ.append(sentence)

    def count(self, what: str, wrong: Sequence[str]) -> None:
        if wrong:
            self.say(f"{what}: {'; '.join(wrong)}.")
        else:
            self.agree += 1


type Row = Mapping[str, str]

_MODES: Final = (Assessment.Total.CATEGORIES.value, Assessment.Total.WEIGHTS.value)


def check_totals(
    rows: Sequence[Row],
    *,
    parts: Sequence[Row],
    scores: Mapping[str, Mapping[str, Row]],
    kinds: Mapping[str, str],
) -> Tally:
    """`scores`: rows by part name, then by scale. `kinds`: kinds of test by part name."""
    of: dict[str, list[Row]] = defaultdict(list)
    for part in parts:
        of[part["attempt"]].append(part)
    tally, times = Tally(), Counter(row["attempt"] for row in rows)
    for row in rows:
        name = f"Total of attempt {row['attempt']}"
        modes = {part["total"] for part in of[row["attempt"]]}
        if times[row["attempt"]] > 1:
            tally.say(f"{name}: it is in {times[row['attempt']]} rows.")
        elif row["mode"] not in _MODES or modes - {row["mode"]}:
            tally.say(f"{name}: its mode is “{row['mode']}”, but {_listed(modes)} in attempts.csv.")
        else:
            tally.count(name, _wrong(row, of[row["attempt"]], scores, kinds))
    for attempt, its in of.items():
        if attempt not in times and any(part["total"] for part in its):
            tally.say(f"Total of attempt {attempt}: it was issued but is missing from totals.csv.")
    return tally


def _listed(modes: set[str]) -> str:
    return " and ".join(f"“{mode}”" for mode in sorted(modes)) or "none"


def _wrong(
    row: Row, parts: Sequence[Row], scores: Mapping[str, Mapping[str, Row]], kinds: Mapping[str, str]
) -> list[str]:
    try:
        weights = json.loads(row["weights"]) if row["weights"] else {}
        made = make_total(
            [
                ScoredPart(
                    part=part["part"],
                    kind=kinds[part["part"]],
                    scores={
                        scale: (float(score["value"]) if score["value"] else None, int(score["items"]))
                        for scale, score in scores.get(part["part"], {}).items()
                    },
                    weight=weights.get(part["part"]),
                )
                for part in parts
            ],
            mode=row["mode"],
        )
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        return [f"it cannot be computed: {error}"]
    recomputed = {"value": made.written, "why_not": made.why_not, "scoring_version": made.version}
    wrong = [
        f"{column} was {row[column] or 'empty'} and is {value or 'empty'}"
        for column, value in recomputed.items()
        if row[column] != value
    ]
    if left_over := sorted(set(weights) - set(made.weights)):
        wrong.append(f"there is a weight for part {left_over[0]}, which is not in the total")
    return wrong


#: exponentials can differ in their last digits between machines (docs/scoring.md)
_NEAR = 1e-6
#: files with a checksum that are meant to be stored elsewhere
_APART = ("join.csv",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Agreement of scores, totals, marks and verifications (older exports have only scores), and files changed since
    the export."""

    scores: Tally
    totals: Tally
    marks: Tally
    verifications: Tally
    changed: tuple[str, ...]

    @property
    def differ(self) -> tuple[str, ...]:
        tallies = (self.scores, self.totals, self.marks, self.verifications)
        return tuple(sentence for tally in tallies for sentence in tally.differ)

    @property
    def sound(self) -> bool:
        return not self.differ and not self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    contents: Mapping[tuple[str, str, str], Content]
    kinds: Mapping[tuple[str, str, str], str]
    items: Mapping[str, list[tuple[str, GeneratedItem]]]
    answers: Mapping[str, dict[str, Json]]
    tables: Mapping[str, Mapping[str, norms.NormTable]]
    #: None if made by another rule; scores by the current rule are then computed without them
    calibrations: Mapping[str, Calibrations | None]


def check(folder: Path) -> Checked:
    """Compare issued with recomputed values. Raises FolderError for an unreadable folder."""
    altered = changed(folder, may_lack=_APART)
    try:
        files = _read(folder)
        issued: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for row in table_of(folder, "scores.csv"):
            issued[row["part"]][row["scale"]] = row
        parts = table_of(folder, "attempts.csv")
        scores = Tally()
        for part in parts:
            _compare(part, issued[part["part"]], files, scores)
        totals, marks = _beside_scores(folder, parts, issued, files)
        verified = _check_verifications(folder, parts, issued, files)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f" ({', '.join(altered)} changed since)" if altered else ""
        raise FolderError(f"The files in {folder} cannot be read{what}: {error!r}.") from error
    for name in sorted(set(issued) - {part["part"] for part in parts}):
        scores.say(f"Part {name} has scores but is missing from attempts.csv.")
    return Checked(scores=scores, totals=totals, marks=marks, verifications=verified, changed=tuple(altered))


def _beside_scores(
    folder: Path,
    parts: Sequence[Mapping[str, str]],
    issued: Mapping[str, Mapping[str, Mapping[str, str]]],
    files: _Files,
) -> tuple[Tally, Tally]:
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


def _check_verifications(
    folder: Path,
    parts: Sequence[Mapping[str, str]],
    issued: Mapping[str, Mapping[str, Mapping[str, str]]],
    files: _Files,
) -> Tally:
    tally = Tally()
    if FILE not in listed(folder):
        return tally
    for what, wrong in differences(
        lines_of(folder, FILE),
        parts={part["part"]: part for part in parts},
        solved={name: scores[""]["value"] for name, scores in issued.items() if "" in scores},
        items=files.items,
        calibrated=lambda part, devices: _calibration_of(part, devices, files),
    ):
        tally.count(what, wrong)
    return tally


def _calibration_of(
    part: Mapping[str, str], devices: Sequence[str], files: _Files
) -> CalibrationResult | None:
    known = files.calibrations[part["calibration"]] if part["calibration"] else None
    return known.of_all([Stratum(part["language"], device) for device in devices]) if known else None


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
            str(row["norm_group"]): {scale: norms.from_json(table) for scale, table in row["tables"].items()}
            for row in lines_of(folder, "norms.jsonl")
        },
        calibrations={
            str(row["calibration"]): strata.from_json_if_current(row["content"])
            for row in lines_of(folder, "calibrations.jsonl")
        },
    )


def _compare(
    part: Mapping[str, str], issued: Mapping[str, Mapping[str, str]], files: _Files, tally: Tally
) -> None:
    name = part["part"]
    try:
        recomputed = {score.scale: score for score in _recompute(part, files)}
    except (LookupError, ValueError, TypeError) as error:
        for scale in issued:
            tally.say(f"Part {name}, {_scale(scale)}: it cannot be computed: {error}.")
        return
    other = part["calibration"] and files.calibrations[part["calibration"]] is None
    why = f"its calibration {part['calibration']} is by a different rule; " if other else ""
    for scale in sorted(set(issued) | set(recomputed)):
        if scale not in issued or scale not in recomputed:
            tally.say(f"Part {name}, {_scale(scale)}: only {'issued' if scale in issued else 'computed'}.")
            continue
        if wrong := [
            f"{column} was {issued[scale][column] or 'empty'} and is {_shown(value)}"
            for column, value in _columns(recomputed[scale]).items()
            if column in issued[scale] and not _same(issued[scale][column], value)
        ]:
            tally.say(f"Part {name}, {_scale(scale)}: {why}{'; '.join(wrong)}.")
        else:
            tally.agree += 1


def _recompute(part: Mapping[str, str], files: _Files) -> tuple[ComputedScore, ...]:
    content = files.contents[part["test"], part["version"], part["version_language"]]
    drawn = files.items.get(part["part"], [])
    asked = kind_of(content).items(content, form=part["form"], drawn=drawn, language=part["language"])
    void = set(json.loads(part.get("void") or "[]"))  # earlier exports have no such column
    items: tuple[Item, ...] = tuple(item for item in asked if item.id not in void)
    known = files.calibrations[part["calibration"]] if part["calibration"] else None
    return compute_scores(
        content,
        form=part["form"],
        items=items,
        answers=files.answers.get(part["part"], {}),
        tables=files.tables[part["norm_group"]] if part["norm_group"] else None,
        calibration=known.of(Stratum(part["language"], part["device"])) if known is not None else None,
    )


def _columns(score: ComputedScore) -> dict[str, Any]:
    return {name: score.version if name == "scoring_version" else getattr(score, name) for name in FIGURES}


def _same(written: str, value: Any) -> bool:
    if value is None or isinstance(value, str):
        return written == (value or "")
    try:
        return math.isclose(float(written), value, rel_tol=_NEAR, abs_tol=_NEAR)
    except ValueError:
        return False


def _scale(scale: str) -> str:
    return f"scale {scale}" if scale else "overall score"


def _shown(value: Any) -> str:
    return "empty" if value is None else str(value)


def check_marks(rows: Sequence[Mapping[str, str]], *, contents: Mapping[str, Content]) -> Tally:
    """Check points against the rubrics, and their sums. `contents`: the content of tests by part name."""
    found: dict[tuple[str, str], dict[str, list[Mapping[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row["part"], row["item"]][row["rater"]].append(row)
    tally = Tally()
    for (part, item), by_rater in found.items():
        where, content = f"Marks of part {part}, item {item}", contents.get(part)
        rubric = kind_of(content).rubrics(content).get(item) if content is not None else None
        if not rubric:
            tally.say(f"{where}: tests.jsonl has no rubric for them.")
            continue
        means = by_rater.pop("", [])
        sums = []
        for rater, given in by_rater.items():
            added, wrong = _check_sum(given, rubric)
            sums.append(added)
            tally.count(f"{where}, by rater {rater}", wrong)
        tally.count(f"{where}, mean of the raters", _mean(means, sums, rubric))
    return tally


def _check_sum(given: Sequence[Mapping[str, str]], rubric: Sequence[Criterion]) -> tuple[int, list[str]]:
    added, wrong = 0, []
    for criterion in rubric:
        points, problems = _points(given, criterion.id, most=criterion.points)
        added += points if points is not None else 0
        wrong += problems
    known = {"", *(criterion.id for criterion in rubric)}
    strange = sorted({row["criterion"] for row in given} - known)
    wrong += [f"“{criterion_id}” is not in the rubric" for criterion_id in strange]
    in_all, problems = _points(given, "", most=sum(criterion.points for criterion in rubric))
    wrong += problems
    if in_all is not None and in_all != added:
        wrong.append(f"the sum was {in_all} and is {added}")
    return added, wrong


def _points(given: Sequence[Mapping[str, str]], criterion: str, *, most: int) -> tuple[int | None, list[str]]:
    name = f"“{criterion}”" if criterion else "the sum"
    rows = [row for row in given if row["criterion"] == criterion]
    if len(rows) != 1:
        return None, [f"{name} is in {len(rows)} rows instead of one"]
    wrong = []
    if rows[0]["of"] != str(most):
        wrong.append(f"{name} was out of {rows[0]['of'] or 'nothing'} and is out of {most}")
    points = rows[0]["points"]
    if not points.isdecimal() or int(points) > most:
        return None, [*wrong, f"{name} has {points or 'no'} points, which is not from 0 to {most}"]
    return int(points), wrong


def _mean(rows: Sequence[Mapping[str, str]], sums: Sequence[int], rubric: Sequence[Criterion]) -> list[str]:
    if len(rows) != 1:
        return [f"it is in {len(rows)} rows instead of one"]
    most, wrong = sum(criterion.points for criterion in rubric), []
    if rows[0]["of"] != str(most):
        wrong.append(f"it was out of {rows[0]['of'] or 'nothing'} and is out of {most}")
    if not sums:
        return [*wrong, "there is no rater"]
    try:
        same = math.isclose(float(rows[0]["points"]), fmean(sums), abs_tol=1e-9)
    except ValueError:
        same = False
    if not same:
        wrong.append(f"it was {rows[0]['points'] or 'empty'} and is {fmean(sums)}")
    return wrong


#: maximum differences to list individually
_MOST_LISTED = 20


def write(*, slug: str, folder: Path) -> int:
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        print(f"goodword: There is no organisation “{slug}”.", file=sys.stderr)
        return 2
    try:
        found = export(organisation=organisation, folder=folder, now=clock.now(), actor="goodword evidence")
    except FolderError as error:
        print(f"goodword: {error}", file=sys.stderr)
        return 2
    print(
        f"Wrote {found.scores} scores, {found.totals} totals and {found.marks} markings of {found.people} people to "
        f"{folder}. Store join.csv separately.\n"
        f"SHA-256 of sums.txt: {found.digest}"
    )
    return 0


def check_again(folder: Path) -> int:
    """`goodword evidence --check`: 0 if everything agrees, 1 for a difference or a changed file, 2 for unreadable
    files."""
    try:
        found = check(folder)
    except FolderError as error:
        print(f"goodword: {error}", file=sys.stderr)
        return 2
    for sentence in found.differ[:_MOST_LISTED]:
        print(sentence)
    if len(found.differ) > _MOST_LISTED:
        print(f"And {len(found.differ) - _MOST_LISTED} more.")
    for name in found.changed:
        print(f"{name} was changed or is missing.")
    scores, totals, marks = found.scores, found.totals, found.marks
    print(f"{scores.agree} of {scores.n} scores agree.")
    print(f"{totals.agree} of {totals.n} totals agree.")
    print(f"{marks.agree} of {marks.n} sums of marks agree.")
    if found.verifications.n:
        print(f"{found.verifications.agree} of {found.verifications.n} verifications agree.")
    return 0 if found.sound else 1

"""Writes an organisation's evidence into a folder. Only `join.csv` says who is who; keep it apart."""

import json
import random
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from goodword.accounts.domain import audit
from goodword.accounts.models import Organisation
from goodword.assessments.evidence.folder import Folder, Rows
from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.marking import RATERS
from goodword.assessments.models import (
    AttemptPart,
    Calibration,
    IssuedTotal,
    Marking,
    NormGroup,
    Score,
    Test,
    TestVersion,
)
from goodword.assessments.norms.first_attempts import FirstAttempt, first_attempts, taken_parts
from goodword.assessments.norms.making import newest_calibration
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.queries import content_of, items_of, read_answers
from goodword.workflow.erasure import ERASURE

#: how many are in memory at once
_CHUNK = 200

README: Final = """# Evidence of assessments

Every issued score and total and every mark of a rater, with what they were made from, without names. `goodword evidence
--check FOLDER` computes all scores and totals again, and adds up all marks, from these files alone.

**Keep `join.csv` apart from the rest, and from whoever analyses the rest.** It alone says who is whom: it maps the
random ids of this export to Greenhouse's ids, so that demographics that are held elsewhere can be joined. With it the
files are personal data like any other; without it they still are data of people, so treat them with care, and delete
them when they have served. People who are erased in Goodword later stay in this copy until you delete it.

- `attempts.csv`, a row a part (one test of an attempt): random ids of part, attempt and person; test, version, form,
  language, device; whether it is this person's first; the norm group and the calibration it was held against; in `void`
  the situations and statements that a broken line took from the screen, which do not count; the mode of the attempt's
  total, empty where it has none.
- `join.csv`, a row an attempt: its random ids, and Greenhouse's ids of the application and the candidate.
- `answers.jsonl`, a line an answer: the value that was chosen; of what was typed (texts, numbers, dates) and of files
  only that there was something, and of which kind of question.
- `items.jsonl`, a line a generated item: family, version, level, seed, options, key and rule. `void`: a broken line
  took it from the screen; it does not count.
- `tests.jsonl`, a line a version and language: items, keys and scales as they were when they were answered.
- `scores.csv`, a row a score, as it was issued: with its band and the version of its rule.
- `totals.csv`, a row an attempt that has a total: how it comes about (`categories`: the mean of category means;
  `weights`); the weights by part, with the reason that was written down for them, in the organisation's own words; the
  value as an exact fraction, or why there is none (`no_count`, `no_weight`); the version of the rule. It is made of
  `scores.csv` alone.
- `marks.csv`, a row a criterion of a rubric that somebody has marked: part, item, a random id of the rater, points, of
  how many. A row without a criterion is what one rater gave in all, one without a rater as well the mean of the raters.
  Raters are named nowhere, also not in `join.csv`, and what they wrote beside the points is left out: it could tell
  whom it is about. Nothing of an answer that only one of two raters has marked. No mark enters a score or a total.
- `norms.jsonl` and `calibrations.jsonl`: all norm groups and calibrations, as they were made.
- `reliability.csv`, a row a scale and group: alpha and omega, or two halves, from the first attempts there are now,
  however few, with their number.
- `versions.json`: the versions of the rules and of the families of items in the program that wrote this.
- `selection.csv`, a row a score: attempt, person, role, test, score, and what became of the application (active,
  rejected, hired, converted).
- `sums.txt`: the SHA-256 of each file.

There are no times in it, no adjustments, and nothing of anybody whose data was erased. Random ids are new in each
export. `docs/evidence.md` of Goodword says how to compute four-fifths ratios from `selection.csv`, and their limits.
"""


class Aliases:
    """A random name for each row of a kind, new with each export, so that two exports cannot be laid side by side."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, int], str] = {}

    def of(self, kind: str, pk: int) -> str:
        """The name of one row, the same within an export."""
        return self._names.setdefault((kind, pk), secrets.token_hex(8))


def issued_parts(organisation: Organisation) -> Iterator[AttemptPart]:
    """All that were scored or marked, with their rows, in an order that says nothing of when they came.

    A few queries for each 200.
    """
    scores, marks = (
        Exists(model.objects.of(organisation).filter(part=OuterRef("pk"))) for model in (Score, Marking)
    )
    found = AttemptPart.objects.of(organisation).filter(
        Q(scores) | Q(marks), ended_at__isnull=False, **_kept("attempt__")
    )
    ids = list(found.exclude(attempt__close_reason=ERASURE).values_list("pk", flat=True))
    random.SystemRandom().shuffle(ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        rows = (
            AttemptPart.objects.of(organisation)
            .filter(pk__in=chunk)
            .select_related(
                "version__test",
                "part",
                "attempt__step_request__application__candidate",
                "attempt__step_request__step",
            )
            .prefetch_related("answers", "drawn", "scores", "markings")
            .in_bulk()
        )
        yield from (rows[pk] for pk in chunk)


def issued_totals(organisation: Organisation) -> Mapping[int, tuple[IssuedTotal, Mapping[str, int]]]:
    """By the attempt's id: its total, and the ids of its parts by their places as totals name them. Two queries."""
    totals = (
        IssuedTotal.objects.of(organisation)
        .filter(**_kept("attempt__"))
        .exclude(attempt__close_reason=ERASURE)
        .order_by("?")
    )
    found: dict[int, tuple[IssuedTotal, dict[str, int]]] = {one.attempt_id: (one, {}) for one in totals}
    parts = AttemptPart.objects.of(organisation).filter(attempt__in=list(found))
    for attempt, order, pk in parts.values_list("attempt", "order", "pk"):
        found[attempt][1][str(order)] = pk
    return found


def _kept(attempt: str) -> dict[str, Any]:
    """Those whose data is neither erased nor about to be."""
    return {
        f"{attempt}step_request__application__erased_at": None,
        f"{attempt}step_request__application__deleted_at": None,
        f"{attempt}step_request__application__candidate__erased_at": None,
    }


def write_standards(folder: Folder, organisation: Organisation) -> None:
    """All norm groups and calibrations: an earlier one may be fixed with a role."""
    groups = NormGroup.objects.of(organisation).select_related("norm_set__test").order_by("pk")
    with folder.lines("norms.jsonl") as row:
        for group in groups:
            row(
                {
                    "norm_group": group.pk,
                    "test": group.norm_set.test.key,
                    "version": group.norm_set.version,
                    "form": group.norm_set.form,
                    "number": group.norm_set.number,
                    "language": group.language,
                    "device": group.device,
                    "n": group.n,
                    "tables": group.tables,
                }
            )
    with folder.lines("calibrations.jsonl") as row:
        for made in Calibration.objects.of(organisation).select_related("test").order_by("pk"):
            row(
                {
                    "calibration": made.pk,
                    "test": made.test.key,
                    "version": made.version,
                    "number": made.number,
                    "n": made.n,
                    "content": made.content,
                }
            )


def write_reliability(folder: Folder, organisation: Organisation) -> None:
    """How reliable each scale is in the first attempts there are, however few; in groups as norms have them."""
    columns = ("test", "version", "form", "language", "device", "scale", "people", "reliability", "way")
    with folder.table("reliability.csv", (*columns, "alpha", "omega")) as row:
        for test in Test.objects.of(organisation).select_related("organisation").order_by("key"):
            groups: dict[tuple[str, str, str, str], list[FirstAttempt]] = {}
            for one in first_attempts(test, by_form=True):
                groups.setdefault((one.version, one.form, one.language, one.device), []).append(one)
            for key, firsts in sorted(groups.items()):
                people = list(taken_parts(organisation, [one.part_id for one in firsts]))
                content = content_of(people[0].part.version)
                found = kind_of(content).reliability(
                    content, form=key[1], people=people, calibration=newest_calibration(test, key[0])
                )
                for scale, reliable in found.items():
                    row(
                        {
                            "test": test.key,
                            **dict(zip(("version", "form", "language", "device"), key, strict=True)),
                            "scale": scale,
                            "people": reliable.n,
                            "reliability": reliable.value,
                            "way": reliable.way,
                            "alpha": reliable.alpha,
                            "omega": reliable.omega,
                        }
                    )


def write_versions(folder: Folder) -> None:
    """By which rules and by which families, in this program."""
    found = {
        "goodword": version("goodword"),
        "scoring": dict(SCORING),
        "families": {family.id: family.version for family in FAMILIES.values()},
    }
    folder.write("versions.json", json.dumps(found, indent=2, sort_keys=True) + "\n")


#: a row a criterion; without a criterion the sum of one rater; without a rater as well the mean of the sums
MARKS: Final = ("part", "item", "rater", "criterion", "points", "of")
FIGURES: Final = (
    "value",
    "answered",
    "items",
    "scoring_version",
    "low",
    "high",
    "percentile",
    "percentile_low",
    "percentile_high",
    "ability",
    "ability_se",
)
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "attempts.csv": (
        "part",
        "attempt",
        "person",
        "test",
        "version",
        "version_language",
        "form",
        "language",
        "device",
        "first",
        "norm_group",
        "calibration",
        "void",
        "total",
    ),
    "join.csv": ("attempt", "person", "greenhouse_application_id", "greenhouse_candidate_id"),
    "marks.csv": MARKS,
    "scores.csv": ("part", "scale", *FIGURES),
    "selection.csv": (
        "attempt",
        "person",
        "role",
        "test",
        "version",
        "form",
        "language",
        "device",
        "scale",
        "value",
        "items",
        "percentile",
        "application",
    ),
    "totals.csv": ("attempt", "mode", "weights", "reason", "value", "why_not", "scoring_version"),
}


@dataclass(kw_only=True)
class Written:
    """What was written: how many of what, and the digest that stands for the whole folder."""

    people: int = 0
    attempts: int = 0
    parts: int = 0
    scores: int = 0
    totals: int = 0
    #: what one rater gave one answer
    marks: int = 0
    digest: str = ""


@dataclass(kw_only=True)
class _Export:
    """One export while it is written: its random names, its open files, and whom and what it has met."""

    rows: Mapping[str, Rows]
    names: Aliases = field(default_factory=Aliases)
    firsts: set[int] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    attempts: set[str] = field(default_factory=set)
    versions: dict[int, TestVersion] = field(default_factory=dict)
    totals: Mapping[int, tuple[IssuedTotal, Mapping[str, int]]] = field(default_factory=dict)
    written: Written = field(default_factory=Written)


def export(*, organisation: Organisation, folder: Path, now: datetime, actor: str) -> Written:
    """Write all that was issued, and an entry in the audit log. Raises FolderError; then nothing is written."""
    made = Folder(folder)
    with _files(made) as rows:
        work = _Export(rows=rows, totals=issued_totals(organisation))
        for test in Test.objects.of(organisation).select_related("organisation"):
            work.firsts |= {one.part_id for one in first_attempts(test, by_form=True)}
        for part in issued_parts(organisation):
            _part(work, part)
        for total, parts in work.totals.values():
            _total(work, total, parts)
        for version in work.versions.values():
            rows["tests.jsonl"](
                {
                    "test": version.test.key,
                    "kind": version.test.kind,
                    "version": version.number,
                    "language": version.language,
                    "content": version.content,
                }
            )
    write_standards(made, organisation)
    write_reliability(made, organisation)
    write_versions(made)
    made.write("README.md", README)
    written = work.written
    written.people, written.attempts = len(work.people), len(work.attempts)
    written.digest = made.seal()
    audit.write(
        organisation=organisation,
        actor=actor,
        action="evidence.exported",
        now=now,
        details={
            "people": written.people,
            "attempts": written.attempts,
            "scores": written.scores,
            "totals": written.totals,
            "marks": written.marks,
            "digest": written.digest,
        },
    )
    return written


@contextmanager
def _files(folder: Folder) -> Iterator[dict[str, Rows]]:
    with ExitStack() as stack:
        found = {name: stack.enter_context(folder.table(name, names)) for name, names in COLUMNS.items()}
        for name in ("tests.jsonl", "items.jsonl", "answers.jsonl"):
            found[name] = stack.enter_context(folder.lines(name))
        yield found


def _part(work: _Export, part: AttemptPart) -> None:
    """One part: what was given, answered and issued, and what became of the application."""
    name, scores = work.names.of("part", part.pk), list(part.scores.order_by("scale"))
    application = part.attempt.step_request.application
    attempt = work.names.of("attempt", part.attempt_id)
    person = work.names.of("person", application.candidate_id)
    who = {"attempt": attempt, "person": person}
    what = {
        "test": part.version.test.key,
        "version": part.version.number,
        "form": part.form,
        "language": part.attempt.language,
        "device": part.device,
    }
    work.versions[part.version_id] = part.version
    work.rows["attempts.csv"](
        {
            "part": name,
            "version_language": part.version.language,
            "first": int(part.pk in work.firsts),
            "norm_group": next((one.norm_group_id for one in scores if one.norm_group_id), ""),
            "calibration": part.part.calibration_id or "",
            "void": json.dumps(part.void),
            "total": work.totals[part.attempt_id][0].mode if part.attempt_id in work.totals else "",
            **who,
            **what,
        }
    )
    if attempt not in work.attempts:
        work.attempts.add(attempt)
        work.people.add(person)
        work.rows["join.csv"](
            {
                "greenhouse_application_id": application.remote_id,
                "greenhouse_candidate_id": application.candidate.remote_id,
                **who,
            }
        )
    _given(work, part, name)
    for score in scores:
        figures = _figures(score)
        work.rows["scores.csv"]({"part": name, "scale": score.scale, **figures})
        work.rows["selection.csv"](
            {
                "role": part.attempt.step_request.step.role_id,
                "scale": score.scale,
                "application": application.status,
                **{key: figures[key] for key in ("value", "items", "percentile")},
                **who,
                **what,
            }
        )
    for row in marks_of(part, name, names=work.names):
        work.rows["marks.csv"](row)
        work.written.marks += bool(row["rater"] and not row["criterion"])
    work.written.parts += 1
    work.written.scores += len(scores)


def _total(work: _Export, total: IssuedTotal, parts: Mapping[str, int]) -> None:
    """The total of an attempt, with its weights by the names of the parts."""
    weights = {work.names.of("part", parts[place]): weight for place, weight in total.weights.items()}
    work.rows["totals.csv"](
        {
            "attempt": work.names.of("attempt", total.attempt_id),
            "mode": total.mode,
            "weights": json.dumps(weights, sort_keys=True) if weights else "",
            "reason": total.reason,
            "value": total.value,
            "why_not": total.why_not,
            "scoring_version": total.scoring_version,
        }
    )
    work.written.totals += 1


def _given(work: _Export, part: AttemptPart, name: str) -> None:
    for row in sorted(part.drawn.all(), key=lambda row: (row.position, row.item)):
        work.rows["items.jsonl"](
            {
                "part": name,
                "item": row.item,
                "position": row.position,
                "void": row.voided_at is not None,
                "content": row.content,
            }
        )
    answers = read_answers(part)
    for item in items_of(part):
        if item.id in answers:
            work.rows["answers.jsonl"](
                {"part": name, "item": item.id, **item.deidentified_answer(answers[item.id])}
            )


def _figures(score: Score) -> dict[str, Any]:
    return {name: getattr(score, name) for name in FIGURES}


def marks_of(part: AttemptPart, name: str, *, names: Aliases) -> Iterator[Mapping[str, Any]]:
    """The rows of a part that is called `name`, in an order that says nothing of who was first.

    Where two raters are wanted, nothing of an answer before both have marked it, as everywhere. No query if the part
    was read with its marks.
    """
    content = content_of(part.version)
    marks = list(part.markings.all())
    raters = Counter(one.item for one in marks)
    for item, rubric in kind_of(content).rubrics(content).items():
        if raters[item] == 0 or raters[item] < RATERS[part.part.two_raters]:
            continue
        given = {names.of("rater", one.rater_id): one.points for one in marks if one.item == item}
        most = sum(criterion.points for criterion in rubric)
        of = {"part": name, "item": item}
        sums = []
        for rater, points in sorted(given.items()):
            for one in rubric:
                row = {"rater": rater, "criterion": one.id, "points": points[one.id], "of": one.points}
                yield of | row
            sums.append(sum(points[one.id] for one in rubric))
            yield of | {"rater": rater, "criterion": "", "points": sums[-1], "of": most}
        yield of | {"rater": "", "criterion": "", "points": fmean(sums), "of": most}

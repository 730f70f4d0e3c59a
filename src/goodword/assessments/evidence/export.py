import json
import random
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from goodword.accounts.domain import audit
from goodword.accounts.models import Organisation
from goodword.assessments.evidence.folder import FILE, Folder, WriteRow, rows_of
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.kinds.registry import kind_named, kind_of
from goodword.assessments.models import (
    Attempt,
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
from goodword.assessments.psychometrics.strata import Stratum
from goodword.assessments.queries import content_of, items_of, read_answers
from goodword.assessments.scoring import calibration_row_of
from goodword.candidates.domain.holds import candidates_on_hold
from goodword.candidates.models import Application
from goodword.core.version import VERSION
from goodword.workflow.domain.step_requests import reuse_times
from goodword.workflow.models import DONE, StepRequest
from goodword.workflow.personal_data import ERASURE

#: maximum parts in memory
_CHUNK = 200

README: Final = """# Evidence of assessments

Every issued score and total and every rater's marks, with the data they were computed from, without names. `goodword
evidence --check FOLDER` recomputes all scores and totals and adds up all marks from these files alone.

**Store `join.csv` separately, out of reach of the people who analyse the other files.** It maps the random ids of this
export to Goodword's and Greenhouse's ids, so that demographic data stored elsewhere can be joined. With it, the files
are ordinary personal data. Without it they still describe individuals: protect them, and delete them when you no longer
need them. People who are erased in Goodword later remain in this copy until you delete it.

- `attempts.csv`, one row per part (one test of an attempt): random ids of part, attempt and person; test, version,
  form, language, device; whether it is the person's first attempt; how it ended (`finished`, `time_up`, or `by_member`:
  before the candidate had finished); the role's time limit in minutes, empty if there is none; the job requirement that
  the test assesses, in the organisation's words; norm group and calibration; in `void`, situations and statements that
  do not count because the connection was lost; the mode of the attempt's total, empty if it has none.
- `join.csv`, one row per attempt: its random ids, Goodword's id of the application (the number in the address of the
  candidate's page), and Greenhouse's ids of application and candidate, empty for people who are not in Greenhouse. If
  the result was reused, there is a row for each later application, with `reused` 1.
- `answers.jsonl`, one line per answer: the value chosen. For typed answers (texts, numbers, dates) and files, only the
  type of question.
- `items.jsonl`, one line per generated item: family, version, level, seed, options, key and rule. Items with `void` do
  not count because the connection was lost.
- `tests.jsonl`, one line per version and language: items, keys and scales as answered.
- `scores.csv`, one row per issued score, with its 90% bands and the version of the scoring rule. `solved_low` and
  `solved_high` are the band of the number of tasks solved, based on `assumed` or `calibrated` difficulties
  (`solved_by`).
- `totals.csv`, one row per attempt with a total: the mode (`categories`: mean of category means; `weights`); weights by
  part, with the reason the organisation gave for them; the value as an exact fraction, or why there is none
  (`no_count`, `no_weight`); the version of the rule. It can be computed from `scores.csv` alone.
- `marks.csv`, one row per marked criterion of a rubric: part, item, random id of the rater, points, maximum. A row
  without a criterion is a rater's sum; a row without rater and criterion is the mean over raters. Raters are not
  identified, not even in `join.csv`, and their comments are left out because they could identify the candidate. Answers
  marked by only one of two raters are left out. Marks are not part of any score or total.
- `verifications.jsonl`, one line per supervised verification of a reasoning result: the part whose result it verifies,
  tasks, answers, device, number of tasks shown, and the comparison with what the first result predicts. One that was
  `discarded` before its end has no tasks, answers or comparison; the reason is left out because it could be personal.
- `norms.jsonl` and `calibrations.jsonl`: all norm groups and calibrations.
- `reliability.csv`, one row per scale and group: alpha and omega, or split-half reliability, from all first attempts so
  far, with their number.
- `versions.json`: versions of the scoring rules and item families in the program that wrote this.
- `selection.csv`, one row per score: attempt, person, role, test, score, and the state of the application (active,
  rejected, hired, converted). If the result was reused, there is a row for each later application, with `reused` 1.
- `sums.txt`: the SHA-256 of each file.

There are no times, no adjustments, and no data of people who were erased, or who are about to be and under no legal
hold. Random ids are new in each export.
`docs/evidence.md` of Goodword explains how to compute four-fifths ratios from `selection.csv`, and their limits.
"""


class Aliases:
    def __init__(self) -> None:
        self._names: dict[tuple[str, int], str] = {}

    def of(self, kind: str, pk: int) -> str:
        return self._names.setdefault((kind, pk), secrets.token_hex(8))


def issued_parts(organisation: Organisation) -> Iterator[AttemptPart]:
    """All parts that were scored or marked, with their rows, in random order. A few queries per 200 parts."""
    scores, marks = (
        Exists(model.objects.of(organisation).filter(part=OuterRef("pk"))) for model in (Score, Marking)
    )
    found = AttemptPart.objects.of(organisation).filter(
        Q(scores) | Q(marks), _kept("attempt__step_request__", organisation), ended_at__isnull=False
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
                "part__calibration",
                "attempt__step_request__application__candidate",
                "attempt__step_request__step",
            )
            .defer("part__calibration__content")
            .prefetch_related("answers", "drawn", "scores", "markings")
            .in_bulk()
        )
        yield from (rows[pk] for pk in chunk)


def issued_totals(organisation: Organisation) -> Mapping[int, tuple[IssuedTotal, Mapping[str, int]]]:
    totals = (
        IssuedTotal.objects.of(organisation)
        .filter(_kept("attempt__step_request__", organisation))
        .exclude(attempt__close_reason=ERASURE)
        .order_by("?")
    )
    found: dict[int, tuple[IssuedTotal, dict[str, int]]] = {total.attempt_id: (total, {}) for total in totals}
    parts = AttemptPart.objects.of(organisation).filter(attempt__in=list(found))
    for attempt, order, pk in parts.values_list("attempt", "order", "pk"):
        found[attempt][1][str(order)] = pk
    return found


def _reuses(organisation: Organisation) -> Mapping[int, Sequence[Application]]:
    """The applications for which results were reused, by the attempt's id. A few queries."""
    rows = StepRequest.objects.of(organisation).filter(_kept("", organisation), earlier__isnull=False)
    requests = list(rows.select_related("application__candidate").order_by("pk"))
    times = reuse_times(requests)
    done: dict[int, list[Attempt]] = {}
    attempts = Attempt.objects.of(organisation).filter(
        step_request__in={step_request.earlier_id for step_request in requests},
        progress__in=DONE,
        completed_at__isnull=False,
    )
    for attempt in attempts.order_by("-completed_at", "-pk"):
        done.setdefault(attempt.step_request_id, []).append(attempt)
    found: dict[int, list[Application]] = {}
    for request in requests:
        if request.earlier_id is None or (until := times.get(request.pk)) is None:
            continue
        for attempt in done.get(request.earlier_id, ()):
            if attempt.completed_at is not None and attempt.completed_at <= until:
                found.setdefault(attempt.pk, []).append(request.application)
                break
    return found


def _kept(path: str, organisation: Organisation) -> Q:
    """Exclude people who were erased or are about to be, unless a legal hold keeps their data as evidence for claims.
    `path`: to the step request."""
    on_hold = candidates_on_hold(organisation).values("pk")
    kept = Q(**{f"{path}application__erasure_requested_at": None}) | Q(
        **{f"{path}application__candidate__in": on_hold}
    )
    return kept & Q(
        **{f"{path}application__erased_at": None, f"{path}application__candidate__erased_at": None}
    )


def write_standards(folder: Folder, organisation: Organisation) -> None:
    """Write all norm groups and calibrations, since a role may use an earlier one."""
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
    """Write the reliability of each scale in all first attempts so far, however few, grouped like norms."""
    columns = ("test", "version", "form", "language", "device", "scale", "people", "reliability", "way")
    with folder.table("reliability.csv", (*columns, "alpha", "omega")) as row:
        for test in Test.objects.of(organisation).select_related("organisation").order_by("key"):
            groups: dict[tuple[str, str, str, str], list[FirstAttempt]] = {}
            for first_attempt in first_attempts(test, by_form=True):
                groups.setdefault(
                    (first_attempt.version, first_attempt.form, first_attempt.language, first_attempt.device),
                    [],
                ).append(first_attempt)
            for key, firsts in sorted(groups.items()):
                people = list(taken_parts(organisation, [first.part_id for first in firsts]))
                content = content_of(people[0].part.version)
                found = kind_of(content).reliability(
                    content,
                    form=key[1],
                    people=people,
                    calibration=newest_calibration(test, key[0], Stratum(*key[2:])),
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
    found = {
        "goodword": VERSION,
        "scoring": dict(SCORING),
        "families": {family.id: family.version for family in FAMILIES.values()},
    }
    folder.write("versions.json", json.dumps(found, indent=2, sort_keys=True) + "\n")


#: columns: a row per criterion; without a criterion, one rater's sum; without a rater, the mean of the sums
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
    "solved_low",
    "solved_high",
    "solved_by",
    "ability",
    "ability_se",
    "ability_low",
    "ability_high",
)
SELECTED: Final = ("value", "items", "solved_low", "solved_high", "solved_by", "percentile")
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
        "ended",
        "minutes",
        "requirement",
        "norm_group",
        "calibration",
        "void",
        "total",
    ),
    "join.csv": (
        "attempt",
        "person",
        "reused",
        "goodword_application_id",
        "greenhouse_application_id",
        "greenhouse_candidate_id",
    ),
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
        *SELECTED,
        "application",
        "reused",
    ),
    "totals.csv": ("attempt", "mode", "weights", "reason", "value", "why_not", "scoring_version"),
}


@dataclass(kw_only=True)
class Written:
    people: int = 0
    attempts: int = 0
    parts: int = 0
    scores: int = 0
    totals: int = 0
    marks: int = 0
    digest: str = ""


@dataclass(kw_only=True)
class _Export:
    rows: Mapping[str, WriteRow]
    names: Aliases = field(default_factory=Aliases)
    firsts: set[int] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    attempts: set[str] = field(default_factory=set)
    versions: dict[int, TestVersion] = field(default_factory=dict)
    verifiable: dict[int, str] = field(default_factory=dict)
    totals: Mapping[int, tuple[IssuedTotal, Mapping[str, int]]] = field(default_factory=dict)
    reuses: Mapping[int, Sequence[Application]] = field(default_factory=dict)
    written: Written = field(default_factory=Written)


def export(*, organisation: Organisation, folder: Path, now: datetime, actor: str) -> Written:
    """Write everything issued, and an entry in the audit log. Raises FolderError without having written anything."""
    made = Folder(folder)
    with _files(made) as rows:
        work = _Export(rows=rows, totals=issued_totals(organisation), reuses=_reuses(organisation))
        for test in Test.objects.of(organisation).select_related("organisation"):
            work.firsts |= {first_attempt.part_id for first_attempt in first_attempts(test, by_form=True)}
        for part in issued_parts(organisation):
            _part(work, part)
        for total, parts in work.totals.values():
            _total(work, total, parts)
        for row in rows_of(organisation, work.verifiable):
            rows[FILE](row)
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
def _files(folder: Folder) -> Iterator[dict[str, WriteRow]]:
    with ExitStack() as stack:
        found = {name: stack.enter_context(folder.table(name, names)) for name, names in COLUMNS.items()}
        for name in ("tests.jsonl", "items.jsonl", "answers.jsonl", FILE):
            found[name] = stack.enter_context(folder.lines(name))
        yield found


def _part(work: _Export, part: AttemptPart) -> None:
    name, scores = work.names.of("part", part.pk), list(part.scores.order_by("scale"))
    application = part.attempt.step_request.application
    attempt = work.names.of("attempt", part.attempt_id)
    person = work.names.of("person", application.candidate_id)
    # the application that it was taken for, and those for which it was reused
    decided = [application, *work.reuses.get(part.attempt_id, ())]
    fixed = calibration_row_of(part)
    who = {"attempt": attempt, "person": person}
    what = {
        "test": part.version.test.key,
        "version": part.version.number,
        "form": part.form,
        "language": part.attempt.language,
        "device": part.device,
    }
    work.versions[part.version_id] = part.version
    if kind_named(part.version.test.kind).can_be_verified:
        work.verifiable[part.pk] = name
    work.rows["attempts.csv"](
        {
            "part": name,
            "version_language": part.version.language,
            "first": int(part.pk in work.firsts),
            "ended": part.ended_by,
            "minutes": part.part.minutes or "",
            "requirement": part.part.requirement,
            "norm_group": next((score.norm_group_id for score in scores if score.norm_group_id), ""),
            "calibration": fixed.pk if fixed is not None else "",
            "void": json.dumps(part.void),
            "total": work.totals[part.attempt_id][0].mode if part.attempt_id in work.totals else "",
            **who,
            **what,
        }
    )
    if attempt not in work.attempts:
        work.attempts.add(attempt)
        work.people.add(person)
        for number, decided_application in enumerate(decided):
            work.rows["join.csv"](
                {
                    "reused": int(number > 0),
                    "goodword_application_id": decided_application.pk,
                    "greenhouse_application_id": decided_application.remote_id,
                    "greenhouse_candidate_id": decided_application.candidate.remote_id,
                    **who,
                }
            )
    _given(work, part, name)
    for score in scores:
        figures = _figures(score)
        work.rows["scores.csv"]({"part": name, "scale": score.scale, **figures})
        for number, decided_application in enumerate(decided):
            work.rows["selection.csv"](
                {
                    "role": decided_application.role_id if number else part.attempt.step_request.step.role_id,
                    "scale": score.scale,
                    "application": decided_application.status,
                    "reused": int(number > 0),
                    **{key: figures[key] for key in SELECTED},
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
    """Markings in random order of raters. If two raters are required, answers are left out until both have marked
    them."""
    content = content_of(part.version)
    marks = list(part.markings.all())
    raters = Counter(mark.item for mark in marks)
    for item, rubric in kind_of(content).rubrics(content).items():
        if raters[item] == 0 or raters[item] < part.part.raters:
            continue
        given = {names.of("rater", mark.rater_id): mark.points for mark in marks if mark.item == item}
        most = sum(criterion.points for criterion in rubric)
        of = {"part": name, "item": item}
        sums = []
        for rater, points in sorted(given.items()):
            for criterion in rubric:
                row = {
                    "rater": rater,
                    "criterion": criterion.id,
                    "points": points[criterion.id],
                    "of": criterion.points,
                }
                yield of | row
            sums.append(sum(points[criterion.id] for criterion in rubric))
            yield of | {"rater": rater, "criterion": "", "points": sums[-1], "of": most}
        yield of | {"rater": "", "criterion": "", "points": fmean(sums), "of": most}

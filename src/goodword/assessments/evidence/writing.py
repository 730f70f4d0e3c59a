"""Write the evidence of an organisation into a folder: who is whom stands in `join.csv` alone, to be kept apart."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from goodword.accounts.domain import audit
from goodword.accounts.models import Organisation
from goodword.assessments.evidence.folder import Folder, Rows
from goodword.assessments.evidence.gather import Aliases, issued_parts, issued_totals
from goodword.assessments.evidence.marks import MARKS, marks_of
from goodword.assessments.evidence.readme import README
from goodword.assessments.evidence.tables import write_reliability, write_standards, write_versions
from goodword.assessments.items import items_of
from goodword.assessments.models import AttemptPart, IssuedTotal, Score, Test, TestVersion
from goodword.assessments.norms.first_attempts import first_attempts
from goodword.assessments.queries import read_answers

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

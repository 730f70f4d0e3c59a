"""Supervised verifications in an export, and their comparisons computed again from the files."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from goodword.accounts.models import Organisation
from goodword.assessments.kinds.reasoning.generated import GeneratedItem, from_json
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.reasoning.verification import compare
from goodword.assessments.models import Verification
from goodword.assessments.psychometrics.rasch import Calibration

FILE: Final = "verifications.jsonl"
#: as for scores: exponentials can differ in their last digits
_NEAR: Final = 1e-6

type Line = Mapping[str, Any]
#: for a part's row of attempts.csv and the devices of both forms
type Calibrated = Callable[[Mapping[str, str], Sequence[str]], Calibration | None]


def rows_of(organisation: Organisation, names: Mapping[int, str]) -> Iterator[Line]:
    """Of those that have ended. `names`: random names of the exported parts by id."""
    rows = Verification.objects.of(organisation).filter(discarded_at=None, ended_at__isnull=False)
    for row in rows.filter(part__in=list(names)).order_by("part_id"):
        yield {
            "part": names[row.part_id],
            "version": row.version,
            "form": row.form,
            "device": row.device,
            "tasks": row.tasks,
            "answers": row.answers,
            "comparison": row.comparison,
        }


def differences(
    lines: Iterable[Line],
    *,
    parts: Mapping[str, Mapping[str, str]],
    solved: Mapping[str, str],
    items: Mapping[str, Sequence[tuple[str, GeneratedItem]]],
    calibrated: Calibrated,
) -> Iterator[tuple[str, list[str]]]:
    """Yields what each line is about, and what is wrong. `parts` by name; `solved`: the first results."""
    for line in lines:
        name = line["part"]
        what = f"Verification of part {name}"
        if name not in parts or not solved.get(name):
            yield what, ["the first result is missing"]
            continue
        part = parts[name]
        again = compare(
            [ReasoningTask(id=key, drawn=item, language=part["language"]) for key, item in items[name]],
            [
                ReasoningTask(id=task["id"], drawn=from_json(task["content"]), language=part["language"])
                for task in line["tasks"]
                if not task["void"]
            ],
            first_solved=round(float(solved[name])),
            answers=line["answers"],
            calibration=calibrated(part, (part["device"], line["device"]))
            if line["version"] == part["version"]
            else None,
        ).to_json()
        issued = line["comparison"]
        yield (
            what,
            [
                f"{key} was {issued.get(key)} and is {value}"
                for key, value in again.items()
                if not _same(issued.get(key), value)
            ],
        )


def _same(issued: object, value: object) -> bool:
    if isinstance(value, float) and isinstance(issued, int | float):
        return math.isclose(issued, value, rel_tol=_NEAR, abs_tol=_NEAR)
    return issued == value

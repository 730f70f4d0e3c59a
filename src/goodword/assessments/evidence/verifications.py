"""Supervised verifications in an export, and their comparisons recomputed from the files."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Q

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
    """Ended or discarded ones. `names`: random names of the exported parts by id.

    Leaves out reasons for discarding, which can be about the person's health.
    """
    over = Q(ended_at__isnull=False) | Q(discarded_at__isnull=False)
    rows = Verification.objects.of(organisation).filter(over, part__in=list(names))
    for row in rows.order_by("part_id", "pk"):
        yield {
            "part": names[row.part_id],
            "version": row.version,
            "form": row.form,
            "device": row.device,
            "discarded": row.discarded_at is not None,
            "shown": row.at if row.begun_at is not None else 0,
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
    """Yields a row's name and its problem. Skips discarded verifications, which have no comparison. `parts` by name;
    `solved`: the first results."""
    for line in lines:
        if line.get("discarded") and not line["comparison"]:
            continue
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

"""The files of an export, and its supervised verifications with their comparisons recomputed from the files."""

import csv
import hashlib
import io
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

from django.db.models import Q

from goodword.accounts.models import Organisation
from goodword.assessments.kinds.generated import GeneratedItem, from_json
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.reasoning.verification import compare
from goodword.assessments.models import Verification
from goodword.assessments.psychometrics.rasch import CalibrationResult

#: digests of the other files, in the format of `sha256sum --check`
SUMS: Final = "sums.txt"
_ONLY_MINE, _ONLY_MINE_TO_ENTER = 0o600, 0o700


class FolderError(Exception): ...


class WriteRow(Protocol):
    def __call__(self, row: Mapping[str, Any], /) -> None: ...


class Folder:
    """A new folder. Raises FolderError if its path exists."""

    def __init__(self, path: Path) -> None:
        try:
            path.mkdir(mode=_ONLY_MINE_TO_ENTER)
        except FileExistsError:
            raise FolderError(f"{path} already exists. Name a new folder.") from None
        except OSError as error:
            raise FolderError(f"{path} could not be created: {error.strerror}.") from error
        self.path = path
        self._names: list[str] = []

    @contextmanager
    def file(self, name: str) -> Iterator[TextIO]:
        handle = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_MINE)
        self._names.append(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
            yield opened

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[WriteRow]:
        """A CSV file; None is an empty cell, floats have all their digits."""
        with self.file(name) as opened:
            writer = csv.DictWriter(opened, columns, lineterminator="\n")
            writer.writeheader()
            yield writer.writerow

    @contextmanager
    def lines(self, name: str) -> Iterator[WriteRow]:
        with self.file(name) as opened:

            def write(row: Mapping[str, Any]) -> None:
                opened.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")

            yield write

    def write(self, name: str, text: str) -> None:
        with self.file(name) as opened:
            opened.write(text)

    def seal(self) -> str:
        lines = [f"{digest(self.path / name)}  {name}\n" for name in sorted(self._names)]
        self.write(SUMS, "".join(lines))
        return digest(self.path / SUMS)


def digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def changed(path: Path, *, may_lack: Sequence[str] = ()) -> list[str]:
    """Changed or missing files, except those in `may_lack`. Raises FolderError without checksums."""
    found = []
    for line in text_of(path, SUMS).splitlines():
        wanted, _, name = line.partition("  ")
        file = path / name
        if not file.is_file():
            if name not in may_lack:
                found.append(name)
        elif digest(file) != wanted:
            found.append(name)
    return found


def listed(path: Path) -> set[str]:
    return {line.partition("  ")[2] for line in text_of(path, SUMS).splitlines()}


def table_of(path: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(path, name), newline="")))


def lines_of(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file that has one per line. Raises FolderError with the line number."""
    # `splitlines` would also split at separators inside texts
    for number, line in enumerate(text_of(path, name).split("\n")[:-1], start=1):
        try:
            found = json.loads(line)
        except ValueError:
            raise FolderError(f"Line {number} of {name} is not JSON.") from None
        if not isinstance(found, dict):
            raise FolderError(f"Line {number} of {name} is not a JSON object.")
        yield found


def text_of(path: Path, name: str) -> str:
    try:
        return (path / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise FolderError(f"{name} in {path} is missing or cannot be read.") from None


FILE: Final = "verifications.jsonl"
#: tolerance, since exponentials can differ in their last digits
_NEAR: Final = 1e-6

type Line = Mapping[str, Any]
type Calibrated = Callable[[Mapping[str, str], Sequence[str]], CalibrationResult | None]


def rows_of(organisation: Organisation, names: Mapping[int, str]) -> Iterator[Line]:
    """Rows of ended or discarded verifications. `names`: random names of the exported parts by id.

    Reasons for discarding are left out, since they may concern the person's health.
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
    """Yield the name of a row and what is wrong with it. Skips discarded verifications, which have no comparison.
    `parts`: rows by name. `solved`: the first results."""
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

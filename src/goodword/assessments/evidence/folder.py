import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

#: digests of the other files, in the format of `sha256sum --check`
SUMS: Final = "sums.txt"
_ONLY_MINE, _ONLY_MINE_TO_ENTER = 0o600, 0o700


class FolderError(Exception):
    """The message says what to do."""


class Rows(Protocol):
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
    def table(self, name: str, columns: Sequence[str]) -> Iterator[Rows]:
        """A CSV file; None is an empty cell, floats have all their digits."""
        with self.file(name) as opened:
            writer = csv.DictWriter(opened, columns, lineterminator="\n")
            writer.writeheader()
            yield writer.writerow

    @contextmanager
    def lines(self, name: str) -> Iterator[Rows]:
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
    """The objects of a file with one per line. Raises FolderError with the line."""
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

"""A folder that only its owner can read, written once, with the sums of its files."""

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

#: the digest of each other file, as `sha256sum --check` reads them
SUMS: Final = "sums.txt"
_ONLY_MINE, _ONLY_MINE_TO_ENTER = 0o600, 0o700


class FolderError(Exception):
    """The folder cannot be written or read; the message is a sentence with what to do."""


class Rows(Protocol):
    """Takes one row after the other."""

    def __call__(self, row: Mapping[str, Any], /) -> None:
        """Write one row."""


class Folder:
    """A new folder. Raises FolderError if there is anything at its path: nothing is written over."""

    def __init__(self, path: Path) -> None:
        try:
            path.mkdir(mode=_ONLY_MINE_TO_ENTER)
        except FileExistsError:
            raise FolderError(f"{path} is there already. Name a folder that is not.") from None
        except OSError as error:
            raise FolderError(f"{path} could not be made: {error.strerror}.") from error
        self.path = path
        self._names: list[str] = []

    @contextmanager
    def file(self, name: str) -> Iterator[TextIO]:
        """A new text file in UTF-8."""
        handle = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_MINE)
        self._names.append(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
            yield opened

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[Rows]:
        """A CSV file with these columns; None is an empty cell, a float has all its digits."""
        with self.file(name) as opened:
            writer = csv.DictWriter(opened, columns, lineterminator="\n")
            writer.writeheader()
            yield writer.writerow

    @contextmanager
    def lines(self, name: str) -> Iterator[Rows]:
        """A file with one JSON object a line."""
        with self.file(name) as opened:

            def write(row: Mapping[str, Any]) -> None:
                opened.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")

            yield write

    def write(self, name: str, text: str) -> None:
        """A file with this text."""
        with self.file(name) as opened:
            opened.write(text)

    def seal(self) -> str:
        """Write the sums of all files; returns the digest of that list, which stands for the whole folder."""
        lines = [f"{digest(self.path / name)}  {name}\n" for name in sorted(self._names)]
        self.write(SUMS, "".join(lines))
        return digest(self.path / SUMS)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def changed(path: Path, *, may_lack: Sequence[str] = ()) -> list[str]:
    """Names of the files that are not as they were written, or are not there; but for those that may be elsewhere.

    Raises FolderError where there are no sums.
    """
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
    """Names of the files that were written. Raises FolderError where there are no sums."""
    return {line.partition("  ")[2] for line in text_of(path, SUMS).splitlines()}


def table_of(path: Path, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file. Raises FolderError."""
    return list(csv.DictReader(io.StringIO(text_of(path, name), newline="")))


def lines_of(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a file with one a line. Raises FolderError, naming the line."""
    # not by `splitlines`, which also splits at separators inside texts
    for number, line in enumerate(text_of(path, name).split("\n")[:-1], start=1):
        try:
            found = json.loads(line)
        except ValueError:
            raise FolderError(f"Line {number} of {name} is no JSON.") from None
        if not isinstance(found, dict):
            raise FolderError(f"Line {number} of {name} is no JSON object.")
        yield found


def text_of(path: Path, name: str) -> str:
    """A whole file. Raises FolderError."""
    try:
        return (path / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise FolderError(f"{name} is missing in {path}, or cannot be read.") from None

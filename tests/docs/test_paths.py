"""The pages that lead through the code name files that exist, and names that exist in them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/goodword"
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+\.py)`")
#: `path/to/file.py`, `file.py` beside the previous file, `<app>/templates/`
FILE = re.compile(r"[\w.<>*-]+/[\w./<>*-]*|[\w-]+\.(?:py|md|toml)")
IN_SCRIPT = re.compile(r"\b(?:const|let|function) (\w+)\b")
NAME = re.compile(r"(\w+)(=?)")


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "docs/concepts.md"])
def test_paths_of_the_page_exist(page: str) -> None:
    named = PATH.findall((ROOT / page).read_text())
    assert named
    assert [path for path in named if not any((folder / path).exists() for folder in (SOURCE, ROOT))] == []


def test_the_files_that_contributors_need_exist() -> None:
    """They may be named relative to any folder, such as `kinds/builtin.py`."""
    named = PATH.findall((ROOT / "CONTRIBUTING.md").read_text())
    assert named
    folders = (SOURCE, ROOT / "tests")
    missing = [path for path in named if not (ROOT / path).exists()]
    assert [path for path in missing if not any(next(folder.rglob(path), None) for folder in folders)] == []


def test_the_code_named_by_the_index_exists() -> None:
    rows = list(rows_of((ROOT / "docs/where.md").read_text()))
    assert rows
    assert [problem for row in rows for problem in problems_of(row)] == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("`core/events.py`: `record`, `TRIES`, `Reaction`", "Reaction isn't in core/events.py"),
        ("`work` in `core/worker.py`, `job` (`cron=`, `wrong=`) in `jobs.py`", "wrong= isn't in"),
        ("`core/nowhere.py`", "core/nowhere.py doesn't exist"),
        ("`record`", "record is named without a file"),
        ("`for_candidate` and `nothing` in `assessments/kinds/<kind>/results.py`", "nothing isn't in"),
        ("`put` and `nothing` in `assessments/static/assessments/queue.js`", "nothing isn't in"),
    ],
)
def test_a_name_that_no_longer_exists_is_found(row: str, problem: str) -> None:
    [found] = problems_of(row)
    assert found.startswith(problem)


def test_names_that_exist_are_not_a_problem() -> None:
    row = "`core/jobs.py`: `Lane` (`put`), `job` (`cron=`); `__init__.py`; `tests/architecture/`; `/readyz`"
    assert list(problems_of(row)) == []


def rows_of(text: str) -> Iterator[str]:
    """The second column of each row."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| Question"):
            _, _, where = line.strip("|").partition(" | ")
            yield where


def problems_of(row: str) -> Iterator[str]:
    """A name must exist in a file of its clause or, if the clause names no file, of the last clause that does."""
    files: list[Path] = []
    for clause in re.split(r"[;.] ", row):
        quoted = re.findall(r"`([^`]+)`", clause)
        of_clause: list[Path] = []
        for text in quoted:
            if FILE.fullmatch(text):
                before = of_clause or files
                there = files_named(text, beside=before[-1] if before else None)
                if not there:
                    yield f"{text} doesn't exist: {row}"
                of_clause += there
        files = of_clause or files
        known = {name for file in files for name in names_in(file)}
        for text in quoted:
            if NAME.fullmatch(text) and text not in known:
                names = ", ".join(str(file.relative_to(ROOT)).removeprefix("src/goodword/") for file in files)
                yield f"{text} isn't in {names}: {row}" if files else f"{text} is named without a file: {row}"


def files_named(path: str, *, beside: Path | None) -> list[Path]:
    pattern = re.sub(r"<\w+>", "*", path)
    folders = [*([beside.parent] if beside is not None and "/" not in path else []), SOURCE, ROOT]
    return next((found for folder in folders if (found := sorted(folder.glob(pattern)))), [])


@cache
def names_in(file: Path) -> frozenset[str]:
    """Functions and classes, what modules and classes assign, and parameters as `name=`. In scripts: functions and
    variables."""
    if file.suffix == ".js":
        return frozenset(IN_SCRIPT.findall(file.read_text()))
    if file.suffix != ".py":
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.TypeAlias(name=ast.Name(id=name))
            ):
                names.add(name)
            case ast.arg(arg=name):
                names.add(f"{name}=")
            case ast.ClassDef(name=name, body=body):
                names |= {name, *assigned_in(body)}
            case ast.Module(body=body):
                names |= assigned_in(body)
    return frozenset(names)


def assigned_in(body: list[ast.stmt]) -> set[str]:
    statements = [one for one in body if isinstance(one, ast.Assign | ast.AnnAssign)]
    targets = [part for statement in statements for part in ast.walk(statement) if isinstance(part, ast.Name)]
    return {name.id for name in targets if isinstance(name.ctx, ast.Store)}

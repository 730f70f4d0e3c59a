"""A kind of test is known by its own package: few other modules name it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from goodword.assessments.models import Test

SOURCE: Final = Path(__file__).parents[2] / "src" / "goodword"
KINDS: Final = SOURCE / "assessments" / "kinds"
#: modules outside its package that may import it or compare with it, migrations apart
MOST: Final = 8
PACKAGES: Final = tuple(kind.name.lower() for kind in Test.Kind)


def test_each_kind_has_a_package() -> None:
    assert sorted(PACKAGES) == sorted(file.parent.name for file in KINDS.glob("*/kind.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_few_modules_name_a_kind(package: str) -> None:
    naming = [
        str(file.relative_to(SOURCE))
        for file, named in _naming().items()
        if package in named and not file.is_relative_to(KINDS / package)
    ]
    assert len(naming) <= MOST, naming


@pytest.mark.parametrize("package", PACKAGES)
def test_kinds_do_not_import_each_other(package: str) -> None:
    others = {
        f"{file.relative_to(KINDS)}: {name}"
        for file in (KINDS / package).rglob("*.py")
        for module in _imported(ast.parse(file.read_text("utf-8")))
        if (name := _package(module)) not in {"", package}
    }
    assert others == set()


@cache
def _naming() -> dict[Path, set[str]]:
    """The kinds that each module names."""
    files = (file for file in sorted(SOURCE.rglob("*.py")) if "migrations" not in file.parts)
    texts = {file: file.read_text("utf-8") for file in files}
    return {
        file: _kinds_named(ast.parse(text))
        for file, text in texts.items()
        if "Kind." in text or "assessments.kinds" in text
    }


def _kinds_named(tree: ast.Module) -> set[str]:
    compared = {
        node.attr.lower()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and ast.unparse(node.value).split(".")[-1] == "Kind"
        and node.attr.isupper()
    }
    return (compared & set(PACKAGES)) | {_package(module) for module in _imported(tree)}


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _package(module: str) -> str:
    """The kind whose package has this module, or ""."""
    _, _, rest = module.partition("goodword.assessments.kinds.")
    first = rest.partition(".")[0]
    return first if first in PACKAGES else ""

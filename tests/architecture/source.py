"""Goodword's source as syntax trees, for the architecture tests."""

import ast
import gc
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


@contextmanager
def _uncollected() -> Iterator[None]:
    """Create many long-lived objects without garbage collection, which would be several times slower."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of each Goodword module by dotted name, without migrations."""
    with _uncollected():
        return {
            ".".join(path.relative_to(SOURCE).with_suffix("").parts): ast.parse(
                path.read_text(encoding="utf-8")
            )
            for path in sorted((SOURCE / "goodword").rglob("*.py"))
            if "migrations" not in path.parts
        }


@cache
def _by_type() -> dict[type[ast.AST], list[tuple[str, ast.AST]]]:
    found: defaultdict[type[ast.AST], list[tuple[str, ast.AST]]] = defaultdict(list)
    trees = modules()
    with _uncollected():
        for module, tree in trees.items():
            for node in _walk(tree):
                found[type(node)].append((module, node))
    return found


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes, like `ast.walk` but several times faster."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                waiting += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                waiting.append(value)


def nodes[N: ast.AST](kind: type[N]) -> list[tuple[str, N]]:
    """All nodes of a type with their modules."""
    return cast(list[tuple[str, N]], _by_type()[kind])


@cache
def imports() -> dict[str, list[str]]:
    """The dotted names that each module imports."""
    found: dict[str, list[str]] = {module: [] for module in modules()}
    for module, plain in nodes(ast.Import):
        found[module] += [name.name for name in plain.names]
    for module, node in nodes(ast.ImportFrom):
        if node.module:
            found[module] += [f"{node.module}.{name.name}" for name in node.names]
    return found


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Calls of functions or methods with these names, and their modules."""
    for module, node in nodes(ast.Call):
        if called(node) in names:
            yield module, node


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def texts(node: ast.AST) -> list[str]:
    return [
        found.value
        for found in _walk(node)
        if isinstance(found, ast.Constant) and isinstance(found.value, str)
    ]


def names_and_texts(node: ast.AST) -> list[str]:
    """The names, attributes and string constants of an expression."""
    return [
        value
        for found in _walk(node)
        for value in (getattr(found, field, None) for field in ("id", "attr", "arg", "value"))
        if isinstance(value, str)
    ]


def place(module: str, node: ast.expr) -> str:
    return f"{module}:{node.lineno}"


def parents(tree: ast.Module) -> dict[ast.AST, ast.AST]:
    """The parent of each node."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}

"""Marks the tests that need a whole world: see docs/testing.md.

Such a test calls a function decorated by `whole_world`, itself or through helpers and fixtures. Builders decorated by
`kept` and fixtures of a wider scope do not count, since they prepare rows once for many tests.
"""

from collections.abc import Callable, Iterator
from functools import cache
from inspect import unwrap
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.support.kept import BUILDERS

TESTS = "tests"
_whole: set[object] = set()


def whole_world[F: Callable[..., Any]](function: F) -> F:
    """Mark a helper whose callers need a whole world."""
    _whole.add(function)
    return function


def needs_whole_world(item: pytest.Function) -> bool:
    """Whether the test or one of its fixtures calls a function marked by `whole_world`."""
    fixtures = [
        definitions[-1].func
        for definitions in item._fixtureinfo.name2fixturedefs.values()
        if definitions[-1].scope == "function"
    ]
    return any(reaches_whole_world(function) for function in (item.function, *fixtures))


@cache
def reaches_whole_world(start: object) -> bool:
    """Whether the function calls one marked by `whole_world`, directly or through other test code."""
    seen: set[object] = set()
    waiting = [start]
    while waiting:
        function = waiting.pop()
        if function in _whole:
            return True
        if function not in seen:
            seen.add(function)
            waiting += _called(function)
    return False


@cache
def _called(function: object) -> frozenset[object]:
    """The functions of the tests that are named in this one, or held by its closure."""
    if function in BUILDERS:
        return frozenset()
    plain = unwrap(function) if callable(function) else function
    if not isinstance(plain, FunctionType) or plain.__module__.partition(".")[0] != TESTS:
        return frozenset()
    named = {name for code in _codes(plain.__code__) for name in code.co_names}
    found = [plain.__globals__[name] for name in named if name in plain.__globals__]
    found += [getattr(one, name) for one in found if _is_ours(one) for name in named if hasattr(one, name)]
    found += [cell.cell_contents for cell in plain.__closure__ or ()]
    return frozenset(one for value in found for one in _functions(value))


def _is_ours(value: object) -> bool:
    return isinstance(value, ModuleType) and value.__name__.startswith(f"{TESTS}.")


def _functions(value: object) -> Iterator[object]:
    """The function, or those of a class, which may be called on its objects."""
    if isinstance(value, type) and value.__module__.startswith(f"{TESTS}."):
        for one in vars(value).values():
            yield from _functions(one.fget if isinstance(one, property) else one)
    elif isinstance(value, FunctionType):
        yield value


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)

"""Worlds built once for the tests of a module."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, cast

import pytest

from goodword.greenhouse.inbox import batches
from goodword.greenhouse.sync import harvest, rate_limit
from greenhouse_sandbox.store import Store
from tests.contract.greenhouse import open_sandbox
from tests.greenhouse.world import World, connect_line, open_world

#: attributes of a sandbox's store that are not records
LIVING = {"lock", "generation", "base_url"}

type Build = Callable[[World], Any]

#: builders by the name of the fixture that uses them, for a folder's tests; a module has its own in `BUILDERS`
BEFORE: dict[str, Build] = {}


def nothing(_: World) -> None: ...


def after(build: Build, *versions: str) -> pytest.MarkDecorator:
    """Start a test with the world made by `build`, over these versions in turn (default: v3).

    Consecutive tests with the same builder share the world. `kept` is the only fixture for all worlds of a module,
    because transactions must end in reverse order.
    """
    versions = versions or ("v3",)
    return pytest.mark.parametrize(
        "kept",
        [(version, build) for version in versions],
        ids=versions if len(versions) > 1 else [pytest.HIDDEN_PARAM],
        indirect=True,
        scope="module",
    )


class SharedWorld[T]:
    """The world made by `build`: its rows are shared by many tests, its objects are copied for each.

    `build` may return further objects, such as an application in the sandbox; they are copied with the world.
    """

    def __init__(self, version: str, build: Callable[[World], T]) -> None:
        world = open_world(version)
        store = world.greenhouse.store
        more = build(world)
        records = records_of(store)
        # all at once, so that the world refers to the same sandbox rows as the records
        self._pickled = _pickled((world, more, records), leave_out=(world.greenhouse.sandbox, world.line))
        world.greenhouse.sandbox.close()

    @contextmanager
    def opened(self) -> Iterator[tuple[World, T]]:
        """The world, inside the test's transaction, until the block ends."""
        forget_what_was_read()
        world, more, records = cast("tuple[World, T, dict[str, Any]]", _Unpickler(self._pickled).load())
        sandbox = world.greenhouse.sandbox = open_sandbox()
        vars(sandbox.store).update(records)
        world.line = connect_line(sandbox)
        yield world, more
        sandbox.close()


def _pickled(value: object, *, leave_out: tuple[object, ...]) -> bytes:
    """A pickle for `_Unpickler`, many times faster than `deepcopy`."""
    file = BytesIO()
    _Pickler(file, leave_out).dump(value)
    return file.getvalue()


class _Pickler(pickle.Pickler):
    def __init__(self, file: BytesIO, leave_out: tuple[object, ...]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._leave_out = leave_out

    def persistent_id(self, obj: object) -> str | None:
        return "left out" if any(obj is one for one in self._leave_out) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, pickled: bytes) -> None:
        super().__init__(BytesIO(pickled))

    def persistent_load(self, _: str) -> None:
        return None


def records_of(store: Store) -> dict[str, Any]:
    """The data that makes two stores equal."""
    return {name: value for name, value in vars(store).items() if name not in LIVING}


def forget_what_was_read() -> None:
    """Clear this process's caches, since the next test's connection has the same id."""
    harvest._cached_reads.clear()
    batches._caches.clear()
    rate_limit._shared.cache_clear()
    rate_limit._of_tokens.cache_clear()

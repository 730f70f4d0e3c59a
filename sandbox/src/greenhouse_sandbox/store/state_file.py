"""The state file: one JSON document per line, each a batch of changed rows. A truncated last line is ignored."""

import json
import logging
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from greenhouse_sandbox.clock import YEARS
from greenhouse_sandbox.store.store import Store
from greenhouse_sandbox.store.table import Row

VERSION = 2
READ = (1, 2)
BATCH_ROWS = 2000
#: small tables that are written with every batch, since credentials must not get lost or come back
ALWAYS_WHOLE = ("api_keys", "oauth_clients", "webhooks")
RETRY_SECONDS = 5.0
GROWTH = 4
ROOM_BYTES = 4 * 1024 * 1024
SMALL_ROWS = 20_000
UNWRITTEN = "The state file %s could not be written: %s"
log = logging.getLogger(__name__)


class StateError(Exception):
    """The state file can't be read or written; the message says why."""


def account(store: Store) -> dict[str, Any]:
    """Everything but the rows, ready for JSON. The caller holds the lock."""
    return {
        "version": VERSION,
        "clock_offset_seconds": store.clock.offset.total_seconds(),
        "organisation": store.organisation,
        "signing_key": store.signing_key,
        "acting_user_id": store.acting_user_id,
        "hold_deliveries": store.hold_deliveries,
        "switches": dict(store.switches),
        "tables": {},
    }


def changes(store: Store) -> str:
    """Return the changes since the last call, as one line. Hold the lock."""
    batch = account(store)
    for name, table in store.tables().items():
        ids, table.touched = table.touched or set(), set()
        if name in ALWAYS_WHOLE:
            ids |= {row.id for row in table.rising()}
        if not ids:
            continue
        rows = [(row_id, table.get(row_id)) for row_id in sorted(ids)]
        batch["tables"][name] = {
            "made": table.made,
            "rows": [_plain(row) for _, row in rows if row is not None],
            "gone": [row_id for row_id, row in rows if row is None],
        }
    return _line(batch)


def write_whole(store: Store, path: Path) -> None:
    """Write the whole file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path)
    while True:
        generation = store.generation
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(_whole(store))
            _settle(file)
        if store.generation == generation:
            break
    beside.replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line)
        _settle(file)


def read_state(store: Store, path: Path) -> None:
    """Load the store. Raises StateError if the file is not a state file."""
    try:
        with store.lock:
            _read(store, path)
            if store.clock.now().year not in YEARS:
                raise ValueError("its clock is out of range")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise StateError(f"The state file {path} cannot be read: {error}") from error


def check_writable(path: Path) -> None:
    """Raises StateError if the file can't be written."""
    beside = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.open("a").close()
        beside.unlink()
    except OSError as error:
        raise StateError(f"The state file {path} cannot be written: {error}") from error
    if path.exists() and not os.access(path, os.W_OK):
        raise StateError(f"The state file {path} cannot be written: it is read-only")


def _read(store: Store, path: Path) -> None:
    whole = False
    with path.open(encoding="utf-8") as file:
        for line in file:
            if whole and not line.endswith("\n"):
                break
            batch = json.loads(line)
            if not isinstance(batch, dict) or batch.get("version") not in READ:
                found = batch.get("version") if isinstance(batch, dict) else None
                raise StateError(f"The state file has version {found!r}; this sandbox reads {VERSION}.")
            if not whole:
                store.clear()
                whole = True
            _apply(store, batch)
    if not whole:
        raise StateError(f"The state file {path} is empty.")


def _apply(store: Store, batch: dict[str, Any]) -> None:
    store.clock.offset = timedelta(seconds=batch["clock_offset_seconds"])
    store.organisation = batch["organisation"]
    store.signing_key = batch["signing_key"]
    store.acting_user_id = batch["acting_user_id"]
    store.hold_deliveries = batch["hold_deliveries"]
    store.switches.update(batch["switches"])
    tables = store.tables()
    for name, content in batch["tables"].items():
        table = tables[name]
        table.made = content["made"]
        table.extend(table.kind(**_revived(row)) for row in content["rows"])
        for row_id in content.get("gone", ()):
            if table.get(row_id) is not None:
                table.delete(row_id)


def _whole(store: Store) -> Iterator[str]:
    """Yield all lines. Holds the lock for one line at a time; changes made meanwhile come last."""
    with store.lock:
        tables = store.tables()
        for table in tables.values():
            table.touched = set()
        ids = {name: [row.id for row in table.rising()] for name, table in tables.items()}
        first = _line(account(store))
    yield first
    for name, row_ids in ids.items():
        table = tables[name]
        for start in range(0, len(row_ids), BATCH_ROWS):
            with store.lock:
                rows = [table.get(row_id) for row_id in row_ids[start : start + BATCH_ROWS]]
                batch = account(store)
                batch["tables"][name] = {
                    "made": table.made,
                    "rows": [_plain(row) for row in rows if row is not None],
                }
                line = _line(batch)
            yield line
    with store.lock:
        last = changes(store)
    yield last


def _line(batch: dict[str, Any]) -> str:
    return json.dumps(batch, ensure_ascii=False, separators=(",", ":")) + "\n"


def _settle(file: IO[str]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _plain(row: Row) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    return {
        name: {"$time": value.isoformat()} if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _revived(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value["$time"])
        if isinstance(value, dict) and "$time" in value
        else value
        for name, value in row.items()
    }


class Saver:
    """Writes changes soon after they happen, and the whole file once it has become long or after a reset."""

    def __init__(self, store: Store, path: Path, pause_seconds: float = 0.2) -> None:
        self._store = store
        self._path = path
        self._pause = pause_seconds
        self._generation = -1
        self._limit = 0
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-saver", daemon=True)
        self._thread.start()

    def changed(self) -> None:
        """Note that the store differs from the file."""
        self._changed.set()

    def close(self) -> None:
        self._stopped.set()
        self._changed.set()
        self._thread.join()
        if sum(len(table) for table in self._store.tables().values()) < SMALL_ROWS:
            self._generation = -1
        try:
            self._write()
        except OSError as error:
            log.warning(UNWRITTEN, self._path, error)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait()
            self._changed.clear()
            if not self._stopped.is_set():
                try:
                    self._write()
                except OSError as error:
                    # A full disk may have space again later, so keep running and retry.
                    log.warning(UNWRITTEN, self._path, error)
                    self._changed.set()
                    self._stopped.wait(RETRY_SECONDS)
                self._stopped.wait(self._pause)

    def _write(self) -> None:
        with self._store.lock:
            same = self._generation == self._store.generation
            line = changes(self._store) if same else ""
        if same and self._path.exists() and self._path.stat().st_size < self._limit:
            # Until this has succeeded, the file doesn't match the tables.
            self._generation, generation = -1, self._generation
            append(self._path, line)
            self._generation = generation
            return
        generation = self._store.generation
        write_whole(self._store, self._path)
        self._limit = GROWTH * self._path.stat().st_size + ROOM_BYTES
        self._generation = generation

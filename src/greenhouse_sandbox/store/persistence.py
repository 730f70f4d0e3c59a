"""The state file: the whole store as one JSON document, replaced atomically."""

import json
import logging
import os
import threading
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from greenhouse_sandbox.store.store import Store

VERSION = 1
RETRY_SECONDS = 5.0

log = logging.getLogger(__name__)


class StateError(Exception):
    """The state file cannot be read; the text says why, in one sentence."""


def dump(store: Store) -> dict[str, Any]:
    """The store as JSON-ready data. Hold the lock."""
    return {
        "version": VERSION,
        "clock_offset_seconds": store.clock.offset.total_seconds(),
        "organisation": store.organisation,
        "signing_key": store.signing_key,
        "acting_user_id": store.acting_user_id,
        "hold_deliveries": store.hold_deliveries,
        "switches": store.switches,
        "tables": {
            name: {"made": table.made, "rows": [_plain(asdict(row)) for row in table.rising()]}
            for name, table in store.tables().items()
        },
    }


def load(store: Store, data: dict[str, Any]) -> None:
    """Replace the store's content by what `dump` made. Hold the lock."""
    if data.get("version") != VERSION:
        raise StateError(f"The state file has version {data.get('version')!r}; this sandbox reads {VERSION}.")
    store.clear()
    store.clock.offset = timedelta(seconds=data["clock_offset_seconds"])
    store.organisation = data["organisation"]
    store.signing_key = data["signing_key"]
    store.acting_user_id = data["acting_user_id"]
    store.hold_deliveries = data["hold_deliveries"]
    store.switches.update(data["switches"])
    tables = store.tables()
    for name, content in data["tables"].items():
        table = tables[name]
        table.made = content["made"]
        for row in content["rows"]:
            table.insert(table.kind(**_revived(row)))


def read_state(store: Store, path: Path) -> None:
    """Load the store from `path`; StateError if the file is not a state file."""
    try:
        data = json.loads(path.read_text("utf-8"))
        with store.lock:
            load(store, data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StateError(f"The state file {path} cannot be read: {error}") from error


def write_state(store: Store, path: Path) -> None:
    """Write the store to `path`, so that a reader sees the old or the new file, never half of one."""
    with store.lock:
        text = json.dumps(dump(store), ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


class Saver:
    """Writes the state file soon after a change, from a thread of its own."""

    def __init__(self, store: Store, path: Path, pause_seconds: float = 0.2) -> None:
        self._store = store
        self._path = path
        self._pause = pause_seconds
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-saver", daemon=True)
        self._thread.start()

    def changed(self) -> None:
        """Say that the store differs from the file."""
        self._changed.set()

    def close(self) -> None:
        """Write once more and stop."""
        self._stopped.set()
        self._changed.set()
        self._thread.join()
        write_state(self._store, self._path)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait()
            self._changed.clear()
            if not self._stopped.is_set():
                try:
                    write_state(self._store, self._path)
                except OSError as error:
                    # A full disk may have room again: keep running, and try once more.
                    log.warning("The state file %s could not be written: %s", self._path, error)
                    self._changed.set()
                    self._stopped.wait(RETRY_SECONDS)
                self._stopped.wait(self._pause)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _revived(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"$time"}:
            return datetime.fromisoformat(value["$time"])
        return {key: _revived(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_revived(item) for item in value]
    return value

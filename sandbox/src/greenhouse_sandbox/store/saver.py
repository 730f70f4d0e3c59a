"""Keeps the state file up to date, from a thread of its own."""

import logging
import threading
from pathlib import Path

from greenhouse_sandbox.store.persistence import append, changes, write_whole
from greenhouse_sandbox.store.store import Store

RETRY_SECONDS = 5.0
GROWTH = 4
ROOM_BYTES = 4 * 1024 * 1024
SMALL_ROWS = 20_000

log = logging.getLogger(__name__)


class Saver:
    """Writes what changed soon after a change; everything again once the file has grown long, or after a reset."""

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
        """Say that the store differs from the file."""
        self._changed.set()

    def close(self) -> None:
        """Write once more and stop."""
        self._stopped.set()
        self._changed.set()
        self._thread.join()
        if sum(len(table) for table in self._store.tables().values()) < SMALL_ROWS:
            self._generation = -1
        self._write()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait()
            self._changed.clear()
            if not self._stopped.is_set():
                try:
                    self._write()
                except OSError as error:
                    # A full disk may have room again: keep running, and try once more.
                    log.warning("The state file %s could not be written: %s", self._path, error)
                    self._changed.set()
                    self._stopped.wait(RETRY_SECONDS)
                self._stopped.wait(self._pause)

    def _write(self) -> None:
        with self._store.lock:
            same = self._generation == self._store.generation
            line = changes(self._store) if same else ""
        if same and self._path.exists() and self._path.stat().st_size < self._limit:
            # Until this has gone well, the file is not what the tables think it is.
            self._generation, generation = -1, self._generation
            append(self._path, line)
            self._generation = generation
            return
        generation = self._store.generation
        write_whole(self._store, self._path)
        self._limit = GROWTH * self._path.stat().st_size + ROOM_BYTES
        self._generation = generation

"""A long run without faults: memory and connections must stay flat, and queues short."""

import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import LiteralString, Self

import psycopg

from tests.torture.invariants import NOW
from tests.torture.programs import Town

#: seconds between two samples
EVERY = 5.0
#: allowed growth of memory between the second and the last quarter (the first is the warm-up)
GROWTH, MEGABYTES = 1.10, 8.0
#: allowed variation in the number of connections
SPARE = 3
#: longest allowed wait of a queue's oldest row in seconds
LONGEST_WAIT = 120.0
AGES: Mapping[str, LiteralString] = {
    "deliveries": "SELECT min(received_at) FROM greenhouse_delivery WHERE state = 'received'",
    "reactions": (
        "SELECT min(e.occurred_at) FROM core_reaction r JOIN core_event e ON e.id = r.event_id "
        "WHERE r.state = 'waiting'"
    ),
    "mails": "SELECT min(created_at) FROM notifications_email WHERE state IN ('queued', 'sending')",
    "notes": "SELECT min(created_at) FROM greenhouse_activityfeednote WHERE state IN ('queued', 'sending')",
}


@dataclass(kw_only=True)
class Sample:
    at: float
    #: MB by program
    memory: dict[str, float]
    connections: int
    #: age of the oldest row in seconds by queue
    ages: dict[str, float]


@dataclass
class Meter:
    """Takes samples in a thread."""

    town: Town
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            with suppress(psycopg.Error):
                self.samples.append(self._sample())

    def _sample(self) -> Sample:
        database = self.town.database
        [(connections,)] = database.rows(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND application_name <> 'torture'"
        )
        ages = {}
        for name, oldest in AGES.items():
            [(age,)] = database.rows(f"SELECT extract(epoch FROM {NOW} - ({oldest}))::float")
            ages[name] = max(0.0, age or 0.0)
        memory = {
            program.name: _megabytes(program.process.pid) for program in self.town.programs if program.process
        }
        return Sample(at=time.monotonic(), memory=memory, connections=connections, ages=ages)

    def findings(self) -> tuple[list[str], list[str]]:
        """Returns breaches and measurements."""
        quarter = len(self.samples) // 4
        if not quarter:
            return ["The soak was too short: it takes four samples."], []
        early, late = self.samples[quarter : 2 * quarter], self.samples[-quarter:]
        breaches, lines = [], [f"{len(self.samples)} samples; second quarter, last quarter:"]
        for program in self.town.programs:
            before, after = (_memory(some, program.name) for some in (early, late))
            lines.append(f"  memory of {program.name}: {before:.0f} MB, {after:.0f} MB")
            if after > before * GROWTH + MEGABYTES:
                breaches.append(f"{program.name} grew from {before:.0f} to {after:.0f} MB.")
        before, after = (max(sample.connections for sample in some) for some in (early, late))
        lines.append(f"  connections at most: {before}, {after}")
        if after > before + SPARE:
            breaches.append(f"Connections grew from {before} to {after}.")
        for name in AGES:
            ages = [sample.ages[name] for sample in self.samples]
            lines.append(f"  oldest of {name}: median {median(ages):.1f} s, at most {max(ages):.1f} s")
            if max(ages) > LONGEST_WAIT:
                breaches.append(f"{name.capitalize()} waited for up to {max(ages):.0f} s.")
        return breaches, lines


def _memory(samples: Sequence[Sample], name: str) -> float:
    return median(sample.memory.get(name, 0.0) for sample in samples)


def _megabytes(pid: int) -> float:
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
    return 0.0

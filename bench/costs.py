"""The costs of the programs of a `World`: CPU time from /proc, transactions and jobs from PostgreSQL's statistics, and
SQL statements from its log. Bytes written are those of its write-ahead log (WAL).
"""

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from goodword.core import postgres
from goodword.core.postgres.layout import Layout
from goodword.core.postgres.running import read_pid_file
from goodword.demo.world import World

_LINE = re.compile(r"^@(\d+) LOG:  (?:statement|execute [^:]*): (.*)$")
_VALUE = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+\b|\"s\d+_x\d+\"|\?(?:, \?)+")
#: query of the demo's clock, which production doesn't make
_OF_DEMO = "core_clockoffset"
_COUNTS = """
SELECT xact_commit + xact_rollback, (pg_current_wal_lsn() - '0/0')::bigint,
    (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'procrastinate_jobs')
FROM pg_stat_database WHERE datname = current_database()
"""
#: seconds after which PostgreSQL's processes have reported their counts
REPORTED = 2.0


@dataclass(frozen=True, kw_only=True)
class Costs:
    """CPU seconds, numbers of transactions and jobs, and bytes of WAL."""

    worker: float
    web: float
    postgres: float
    transactions: int
    jobs: int
    written: int

    def each(self, before: "Costs", number: int) -> dict[str, float]:
        """The costs of each of `number` moves since `before`, as figures."""

        def spent(name: str) -> float:
            return float(getattr(self, name) - getattr(before, name)) / number

        return {
            "cpu_ms": round(1000 * (spent("worker") + spent("web")), 1),
            "postgresql_cpu_ms": round(1000 * spent("postgres"), 1),
            "transactions_each": round(spent("transactions"), 1),
            "jobs_each": round(spent("jobs"), 1),
            "bytes_written_each": round(spent("written")),
        }


def counts(line: psycopg.Connection) -> tuple[int, int, int]:
    """Transactions, bytes of WAL, and jobs so far. The first and the last are up to REPORTED seconds old."""
    row = line.execute(_COUNTS).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


class Meter:
    """Reads the costs of a running world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._line = psycopg.connect(postgres.attach(world.data), autocommit=True)
        found = read_pid_file(Layout.of(world.data))
        assert found is not None, "the server runs"
        self._server = found.pid

    def close(self) -> None:
        self._line.close()

    def now(self) -> Costs:
        """The costs so far. Waits until PostgreSQL's processes have reported theirs."""
        time.sleep(REPORTED)
        transactions, written, jobs = counts(self._line)
        children = self._world.children
        return Costs(
            worker=_seconds(children.pid("worker")),
            web=_seconds(children.pid("web")),
            postgres=sum(map(_seconds, [self._server, *_children(self._server)]))
            + _seconds(self._server, ended=True),
            transactions=transactions,
            jobs=jobs,
            written=written,
        )

    def statements(self, act: Callable[[], None]) -> Counter[str]:
        """Count how often each statement was sent while `act` ran. One outside a transaction is marked as such."""
        log = Layout.of(self._world.data).log
        self._log_statements("all")
        began = log.stat().st_size
        act()
        time.sleep(REPORTED)
        ended = log.stat().st_size
        self._log_statements("none")
        with log.open("rb") as file:
            file.seek(began)
            # further lines of a statement are indented
            lines = file.read(ended - began).decode().replace("\n\t", " ").splitlines()
        mine = str(self._line.info.backend_pid)
        found = [match for line in lines if (match := _LINE.match(line)) and match[1] != mine]
        return Counter(_marked((match[1], _shape(match[2])) for match in found if _OF_DEMO not in match[2]))

    def _log_statements(self, which: str) -> None:
        self._line.execute("ALTER SYSTEM SET log_line_prefix = '@%p '")
        self._line.execute(f"ALTER SYSTEM SET log_statement = '{which}'".encode())
        self._line.execute("SELECT pg_reload_conf()")
        time.sleep(1)


def statements_each(found: Counter[str], number: int) -> dict[str, float]:
    """Statements per move, their transactions, and those that only begin or end a transaction or check a connection."""
    frame = sum(count for text, count in found.items() if text.partition(" ")[0] in _FRAME)
    whole = sum(count for text, count in found.items() if text.startswith(("BEGIN", _ALONE)))
    return {
        "statements_each": round((found.total() - frame) / number, 1),
        "transactions_each": round(whole / number, 1),
        "begin_or_end_each": round(frame / number, 1),
    }


def listed(found: Counter[str], number: int) -> str:
    """Each statement with its number per move, most frequent first."""
    return "\n".join(f"    {count / number:6.1f}  {text[:230]}" for text, count in found.most_common())


_FRAME = frozenset({"", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"})
#: marks a statement that is a separate transaction
_ALONE = "(alone) "


def _marked(sent: Iterable[tuple[str, str]]) -> Iterator[str]:
    """`sent`: process ids of backends and their statements."""
    within: set[str] = set()
    for process, text in sent:
        command = text.partition(" ")[0]
        if command == "BEGIN":
            within.add(process)
        elif command in {"COMMIT", "ROLLBACK"} and not text.startswith("ROLLBACK TO"):
            within.discard(process)
        alone = process not in within and command not in _FRAME
        yield f"{_ALONE}{text}" if alone else text


def _shape(statement: str) -> str:
    """The statement without its values."""
    return _VALUE.sub("?", " ".join(statement.split()))


def _seconds(pid: int, *, ended: bool = False) -> float:
    """CPU seconds of a process, or of its children that have ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    user, system = stat[13:15] if ended else stat[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(one) for one in text.split()]

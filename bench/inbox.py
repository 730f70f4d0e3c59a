"""Deliveries per second that a worker handles with a backlog of many thousands.

Each application in the sandbox has one stage change, with a body of about 5 kB of random text. Goodword's copies are in
another stage. The real worker then processes the backlog. Statistics of the inbox are gathered beforehand, while it is
empty, as autovacuum would at night, so the planner expects one row for `state = 'received'`. The sandbox allows a
million calls, since Greenhouse's own limit would otherwise dominate. Reconciliation is off, because it would find the
same moves. Run it with `.venv/bin/python -m bench.inbox`.
"""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psycopg

from bench.costs import REPORTED, counts
from bench.figures import in_words, record
from bench.intake import used
from bench.sync import connected, django_up, goodword, sandbox
from goodword.core import process

if TYPE_CHECKING:
    from goodword.greenhouse.models import Connection

HANDLED_BEFORE = 2_000
#: handled deliveries of the same connection, without bodies, which are stored separately and not read
_OLD = """
INSERT INTO greenhouse_delivery (organisation_id, connection_id, event_id, action, body, state, attempts, faults,
    not_before, remote_application_id, outcome, received_at, handled_at, caused)
SELECT organisation_id, connection_id, 'old-' || number, action, '', state, 1, 0,
    not_before, 1000000 + number / 5, outcome, received_at, handled_at, '[]'
FROM greenhouse_delivery, generate_series(1, %s) AS number WHERE id = %s
"""
#: otherwise the client would respect Greenhouse's limits
UNLIMITED = [
    word
    for name in ("v1_rate_limit", "v3_rate_limit", "token_rate_limit")
    for word in ("--switch", f"{name}=1000000")
]
BEFORE = 1  # the stage id of Goodword's copies


def main() -> None:
    parser = argparse.ArgumentParser(description="Deliveries handled per second with a backlog.")
    parser.add_argument("--waiting", type=int, default=20_000, help="deliveries waiting at the start")
    parser.add_argument(
        "--workers", type=int, nargs="*", default=[1, 2, 4], help="further runs with these numbers of workers"
    )
    parser.add_argument(
        "--old", type=int, default=0, help="a further run with this many handled deliveries kept"
    )
    parser.add_argument("--fewer", type=int, default=6_000, help="deliveries waiting in the further runs")
    parser.add_argument("--seconds", type=float, default=600.0, help="stop after this time")
    parser.add_argument("--version", choices=["v3", "v1"], default="v3")
    parser.add_argument(
        "--turns",
        action="store_true",
        help="only take the inbox's turns, one after another; follow-up jobs stay queued",
    )
    parser.add_argument("--take-turns", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.take_turns:
        take_turns()
        return
    with (
        tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder,
        sandbox(options.waiting * 11 // 10, *UNLIMITED) as address,
        goodword(Path(folder), address),
    ):
        backlog = Backlog(connected(options.version), options.waiting)
        backlog.fill()
        with workers(1, turns=options.turns) as started:
            print(measured(options.waiting, seconds=options.seconds, started=started), flush=True)
        further = [(number, 0) for number in options.workers] + ([(1, options.old)] if options.old else [])
        for number, old in further:
            backlog.fill(options.fewer, old=old)
            with workers(number) as started:
                print(measured(options.fewer, seconds=options.seconds, started=started, old=old), flush=True)


class Backlog:
    """Copies of all applications, and waiting stage changes for them."""

    def __init__(self, connection_id: int, size: int) -> None:
        from goodword.greenhouse.models import Connection, Delivery

        rows = Connection.objects.across_organisations().select_related("organisation")
        self.connection = rows.get(pk=connection_id)
        self.bodies = list(copies(self.connection))[:size]
        self.deliveries = Delivery.objects.across_organisations()
        self.deliveries.bulk_create(
            delivery(self.connection, body, handled=True) for body in self.bodies[:HANDLED_BEFORE]
        )

    def fill(self, size: int | None = None, *, old: int = 0) -> None:
        """Add one delivery per application, or `size` of them, and reset the copies' stages. `old`: handled deliveries
        to add first."""
        from django.db import connection as database

        from goodword.candidates.models import Application

        Application.objects.across_organisations().update(stage_id=BEFORE)
        with database.cursor() as cursor:
            if old:
                cursor.execute(_OLD, [old, self.deliveries.order_by("pk").values_list("pk", flat=True)[0]])
            cursor.execute("ALTER TABLE greenhouse_delivery SET (autovacuum_enabled = false)")
            cursor.execute("ANALYZE")
        for some in batched(self.bodies[:size], 1000):
            self.deliveries.bulk_create(delivery(self.connection, body, handled=False) for body in some)


def copies(row: "Connection") -> "Iterator[dict[str, Any]]":
    """Link every job and copy every application in another stage. Returns the bodies of their stage changes."""
    from goodword.accounts.models import Membership, User
    from goodword.candidates.models import Application, Candidate
    from goodword.core import clock
    from goodword.greenhouse.sync.candidates import candidate_columns
    from goodword.greenhouse.sync.harvest import harvest
    from goodword.roles.domain.settings import create_role
    from goodword.roles.models import Automation

    now = clock.now() - timedelta(minutes=1)
    organisation = row.organisation
    user = User.objects.create_user(email="ann@bench.example", name="Ann", password=secrets.token_hex())
    ann = Membership.objects.create(organisation=organisation, user=user, kind="admin", created_at=now)
    role = create_role(title="Bench", owner=ann, now=now)
    common = {"organisation": organisation, "connection_id": row.pk, "created_at": now, "synced_at": now}
    with harvest(row) as api:
        applications = {
            application.id: application
            for application in api.applications()
            if application.job_id is not None
        }
        wanted = sorted({application.candidate_id for application in applications.values()})
        people = {person.id: person for some in batched(wanted, 50) for person in api.candidates(some)}
    Automation.objects.bulk_create(
        Automation(
            organisation=organisation,
            role=role,
            connection_id=row.pk,
            job_id=job_id,
            job_name=f"Job {job_id}",
            confirmed_at=now,
        )
        for job_id in sorted(
            {application.job_id for application in applications.values() if application.job_id is not None}
        )
    )
    Candidate.objects.bulk_create(
        [Candidate(remote_id=person.id, **common, **candidate_columns(person)) for person in people.values()],
        batch_size=2000,
    )
    ours = dict(Candidate.objects.across_organisations().values_list("remote_id", "pk"))
    Application.objects.bulk_create(
        [
            Application(
                remote_id=application.id,
                candidate_id=ours[application.candidate_id],
                role=role,
                job_id=application.job_id,
                stage_id=BEFORE,
                recruiter_remote_id=application.recruiter_id,
                recruiter_email="recruiter@bench.example",
                **common,
            )
            for application in applications.values()
        ],
        batch_size=2000,
    )
    for application in applications.values():
        yield {
            "action": "candidate_stage_change",
            "payload": {
                "application": {
                    "id": application.id,
                    "jobs": [{"id": application.job_id, "name": f"Job {application.job_id}"}],
                    "current_stage": {"id": application.stage_id, "name": application.stage_name},
                    "candidate": {"id": application.candidate_id, "first_name": "Ada"},
                }
            },
        }


def delivery(row: "Connection", body: "dict[str, Any]", *, handled: bool) -> Any:
    """An inbox row, as created by `receive.keep`."""
    from goodword.core import clock
    from goodword.greenhouse.inbox import payload
    from goodword.greenhouse.models import Delivery

    now = clock.now()
    text = json.dumps(body | {"padding": secrets.token_urlsafe(3600)}).encode()
    read = payload.read_payload(text)
    return Delivery(
        organisation_id=row.organisation_id,
        connection=row,
        event_id=secrets.token_hex(12),
        action=read.action,
        body=text,
        state=Delivery.State.HANDLED if handled else Delivery.State.RECEIVED,
        handled_at=now if handled else None,
        not_before=now,
        remote_application_id=read.application_id,
        remote_candidate_id=read.candidate_id,
        received_at=now,
    )


@contextmanager
def workers(number: int, *, turns: bool = False) -> Iterator[list[int]]:
    """Real workers with production settings except for keys, or (`turns`) a process that only takes turns. Yields their
    process ids."""
    command = [str(Path(sys.executable).with_name("goodword")), "worker"]
    if turns:
        command = [sys.executable, "-m", "bench.inbox", "--take-turns"]
    env = os.environ | {"GOODWORD_ENV": "demo", "GOODWORD_SYNC_MINUTES": "0"}
    started = [subprocess.Popen(command, env=env) for _ in range(number)]
    try:
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


def take_turns() -> None:
    """Take turns until nothing is due or the time is up. Prints the CPU time per delivery of this process and its
    PostgreSQL backend."""
    django_up()
    from goodword.core import clock
    from goodword.greenhouse.inbox import processing
    from goodword.greenhouse.models import Delivery

    waits = Delivery.objects.across_organisations().filter(state=Delivery.State.RECEIVED)
    signal.signal(signal.SIGTERM, lambda *_: process.request_stop())
    waiting, began, served = waits.count(), time.process_time(), served_for()
    with suppress(process.Stopped):
        while waits.filter(not_before__lte=clock.now()).exists():
            processing.work_inbox.run()
    spent = time.process_time() - began, served_for() - served
    handled = waiting - waits.count()
    print("{:.1f} + {:.1f} ms of the processor a delivery".format(*(1000 * one / handled for one in spent)))


def served_for() -> float:
    """CPU seconds used by our connection's PostgreSQL backend; 0 without /proc."""
    from django.db import connection as database

    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Spent:
    """CPU seconds of workers and PostgreSQL, transactions and bytes of WAL so far."""

    workers: float
    postgresql: float
    transactions: int
    written: int

    @classmethod
    def now(cls, started: list[int]) -> Self:
        with psycopg.connect(os.environ["DATABASE_URL"]) as line:
            transactions, written, _ = counts(line)
            backend = Path(f"/proc/{line.info.backend_pid}/stat").read_text()
        return cls(
            workers=sum(map(used, started)),
            # the parent of the connection's process
            postgresql=used(int(backend.rpartition(")")[2].split()[1])),
            transactions=transactions,
            written=written,
        )

    def each(self, before: Self, number: int) -> dict[str, float]:
        """What each of `number` deliveries since `before` cost, as figures."""
        return {
            "cpu_ms": round(1000 * (self.workers - before.workers) / number, 2),
            "postgresql_cpu_ms": round(1000 * (self.postgresql - before.postgresql) / number, 2),
            "transactions_each": round((self.transactions - before.transactions) / number, 2),
            "bytes_written_each": round((self.written - before.written) / number),
        }


def measured(size: int, *, seconds: float, started: list[int], old: int = 0) -> str:
    """Watch the backlog shrink. Returns deliveries per second, in total and by quarters of the backlog, and the cost
    of each. `started`: process ids of the workers."""
    from goodword.greenhouse.models import Delivery

    waits = Delivery.objects.across_organisations().filter(state=Delivery.State.RECEIVED)
    began, until = time.monotonic(), time.monotonic() + seconds
    reached: list[tuple[float, int]] = []
    left, before = size, Spent.now(started)
    while left and time.monotonic() < until:
        left = waits.count()
        now = time.monotonic()
        if left < size:
            if not reached:  # the start of the workers doesn't count
                before = Spent.now(started)
            reached.append((now, size - left))
        time.sleep(0.5)
    if len(reached) < 2:
        return f"{size} waiting: none or one handled in {time.monotonic() - began:.0f} s"
    (start, done_at_start), (end, done) = reached[0], reached[-1]
    failed = Delivery.objects.across_organisations().filter(state=Delivery.State.FAILED).count()
    quarters = []
    for number in range(1, 5):
        goal = done_at_start + (done - done_at_start) * number // 4
        quarters.append(next(moment for moment, count in reached if count >= goal))
    each = (done - done_at_start) / 4
    paces = [each / max(b - a, 0.5) for a, b in zip([start, *quarters[:-1]], quarters, strict=True)]
    time.sleep(REPORTED)
    costs = Spent.now(started).each(before, done - done_at_start)
    what = f"{len(started)} workers" if len(started) > 1 else "worker"
    kept = f", {old:,} old deliveries" if old else ""
    record(
        f"{what} with a backlog of {size:,}{kept}",
        rate_per_s=round((done - done_at_start) / (end - start)),
        by_quarters=" ".join(f"{pace:.0f}" for pace in paces),
        handled=done,
        failed=failed,
        **costs,
    )
    return (
        f"{what}{kept}, {size} waiting: {done} handled, {failed} failed, in {end - began:.0f} s from the start; "
        f"{(done - done_at_start) / (end - start):.0f} a second "
        f"(by quarters {' '.join(f'{pace:.0f}' for pace in paces)}); {in_words(costs)}"
    )


if __name__ == "__main__":
    main()

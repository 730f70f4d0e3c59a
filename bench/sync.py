"""The share of the allowed rate that a full sync uses, and the number of 429 responses.

The real client reads a sandbox with 100,000 applications over a socket: all applications page by page, then all
candidates fifty at a time. With one worker, and with several that share the window through PostgreSQL. Run it with
`.venv/bin/python -m bench.sync`.
"""

import argparse
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from pathlib import Path

import httpx2

from bench.figures import record
from bench.rates import Shares, shares

#: seconds and calls
WINDOWS = {"v1": (10.0, 50), "v3": (30.0, 150)}
#: seconds, a multiple of the others
LONGEST = 30.0
KEY, CLIENT, SECRET = "bench-key", "bench.harvest-v3.greenhouse", "bench-secret"  # of the sandbox


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the rate that a full sync uses.")
    parser.add_argument("--world", type=int, default=100_000, help="applications in the sandbox")
    parser.add_argument("--versions", nargs="+", choices=WINDOWS, default=["v3", "v1"])
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 4])
    parser.add_argument(
        "--windows", type=int, default=7, help="stop after this many windows of the rate limit"
    )
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        connection_id, place, of = map(int, options.work)
        work(connection_id, place=place, of=of, until=float(os.environ["BENCH_UNTIL"]))
        return
    with (
        tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder,
        sandbox(options.world) as address,
        goodword(Path(folder), address),
    ):
        for workers in options.workers:
            time.sleep(LONGEST - time.time() % LONGEST)  # so that the first window is complete
            # at the same time: each connection has its own limit
            started = [start(version, workers, windows=options.windows) for version in options.versions]
            for sync in started:
                print(measured(sync), flush=True)


@contextmanager
def sandbox(size: int, *options: str) -> Iterator[str]:
    """Start a sandbox of this size. Yields its address."""
    command = ["greenhouse-sandbox", "--port", "0", "--world", str(size), *options]
    command += ["--api-key", KEY, "--client-id", CLIENT, "--client-secret", SECRET]
    command[0] = str(Path(sys.executable).with_name(command[0]))
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "http://" in line)
            address = next(word for word in line.split() if word.startswith("http://")).rstrip("/.,")
            until_it_answers(address)
            print(
                f"{size} applications created in {time.monotonic() - began:.1f} s",
                file=sys.stderr,
                flush=True,
            )
            yield address
        finally:
            process.terminate()
            process.communicate()


def until_it_answers(address: str) -> None:
    for _ in range(300):
        try:
            httpx2.get(address, timeout=5.0, trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the sandbox does not answer")


@contextmanager
def goodword(folder: Path, address: str) -> Iterator[None]:
    """An empty Goodword with its own database and the sandbox as its Greenhouse."""
    from goodword.core import postgres

    server = postgres.start(folder, durable=True, who="bench")
    os.environ |= {
        "DATABASE_URL": server.url,
        "GOODWORD_ENV": "test",
        "GOODWORD_DATA": str(folder),
        "GOODWORD_GREENHOUSE_V1_URL": f"{address}/v1",
        "GOODWORD_GREENHOUSE_V3_URL": f"{address}/v3",
        "GOODWORD_GREENHOUSE_AUTH_URL": address,
        "GOODWORD_ALLOW_PRIVATE_ADDRESSES": "1",
        "DJANGO_SETTINGS_MODULE": "goodword.settings",
    }
    try:
        django_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        server.stop()


def django_up() -> None:
    import django

    django.setup()


@dataclass(frozen=True, kw_only=True)
class Sync:
    """`workers`: processes that each print the calls of their share."""

    version: str
    workers: list[subprocess.Popen[str]]


def start(version: str, workers: int, *, windows: int) -> Sync:
    """Start a sync by several workers, which stop after this number of windows."""
    command = [sys.executable, "-m", "bench.sync", "--work", str(connected(version))]
    environment = os.environ | {"BENCH_UNTIL": str(time.time() + windows * WINDOWS[version][0])}
    return Sync(
        version=version,
        workers=[
            subprocess.Popen(
                [*command, str(place), str(workers)], env=environment, stdout=subprocess.PIPE, text=True
            )
            for place in range(workers)
        ],
    )


def measured(sync: Sync) -> str:
    """Wait for the workers. Returns the totals."""
    version, workers = sync.version, len(sync.workers)
    length, limit = WINDOWS[version]
    outputs = [json.loads(process.communicate()[0]) for process in sync.workers]
    calls = [(moment, status) for output in outputs for moment, status in output["calls"]]
    statuses = Counter(status for _, status in calls)
    found: Shares = shares([moment for moment, status in calls if status != 429], window=length, limit=limit)
    memory = max(output["memory"] for output in outputs)
    if found.full:
        record(
            f"full sync, Harvest {version}, {workers} worker{'s' if workers > 1 else ''}",
            least_share=round(min(found.full), 3),
            calls=len(calls),
            refused=statuses[429],
            memory_mib=round(memory),
        )
    return (
        f"{version}, {workers} worker{'s' if workers > 1 else ''}: {found}; {len(calls)} calls, "
        f"{statuses[429]} times 429, other than 200: {len(calls) - statuses[200] - statuses[429]}; "
        f"at most {memory:.0f} MiB a worker"
    )


def connected(version: str) -> int:
    """Create a connection with the sandbox's credential. Returns its id."""
    from goodword.accounts.models import Organisation
    from goodword.core import clock
    from goodword.greenhouse.client import V1Credentials, V3Credentials
    from goodword.greenhouse.models import Connection

    slug = f"bench-{secrets.token_hex(4)}"
    row = Connection(
        organisation=Organisation.objects.create(name="Bench", slug=slug, created_at=clock.now()),
        endpoint_key=secrets.token_hex(16),
        connected_at=clock.now(),
        state=Connection.State.ACTIVE,
    )
    row.set_credentials(V1Credentials(KEY) if version == "v1" else V3Credentials(CLIENT, SECRET))
    row.save()
    return int(row.pk)


@dataclass
class Over(Exception):
    """The time is up."""


def work(connection_id: int, *, place: int, of: int, until: float) -> None:
    """Do one worker's share of the sync until the time is up. Prints times and statuses of its calls."""
    django_up()
    from goodword.greenhouse.client import Exchange
    from goodword.greenhouse.models import Connection
    from goodword.greenhouse.sync.harvest import ConnectionTokens, client_for
    from goodword.greenhouse.sync.rate_limit import pacer_of

    connection = Connection.objects.across_organisations().get(pk=connection_id)
    calls: list[tuple[float, int | None]] = []

    def watch(exchange: Exchange) -> None:
        if exchange.where.path != "/token":
            calls.append((time.time() - exchange.seconds / 2, exchange.where.status))
        if time.time() > until:
            raise Over

    with client_for(
        connection.credentials(),
        token_store=ConnectionTokens(connection),
        pacer=pacer_of(connection),
        watch=watch,
    ) as api:
        try:
            people: set[int] = set()
            for application in api.applications():
                people.add(application.candidate_id)
            for number, ids in enumerate(batched(sorted(people), 50)):
                if number % of == place:
                    for _ in api.candidates(ids):
                        pass
        except Over:
            pass
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"calls": calls, "memory": memory}))


if __name__ == "__main__":
    main()

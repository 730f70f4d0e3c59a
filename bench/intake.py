"""Webhook deliveries that a web server stores per second, each committed before the response.

A real `goodword serve` and a worker use a durable PostgreSQL; `bench/sender.py` has 16 connections. For comparison: the
sender against a server that only answers, pgbench with the same INSERT, another checkout of Goodword (`--beside`), and
a small receiver on FastAPI and SQLite (`--peer`). All are measured alternately, `--rounds` times, since other programs
may use the machine. Run it with `.venv/bin/python -m bench.intake`.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from bench.costs import REPORTED, counts
from bench.figures import in_words, record
from bench.sender import BODIES, BODY_BYTES, stage_change
from goodword.core import postgres

HERE = Path(__file__).resolve().parent
KEY = "a secret key of forty-three letters or more"
#: creates an organisation and a connection with the measured checkout; prints the endpoint's path
PREPARE = """
import django
django.setup()
from goodword.accounts.models import Organisation
from goodword.core import clock
from goodword.greenhouse.client import V1Credentials
from goodword.greenhouse.models import Connection, WebhookSecret
now = clock.now()
made = Organisation.objects.create(name="Bench", slug="bench", created_at=now)
row = Connection(organisation=made, endpoint_key="k" * 43, connected_at=now, state="active")
row.set_credentials(V1Credentials("bench-key"))
row.save()
WebhookSecret.add(row, {key!r}, now=now)
print("/hooks/greenhouse/" + row.endpoint_key + "/")
"""
#: inserts the same columns, with bodies that are already in the database
PGBENCH = """
\\set n random(1, {bodies})
INSERT INTO greenhouse_delivery (organisation_id, connection_id, event_id, action, body, state, attempts, faults,
 not_before, remote_application_id, remote_candidate_id, outcome, received_at, caused)
SELECT c.organisation_id, c.id, gen_random_uuid()::text, 'candidate_stage_change', b.body, 'received', 0, 0,
 now(), 1000000 + b.n, 2000000 + b.n, '', now(), '[]'
FROM bench_body AS b, greenhouse_connection AS c WHERE b.n = :n ON CONFLICT DO NOTHING;
"""
PEER = '''
import asyncio, hashlib, hmac, json, os, sqlite3, time
from fastapi import FastAPI, Header, HTTPException, Request

app = FastAPI()
KEY = os.environ["PEER_KEY"].encode()
line = sqlite3.connect(os.environ["PEER_FILE"], check_same_thread=False)
line.executescript("""PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, event_id TEXT UNIQUE, action TEXT, application INTEGER,
body BLOB, received_at REAL);""")

@app.post("/hook")
async def hook(request: Request, signature: str = Header(""), greenhouse_event_id: str = Header("")):
    body = await request.body()
    wanted = "sha256 " + hmac.new(KEY, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.encode()):
        raise HTTPException(401)
    data = json.loads(body)
    application = data["payload"].get("application", {}).get("id")
    with line:
        line.execute("INSERT OR IGNORE INTO delivery (event_id, action, application, body, received_at) "
            "VALUES (?, ?, ?, ?, ?)", (greenhouse_event_id, data["action"], application, body, time.time()))
    return {"received": True}
'''
FLOOR = "pgbench, the same INSERT"


@dataclass
class Subject:
    """A receiver of deliveries. `processes`: those whose CPU time counts, by name."""

    name: str
    port: int
    path: str
    processes: Callable[[], dict[str, float]] = dict
    #: before each round
    clear: Callable[[], object] = bool
    #: URL of its PostgreSQL
    url: str = ""
    #: processes to kill, which are restarted
    kill: dict[str, Callable[[], object]] = field(default_factory=dict)
    #: megabytes of the web processes
    memory: Callable[[], list[float]] = list


def main() -> None:
    parser = argparse.ArgumentParser(description="Deliveries that are stored per second.")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], help="web processes")
    parser.add_argument("--no-worker", action="store_true")
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help="other checkouts with a .venv")
    parser.add_argument(
        "--peer", action="store_true", help="install FastAPI in a temporary folder and measure it"
    )
    parser.add_argument(
        "--kill", action="store_true", help="only count what is lost when programs are killed"
    )
    parser.add_argument("--soak", action="store_true", help="only watch the memory of the web processes")
    options = parser.parse_args()
    if options.kill or options.soak:
        with goodword(HERE.parent, "Goodword", processes=2, worker=not options.no_worker) as subject:
            (killed if options.kill else soaked)(
                subject, seconds=options.seconds, connections=options.connections
            )
        return
    with ExitStack() as stack:
        subjects = [stack.enter_context(null())]
        if options.peer:
            subjects.append(stack.enter_context(peer()))
        for checkout in [HERE.parent, *options.beside]:
            for processes in options.processes:
                which = "" if checkout == HERE.parent else f" of {checkout.name}"
                name = f"Goodword{which}, {processes} web process{'es' if processes > 1 else ''}"
                made = goodword(checkout.resolve(), name, processes=processes, worker=not options.no_worker)
                subjects.append(stack.enter_context(made))
        print(f"load {os.getloadavg()[0]:.1f} before, bodies of {BODY_BYTES} bytes", flush=True)
        found: dict[str, list[dict[str, Any]]] = {}
        for _ in range(options.rounds):
            for one in subjects:
                measured = send(one, seconds=options.seconds, connections=options.connections)
                found.setdefault(one.name, []).append(measured)
                print(line(one.name, measured), flush=True)
            if shutil.which("pgbench"):
                measured = floor(subjects[-1], seconds=options.seconds, connections=options.connections)
                found.setdefault(FLOOR, []).append(measured)
                print(line(FLOOR, measured), flush=True)
    print(f"load {os.getloadavg()[0]:.1f} after\n\nmedians:")
    for name, rounds in found.items():
        middle = sorted(rounds, key=lambda one: one["rate"])[len(rounds) // 2]
        print(line(name, middle))
        record_round(name, middle)


def line(name: str, found: dict[str, Any]) -> str:
    p50, p99, most = found["milliseconds"]
    spent = ", ".join(f"{who} {1000 * used:.2f}" for who, used in found["spent"].items())
    text = f"{name:42} {found['rate']:7.0f}/s"
    if found["answers"]:
        text += f"   p50 {p50:6.1f}  p99 {p99:6.1f}  max {most:6.0f} ms"
    if spent:
        text += f"   ms of the processor each: {spent}"
    if found.get("counts"):
        text += f"   {in_words({name: round(count, 2) for name, count in found['counts'].items()})}"
    refused = {status: number for status, number in found["statuses"].items() if status != "200"}
    return text + (f"   NOT 200: {refused}, broken {found['broken']}" if refused or found["broken"] else "")


def record_round(name: str, found: dict[str, Any]) -> None:
    """Record a round for `make bench`."""
    figures: dict[str, Any] = {"rate_per_s": round(found["rate"])}
    if found["answers"]:
        p50, p99, most = (round(one, 1) for one in found["milliseconds"])
        figures |= {"n": found["answers"], "p50_ms": p50, "p99_ms": p99, "max_ms": most}
    if "web" in found["spent"]:
        figures["cpu_ms"] = round(1000 * found["spent"]["web"], 2)
        figures["postgresql_cpu_ms"] = round(1000 * found["spent"]["PostgreSQL"], 2)
        figures |= {name: round(count, 2) for name, count in found["counts"].items()}
    record(f"webhook intake: {name}", **figures)


def send(subject: Subject, *, seconds: float, connections: int) -> dict[str, Any]:
    """Run the sender for one round."""
    subject.clear()
    before, counted = subject.processes(), database_counts(subject)
    command = sender(subject, seconds=seconds, connections=connections)
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    number = max(found["acknowledged"], 1)
    spent = {who: (used - before.get(who, 0)) / number for who, used in subject.processes().items()}
    if counted:
        time.sleep(REPORTED)
    return found | {
        "rate": number / found["seconds"],
        "spent": spent | {"sender": found["processor"] / number},
        "counts": {
            name: (after - counted[name]) / number for name, after in database_counts(subject).items()
        },
    }


def database_counts(subject: Subject) -> dict[str, int]:
    """Its PostgreSQL's transactions and bytes of WAL so far, those of the worker included."""
    if not subject.url:
        return {}
    with psycopg.connect(subject.url) as line:
        transactions, written, _ = counts(line)
    return {"transactions_each": transactions, "bytes_written_each": written}


def sender(subject: Subject, *, seconds: float, connections: int) -> list[str]:
    command = [sys.executable, str(HERE / "sender.py"), "--port", str(subject.port), "--path", subject.path]
    return [*command, "--key", KEY, "--seconds", str(seconds), "--connections", str(connections)]


def floor(subject: Subject, *, seconds: float, connections: int) -> dict[str, Any]:
    """Insert the same rows with pgbench, one transaction each."""
    subject.clear()
    with psycopg.connect(subject.url) as line, tempfile.TemporaryDirectory() as folder:
        line.execute("DROP TABLE IF EXISTS bench_body")
        line.execute("CREATE TABLE bench_body (n int PRIMARY KEY, body bytea)")
        with line.cursor().copy("COPY bench_body FROM STDIN") as copy:
            for number in range(1, BODIES + 1):
                copy.write_row((number, stage_change(number)))
        line.commit()
        script = Path(folder) / "insert.sql"
        script.write_text(PGBENCH.format(bodies=BODIES))
        command = ["pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", "2"]
        command += ["-T", str(round(seconds)), "-f", str(script), subject.url]
        output = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    rate = float(output.partition("tps = ")[2].split()[0])
    return {"rate": rate, "answers": 0, "milliseconds": (0, 0, 0), "spent": {}, "statuses": {}, "broken": 0}


def free_port() -> int:
    """An unused port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def killed(subject: Subject, *, seconds: float, connections: int) -> None:
    """Kill web processes and PostgreSQL with SIGKILL under load. Prints the number of lost deliveries."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "acknowledged"
        command = [*sender(subject, seconds=seconds, connections=connections), "--patient"]
        sending = subprocess.Popen([*command, "--acknowledged", str(file)], stdout=subprocess.PIPE)
        kills: dict[str, int] = {}
        until = time.monotonic() + seconds - 5
        while time.monotonic() < until:
            for what, kill in subject.kill.items():
                wait_for(f"http://127.0.0.1:{subject.port}/healthz")
                time.sleep(random.uniform(3, 5))
                kill()
                kills[what] = kills.get(what, 0) + 1
        found = json.loads(sending.communicate()[0])
        acknowledged = set(file.read_text().split())
    with psycopg.connect(subject.url) as line:
        stored = [event_id for (event_id,) in line.execute("SELECT event_id FROM greenhouse_delivery")]
    print(
        f"killed {kills}: {len(acknowledged)} acknowledged, {found['broken']} broken off, "
        f"{found['statuses']}; {len(acknowledged - set(stored))} lost, {len(stored) - len(set(stored))} stored twice"
    )


def soaked(subject: Subject, *, seconds: float, connections: int) -> None:
    """Print the memory of each web process ten times during the run."""
    sending = subprocess.Popen(
        sender(subject, seconds=seconds, connections=connections), stdout=subprocess.PIPE
    )
    for _ in range(10):
        time.sleep(seconds / 10)
        print(" ".join(f"{one:.1f}" for one in subject.memory()), "MB", flush=True)
    found = json.loads(sending.communicate()[0])
    print(f"{found['answers']} deliveries, {found['statuses']}")


# --- CPU time -------------------------------------------------------------------------------------------------


def family(pid: int) -> set[int]:
    """A process and its descendants."""
    found, new = set(), {pid}
    while new:
        found |= new
        children = set()
        for one in new:
            with suppress(OSError):
                for task in Path(f"/proc/{one}/task").iterdir():
                    children |= set(map(int, (task / "children").read_text().split()))
        new = children - found
    return found


def used(pid: int) -> float:
    """CPU seconds of a process and its descendants, including those that have ended."""
    ticks = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


# --- receivers ------------------------------------------------------------------------------------------------


@contextmanager
def null() -> Iterator[Subject]:
    """A server that only answers, to measure the sender."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "sender.py"), "--null"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield Subject("the sender alone", int(process.stdout.readline()), "/")
        finally:
            process.kill()


@contextmanager
def peer() -> Iterator[Subject]:
    """A minimal receiver for comparison: one process, one INSERT per request."""
    with tempfile.TemporaryDirectory(prefix="goodword-bench-") as made:
        folder = Path(made)
        venv.create(folder / "venv", with_pip=True)
        python = str(folder / "venv/bin/python")
        pip = [python, "-m", "pip", "install", "--quiet", "fastapi", "uvicorn", "uvloop", "httptools"]
        subprocess.run(pip, check=True)
        (folder / "receiver.py").write_text(PEER)
        port = free_port()
        command = [python, "-m", "uvicorn", "receiver:app", "--port", str(port), "--log-level", "warning"]
        env = os.environ | {"PEER_KEY": KEY, "PEER_FILE": str(folder / "deliveries.sqlite")}
        with subprocess.Popen(command, cwd=folder, env=env) as process:
            try:
                wait_for(f"http://127.0.0.1:{port}/docs")
                yield Subject(
                    "FastAPI and SQLite", port, "/hook", processes=lambda: {"server": used(process.pid)}
                )
            finally:
                process.kill()


@contextmanager
def goodword(checkout: Path, name: str, *, processes: int, worker: bool) -> Iterator[Subject]:
    """That checkout's web server and worker with their own PostgreSQL."""
    python = str(checkout / ".venv/bin/python")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="goodword-bench-") as made, ExitStack() as stack:
        folder = Path(made)
        database = stack.enter_context(postgres.start(folder, durable=True, who="bench"))
        env = os.environ | {
            "DATABASE_URL": database.url,
            "GOODWORD_ENV": "demo",
            "GOODWORD_DATA": made,
            "GOODWORD_BASE_URL": f"http://localhost:{port}",
            "GOODWORD_SYNC_MINUTES": "0",
            "DJANGO_SETTINGS_MODULE": "goodword.settings",
        }
        log = stack.enter_context((folder / "log").open("wb"))

        def run(*command: str) -> str:
            done = subprocess.run(
                [python, *command], check=True, cwd=checkout, env=env, stdout=subprocess.PIPE, stderr=log
            )
            return done.stdout.decode()

        def start(*command: str) -> subprocess.Popen[bytes]:
            started = subprocess.Popen(
                [python, "-m", "goodword.cli", *command],
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            stack.callback(end, started)
            return started

        run("-m", "goodword.cli", "migrate")
        path = run("-c", PREPARE.format(key=KEY)).strip()
        web = start("serve", "--port", str(port), "--processes", str(processes))
        working = start("worker") if worker else None
        wait_for(f"http://127.0.0.1:{port}/healthz")

        def spent() -> dict[str, float]:
            found = {"web": used(web.pid), "PostgreSQL": used(database.pid)}
            return found | ({"worker": used(working.pid)} if working else {})

        def clear() -> None:
            with psycopg.connect(database.url, autocommit=True) as line:
                line.execute("TRUNCATE greenhouse_delivery")
                line.execute("CHECKPOINT")

        def kill_web() -> None:
            nonlocal web
            for pid in family(web.pid):
                os.kill(pid, signal.SIGKILL)
            web.wait()
            web = start("serve", "--port", str(port), "--processes", str(processes))

        def kill_one_process() -> None:
            os.kill(max(family(web.pid)), signal.SIGKILL)

        def kill_database() -> None:
            os.kill(database.pid, signal.SIGKILL)
            while database.alive:
                time.sleep(0.05)
            database.restart()

        def memory() -> list[float]:
            found = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in sorted(family(web.pid))]
            return [int(one.partition("Pss:")[2].split()[0]) / 1024 for one in found]

        yield Subject(
            name,
            port,
            path,
            processes=spent,
            clear=clear,
            url=database.url,
            kill={"web": kill_web, "one of its processes": kill_one_process, "PostgreSQL": kill_database},
            memory=memory,
        )


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(address: str) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        with suppress(httpx2.HTTPError):
            if httpx2.get(address, trust_env=False).is_success:
                return
        time.sleep(0.2)
    raise SystemExit(f"{address} does not answer.")


if __name__ == "__main__":
    main()

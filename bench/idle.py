"""The cost of a web process and a worker: SQL statements while idle, delay of a delivery, and memory.

Run it with `.venv/bin/python -m bench.idle [--seconds 120]`.

The demo plays its story. Then both programs are restarted on its database in production mode, and PostgreSQL logs each
statement, including BEGIN and COMMIT. Finally an admin opens pages, with one web process and with two and their
supervisor.
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import httpx2
import psycopg

from bench.ready import distribution
from goodword.core import environment, postgres
from goodword.core.supervise import Children, goodword
from goodword.demo.actions import sign_in
from goodword.demo.browser import Browser
from goodword.demo.story import StoryResult, play
from goodword.demo.world import Ports, World, world

#: seconds that the start-up takes
SETTLE = 30
DELIVERIES = 20
PAGES = 300
_LINE = re.compile(r"^@(\w*) LOG:  (?:statement|execute [^:]*): (.*)$")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--all", action="store_true", help="print all statements")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder:
        data, ports = Path(folder), Ports.named_or_free()
        # outside production the web process would build the fonts and the style sheet
        with (
            postgres.start(data, who="bench") as server,
            Children(env=production(data, ports, server.url)) as one,
        ):
            one.run(goodword("collectstatic", "--noinput", "--verbosity=0"))
        with world(data=data, ports=ports) as made:
            story = play(made, api="v3", out=sys.stderr)
            time.sleep(15)  # it frees memory every ten seconds
            worker_of_demo = made.children.pid("worker")
            print(f"worker after the story, reports included: {memory(worker_of_demo)} MB", flush=True)
            for typesetter in family(worker_of_demo):
                print(f"its typesetting process, which ends soon: {memory(typesetter)} MB", flush=True)
        with (
            postgres.start(data, who="bench") as server,
            (data / "idle.log").open("ab") as log,
            Children(env=production(data, ports, server.url), log=log) as children,
        ):
            for name, command in (("web", "serve"), ("worker", "worker")):
                # tells them apart in PostgreSQL's log
                children.start(name, ["env", f"PGAPPNAME={name}", *goodword(command)])
            time.sleep(SETTLE)
            web, worker = (family(children.pid(name)) for name in ("web", "worker"))
            print_memory("without use", web, worker)
            report(statements(server, options.seconds), options.seconds, everything=options.all)
            print(distribution("a delivery is picked up", pick_ups(server, story)))
            open_pages(made)
            print_memory(f"after {PAGES} pages", web, worker)
        with (
            postgres.start(data, who="bench") as server,
            (data / "idle.log").open("ab") as log,
            Children(env=production(data, ports, server.url), log=log) as children,
        ):
            children.start("web", goodword("serve", "--processes", "2"))
            time.sleep(SETTLE)
            supervisor = children.pid("web")
            both = [supervisor, *family(supervisor)]
            print_memory("supervisor and two processes, without use", web=both)
            for _ in range(2):  # since either of them may respond
                open_pages(made)
            print_memory(f"supervisor and two processes, after {2 * PAGES} pages", web=both)


def production(data: Path, ports: Ports, database_url: str) -> dict[str, str]:
    keys = environment.local_keys(data)
    sandbox = f"http://127.0.0.1:{ports.sandbox}"
    return {
        "GOODWORD_ENV": "production",
        "GOODWORD_DATA": str(data),
        "DATABASE_URL": database_url,
        "GOODWORD_PORT": str(ports.goodword),
        "GOODWORD_BASE_URL": f"http://localhost:{ports.goodword}",
        "GOODWORD_TRUSTED_PROXIES": "0",
        "GOODWORD_SECRET_KEY": keys["secret_key"],
        "GOODWORD_FIELD_KEYS": keys["field_keys"],
        "GOODWORD_SMTP_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "GOODWORD_MAIL_FROM": "people@northwind.example",
        "GOODWORD_HELP_CONTACT": "help@northwind.example",
        "GOODWORD_ALLOW_PRIVATE_ADDRESSES": "yes",
        "GOODWORD_GREENHOUSE_V3_URL": f"{sandbox}/v3",
        "GOODWORD_GREENHOUSE_AUTH_URL": sandbox,
        "GOODWORD_SYNC_MINUTES": "0",  # the sandbox has ended
    }


def family(pid: int) -> list[int]:
    """The process itself, or the processes it started for its work."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text(encoding="ascii").split()]
    return children or [pid]


def print_memory(when: str, web: Sequence[int], worker: Sequence[int] = ()) -> None:
    for name, pids in (("web", web), ("worker", worker)):
        if not pids:
            continue
        print(f"{name} {when}: {' and '.join(memory(pid) for pid in pids)} MB", flush=True)


def open_pages(made: World) -> None:
    """Sign in as an admin and follow links."""
    with closing(Browser(f"http://localhost:{made.ports.goodword}")) as browser:
        sign_in(browser, made.password)
        found = [browser.url]
        for number in range(PAGES):
            browser.open(found[number % len(found)])
            links = [str(link["href"]) for link in browser.page.find_all("a", href=True)]
            found += [link for link in links if link.startswith("/o/") and link not in found]


def memory(pid: int) -> str:
    """The process's proportional share of memory (PSS) in MB, and how much of it isn't from files."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = dict(re.findall(r"^(\w+): +(\d+) kB$", text, re.MULTILINE))
    share, anonymous = (round(int(found[name]) / 1000) for name in ("Pss", "Pss_Anon"))
    return f"{share} ({anonymous} anonymous)"


def statements(server: postgres.PostgresServer, seconds: int) -> Counter[tuple[str, str]]:
    """The number of times each program sent each statement."""
    with psycopg.connect(server.dsn, autocommit=True) as line:
        before = line.execute(
            "SELECT sum(n_tup_del) FROM pg_stat_user_tables WHERE relname = 'procrastinate_jobs'"
        )
        jobs = before.fetchone()
        line.execute("ALTER SYSTEM SET log_line_prefix = '@%a '")
        line.execute("ALTER SYSTEM SET log_statement = 'all'")
        line.execute("SELECT pg_reload_conf()")
        time.sleep(1)
        began = server.log.stat().st_size
        time.sleep(seconds)
        ended = server.log.stat().st_size
        line.execute("ALTER SYSTEM SET log_statement = 'none'")
        line.execute("SELECT pg_reload_conf()")
        after = line.execute(
            "SELECT sum(n_tup_del) FROM pg_stat_user_tables WHERE relname = 'procrastinate_jobs'"
        ).fetchone()
        assert jobs is not None and after is not None
        print(f"{60 * (after[0] - jobs[0]) / seconds:.0f} jobs a minute")
    with server.log.open("rb") as file:
        file.seek(began)
        text = file.read(ended - began).decode()
    found: Counter[tuple[str, str]] = Counter()
    for line_text in text.splitlines():
        if match := _LINE.match(line_text):
            found[match[1], " ".join(match[2].split())] += 1
    return found


def report(found: Counter[tuple[str, str]], seconds: int, *, everything: bool) -> None:
    for name in ("web", "worker"):
        mine = {text: count for (program, text), count in found.items() if program == name}
        print(f"{name}: {60 * sum(mine.values()) / seconds:.0f} statements a minute")
        ordered = sorted(mine.items(), key=lambda pair: -pair[1])
        for text, count in ordered if everything else ordered[:12]:
            print(f"    {60 * count / seconds:6.1f}  {text[:150]}")


def pick_ups(server: postgres.PostgresServer, story: StoryResult) -> list[float]:
    """Seconds from the response to a delivery without effect until a worker has handled it."""
    delays = []
    with psycopg.connect(server.dsn, autocommit=True) as line, httpx2.Client(timeout=30) as client:
        for number in range(DELIVERIES):
            time.sleep(1.5)
            body = json.dumps(
                {"action": "delete_candidate", "payload": {"person": {"id": 10**9 + number}}}
            ).encode()
            digest = hmac.new(story.secret_key.encode(), body, hashlib.sha256).hexdigest()
            headers = {"Signature": f"sha256 {digest}", "Content-Type": "application/json"}
            client.post(story.endpoint_url, content=body, headers=headers).raise_for_status()
            began = time.perf_counter()
            while line.execute("SELECT 1 FROM greenhouse_delivery WHERE state = 'received'").fetchone():
                time.sleep(0.002)
            delays.append(time.perf_counter() - began)
    return delays


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodword.settings")
    main()

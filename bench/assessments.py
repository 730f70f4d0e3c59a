"""300 candidates answering at the same time: response times and lost answers.

Uses its own PostgreSQL in a temporary folder and the real web server, `goodword serve`. Most candidates take the work
style test, whose script saves each answer; one in five takes a timed part, whose page also sends heartbeats. They pause
between answers like real readers. Run it with `.venv/bin/python -m bench.assessments`.
"""

import argparse
import asyncio
import os
import random
import re
import socket
import ssl
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from bench.figures import distribution_of, record
from goodword.core import postgres
from goodword.core.supervise import Children, goodword

if TYPE_CHECKING:
    from goodword.assessments.models import Assessment

#: average seconds to read and answer a statement, and a timed task
STATEMENT, TASK = 7.0, 15.0
#: number of statements of the work style test, and of tasks of a timed part answered before the candidate ends it
STATEMENTS, ON_THE_CLOCK = 16, 6
BEAT = 10.0
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_OPTION = re.compile(r'name="answer"[^>]*? value="([^"]+)"|value="([^"]+)"[^>]*? name="answer"')


@dataclass(kw_only=True)
class Seen:
    """Measurements: seconds by kind of request, and the answers that the server acknowledged."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    #: (attempt, number of the item) -> the value last acknowledged
    saved: dict[tuple[int, int], str] = field(default_factory=dict)
    active: int = 0
    most: int = 0


@dataclass(kw_only=True)
class Person:
    attempt: int
    address: str
    timed: bool
    client: httpx2.AsyncClient
    seen: Seen
    csrf: str = ""
    page: str = ""

    async def ask(
        self, kind: str, path: str, data: dict[str, str] | None = None, *, script: bool = False
    ) -> Any:
        """Make one request and record the seconds until its last byte. A redirect is followed as a separate request."""
        headers = {"X-Goodword": "script", "X-CSRFToken": self.csrf} if script else {}
        sent = None if data is None else (data if script else {"csrfmiddlewaretoken": self.csrf} | data)
        url = path if path.startswith("http") else self.address + path
        began = time.perf_counter()
        response = await self.client.request(
            "GET" if sent is None else "POST", url, data=sent, headers=headers
        )
        self.seen.seconds[kind].append(time.perf_counter() - began)
        if response.status_code >= 400:
            self.seen.errors.append(f"{kind}: {response.status_code}")
        if script:
            return response.json()
        if response.next_request is not None:
            return await self.ask("page", str(response.next_request.url))
        self.page, self.address_now = response.text, str(response.url)
        if found := _TOKEN.search(self.page):
            self.csrf = found[1]
        return response

    async def take(self) -> None:
        """Take the assessment from the first page to the last."""
        self.seen.active += 1
        self.seen.most = max(self.seen.most, self.seen.active)
        try:
            await self.ask("page", "")
            await pause(4)
            if self.timed:
                await self._on_the_clock()
            else:
                await self._by_script()
        except httpx2.HTTPError as error:
            self.seen.errors.append(repr(error))
        finally:
            self.seen.active -= 1
            await self.client.aclose()

    async def _by_script(self) -> None:
        """Answer the practice example, save all 16 statements one by one, and finish."""
        await self.ask("page", "1/practice/1/")
        await pause(4)
        await self.ask("practice", "1/practice/1/", {"answer": "3"})
        await self.ask("all statements", "1/screens/")
        for number in range(1, STATEMENTS + 1):
            await pause(STATEMENT)
            value = str(random.randint(1, 5))
            response = await self.ask(
                "save an answer", f"1/item/{number}/", {"answer": value, "age": "0.1"}, script=True
            )
            if response.get("saved"):
                self.seen.saved[self.attempt, number] = value
            else:
                self.seen.errors.append(f"not saved: {response}")
        await self.ask("page", "1/finish/")
        await pause(3)
        await self.ask("finish", "1/finish/", {})

    async def _on_the_clock(self) -> None:
        """Start, answer tasks with heartbeats, then finish."""
        await self.ask("page", "1/")
        await pause(4)
        await self.ask("start", "1/", {})
        beating = asyncio.create_task(self._beat())
        try:
            for number in range(1, ON_THE_CLOCK + 1):
                values = [one or other for one, other in _OPTION.findall(self.page)]
                await pause(TASK)
                value, item = random.choice(values), f"1/item/{number}/"
                response = await self.ask("save on the clock", item, {"answer": value}, script=True)
                if response.get("saved"):
                    self.seen.saved[self.attempt, number] = value
                else:
                    self.seen.errors.append(f"not saved: {response}")
                await self.ask("next on the clock", item, {"answer": value})
        finally:
            beating.cancel()
        await self.ask("page", "1/finish/")
        await self.ask("finish", "1/finish/", {})

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self.ask("heartbeat", "1/ping/", {}, script=True)


async def pause(mean: float) -> None:
    """Wait for a random time with this mean; some waits are much longer than others."""
    await asyncio.sleep(mean * (0.4 + random.expovariate(1 / 0.6)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure candidates who answer an assessment at the same time."
    )
    parser.add_argument("--candidates", type=int, default=300)
    parser.add_argument("--processes", type=int, default=2, help="web processes")
    parser.add_argument("--ramp", type=float, default=60, help="seconds within which they all start")
    options = parser.parse_args()
    random.seed(1)
    with server(options.processes) as base, ready(options.candidates) as invited:
        seen = Seen()
        began, worked = time.perf_counter(), web_seconds(base)
        asyncio.run(all_at_once(base, invited, seen, ramp=options.ramp))
        report(seen, took=time.perf_counter() - began, worked=web_seconds(base) - worked)
        lost = compare(seen)
    sys.exit(1 if lost or seen.errors else 0)


@contextmanager
def server(processes: int) -> Iterator[str]:
    """Start PostgreSQL and the web server. Yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder:
        database = postgres.start(Path(folder), who="bench")
        base = f"http://127.0.0.1:{port}"
        env = {
            "GOODWORD_ENV": "demo",
            "GOODWORD_DATA": folder,
            "GOODWORD_BASE_URL": base,
            "DATABASE_URL": database.url,
            "DJANGO_SETTINGS_MODULE": "goodword.settings",
        }
        os.environ.update(env)
        try:
            with (Path(folder) / "log").open("wb") as log, Children(env=env, log=log) as children:
                children.run(goodword("migrate"))
                serve = goodword("serve", "--port", str(port), "--processes", str(processes))
                children.start("serve", serve)
                wait_for(base)
                print("set up", file=sys.stderr, flush=True)
                yield base
        finally:
            database.stop()


def wait_for(base: str) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{base}/healthz").is_success:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit("The server does not answer.")


@contextmanager
def ready(number: int) -> Iterator[list[tuple[int, str, bool]]]:
    """Invite candidates. Yields the attempt, the URL of its first page, and whether it is timed."""
    import django

    django.setup()
    from django.db import connection, transaction

    from goodword.accounts.domain.organisation import create_admin, create_organisation
    from goodword.assessments.attempts.invitations import assign
    from goodword.candidates.models import Application, Candidate
    from goodword.core import clock
    from goodword.notifications.domain import links
    from goodword.roles.domain.settings import create_role
    from goodword.roles.models import Step
    from goodword.workflow.models import StepRequest

    now = clock.now()
    organisation = create_organisation(name="Bench", now=now, time_zone="Europe/Berlin")
    admin = create_admin(
        organisation=organisation, email="a@bench.example", name="Ann", password="a long password", now=now
    )
    roles = {timed: create_role(title="Window Washer", owner=admin, now=now) for timed in (False, True)}
    steps = {
        timed: Step.objects.of(organisation).get(role=role, kind="assessment")
        for timed, role in roles.items()
    }
    assessment_on_the_clock(steps[True], now=now, by=admin)
    invited = []
    for place in range(number):
        timed = place % 5 == 4
        with transaction.atomic():
            candidate = Candidate.objects.create(
                organisation=organisation,
                first_name="Ona",
                last_name=f"Number {place}",
                email=f"ona{place}@mail.example",
                created_at=now,
            )
            application = Application.objects.create(
                organisation=organisation, candidate=candidate, role=roles[timed], created_at=now
            )
            start = StepRequest.objects.create(
                organisation=organisation,
                application=application,
                step=steps[timed],
                state=StepRequest.State.STARTED,
                requested_at=now,
                started_at=now,
            )
            attempt = assign(step_request=start, application=application, now=now, by="bench")
            link = links.mint(organisation=organisation, purpose="candidate", subject_id=start.pk, now=now)
        invited.append((attempt.pk, f"{link}assessment/", timed))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{number} invited", file=sys.stderr, flush=True)
    yield invited


def assessment_on_the_clock(step: Any, *, now: Any, by: Any) -> "Assessment":
    """A published assessment of one timed part, with generated items."""
    from goodword.assessments.catalogue.packs import ensure_builtin
    from goodword.assessments.models import Assessment, AssessmentPart, TestVersion

    test = ensure_builtin(step.organisation, "reasoning", now=now)
    made = Assessment.objects.create(
        organisation=step.organisation, step=step, number=1, created_at=now, created_by=by, published_at=now
    )
    version = TestVersion.objects.of(step.organisation).filter(test=test).latest("pk")
    AssessmentPart.objects.create(
        organisation=step.organisation,
        assessment=made,
        order=1,
        test=test,
        number=version.number,
        form="standard_20",
        minutes=30,
        requirement="Finds faults.",
        requirement_by="Petra",
    )
    return made


async def all_at_once(base: str, invited: list[tuple[int, str, bool]], seen: Seen, *, ramp: float) -> None:
    """Start the candidates one after the other within `ramp` seconds; they then run concurrently."""
    secure = ssl.create_default_context()  # shared, because creating one takes longer than a request
    people = [
        Person(
            attempt=attempt,
            address=address,
            timed=timed,
            seen=seen,
            client=httpx2.AsyncClient(base_url=base, timeout=60, verify=secure),
        )
        for attempt, address, timed in invited
    ]

    async def come(place: int, person: Person) -> None:
        await asyncio.sleep(ramp * place / len(people))
        await person.take()

    await asyncio.gather(*[come(place, person) for place, person in enumerate(people)])


def web_seconds(base: str) -> float:
    """CPU time of the web processes, which hardly depends on the machine's load."""
    port, ticks = base.rsplit(":", 1)[1].encode(), 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"serve\0--port\0" + port in (process / "cmdline").read_bytes():
                ticks += sum(map(int, (process / "stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def report(seen: Seen, *, took: float, worked: float) -> None:
    """Print the measurements in milliseconds."""
    every = [one for of_kind in seen.seconds.values() for one in of_kind]
    print(
        f"{len(every)} requests in {took:.0f} s: {len(every) / took:.1f} a second, "
        f"at most {seen.most} candidates at once, {len(seen.errors)} errors; "
        f"{1000 * worked / len(every):.1f} ms of CPU time per request in the web processes"
    )
    print(f"{'':20}{'n':>7}{'p50':>7}{'p95':>7}{'p99':>7}{'max':>7}  ms")
    for kind, seconds in [*sorted(seen.seconds.items()), ("all", every)]:
        found = distribution_of([1000 * one for one in seconds])
        print(f"{kind:20}" + "".join(f"{figure:>7.0f}" for figure in found.values()))
    record(f"{seen.most} candidates answering at once", cpu_ms=round(1000 * worked / len(every), 1), **found)
    for error in sorted(set(seen.errors)):
        print(f"{seen.errors.count(error)} x {error}")


def compare(seen: Seen) -> int:
    """The number of acknowledged answers that are missing or different in the database."""
    from goodword.assessments.models import AttemptPart
    from goodword.assessments.queries import items_of

    stored: dict[tuple[int, int], str] = {}
    ended = 0
    parts = AttemptPart.objects.across_organisations().select_related("version__test", "attempt")
    for part in parts.prefetch_related("answers", "drawn"):
        ended += part.ended_at is not None
        numbers = {item.id: number for number, item in enumerate(items_of(part), start=1)}
        for answer in part.answers.all():
            stored[part.attempt_id, numbers[answer.item]] = str(answer.value)
    lost = sum(stored.get(key) != value for key, value in seen.saved.items())
    print(f"{len(seen.saved)} answers acknowledged, {len(stored)} stored, {lost} lost; {ended} parts ended")
    return lost


if __name__ == "__main__":
    main()

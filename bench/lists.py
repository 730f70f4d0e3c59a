"""Pages of a role with very many candidates, compared with one with few.

Requests go through Django in this process, so only pages and database are measured, without sockets or other processes.
Run it with `.venv/bin/python -m bench.lists`.
"""

import argparse
import gc
import logging
import os
import struct
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import distribution_of, record

#: SQL of one value, by column; `n` numbers the rows
APPLICATIONS = {
    "status": "(array['active','active','active','rejected','rejected','hired'])[1 + n % 6]",
    "stage_name": "(array['Application Review','Assessment','Phone Screen','Reference Check','Offer'])[1 + n % 5]",
    "recruiter_name": "'Recruiter ' || n % 12",
    "recruiter_email": "'recruiter' || n % 12 || '@acme.example'",
    "created_at": "now() - n * interval '7 minutes'",
}
SORTS = ("name", "-added", "stage", "assessment", "assessment_at", "check", "-check_at")
#: progress and the rest of a run: 55 % are done, 12 % closed, 10 % overdue, 2 % need attention
RUNS = {
    "progress": "CASE WHEN n % 100 < 55 THEN 'completed' WHEN n % 100 < 80 THEN 'pending' ELSE 'in_progress' END",
    "completed_at": "CASE WHEN n % 100 < 55 THEN now() - n * interval '5 minutes' END",
    "opened_at": "now() - n * interval '6 minutes'",
    "invited_at": "now() - n * interval '6 minutes'",
    "begun_at": "CASE WHEN n % 100 < 55 OR n % 100 >= 80 THEN now() - n * interval '5 minutes' END",
    "deadline_at": "now() + (n % 4000 - 900) * interval '5 minutes'",
    "closed_at": "CASE WHEN n % 100 BETWEEN 60 AND 71 THEN now() - n * interval '4 minutes' END",
    "attention": "CASE WHEN n % 100 IN (78, 98) THEN 'undelivered' ELSE '' END",
    "next_reminder_at": "CASE WHEN n % 100 IN (72, 73, 81, 82) THEN now() + n % 900 * interval '10 minutes' END",
}

#: pages also measured as the first request of a process, with the most applications
COLD = {"role", "candidates", "candidate", "roles", "compare assessments"}


def main() -> None:
    parser = argparse.ArgumentParser(description="Pages of a role with very many candidates.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 100_000], metavar="APPLICATIONS")
    parser.add_argument("--pages", default="", help="only those whose name contains this")
    parser.add_argument("--openings", type=int, default=60, help="of each page")
    parser.add_argument("--explain", action="store_true", help="print the slowest statements of each page")
    options = parser.parse_args()

    from goodword.core import postgres

    with (
        tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder,
        postgres.start(Path(folder), durable=False, who="bench") as server,
    ):
        os.environ |= {"DATABASE_URL": server.url, "GOODWORD_ENV": "test", "GOODWORD_DATA": folder}
        os.environ["DJANGO_SETTINGS_MODULE"] = "goodword.settings"
        import django
        from django.core.management import call_command

        from goodword.core.web_processes import load_pages

        django.setup()
        logging.getLogger("goodword.access").setLevel(logging.WARNING)
        call_command("migrate", verbosity=0)
        print("| page | applications | statements | p50 | p95 | max |\n|---|---|---|---|---|---|")
        worlds = {size: build(size) for size in sorted(options.sizes)}
        load_pages()  # as the web server does; so are the next two
        gc.collect()
        gc.freeze()
        largest = max(worlds)
        for name in sorted(COLD):  # before this process has opened any page
            if options.pages in name:
                path = pages(worlds[largest])[name]
                print(first_opened(worlds[largest], name, path, size=largest), flush=True)
        for size, world in worlds.items():
            for name, path in pages(world).items():
                if options.pages in name:
                    print(measured(world, name, path, size=size, openings=options.openings), flush=True)
                    if options.explain:
                        explain(world, path)


@dataclass(frozen=True, kw_only=True)
class World:
    """One organisation with one role. `candidate`: an application in the middle."""

    client: Any
    slug: str
    role_id: int
    candidate: int


def build(size: int) -> World:
    """Build the organisation. Half of the applications have both steps, a quarter has one, a quarter none: 1.25 step
    requests on average."""
    from django.db import connection, transaction
    from django.test import Client

    from goodword.accounts.models import Membership, Organisation, User
    from goodword.assessments.attempts.invitations import assign
    from goodword.candidates.models import Application, Candidate
    from goodword.core import clock
    from goodword.references.domain.invitations import open_check
    from goodword.roles.domain.settings import create_role
    from goodword.roles.models import Step
    from goodword.workflow.models import StepRequest

    began, now = time.perf_counter(), clock.now()
    organisation = Organisation.objects.create(name="Acme", slug=f"acme-{size}", created_at=now)
    user = User.objects.create_user(email=f"rita@{size}.example", name="Rita", password=None)
    rita = Membership.objects.create(organisation=organisation, user=user, kind="recruiter", created_at=now)
    role = create_role(title="Window Washer", owner=rita, now=now)
    person = Candidate.objects.create(
        organisation=organisation,
        first_name="Ada",
        last_name="Zorn",
        email="ada@mail.example",
        created_at=now,
    )
    first = Application.objects.create(organisation=organisation, candidate=person, role=role, created_at=now)
    for step in Step.objects.of(organisation).filter(role=role):
        with transaction.atomic():
            request = StepRequest.objects.create(
                organisation=organisation, application=first, step=step, state="started", requested_at=now
            )
            if step.kind == Step.Kind.ASSESSMENT:
                assign(step_request=request, application=first, now=now, by="bench")
            else:
                open_check(step_request=request, now=now, by="bench")
    with connection.cursor() as cursor, transaction.atomic():
        # without triggers, which cost more than the rows; their columns are filled below
        cursor.execute("SET LOCAL session_replication_role = replica")
        names = {
            "first_name": "(array['Ada','Bo','Cy','Dee','Eve','Finn','Gus','Hal'])[1 + n % 8]",
            "last_name": "initcap(substr(md5(n::text), 1, 7)) || n % 97",
            "email": "'person' || n || '@mail.example'",
        }
        numbers = f"generate_series(1, {size}) n"
        copies("candidates_candidate", person.pk, numbers, names)
        people = numbered(
            "candidates_candidate", f"organisation_id = {organisation.pk} AND id <> {person.pk}"
        )
        copies("candidates_application", first.pk, people, {"candidate_id": "numbered.id"} | APPLICATIONS)
        for table, kind, share in (
            ("assessments_attempt", Step.Kind.ASSESSMENT, "n % 10 < 9"),
            ("references_check", Step.Kind.REFERENCE_CHECK, "n % 10 < 6"),
        ):
            old = StepRequest.objects.of(organisation).get(step__kind=kind)
            chosen = numbered("candidates_application", f"role_id = {role.pk} AND id <> {first.pk}")
            copies(
                "workflow_steprequest", old.pk, f"{chosen} WHERE {share}", {"application_id": "numbered.id"}
            )
            cursor.execute(f"SELECT id FROM {table} WHERE step_request_id = {old.pk}")
            run = cursor.fetchone()[0]
            requests = numbered("workflow_steprequest", f"step_id = {old.step_id} AND id <> {old.pk}")
            copies(table, run, requests, {"step_request_id": "numbered.id"} | RUNS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    fill()
    with connection.cursor() as cursor:
        # as autovacuum does within minutes
        cursor.execute("VACUUM ANALYZE")
    middle = Application.objects.of(organisation).filter(role=role).order_by("pk")[size // 2]
    print(f"{size} applications in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    client = Client()
    client.force_login(user)
    return World(client=client, slug=organisation.slug, role_id=role.pk, candidate=middle.pk)


def numbered(table: str, condition: str) -> str:
    """Number the rows in random order as `n`."""
    return f"(SELECT id, row_number() OVER (ORDER BY id) * 7919 % 100003 AS n FROM {table} WHERE {condition}) numbered"


def copies(table: str, pk: int, rows: str, values: dict[str, str]) -> None:
    """Copy one row for each of `rows`, with these values."""
    from django.db import connection

    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    fresh = f"'id', nextval(pg_get_serial_sequence('{table}', 'id'))"
    rows, _, where = rows.partition(" WHERE n")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(quote_ident(attname)::text) FROM pg_attribute "
            f"WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        )
        columns = cursor.fetchone()[0]
        cursor.execute(
            f"WITH one AS MATERIALIZED (SELECT * FROM {table} WHERE id = {pk}) "
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {', '.join(f'made.{column}' for column in columns)} FROM one, {rows}, "
            f"LATERAL jsonb_populate_record(one::{table}, jsonb_build_object({fresh}, {pairs})) made"
            + (f" WHERE n{where}" if where else "")
        )


def fill() -> None:
    """Fill the columns that triggers maintain."""
    from goodword.workspace.lists.repair import repair

    repair()


def pages(world: World) -> dict[str, str]:
    of = f"/o/{world.slug}"
    role, every = f"{of}/roles/{world.role_id}/", f"{of}/candidates/"
    return {
        "role": role,
        "role, overdue checks": f"{role}?check=overdue",
        "role, assessment done": f"{role}?assessment=done",
        "role, one stage": f"{role}?stage=Offer",
        "role, search": f"{role}?q=zorn",
        "role, short search": f"{role}?q=a1",
        **{f"role, by {sort}": f"{role}?sort={sort}" for sort in SORTS},
        "candidates": every,
        "candidates, done": f"{every}?assessment=done",
        "candidates, by name": f"{every}?sort=name",
        "candidates, search": f"{every}?q=zorn",
        "search everything, one name": f"{of}/search/?q=zorn",
        "search everything, a common name": f"{of}/search/?q=finn",
        "compare assessments": f"{role}compare/",
        "compare references": f"{role}compare/references/",
        "home": f"{of}/home/",
        "roles": f"{of}/roles/",
        "candidate": f"{every}{world.candidate}/",
    }


def measured(world: World, name: str, path: str, *, size: int, openings: int) -> str:
    """A line of the table in milliseconds, after three openings to warm up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def opened() -> float:
        began = time.perf_counter()
        response = world.client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return 1000 * (time.perf_counter() - began)

    for _ in range(2):
        opened()
    with CaptureQueriesContext(connection) as seen:
        opened()
    statements = len(seen.captured_queries)
    found = distribution_of([opened() for _ in range(openings)])
    record(f"{name}, {size:,} applications", statements=statements, **found)
    return f"| {name} | {size} | {statements} | {found['p50_ms']:.0f} | {found['p95_ms']:.0f} | {found['max_ms']:.0f} |"


def first_opened(world: World, name: str, path: str, *, size: int, starts: int = 10) -> str:
    """A line of the table: the page as the first request of a new process."""
    from django.db import connections

    connections.close_all()
    found = []
    for _ in range(starts):
        read_end, write_end = os.pipe()
        if (pid := os.fork()) == 0:
            began = time.perf_counter()
            status = world.client.get(path).status_code
            os.write(write_end, struct.pack("d", 1000 * (time.perf_counter() - began)))
            os._exit(0 if status == 200 else 1)
        assert os.waitpid(pid, 0)[1] == 0, path
        found.append(struct.unpack("d", os.read(read_end, 8))[0])
        os.close(read_end)
        os.close(write_end)
    row = distribution_of(found)
    record(f"{name}, the first page of a process, {size:,} applications", **row)
    return f"| {name}, first | {size} | | {row['p50_ms']:.0f} | {row['p95_ms']:.0f} | {row['max_ms']:.0f} |"


def explain(world: World, path: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        world.client.get(path)
    for query in sorted(seen.captured_queries, key=lambda one: -float(one["time"]))[:3]:
        print(f"    {query['time']} s: {query['sql'][:2000]}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Additional databases on the tests' server, and their content."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from goodword.core.backup.programs import ConnectionParameters


@contextmanager
def empty_database(name: str) -> Iterator[ConnectionParameters]:
    """A database beside the test's, dropped with it."""
    here = dict(ConnectionParameters.of_django().parameters)
    own = f"{here['dbname']}_{name}"
    with psycopg.connect(**here | {"dbname": "postgres"}, autocommit=True) as line:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(own))
        line.execute(drop)
        line.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(own)))
        try:
            yield ConnectionParameters(here | {"dbname": own})
        finally:
            line.execute(drop)


def rows(target: ConnectionParameters) -> dict[str, tuple[int, str]]:
    """Number and digest of the rows of each table."""
    with psycopg.connect(**target.parameters) as line:
        names = [
            name for (name,) in line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        found = {}
        for name in names:
            query = sql.SQL(
                "SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t"
            )
            row = line.execute(query.format(sql.Identifier(name))).fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
    return found


def is_empty(target: ConnectionParameters) -> bool:
    with psycopg.connect(**target.parameters) as line:
        row = line.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchone()
        return row == (0,)

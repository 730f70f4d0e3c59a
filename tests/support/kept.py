"""Rows that are built once per process and restored for each test that needs them."""

import pickle
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache, wraps
from typing import cast

from django.conf import UserSettingsHolder, settings
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection

from goodword.accounts.models import Organisation
from tests.support.worlds import preparing

Row = tuple[str, str]
PLAIN = (str, int, float, bool, type(None), date, datetime)


@dataclass(frozen=True)
class _World:
    #: the builder's result and the mails it sent
    pickled: bytes
    #: puts the rows back
    sql: str
    #: seconds since 1970
    at: float


_worlds: dict[str, _World] = {}


def kept[**P, W](build: Callable[P, W]) -> Callable[P, W]:
    """Run `build` only once for the same plain arguments, settings and moment.

    Later calls insert the rows that it wrote, with the same ids, fill the outbox and return a copy of what it returned.
    With a running clock, the same minute counts as the same moment. `build` runs as if undecorated if its work cannot
    be restored: if the test commits, if there already is an organisation, or if `build` changes or deletes existing
    rows.
    """

    @wraps(build)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> W:
        if not (_plain([args, kwargs]) and _repeatable()):
            with preparing():
                return build(*args, **kwargs)
        frozen = time.time_ns() == time.time_ns()
        moment = time.time_ns() if frozen else None
        key = repr((build.__module__, build.__qualname__, args, kwargs, moment, _changed_settings()))
        world = _worlds.get(key)
        if world is None or not 0 <= time.time() - world.at < 60:
            return _build(key, lambda: build(*args, **kwargs))
        with connection.cursor() as cursor:
            cursor.execute(world.sql)
        result, mails = pickle.loads(world.pickled)
        mail.outbox.extend(mails)
        return cast(W, result)

    return wrapper


def _build[W](key: str, build: Callable[[], W]) -> W:
    before, mails_before, at = _rows(), len(_outbox()), time.time()
    with preparing():
        result = build()
    after = _rows()
    if before <= after:
        pickled = pickle.dumps((result, _outbox()[mails_before:]))
        _worlds[key] = _World(pickled, sql=_insert(after - before), at=at)
    return result


def _outbox() -> list[EmailMessage]:
    return getattr(mail, "outbox", [])


def _plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(_plain(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple):
        return all(_plain(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return all(_plain(getattr(value, field.name)) for field in fields(value))
    return isinstance(value, PLAIN)


def _repeatable() -> bool:
    return connection.in_atomic_block and not Organisation.objects.exists()


def _changed_settings() -> list[str]:
    layers, layer = [], settings._wrapped
    while isinstance(layer, UserSettingsHolder):
        layers.append(repr(sorted((name, value) for name, value in vars(layer).items() if name.isupper())))
        layer = layer.default_settings
    return layers


@cache
def _columns() -> dict[str, str]:
    """The inserted columns of each table."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum) "
            "FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' "
            "WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped AND attgenerated = '' "
            "GROUP BY 1"
        )
        found.update(cursor.fetchall())
    return found


def _rows() -> set[Row]:
    """All rows of the database."""
    tables = " UNION ALL ".join(
        f"SELECT '{table}', to_jsonb(one)::text FROM \"{table}\" one" for table in _columns()
    )
    with connection.cursor() as cursor:
        # deferred triggers also write rows
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(tables)
        return set(cursor.fetchall())


def _insert(rows: set[Row]) -> str:
    by_table = defaultdict(list)
    for table, row in sorted(rows):
        by_table[table].append(row)
    inserts = [
        f'INSERT INTO "{table}" ({_columns()[table]}) OVERRIDING SYSTEM VALUE SELECT {_columns()[table]} '
        f'FROM jsonb_populate_recordset(NULL::"{table}", {_quoted(found)})'
        for table, found in by_table.items()
    ]
    # without triggers: their effects are among the rows
    role = "SET LOCAL session_replication_role = "
    return "; ".join([f"{role}replica", *inserts, f"{role}origin"])


def _quoted(rows: list[str]) -> str:
    text = ",".join(rows).replace("'", "''")
    return f"'[{text}]'"

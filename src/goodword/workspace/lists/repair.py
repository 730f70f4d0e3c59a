"""Finds and repairs wrong `ListedApplication` rows, which triggers maintain (`workspace/migrations/`)."""

from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction

#: applications per transaction
BATCH: Final = 2_000
_NEXT: Final = """
SELECT max(id) FROM (SELECT id FROM candidates_application WHERE id > %s ORDER BY id LIMIT %s) batch
"""
_DIFFERENT: Final = """
SELECT fresh.application_id FROM workspace_listed_now fresh
LEFT JOIN workspace_listedapplication stored USING (application_id)
WHERE fresh.application_id > %(after)s AND fresh.application_id <= %(until)s
AND to_jsonb(fresh) IS DISTINCT FROM to_jsonb(stored)
ORDER BY 1
"""
_ADD: Final = """
INSERT INTO workspace_listedapplication ({columns}) SELECT {columns} FROM workspace_listed_now fresh
WHERE fresh.application_id > %(after)s AND fresh.application_id <= %(until)s ON CONFLICT DO NOTHING
"""


def different() -> list[int]:
    """Return the ids of applications whose row is missing or wrong."""
    return [pk for after, until in _batches() for pk in _different(after, until)]


def repair() -> int:
    """Repair the rows. Returns how many were missing or wrong."""
    return sum(_repair(after, until) for after, until in _batches())


def _repair(after: int, until: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
            "'workspace_listed_now'::regclass AND attnum > 0"
        )
        [[columns]] = cursor.fetchall()
        cursor.execute(_ADD.format(columns=columns), {"after": after, "until": until})
        added: int = cursor.rowcount
        wrong = _different(after, until)
        cursor.execute("SELECT refresh_listed_application(id) FROM unnest(%s::bigint[]) AS id", [wrong])
    return added + len(wrong)


def _different(after: int, until: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT, {"after": after, "until": until})
        return [pk for (pk,) in cursor.fetchall()]


def _batches() -> Iterator[tuple[int, int]]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [after, BATCH])
            [[until]] = cursor.fetchall()
        if until is None:
            return
        yield after, until
        after = until

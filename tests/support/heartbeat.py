from datetime import timedelta

from django.db import connection


def silent_for() -> timedelta | None:
    """The time since the last heartbeat of any worker, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - max(seen_at) FROM core_heartbeat WHERE program = 'worker'")
        silence: timedelta | None = cursor.fetchone()[0]
    return silence

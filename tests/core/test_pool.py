"""Checks of pooled connections."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from goodword.core import pool
from tests.core.test_killed_worker import here


def last_statement(of: psycopg.Connection[Any]) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state_change FROM pg_stat_activity WHERE pid = %s", [of.info.backend_pid])
        return cursor.fetchone()


@pytest.mark.django_db
def test_a_good_connection_is_checked_without_a_statement() -> None:
    with psycopg.connect(here()["DATABASE_URL"], autocommit=True) as checked:
        checked.execute("SELECT 1")
        before = last_statement(checked)
        pool.check(checked)
        assert last_statement(checked) == before


@pytest.mark.django_db
def test_the_pool_replaces_a_connection_that_was_closed_while_idle() -> None:
    with ConnectionPool(here()["DATABASE_URL"], min_size=1, max_size=2, check=pool.check) as connections:
        with connections.connection() as first:
            ended = first.info.backend_pid
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
        with connections.connection() as second:
            assert second.info.backend_pid != ended
            assert second.execute("SELECT 1").fetchone() == (1,)

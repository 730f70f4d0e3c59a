"""An update whose commit doesn't wait for the disk."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from goodword.core.compiled_queries import update_unflushed
from goodword.core.models import Heartbeat
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def durable(db: None) -> Iterator[None]:
    """As in production; the tests' server never waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        [(found,)] = cursor.fetchall()
        return str(found)


def test_only_its_own_transaction_is_not_flushed() -> None:
    Heartbeat.objects.create(program="test", seen_at=factories.NOW)
    later = factories.NOW.replace(year=2030)
    rows = Heartbeat.objects.filter(program="test", seen_at=factories.NOW)
    with transaction.atomic():
        assert update_unflushed(rows, seen_at=later) == 1
        assert setting() == "off"
    assert setting() == "on"
    assert update_unflushed(rows, seen_at=later) == 0
    assert Heartbeat.objects.filter(seen_at=later).exists()
    assert setting() == "on"

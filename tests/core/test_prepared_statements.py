"""Statements that are prepared once per connection."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from pytest_django.fixtures import Settings

from goodword.core.compiled_queries import PREPARE_AFTER, compiled, prepared
from goodword.core.models import Event

pytestmark = pytest.mark.django_db


def look() -> None:
    for pk in range(PREPARE_AFTER + 1):
        assert not Event.objects.filter(pk=pk).exists()


def events(event_id: int) -> QuerySet[Event]:
    return Event.objects.filter(pk=event_id)


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%core_event%'")
        found: int = cursor.fetchone()[0]
        return found


def test_statements_are_prepared_within_the_block_only() -> None:
    before = count()
    look()
    assert count() == before
    with prepared():
        look()
    assert count() == before + 1
    look()
    assert count() == before + 1


def test_a_pooler_that_cannot_keep_them_gets_none(settings: Settings) -> None:
    settings.GOODWORD_PREPARED_STATEMENTS = False
    before = count()
    with prepared():
        look()
    for _ in range(2):
        assert not compiled(events)(0)
    assert count() == before

"""The cache in production, which counts failed sign-ins."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


def test_a_flood_evicts_no_count_that_has_not_expired(settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "goodword.core.cache.UnculledCache",
            "LOCATION": "a_cache",
            "OPTIONS": {"MAX_ENTRIES": 3},
        }
    }
    call_command("createcachetable", verbosity=0)
    cache.set("expired", 1, timeout=-1)
    for number in range(10):
        cache.set(f"{number}", 100, timeout=60)
    assert [cache.get(f"{number}") for number in range(10)] == 10 * [100]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM a_cache")
        assert cursor.fetchone() == (10,)

"""Imports that are confirmed at the same moment as others, or when they are due for deletion."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from goodword.candidates import ratings
from goodword.candidates.models import PerformanceRating, RatingImport
from tests.candidates.ratings.test_importing import NOW, TODAY, hired, read
from tests.support import factories
from tests.support.overlap import before_commit

pytestmark = [pytest.mark.programs, pytest.mark.django_db(transaction=True)]


def test_two_uploads_of_one_file_count_once() -> None:
    admin = factories.member(factories.organisation(), kind="admin")
    people = [f"ada{number}@x.example" for number in range(40)]
    for address in people:
        hired(admin, address)
    lines = [f"{person},Bo,{TODAY - timedelta(days=day)},4" for person in people for day in range(20)]
    uploads = [read(admin, *lines) for _ in range(2)]
    together = Barrier(2)

    def confirm(made: RatingImport) -> bool:
        try:
            together.wait()
            return ratings.confirm(made, by=admin, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert list(both.map(confirm, uploads)) == [True, True]
    counted = PerformanceRating.objects.of(admin.organisation).filter(of__confirmed_at__isnull=False)
    assert counted.count() == len(lines)


def test_an_import_that_is_just_being_confirmed_is_not_deleted_as_unconfirmed() -> None:
    admin = factories.member(factories.organisation(), kind="admin")
    hired(admin, "ada@x.example")
    made = read(admin, f"ada@x.example,Bo,{TODAY},4")
    with before_commit(lambda: ratings.delete_unconfirmed(now=NOW + timedelta(days=8))) as deleted:
        ratings.confirm(made, by=admin, now=NOW + timedelta(days=7))
    assert deleted == [0]
    assert PerformanceRating.objects.of(admin.organisation).count() == 1

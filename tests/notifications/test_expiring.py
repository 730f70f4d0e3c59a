"""Every link expires, including those from earlier versions."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from goodword.notifications.domain import links
from goodword.notifications.models import Link
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW


def test_every_kind_of_link_has_an_end_and_an_address_that_is_kept_out_of_logs() -> None:
    from goodword.core.http import redacted

    assert set(links.LIFETIMES) == set(links.PATHS) == set(Link.Purpose)
    for path in links.PATHS.values():
        assert redacted(f"{path}{'x' * 43}/") == f"{path}[redacted]/"


@pytest.mark.parametrize("purpose", Link.Purpose.values)
def test_a_link_expires_without_being_told_to(purpose: str) -> None:
    of = factories.organisation()
    links.mint(organisation=of, purpose=purpose, subject_id=1, now=NOW)
    link = Link.objects.of(of).get()
    assert link.expires_at == NOW + links.LIFETIMES[Link.Purpose(purpose)]
    assert links.is_alive(link, now=link.expires_at - timedelta(seconds=1))
    assert not links.is_alive(link, now=link.expires_at)


def test_links_of_before_get_thirty_days_from_when_they_were_made() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notifications_link ALTER COLUMN expires_at DROP NOT NULL")
    of, ended = factories.organisation(), NOW + timedelta(days=3)
    for days in (0, 400):
        links.mint(organisation=of, purpose="candidate", subject_id=days, now=NOW - timedelta(days=days))
    links.mint(organisation=of, purpose="review", subject_id=7, now=NOW, expires_at=ended)
    Link.objects.of(of).filter(purpose="candidate").update(expires_at=None)
    with connection.schema_editor() as editor:
        import_module("goodword.notifications.migrations.0005_links_of_before_expire").bound(apps, editor)
    found = Link.objects.of(of).order_by("pk").values_list("expires_at", flat=True)
    assert list(found) == [NOW + timedelta(days=30), NOW - timedelta(days=370), ended]

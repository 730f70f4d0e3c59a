"""Every link expires, including those from earlier versions."""

from datetime import timedelta

import pytest

from goodword.notifications.domain import links
from goodword.notifications.models import Link
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW


def test_every_kind_of_link_expires_and_is_redacted_in_logs() -> None:
    from goodword.core.telemetry import redacted

    assert set(links.LIFETIMES) == set(links.PATHS) == set(Link.Purpose)
    for path in links.PATHS.values():
        assert redacted(f"{path}{'x' * 43}/") == f"{path}[redacted]/"


@pytest.mark.matrix
@pytest.mark.parametrize("purpose", Link.Purpose.values)
def test_links_expire_by_default(purpose: str) -> None:
    of = factories.organisation()
    links.mint(organisation=of, purpose=purpose, subject_id=1, now=NOW)
    link = Link.objects.of(of).get()
    assert link.expires_at == NOW + links.LIFETIMES[Link.Purpose(purpose)]
    assert links.is_alive(link, now=link.expires_at - timedelta(seconds=1))
    assert not links.is_alive(link, now=link.expires_at)

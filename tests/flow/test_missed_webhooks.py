"""A day without webhooks: what the recruiter sees, and how a sync and one click recover it, without the network."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from goodword.greenhouse.models import Finding, Reconciliation
from goodword.greenhouse.reconciliation import run as reconciliation
from goodword.notifications.models import Email
from goodword.roles.models import Automation
from tests.greenhouse.conftest import _open
from tests.greenhouse.reconciliation.passes import backdate
from tests.greenhouse.world import ASSESSMENT, World
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in

pytestmark = pytest.mark.slow

MOVES = 60
#: mails stay in the queue, since only their number matters
UNSENT = ["email.send"]


@pytest.fixture
def world(db: None, settings: Settings) -> Iterator[World]:
    """An organisation connected over Harvest v3."""
    yield from _open("v3", settings)


def text(page: object) -> str:
    """The visible text of a page."""
    html = page.content.decode()  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def invited() -> int:
    """How many candidates got an invitation."""
    return Email.objects.across_organisations().filter(kind__endswith="invitation").count()


@pytest.mark.timeout(400)
def test_a_day_of_missed_webhooks_is_recovered_by_one_sync_and_one_click(world: World) -> None:
    admin = factories.member(world.organisation, kind="admin")
    desk = signed_in(admin)
    Automation.objects.of(world.organisation).update(confirmed_at=world.greenhouse.now())
    remotes = [world.apply(first_name=f"Ada {n}", email=f"p{n}@people.example") for n in range(MOVES)]
    world.deliver()
    reconciliation.sweep.run()
    run_jobs(at_most=5000, but_not=UNSENT)
    assert Reconciliation.objects.of(world.organisation).get().state == "done"

    # all day long recruiters move candidates, and no delivery arrives
    for n, remote in enumerate(remotes):
        world.move(remote, ASSESSMENT)
        backdate(world, remote, by=timedelta(minutes=20 * n))
    lost = world.outgoing()
    assert len(lost) == MOVES

    # the recruiter presses *Sync now*
    page = reverse("greenhouse_sync", args=[world.organisation.slug, world.connection.pk])
    sync = reverse("greenhouse_sync_now", args=[world.organisation.slug, world.connection.pk])
    desk.post(sync)
    assert "Comparing everything." in text(desk.get(page))
    run_jobs(at_most=9000, but_not=UNSENT)
    said = text(desk.get(page))
    assert "20 missed invitations were sent. 40 invitations are waiting for a decision." in said
    assert "Webhooks seem to be off" in said
    assert "40 missed invitations are waiting for a decision" in said
    assert invited() == 20

    # one click and a confirmation page for the rest
    start = reverse("greenhouse_missed_invite", args=[world.organisation.slug, world.connection.pk])
    assert "Invite 40 candidates" in text(desk.get(start, {"all": "1"}))
    assert invited() == 20
    desk.post(start, {"all": "1"})
    desk.post(start, {"all": "1"})  # pressed twice
    run_jobs(at_most=9000, but_not=UNSENT)
    assert invited() == MOVES
    assert set(
        Finding.objects.of(world.organisation).filter(kind="missed_invitation").values_list("state")
    ) == {("synced",)}

    # late deliveries change nothing
    for body, event_id in lost:
        assert world.post(body, event_id) == 200
    world.work()
    run_jobs(at_most=9000, but_not=UNSENT)
    assert invited() == MOVES

"""Findings and their explanation on the sync page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from goodword.greenhouse.models import Connection, Delivery, Finding, Reconciliation
from goodword.greenhouse.reconciliation.passes import prune
from goodword.greenhouse.reconciliation.status import (
    DeliveryCounts,
    deliveries_between,
    describe,
    duration,
    explain,
    sync_status,
)
from tests.greenhouse.world import World

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def add_delivery(world: World, at: datetime, state: str = "handled") -> None:
    Delivery.objects.create(
        organisation=world.organisation,
        connection=world.connection,
        body=b"{}",
        state=state,
        received_at=at,
        not_before=at,
    )


def found(world: World, at: datetime, **values: object) -> Finding:
    given = {"kind": Finding.Kind.MISSED_END, "state": Finding.State.SYNCED, "sentence": "Rejected."} | values
    return Finding.objects.create(
        organisation=world.organisation, connection=world.connection, found_at=at, **given
    )


def asked(world: World) -> DeliveryCounts:
    return deliveries_between(Connection.objects.get(pk=world.connection.pk), first=NOW - 5 * HOUR, last=NOW)


@pytest.mark.parametrize(
    ("events", "begins"),
    [
        ([], "No delivery arrived at that time: the webhooks are not set up"),
        (
            [(NOW - 9 * HOUR, "handled")],
            "No delivery arrived at that time. The last one before that was on Tue 3 Mar",
        ),
        ([(NOW - HOUR, "handled")], "Other deliveries arrived at that time"),
        ([(NOW - HOUR, "failed"), (NOW - HOUR, "handled")], "1 delivery failed at that time"),
    ],
)
def test_the_deliveries_of_that_time_explain_the_findings(
    world: World, events: list[tuple[datetime, str]], begins: str
) -> None:
    for at, state in events:
        add_delivery(world, at, state)
    with timezone.override("UTC"):
        assert explain(asked(world)).startswith(begins)


def test_refused_deliveries_are_named_first(world: World) -> None:
    add_delivery(world, NOW - HOUR)
    Connection.objects.filter(pk=world.connection.pk).update(refused_at=NOW - HOUR, refused_count=3)
    assert explain(asked(world)).startswith("Deliveries were refused because of a wrong signature")


def test_findings_are_shown_by_day_and_kind_with_their_time(world: World) -> None:
    found(world, NOW - 26 * HOUR)
    for n in range(12):
        found(
            world,
            NOW - HOUR,
            kind=Finding.Kind.MISSED_INVITATION,
            state=Finding.State.WAITING if n == 0 else Finding.State.SYNCED,
            entered_at=NOW - timedelta(hours=n + 1),
            remote_application_id=n + 1,
            stage_id=1,
        )
    health = sync_status(world.connection, now=NOW)
    times, waited = "Mon 2 Mar, 21:00 and Tue 3 Mar, 08:00", "1 of them waited for a decision."
    with timezone.override("UTC"):
        assert [[describe(count) for count in day.counts] for day in health.days] == [
            [f"No webhook reported 12 moves into mapped stages between {times}. {waited}"],
            ["No webhook reported 1 rejection or hire (Mon 2 Mar, 07:00)."],
        ]
    assert health.silent == 12


def test_invisible_applications_and_job_changes_need_no_delivery(world: World) -> None:
    found(world, NOW, kind=Finding.Kind.NOT_VISIBLE)
    found(world, NOW, kind=Finding.Kind.JOB_CHANGED)
    [day] = sync_status(world.connection, now=NOW).days
    assert day.deliveries is None
    assert [describe(count) for count in day.counts] == [
        "1 linked job changed. See the role.",
        "1 application is no longer visible in Greenhouse. Nothing was erased.",
    ]


def test_the_duration_is_shown_in_minutes_and_seconds() -> None:
    row = Reconciliation(started_at=NOW, ended_at=NOW + timedelta(seconds=72))
    assert duration(row) == "1 min 12 s"
    row.ended_at = NOW + timedelta(milliseconds=300)
    assert duration(row) == "1 s"


def test_old_findings_are_pruned_and_waiting_ones_stay(world: World) -> None:
    long_ago = NOW - timedelta(days=100)
    waits = found(
        world,
        long_ago,
        kind=Finding.Kind.MISSED_INVITATION,
        state="waiting",
        remote_application_id=1,
        stage_id=1,
    )
    found(world, long_ago)
    young = found(world, NOW)
    ended = {"lease_until": NOW, "organisation": world.organisation, "connection": world.connection}
    Reconciliation.objects.create(started_at=long_ago, state="done", **ended)
    kept = Reconciliation.objects.create(started_at=NOW, state="done", **ended)
    prune(now=NOW)
    assert list(Finding.objects.of(world.organisation).order_by("pk")) == [waits, young]
    assert list(Reconciliation.objects.of(world.organisation)) == [kept]


def test_changes_that_the_four_webhooks_do_not_report_do_not_mean_they_are_off(world: World) -> None:
    for kind in (Finding.Kind.NOT_REPORTED, Finding.Kind.NOT_REPORTED):
        found(world, NOW, kind=kind, sentence="A rejection or a hire was undone.")
    status = sync_status(world.connection, now=NOW)
    [day] = status.days
    assert (status.silent, day.deliveries) == (0, None)
    assert [describe(count) for count in day.counts] == [
        (
            "2 changes that the four webhooks don't report, such as undone rejections, undone hires, merges and "
            "new addresses."
        )
    ]

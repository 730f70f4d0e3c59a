"""Rows written while the clock was ahead don't wait until then, and nothing is acted on twice."""

from datetime import timedelta
from typing import Any, cast

import pytest
import time_machine
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.core import future_times, job_recovery, jobs, outbox, schedule
from goodword.core.models import Reaction
from goodword.greenhouse.models import Connection, Delivery
from goodword.greenhouse.setup import permissions
from goodword.notifications.domain import send
from goodword.notifications.models import Email
from tests.notifications.mails import application, queued
from tests.support import factories
from tests.workspace.needs_you.world import connection as connected

pytestmark = pytest.mark.django_db
NOW = factories.NOW
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def is_due() -> bool:
    connection.ensure_connection()
    with time_machine.travel(NOW, tick=False):
        return "clock.correct" in schedule.look(cast(Any, connection.connection), jobs.DUE.keys())[0]


def correct() -> None:
    assert is_due()
    with time_machine.travel(NOW, tick=False):
        future_times.correct.run()
    assert not is_due()


def test_a_mail_queued_ahead_is_due_as_long_after_it_was_queued() -> None:
    at_once, later = queued(now=NOW + DAY), queued(now=NOW + DAY, not_before=NOW + DAY + HOUR)
    assert not send.due(now=NOW).exists()
    correct()
    for email in (at_once, later):
        email.refresh_from_db()
    assert (at_once.created_at, at_once.not_before, later.not_before) == (NOW, NOW, NOW + HOUR)
    assert list(send.due(now=NOW)) == [at_once]


def test_a_mail_tried_ahead_is_retried_after_its_delay() -> None:
    email = queued(now=NOW - HOUR)
    Email.objects.across_organisations().update(claimed_at=NOW + DAY, not_before=NOW + DAY + 2 * HOUR)
    correct()
    email.refresh_from_db()
    assert (email.created_at, email.not_before) == (NOW - HOUR, NOW + 2 * HOUR)


def test_a_mail_given_back_ahead_is_due_at_once() -> None:
    email = queued(now=NOW - HOUR)
    claimed = outbox.claim(Email, email.pk, now=NOW + DAY)
    assert claimed is not None
    outbox.give_back(claimed, now=NOW + DAY)
    correct()
    assert list(send.due(now=NOW)) == [email]


def test_a_mail_claimed_ahead_is_freed_only_when_its_worker_must_have_died() -> None:
    email = queued(now=NOW - HOUR)
    Email.objects.across_organisations().update(state="sending", claimed_at=NOW + DAY)
    correct()
    assert not send.interrupted(now=NOW).exists()
    assert list(send.interrupted(now=NOW + send.BEFORE_MESSAGE)) == [email]


def test_a_mail_that_may_have_arrived_is_not_sent_at_once() -> None:
    email = queued(now=NOW - HOUR)
    Email.objects.across_organisations().update(
        state="sending", claimed_at=NOW + DAY, handed_over_at=NOW + DAY
    )
    correct()
    assert not send.interrupted(now=NOW + send.BEFORE_MESSAGE).exists()
    assert list(send.interrupted(now=NOW + send.FOR_ANSWER)) == [email]


def test_deliveries_and_reactions_wait_no_longer_than_usual() -> None:
    about = application()
    for received, due in ((NOW + DAY, NOW + DAY), (NOW, NOW + DAY), (NOW, NOW + HOUR)):
        Delivery.objects.create(
            organisation=about.organisation,
            connection=connected(about),
            body=b"{}",
            received_at=received,
            not_before=due,
        )
    Reaction.objects.filter(state="waiting").update(not_before=NOW + DAY)
    correct()
    deliveries = Delivery.objects.across_organisations().order_by("pk")
    assert [delivery.not_before for delivery in deliveries] == [NOW, NOW, NOW + HOUR]
    assert {delivery.received_at for delivery in deliveries} == {NOW}
    assert {reaction.not_before for reaction in Reaction.objects.all()} <= {NOW}


def test_permissions_are_checked_when_due_although_the_clock_was_ahead() -> None:
    row = connected(application())
    Connection.objects.across_organisations().update(check_at=NOW + DAY)
    assert row not in permissions.due(now=NOW)
    correct()
    assert row in permissions.due(now=NOW)


def test_jobs_are_corrected_by_the_database_clock() -> None:
    jobs.named("report.render").defer(report_id=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day'")
    correct()
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at <= clock_timestamp() FROM procrastinate_jobs")
        assert cursor.fetchall() == [(True,)]


def test_the_job_of_a_worker_that_died_before_the_clock_was_set_back_is_requeued() -> None:
    jobs.named("report.render").defer(report_id=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day') RETURNING id"
        )
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", cursor.fetchone())
    assert job_recovery.retry_stalled() == 1
    assert [one.status for one in ProcrastinateJob.objects.all()] == ["todo"]

"""Outbox rows are claimed once, settled by their claimant, retried on a schedule and finally marked as failed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from goodword.core import outbox
from goodword.core.outbox import RETRY_DELAYS
from goodword.notifications.models import Email
from tests.support import factories

NOW = factories.NOW


def queued(**values: object) -> Email:
    return Email.objects.create(
        **{
            "organisation": factories.organisation(),
            "kind": "test",
            "key": "test:1",
            "to_address": "ada@mail.example",
            "from_name": "Rita",
            "reply_to": "rita@acme.example",
            "template": "notifications/mail/undelivered",
            "not_before": NOW,
            "created_at": NOW,
        }
        | values
    )


def claimed(row: Email) -> Email:
    mine = outbox.claim(Email, row.pk, now=row.not_before)
    assert mine is not None
    return mine


def state(row: Email) -> tuple[str, int, str]:
    row.refresh_from_db()
    return row.state, row.attempts, row.last_error


@pytest.mark.django_db
def test_a_row_is_claimed_once() -> None:
    row = queued()
    assert claimed(row).attempts == 1
    assert outbox.claim(Email, row.pk, now=NOW) is None
    assert state(row) == ("sending", 1, "")


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize("settled", ["sent", "failed", "cancelled", "sending"])
def test_only_queued_rows_can_be_claimed(settled: str) -> None:
    assert outbox.claim(Email, queued(state=settled).pk, now=NOW) is None


@pytest.mark.django_db
def test_future_and_missing_rows_cannot_be_claimed() -> None:
    row = queued(not_before=NOW + timedelta(seconds=1))
    assert outbox.claim(Email, row.pk, now=NOW) is None
    assert outbox.claim(Email, row.pk + 1, now=NOW) is None


@pytest.mark.django_db
def test_settling_sent_stores_the_time() -> None:
    mine = claimed(queued())
    assert outbox.settle_sent(mine, now=NOW, message_id="<1>") is True
    assert state(mine) == ("sent", 1, "")
    assert (mine.settled_at, mine.message_id) == (NOW, "<1>")


@pytest.mark.django_db
def test_retries_follow_the_delays_and_the_last_one_fails() -> None:
    row, moment, waits = queued(), NOW, []
    for _ in range(len(RETRY_DELAYS) + 1):
        mine = outbox.claim(Email, row.pk, now=moment)
        assert mine is not None
        failed = outbox.settle_retry(mine, now=moment, error="451 busy")
        row.refresh_from_db()
        if not failed:
            waits.append(row.not_before - moment)
            moment = row.not_before
    assert tuple(waits) == RETRY_DELAYS
    assert failed is True
    assert state(row) == ("failed", 6, "451 busy")
    assert outbox.claim(Email, row.pk, now=moment + timedelta(days=9)) is None


@pytest.mark.django_db
def test_a_requested_wait_overrides_the_delay() -> None:
    mine = claimed(queued())
    assert outbox.settle_retry(mine, now=NOW, error="429", wait=timedelta(hours=2)) is False
    mine.refresh_from_db()
    assert (mine.not_before, mine.settled_at) == (NOW + timedelta(hours=2), None)


@pytest.mark.django_db
def test_only_the_last_claimant_settles_a_row() -> None:
    row = queued()
    slow = claimed(row)
    Email.objects.across_organisations().update(state="queued")  # as the sweep does with a stalled row
    quick = claimed(row)
    assert outbox.settle_failed(slow, now=NOW, error="too late") is False
    assert outbox.settle_retry(slow, now=NOW, error="too late") is False
    assert state(row) == ("sending", 2, "")
    assert outbox.settle_sent(quick, now=NOW) is True
    assert outbox.settle_sent(slow, now=NOW) is False
    assert state(row) == ("sent", 2, "")


@pytest.mark.django_db
def test_a_slow_worker_settles_its_row_unless_another_claimed_it() -> None:
    row = queued()
    slow = claimed(row)
    Email.objects.across_organisations().update(state="queued")
    assert outbox.settle_sent(slow, now=NOW) is True
    assert outbox.claim(Email, row.pk, now=NOW) is None


@pytest.mark.django_db
def test_a_cancelled_row_stays_cancelled_unless_it_was_sent() -> None:
    slow = claimed(queued())
    Email.objects.across_organisations().update(state="cancelled")
    assert outbox.settle_retry(slow, now=NOW, error="451") is False
    assert outbox.settle_failed(slow, now=NOW, error="550") is False
    assert state(slow) == ("cancelled", 1, "")
    assert outbox.settle_sent(slow, now=NOW) is True
    assert state(slow) == ("sent", 1, "")


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_claim_a_row_once() -> None:
    row = queued()

    def work(_: int) -> bool:
        try:
            return outbox.claim(Email, row.pk, now=NOW) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(work, range(6))) == [False] * 5 + [True]

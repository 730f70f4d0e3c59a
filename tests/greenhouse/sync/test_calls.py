"""Statistics on calls to Greenhouse."""

from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from goodword.greenhouse.client import Exchange, HarvestError, Unavailable, UnexpectedShape, WrongKind
from goodword.greenhouse.client.errors import Where
from goodword.greenhouse.models import CallTally, Connection, RateWindow
from goodword.greenhouse.sync.calls import (
    CallCounter,
    CallOutcome,
    Calls,
    call_health,
    counts_kept,
    outcome_of,
    prune,
)
from goodword.greenhouse.sync.harvest import harvest
from tests.greenhouse.world import World

NOW = datetime(2026, 11, 2, 9, 20, tzinfo=UTC)


def counted(world: World) -> dict[str, int]:
    rows = CallTally.objects.of(world.organisation)
    return {row.outcome: row.calls for row in rows}


def exchange(status: int | None, failure: HarvestError | None = None) -> Exchange:
    return Exchange(Where("GET", "/x", status), 0.5, None, failure)


def test_calls_including_token_calls_are_counted_at_the_end_of_a_session(either: World) -> None:
    with harvest(either.connection) as api:
        api.application(1)
        api.candidate(2)
        assert counted(either) == {}
    found = "ok" if either.greenhouse.version == "v3" else "not_found"
    token = {"ok": 3} if either.greenhouse.version == "v3" else {"not_found": 2}
    assert counted(either) == token
    with harvest(either.connection) as api:
        api.application(1)
    assert counted(either)[found] == token[found] + 1
    row = CallTally.objects.of(either.organisation).get()
    assert row.seconds > 0
    assert (row.hour.minute, row.hour.second, row.hour.microsecond) == (0, 0, 0)


def test_calls_are_counted_if_the_block_fails(world: World) -> None:
    world.fail(kind="fail", method="GET", path="/v3", times=9)
    with pytest.raises(Unavailable), harvest(world.connection) as api:
        api.application(1)
    assert counted(world)["unavailable"] == len(world.line.reads)


def test_an_unreadable_answer_does_not_count_as_ok(world: World) -> None:
    world.fail(kind="garbage", method="GET", path="/v3")
    with harvest(world.connection) as api:
        api.application(1)
    assert counted(world) == {"ok": 2, "unexpected_shape": 1}


def test_an_answer_of_another_kind_does_not_count_as_ok(world: World) -> None:
    world.line.edit = lambda path, data: {"message": "odd"} if path.endswith("/applications") else data
    with pytest.raises(WrongKind), harvest(world.connection) as api:
        api.application(1)
    assert counted(world) == {"ok": 1, "unexpected_shape": 1}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "ok"),
        (201, "ok"),
        (302, "unexpected_shape"),
        (400, "invalid"),
        (401, "unauthorised"),
        (403, "forbidden"),
        (404, "not_found"),
        (408, "unavailable"),
        (410, "not_found"),
        (422, "invalid"),
        (429, "rate_limited"),
        (499, "invalid"),
        (500, "unavailable"),
        (599, "unavailable"),
        (None, "unavailable"),
    ],
)
def test_outcomes_are_named_like_the_errors(status: int | None, outcome: str) -> None:
    assert outcome_of(exchange(status)) == outcome


def test_an_interrupted_answer_counts_as_unavailable() -> None:
    where = Where("GET", "/x", 200)
    assert outcome_of(exchange(200, Unavailable(where))) == "unavailable"
    assert outcome_of(exchange(200, UnexpectedShape(where))) == "unexpected_shape"


def test_a_v1_401_among_working_calls_is_a_missing_permission(world: World) -> None:
    world.connection.api = Connection.Api.V1
    one = CallCounter(world.connection)
    for status in (401, 200, 401):
        one.count(exchange(status))
    one.flush()
    assert counted(world) == {"unauthorised": 1, "ok": 1, "forbidden": 1}


def test_sessions_add_up_in_one_row_per_hour(world: World) -> None:
    for _ in range(3):
        one = CallCounter(world.connection)
        one.count(exchange(200))
        one.count(exchange(200))
        one.flush()
        one.flush()
    row = CallTally.objects.of(world.organisation).get()
    assert (row.calls, row.seconds) == (6, 3.0)


def test_a_worker_stores_the_counts_of_its_sessions_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def session() -> None:
        one = CallCounter(world.connection)
        one.count(exchange(200))
        one.flush()

    with counts_kept() as idle:
        with counts_kept():  # another thread's
            session()
        session()
        idle()
        assert counted(world) == {}
        monkeypatch.setattr("goodword.greenhouse.sync.calls.KEPT_SECONDS", 0.0)
        idle()
        assert counted(world) == {"ok": 2}
        monkeypatch.undo()
        session()
    assert counted(world) == {"ok": 3}


def test_in_a_failed_transaction_nothing_is_written_or_raised(world: World) -> None:
    one = CallCounter(world.connection)
    one.count(exchange(200))
    with transaction.atomic():
        transaction.set_rollback(True)
        one.flush()
    assert counted(world) == {}


def test_counts_of_a_connection_deleted_meanwhile_are_dropped(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    deleted = copy(world.connection)
    deleted.pk += 1
    counter = CallCounter(deleted)
    counter.count(exchange(200))
    counter.flush()
    connection.check_constraints()
    assert (CallTally.objects.of(world.organisation).count(), caplog.records) == (0, [])


def add(world: World, hours_ago: int, outcome: str, calls: int) -> None:
    CallTally.objects.create(
        organisation=world.organisation,
        connection=world.connection,
        hour=NOW.replace(minute=0) - timedelta(hours=hours_ago),
        outcome=outcome,
        calls=calls,
        seconds=calls / 4,
    )


def test_health_shows_calls_by_outcome_in_the_last_hour_and_day(world: World) -> None:
    for hours_ago, outcome, calls in (
        (0, "rate_limited", 1),
        (1, "ok", 8),
        (2, "ok", 100),
        (24, "forbidden", 2),
        (25, "ok", 1000),
    ):
        add(world, hours_ago, outcome, calls)
    health = call_health(world.connection, now=NOW)
    assert health.hour == Calls(
        since=NOW.replace(hour=8, minute=0),
        outcomes=(
            CallOutcome(name="ok", calls=8, seconds=2.0),
            CallOutcome(name="rate_limited", calls=1, seconds=0.25),
        ),
    )
    assert [(one.words, one.calls) for one in health.day.outcomes] == [
        ("Answered", 108),
        ("Not permitted", 2),
        ("Too many calls", 1),
    ]
    assert (health.hour.total, health.hour.failed, health.hour.mean_seconds) == (9, 1, 0.25)
    assert (health.limit, health.remaining, health.share, health.blocked_until) == (None, None, None, None)


def test_health_shows_the_used_part_of_the_window(world: World) -> None:
    row = RateWindow.objects.create(
        organisation=world.organisation,
        connection=world.connection,
        number=int(NOW.timestamp() // 30),
        limit=150,
        remaining=30,
        blocked_until=NOW + timedelta(seconds=9),
    )
    health = call_health(world.connection, now=NOW)
    assert (health.window, health.limit, health.remaining, health.share) == (30.0, 150, 30, 0.8)
    assert health.blocked_until == row.blocked_until
    later = call_health(world.connection, now=NOW + timedelta(minutes=2))
    assert (later.remaining, later.share, later.blocked_until) == (150, 0.0, None)


def test_counts_are_kept_for_30_days(world: World) -> None:
    add(world, 24 * 30 - 1, "ok", 1)
    add(world, 24 * 30 + 1, "ok", 1)
    assert prune(now=NOW) == 1
    assert CallTally.objects.of(world.organisation).count() == 1


def test_without_a_call_there_is_no_mean(world: World) -> None:
    health = call_health(world.connection, now=NOW)
    assert (health.day.total, health.day.mean_seconds) == (0, None)


def test_a_session_without_calls_does_not_affect_the_health(world: World) -> None:
    rows = Connection.objects.of(world.organisation)
    rows.update(state=Connection.State.BROKEN, last_error="It was refused.")
    with harvest(world.connection):
        pass
    row = rows.get()
    assert (row.state, row.last_error, row.last_call_at) == ("broken", "It was refused.", None)
    assert counted(world) == {}

"""The rate limit shared by all workers of a connection through the database."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.db import transaction

from goodword.greenhouse.client import V1_RATE, V3_RATE, Pacer, Priority, Rate, RateReport
from goodword.greenhouse.models import Connection, RateWindow
from goodword.greenhouse.sync.rate_limit import ReservingPacer, SharedPacer, pacer_of, token_pacer_of
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)

BACK, PERSON = Priority.BACKGROUND, Priority.PERSON
#: in the middle of a window of either length
BEGUN = datetime(2026, 11, 2, 9, 0, 0, 300_000, tzinfo=UTC)


@pytest.fixture
def connection() -> Connection:
    row = Connection(
        organisation=factories.organisation(), endpoint_key="k" * 43, connected_at=factories.NOW, api="v3"
    )
    row.save()
    return row


def pacer(connection: Connection, rate: Rate = V3_RATE) -> SharedPacer:
    """A new pacer, as in another process."""
    return SharedPacer(connection_id=connection.pk, organisation_id=connection.organisation_id, rate=rate)


def calls(one: Pacer, priority: Priority, *, now: datetime = BEGUN, most: int = 1000) -> int:
    """How many calls are allowed now."""
    count = 0
    while count < most and one.take(priority=priority, now=now) == 0.0:
        count += 1
    return count


def tell(one: SharedPacer, remaining: int, *, at: datetime = BEGUN, limit: int = 150) -> None:
    one.observe(RateReport(at, at + timedelta(milliseconds=50), None, (limit, remaining)))


def seen(connection: Connection) -> tuple[int | None, int | None]:
    row = RateWindow.objects.of(connection.organisation).get()
    return row.limit, row.remaining


def at_once(number: int, act: Callable[[], int]) -> list[int]:
    """Run it in threads that start together, each with its own database connection."""
    gate = threading.Barrier(number)

    def one(_: int) -> int:
        gate.wait()
        try:
            return act()
        finally:
            database.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


@pytest.mark.programs
def test_two_workers_share_one_window(connection: Connection) -> None:
    one, two = pacer(connection), pacer(connection)
    assert (calls(one, BACK, most=60), calls(two, BACK), calls(one, BACK)) == (60, 45, 0)
    tell(two, 45)
    assert seen(connection) == (150, 45)


@pytest.mark.programs
def test_eight_concurrent_workers_take_no_call_twice(connection: Connection) -> None:
    taken = at_once(8, lambda: calls(pacer(connection), BACK))
    assert sum(taken) == 105
    assert seen(connection) == (None, 45)


def test_an_answer_to_one_worker_counts_for_all(connection: Connection) -> None:
    one, two = pacer(connection), pacer(connection)
    assert (calls(one, PERSON, most=1), calls(two, PERSON, most=1)) == (1, 1)
    tell(one, 20)
    assert calls(two, PERSON) == 14  # keep a margin, since another program uses the credential too


@pytest.mark.programs
def test_a_429_stops_all_workers_until_one_probes_again(connection: Connection) -> None:
    one, two = pacer(connection), pacer(connection)
    calls(one, BACK, most=3)
    one.after_429(wait=7, now=BEGUN)
    assert two.take(priority=PERSON, now=BEGUN) == 7.0
    later = BEGUN + timedelta(seconds=7.1)
    assert sum(at_once(6, lambda: calls(pacer(connection), BACK, now=later))) == 1
    tell(two, 90, at=later)
    assert calls(one, PERSON, now=later) == 90


@pytest.mark.programs
def test_a_person_on_another_host_precedes_background_work(connection: Connection) -> None:
    worker, web = pacer(connection), pacer(connection)
    assert calls(worker, BACK) == 105
    assert calls(web, PERSON, most=5) == 5
    assert worker.take(priority=BACK, now=BEGUN + timedelta(seconds=0.2)) > 0
    late = BEGUN + timedelta(seconds=28)
    assert calls(worker, BACK, now=late) == 120 - 105 - 5
    assert calls(web, PERSON, now=late) == 30


@pytest.mark.programs
def test_a_new_window_is_opened_once(connection: Connection) -> None:
    calls(pacer(connection), PERSON)
    later = BEGUN + timedelta(seconds=30)
    assert sum(at_once(8, lambda: calls(pacer(connection), PERSON, now=later))) == 150


def test_hosts_with_different_clocks_agree_on_the_window(connection: Connection) -> None:
    slow, fast = pacer(connection), pacer(connection)
    true = BEGUN + timedelta(seconds=15)
    for one, offset in ((slow, -6), (fast, 9)):
        ours = true + timedelta(seconds=offset)
        assert one.take(priority=PERSON, now=ours) == 0.0
        one.observe(RateReport(ours, ours, true.replace(microsecond=0), (150, 148)))
    for one, offset in ((slow, -6), (fast, 9)):
        ours = true + timedelta(seconds=offset + 2)
        assert one.take(priority=PERSON, now=ours) == 0.0
    number = int(true.timestamp() // 30)
    assert RateWindow.objects.of(connection.organisation).values_list("number", "remaining").get() == (
        number,
        145,
    )


def test_an_answer_with_nothing_new_needs_no_query(
    connection: Connection, django_assert_num_queries: Callable[..., object]
) -> None:
    one = pacer(connection)
    calls(one, BACK, most=1)
    tell(one, 149)
    with django_assert_num_queries(2):  # type: ignore[attr-defined]  # a context manager
        calls(one, BACK, most=1)
        tell(one, 148)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # shortly after, the row is not read again
        calls(one, BACK, most=1)
        tell(one, 147)


def test_a_session_takes_the_calls_that_it_will_make_by_one_statement(
    connection: Connection, django_assert_num_queries: Callable[..., object]
) -> None:
    shared = pacer(connection)
    calls(shared, BACK, most=1)
    session = ReservingPacer(shared, calls=2)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # a context manager
        assert calls(session, BACK, most=2) == 2
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert calls(session, BACK, most=1) == 1
    assert seen(connection) == (None, 146)


def test_a_session_takes_fewer_calls_if_fewer_are_left(connection: Connection) -> None:
    shared = pacer(connection)
    calls(shared, BACK, most=104)
    assert calls(ReservingPacer(shared, calls=2), BACK) == 1
    assert seen(connection) == (None, 45)


def test_a_call_taken_ahead_is_not_made_in_the_next_window_or_after_a_429(connection: Connection) -> None:
    one, two = (ReservingPacer(pacer(connection), calls=2) for _ in range(2))
    assert (calls(one, BACK, most=1), calls(two, BACK, most=1)) == (1, 1)
    assert calls(one, BACK, most=1, now=BEGUN + timedelta(seconds=30)) == 1
    assert seen(connection) == (None, 149)
    two.after_429(wait=7, now=BEGUN + timedelta(seconds=30))
    assert two.take(priority=BACK, now=BEGUN + timedelta(seconds=30)) == 7.0


def test_inside_a_transaction_the_process_counts_alone(connection: Connection) -> None:
    one = pacer(connection)
    with transaction.atomic():
        assert calls(one, BACK, most=2) == 2
        tell(one, 100)
        one.after_429(wait=3, now=BEGUN)
        assert one.take(priority=BACK, now=BEGUN) == 3.0
    assert not RateWindow.objects.of(connection.organisation).exists()
    assert calls(one, BACK, most=1) == 1


@pytest.mark.programs
def test_each_connection_has_its_own_window(connection: Connection) -> None:
    other = Connection(
        organisation=connection.organisation, endpoint_key="o" * 43, connected_at=factories.NOW, api="v1"
    )
    other.save()
    assert (calls(pacer(connection), PERSON), calls(pacer(other, V1_RATE), PERSON)) == (150, 50)


def test_a_process_has_one_pacer_per_connection(connection: Connection) -> None:
    again = Connection.objects.of(connection.organisation).get()
    assert pacer_of(connection) is pacer_of(again)
    assert token_pacer_of(connection) is token_pacer_of(again)
    assert pacer_of(connection) is not token_pacer_of(connection)


class Counting:
    """Simulates Greenhouse's rate limit, counted in windows, for threads that share a clock."""

    def __init__(self, rate: Rate, *, slower: float) -> None:
        self.rate, self.slower = rate, slower
        self.used: dict[int, int] = {}
        self.refused = 0

    def count(self, moment: datetime) -> int:
        """Count a call. Returns how many remain."""
        number = int((moment.timestamp() - self.slower) // self.rate.window)
        used = self.used[number] = self.used.get(number, 0) + 1
        self.refused += used > self.rate.usual
        return max(0, self.rate.usual - used)


@pytest.fixture(params=[1, 8], ids=["one worker", "eight workers"])
def workers(request: pytest.FixtureRequest) -> Iterator[int]:
    yield int(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [V1_RATE, V3_RATE], ids=["v1", "v3"])
def test_a_full_sync_uses_97_percent_of_each_window_without_a_429(
    connection: Connection, rate: Rate, workers: int
) -> None:
    greenhouse, clock = Counting(rate, slower=4.0), BEGUN
    pacers = [pacer(connection, rate) for _ in range(workers)]
    due = [clock] * workers  # when each worker is free again
    end = clock + timedelta(seconds=4 * rate.window)
    while (clock := min(due)) < end:
        place = due.index(clock)
        wait = pacers[place].take(priority=BACK, now=clock)
        if wait > 0:
            due[place] = clock + timedelta(seconds=min(wait, 1.0))
            continue
        counted, received = clock + timedelta(seconds=0.04), clock + timedelta(seconds=0.08)
        remaining = greenhouse.count(counted)
        date = (counted - timedelta(seconds=4)).replace(microsecond=0)
        pacers[place].observe(RateReport(clock, received, date, (rate.usual, remaining)))
        due[place] = received
    full = [greenhouse.used[number] for number in sorted(greenhouse.used)[1:-1]]
    assert greenhouse.refused == 0
    assert min(full[1:]) / rate.usual >= 0.97

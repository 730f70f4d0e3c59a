"""Staying under the rate limit in one process."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from goodword.greenhouse.client import (
    TOKEN_RATE,
    V1_RATE,
    V3_RATE,
    LocalPacer,
    Priority,
    Rate,
    RateLimited,
    RateReport,
)
from tests.contract.moments import Moments
from tests.contract.scripted import Reply, Scripted, client

BACK, PERSON = Priority.BACKGROUND, Priority.PERSON
SMALL = Rate(30.0, 10)


@pytest.fixture
def time() -> Moments:
    """A clock well inside a window of either length."""
    moments = Moments()
    moments.present += timedelta(seconds=0.3)
    return moments


def answered(
    pacer: LocalPacer,
    remaining: int,
    *,
    at: datetime,
    limit: int = 150,
    date: datetime | None = None,
    seconds: float = 0.0,
) -> None:
    """A response with a count, to a call sent at `at` that took this many seconds."""
    pacer.observe(RateReport(at, at + timedelta(seconds=seconds), date, (limit, remaining)))


def calls(pacer: LocalPacer, time: Moments, priority: Priority, most: int = 1000) -> int:
    """How many calls are allowed now."""
    count = 0
    while count < most and pacer.take(priority=priority, now=time.now()) == 0.0:
        count += 1
    return count


def through(pacer: LocalPacer, time: Moments, priority: Priority, *, seconds: float) -> int:
    """The number of calls in these seconds for a caller that waits as instructed."""
    end, count = time.now() + timedelta(seconds=seconds), 0
    while time.now() < end:
        wait = pacer.take(priority=priority, now=time.now())
        if wait == 0.0:
            count += 1
        else:
            time.sleep(min(wait, (end - time.now()).total_seconds()))
    return count


@pytest.mark.parametrize(("rate", "most"), [(V1_RATE, 49), (V3_RATE, 147), (Rate(30.0, 75), 74)])
def test_background_work_uses_98_percent_of_each_window(time: Moments, rate: Rate, most: int) -> None:
    pacer = LocalPacer(rate)
    counts = [through(pacer, time, BACK, seconds=rate.window) for _ in range(3)]
    assert counts == [most] * 3


def test_background_calls_start_with_a_burst_and_then_spread_over_the_window(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, BACK) == 105
    time.sleep(10)
    assert calls(pacer, time, BACK) == 16
    time.sleep(10)
    assert calls(pacer, time, BACK) == 17
    time.sleep(5.5)
    assert calls(pacer, time, BACK) == 9


def test_a_person_finds_calls_left_during_a_sync(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert through(pacer, time, BACK, seconds=15) == 105 + 24
    assert calls(pacer, time, PERSON) == 21


def test_a_sync_leaves_three_calls_for_people(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert through(pacer, time, BACK, seconds=29) == 147
    assert calls(pacer, time, PERSON) == 3


def test_background_calls_yield_to_a_person_and_then_reserve_a_fifth_for_a_minute(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, PERSON, 1) == 1
    assert pacer.take(priority=BACK, now=time.now()) == 0.5
    time.sleep(0.5)
    assert through(pacer, time, BACK, seconds=28) == 119
    assert calls(pacer, time, PERSON, 1) == 1
    time.sleep(2)
    assert through(pacer, time, BACK, seconds=29) == 120
    time.sleep(61)
    assert through(pacer, time, BACK, seconds=29.5) == 147


def test_a_waiting_person_goes_first_in_the_next_window(time: Moments) -> None:
    pacer = LocalPacer(SMALL)
    assert calls(pacer, time, PERSON) == 10
    wait = pacer.take(priority=BACK, now=time.now())
    time.sleep(29)
    last = pacer.take(priority=PERSON, now=time.now())
    time.sleep(last - 0.2)
    again = pacer.take(priority=PERSON, now=time.now())
    time.sleep(again)
    assert pacer.take(priority=BACK, now=time.now()) > 0
    assert pacer.take(priority=PERSON, now=time.now()) == 0.0
    assert wait > 0


def test_an_empty_window_is_waited_out(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, PERSON, 1) == 1
    time.sleep(12)
    answered(pacer, 0, at=time.now())
    wait = pacer.take(priority=PERSON, now=time.now())
    assert 17.9 < wait < 18.1
    time.sleep(wait)
    assert calls(pacer, time, PERSON) == 150


def test_a_reported_limit_overrides_the_default(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, BACK, 3) == 3
    answered(pacer, 599, limit=600, at=time.now())
    assert calls(pacer, time, PERSON) == 597
    other = LocalPacer(V3_RATE)
    assert calls(other, time, BACK, 3) == 3
    answered(other, 9, limit=12, at=time.now())
    assert calls(other, time, PERSON) == 9


def test_a_response_from_an_earlier_window_is_ignored(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    before = time.now()
    assert calls(pacer, time, PERSON, 1) == 1
    time.sleep(31)
    assert calls(pacer, time, PERSON, 1) == 1
    answered(pacer, 0, at=before)
    assert calls(pacer, time, PERSON) == 149


def test_out_of_order_responses_add_no_calls(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, PERSON, 141) == 141
    begun = time.now()
    answered(pacer, 9, at=begun, seconds=0.2)
    answered(pacer, 12, at=begun, seconds=0.3)
    assert calls(pacer, time, PERSON) == 9


def test_a_margin_is_kept_when_another_program_makes_calls(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, PERSON, 10) == 10
    answered(pacer, 40, at=time.now())
    assert calls(pacer, time, PERSON) == 34


def test_the_lowest_count_in_a_dated_window_is_used(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, PERSON, 2) == 2
    for remaining in (120, 148, 119, 147):
        time.sleep(0.1)
        answered(pacer, remaining, at=time.now(), date=time.now().replace(microsecond=0))
    assert calls(pacer, time, PERSON) <= 119


def test_after_a_429_everyone_waits_and_then_one_call_probes(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    assert calls(pacer, time, PERSON, 2) == 2
    pacer.after_429(wait=5, now=time.now())
    assert pacer.take(priority=PERSON, now=time.now()) == 5
    time.sleep(5.01)
    assert calls(pacer, time, BACK) == 1
    assert pacer.take(priority=PERSON, now=time.now()) == 0.25
    answered(pacer, 100, at=time.now())
    assert calls(pacer, time, PERSON) == 100


def test_a_429_without_a_wait_does_not_cause_a_storm(time: Moments) -> None:
    pacer = LocalPacer(V3_RATE)
    for _ in range(3):
        assert calls(pacer, time, BACK) >= 1
        pacer.after_429(wait=0, now=time.now())
        assert pacer.take(priority=BACK, now=time.now()) == 1.0
        time.sleep(1.01)
    assert calls(pacer, time, BACK) == 1


@pytest.mark.parametrize("fast", [7.0, -7.0])
def test_clock_skew_is_corrected_by_the_date_header(time: Moments, fast: float) -> None:
    greenhouse = Counted(V3_RATE, time, offset=-fast, dated=True)
    pacer = LocalPacer(V3_RATE)
    greenhouse.sync(pacer, seconds=240)
    assert (greenhouse.refused, min(greenhouse.full()[1:])) == (0, 147)


@pytest.mark.parametrize("fast", [7.0, -7.0])
def test_window_turns_are_inferred_from_counts_without_a_date_header(time: Moments, fast: float) -> None:
    greenhouse = Counted(V3_RATE, time, offset=-fast, dated=False)
    pacer = LocalPacer(V3_RATE)
    greenhouse.sync(pacer, seconds=240)
    assert (greenhouse.refused, min(greenhouse.full()[1:])) == (0, 147)


def test_the_default_rate_is_kept_without_headers(time: Moments) -> None:
    greenhouse = Counted(V1_RATE, time, offset=0.0, dated=False, silent=True)
    greenhouse.sync(LocalPacer(V1_RATE), seconds=100)
    assert (greenhouse.refused, min(greenhouse.full())) == (0, 49)


def test_an_unreported_lower_limit_causes_few_429s(time: Moments) -> None:
    greenhouse = Counted(Rate(10.0, 20), time, offset=0.0, dated=False, silent=True)
    greenhouse.sync(LocalPacer(V1_RATE), seconds=100)
    assert greenhouse.refused <= 20
    assert min(greenhouse.full()) == 20


class Counted:
    """Simulates Greenhouse's rate limit, counted in windows. Each call takes 50 ms."""

    def __init__(
        self, rate: Rate, time: Moments, *, offset: float, dated: bool, silent: bool = False
    ) -> None:
        self.rate, self.time, self.offset = rate, time, timedelta(seconds=offset)
        self.dated, self.silent = dated, silent
        self.refused = 0
        self.used: dict[int, int] = {}

    def full(self) -> list[int]:
        """Calls allowed in each whole window, without the first and the last."""
        return [min(self.used[number], self.rate.usual) for number in sorted(self.used)[1:-1]]

    def sync(self, pacer: LocalPacer, *, seconds: float) -> None:
        """Call as often as the pacer allows."""
        end = self.time.now() + timedelta(seconds=seconds)
        while self.time.now() < end:
            wait = pacer.take(priority=BACK, now=self.time.now())
            if wait > 0:
                self.time.sleep(min(wait, 1.0))
            else:
                self._call(pacer)

    def _call(self, pacer: LocalPacer) -> None:
        sent = self.time.now()
        self.time.sleep(0.025)
        theirs = self.time.now() + self.offset
        number = int(theirs.timestamp() // self.rate.window)
        used = self.used[number] = self.used.get(number, 0) + 1
        self.time.sleep(0.025)
        date = theirs.replace(microsecond=0) if self.dated else None
        told = None if self.silent else (self.rate.usual, max(0, self.rate.usual - used))
        pacer.observe(RateReport(sent, self.time.now(), date, told))
        if used > self.rate.usual:
            self.refused += 1
            left = (number + 1) * self.rate.window - theirs.timestamp()
            pacer.after_429(wait=max(1.0, round(left)), now=self.time.now())


def spent(version: str) -> dict[str, str]:
    """The headers of a window's last call."""
    return {"X-Ratelimit-Limit": "50", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "0"}


def test_the_client_waits_for_the_next_window_instead_of_drawing_a_429(version: str, time: Moments) -> None:
    scripted = Scripted(Reply(200, [], spent(version)), Reply())
    api = client(version, scripted, time)
    assert [list(api.job_stages([1])), list(api.job_stages([1]))] == [[], []]
    window = 10 if version == "v1" else 30
    assert window - 0.3 <= sum(time.waits) <= window + 0.3
    assert max(time.waits) <= 1.0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Ratelimit-Limit": "many", "X-Ratelimit-Remaining": ""},
        {"X-Ratelimit-Limit": "0", "X-Ratelimit-Remaining": "0"},
        {"X-Ratelimit-Remaining": "0"},
        {"Date": "yesterday", "Age": "3"},
    ],
)
def test_malformed_rate_headers_are_ignored(version: str, time: Moments, headers: dict[str, str]) -> None:
    api = client(version, Scripted(Reply(200, [], headers), Reply()), time)
    assert [list(api.job_stages([1])), list(api.job_stages([1]))] == [[], []]
    assert time.waits == []


def test_a_long_wait_from_an_earlier_429_raises_at_once(version: str, time: Moments) -> None:
    scripted = Scripted(Reply(429, "Retry later", {"Retry-After": "120"}))
    api = client(version, scripted, time)
    for wait in (120, 110):
        with pytest.raises(RateLimited) as caught:
            list(api.job_stages([1]))
        assert (caught.value.wait, len(scripted.asked), time.waits) == (wait, 1, [])
        time.present += timedelta(seconds=10)


def test_token_calls_have_their_own_window(time: Moments) -> None:
    scripted = Scripted(*[Reply()] * 3)
    spent_token = {"X-Ratelimit-Limit": "60", "X-Ratelimit-Remaining": "0"}
    minted: Callable[[int], Reply] = lambda number: Reply(  # noqa: E731  # two replies that differ in one word
        200, {"access_token": f"token-{number}", "expires_in": 40}, spent_token
    )
    scripted.token_script = [minted(1), minted(2)]
    api = client("v3", scripted, time)
    for _ in range(2):
        assert list(api.job_stages([1])) == []
    assert time.waits == []
    time.sleep(37)
    assert list(api.job_stages([1])) == []
    assert 59 < sum(time.waits) < 61
    assert Rate(60.0, 60) == TOKEN_RATE

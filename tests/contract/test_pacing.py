"""Keeping under the rate by what the answers say."""

from datetime import timedelta

import pytest

from goodword.greenhouse.client import LocalPacer, Priority, RateLimited
from tests.contract.moments import Moments
from tests.contract.scripted import Said, Scripted, client

BACK, PERSON = Priority.BACKGROUND, Priority.PERSON


def calls(pacer: LocalPacer, time: Moments, priority: Priority, most: int = 1000) -> int:
    """How many calls get through at this moment."""
    count = 0
    while count < most and pacer.take(priority=priority, now=time.now()) == 0.0:
        count += 1
    return count


def test_the_first_call_goes_unpaced(time: Moments) -> None:
    assert LocalPacer(window=30).take(priority=BACK, now=time.now()) == 0.0


def test_a_sync_uses_98_percent_of_a_window_and_a_person_still_gets_through(time: Moments) -> None:
    pacer = LocalPacer(window=30)
    assert calls(pacer, time, BACK, 1) == 1
    pacer.observe(limit=150, remaining=149, sent=time.now())
    assert calls(pacer, time, BACK) == 146
    assert calls(pacer, time, PERSON) == 3


def test_an_empty_window_is_waited_out(time: Moments) -> None:
    pacer = LocalPacer(window=30)
    time.sleep(12)
    pacer.observe(limit=150, remaining=0, sent=time.now())
    wait = pacer.take(priority=PERSON, now=time.now())
    assert 18 < wait < 18.1
    time.sleep(wait)
    assert calls(pacer, time, PERSON) == 150


def test_an_answer_from_a_window_gone_by_says_nothing_of_this_one(time: Moments) -> None:
    pacer = LocalPacer(window=30)
    pacer.observe(limit=150, remaining=100, sent=time.now())
    before = time.now()
    time.sleep(31)
    assert calls(pacer, time, PERSON, 1) == 1
    pacer.observe(limit=150, remaining=0, sent=before)
    assert calls(pacer, time, PERSON) == 149


def test_answers_that_overtake_each_other_do_not_add_calls(time: Moments) -> None:
    pacer = LocalPacer(window=30)
    pacer.observe(limit=150, remaining=5, sent=time.now())
    pacer.observe(limit=150, remaining=9, sent=time.now())
    assert calls(pacer, time, PERSON) == 5


def test_after_a_429_nobody_calls_for_the_wait(time: Moments) -> None:
    pacer = LocalPacer(window=30)
    pacer.refused(wait=40, now=time.now())
    assert pacer.take(priority=PERSON, now=time.now()) == 40
    assert pacer.take(priority=PERSON, now=time.now() + timedelta(seconds=40)) == 0.0


def test_a_client_waits_for_the_next_window_rather_than_draw_a_429(version: str, time: Moments) -> None:
    spent = {"X-Ratelimit-Limit": "50", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "0"}
    scripted = Scripted(Said(200, [], spent), Said())
    api = client(version, scripted, time)
    assert [list(api.job_stages([1])), list(api.job_stages([1]))] == [[], []]
    window = 10 if version == "v1" else 30
    assert [round(wait) for wait in time.waits] == [window]


def test_rate_headers_that_are_no_numbers_are_ignored(version: str, time: Moments) -> None:
    odd = {"X-Ratelimit-Limit": "many", "X-Ratelimit-Remaining": ""}
    api = client(version, Scripted(Said(200, [], odd), Said()), time)
    assert [list(api.job_stages([1])), list(api.job_stages([1]))] == [[], []]
    assert time.waits == []


def test_nobody_sleeps_beyond_their_patience_for_a_wait_that_another_was_told(
    version: str, time: Moments
) -> None:
    scripted = Scripted(Said(429, "Retry later", {"Retry-After": "120"}))
    api = client(version, scripted, time)
    for wait in (120, 110):
        with pytest.raises(RateLimited) as caught:
            list(api.job_stages([1]))
        assert (caught.value.wait, len(scripted.asked), time.waits) == (wait, 1, [])
        time.present += timedelta(seconds=10)

"""The client's pacing against the sandbox's own counting of calls."""

from datetime import timedelta

import pytest

from goodword.greenhouse.client import V3_RATE, LocalPacer, Priority
from tests.contract.greenhouse import Greenhouse, open_account


def statuses(greenhouse: Greenhouse) -> list[int]:
    """The sandbox's answers, oldest first."""
    return [call["status"] for call in greenhouse.sandbox.calls.list(f"/{greenhouse.version}")]


@pytest.mark.slow
def test_a_long_sync_uses_nearly_the_whole_rate_without_a_429(greenhouse: Greenhouse) -> None:
    limit, window = (50, 10) if greenhouse.version == "v1" else (150, 30)
    greenhouse.store.switches[f"{greenhouse.version}_rate_limit"] = limit
    clock = greenhouse.store.clock
    # Start at the beginning of a window, so that the result does not depend on when the test runs.
    clock.advance(timedelta(seconds=window - clock.now().timestamp() % window + 0.01))
    begun = clock.now()
    job_id = next(greenhouse.store.jobs.rising()).id
    windows, calls = 4, round(4 * limit * 0.97)
    with greenhouse.api() as api:
        for _ in range(calls):
            list(api.job_stages([job_id]))
    assert statuses(greenhouse) == [200] * calls
    assert (clock.now() - begun).total_seconds() < windows * window


def test_a_person_gets_through_at_once_during_a_sync() -> None:
    greenhouse = open_account("v3")
    greenhouse.store.switches["v3_rate_limit"] = 150
    pacer, waits = LocalPacer(V3_RATE), list[float]()
    clock = greenhouse.store.clock
    clock.advance(timedelta(seconds=30 - clock.now().timestamp() % 30 + 0.01))
    sync = greenhouse.api(pacer=pacer, priority=Priority.BACKGROUND)
    person = greenhouse.api(pacer=pacer, priority=Priority.PERSON, sleep=waits.append)
    for _ in range(147):
        sync.user(999)
    assert [person.user(999), person.user(999)] == [None, None]
    assert (waits, set(statuses(greenhouse))) == ([], {200})
    greenhouse.sandbox.close()

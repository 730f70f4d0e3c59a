"""Retries: which calls, how long they wait, and that writes are never retried."""

import httpx2
import pytest

from goodword.greenhouse.client import (
    Exchange,
    HarvestApi,
    HarvestError,
    Note,
    NotJson,
    RateLimited,
    RetryPolicy,
    Unavailable,
    UnexpectedShape,
    V3Credentials,
    Visibility,
    WrongKind,
    build,
)
from tests.contract.moments import Moments
from tests.contract.scripted import Reply, Scripted, client


def post(api: HarvestApi) -> Note:
    return api.post_note(
        candidate_id=1, application_id=3, body="Report A1B2", author_id=2, visibility=Visibility.PRIVATE
    )


def test_a_read_is_retried_until_greenhouse_recovers(version: str, time: Moments) -> None:
    scripted = Scripted(
        Reply(500), Reply(503, "<html>"), Reply(429, "Retry later", {"Retry-After": "7"}), Reply()
    )
    assert list(client(version, scripted, time).job_stages([5])) == []
    assert len(scripted.asked) == 4
    first, second, third = time.waits
    assert 0.25 <= first <= 0.5 <= second <= 1.0
    assert third == 7.0


@pytest.mark.parametrize("page", [Reply(200, "<html>"), Reply(302)], ids=["page", "redirect"])
def test_a_read_is_retried_after_a_maintenance_page(version: str, page: Reply, time: Moments) -> None:
    scripted = Scripted(page, Reply())
    assert list(client(version, scripted, time).job_stages([5])) == []
    assert len(scripted.asked) == 2


def test_a_read_gives_up_after_its_attempts(version: str, time: Moments) -> None:
    scripted = Scripted(*[Reply(500)] * 3)
    with pytest.raises(Unavailable):
        list(client(version, scripted, time, retry=RetryPolicy(attempts=3)).job_stages([5]))
    assert (len(scripted.asked), len(time.waits)) == (3, 2)


def test_a_long_wait_is_left_to_the_caller(version: str, time: Moments) -> None:
    scripted = Scripted(Reply(429, "Retry later", {"Retry-After": "120"}))
    with pytest.raises(RateLimited) as caught:
        list(client(version, scripted, time).job_stages([5]))
    assert caught.value.wait == 120.0
    assert caught.value.sentence == "Greenhouse asks Goodword to wait 120 seconds."
    assert time.waits == []


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ({}, 30.0),
        ({"Retry-After": "nonsense"}, 30.0),
        ({"Retry-After": "nan"}, 30.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "86400"}, 600.0),
        ({"Retry-After": ""}, 30.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "Mon, 02 Nov 2026 09:00:20 GMT"}, 20.0),
        ({"Retry-After": "Mon, 02 Nov 2026 08:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 02 Nov 99999999999999999999 08:00:00 GMT"}, 30.0),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(header: dict[str, str], wait: float, time: Moments) -> None:
    api = client("v3", Scripted(Reply(429, "", header)), time, retry=RetryPolicy(attempts=1))
    with pytest.raises(RateLimited) as caught:
        api.application(1)
    assert caught.value.wait == wait


@pytest.mark.parametrize("status", [400, 403, 422])
def test_client_errors_are_not_retried(version: str, status: int, time: Moments) -> None:
    scripted = Scripted(Reply(status))
    with pytest.raises(HarvestError):
        list(client(version, scripted, time).job_stages([5]))
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_failed_write_is_sent_once_with_unknown_outcome(version: str, status: int, time: Moments) -> None:
    scripted = Scripted(Reply(status))
    with pytest.raises(Unavailable) as caught:
        post(client(version, scripted, time))
    assert caught.value.outcome_unknown is True
    assert (len(scripted.asked), time.waits) == (1, [])


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(201, "no JSON"), NotJson),
        (Reply(302), NotJson),
        (Reply(201, {"candidate_id": 1}), UnexpectedShape),
        (Reply(201, []), WrongKind),
    ],
)
def test_a_write_with_an_unreadable_response_has_an_unknown_outcome(
    version: str, reply: Reply, error: type[HarvestError], time: Moments
) -> None:
    scripted = Scripted(reply)
    with pytest.raises(error) as caught:
        post(client(version, scripted, time))
    assert caught.value.outcome_unknown is True
    assert len(scripted.asked) == 1


def test_a_rate_limited_write_has_a_known_outcome(version: str, time: Moments) -> None:
    scripted = Scripted(Reply(429, "Retry later", {"Retry-After": "3"}))
    with pytest.raises(RateLimited) as caught:
        post(client(version, scripted, time))
    assert (caught.value.outcome_unknown, caught.value.wait, len(scripted.asked)) == (False, 3.0, 1)


def test_a_write_with_an_expired_token_is_resent_with_a_new_one(time: Moments) -> None:
    scripted = Scripted(Reply(401), Reply(201, {"id": 9, "candidate_id": 1, "body": "Report A1B2"}))
    note = post(client("v3", scripted, time))
    assert (note.id, note.candidate_id) == (9, 1)
    assert [asked.authorization for asked in scripted.asked] == ["Bearer token-1", "Bearer token-2"]


def test_every_exchange_is_reported_to_the_watcher(time: Moments) -> None:
    seen: list[Exchange] = []
    rate = {"X-Ratelimit-Limit": "150", "X-Ratelimit-Remaining": "149"}
    scripted = Scripted(Reply(500), Reply(200, [], rate))
    api = build(
        V3Credentials("id", "secret"),
        base_url="https://harvest.example/v3",
        token_url="https://harvest.example/token",
        transport=httpx2.WSGITransport(scripted),
        clock=time.now,
        sleep=time.sleep,
        watch=seen.append,
    )
    api.application(1)
    assert [
        (exchange.where.method, exchange.where.path, exchange.where.status, exchange.rate)
        for exchange in seen
    ] == [
        ("POST", "/token", 200, None),
        ("GET", "/v3/applications", 500, None),
        ("GET", "/v3/applications", 200, (150, 149)),
    ]
    assert min(exchange.seconds for exchange in seen) >= 0

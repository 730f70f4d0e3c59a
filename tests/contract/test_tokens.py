"""Requesting, sharing and renewing the token of Harvest v3."""

import base64
import threading
from datetime import timedelta

import httpx2
import pytest

from goodword.greenhouse.client import (
    Forbidden,
    HarvestApi,
    Invalid,
    MemoryTokenStore,
    NotJson,
    RateLimited,
    Refusal,
    RetryPolicy,
    Token,
    Unauthorised,
    V3Credentials,
    WrongKind,
    build,
)
from goodword.greenhouse.client.session import ONCE
from tests.contract.moments import Moments
from tests.contract.scripted import CLIENT_ID, CLIENT_SECRET, Reply, Scripted, client


def sharing(scripted: Scripted, time: Moments, store: MemoryTokenStore) -> HarvestApi:
    """A client whose token is in `store`."""
    return build(
        V3Credentials(CLIENT_ID, CLIENT_SECRET),
        base_url="https://harvest.example/v3",
        token_url="https://harvest.example/token",
        transport=httpx2.WSGITransport(scripted),
        token_store=store,
        clock=time.now,
        sleep=time.sleep,
    )


def seconds_until_renewal(body: dict[str, object], time: Moments) -> float:
    """Seconds after which this token is renewed."""
    scripted = Scripted(Reply())
    scripted.token_script = [Reply(200, body)]
    store = MemoryTokenStore()
    sharing(scripted, time, store).application(1)
    token = store.get()
    assert token is not None
    return (token.renew_at - time.now()).total_seconds()


def test_a_token_is_requested_with_basic_auth_and_reused_until_it_expires(time: Moments) -> None:
    seen: list[str] = []
    scripted = Scripted(Reply(), Reply(), Reply())

    def watching(environ: dict[str, object], start_response: object) -> object:
        if environ["PATH_INFO"] == "/token":
            seen.append(str(environ["HTTP_AUTHORIZATION"]))
            seen.append(str(environ["CONTENT_TYPE"]))
        return scripted(environ, start_response)  # type: ignore[arg-type]  # unchanged

    api = client("v3", watching, time)  # type: ignore[arg-type]  # a loosely typed application
    api.application(1)
    api.application(1)
    assert scripted.minted == 1
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert seen == [f"Basic {pair}", "application/x-www-form-urlencoded"]
    time.sleep(3600 - 59)
    api.application(1)
    assert scripted.minted == 2


def test_the_acting_user_is_sent_as_subject(time: Moments) -> None:
    forms: list[bytes] = []

    class Watching(httpx2.WSGITransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.path == "/token":
                forms.append(request.read())
            return super().handle_request(request)

    for act_as in (None, 5414812002):
        api = build(
            V3Credentials(CLIENT_ID, CLIENT_SECRET, act_as=act_as),
            base_url="https://harvest.example/v3",
            token_url="https://harvest.example/token",
            transport=Watching(Scripted(Reply())),
            clock=time.now,
        )
        api.application(1)
    assert forms == [b"grant_type=client_credentials", b"grant_type=client_credentials&sub=5414812002"]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"expires_at": "2026-11-02T10:00:00Z"}, 3540),
        ({"expires_at": "2026-11-02T10:00:00.000+00:00"}, 3540),
        ({"expires_in": 3600}, 3540),
        ({"expires_in": 100}, 90),
        ({"expires_at": "2026-11-02T08:00:00Z"}, 3540),  # the local clock is ahead
        ({"expires_at": "2036-11-02T08:00:00Z"}, 3540),  # or far behind
        ({"expires_at": "soon"}, 3540),
        ({}, 3540),
    ],
)
def test_token_expiry_formats(told: dict[str, object], seconds: float, time: Moments) -> None:
    assert seconds_until_renewal({"access_token": "t", **told}, time) == seconds


def test_a_maintenance_page_instead_of_a_token_is_an_outage(time: Moments) -> None:
    scripted = Scripted(Reply(200, []))
    scripted.token_script = [Reply(200, "<html>")]
    assert client("v3", scripted, time).application(1) is None
    scripted.token_script = [Reply(200, "<html>")]
    with pytest.raises(NotJson):
        client("v3", scripted, time, retry=ONCE).application(1)


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": "a\nb"}, []])
def test_a_response_without_a_usable_token_is_an_outage(body: object, time: Moments) -> None:
    scripted = Scripted()
    scripted.token_script = [Reply(200, body)]
    with pytest.raises(WrongKind):
        client("v3", scripted, time, retry=ONCE).application(1)


def test_an_expired_token_is_renewed_once(time: Moments) -> None:
    scripted = Scripted(Reply(401), Reply(200, []))
    assert client("v3", scripted, time).application(1) is None
    assert [asked.authorization for asked in scripted.asked] == ["Bearer token-1", "Bearer token-2"]


def test_a_refused_new_token_is_not_renewed_again(time: Moments) -> None:
    scripted = Scripted(Reply(401), Reply(401))
    with pytest.raises(Unauthorised):
        client("v3", scripted, time).application(1)
    assert scripted.minted == 2


def test_clients_of_a_connection_share_a_token(time: Moments) -> None:
    scripted, store = Scripted(Reply(), Reply()), MemoryTokenStore()
    sharing(scripted, time, store).application(1)
    sharing(scripted, time, store).application(1)
    assert scripted.minted == 1


def test_a_token_renewed_by_another_client_is_used(time: Moments) -> None:
    store = MemoryTokenStore()

    class Renewing(Scripted):
        def _next(self, asked: object) -> Reply:
            if not self.asked:
                store.claim()
                store.save(Token("from-the-other", renew_at=time.now() + timedelta(hours=1)))
            return super()._next(asked)  # type: ignore[arg-type]  # unchanged

    scripted = Renewing(Reply(401), Reply())
    sharing(scripted, time, store).application(1)
    assert [asked.authorization for asked in scripted.asked] == ["Bearer token-1", "Bearer from-the-other"]
    assert scripted.minted == 1


def test_without_the_lease_a_client_waits_for_the_token(time: Moments) -> None:
    store = MemoryTokenStore()
    store.claim()
    scripted = Scripted(Reply())
    real_sleep = time.sleep

    def saved_meanwhile(seconds: float) -> None:
        real_sleep(seconds)
        store.save(Token("awaited", renew_at=time.now() + timedelta(hours=1)))

    time.sleep = saved_meanwhile  # type: ignore[method-assign]  # the other client saves at this moment
    sharing(scripted, time, store).application(1)
    assert scripted.asked[0].authorization == "Bearer awaited"
    assert scripted.minted == 0


def test_an_abandoned_lease_is_waited_for_only_so_long(time: Moments) -> None:
    store = MemoryTokenStore()
    store.claim()
    scripted = Scripted(Reply())
    sharing(scripted, time, store).application(1)
    assert scripted.minted == 1
    assert sum(time.waits) == 15


def test_a_failed_token_request_releases_the_lease(time: Moments) -> None:
    store = MemoryTokenStore()
    scripted = Scripted(Reply())
    scripted.token_script = [Reply(401, {"error": "invalid_client"})]
    api = sharing(scripted, time, store)
    with pytest.raises(Unauthorised):
        api.application(1)
    api.application(1)
    assert scripted.minted == 1


def test_concurrent_threads_request_one_token() -> None:
    scripted, store = Scripted(*[Reply()] * 8), MemoryTokenStore()
    time = Moments()
    api = build(
        V3Credentials(CLIENT_ID, CLIENT_SECRET),
        base_url="https://harvest.example/v3",
        token_url="https://harvest.example/token",
        transport=httpx2.WSGITransport(scripted),
        token_store=store,
        clock=time.now,
    )
    threads = [threading.Thread(target=api.application, args=(1,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (scripted.minted, len(scripted.asked)) == (1, 8)


def test_token_requests_are_retried_like_reads(time: Moments) -> None:
    scripted = Scripted(Reply())
    scripted.token_script = [Reply(500), Reply(429, "Retry later", {"Retry-After": "2"})]
    assert client("v3", scripted, time, retry=RetryPolicy(attempts=3)).application(1) is None
    assert (scripted.minted, time.waits[1]) == (1, 2.0)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": "invalid_client"}),
        (401, {"message": "Unauthorized", "errorId": "err-1"}),
        (400, {"message": f"client_id={CLIENT_ID} does not contain a valid client ID suffix"}),
        (400, {"error": "unauthorized_client"}),
    ],
)
def test_an_unknown_client_is_a_wrong_credential(status: int, body: object, time: Moments) -> None:
    scripted = Scripted()
    scripted.token_script = [Reply(status, body)]
    with pytest.raises(Unauthorised) as caught:
        client("v3", scripted, time, worked_before=False).application(1)
    assert caught.value.kind is Refusal.WRONG
    assert CLIENT_ID not in str(caught.value)


def test_a_credential_without_scopes_is_reported(time: Moments) -> None:
    scripted = Scripted()
    scripted.token_script = [Reply(400, {"message": "Client application is not requesting any scopes"})]
    with pytest.raises(Forbidden) as caught:
        client("v3", scripted, time).application(1)
    assert caught.value.permission == "at least one scope"


def test_an_invalid_acting_user_is_reported(time: Moments) -> None:
    scripted = Scripted()
    scripted.token_script = [Reply(400, {"error": "invalid_grant"})]
    with pytest.raises(Invalid) as caught:
        client("v3", scripted, time, act_as=12).application(1)
    assert caught.value.detail == "There is no active Greenhouse user 12 for it to act as."


def test_token_requests_honour_retry_after(time: Moments) -> None:
    scripted = Scripted(Reply())
    scripted.token_script = [Reply(429, "Retry later", {"Retry-After": "90"})]
    api = client("v3", scripted, time)
    for wait in (90, 60):
        with pytest.raises(RateLimited) as caught:
            list(api.job_stages([1]))
        assert (caught.value.wait, caught.value.path, scripted.minted) == (wait, "/token", 0)
        time.present += timedelta(seconds=30)
    time.present += timedelta(seconds=31)
    assert list(api.job_stages([1])) == []
    assert (scripted.minted, time.waits) == (1, [])

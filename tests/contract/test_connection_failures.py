"""Time-outs, cut connections and other failures of real sockets."""

import gzip
import socket
import time as real_time

import pytest

from goodword.greenhouse.client import HarvestApi, Limits, NotJson, Unavailable, UnexpectedShape, Visibility
from tests.contract import wires
from tests.contract.moments import Moments


def post(api: HarvestApi) -> None:
    api.post_note(
        candidate_id=1, application_id=None, body="A1B2", author_id=2, visibility=Visibility.PRIVATE
    )


TROUBLES = [
    (wires.hangs_up, wires.PATIENT, "The connection broke off."),
    (wires.breaks_off, wires.PATIENT, "The connection broke off."),
    (wires.keeps_silent, wires.SILENCE, "No answer came in time."),
    (wires.drips, wires.LENGTH, "The answer took too long."),
    (wires.packs_nothing, wires.LENGTH, "The answer took too long."),
    (wires.drips_headers, wires.LENGTH, "The answer took too long."),
    (wires.talks_no_http, wires.PATIENT, "The connection broke off."),
]


@pytest.mark.parametrize(("trouble", "limits", "words"), TROUBLES)
def test_a_broken_read_is_unavailable_within_the_time_limit(
    trouble: wires.Behaviour, limits: Limits, words: str, time: Moments
) -> None:
    with wires.serving(trouble) as wire:
        started = real_time.monotonic()
        with pytest.raises(Unavailable) as caught:
            wire.api(time, limits=limits).application(1)
        assert real_time.monotonic() - started < 20
    assert caught.value.detail == words
    assert (caught.value.outcome_unknown, caught.value.path) == (False, "/v1/applications/1")


@pytest.mark.parametrize(("trouble", "limits", "words"), TROUBLES)
def test_a_broken_write_is_sent_once_with_unknown_outcome(
    trouble: wires.Behaviour, limits: Limits, words: str, time: Moments
) -> None:
    with wires.serving(trouble) as wire:
        with pytest.raises(Unavailable) as caught:
            post(wire.api(time, attempts=4, limits=limits))
        assert wire.requests == ["POST /v1/candidates/1/activity_feed/notes"]
    assert (caught.value.outcome_unknown, caught.value.detail) == (True, words)


def test_a_broken_read_is_retried(time: Moments) -> None:
    with wires.serving(
        wires.hangs_up, wires.breaks_off, wires.answers(b'{"id": 1, "candidate_id": 2}')
    ) as wire:
        found = wire.api(time, attempts=3).application(1)
    assert found is not None
    assert (found.candidate_id, len(wire.requests), len(time.waits)) == (2, 3, 2)


def test_an_unsent_write_has_a_known_outcome(time: Moments) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        wire = wires.Wire(closed.getsockname()[1])
        with pytest.raises(Unavailable) as caught:
            post(wire.api(time))
    assert caught.value.outcome_unknown is False
    assert caught.value.detail == "The server could not be reached."
    assert str(caught.value) == (
        "Greenhouse cannot be reached at the moment. The server could not be reached. "
        "(POST /v1/candidates/1/activity_feed/notes, no answer)"
    )


def test_an_oversized_response_is_rejected(time: Moments) -> None:
    long = wires.answers(b"[" + b" " * 300_000 + b"]")
    with wires.serving(long) as wire, pytest.raises(UnexpectedShape) as caught:
        list(wire.api(time).users())
    assert caught.value.detail == "The answer is too long."


@pytest.mark.slow
def test_a_decompression_bomb_is_rejected(time: Moments) -> None:
    bomb = gzip.compress(b"[" + b" " * 20_000_000 + b"]")
    packed = wires.answers(bomb, Content_Encoding="gzip")
    with wires.serving(packed) as wire, pytest.raises(UnexpectedShape) as caught:
        list(wire.api(time).users())
    assert len(bomb) < 100_000
    assert caught.value.detail == "The answer is too long."


def test_broken_gzip_is_unavailable(time: Moments) -> None:
    with (
        wires.serving(wires.answers(b"not gzip", Content_Encoding="gzip")) as wire,
        pytest.raises(Unavailable),
    ):
        list(wire.api(time).users())


def test_redirects_are_not_followed(time: Moments) -> None:
    with wires.serving(wires.answers()) as elsewhere:
        target = f"http://127.0.0.1:{elsewhere.port}/v1/users"
        with wires.serving(wires.answers(b"", 302, Location=target)) as wire, pytest.raises(NotJson):
            list(wire.api(time).users())
        assert elsewhere.requests == []


def test_proxy_settings_of_the_environment_are_ignored(
    time: Moments, monkeypatch: pytest.MonkeyPatch
) -> None:
    with wires.serving(wires.answers()) as proxy, wires.serving(wires.answers()) as wire:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert list(wire.api(time).users()) == []
        assert (proxy.requests, len(wire.requests)) == ([], 1)

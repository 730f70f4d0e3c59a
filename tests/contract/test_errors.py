"""Error classes by status, their messages, and that they contain no secret."""

import traceback
from typing import Any

import pytest

from goodword.greenhouse.client import (
    Forbidden,
    HarvestError,
    Invalid,
    NotFound,
    NotJson,
    RateLimited,
    Refusal,
    Unauthorised,
    Unavailable,
    Visibility,
)
from goodword.greenhouse.client.session import ONCE
from tests.contract.moments import Moments
from tests.contract.scripted import CLIENT_ID, CLIENT_SECRET, KEY, Reply, Scripted, client


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, NotJson),
        (400, Invalid),
        (401, Unauthorised),
        (403, Forbidden),
        (408, Unavailable),
        (409, Invalid),
        (410, NotFound),
        (422, Invalid),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_each_status_maps_to_an_error_with_its_details(
    version: str, status: int, kind: type[HarvestError], time: Moments
) -> None:
    api = client(version, Scripted(*[Reply(status)] * 2), time, retry=ONCE)
    with pytest.raises(HarvestError) as caught:
        list(api.users(email="ada@example.com"))
    error = caught.value
    assert type(error) is kind
    assert (error.method, error.path, error.status, error.request_id) == (
        "GET",
        f"/{version}/users",
        status,
        "req-1",
    )
    assert error.sentence.endswith(".")
    assert error.remedy.endswith(".")
    assert "ada@example.com" not in str(error) + repr(error)


@pytest.mark.parametrize(
    ("body", "sentence", "remedy"),
    [
        (
            {"message": "Unprocessable Content", "errors": [{"ids": "`x` is not a number"}]},
            "Greenhouse did not accept the request. Greenhouse says: Unprocessable Content; ids: `x` is not a number.",
            "Correct what Greenhouse objects to; trying again as it is won't help.",
        ),
        (
            "<html>",
            "Greenhouse did not accept the request.",
            "It gave no reason; trying again won't help.",
        ),
    ],
)
def test_a_refused_request_quotes_the_reason(
    version: str, body: Any, sentence: str, remedy: str, time: Moments
) -> None:
    with pytest.raises(Invalid) as caught:
        list(client(version, Scripted(Reply(422, body)), time).users())
    assert (caught.value.sentence, caught.value.remedy) == (sentence, remedy)
    assert str(caught.value).startswith(f"{sentence} (GET ")


@pytest.mark.parametrize(
    ("worked_before", "kind"),
    [(False, Refusal.WRONG), (True, Refusal.REVOKED_OR_EXPIRED), (None, Refusal.UNKNOWN)],
)
def test_a_401_means_wrong_or_revoked_depending_on_earlier_success(
    version: str, worked_before: bool | None, kind: Refusal, time: Moments
) -> None:
    api = client(version, Scripted(*[Reply(401)] * 2), time, worked_before=worked_before)
    with pytest.raises(Unauthorised) as caught:
        api.application(1)
    assert caught.value.kind is kind
    assert caught.value.may_be_permission is (version == "v1")


def test_a_v1_401_after_a_success_means_a_missing_permission(time: Moments) -> None:
    api = client("v1", Scripted(Reply(body=[]), Reply(401)), time)
    assert list(api.jobs()) == []
    with pytest.raises(Forbidden) as caught:
        api.candidate(1)
    assert caught.value.permission == "Candidates"
    assert caught.value.sentence == "Greenhouse does not let this key use Candidates."


def test_a_v3_403_names_the_scope_and_site_admin(time: Moments) -> None:
    api = client("v3", Scripted(Reply(403)), time)
    with pytest.raises(Forbidden) as caught:
        list(api.job_stages([1]))
    assert caught.value.permission == "Job Stages"
    assert caught.value.scopes == ("harvest:job_interview_stages:list",)
    assert caught.value.remedy.startswith(
        "In Greenhouse, edit the credential and tick harvest:job_interview_stages:list. Harvest v3 only "
        "answers Site Admins."
    )


def test_error_messages_are_passed_on_in_both_formats(version: str, time: Moments) -> None:
    body = {"message": "Unprocessable Content", "errors": ["Too far.", {"per_page": "`600` is too many"}]}
    api = client(version, Scripted(Reply(422, body)), time)
    with pytest.raises(Invalid) as caught:
        api.application(1)
    assert caught.value.detail == (
        "Greenhouse says: Unprocessable Content; Too far.; per_page: `600` is too many"
    )


def test_what_postgresql_cannot_store_is_removed_from_error_messages(version: str, time: Moments) -> None:
    api = client(version, Scripted(Reply(422, {"message": "No\0such\ud800note"})), time)
    with pytest.raises(Invalid) as caught:
        api.application(1)
    assert caught.value.detail == "Greenhouse says: Nosuch?note"


def test_html_error_pages_are_not_passed_on(version: str, time: Moments) -> None:
    api = client(version, Scripted(Reply(502, "<html>Bad gateway</html>")), time, retry=ONCE)
    with pytest.raises(Unavailable) as caught:
        api.application(1)
    assert caught.value.detail == ""


def test_errors_contain_no_secret_even_if_echoed(version: str, time: Moments) -> None:
    echo = f"client_id={CLIENT_ID} {CLIENT_SECRET} {KEY} token-1 token-2 is not valid"
    scripted = Scripted(Reply(400, {"message": echo}))
    api = client(version, scripted, time)
    with pytest.raises(HarvestError) as caught:
        api.application(1)
    shown = str(caught.value) + repr(caught.value) + "".join(traceback.format_exception(caught.value))
    for secret in (KEY,) if version == "v1" else (CLIENT_ID, CLIENT_SECRET, "token-1"):
        assert secret not in shown


def test_a_401_on_a_write_has_a_known_outcome(version: str, time: Moments) -> None:
    api = client(version, Scripted(*[Reply(401)] * 2), time)
    with pytest.raises(Unauthorised) as caught:
        api.post_note(
            candidate_id=1, application_id=None, body="x", author_id=2, visibility=Visibility.PRIVATE
        )
    assert caught.value.outcome_unknown is False


def test_410_means_v1_is_switched_off(time: Moments) -> None:
    api = client("v1", Scripted(Reply(410)), time)
    with pytest.raises(NotFound) as caught:
        api.application(1)
    assert caught.value.sentence == "Greenhouse has switched this API off."
    assert caught.value.remedy == "Connect with Harvest v3 (OAuth) instead."

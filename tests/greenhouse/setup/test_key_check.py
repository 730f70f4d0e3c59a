"""The key dialog with JavaScript: one permission per request; nothing is stored before the end."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup

from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.keys import KeyCheck, check_next, seal, unseal
from tests.greenhouse.setup.desk import Desk
from tests.greenhouse.setup.test_setting_the_key import errors
from tests.support import factories


def ask(desk: Desk, **more: str) -> Any:
    """One request of the dialog."""
    address = f"{desk.url('greenhouse_connect')}?api={desk.greenhouse.version}"
    return desk.client(desk.admin).post(address, desk.form() | more, headers={"HX-Request": "true"})


def sofar(response: Any) -> str:
    field = BeautifulSoup(response.content, "html.parser").select_one("input[name=sofar]")
    assert field is not None
    return str(field["value"])


def words(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [word.get_text() for word in page.select(".check-row__word")]


def test_permissions_appear_one_by_one_and_the_key_is_stored_at_the_end(either: Desk) -> None:
    number = 10 if either.greenhouse.version == "v3" else 8
    response, seen = ask(either), []
    while "HX-Redirect" not in response:
        assert response["HX-Retarget"] == "#probing"
        seen.append(sum(word != "Waiting" for word in words(response)))
        assert not Connection.objects.of(either.organisation).exists()
        response = ask(either, sofar=sofar(response))
    assert seen == list(range(1, number))
    assert response["HX-Redirect"] == either.url("integrations")
    assert either.connection().state == "active"


@pytest.mark.world
def test_one_token_is_used_for_the_whole_check(desk: Desk) -> None:
    response = ask(desk)
    while "HX-Redirect" not in response:
        response = ask(desk, sofar=sofar(response))
    assert desk.line.calls.count("POST /token") == 1


@pytest.mark.world
def test_a_key_refused_during_the_check_is_not_stored(desk: Desk) -> None:
    response = ask(desk, sofar=sofar(ask(desk)))
    desk.greenhouse.store.oauth_clients.delete(desk.greenhouse.row.id)
    [line] = errors(ask(desk, sofar=sofar(response)).content)
    assert line.startswith("Greenhouse does not know this client ID and client secret.")
    assert not Connection.objects.of(desk.organisation).exists()


def test_the_sealed_check_is_valid_for_this_key_and_admin_for_a_time(desk: Desk) -> None:
    credentials = desk.greenhouse.credentials
    trial = check_next(KeyCheck(credentials=credentials))
    now = clock.now()
    sealed = seal(trial, member=desk.admin, now=now)
    assert unseal(sealed, credentials=trial.credentials, member=desk.admin, now=now) == trial
    begun = KeyCheck(credentials=trial.credentials)
    assert desk.greenhouse.credentials.secrets[0] not in sealed
    later = now + timedelta(minutes=16)
    assert unseal(sealed, credentials=trial.credentials, member=desk.admin, now=later) == begun
    assert unseal("", credentials=trial.credentials, member=desk.admin, now=now) == begun
    someone = factories.member(desk.organisation, kind="admin")
    assert unseal(sealed, credentials=trial.credentials, member=someone, now=now) == begun
    another = desk.greenhouse.acting_as(1)
    assert unseal(sealed, credentials=another, member=desk.admin, now=now) == KeyCheck(credentials=another)


def test_a_forged_check_is_ignored(desk: Desk) -> None:
    desk.greenhouse.row.revoked = True
    [line] = errors(ask(desk, sofar="k1:bm90IHNlYWxlZA==").content)
    assert "Greenhouse does not know this client ID and client secret." in line
    assert not Connection.objects.of(desk.organisation).exists()


def test_an_old_page_starts_the_check_again(desk: Desk) -> None:
    first = sofar(ask(desk))
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        assert sum(word != "Waiting" for word in words(ask(desk, sofar=first))) == 1


def test_the_secret_is_not_returned_during_the_check(either: Desk) -> None:
    page = ask(either).content.decode()
    assert [value for value in either.form().values() if value in page] == []

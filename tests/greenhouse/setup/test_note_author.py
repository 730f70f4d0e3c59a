"""Choosing the author of notes without a recruiter."""

import pytest

from tests.greenhouse.setup.desk import Desk
from tests.greenhouse.setup.test_setting_the_key import errors


def choose(desk: Desk, said: str) -> bytes:
    return desk.client(desk.admin).post(desk.own("greenhouse_author"), {"user": said}).content


def test_a_user_is_chosen_by_id_or_address_and_removed_again(either: Desk) -> None:
    either.connect()
    user = next(one for one in either.greenhouse.store.users.rising() if one.primary_email)
    for said, kept in ((str(user.id), user.id), ("", None), (user.primary_email, user.id)):
        assert errors(choose(either, said)) == []
        assert either.connection().note_author_remote_id == kept
    assert either.audited().count("greenhouse.note_author_chosen") == 3


@pytest.mark.world
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("4711", "Greenhouse has no active user with this ID or address."),
        ("nobody@acme.example", "Greenhouse has no active user with this ID or address."),
        ("Rosa", "Enter the user's ID or e-mail address."),
    ],
)
def test_an_unknown_user_is_refused(desk: Desk, said: str, why: str) -> None:
    desk.connect()
    assert errors(choose(desk, said)) == [f"Greenhouse user (ID or e-mail address): {why}"]
    assert desk.connection().note_author_remote_id is None


@pytest.mark.world
def test_during_an_outage_the_choice_stays(desk: Desk) -> None:
    desk.connect()
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/v3/users", "status": 503, "times": 9})
    [line] = errors(choose(desk, "4711"))
    assert "Greenhouse has an internal error at the moment." in line
    assert desk.audited() == ["greenhouse.connected"]

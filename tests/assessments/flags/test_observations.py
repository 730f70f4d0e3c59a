"""What a page notices is taken within bounds, and nothing else is; a second window is noticed by the server."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import next_item, save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.observations import MAX_ROWS
from goodword.assessments.models import Attempt, Observation
from goodword.workflow.states import lock, move
from tests.assessments.flags.support import NOW, note, noticed, on_a_clock, questions_of_their_own, send
from tests.assessments.once import once
from tests.assessments.support import answer_all, application, assigned, rows, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


begun = once(time_machine.travel(NOW, tick=False)(on_a_clock))


@pytest.fixture
def timed(db: None, begun: Attempt) -> Attempt:
    return deepcopy(begun)


# --- what is taken -----------------------------------------------------------------------------------------------


def test_leaving_is_noted_with_its_item_and_seconds_and_changes_nothing_else(timed: Attempt) -> None:
    before = rows(timed)
    response = send(timed, {"kind": "left", "item": "1", "amount": "7"})
    assert (response.status_code, response.json()) == (200, {"recorded": True})
    assert noticed(timed) == [("left", "1", 7)]
    row = Observation.objects.of(timed.organisation).get()
    assert (row.organisation_id, row.observed_at) == (timed.organisation_id, NOW)
    assert rows(timed) == before


def test_a_paste_into_an_own_question_is_noted_with_its_length() -> None:
    attempt = questions_of_their_own()
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=NOW)
    assert send(attempt, {"kind": "pasted", "item": "rain", "amount": "312"}).status_code == 200
    assert noticed(attempt) == [("pasted", "rain", 312)]


@pytest.mark.parametrize(
    ("what", "amount", "kept"),
    [("left", "999999999", 86400), ("pasted", "999999999", 100_000), ("left", "2", 2)],
)
def test_amounts_are_held_to_what_can_be(what: str, amount: str, kept: int) -> None:
    attempt = questions_of_their_own()
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=NOW)
    assert send(attempt, {"kind": what, "item": "rope", "amount": amount}).status_code == 200
    assert noticed(attempt) == [(what, "rope", kept)]


def test_the_same_twice_within_a_second_is_noted_once(timed: Attempt, now: time_machine.Traveller) -> None:
    for _ in range(3):
        assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 200
    now.shift(1)
    send(timed, {"kind": "left", "item": "1", "amount": "3"})
    assert noticed(timed) == [("left", "1", 7), ("left", "1", 3)]


def test_beyond_two_hundred_nothing_is_kept(timed: Attempt, now: time_machine.Traveller) -> None:
    note(timed, "left", *["1"] * (MAX_ROWS - 1), amount=5)
    for _ in range(3):
        now.shift(2)
        assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 200
    assert len(noticed(timed)) == MAX_ROWS


# --- what is not -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "left", "item": "1"},
        {"kind": "left", "item": "1", "amount": "1"},
        {"kind": "left", "item": "1", "amount": "-7"},
        {"kind": "left", "item": "1", "amount": "7.5"},
        {"kind": "left", "item": "1", "amount": "seven"},
        {"kind": "left", "item": "1", "amount": "1234567890"},
        {"kind": "left", "item": "99", "amount": "7"},
        {"kind": "left", "item": "", "amount": "7"},
        {"kind": "disconnected", "item": "1", "amount": "7"},
        {"kind": "second_window", "item": "1", "amount": "7"},
        {"kind": "typed", "item": "1", "amount": "7"},
        {"kind": "pasted", "item": "1", "amount": "312"},
    ],
)
def test_what_no_page_of_ours_sends_is_refused_and_changes_nothing(
    timed: Attempt, fields: dict[str, str]
) -> None:
    before = rows(timed)
    response = send(timed, fields)
    assert (response.status_code, response.json()) == (400, {"recorded": False})
    assert (noticed(timed), rows(timed)) == ([], before)


def test_before_the_first_answer_nothing_is_noted() -> None:
    attempt = questions_of_their_own()
    before = rows(attempt)
    assert send(attempt, {"kind": "left", "item": "rope", "amount": "7"}).status_code == 302
    assert (noticed(attempt), rows(attempt)) == ([], before)


def test_a_link_that_opens_nothing_and_that_of_somebody_else_note_nothing_here(timed: Attempt) -> None:
    fields = {"kind": "left", "item": "1", "amount": "7"}
    url = reverse("portal_assessment_observation", args=["x" * 43, 1])
    assert Client().post(url, fields).status_code == 404
    other = assigned(application())
    assert send(other, fields).status_code == 302
    assert send(timed, fields, order=2).status_code == 404
    assert noticed(timed) == noticed(other) == []


@pytest.mark.parametrize("end", ["close", "mark_complete"])
def test_a_closed_step_notes_nothing(timed: Attempt, end: str) -> None:
    with transaction.atomic():
        move(lock(Attempt, timed.pk), end, at=NOW, by="greenhouse", reason="rejected")
    assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 302
    assert noticed(timed) == []


def test_a_part_that_is_over_notes_nothing(timed: Attempt) -> None:
    finish_part(attempt_id=timed.pk, order=1, now=NOW)
    assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 302
    assert noticed(timed) == []


def test_a_forged_request_of_another_site_and_opening_the_address_note_nothing(timed: Attempt) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert send(timed, {"kind": "left", "item": "1", "amount": "7"}, client=strict).status_code == 403
    url = reverse("portal_assessment_observation", args=[token_of(timed), 1])
    assert strict.get(url, {"kind": "left", "item": "1", "amount": "7"}).status_code == 302
    assert noticed(timed) == []


# --- a second window ---------------------------------------------------------------------------------------------


@pytest.fixture
def second(timed: Attempt, now: time_machine.Traveller) -> Attempt:
    """The first task was answered, the second is on screen for ten seconds."""
    save_answer(attempt_id=timed.pk, order=1, item_id="1", value="a", now=NOW)
    next_item(attempt_id=timed.pk, order=1, number=1, now=NOW)
    now.shift(10)
    return timed


def post_item(attempt: Attempt, number: int, **fields: str) -> None:
    url = reverse("portal_assessment_item", args=[token_of(attempt), 1, number])
    assert Client().post(url, fields).status_code == 302


def test_another_answer_to_an_item_that_is_over_is_a_second_window(second: Attempt) -> None:
    before = rows(second)
    post_item(second, 1, answer="b")
    assert noticed(second) == [("second_window", "1", None)]
    assert rows(second) == before


def test_the_answer_that_stands_sent_again_is_none(second: Attempt) -> None:
    post_item(second, 1, answer="a")
    post_item(second, 1, answer="a", skip="yes")
    post_item(second, 1)
    post_item(second, 1, answer="zebra")
    assert noticed(second) == []


def test_an_answer_that_was_on_its_way_is_none(timed: Attempt, now: time_machine.Traveller) -> None:
    save_answer(attempt_id=timed.pk, order=1, item_id="1", value="a", now=NOW)
    next_item(attempt_id=timed.pk, order=1, number=1, now=NOW)
    now.shift(3)
    post_item(timed, 1, answer="b")
    assert noticed(timed) == []


def test_an_item_that_has_not_come_yet_is_none(second: Attempt) -> None:
    post_item(second, 3, answer="b")
    assert noticed(second) == []


# --- candidates are told -----------------------------------------------------------------------------------------


def test_the_first_page_says_what_is_noticed_and_that_it_changes_no_score() -> None:
    attempt = assigned(application())
    page = Client().get(reverse("portal_assessment", args=[token_of(attempt)])).content.decode()
    assert page.count("What is recorded") == 1
    assert page.count("None of it changes your score.") == 1


def test_each_item_names_itself_and_the_address_for_what_is_noticed() -> None:
    attempt = assigned(application())
    token = token_of(attempt)
    page = Client().get(reverse("portal_assessment_item", args=[token, 1, 1])).content.decode()
    assert page.count(f'data-observe="/p/{token}/assessment/1/observations/"') == 1
    assert page.count('data-asked="ws01"') == 1
    answer_all(attempt, now=NOW + timedelta(seconds=1))
    sheet = Client().get(reverse("portal_assessment_screens", args=[token, 1])).content.decode()
    assert sheet.count("data-asked=") == 20

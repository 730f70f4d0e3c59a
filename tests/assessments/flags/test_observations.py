"""Observations sent by the candidate's page are validated and limited; the server detects second windows."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import MAX_ROWS, next_item, save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt, Observation
from goodword.workflow.models import lock, move
from tests.assessments.flags.support import NOW, custom_attempt, note, observations, send, timed_attempt
from tests.assessments.once import once
from tests.assessments.support import answer_all, application, assigned, rows, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


begun = once(time_machine.travel(NOW, tick=False)(timed_attempt))


@pytest.fixture
def timed(db: None, begun: Attempt) -> Attempt:
    return deepcopy(begun)


# --- accepted -----------------------------------------------------------------------------------------------


def test_leaving_the_page_is_recorded_with_item_and_seconds(timed: Attempt) -> None:
    before = rows(timed)
    response = send(timed, {"kind": "left", "item": "1", "amount": "7"})
    assert (response.status_code, response.json()) == (200, {"recorded": True})
    assert observations(timed) == [("left", "1", 7)]
    row = Observation.objects.of(timed.organisation).get()
    assert (row.organisation_id, row.observed_at) == (timed.organisation_id, NOW)
    assert rows(timed) == before


@pytest.mark.world
def test_pasting_is_recorded_with_its_length() -> None:
    attempt = custom_attempt()
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=NOW)
    assert send(attempt, {"kind": "pasted", "item": "rain", "amount": "312"}).status_code == 200
    assert observations(attempt) == [("pasted", "rain", 312)]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("what", "amount", "kept"),
    [("left", "999999999", 86400), ("pasted", "999999999", 100_000), ("left", "2", 2)],
)
def test_amounts_are_capped(what: str, amount: str, kept: int) -> None:
    attempt = custom_attempt()
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=NOW)
    assert send(attempt, {"kind": what, "item": "rope", "amount": amount}).status_code == 200
    assert observations(attempt) == [(what, "rope", kept)]


@pytest.mark.world
def test_a_repetition_within_a_second_is_ignored(timed: Attempt, now: time_machine.Traveller) -> None:
    for _ in range(3):
        assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 200
    now.shift(1)
    send(timed, {"kind": "left", "item": "1", "amount": "3"})
    assert observations(timed) == [("left", "1", 7), ("left", "1", 3)]


@pytest.mark.world
def test_at_most_two_hundred_are_stored(timed: Attempt, now: time_machine.Traveller) -> None:
    note(timed, "left", *["1"] * (MAX_ROWS - 1), amount=5)
    for _ in range(3):
        now.shift(2)
        assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 200
    assert len(observations(timed)) == MAX_ROWS


# --- rejected -------------------------------------------------------------------------------------------------


@pytest.mark.matrix
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
def test_invalid_observations_are_refused(timed: Attempt, fields: dict[str, str]) -> None:
    before = rows(timed)
    response = send(timed, fields)
    assert (response.status_code, response.json()) == (400, {"recorded": False})
    assert (observations(timed), rows(timed)) == ([], before)


@pytest.mark.world
def test_nothing_is_recorded_before_the_first_answer() -> None:
    attempt = custom_attempt()
    before = rows(attempt)
    assert send(attempt, {"kind": "left", "item": "rope", "amount": "7"}).status_code == 302
    assert (observations(attempt), rows(attempt)) == ([], before)


@pytest.mark.world
def test_unknown_and_other_links_record_nothing(timed: Attempt) -> None:
    fields = {"kind": "left", "item": "1", "amount": "7"}
    url = reverse("portal_assessment_observation", args=["x" * 43, 1])
    assert Client().post(url, fields).status_code == 404
    other = assigned(application())
    assert send(other, fields).status_code == 302
    assert send(timed, fields, order=2).status_code == 404
    assert observations(timed) == observations(other) == []


@pytest.mark.parametrize("end", ["close", "mark_complete"])
def test_a_closed_step_records_nothing(timed: Attempt, end: str) -> None:
    with transaction.atomic():
        move(lock(Attempt, timed.pk), end, at=NOW, by="greenhouse", reason="rejected")
    assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 302
    assert observations(timed) == []


def test_a_finished_part_records_nothing(timed: Attempt) -> None:
    finish_part(attempt_id=timed.pk, order=1, now=NOW)
    assert send(timed, {"kind": "left", "item": "1", "amount": "7"}).status_code == 302
    assert observations(timed) == []


def test_forged_requests_and_get_record_nothing(timed: Attempt) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert send(timed, {"kind": "left", "item": "1", "amount": "7"}, client=strict).status_code == 403
    url = reverse("portal_assessment_observation", args=[token_of(timed), 1])
    assert strict.get(url, {"kind": "left", "item": "1", "amount": "7"}).status_code == 302
    assert observations(timed) == []


# --- a second window ---------------------------------------------------------------------------------------------


@pytest.fixture
def second(timed: Attempt, now: time_machine.Traveller) -> Attempt:
    """The first task is answered, the second has been on screen for ten seconds."""
    save_answer(attempt_id=timed.pk, order=1, item_id="1", value="a", now=NOW)
    next_item(attempt_id=timed.pk, order=1, number=1, now=NOW)
    now.shift(10)
    return timed


def post_item(attempt: Attempt, number: int, **fields: str) -> None:
    url = reverse("portal_assessment_item", args=[token_of(attempt), 1, number])
    assert Client().post(url, fields).status_code == 302


def test_a_different_answer_to_an_earlier_item_is_a_second_window(second: Attempt) -> None:
    before = rows(second)
    post_item(second, 1, answer="b")
    assert observations(second) == [("second_window", "1", None)]
    assert rows(second) == before


@pytest.mark.world
def test_resending_the_stored_answer_is_not_a_second_window(second: Attempt) -> None:
    post_item(second, 1, answer="a")
    post_item(second, 1, answer="a", skip="yes")
    post_item(second, 1)
    post_item(second, 1, answer="zebra")
    assert observations(second) == []


def test_an_answer_in_transit_is_not_a_second_window(timed: Attempt, now: time_machine.Traveller) -> None:
    save_answer(attempt_id=timed.pk, order=1, item_id="1", value="a", now=NOW)
    next_item(attempt_id=timed.pk, order=1, number=1, now=NOW)
    now.shift(3)
    post_item(timed, 1, answer="b")
    assert observations(timed) == []


def test_a_future_item_is_not_a_second_window(second: Attempt) -> None:
    post_item(second, 3, answer="b")
    assert observations(second) == []


# --- notice to candidates -----------------------------------------------------------------------------------------


@pytest.mark.world
def test_the_overview_says_what_is_recorded() -> None:
    attempt = assigned(application())
    page = Client().get(reverse("portal_assessment", args=[token_of(attempt)])).content.decode()
    assert page.count("What is recorded") == 1
    assert page.count("None of it changes your score.") == 1
    # `mark_complete` shows the hiring team answers of somebody who hasn't finished
    assert "everyone who decides on your application, once you've finished or the team has ended" in page
    # what each flag of `flags.raising` is about
    for what in (
        "Leaving the page",
        "pasting text",
        "lost connections",
        "a second open window",
        "answers faster than most people can read",
        "answers that are all alike or contradict each other",
    ):
        assert page.count(what) == 1, what


@pytest.mark.world
def test_items_carry_the_url_for_observations() -> None:
    attempt = assigned(application())
    token = token_of(attempt)
    page = Client().get(reverse("portal_assessment_item", args=[token, 1, 1])).content.decode()
    assert page.count(f'data-observe="/p/{token}/assessment/1/observations/"') == 1
    assert page.count('data-asked="ws116"') == 1
    answer_all(attempt, now=NOW + timedelta(seconds=1))
    sheet = Client().get(reverse("portal_assessment_screens", args=[token, 1])).content.decode()
    assert sheet.count("data-asked=") == 16

"""Answers queued offline arrive late without loss, from one device or two."""

from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.models import Attempt
from tests.assessments.once import once
from tests.assessments.support import answers, application, assigned, rows, token_of
from tests.support import factories

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@time_machine.travel(NOW, tick=False)
def build() -> Attempt:
    """An attempt whose first statement was answered at 10:00."""
    made = assigned(application())
    save_answer(attempt_id=made.pk, order=1, item_id="ws116", value=2, now=NOW)
    return made


built = once(build)


@pytest.fixture
def attempt(db: None, built: Attempt) -> Attempt:
    return deepcopy(built)


def send(
    client: Client, attempt: Attempt, value: int, *, age: str, after: timedelta, save: str = ""
) -> dict[str, object]:
    address = reverse("portal_assessment_item", args=[token_of(attempt), 1, 1])
    with time_machine.travel(NOW + after, tick=False):
        response = client.post(
            address, {"answer": str(value), "age": age, "save": save}, headers={"X-Goodword": "script"}
        )
    said: dict[str, object] = response.json()
    return said


def test_a_later_answer_counts_although_it_waited(client: Client, attempt: Attempt) -> None:
    said = send(client, attempt, 5, age="600", after=timedelta(minutes=30))
    assert said == {"saved": True, "answered": 1, "total": 16}
    assert list(answers(attempt).values_list("value", "answered_at")) == [(5, NOW + timedelta(minutes=20))]


def test_an_earlier_answer_does_not_replace_a_later_one(client: Client, attempt: Attempt) -> None:
    save_answer(attempt_id=attempt.pk, order=1, item_id="ws116", value=4, now=NOW + timedelta(minutes=10))
    before = rows(attempt)
    assert send(client, attempt, 1, age="1500", after=timedelta(minutes=30))["saved"] is True
    assert rows(attempt) == before


def test_of_two_saves_of_one_page_the_later_one_counts_in_either_order(
    client: Client, attempt: Attempt
) -> None:
    for value, save in ((5, "k3f9-10"), (4, "k3f9-9")):
        assert send(client, attempt, value, age="0", after=timedelta(minutes=1), save=save)["saved"] is True
    assert list(answers(attempt).values_list("value", flat=True)) == [5]
    # sent again after it waited
    send(client, attempt, 1, age="90", after=timedelta(minutes=2), save="k3f9-11")
    assert list(answers(attempt).values_list("value", "answered_at")) == [(1, NOW + timedelta(minutes=1))]
    send(client, attempt, 3, age="90", after=timedelta(minutes=2), save="other-1")
    assert list(answers(attempt).values_list("value", flat=True)) == [1]


@pytest.mark.matrix
@pytest.mark.parametrize("age", ["-5", "never", "1e9", "", "NaN"])
def test_ages_sent_by_a_browser_are_limited(client: Client, attempt: Attempt, age: str) -> None:
    send(client, attempt, 3, age=age, after=timedelta(minutes=1))
    assert list(answers(attempt).values_list("value", "answered_at")) == [(3, NOW + timedelta(minutes=1))]


def test_answers_are_not_dated_before_the_part_started(client: Client, attempt: Attempt) -> None:
    send(client, attempt, 3, age="99999999", after=timedelta(minutes=1))
    assert list(answers(attempt).values_list("value", "answered_at")) == [(3, NOW)]


@pytest.mark.world
def test_all_screens_are_served_without_changes(client: Client, attempt: Attempt) -> None:
    before = rows(attempt)
    response = client.get(reverse("portal_assessment_screens", args=[token_of(attempt), 1]))
    text = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert text.count("data-screen=") == 16
    assert text.count('value="2" checked') == 1
    assert rows(attempt) == before


@pytest.mark.parametrize("where", [(9, 1), (1, 99)])
def test_a_left_over_answer_to_a_missing_part_or_item_is_dropped_by_the_browser(
    client: Client, attempt: Attempt, where: tuple[int, int]
) -> None:
    """Without a response to the script, it would keep trying and send no other answers."""
    address = reverse("portal_assessment_item", args=[token_of(attempt), *where])
    response = client.post(address, {"answer": "3", "item": "gone"}, headers={"X-Goodword": "script"})
    assert response.status_code in {409, 410}
    assert response.json()["saved"] is False
    assert client.post(address, {"answer": "3"}).status_code == 404

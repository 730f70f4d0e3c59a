"""The overview shows whether a time limit is running, paused or used up."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import end_overdue
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Attempt, AttemptPart
from goodword.workflow.portal import language_choices
from tests.assessments.plans import REASONING, WORK_STYLE, attempt_of
from tests.assessments.support import token_of
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW
SECOND = timedelta(seconds=1)


def begun() -> Attempt:
    attempt = attempt_of(REASONING, WORK_STYLE)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    return attempt


def first_page(client: Client, attempt: Attempt, *, after: timedelta) -> str:
    with time_machine.travel(NOW + after, tick=False):
        page = client.get(reverse("portal_assessment", args=[token_of(attempt)]))
    return " ".join(page.content.decode().split())


def test_a_running_clock_shows_the_time_left(client: Client) -> None:
    text = first_page(client, begun(), after=20 * SECOND)
    assert "is running: 12 minutes left. If you're away" in text
    assert "up to two more times" in text
    assert "Between parts for as long as you like" not in text
    assert "Need extra time" not in text


@pytest.mark.world
def test_after_a_break_the_clock_is_paused(client: Client) -> None:
    attempt = begun()
    save_answer(attempt_id=attempt.pk, order=1, item_id="1", value="a", now=NOW + 10 * SECOND)
    text = first_page(client, attempt, after=400 * SECOND)
    assert "is paused: 12 minutes left. It restarts when you continue." in text
    assert "back once more." in text


@pytest.mark.world
def test_without_breaks_left_the_clock_keeps_running(client: Client) -> None:
    attempt = begun()
    AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt, order=1).update(breaks=2)
    text = first_page(client, attempt, after=121 * SECOND)
    assert "is running: 10 minutes left. The clock no longer stops while you're away." in text


@pytest.mark.parametrize("swept", [False, True])
def test_an_expired_clock_says_that_time_ran_out(client: Client, swept: bool) -> None:
    attempt = begun()
    save_answer(attempt_id=attempt.pk, order=1, item_id="1", value="a", now=NOW + 10 * SECOND)
    parts = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt, order=1)
    parts.update(seen_at=NOW + timedelta(minutes=12))
    later = timedelta(minutes=13)
    if swept:
        assert end_overdue(now=NOW + later) == 1
    text = first_page(client, attempt, after=later)
    assert f": 1 of {parts.get().items} answered." in text
    assert "clock for" not in text
    assert "Between parts for as long as you like" in text


@pytest.mark.world
def test_the_last_page_says_that_time_ran_out(client: Client) -> None:
    attempt = attempt_of(REASONING)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    parts = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    parts.update(seen_at=NOW + timedelta(minutes=12))
    end_overdue(now=NOW + timedelta(minutes=13))
    text = first_page(client, attempt, after=timedelta(minutes=14))
    assert "Thank you" in text
    assert ": 0 of" in text


@pytest.mark.world
def test_the_page_says_that_the_language_is_fixed(client: Client) -> None:
    words = "You can't change the language once you start."
    assert first_page(client, attempt_of(WORK_STYLE), after=SECOND).count(words) == 1
    assert words not in first_page(client, begun(), after=SECOND)


def test_languages_have_the_same_order_everywhere() -> None:
    assert [code for code, _name in language_choices(["fr", "pl", "de", "en"])] == ["en", "de", "fr", "pl"]


def test_the_start_page_explains_absences(client: Client) -> None:
    attempt = attempt_of(REASONING)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("portal_assessment_part", args=[token_of(attempt), 1])).content.decode()
    assert (
        "If you&#x27;re away for more than 30 seconds" in page
        or "If you're away for more than 30 seconds" in page
    )
    assert "You get the lost time back, at most twice. After that the clock keeps running" in page
    assert "also if you close the page" not in page


@pytest.mark.world
def test_ending_early_names_the_right_button(client: Client) -> None:
    for attempt in (begun(), attempt_of(REASONING)):
        begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
        with time_machine.travel(NOW + SECOND, tick=False):
            page = client.get(reverse("portal_assessment_finish", args=[token_of(attempt), 1]))
        assert page.content.decode().count("Once you press End this part,") == 1
        assert "press Finish" not in page.content.decode()

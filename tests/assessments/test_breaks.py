"""After a break of the line a timed part goes on with a fresh task, twice at most, and nobody gains by it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.domain.alive import go_on
from goodword.assessments.domain.answer import answer
from goodword.assessments.domain.begin_part import begin_part
from goodword.assessments.domain.finish import end_overdue
from goodword.assessments.domain.guard import PartOver
from goodword.assessments.domain.onward import onward
from goodword.assessments.given import items_of
from goodword.assessments.models import Attempt
from tests.assessments.plans import JUDGEMENT, REASONING, Asks, attempt_of
from tests.assessments.support import answers, part_of, rows, token_of
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW
MINUTES = timedelta(minutes=12)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def attempt() -> Attempt:
    """A reasoning part whose second task came on screen after one minute, its page alive until then."""
    made = attempt_of(REASONING)
    begin_part(attempt_id=made.pk, order=1, device="computer", now=NOW)
    answer(attempt_id=made.pk, order=1, item_id="1", value="a", now=NOW + MINUTE)
    onward(attempt_id=made.pk, order=1, number=1, now=NOW + MINUTE)
    return made


def url(attempt: Attempt, name: str, *args: int) -> str:
    return reverse(name, args=[token_of(attempt), 1, *args])


def test_the_task_on_screen_is_replaced_by_one_of_its_family_and_level_and_the_time_for_it_given_back(
    attempt: Attempt,
) -> None:
    answer(attempt_id=attempt.pk, order=1, item_id="2", value="b", now=NOW + MINUTE)
    assert go_on(attempt_id=attempt.pk, order=1, now=NOW + 5 * MINUTE) is True
    part = part_of(attempt)
    old, fresh = part.drawn.filter(position=2).order_by("pk")
    assert (old.item, old.voided_at, fresh.item, fresh.voided_at) == ("2", NOW + 5 * MINUTE, "2a", None)
    same = ("family", "level", "version")
    assert [old.content[name] for name in same] == [fresh.content[name] for name in same]
    assert old.content["task"] != fresh.content["task"]
    assert (part.at, part.breaks, part.ends_at) == (2, 1, NOW + MINUTES + 4 * MINUTE)
    assert list(answers(attempt).values_list("item", flat=True)) == ["1"]
    assert [item.id for item in items_of(part)][:3] == ["1", "2a", "3"]
    [noticed] = part.noticed.all()
    assert (noticed.what, noticed.item, noticed.amount) == ("broke", "2", 240)


def test_a_silence_of_thirty_seconds_is_no_break_and_one_second_more_is(attempt: Attempt) -> None:
    before = rows(attempt)
    silent = NOW + MINUTE + timedelta(seconds=30)
    assert go_on(attempt_id=attempt.pk, order=1, now=silent) is False
    assert rows(attempt) == before
    assert go_on(attempt_id=attempt.pk, order=1, now=silent + timedelta(seconds=1)) is True


def test_pressed_twice_it_goes_on_once(attempt: Attempt) -> None:
    go_on(attempt_id=attempt.pk, order=1, now=NOW + 5 * MINUTE)
    before = rows(attempt)
    assert go_on(attempt_id=attempt.pk, order=1, now=NOW + 5 * MINUTE + timedelta(seconds=1)) is False
    assert rows(attempt) == before


def test_the_third_break_gives_nothing_back_and_the_clock_runs_on(attempt: Attempt) -> None:
    for n in (5, 10):
        assert go_on(attempt_id=attempt.pk, order=1, now=NOW + n * MINUTE) is True
    part = part_of(attempt)
    assert (part.breaks, part.ends_at) == (2, NOW + MINUTES + 9 * MINUTE)
    before = rows(attempt)
    assert go_on(attempt_id=attempt.pk, order=1, now=NOW + 15 * MINUTE) is False
    assert rows(attempt) == before
    with pytest.raises(PartOver):
        go_on(attempt_id=attempt.pk, order=1, now=NOW + 21 * MINUTE + timedelta(seconds=4))
    assert end_overdue(now=NOW + 21 * MINUTE + timedelta(seconds=4)) == 1


def test_a_lid_that_was_closed_over_the_end_of_the_time_waits_for_its_candidate(attempt: Attempt) -> None:
    much_later = NOW + timedelta(hours=20)
    assert end_overdue(now=much_later) == 0
    assert go_on(attempt_id=attempt.pk, order=1, now=much_later) is True
    # eleven of twelve minutes were left when the task came on screen
    assert part_of(attempt).ends_at == much_later + 11 * MINUTE


def test_signs_of_life_keep_the_line_whole_and_say_what_is_left(client: Client, attempt: Attempt) -> None:
    alive = url(attempt, "portal_assessment_alive")
    for seconds in (10, 20, 45):
        with time_machine.travel(NOW + MINUTE + timedelta(seconds=seconds), tick=False):
            said = client.post(alive, headers={"X-Goodword": "script"})
        assert said.json() == {"broken": False, "left": 660 - seconds, "at": 2}
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        before = rows(attempt)
        said = client.post(alive, headers={"X-Goodword": "script"})
        assert said.json()["broken"] is True
        assert rows(attempt) == before


def test_who_comes_back_reads_what_a_break_means_before_going_on(client: Client, attempt: Attempt) -> None:
    with time_machine.travel(NOW + 5 * MINUTE, tick=False):
        before = rows(attempt)
        opened = client.get(url(attempt, "portal_assessment_item", 2))
        assert opened["Location"].endswith("/1/again/")
        text = client.get(opened["Location"]).content.decode()
        assert text.count("You go on with another task in place of the one that was on screen.") == 1
        assert text.count("This can happen once more.") == 1
        assert rows(attempt) == before
        assert client.post(opened["Location"])["Location"].endswith("/item/2/")
    assert part_of(attempt).breaks == 1


def test_without_a_break_the_page_of_breaks_leads_back(client: Client, attempt: Attempt) -> None:
    with time_machine.travel(NOW + MINUTE, tick=False):
        before = rows(attempt)
        again = url(attempt, "portal_assessment_again")
        assert client.get(again)["Location"].endswith("/item/2/")
        assert client.post(again)["Location"].endswith("/item/2/")
        assert rows(attempt) == before


def test_where_nothing_is_drawn_the_same_item_stays_and_only_the_silence_is_given_back() -> None:
    made = attempt_of(Asks(test=JUDGEMENT.test, minutes=10))
    begin_part(attempt_id=made.pk, order=1, device="phone", now=NOW)
    assert go_on(attempt_id=made.pk, order=1, now=NOW + 3 * MINUTE) is True
    part = part_of(made)
    assert (part.at, part.breaks, part.ends_at) == (1, 1, NOW + 13 * MINUTE)


def test_an_untimed_part_knows_no_breaks(client: Client) -> None:
    made = attempt_of(JUDGEMENT)
    before = rows(made)
    with time_machine.travel(NOW + MINUTE, tick=False):
        alive = client.post(url(made, "portal_assessment_alive"), headers={"X-Goodword": "script"})
        assert alive.status_code == 409
        assert client.post(url(made, "portal_assessment_again")).status_code == 302
    assert rows(made) == before


def test_nobody_thinks_on_behind_a_line_that_is_silent(client: Client, attempt: Attempt) -> None:
    """Who stops the signs of life before the end has no more time for the task on screen than others."""
    late = NOW + MINUTES + timedelta(seconds=4)
    before = rows(attempt)
    with pytest.raises(PartOver):
        answer(attempt_id=attempt.pk, order=1, item_id="2", value="b", now=late)
    with pytest.raises(PartOver):
        onward(attempt_id=attempt.pk, order=1, number=2, now=late)
    with time_machine.travel(late, tick=False):
        item = url(attempt, "portal_assessment_item", 2)
        assert client.post(item, {"answer": "b"}).status_code == 302
    assert rows(attempt) == before


def test_who_never_comes_back_has_a_result_once_nothing_more_is_taken(attempt: Attempt) -> None:
    end = attempt.deadline_at + timedelta(days=30)
    assert end_overdue(now=end) == 0
    assert end_overdue(now=end + timedelta(seconds=1)) == 1
    attempt.refresh_from_db()
    assert (part_of(attempt).ended_by, attempt.progress) == ("time_up", "completed")

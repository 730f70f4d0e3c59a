"""After a lost connection, a timed part continues with a new item at most twice, without extra time."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import UnknownItem, next_item, save_answer
from goodword.assessments.attempts.completion import decline, end_overdue, resume
from goodword.assessments.attempts.member_actions import cancel_attempt
from goodword.assessments.attempts.parts import PartOver, begin_part
from goodword.assessments.evidence.check import check
from goodword.assessments.evidence.export import export
from goodword.assessments.kinds.judgement.items import SituationItem
from goodword.assessments.kinds.judgement.results import JudgementResult
from goodword.assessments.models import Attempt
from goodword.assessments.queries import items_of
from goodword.assessments.results import result as shown_to_members
from tests.assessments.adjustments.support import TIMED, asked, timed
from tests.assessments.custom_questions import support as own_support
from tests.assessments.once import once
from tests.assessments.plans import JUDGEMENT, REASONING, PlannedTest, attempt_of
from tests.assessments.support import answers, part_of, rows, scores, token_of
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW
MINUTES = timedelta(minutes=12)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@time_machine.travel(NOW, tick=False)
def build() -> Attempt:
    """A reasoning part whose second task was shown after one minute, with heartbeats until then."""
    made = attempt_of(REASONING)
    begin_part(attempt_id=made.pk, order=1, device="computer", now=NOW)
    save_answer(attempt_id=made.pk, order=1, item_id="1", value="a", now=NOW + MINUTE)
    next_item(attempt_id=made.pk, order=1, number=1, now=NOW + MINUTE)
    return made


built = once(build)


@pytest.fixture
def attempt(db: None, built: Attempt) -> Attempt:
    return deepcopy(built)


def url(attempt: Attempt, name: str, *args: int) -> str:
    return reverse(name, args=[token_of(attempt), 1, *args])


def test_the_task_on_screen_is_replaced_and_its_time_given_back(
    attempt: Attempt,
) -> None:
    assert resume(attempt_id=attempt.pk, order=1, now=NOW + 5 * MINUTE) is True
    part = part_of(attempt)
    old, fresh = part.drawn.filter(position=2).order_by("pk")
    assert (old.item, old.voided_at, fresh.item, fresh.voided_at) == ("2", NOW + 5 * MINUTE, "2a", None)
    same = ("family", "level", "version")
    assert [old.content[name] for name in same] == [fresh.content[name] for name in same]
    assert old.content["task"] != fresh.content["task"]
    assert (part.at, part.breaks, part.ends_at) == (2, 1, NOW + MINUTES + 4 * MINUTE)
    assert list(answers(attempt).values_list("item", flat=True)) == ["1"]
    assert [item.id for item in items_of(part)][:3] == ["1", "2a", "3"]
    [noticed] = part.observations.all()
    assert (noticed.kind, noticed.item, noticed.amount) == ("disconnected", "2", 240)


def test_an_answer_saved_before_the_break_counts(client: Client, attempt: Attempt) -> None:
    saved = NOW + MINUTE + timedelta(seconds=20)
    save_answer(attempt_id=attempt.pk, order=1, item_id="2", value="b", now=saved)
    with time_machine.travel(saved + 4 * MINUTE, tick=False):
        again = url(attempt, "portal_assessment_reconnect")
        text = client.get(again).content.decode()
        assert text.count("Your answer to the task on screen is saved. The next task follows") == 1
        assert client.post(again)["Location"].endswith("/item/3/")
    part = part_of(attempt)
    assert (part.at, part.breaks, part.shown_at) == (3, 1, saved + 4 * MINUTE)
    assert part.ends_at == NOW + MINUTES + 4 * MINUTE  # the break since the answer
    assert not part.drawn.exclude(voided_at=None).exists()
    assert list(answers(attempt).order_by("pk").values_list("item", "value")) == [("1", "a"), ("2", "b")]


def test_an_answer_that_arrives_during_the_break_does_not_count(attempt: Attempt) -> None:
    """The candidate could have worked on it during the break."""
    saved = NOW + MINUTE + timedelta(seconds=31)
    save_answer(attempt_id=attempt.pk, order=1, item_id="2", value="b", now=saved)
    assert resume(attempt_id=attempt.pk, order=1, now=saved) is True
    assert [item.id for item in items_of(part_of(attempt))][:3] == ["1", "2a", "3"]
    assert list(answers(attempt).values_list("item", flat=True)) == ["1"]


@pytest.mark.world
def test_a_saved_answer_to_the_last_task_ends_the_part(client: Client, attempt: Attempt) -> None:
    now = NOW + 2 * MINUTE
    for number in range(2, part_of(attempt).items):
        next_item(attempt_id=attempt.pk, order=1, number=number, now=now)
    last = str(part_of(attempt).at)
    save_answer(attempt_id=attempt.pk, order=1, item_id=last, value="c", now=now)
    with time_machine.travel(now + 5 * MINUTE, tick=False):
        again = url(attempt, "portal_assessment_reconnect")
        assert client.get(again).content.decode().count("Press Continue to finish this part.") == 1
        assert client.post(again)["Location"].endswith("/assessment/")
    part = part_of(attempt)
    assert (part.ended_by, part.breaks) == ("finished", 1)
    assert list(answers(attempt).order_by("pk").values_list("item", flat=True)) == ["1", last]


def test_more_than_thirty_seconds_of_silence_is_a_break(attempt: Attempt) -> None:
    before = rows(attempt)
    silent = NOW + MINUTE + timedelta(seconds=30)
    assert resume(attempt_id=attempt.pk, order=1, now=silent) is False
    assert rows(attempt) == before
    assert resume(attempt_id=attempt.pk, order=1, now=silent + timedelta(seconds=1)) is True


def test_resuming_is_idempotent(attempt: Attempt) -> None:
    resume(attempt_id=attempt.pk, order=1, now=NOW + 5 * MINUTE)
    before = rows(attempt)
    assert resume(attempt_id=attempt.pk, order=1, now=NOW + 5 * MINUTE + timedelta(seconds=1)) is False
    assert rows(attempt) == before


def test_the_third_break_gives_no_time_back(attempt: Attempt) -> None:
    for n in (5, 10):
        assert resume(attempt_id=attempt.pk, order=1, now=NOW + n * MINUTE) is True
    part = part_of(attempt)
    assert (part.breaks, part.ends_at) == (2, NOW + MINUTES + 9 * MINUTE)
    before = rows(attempt)
    assert resume(attempt_id=attempt.pk, order=1, now=NOW + 15 * MINUTE) is False
    assert rows(attempt) == before
    with pytest.raises(PartOver):
        resume(attempt_id=attempt.pk, order=1, now=NOW + 21 * MINUTE + timedelta(seconds=4))
    assert end_overdue(now=NOW + 21 * MINUTE + timedelta(seconds=4)) == 1


def test_a_break_past_the_end_of_the_time_waits_for_the_candidate(attempt: Attempt) -> None:
    much_later = NOW + timedelta(hours=20)
    assert end_overdue(now=much_later) == 0
    assert resume(attempt_id=attempt.pk, order=1, now=much_later) is True
    # eleven of twelve minutes were left when the task came on screen
    assert part_of(attempt).ends_at == much_later + 11 * MINUTE


def test_heartbeats_keep_the_connection_and_return_the_time_left(client: Client, attempt: Attempt) -> None:
    alive = url(attempt, "portal_assessment_ping")
    for seconds in (10, 20, 45):
        with time_machine.travel(NOW + MINUTE + timedelta(seconds=seconds), tick=False):
            said = client.post(alive, headers={"X-Goodword": "script"})
        assert said.json() == {"broken": False, "left": 660 - seconds, "at": 2}
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        before = rows(attempt)
        said = client.post(alive, headers={"X-Goodword": "script"})
        assert said.json()["broken"] is True
        assert rows(attempt) == before


def test_returning_candidates_read_what_a_break_means(client: Client, attempt: Attempt) -> None:
    with time_machine.travel(NOW + 5 * MINUTE, tick=False):
        before = rows(attempt)
        opened = client.get(url(attempt, "portal_assessment_item", 2))
        assert opened["Location"].endswith("/1/reconnect/")
        text = client.get(opened["Location"]).content.decode()
        assert text.count("It doesn't count and is replaced by another") == 1
        assert text.count("You can get lost time back once more.") == 1
        assert rows(attempt) == before
        assert client.post(opened["Location"])["Location"].endswith("/item/2/")
    assert part_of(attempt).breaks == 1


def test_without_a_break_the_reconnect_page_redirects(client: Client, attempt: Attempt) -> None:
    with time_machine.travel(NOW + MINUTE, tick=False):
        before = rows(attempt)
        again = url(attempt, "portal_assessment_reconnect")
        assert client.get(again)["Location"].endswith("/item/2/")
        assert client.post(again)["Location"].endswith("/item/2/")
        assert rows(attempt) == before


def situations_to_come(minutes: int = 10) -> Attempt:
    """An attempt with a timed judgement part."""
    return attempt_of(PlannedTest(test=JUDGEMENT.test, minutes=minutes))


def situations(minutes: int = 10) -> Attempt:
    """A started attempt with a timed judgement part."""
    made = situations_to_come(minutes)
    begin_part(attempt_id=made.pk, order=1, device="phone", now=NOW)
    return made


def rate(attempt: Attempt, now: datetime, value: int = 3) -> None:
    """Rate all actions of the current situation."""
    part = part_of(attempt)
    item = items_of(part)[part.at - 1]
    assert isinstance(item, SituationItem)
    ratings = {action.id: value for action in item.situation.actions}
    save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=ratings, now=now)


@pytest.mark.world
def test_an_interrupted_situation_does_not_count() -> None:
    made = situations()
    first, second, third = [item.id for item in items_of(part_of(made))][:3]
    rate(made, NOW + MINUTE)
    next_item(attempt_id=made.pk, order=1, number=1, now=NOW + MINUTE)
    rate(made, NOW + 2 * MINUTE)  # arrives while the connection counts as lost
    size = part_of(made).items
    assert resume(attempt_id=made.pk, order=1, now=NOW + 5 * MINUTE) is True
    part = part_of(made)
    assert (part.at, part.breaks, part.items, part.void) == (2, 1, size - 1, [second])
    assert part.ends_at == NOW + 14 * MINUTE  # the time since it came on screen is given back
    assert [item.id for item in items_of(part)][:2] == [first, third]
    assert list(answers(made).values_list("item", flat=True)) == [first]
    with pytest.raises(UnknownItem):
        save_answer(attempt_id=made.pk, order=1, item_id=second, value={}, now=NOW + 5 * MINUTE)
    [noticed] = part.observations.all()
    assert (noticed.kind, noticed.item) == ("disconnected", "2")


@pytest.mark.world
def test_only_fully_rated_situations_survive_a_break() -> None:
    made = situations()
    first, second = [item.id for item in items_of(part_of(made))][:2]
    rate(made, NOW + timedelta(seconds=20))
    assert resume(attempt_id=made.pk, order=1, now=NOW + 5 * MINUTE) is True
    part = part_of(made)
    assert (part.at, part.void) == (2, [])
    item = items_of(part)[1]
    assert isinstance(item, SituationItem)
    some = {item.situation.actions[0].id: 3}
    now = NOW + 5 * MINUTE + timedelta(seconds=20)
    save_answer(attempt_id=made.pk, order=1, item_id=second, value=some, now=now)
    assert resume(attempt_id=made.pk, order=1, now=NOW + 8 * MINUTE) is True
    part = part_of(made)
    assert (part.at, part.void) == (2, [second])
    assert list(answers(made).values_list("item", flat=True)) == [first]


@pytest.mark.world
def test_void_situations_are_ignored_in_scores_and_recomputation(
    tmp_path: Path,
) -> None:
    made = situations(minutes=60)
    for n in (1, 2):
        resume(attempt_id=made.pk, order=1, now=NOW + n * MINUTE)
    part, now = part_of(made), NOW + 3 * MINUTE
    given = items_of(part)
    for number in range(1, part.items + 1):
        rate(made, now)
        next_item(attempt_id=made.pk, order=1, number=number, now=now)
    part = part_of(made)
    actions = sum(len(item.situation.actions) for item in given if isinstance(item, SituationItem))
    assert part.ended_by == "finished"
    assert [(score.answered, score.items) for score in part.scores.all()] == [(actions, actions)] * 2
    made.refresh_from_db()
    found = shown_to_members(made)
    assert found is not None
    [shown] = found.parts
    assert isinstance(shown, JudgementResult)
    assert (shown.voided, [situation.text for situation in shown.situations]) == (
        2,
        [item.text for item in given],
    )
    export(organisation=made.organisation, folder=tmp_path / "evidence", now=now, actor="a test")
    again = check(tmp_path / "evidence")
    assert (again.scores.agree, again.differ, again.changed) == (2, (), ())


@pytest.mark.world
def test_the_last_situation_is_kept_after_a_break(client: Client) -> None:
    made = situations()
    for number in range(1, part_of(made).items):
        next_item(attempt_id=made.pk, order=1, number=number, now=NOW + MINUTE)
    last = part_of(made).at
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        text = client.get(url(made, "portal_assessment_reconnect")).content.decode()
    assert text.count("You'll continue where you left off and get the lost time back.") == 1
    assert resume(attempt_id=made.pk, order=1, now=NOW + 3 * MINUTE) is True
    part = part_of(made)
    assert (part.at, part.void, part.ends_at) == (last, [], NOW + 12 * MINUTE)


@pytest.mark.world
def test_pages_explain_breaks_before_the_clock_starts(client: Client) -> None:
    fresh = "doesn't count and is replaced by another."
    stays = "You'll continue where you left off and get the lost time back, at most twice."
    for made, told in ((situations_to_come(), (1, 0)), (own_support.asked(minutes=20), (0, 1))):
        for name, more in (("portal_assessment", ()), ("portal_assessment_part", (1,))):
            page = client.get(reverse(name, args=[token_of(made), *more])).content.decode()
            assert (page.count(fresh), page.count(stays)) == told


@pytest.mark.world
def test_a_custom_question_is_kept_after_a_break(client: Client) -> None:
    made = own_support.asked(minutes=20)
    begin_part(attempt_id=made.pk, order=1, device="computer", now=NOW)
    first = items_of(part_of(made))[0].id
    save_answer(attempt_id=made.pk, order=1, item_id=first, value="First I look.", now=NOW + MINUTE)
    with time_machine.travel(NOW + 5 * MINUTE, tick=False):
        text = client.get(url(made, "portal_assessment_reconnect")).content.decode()
    assert text.count("You'll continue where you left off and get the lost time back.") == 1
    assert resume(attempt_id=made.pk, order=1, now=NOW + 5 * MINUTE) is True
    part = part_of(made)
    assert (part.at, part.void, part.ends_at) == (1, [], NOW + 25 * MINUTE)
    assert [answer.item for answer in answers(made)] == [first]


@pytest.mark.world
def test_an_untimed_part_has_no_breaks(client: Client) -> None:
    made = attempt_of(JUDGEMENT)
    before = rows(made)
    with time_machine.travel(NOW + MINUTE, tick=False):
        alive = client.post(url(made, "portal_assessment_ping"), headers={"X-Goodword": "script"})
        assert alive.status_code == 409
        assert client.post(url(made, "portal_assessment_reconnect")).status_code == 302
    assert rows(made) == before


def test_time_gained_offline_is_not_time_to_think(client: Client, attempt: Attempt) -> None:
    late = NOW + MINUTES + timedelta(seconds=4)
    before = rows(attempt)
    with pytest.raises(PartOver):
        save_answer(attempt_id=attempt.pk, order=1, item_id="2", value="b", now=late)
    with pytest.raises(PartOver):
        next_item(attempt_id=attempt.pk, order=1, number=2, now=late)
    with time_machine.travel(late, tick=False):
        item = url(attempt, "portal_assessment_item", 2)
        assert client.post(item, {"answer": "b"}).status_code == 302
    assert rows(attempt) == before


def test_an_abandoned_part_is_scored_once_the_attempt_is_over(attempt: Attempt) -> None:
    end = attempt.deadline_at + timedelta(days=30)
    assert end_overdue(now=end) == 0
    assert end_overdue(now=end + timedelta(seconds=1)) == 1
    attempt.refresh_from_db()
    assert (part_of(attempt).ended_by, attempt.progress) == ("time_up", "completed")


def test_an_abandoned_part_of_a_closed_attempt_is_scored_even_while_a_request_is_open() -> None:
    made = timed(REASONING, TIMED)
    begin_part(attempt_id=made.pk, order=1, device="computer", now=NOW)
    asked(made)
    closed = made.deadline_at + timedelta(days=31)
    cancel_attempt(attempt_id=made.pk, member=factories.member(made.organisation, kind="admin"), now=closed)
    ended = []
    for now in (closed, closed + timedelta(days=30), closed + timedelta(days=30, seconds=1)):
        end_overdue(now=now)
        ended.append(part_of(made).ended_by)
    assert (ended, scores(made).get(scale="").value) == (["", "", "time_up"], 0)


@pytest.mark.parametrize("waits", [False, True])
def test_an_abandoned_part_of_a_declined_attempt_ends_unscored_even_while_a_request_is_open(
    waits: bool,
) -> None:
    attempt = timed(REASONING, TIMED)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    if waits:
        asked(attempt)
    decline(attempt_id=attempt.pk, now=NOW)
    assert end_overdue(now=NOW + 2 * MINUTES) == 1
    part = part_of(attempt)
    assert (part.ended_by, scores(attempt).count()) == ("time_up", 0)

"""Time limits follow the server's clock, and parts end when time is up."""

from copy import deepcopy
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goodword.assessments.attempts.answers import WrongItem, next_item, save_answer
from goodword.assessments.attempts.completion import end_overdue, finish_part
from goodword.assessments.attempts.parts import OutOfOrder, PartNotBegun, PartOver, begin_part
from goodword.assessments.models import Attempt, AttemptPart, Test, TestVersion
from tests.assessments.once import once
from tests.assessments.plans import REASONING, WORK_STYLE, PlannedTest, attempt_of
from tests.assessments.support import answer_all, answers, application, part_of, rows, scores, tell, token_of
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
MINUTES = timedelta(minutes=12)


made = once(time_machine.travel(NOW, tick=False)(lambda: attempt_of(REASONING)))


@pytest.fixture
def attempt(db: None, made: Attempt) -> Attempt:
    """A reasoning part of twelve tasks in twelve minutes that hasn't started."""
    return deepcopy(made)


def begun(attempt: Attempt, *, at: datetime = NOW) -> AttemptPart:
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=at)
    return part_of(attempt)


def give(attempt: Attempt, number: int, value: str = "a", *, at: datetime = NOW) -> None:
    save_answer(attempt_id=attempt.pk, order=1, item_id=str(number), value=value, now=at)


def go_on(attempt: Attempt, number: int, *, at: datetime = NOW) -> AttemptPart:
    return next_item(attempt_id=attempt.pk, order=1, number=number, now=at)


def url(attempt: Attempt, name: str, *args: int) -> str:
    return reverse(name, args=[token_of(attempt), 1, *args])


@pytest.mark.world
def test_answering_a_task_takes_a_constant_number_of_queries(client: Client, attempt: Attempt) -> None:
    begun(attempt)
    counts = []
    for number in (1, 2, 3):
        address = url(attempt, "portal_assessment_item", number)
        with CaptureQueriesContext(connection) as queries:
            client.post(address, {"answer": "a"})
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries))
    # read: link, start, attempt, parts, answers, tasks; saved: attempt, parts, answers, tasks, answer, heartbeat;
    # next task: attempt, parts, answers, tasks, part; the first time also the contents of the tasks
    assert counts == [18, 17, 17]


# --- starting ----------------------------------------------------------------------------------------------------


def test_start_draws_the_items_and_runs_the_clock(attempt: Attempt) -> None:
    part = begun(attempt)
    assert (part.begun_at, part.ends_at, part.at, part.device) == (NOW, NOW + MINUTES, 1, "computer")
    assert list(part.drawn.order_by("position").values_list("position", "item", "voided_at")) == [
        (number, str(number), None) for number in range(1, 13)
    ]
    attempt.refresh_from_db()
    assert (attempt.progress, attempt.begun_at) == ("in_progress", NOW)


def test_a_second_press_of_start_gains_no_time(attempt: Attempt) -> None:
    first = begun(attempt)
    before = rows(attempt)
    assert begun(attempt, at=NOW + timedelta(minutes=5)).ends_at == first.ends_at
    assert rows(attempt) == before


@pytest.mark.world
def test_two_candidates_get_different_tasks() -> None:
    one, other = (begun(attempt_of(REASONING)) for _ in range(2))
    drawn = [list(part.drawn.order_by("position").values_list("content", flat=True)) for part in (one, other)]
    assert drawn[0] != drawn[1]
    assert [(item["family"], item["level"]) for item in drawn[0]] and sorted(
        (item["family"], item["level"]) for item in drawn[0]
    ) == sorted((item["family"], item["level"]) for item in drawn[1])


def test_nothing_is_answered_before_the_start(attempt: Attempt) -> None:
    before = rows(attempt)
    with pytest.raises(PartNotBegun):
        give(attempt, 1)
    assert rows(attempt) == before


@pytest.mark.world
def test_a_part_waits_for_the_one_before_it() -> None:
    attempt = attempt_of(WORK_STYLE, REASONING)
    before = rows(attempt)
    with pytest.raises(OutOfOrder):
        begin_part(attempt_id=attempt.pk, order=2, device="computer", now=NOW)
    assert rows(attempt) == before
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    begin_part(attempt_id=attempt.pk, order=2, device="computer", now=NOW)
    assert part_of(attempt, 2).ends_at == NOW + MINUTES
    assert event_names(attempt.step_request.application_id).count("attempt.begun") == 1


# --- one task at a time -------------------------------------------------------------------------------------------


@pytest.mark.world
def test_an_answer_can_be_changed_while_its_task_is_on_screen_and_not_afterwards(attempt: Attempt) -> None:
    begun(attempt)
    give(attempt, 1, "a")
    give(attempt, 1, "b", at=NOW + timedelta(seconds=5))
    go_on(attempt, 1, at=NOW + timedelta(seconds=6))
    before = rows(attempt)
    with pytest.raises(WrongItem) as refused:
        give(attempt, 1, "c", at=NOW + timedelta(seconds=7))
    assert refused.value.at == 2
    assert rows(attempt) == before
    assert list(answers(attempt).values_list("item", "value", "seconds")) == [("1", "b", 5.0)]


def test_no_task_is_answered_before_it_is_on_screen(attempt: Attempt) -> None:
    begun(attempt)
    before = rows(attempt)
    with pytest.raises(WrongItem):
        give(attempt, 2)
    assert rows(attempt) == before


def test_a_double_click_skips_no_task(attempt: Attempt) -> None:
    begun(attempt)
    assert [go_on(attempt, 1).at, go_on(attempt, 1).at] == [2, 2]


@pytest.mark.world
def test_second_windows_and_replays_lead_to_the_current_task(client: Client, attempt: Attempt) -> None:
    begun(attempt)
    first = url(attempt, "portal_assessment_item", 1)
    assert client.post(first, {"answer": "a"})["Location"].endswith("/item/2/")
    before = rows(attempt)
    here = f"{first.replace('/item/1/', '/item/2/')}?elsewhere=yes"
    for sent in ({"answer": "b"}, {}, {"skip": "yes"}):
        page = client.post(first, sent, follow=True)
        assert page.redirect_chain == [(here, 302)]
        assert "You have moved on from this task, perhaps in another window." in page.content.decode()
        assert "Choose an answer" not in page.content.decode()
    by_script = client.post(first, {"answer": "b"}, headers={"X-Goodword": "script"})
    assert (by_script.status_code, by_script.json()) == (
        409,
        {"saved": False, "elsewhere": True, "go": here},
    )
    assert rows(attempt) == before


@pytest.mark.world
def test_going_back_leads_to_the_current_task(client: Client, attempt: Attempt) -> None:
    begun(attempt)
    go_on(attempt, 1)
    first = url(attempt, "portal_assessment_item", 1)
    page = client.get(first, follow=True)
    assert page.redirect_chain == [(first.replace("/item/1/", "/item/2/"), 302)]
    assert "You can't answer earlier tasks" not in page.content.decode()


def test_a_task_can_be_skipped(client: Client, attempt: Attempt) -> None:
    begun(attempt)
    response = client.post(url(attempt, "portal_assessment_item", 1), {"skip": "yes"})
    assert response["Location"].endswith("/item/2/")
    assert answers(attempt).count() == 0


@pytest.mark.world
def test_the_last_task_ends_the_part_and_completes_the_attempt(client: Client, attempt: Attempt) -> None:
    begun(attempt)
    for number in range(1, 13):
        assert part_of(attempt).ended_at is None
        client.post(url(attempt, "portal_assessment_item", number), {"answer": "a"})
    part = part_of(attempt)
    assert (part.ended_at, part.ended_by) == (NOW, "finished")
    attempt.refresh_from_db()
    assert attempt.progress == "completed"
    assert event_names(attempt.step_request.application_id)[-1] == "attempt.completed"


# --- time ---------------------------------------------------------------------------------------------------------


def test_answers_count_until_three_seconds_after_the_end(attempt: Attempt) -> None:
    part = begun(attempt)
    keep_alive(part, until=NOW + MINUTES)
    give(attempt, 1, "a", at=NOW + MINUTES + timedelta(seconds=3))
    before = rows(attempt)
    with pytest.raises(PartOver):
        give(attempt, 1, "b", at=NOW + MINUTES + timedelta(seconds=3, milliseconds=1))
    assert rows(attempt) == before


@pytest.mark.world
def test_time_up_scores_saved_answers_and_completes_the_attempt(attempt: Attempt) -> None:
    part = begun(attempt)
    key = part.drawn.get(position=1).content["key"]
    give(attempt, 1, key)
    keep_alive(part, until=NOW + MINUTES)
    assert end_overdue(now=NOW + MINUTES + timedelta(seconds=3)) == 0
    later = NOW + MINUTES + timedelta(seconds=4)
    assert end_overdue(now=later) == 1
    assert end_overdue(now=later) == 0
    ended = part_of(attempt)
    assert (ended.ended_at, ended.ended_by) == (later, "time_up")
    assert scores(attempt).get(scale="").value == 1.0
    assert (scores(attempt).get(scale="").answered, scores(attempt).get(scale="").items) == (1, 12)
    attempt.refresh_from_db()
    assert attempt.progress == "completed"


@pytest.mark.world
def test_a_reopened_attempt_completes_if_its_time_ran_out(attempt: Attempt) -> None:
    keep_alive(begun(attempt), until=NOW + MINUTES)
    of = attempt.step_request.application
    tell("application.rejected", of, at=NOW + timedelta(minutes=2))
    run_jobs()
    end_overdue(now=NOW + MINUTES + timedelta(seconds=4))
    attempt.refresh_from_db()
    assert (part_of(attempt).ended_by, attempt.progress) == ("time_up", "in_progress")
    tell("application.unrejected", of, at=NOW + timedelta(minutes=20))
    run_jobs()
    attempt.refresh_from_db()
    assert attempt.progress == "completed"


@pytest.mark.world
def test_after_time_up_a_late_answer_leads_to_the_next_part(client: Client, attempt: Attempt) -> None:
    attempt = attempt_of(REASONING, WORK_STYLE)
    keep_alive(begun(attempt), until=NOW + MINUTES)
    item = url(attempt, "portal_assessment_item", 1)
    with time_machine.travel(NOW + MINUTES + timedelta(seconds=10), tick=False):
        before = rows(attempt)
        sent = client.post(item, {"answer": "a"})
        assert (sent.status_code, sent["Location"]) == (302, item.replace("1/item/1/", "2/"))
        text = client.get(sent["Location"]).content.decode()
        assert rows(attempt) == before
    assert text.count("This part is over. Your last answer came too late; your earlier answers count.") == 1
    assert text.count("Time ran out for Reasoning: 0 of 12 answered.") == 1
    assert text.count("Next: part 2, Work style") == 1


def test_the_browsers_clock_is_ignored(client: Client, attempt: Attempt) -> None:
    """The time of arrival counts, whatever time the page sends."""
    keep_alive(begun(attempt), until=NOW + MINUTES)
    with time_machine.travel(NOW + MINUTES + timedelta(minutes=1), tick=False):
        client.post(
            url(attempt, "portal_assessment_item", 1),
            {"answer": "a", "age": "300"},
            headers={"X-Goodword": "script", "Date": "Tue, 03 Mar 2026 09:00:00 GMT"},
        )
    assert answers(attempt).count() == 0


def test_reloading_gains_no_time(client: Client, attempt: Attempt) -> None:
    begun(attempt)
    before = rows(attempt)
    with time_machine.travel(NOW + timedelta(seconds=20), tick=False):
        text = client.get(url(attempt, "portal_assessment_item", 1)).content.decode()
    assert text.count('data-left="700"') == 1
    assert rows(attempt) == before


@pytest.mark.world
def test_ending_early_needs_a_confirmation(client: Client, attempt: Attempt) -> None:
    begun(attempt)
    end = url(attempt, "portal_assessment_finish")
    text = client.get(end).content.decode()
    assert text.count("End this part now?") == 1
    client.post(end)
    assert part_of(attempt).ended_by == "finished"


def keep_alive(part: AttemptPart, *, until: datetime) -> None:
    """Record heartbeats until this time."""
    AttemptPart.objects.of(part.organisation).filter(pk=part.pk).update(seen_at=until)


@pytest.mark.world
def test_a_part_that_has_not_started_cannot_be_finished(client: Client) -> None:
    made = attempt_of(PlannedTest(test="reasoning", form="short_12"))
    before = rows(made)
    with pytest.raises(PartNotBegun):
        finish_part(attempt_id=made.pk, order=1, now=NOW)
    end = url(made, "portal_assessment_finish")
    assert client.get(end)["Location"].endswith("/assessment/1/")
    assert client.post(end).status_code == 302
    assert rows(made) == before


@pytest.mark.world
def test_screens_of_later_parts_are_not_shown(client: Client) -> None:
    made = attempt_of(WORK_STYLE, PlannedTest(test="judgement_customer"))
    sheet = reverse("portal_assessment_screens", args=[token_of(made), 2])
    assert client.get(sheet).status_code == 302


CONDITIONAL = {
    "kind": "questions",
    "id": "own",
    "version": "1",
    "language": "en",
    "name": "Questions of ours",
    "instructions": "",
    "questions": [
        {
            "type": "single_choice",
            "id": "ropes",
            "text": "Have you worked on ropes?",
            "choices": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}],
        },
        {
            "type": "single_choice",
            "id": "knot",
            "text": "Which knot holds?",
            "choices": [{"value": "eight", "label": "Eight"}, {"value": "bow", "label": "Bow"}],
            "when": {"question": "ropes", "is": ["yes"]},
        },
        {"type": "short_text", "id": "start", "text": "When could you start?"},
    ],
    "right": {"knot": ["eight"]},
}


def conditional(*, minutes: int | None) -> Attempt:
    of = application()
    org = of.organisation
    test = Test.objects.create(organisation=org, kind="questions", key="own_1", title="Ours", created_at=NOW)
    TestVersion.objects.create(
        organisation=org,
        test=test,
        number="1",
        language="en",
        content=CONDITIONAL,
        created_at=NOW,
        published_at=NOW,
    )
    return attempt_of(PlannedTest(test=test, minutes=minutes), of=of)


@pytest.mark.world
def test_hidden_questions_leave_no_gap_in_timed_parts(client: Client) -> None:
    made = conditional(minutes=5)
    begin_part(attempt_id=made.pk, order=1, device="computer", now=NOW)
    assert client.post(url(made, "portal_assessment_item", 1), {"q-ropes": "no"})["Location"].endswith(
        "item/2/"
    )
    client.post(url(made, "portal_assessment_item", 2), {"q-start": "In May"})
    assert sorted(answers(made).values_list("item", "value")) == [("ropes", "no"), ("start", "In May")]
    assert part_of(made).ended_by == "finished"
    assert list(scores(made).values_list("value", "items")) == []


@pytest.mark.world
def test_conditional_questions_appear_in_timed_parts(client: Client) -> None:
    made = conditional(minutes=5)
    begin_part(attempt_id=made.pk, order=1, device="computer", now=NOW)
    client.post(url(made, "portal_assessment_item", 1), {"q-ropes": "yes"})
    client.post(url(made, "portal_assessment_item", 2), {"q-knot": "eight"})
    assert part_of(made).ended_at is None
    client.post(url(made, "portal_assessment_item", 3), {"q-start": "In May"})
    assert part_of(made).ended_by == "finished"
    assert list(scores(made).values_list("value", "items")) == [(1.0, 1)]

"""References that arrive after completion."""

from datetime import timedelta

import pytest
import time_machine

from goodword.references.domain.requests import end_expired_requests
from tests.references.story import ANSWERS, NOW, Story, answer, get, post, referee_path, sent
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"
NOTHING_NEEDED = b"There is nothing to do here at the moment"


@kept
def done_with_one() -> Story:
    """A check completed by one of two referees."""
    story = sent()
    check = story.check
    check.least = 1
    check.save()
    answer(referee_path(MARIA))
    assert story.check.progress == "completed"
    return story


@pytest.mark.world
def test_a_reference_after_completion_is_marked_late() -> None:
    story = done_with_one()
    answer(referee_path(PAUL))
    assert [reference.late for reference in story.references] == [False, True]
    assert event_names().count("check.answered_late") == 1


@pytest.mark.world
def test_after_its_deadline_a_late_reference_is_refused_and_the_draft_kept() -> None:
    story = done_with_one()
    path = referee_path(PAUL)
    post(f"{path}questions/2/", ANSWERS[1])
    request = story.requests[1]
    with time_machine.travel(request.deadline_at + timedelta(minutes=1), tick=False):
        assert NOTHING_NEEDED in get(path).content
        assert NOTHING_NEEDED in post(f"{path}review/").content
        assert NOTHING_NEEDED in post(f"{path}facts/", ANSWERS[0]).content
    assert (len(story.references), story.requests[1].state) == (1, "begun")


@pytest.mark.world
def test_the_notice_of_an_overdue_request_says_that_answers_are_still_welcome() -> None:
    story = sent()
    path = referee_path(MARIA)
    with time_machine.travel(story.requests[0].deadline_at + timedelta(hours=1), tick=False):
        assert "your answer is still welcome" in get(path).content.decode()
        answer(path)
    assert [reference.late for reference in story.references] == [False]


@pytest.mark.world
def test_submitting_after_a_cancellation_shows_the_neutral_page() -> None:
    story = sent()
    path = referee_path(MARIA)
    for number, page in enumerate(ANSWERS, start=1):
        post(f"{path}questions/{number}/", page)
    story.happens("application.rejected", reason="x")
    assert NOTHING_NEEDED in post(f"{path}review/").content
    assert story.references == []
    story.happens("application.unrejected")
    assert post(f"{path}review/").url == path
    run_jobs()
    assert len(story.references) == 1


@pytest.mark.main_case
def test_an_expired_link_leads_to_a_fresh_one() -> None:
    story = sent()
    path = referee_path(MARIA)
    check = story.check
    check.clock_stopped_at = NOW  # keeps the check open
    check.save()
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        assert get(path).url == f"{path}fresh/"
        assert post(f"{path}questions/2/", ANSWERS[1]).url == f"{path}fresh/"
        post(f"{path}fresh/")
        run_jobs()
        fresh = referee_path(MARIA)
        assert fresh != path
        assert f'action="{fresh}begin/"' in get(fresh).content.decode()


@pytest.mark.world
def test_open_requests_of_a_finished_check_end_with_their_deadline() -> None:
    waiting, story = sent(), done_with_one()
    request = story.requests[1]
    later = request.deadline_at + timedelta(minutes=1)
    assert end_expired_requests(now=request.deadline_at) == 0
    assert [end_expired_requests(now=later) for _ in range(2)] == [1, 0]
    assert [(reference_request.state, reference_request.why) for reference_request in story.requests] == [
        ("answered", ""),
        ("ended", "check_done"),
    ]
    assert [reference_request.state for reference_request in waiting.requests] == [
        "sent",
        "sent",
    ]  # the check is open

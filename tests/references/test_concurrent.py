"""Concurrent actions over real connections."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from goodword.core.models import Event
from goodword.references.domain import checks, responses
from goodword.references.domain.completion import complete_if_all_received
from goodword.references.domain.sending import fingerprint, preview_mails, release_referee, send_requests
from goodword.references.domain.slot_changes import answer_cannot, cannot_provide
from goodword.workflow.domain.runs import Refused
from goodword.workflow.portal import ask_recruiter
from tests.references.story import (
    ANSWERS,
    FACTS,
    MANAGER,
    NOW,
    candidate_path,
    named,
    opened,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]


@pytest.fixture(autouse=True)
def no_jobs_of_others(transactional_db: None) -> Iterator[None]:
    """Django's flush does not empty the job queue."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the actions in threads that start together. Returns None for an action that raised `Closed` or
    `Refused`."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=60)
            return act()
        except (checks.CheckClosed, Refused):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_concurrent_submissions_of_one_referee_create_one_reference() -> None:
    story = sent()
    path = referee_path("maria@globex.example")
    for number, page in enumerate(ANSWERS, start=1):
        post(f"{path}questions/{number}/", page)
    request_id = story.requests[0].pk
    found = at_once(*[lambda: responses.submit(request_id=request_id, now=NOW)] * 4)
    assert len(story.references) == 1
    assert {reference.pk for reference in found} == {story.references[0].pk}
    assert event_names().count("reference.received") == 1


def test_concurrent_references_complete_the_check_once() -> None:
    story = sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        for number, page in enumerate(ANSWERS, start=1):
            post(f"{referee_path(address)}questions/{number}/", page)
    first, second = (request.pk for request in story.requests)
    at_once(
        lambda: responses.submit(request_id=first, now=NOW),
        lambda: responses.submit(request_id=second, now=NOW),
    )
    check_id = story.check.pk
    completed = at_once(*[lambda: complete_if_all_received(check_id=check_id, now=NOW)] * 2)
    assert sorted(completed) == [False, True]
    assert (len(story.references), story.check.progress) == (2, "completed")
    assert event_names().count("check.completed") == 1


def test_pressing_send_twice_mails_each_referee_once() -> None:
    story = named()
    check = story.check
    seen = fingerprint(preview_mails(check, now=NOW, link="here"))
    at_once(*[lambda: send_requests(check_id=check.pk, seen=seen, link="here", now=NOW)] * 3)
    assert len(story.requests) == 2
    assert event_names().count("check.requests_sent") == 1


def test_concurrent_releases_mail_the_referee_once() -> None:
    story = opened()
    post(f"{candidate_path(story)}1/", MANAGER | {"r-after_offer": "on"})
    press_send(story)
    referee_id, who = story.check.referees.get().pk, factories.member(story.application.organisation)
    at_once(*[lambda: release_referee(referee_id=referee_id, member=who, now=NOW)] * 3)
    assert len(story.requests) == 1
    assert event_names().count("request.released") == 1


def test_concurrent_answers_of_members_count_once() -> None:
    story = opened()
    check_id, who = story.check.pk, factories.member(story.application.organisation)
    at_once(*[lambda: cannot_provide(check_id=check_id, slot=1, reason="x", now=NOW)] * 3)
    assert event_names().count("check.cannot_provide") == 1
    at_once(
        *[
            lambda answer=answer: answer_cannot(
                check_id=check_id, slot=1, answer=answer, note="", member=who, now=NOW
            )
            for answer in ("waived", "any", "still_asked")
        ]
    )
    assert event_names().count("check.cannot_provide_answered") == 1
    assert story.check.clock_stopped_at is None


def test_six_concurrent_questions_send_five_mails() -> None:
    application = opened().application

    def once() -> bool:
        return ask_recruiter(
            application=application, by="candidate", name="N", address="n@mail.example", text="?", now=NOW
        )

    assert sorted(at_once(*[once] * 6)) == [False, *[True] * 5]


@pytest.mark.slow
def test_ten_concurrent_references_complete_the_check_once() -> None:
    story = opened(step={"slots": [{"relationship": "any", "count": 10, "needed": False, "hint": ""}]})
    for slot in range(1, 11):
        post(f"{candidate_path(story)}{slot}/", MANAGER | {"r-email": f"referee{slot}@globex.example"})
    press_send(story)
    doors = [referee_path(f"referee{slot}@") for slot in range(1, 11)]
    at_once(*[lambda path=path: post(f"{path}facts/", FACTS).status_code for path in doors])
    run_jobs()
    assert len(story.references) == 10
    assert [reference.late for reference in story.references] == [False] * 10
    received = list(Event.objects.filter(name="reference.received").values_list("data", flat=True))
    assert sum(data["first"] for data in received) == 1
    assert (story.check.progress, event_names().count("check.completed")) == ("completed", 1)

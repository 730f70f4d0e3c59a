"""Several at once: over real connections, each with its own transaction."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from goodword.references.domain import guard, respond
from goodword.references.domain.complete import complete_if_all_in
from goodword.references.domain.send import fingerprint, send_requests, show
from tests.references.story import ANSWERS, NOW, named, post, referee_door, sent
from tests.support.jobs import event_names

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_jobs_of_others(transactional_db: None) -> Iterator[None]:
    """Django's flush leaves the queue alone, which is not among its managed tables: settle what a test left."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that set off together; a guard.Closed is a result like any other."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=20)
            return act()
        except guard.Closed:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_simultaneous_submits_of_one_referee_give_one_reference() -> None:
    story = sent()
    door = referee_door("maria@globex.example")
    for number, page in enumerate(ANSWERS, start=1):
        post(f"{door}questions/{number}/", page)
    request_id = story.requests[0].pk
    found = at_once(*[lambda: respond.submit(request_id=request_id, now=NOW)] * 4)
    assert len(story.references) == 1
    assert {reference.pk for reference in found} == {story.references[0].pk}
    assert event_names().count("reference.received") == 1


def test_two_referees_at_once_are_one_first_and_one_second_and_complete_once() -> None:
    story = sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        for number, page in enumerate(ANSWERS, start=1):
            post(f"{referee_door(address)}questions/{number}/", page)
    first, second = (request.pk for request in story.requests)
    at_once(
        lambda: respond.submit(request_id=first, now=NOW), lambda: respond.submit(request_id=second, now=NOW)
    )
    check_id = story.check.pk
    completed = at_once(*[lambda: complete_if_all_in(check_id=check_id, now=NOW)] * 2)
    assert sorted(completed) == [False, True]
    assert (len(story.references), story.check.progress) == (2, "completed")
    assert event_names().count("check.completed") == 1


def test_send_pressed_in_two_tabs_at_once_writes_to_each_referee_once() -> None:
    story = named()
    check = story.check
    seen = fingerprint(show(check, now=NOW, link="here"))
    at_once(*[lambda: send_requests(check_id=check.pk, seen=seen, link="here", now=NOW)] * 3)
    assert len(story.requests) == 2
    assert event_names().count("check.requests_sent") == 1

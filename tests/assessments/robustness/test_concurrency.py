"""A candidate uses two devices at the same time, through the pages."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import resume
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Attempt, DrawnItem
from tests.assessments.plans import REASONING, WORK_STYLE, attempt_of
from tests.assessments.support import answer_all, answers, part_of, scores, token_of
from tests.references.test_concurrent import at_once
from tests.support import factories
from tests.support.jobs import event_names

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW
SCRIPT = {"X-Goodword": "script"}


def url(attempt: Attempt, name: str, *args: int) -> str:
    return reverse(f"portal_assessment_{name}", args=[token_of(attempt, now=NOW), *args])


def presses(where: str, data: dict[str, str] | None = None, **headers: str) -> Callable[[], Any]:
    return lambda: Client().post(where, data or {}, headers=headers)


@pytest.fixture
def at_this_moment() -> Iterator[Callable[[datetime], Any]]:
    """Freeze the clock of all threads."""
    travellers = []

    def stand(moment: datetime) -> None:
        travellers.append(time_machine.travel(moment, tick=False))
        travellers[-1].start()

    yield stand
    for traveller in reversed(travellers):
        traveller.stop()


def test_concurrent_starts_draw_items_once(at_this_moment: Callable[[datetime], Any]) -> None:
    attempt = attempt_of(REASONING)
    at_this_moment(NOW)
    found = at_once(*[presses(url(attempt, "part", 1))] * 4)
    assert [one.status_code for one in found] == [302] * 4
    drawn = DrawnItem.objects.of(attempt.organisation).filter(part__attempt=attempt)
    assert sorted(drawn.values_list("position", flat=True)) == list(range(1, part_of(attempt).items + 1))
    assert event_names().count("attempt.begun") == 1


def test_concurrent_finishes_issue_scores_once(
    at_this_moment: Callable[[datetime], Any],
) -> None:
    attempt = attempt_of(WORK_STYLE)
    answer_all(attempt)
    at_this_moment(NOW)
    found = at_once(*[presses(url(attempt, "finish", 1))] * 4)
    assert [one.status_code for one in found] == [302] * 4
    assert scores(attempt).count() == 5
    assert event_names().count("attempt.completed") == 1


def test_concurrent_next_clicks_skip_no_task(at_this_moment: Callable[[datetime], Any]) -> None:
    attempt = attempt_of(REASONING)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    at_this_moment(NOW)
    at_once(*[presses(url(attempt, "item", 1, 1), {"answer": "b"})] * 4)
    assert part_of(attempt).at == 2
    assert dict(answers(attempt).values_list("item", "value")) == {"1": "b"}


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_to_a_replaced_task_leads_to_the_current_one(
    at_this_moment: Callable[[datetime], Any], script: bool
) -> None:
    attempt = attempt_of(REASONING)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    later = NOW + timedelta(seconds=40)
    at_this_moment(later)
    act = presses(url(attempt, "item", 1, 1), {"answer": "b"}, **(SCRIPT if script else {}))
    found: list[Any] = []
    other = threading.Thread(target=lambda: found.append(_closing(act)))
    with (
        transaction.atomic()
    ):  # the other device's request is in progress when this one continues after the break
        resume(attempt_id=attempt.pk, order=1, now=later)
        other.start()
        _until_somebody_waits()
    other.join(60)
    here = f"{found[0].request['PATH_INFO']}?elsewhere=yes"
    if script:
        said = {"saved": False, "elsewhere": True, "go": here}
        assert (found[0].status_code, found[0].json()) == (409, said)
    else:
        assert (found[0].status_code, found[0]["Location"]) == (302, here)
    assert answers(attempt).count() == 0
    # the new task accepts its answer
    save_answer(attempt_id=attempt.pk, order=1, item_id="1a", value="b", now=later)


def _closing(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connection.close()


def _until_somebody_waits() -> None:
    """Wait until another connection waits for a lock of this one."""
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")

"""Forms name their item, so an outdated window can't answer another item at the same URL."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import next_item
from goodword.assessments.attempts.completion import resume
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.kinds.custom_questions.items import CustomQuestion
from goodword.assessments.kinds.judgement.items import SituationItem
from goodword.assessments.models import Attempt
from goodword.assessments.queries import items_of
from tests.assessments.custom_questions import support as own_support
from tests.assessments.plans import JUDGEMENT, REASONING, WORK_STYLE, PlannedTest, attempt_of
from tests.assessments.support import answers, part_of, rows, token_of
from tests.support import factories

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
MINUTE = timedelta(minutes=1)
ELSEWHERE = "You have moved on from this task, perhaps in another window."
TIMED = {
    "tasks": REASONING,
    "statements": PlannedTest(test=WORK_STYLE.test, form=WORK_STYLE.form, minutes=10),
    "situations": PlannedTest(test=JUDGEMENT.test, minutes=10),
}


def address(attempt: Attempt) -> str:
    return reverse("portal_assessment_item", args=[token_of(attempt), 1, 1])


def sent_by(client: Client, attempt: Attempt, here: str) -> dict[str, str]:
    """Form data of an item with an answer."""
    page = client.get(here).content.decode()
    found = re.search(r'<input type="hidden" name="item" value="([^"]+)">', page)
    assert found is not None
    item = {one.id: one for one in items_of(part_of(attempt))}[found[1]]
    if isinstance(item, SituationItem):
        return {"item": item.id} | {f"action_{action.id}": "2" for action in item.situation.actions}
    if isinstance(item, CustomQuestion):
        return {"item": item.id, f"q-{item.id}": "First I look."}
    return {"item": item.id, "answer": "a" if item.text == "" else "3"}


@pytest.mark.matrix
@pytest.mark.parametrize("kind", TIMED)
def test_an_answer_for_a_replaced_item_changes_nothing(client: Client, kind: str) -> None:
    attempt = attempt_of(TIMED[kind])
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    here = address(attempt)
    old = sent_by(client, attempt, here)
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        assert resume(attempt_id=attempt.pk, order=1, now=NOW + 3 * MINUTE) is True
        new = sent_by(client, attempt, here)
        assert new["item"] != old["item"]
        before = rows(attempt)
        shown = f"{here}?elsewhere=yes"
        for sent in (old, {"item": old["item"]}, {**old, "skip": "yes"}):
            page = client.post(here, sent, follow=True)
            assert page.redirect_chain == [(shown, 302)]
            assert ELSEWHERE in page.content.decode()
        by_script = client.post(here, old, headers={"X-Goodword": "script"})
        assert (by_script.status_code, by_script.json()["go"]) == (409, shown)
        assert rows(attempt) == before

        assert client.post(here, new)["Location"].endswith("/item/2/")
    assert list(answers(attempt).values_list("item", flat=True)) == [new["item"]]


@pytest.mark.world
def test_a_question_kept_over_a_break_accepts_an_old_window(client: Client) -> None:
    attempt = own_support.asked(minutes=20)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    here = address(attempt)
    old = sent_by(client, attempt, here)
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        assert resume(attempt_id=attempt.pk, order=1, now=NOW + 3 * MINUTE) is True
        assert client.post(here, old)["Location"].endswith("/item/2/")
    assert list(answers(attempt).values_list("item", flat=True)) == [old["item"]]


@pytest.mark.world
def test_skipping_a_replaced_item_does_not_skip_the_new_one() -> None:
    attempt = attempt_of(REASONING)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    resume(attempt_id=attempt.pk, order=1, now=NOW + 3 * MINUTE)
    before = rows(attempt)
    next_item(attempt_id=attempt.pk, order=1, number=1, item_id="1", now=NOW + 3 * MINUTE)
    assert rows(attempt) == before
    assert next_item(attempt_id=attempt.pk, order=1, number=1, item_id="1a", now=NOW + 3 * MINUTE).at == 2


def choice(name: str, **more: object) -> dict[str, object]:
    choices = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
    return {"id": name, "type": "single_choice", "text": f"Question {name}?", "choices": choices, **more}


@pytest.mark.world
def test_an_untimed_answer_reaches_its_renumbered_question(client: Client) -> None:
    """The question was renumbered because an answer in another window showed or hid an earlier question."""
    follows = choice("second", when={"question": "first", "is": ["yes"]})
    attempt = own_support.asked(
        questions=[choice("first"), follows, choice("third"), choice("fourth")], rubrics=[], right={}
    )
    first = address(attempt)
    second = first.replace("/item/1/", "/item/2/")
    client.post(first, {"item": "first", "q-first": "no"})
    assert 'name="item" value="third"' in client.get(second).content.decode()
    client.post(first, {"item": "first", "q-first": "yes"})  # in another window

    response = client.post(second, {"item": "third", "q-third": "yes"})
    assert response["Location"].endswith("/item/4/")
    assert dict(answers(attempt).values_list("item", "value")) == {"first": "yes", "third": "yes"}

    client.post(first, {"item": "first", "q-first": "no"})  # three questions are left
    response = client.post(first.replace("/item/1/", "/item/4/"), {"item": "fourth", "q-fourth": "no"})
    assert response["Location"].endswith("/finish/")
    assert answers(attempt).filter(item="fourth").exists()
    before = rows(attempt)
    gone = client.post(second, {"item": "second", "q-second": "no"})
    assert gone["Location"].endswith("/assessment/")
    assert rows(attempt) == before


def seen_on(page: Any) -> str:
    (seen,) = re.findall(r'<input type="hidden" name="seen" value="([^"]+)">', page.content.decode())
    return str(seen)


@pytest.mark.world
@pytest.mark.parametrize("minutes", [None, 20])
def test_a_stale_essay_shows_both_texts_and_the_second_save_replaces(
    client: Client, minutes: int | None
) -> None:
    attempt = own_support.asked(
        minutes=minutes, questions=[own_support.TEXT, own_support.WORD], rubrics=[], right={}
    )
    if minutes:
        begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    here = address(attempt)
    old_tab, other_tab = (seen_on(client.get(here)) for _tab in range(2))
    script = {"X-Goodword": "script"}
    typed = {"item": "why", "q-why": "Theirs."}
    assert client.post(here, typed | {"seen": other_tab}, headers=script).json()["saved"] is True
    assert (
        client.post(here, typed | {"seen": other_tab, "q-why": "Theirs, more."}, headers=script).status_code
        == 200
    )

    stale = {"item": "why", "q-why": "Mine.", "seen": old_tab}
    refused = client.post(here, stale, headers=script)
    assert (refused.status_code, refused.json()) == (409, {"saved": False, "conflict": True})
    page = client.post(here, stale)
    shown = page.content.decode()
    assert page.status_code == 409
    assert "This form was changed in another tab" in shown
    assert "Theirs, more." in shown
    assert ">\nMine.</textarea>" in shown
    assert answers(attempt).get().value == "Theirs, more."

    response = client.post(here, stale | {"seen": seen_on(page)})
    assert response["Location"].endswith("/item/2/")
    assert answers(attempt).get().value == "Mine."


@pytest.mark.world
def test_an_invalid_stale_answer_is_still_compared_with_what_its_page_showed(client: Client) -> None:
    attempt = own_support.asked(questions=[own_support.TEXT], rubrics=[], right={})
    here = address(attempt)
    old_tab, other_tab = (seen_on(client.get(here)) for _tab in range(2))
    client.post(here, {"item": "why", "q-why": "Theirs.", "seen": other_tab})
    page = client.post(here, {"item": "why", "q-why": "", "seen": old_tab})
    assert (page.status_code, seen_on(page)) == (422, old_tab)
    assert client.post(here, {"item": "why", "q-why": "Mine.", "seen": old_tab}).status_code == 409


@pytest.mark.world
def test_equal_answers_and_pages_without_a_mark_do_not_conflict(client: Client) -> None:
    attempt = own_support.asked(questions=[own_support.TEXT], rubrics=[], right={})
    here = address(attempt)
    old_tab = seen_on(client.get(here))
    client.post(here, {"item": "why", "q-why": "Same.", "seen": seen_on(client.get(here))})
    assert client.post(here, {"item": "why", "q-why": "Same.", "seen": old_tab}).status_code == 302
    for seen in ("", "x", ":", ":" + "x" * 13):
        assert client.post(here, {"item": "why", "q-why": f"No mark {seen}", "seen": seen}).status_code == 302

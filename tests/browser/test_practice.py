"""Practice before custom questions: by keyboard, with and without JavaScript, accessible."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from goodword.assessments.models import Answer
from goodword.core import clock
from tests.assessments.custom_questions.support import FILE, TEXT, asked
from tests.assessments.custom_questions.test_practice import IDS, KINDS, first
from tests.assessments.support import token_of
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def link(**content: Any) -> str:
    """The token of a newly invited candidate."""
    return token_of(asked(now=clock.now(), **content), now=clock.now())


@pytest.mark.parametrize("script", [True, False], ids=["", "without JavaScript"])
def test_an_example_works_by_keyboard_and_is_not_saved(
    browser: Browser, live_server: object, transactional_db: None, script: bool
) -> None:
    attempt = asked(now=clock.now(), minutes=10, **first(KINDS[0][0]))
    page = browser.new_context(java_script_enabled=script, reduced_motion="reduce").new_page()
    where = f"{live_server}/p/{token_of(attempt, now=clock.now())}/assessment/1/"
    page.goto(where)
    tab_to(page, "a[href$='/practice/1/']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Practice example")
    tab_to(page, "main form button:not([name])")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    tab_to(page, "main form button:not([name])")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{where}?practised=yes")
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    assert Answer.objects.of(attempt.organisation).count() == 0


def test_examples_are_accessible_and_fit(
    browser: Browser, live_server: object, transactional_db: None
) -> None:
    looker = Looker(*WIDTHS)
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(context)
    page = context.new_page()
    files: dict[str, Any] = {"questions": [FILE, TEXT], "rubrics": [], "right": {}}
    page.goto(f"{live_server}/p/{link(minutes=10, **files)}/assessment/1/")
    expect(page.get_by_text("The first question asks for a file")).to_be_visible()
    looker.look(page, "practising a file")
    for (question, _example), kind in zip(KINDS, IDS, strict=True):
        page.goto(f"{live_server}/p/{link(**first(question))}/assessment/1/practice/1/")
        expect(page.locator("h1")).to_have_text("Practice example")
        looker.look(page, f"practising {kind}")
    assert (looker.wrong, looker.complaints) == ({}, [])

"""The types of question in a real browser: axe, thumbs, the keyboard, and no sideways scrolling."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import looking
from tests.browser.conftest import violations

pytestmark = pytest.mark.browser

PLACES = [
    "Much more like: Plans the whole way before taking the first step",
    "A little more like: Plans the whole way before taking the first step",
    "Both equally",
    "A little more like: Takes a first step at once and finds the way while walking",
    "Much more like: Takes a first step at once and finds the way while walking",
    "I can't judge this",
]


@pytest.fixture
def questions(live_server: object, page: Page) -> Page:
    page.goto(f"{live_server}/ui/gallery/questions/")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_no_type_fails_axe_or_scrolls_sideways_asked_or_refused(
    browser: Browser, live_server: object, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server}/ui/gallery/questions/")
    for state in ("asked", "refused"):
        if state == "refused":
            page.get_by_role("button", name="Check").click()
            expect(page.locator(".error-summary")).to_be_focused()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (violations(page), wide) == ([], 0)
        if looking.PICTURES:
            folder = Path("test-results/questions")
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{state}-{width}-{scheme}.png", full_page=True)
    assert complaints == []
    context.close()


def test_every_target_is_the_size_of_a_thumb(browser: Browser, live_server: object) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server}/ui/gallery/questions/")
    page.get_by_label("The dates were different").check()
    small = page.locator(
        ".likert__option, .rating__level, .choices__option, .between__place, .asked input:not([type=radio], "
        "[type=checkbox]), .asked select, .asked .field__check, .asked textarea"
    ).evaluate_all(
        "all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44)"
        ".map(one => one.outerHTML.slice(0, 120))"
    )
    assert small == []
    context.close()


def test_a_screen_reader_hears_each_place_with_its_statement(questions: Page) -> None:
    group = questions.get_by_role("group", name="Where would you place the way Amara Okafor works?")
    heard = [group.get_by_role("radio", name=place, exact=True).count() for place in PLACES]
    assert heard == [1] * 6
    expect(group).to_have_accessible_description("Neither is better; it depends on the work.")


def test_a_screen_reader_hears_the_unit_of_a_number(questions: Page) -> None:
    number = questions.get_by_role("textbox", name="How many people did Amara Okafor lead at most?")
    expect(number).to_have_accessible_description("people")


def test_a_figure_chooses_among_the_answers_that_have_the_focus(questions: Page) -> None:
    group = questions.get_by_role("group", name="Where would you place the way Amara Okafor works?")
    group.get_by_role("radio").first.focus()
    questions.keyboard.press("4")
    expect(group.get_by_role("radio").nth(3)).to_be_checked()
    expect(group.get_by_role("radio").nth(3)).to_be_focused()
    questions.get_by_role("textbox", name="How many people").focus()
    questions.keyboard.press("2")
    expect(questions.get_by_role("textbox", name="How many people")).to_have_value("2")
    expect(group.get_by_role("radio").nth(3)).to_be_checked()


def test_without_scripts_arrows_and_the_pointer_do_the_same(browser: Browser, live_server: object) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server}/ui/gallery/questions/")
    page.get_by_role("group", name="Amara Okafor says early").get_by_text("Agree", exact=True).click()
    page.keyboard.press("ArrowDown")
    for word in ("Careful", "Curious", "Calm", "Quick"):
        page.get_by_role("checkbox", name=word, exact=True).check()
    page.get_by_role("button", name="Check").click()
    expect(
        page.get_by_role("group", name="Amara Okafor says early").get_by_role("radio", name="Strongly agree")
    ).to_be_checked()
    expect(page.locator("#id_q-words_error")).to_have_text("Error: Choose 1 more (5 in all).")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(4)
    context.close()

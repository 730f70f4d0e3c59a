"""Number of taps and screens in the portals on a phone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect

from goodword.core import clock
from goodword.references.domain.responses import DraftAnswers
from tests.assessments.all_kinds import assessment_of_all
from tests.assessments.support import answers, application, assigned, token_of
from tests.browser.article import bring_into_view
from tests.browser.looking import Looker
from tests.references.stage import set_up
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEIGHT = 700
PHONE = {"viewport": {"width": 390, "height": HEIGHT}, "has_touch": True, "is_mobile": True}


class Thumb:
    """Counts taps and screens."""

    def __init__(self, page: Page, looker: Looker) -> None:
        self.page, self.looker = page, looker
        self.taps = 0
        self.screens: list[str] = []

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()

    def answer(self, question: Locator, place: int) -> None:
        bring_into_view(question)
        self.tap(question.locator("label").nth(place))

    def tap_to(self, what: Locator, heading: str | re.Pattern[str]) -> None:
        """Tap, and wait for the screen with this heading."""
        self.tap(what)
        self.sees(heading)

    def sees(self, heading: str | re.Pattern[str]) -> None:
        title = self.page.get_by_role("heading", level=1)
        expect(title).to_have_text(heading)
        self.page.wait_for_load_state()  # scripts handle taps from then on
        self.screens.append(title.inner_text())
        self.looker.look(self.page, f"{len(self.screens)} {title.inner_text()[:20]}")


@pytest.mark.parametrize(("language", "start"), [("en", "Start"), ("de", "Beginnen"), ("fr", "Commencer")])
def test_start_is_above_the_fold(browser: Browser, live_server: object, language: str, start: str) -> None:
    stage = set_up(now=clock.now(), languages=("en", "de", "fr"))
    page = browser.new_context(**PHONE, locale=language).new_page()  # type: ignore[arg-type]  # its own dict type
    page.goto(f"{live_server}{stage.referee_path}")
    box = page.get_by_role("button", name=start, exact=True).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < HEIGHT


def test_a_reference_takes_at_most_ten_screens_and_twenty_taps(browser: Browser, live_server: object) -> None:
    stage, looker = set_up(now=clock.now()), Looker()
    context = browser.new_context(**PHONE)  # type: ignore[arg-type]  # its own dict type
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{stage.referee_path}")
    thumb = Thumb(page, looker)
    thumb.sees(re.compile("has asked you for a reference"))
    thumb.tap_to(page.get_by_role("button", name="Start", exact=True), re.compile("page 1 of 6"))
    thumb.tap_to(page.get_by_role("button", name="Confirm all and continue"), re.compile("page 2 of 6"))
    for number, count in ((3, 2), (4, 2), (5, 1)):
        for place in range(count):
            thumb.answer(page.locator("fieldset").nth(place), 3)
        thumb.sees(re.compile(f"page {number} of 6"))
    for word in range(5):
        thumb.tap(page.locator(".asked--words label").nth(word))
    thumb.tap(page.locator(".between__place").nth(1))
    thumb.tap_to(page.get_by_role("button", name="Save and continue"), re.compile("page 6 of 6"))
    for number, text in enumerate(("She plans ahead.", "More patience.")):
        thumb.tap(page.get_by_role("textbox").nth(number))
        page.keyboard.insert_text(text)
    thumb.tap(page.get_by_role("group").locator("label").first)
    thumb.tap_to(page.get_by_role("button", name="Save and review"), "Review your answers")
    thumb.tap_to(page.get_by_role("button", name="Submit"), "Thank you")
    assert stage.request.state == "answered"
    assert (len(thumb.screens) <= 10, thumb.taps <= 20) == (True, True), (thumb.screens, thumb.taps)
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_the_page_does_not_scroll_below_a_finger(browser: Browser, live_server: object) -> None:
    stage = set_up(now=clock.now())
    page = browser.new_context(viewport={"width": 390, "height": 500}).new_page()
    page.clock.install()
    page.goto(f"{live_server}{stage.referee_path}questions/3/", wait_until="networkidle")
    first, second = page.locator("fieldset").first, page.locator("fieldset").nth(1)
    page.evaluate(
        "([first]) => window.scrollBy(0, first.getBoundingClientRect().bottom - innerHeight + 200)",
        [first.element_handle()],
    )
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    before = page.evaluate("scrollY")
    first.locator("label").nth(3).click()
    label = second.locator("label").first
    box = label.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.clock.run_for(200)
    assert page.evaluate("scrollY") == before
    page.mouse.up()
    expect(label.get_by_role("radio")).to_be_checked()


def test_a_choice_by_keyboard_does_not_open_the_next_page(browser: Browser, live_server: object) -> None:
    stage = set_up(now=clock.now())
    page = browser.new_context(**PHONE).new_page()  # type: ignore[arg-type]  # its own dict type
    url = f"{live_server}{stage.referee_path}questions/4/"
    page.goto(url)
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_have_text("Saved")
    expect(page.get_by_role("radio").nth(2)).to_be_checked()
    assert page.url == url
    assert "problem_solving" in DraftAnswers.read(stage.request.draft).answers


def test_sixteen_statements_of_work_style_take_at_most_22_taps(browser: Browser, live_server: object) -> None:
    attempt, looker = assigned(application(), now=clock.now()), Looker()
    context = browser.new_context(**PHONE)  # type: ignore[arg-type]  # its own dict type
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{reverse('portal_assessment', args=[token_of(attempt, now=clock.now())])}")
    thumb = Thumb(page, looker)
    thumb.sees(re.compile("Your assessment for"))
    thumb.tap_to(page.get_by_role("link", name="Start with an example"), "Practice example")
    thumb.tap_to(page.locator("fieldset label").first, re.compile("1 of 16"))
    for number in range(1, 16):
        thumb.tap(page.locator("fieldset label").nth(number % 5))
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"{number + 1} of 16")
    thumb.tap_to(page.locator("fieldset label").nth(1), "All questions answered")
    assert answers(attempt).count() == 16
    page.go_back()
    expect(page.locator("fieldset label").nth(1).get_by_role("radio")).to_be_checked()
    page.go_forward()
    thumb.tap_to(page.get_by_role("button", name="Finish"), re.compile("Thank you"))
    assert thumb.taps <= 22
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_four_parts_take_at_most_61_screens_and_113_taps(browser: Browser, live_server: object) -> None:
    """20 statements, 12 tasks, 8 situations, 4 questions. An earlier design took 65 screens and 132 taps."""
    of, looker = application(), Looker()
    assert of.role is not None
    factories.step(of.role, "assessment")
    assessment_of_all(of.role)
    context = browser.new_context(**PHONE)  # type: ignore[arg-type]  # its own dict type
    looker.watch(context, overtaken="/assessment/2/item/[0-9]+/$")
    page = context.new_page()
    token = token_of(assigned(of, now=clock.now()), now=clock.now())
    page.goto(f"{live_server}{reverse('portal_assessment', args=[token])}")
    thumb, answer = Thumb(page, looker), page.locator("main fieldset label")
    thumb.sees(re.compile("Your assessment for"))
    thumb.tap_to(page.get_by_role("link", name="Start part 1: Work style"), "Practice example")
    thumb.tap_to(answer.first, re.compile("1 of 20"))
    for number in range(2, 21):
        thumb.tap_to(answer.nth(number % 5), re.compile(f": {number} of 20"))

    thumb.tap_to(answer.nth(2), "Part 1 of 4 is done")
    expect(page.get_by_text("Work style: 20 of 20 answers saved.")).to_be_visible()
    thumb.tap_to(page.get_by_role("button", name="Practise first"), "Example 1 of 4")
    for number in (1, 2, 3, 4):
        thumb.tap(answer.first)
        expect(page.locator("main .notice")).to_contain_text(re.compile("That's right|Not quite"))
        thumb.sees(f"Example {number} of 4")
        if number < 4:
            thumb.tap_to(page.get_by_role("link", name="Next example"), f"Example {number + 1} of 4")
    thumb.tap_to(page.get_by_role("button", name="Start the clock"), re.compile(": 1 of 12"))
    for number in range(1, 13):
        thumb.tap(answer.first)
        expected = re.compile(f": {number + 1} of 12") if number < 12 else "Part 2 of 4 is done"
        thumb.tap_to(page.get_by_role("button", name="Next", exact=True), expected)

    thumb.tap_to(page.get_by_role("link", name="Start part 3: Situations"), "Practice example")
    page.clock.install()
    for number in range(9):
        page.wait_for_load_state()  # its scripts record when the page was opened
        page.wait_for_function("() => !window.goodwordAnswers?.waiting().length")
        sets = page.locator("main fieldset")
        for place in range(sets.count()):
            page.clock.run_for(500)  # taps count once the page is at rest
            thumb.answer(sets.nth(place), 3)
        expected = re.compile(f": {number + 1} of 8") if number < 8 else "Part 3 of 4 is done"
        thumb.sees(expected)

    thumb.tap_to(page.get_by_role("button", name="Start part 4: Questions of ours"), "Practice example")
    thumb.tap_to(answer.first, re.compile(": 1 of 4"))
    thumb.tap_to(answer.nth(1), re.compile(": 2 of 4"))
    for number in (3, 4):
        thumb.tap(page.get_by_role("textbox"))
        page.keyboard.insert_text("On 1 May.")
        thumb.tap_to(page.get_by_role("button", name="Next"), re.compile(f": {number} of 4"))
    thumb.tap_to(page.get_by_role("button", name="Next"), "All questions answered")
    thumb.tap_to(page.get_by_role("button", name="Finish"), re.compile("Thank you"))
    assert (len(thumb.screens) <= 61, thumb.taps <= 113) == (True, True), (len(thumb.screens), thumb.taps)
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_a_double_tap_answers_or_skips_one_statement(browser: Browser, live_server: object) -> None:
    attempt = assigned(application(), now=clock.now())
    page = browser.new_context(**PHONE).new_page()  # type: ignore[arg-type]  # its own dict type
    url = f"{live_server}{reverse('portal_assessment_item', args=[token_of(attempt, now=clock.now()), 1, 1])}"
    page.goto(url, wait_until="networkidle")
    page.get_by_role("link", name="Skip for now").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 of 16")
    page.locator("fieldset label").nth(2).dblclick(delay=20)
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 of 16")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_role("link", name="Back").tap()
    expect(page.get_by_role("radio").nth(2)).to_be_checked()

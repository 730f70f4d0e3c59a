"""Taking an assessment by keyboard, on a phone and without JavaScript."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from goodword.assessments.models import Attempt
from goodword.core import clock
from tests.assessments.plans import JUDGEMENT, PlannedTest, attempt_of
from tests.assessments.support import answer_all, application, assigned, scores, token_of
from tests.assessments.support import answers as given_in
from tests.browser.conftest import violations
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import hold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def attempt(live_server: object) -> Attempt:
    return assigned(application(), now=clock.now())


@pytest.fixture
def url(live_server: object, attempt: Attempt) -> Callable[..., str]:
    token = token_of(attempt, now=clock.now())
    return lambda name, *args: f"{live_server}{reverse(name, args=[token, *args])}"


def arrived(page: Page) -> None:
    """Wait until the browser's queue of answers is empty."""
    page.wait_for_function("() => window.goodwordAnswers?.waiting().length === 0")


def answers(attempt: Attempt) -> list[tuple[str, int]]:
    return list(given_in(attempt).order_by("item").values_list("item", "value"))


def test_numbers_choose_and_enter_continues(page: Page, url: Callable[..., str], attempt: Attempt) -> None:
    page.goto(url("portal_assessment_practice", 1, 1))
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(url("portal_assessment_item", 1, 1))
    page.wait_for_load_state()  # until its scripts have loaded
    page.keyboard.press("4")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    expect(page.get_by_text("1 of 16 answers saved")).to_be_visible()
    expect(page.get_by_role("link", name="Skip for now")).to_be_hidden()
    assert answers(attempt) == [("ws116", 4)]
    page.keyboard.press("2")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    for _ in range(3):  # held down
        page.keyboard.down("Enter")
    expect(page).to_have_url(url("portal_assessment_item", 1, 2))
    arrived(page)
    assert answers(attempt) == [("ws116", 2)]
    assert f"POST {url('portal_assessment_item', 1, 2)}" not in sent


@pytest.mark.parametrize("method", ["setItem", "getItem"])
def test_an_answer_that_the_browser_cannot_store_is_sent_later(
    page: Page, url: Callable[..., str], attempt: Attempt, method: str
) -> None:
    """`setItem` fails if the storage is full, `getItem` if it is blocked."""
    page.add_init_script(f"Storage.prototype.{method} = () => {{ throw new DOMException('no storage') }}")
    page.goto(url("portal_assessment_item", 1, 1))
    page.context.set_offline(True)
    page.wait_for_function("() => fetch('/healthz', {cache: 'no-store'}).then(() => false, () => true)")
    page.keyboard.press("4")
    expect(page.get_by_role("alert")).to_be_visible()
    assert answers(attempt) == []
    page.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_have_text("Saved", timeout=15_000)
    assert answers(attempt) == [("ws116", 4)]


@pytest.mark.parametrize(
    ("part", "target"),
    [(JUDGEMENT, "[data-situation]"), (PlannedTest(test="work_style"), "[data-item]")],
)
def test_turning_to_another_screen_moves_the_focus_there(
    page: Page, live_server: object, part: PlannedTest, target: str
) -> None:
    """The button with the focus is removed; without a new place, screen readers lose theirs."""
    attempt = attempt_of(part, now=clock.now())
    token = token_of(attempt, now=clock.now())
    with page.expect_response("**/screens/") as screens:
        page.goto(f"{live_server}{reverse('portal_assessment_item', args=[token, 1, 1])}")
    screens.value.finished()
    for words, number in (("Skip for now", 2), ("Back", 1)):
        link = page.get_by_role("link", name=words, exact=True)
        link.focus()
        link.press("Enter")
        expect(page).to_have_url(f"{live_server}{reverse('portal_assessment_item', args=[token, 1, number])}")
        expect(page.locator(target)).to_be_focused()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_answer_labels_do_not_break_words_on_a_phone(
    browser: Browser, live_server: object, language: str
) -> None:
    attempt = attempt_of(JUDGEMENT, now=clock.now())
    token = token_of(attempt, now=clock.now())
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
    page = context.new_page()
    page.goto(f"{live_server}{reverse('portal_assessment_item', args=[token, 1, 1])}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    for width in (320, 390, 800, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        broken = page.evaluate(
            """() => [...document.querySelectorAll(".likert__word")].flatMap((label) => {
              const text = label.firstChild, found = [];
              for (const word of text.data.matchAll(/\\S+/g)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
                if (lines.size > 1) found.push(word[0]);
              }
              return found;
            })"""
        )
        assert (width, broken) == (width, [])
        option, row = page.locator(".likert__option").first, page.locator(".likert__row").first
        boxes = option.bounding_box(), row.bounding_box()
        assert boxes[0] is not None and boxes[1] is not None
        assert (boxes[0]["width"] == boxes[1]["width"]) == (width < 500)
    page.set_viewport_size({"width": 390, "height": 844})
    with page.expect_navigation():
        page.locator(".item .button--primary").click()
    links = page.locator("[data-error-summary] a")
    texts = links.all_inner_texts()
    assert len(set(texts)) == len(texts) == page.locator("fieldset.likert").count()
    links.last.click()
    assert (
        page.locator("fieldset.likert")
        .last.locator("input")
        .first.evaluate("it => it === document.activeElement")
    )
    assert violations(page) == []
    context.close()


def test_enter_without_an_answer_shows_an_error(
    page: Page, url: Callable[..., str], attempt: Attempt
) -> None:
    page.goto(url("portal_assessment_item", 1, 1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("5")
    expect(page.get_by_role("radio", name="Strongly agree")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(url("portal_assessment_item", 1, 2))
    arrived(page)
    assert answers(attempt) == [("ws116", 5)]


def test_back_from_the_error_page_opens_the_statement(page: Page, url: Callable[..., str]) -> None:
    page.goto(url("portal_assessment_item", 1, 1))
    with page.expect_response("**/screens/") as screens:
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("alert").first).to_be_focused()
    screens.value.finished()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_role("radio").first).to_be_focused()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    page.keyboard.press("5")
    expect(page.get_by_role("radio", name="Strongly agree")).to_be_checked()
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(url("portal_assessment_item", 1, 2))
    page.go_back()
    expect(page.get_by_role("radio", name="Strongly agree")).to_be_checked()


def test_the_focus_stays_where_somebody_is_answering(page: Page, url: Callable[..., str]) -> None:
    held = hold(page, "**/assessments/keys.js")
    with page.expect_request("**/assessments/keys.js"):
        page.goto(url("portal_assessment_item", 1, 1), wait_until="commit")
    page.get_by_role("radio").nth(1).press("Space")
    held[0].continue_()
    expect(page.locator("[data-keys]").first).to_be_visible()
    expect(page.get_by_role("radio").nth(1)).to_be_focused()


def test_shortcuts_do_not_affect_buttons_and_other_keys(
    page: Page, url: Callable[..., str], attempt: Attempt
) -> None:
    page.goto(url("portal_assessment_item", 1, 2))
    for key in ("6", "0", "a", "Control+3"):
        page.keyboard.press(key)
    assert answers(attempt) == []
    page.get_by_role("link", name="Back").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(url("portal_assessment_item", 1, 1))


def test_the_assessment_works_without_scripts(
    browser: Browser, url: Callable[..., str], attempt: Attempt
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(url("portal_assessment_item", 1, 16))
    page.get_by_text("Strongly agree").click()
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(url("portal_assessment_finish", 1))
    assert answers(attempt) == [("ws80", 5)]
    answer_all(attempt, now=clock.now())
    page.reload()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="Thank you, Ada")).to_be_visible()
    assert scores(attempt).count() == 4
    context.close()


def test_every_page_is_accessible(browser: Browser, url: Callable[..., str], attempt: Attempt) -> None:
    answer_all(attempt, but=(1, 7), now=clock.now())
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 844})
    page, looker = context.new_page(), Looker(*WIDTHS)
    for name, args in (
        ("portal_assessment", ()),
        ("portal_assessment_practice", (1, 1)),
        ("portal_assessment_item", (1, 1)),
        ("portal_assessment_item", (1, 2)),
        ("portal_assessment_finish", (1,)),
        ("portal_assessment_decline", ()),
    ):
        page.goto(url(name, *args))
        looker.look(page, f"{name} {args}")
    context.close()
    assert looker.wrong == {}

"""A referee gives a complete reference: on a phone, by keyboard, in two languages, on two devices."""

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from goodword.core import clock
from goodword.references.domain.responses import DraftAnswers, begin
from tests.browser.looking import Looker
from tests.browser.windows import hold, until
from tests.references.stage import Stage, set_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
#: milliseconds until the scripts save after typing stops, give up a request, and try again
TYPING, GIVE_UP_AFTER, AGAIN_AFTER = 1000, 20_000, 5000


@pytest.fixture
def stage(live_server: object) -> Stage:
    return set_up(now=clock.now())


@pytest.fixture
def referee_page(live_server: object, stage: Stage) -> str:
    return f"{live_server}{stage.referee_path}"


def test_a_whole_reference_by_keyboard_in_two_languages_on_two_devices(
    browser: Browser, stage: Stage, referee_page: str
) -> None:
    looker = Looker()
    phone = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # its own dict type
    looker.watch(phone)
    page = phone.new_page()
    page.goto(referee_page)
    looker.look(page, "notice")
    press(page, "Start")

    expect(page).to_have_url(f"{referee_page}questions/1/")
    looker.look(page, "confirm")
    page.locator("summary").press("Enter")
    looker.look(page, "correct")
    for number in range(3):
        choose(page, number, 0)
    press(page, "Save and continue")
    looker.look(page, "rating")
    press(page, "Save and continue")
    expect(page.get_by_role("alert")).to_be_focused()
    looker.look(page, "something missing")
    for question, level in ((0, 3), (1, 2)):
        with page.expect_response(lambda response: response.request.method == "POST"):
            choose(page, question, level)
        expect(page.get_by_role("status")).to_have_text("Saved")
        expect(level_of(page, question, level)).to_be_focused()
    assert "reliability" in DraftAnswers.read(stage.request.draft).answers

    press(page, "Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    looker.look(page, "rating in German")
    expect(page.get_by_role("radio").nth(3)).to_be_checked()
    press(page, "English")
    press(page, "Save and continue")
    expect(page).to_have_url(f"{referee_page}questions/3/")
    phone.close()

    laptop = browser.new_context(viewport={"width": 1440, "height": 900})
    looker.watch(laptop)
    page = laptop.new_page()
    page.goto(referee_page)
    looker.look(page, "go on")
    press(page, "Continue")
    expect(page).to_have_url(f"{referee_page}questions/3/")
    finish(page, looker)
    looker.look(page, "last look")
    press(page, "Submit")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    looker.look(page, "thanks")
    press(page, "E-mail me a copy of my answers")
    expect(page.get_by_text("A copy is on its way")).to_be_visible()
    looker.look(page, "copy is on its way")
    laptop.close()
    assert stage.request.state == "answered"
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_the_first_page_says_that_a_tapped_answer_can_open_the_next(
    browser: Browser, stage: Stage, referee_page: str
) -> None:
    advice = "On some pages, tapping or clicking your last answer takes you straight to the next page."
    begin(request_id=stage.request.pk, now=clock.now())
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(f"{referee_page}questions/1/")
        expect(page.get_by_text(advice)).to_be_visible(visible=script)
        page.goto(f"{referee_page}questions/2/")
        expect(page.get_by_text(advice)).to_have_count(0)
        context.close()


def test_text_is_kept_as_it_is_typed(page: Page, stage: Stage, referee_page: str) -> None:
    number = stage.page_of("strengths")
    url = f"{referee_page}questions/{number}/"
    page.clock.install()
    page.goto(url)
    text, state = page.get_by_role("textbox").first, page.get_by_role("status")
    text.fill("She thinks before")
    page.clock.fast_forward(TYPING)
    expect(state).to_have_text("Saved")

    hold(page, url)
    text.fill("She thinks before she")
    with page.expect_request(url):
        page.clock.fast_forward(TYPING)
    page.clock.fast_forward(GIVE_UP_AFTER)
    expect(state).to_have_text("Not saved yet. Trying again.")
    with page.expect_request(url) as stalled:
        page.clock.fast_forward(AGAIN_AFTER + TYPING)
    page.unroute(url)
    text.fill("She thinks before she builds.")  # waits for that request
    page.goto(f"{referee_page}ask/")
    expect(page.get_by_label("Your question")).to_be_visible()
    until(
        lambda: DraftAnswers.read(stage.request.draft).answers["strengths"], "She thinks before she builds."
    )
    request = stalled.value  # arrives last
    page.request.post(url, headers=request.headers, data=request.post_data_buffer)
    assert DraftAnswers.read(stage.request.draft).answers["strengths"] == "She thinks before she builds."


def test_a_lost_cookie_is_replaced_without_losing_the_text(
    page: Page, stage: Stage, referee_page: str
) -> None:
    url = f"{referee_page}questions/{stage.page_of('strengths')}/"
    page.goto(url)
    page.context.clear_cookies()
    with page.expect_response(lambda response: response.status == 403):
        page.get_by_role("textbox").first.fill("She thinks before she builds.")
    expect(page.get_by_role("status")).to_have_text("Saved")
    press(page, "Save and review")
    expect(page.get_by_text("She thinks before she builds.")).to_be_visible()


def test_a_form_that_is_sent_without_its_cookie_waits_for_a_new_one(
    page: Page, stage: Stage, referee_page: str
) -> None:
    page.goto(f"{referee_page}questions/{stage.page_of('strengths')}/")
    page.context.clear_cookies()
    page.get_by_role("textbox").first.fill("She thinks before she builds.")
    page.get_by_role("button", name="Save and review").click()
    expect(page.get_by_role("alert")).to_contain_text("Something is missing")
    expect(page.get_by_role("textbox").first).to_have_value("She thinks before she builds.")


def test_a_lost_cookie_is_replaced_once_the_server_responds(
    page: Page, stage: Stage, referee_page: str
) -> None:
    url = f"{referee_page}questions/{stage.page_of('strengths')}/"
    page.clock.install()
    page.goto(url)
    page.context.clear_cookies()

    def fails(route: Route) -> None:
        route.abort() if route.request.method == "GET" else route.continue_()

    page.route(url, fails)
    page.get_by_role("textbox").first.fill("She thinks before she builds.")
    page.clock.fast_forward(TYPING)
    expect(page.get_by_role("status")).to_have_text("Not saved yet. Trying again.")
    page.unroute(url)
    page.clock.fast_forward(AGAIN_AFTER + TYPING)
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert DraftAnswers.read(stage.request.draft).answers["strengths"] == "She thinks before she builds."


def test_a_browser_that_blocks_cookies_is_explained(page: Page, stage: Stage, referee_page: str) -> None:
    url = f"{referee_page}questions/{stage.page_of('strengths')}/"
    page.goto(url)
    posts: list[str] = []

    def denies(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
        else:
            posts.append(route.request.url)
            route.fulfill(status=403)

    page.route(url, denies)
    page.get_by_role("textbox").first.fill("She thinks before she builds.")
    expect(page.get_by_role("status")).to_have_text(
        "Your answer isn't saved yet. Please reload this page. If this message returns, allow cookies for this site or "
        "use another browser."
    )
    assert len(posts) == 2


@pytest.mark.parametrize("status", [404, 413])
def test_what_is_not_retried_is_not_called_a_retry(
    page: Page, stage: Stage, referee_page: str, status: int
) -> None:
    url = f"{referee_page}questions/{stage.page_of('strengths')}/"
    page.goto(url)
    page.route(url, lambda route: route.fulfill(status=status, body="no"))
    page.get_by_role("textbox").first.fill("She thinks before she builds.")
    expect(page.get_by_role("status")).to_have_text("Not saved")


def test_saving_offline_keeps_the_page_and_the_text_until_the_connection_is_back(
    page: Page, stage: Stage, referee_page: str
) -> None:
    url = f"{referee_page}questions/{stage.page_of('strengths')}/"
    page.goto(url)
    text = "She thinks before she builds."
    page.context.set_offline(True)
    page.get_by_role("textbox").first.fill(text)
    page.get_by_role("button", name="Save and review").click()
    notice = page.get_by_role("alert")
    expect(notice).to_have_text("You're offline. Keep this page open; we'll save when you're back.")
    expect(page).to_have_url(url)
    expect(page.get_by_role("textbox").first).to_have_value(text)

    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("Saved")
    expect(notice).to_have_count(0)
    assert DraftAnswers.read(stage.request.draft).answers["strengths"] == text
    click(page, "Save and review")
    expect(page.get_by_role("alert")).to_contain_text("Something is missing")
    expect(page.get_by_role("textbox").first).to_have_value(text)


def test_save_waits_while_the_server_fails_or_another_tab_has_changed_the_page(
    page: Page, stage: Stage, referee_page: str
) -> None:
    url = f"{referee_page}questions/{stage.page_of('strengths')}/"
    other_tab = page.context.new_page()
    for tab in (page, other_tab):
        tab.goto(url)

    def fails(route: Route) -> None:
        route.fulfill(status=503, body="down") if route.request.method == "POST" else route.continue_()

    page.route(url, fails)
    mine, theirs = page.get_by_role("textbox").first, other_tab.get_by_role("textbox").first
    mine.fill("She thinks.")
    page.get_by_role("button", name="Save and review").click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Your answers aren't saved yet")
    page.get_by_role("button", name="Save and review").click()
    expect(notice).to_have_count(1)
    expect(page).to_have_url(url)
    page.unroute(url)
    page.get_by_role("button", name="Save and review").click()  # saves at once, not after five seconds
    expect(page.get_by_role("status")).to_have_text("Saved")
    expect(notice).to_have_count(0)
    assert DraftAnswers.read(stage.request.draft).answers["strengths"] == "She thinks."

    theirs.fill("She builds.")
    expect(other_tab.get_by_role("alert")).to_contain_text("This form was changed in another tab")
    expect(other_tab.get_by_role("alert")).to_contain_text("She thinks.")
    expect(other_tab.get_by_role("status").filter(has_text="Not saved")).to_be_visible()
    click(other_tab, "Save and review")
    expect(theirs).to_have_value("She builds.")
    expect(other_tab.get_by_role("alert").first).to_contain_text("Keep the other answer")
    looker = Looker()
    looker.look(other_tab, "a referee's stale page")
    assert (looker.wrong, DraftAnswers.read(stage.request.draft).answers["strengths"]) == ({}, "She thinks.")
    click(other_tab, "Save and review")
    assert DraftAnswers.read(stage.request.draft).answers["strengths"] == "She builds."
    page.goto(f"{referee_page}review/")
    page.go_back()  # the browser must not restore old text over the newer saved answer
    expect(mine).to_have_value("She builds.")


def test_submit_waits_while_the_chosen_sentence_is_not_saved(
    page: Page, stage: Stage, referee_page: str
) -> None:
    page.goto(f"{referee_page}questions/{stage.page_of('strengths')}/")
    page.get_by_role("textbox").first.fill("She thinks before she builds. She asks early when it is unclear.")
    expect(page.get_by_role("status")).to_have_text("Saved")
    url = f"{referee_page}review/"
    page.goto(url)

    def fails(route: Route) -> None:
        route.fulfill(status=503, body="down") if route.request.method == "POST" else route.continue_()

    page.route(url, fails)
    page.locator("form summary").click()
    page.get_by_role("radio").nth(1).press("Space")
    expect(page.get_by_role("status")).to_have_text("Not saved yet. Trying again.")
    for _ in range(2):
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("alert")).to_contain_text("Your answers aren't saved yet")
    page.unroute(url)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status")).to_have_text("Saved")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert DraftAnswers.read(stage.request.draft).quote


def test_declining_offline_keeps_the_page(page: Page, stage: Stage, referee_page: str) -> None:
    page.clock.install()
    page.goto(f"{referee_page}no/")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("alert")).to_contain_text("You're offline. Keep this page open and try again")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0)
    hold(page, "**/no/")
    with page.expect_request("**/no/"):
        page.get_by_role("button", name="Send answer").click(no_wait_after=True)
    page.context.new_cdp_session(page).send("Page.stopLoading")
    page.unroute("**/no/")
    page.clock.fast_forward(10_000)
    click(page, "Send answer")
    assert stage.request.state == "declined"


def test_without_scripts_every_next_keeps_the_page(browser: Browser, stage: Stage, referee_page: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]  # its own dict type
    page = context.new_page()
    number = stage.page_of("strengths")
    page.goto(f"{referee_page}questions/{number}/")
    page.get_by_role("textbox").first.fill("Calm.")
    click(page, "Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("textbox").first).to_have_value("Calm.")
    click(page, "English")
    click(page, "Save and review")
    context.close()
    assert DraftAnswers.read(stage.request.draft).answers == {"strengths": "Calm."}


def test_the_other_ways_and_the_candidates_own_view_look_right(
    browser: Browser, live_server: object, stage: Stage, referee_page: str
) -> None:
    looker = Looker()
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # its own dict type
    looker.watch(context)
    page = context.new_page()
    for name, path in (("dates and title only", "facts/"), ("ask", "ask/"), ("no", "no/?as=opt-out")):
        page.goto(f"{referee_page}{path}")
        looker.look(page, name)
    own = f"{live_server}{stage.candidate_path}references/self-reference/"
    page.goto(own)
    looker.look(page, "own view")
    click(page, "Start")
    looker.look(page, "own question")
    while not page.get_by_role("heading", name="Review your answers").is_visible():
        fill_in(page)
        with page.expect_navigation():
            page.locator("form .button--primary").click()
    looker.look(page, "own last look")
    click(page, "Submit")
    looker.look(page, "own thanks")
    page.goto(f"{referee_page}no/")
    click(page, "Send answer")
    looker.look(page, "declined")
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])


def finish(page: Page, looker: Looker) -> None:
    """Answer the remaining questions, checking each kind of page."""
    while not page.get_by_role("heading", name="Review your answers").is_visible():
        fill_in(page)
        looker.look(page, page.url.split("/")[-2])
        page.locator("form .button--primary").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")


def fill_in(page: Page) -> None:
    """Give a first or middle answer to each question of the page by keyboard."""
    boxes = page.get_by_role("checkbox")
    if boxes.count():
        for number in range(5):
            boxes.nth(number).focus()
            page.keyboard.press("Space")
    for group in page.get_by_role("group").all():
        radios = group.get_by_role("radio")
        if radios.count():
            radios.nth(min(3, radios.count() - 1)).focus()
            page.keyboard.press("Space")
    for box in page.locator("form.stack textarea:visible").all():
        box.focus()
        page.keyboard.type("She asks early when something is unclear.")


def choose(page: Page, group: int, option: int) -> None:
    level_of(page, group, option).focus()
    page.keyboard.press("Space")


def level_of(page: Page, group: int, option: int) -> Locator:
    return page.locator("fieldset:visible").nth(group).get_by_role("radio").nth(option)


def press(page: Page, name: str) -> None:
    """Tab to the button or link with this name and press Enter."""
    target = page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    )
    target.first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def click(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()

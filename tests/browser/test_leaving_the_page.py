"""Observations sent by a candidate's page, and the resulting flag."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route, expect

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt, AttemptFlag, Observation
from goodword.core import clock
from tests.assessments.flags.support import custom_attempt, flags, observations, raise_flags, timed_attempt
from tests.assessments.support import part_of, scores, token_of
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import until, window
from tests.support import factories
from tests.workspace.applications import path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: milliseconds until the scripts save after typing stops
TYPING = 800
#: lets a test hide and show the page and advance its monotonic clock, since a headless browser never hides windows
HIDING = """
(() => {
  let state = "visible", ahead = 0;
  const now = performance.now.bind(performance);
  performance.now = () => now() + ahead;
  Object.defineProperty(document, "visibilityState", { get: () => state });
  const turn = (to) => { state = to; document.dispatchEvent(new Event("visibilitychange")); };
  window.leaveFor = (seconds) => { turn("hidden"); ahead += seconds * 1000; turn("visible"); };
})();
"""


@pytest.fixture
def open_at(live_server: object) -> Callable[..., str]:
    def address(attempt: Attempt, name: str, *args: int) -> str:
        token = token_of(attempt, now=clock.now())
        return f"{live_server}{reverse(name, args=[token, *args])}"

    return address


@pytest.fixture
def hiding(page: Page) -> Page:
    page.add_init_script(HIDING)
    return page


def leave(page: Page, seconds: float) -> None:
    """Leave the page for this long, come back, and wait until the server has recorded it."""
    with page.expect_response("**/observations/") as heard:
        page.evaluate("seconds => window.leaveFor(seconds)", seconds)
    assert heard.value.status == 200


def test_leaving_twice_raises_a_flag_and_changes_no_score(
    browser: Browser, hiding: Page, live_server: object, open_at: Callable[..., str]
) -> None:
    attempt = timed_attempt(now=clock.now())
    drawn = dict(part_of(attempt).drawn.values_list("position", "content__key"))
    hiding.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    for number in (1, 2):
        leave(hiding, 12 * number)
        hiding.keyboard.press(str("abcdefgh".index(drawn[number]) + 1))
        expect(hiding.locator("[data-saved]")).to_have_text("Saved")
        hiding.get_by_role("button", name="Next").click()
        hiding.wait_for_url(f"**/item/{number + 1}/")
    assert observations(attempt) == [("left", "1", 12), ("left", "2", 24)]
    finish_part(attempt_id=attempt.pk, order=1, now=clock.now())
    raise_flags(attempt)
    assert flags(attempt) == [("left_page", "low", {"times": 2, "longest": "minute"})]
    assert scores(attempt).get(scale="").value == 2
    rita = factories.member(attempt.organisation, name="Rita Recruiter")
    page = window(browser, rita, live_server, width=1440).new_page()
    page.goto(f"{live_server}{path('candidate', attempt.organisation, attempt.step_request.application_id)}")
    card = page.locator("#flags")
    card.locator("summary").first.click()
    card.get_by_text("Possible explanations and what to do").first.click()
    expect(card.get_by_text("the page was left 2 times, never for more than a minute.").first).to_be_visible()
    expect(card.get_by_text("A notification, a phone call, or someone at the door.")).to_be_visible()
    expect(card.get_by_text("Flags don't change scores")).to_be_visible()


def test_short_absences_and_navigation_are_not_recorded(hiding: Page, open_at: Callable[..., str]) -> None:
    attempt = custom_attempt(now=clock.now())
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=clock.now())
    hiding.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    hiding.evaluate("window.leaveFor(1.5)")
    hiding.get_by_role("button", name="Next").click()
    hiding.wait_for_url("**/item/2/")
    hiding.go_back()
    hiding.wait_for_url("**/item/1/")
    leave(hiding, 3)  # earlier observations would be listed too
    assert observations(attempt) == [("left", "rope", 3)]


def test_only_the_length_of_a_paste_is_recorded(page: Page, open_at: Callable[..., str]) -> None:
    attempt = custom_attempt(now=clock.now())
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=clock.now())
    page.goto(open_at(attempt, "portal_assessment_item", 1, 2))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    with page.expect_response("**/observations/"):
        page.get_by_role("textbox").evaluate(
            """(field, text) => {
              const data = new DataTransfer();
              data.setData("text/plain", text);
              field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
            }""",
            "umbrella " * 30,
        )
    assert observations(attempt) == [("pasted", "rain", 270)]
    assert {"umbrella" in body for body in sent} == {False}


def test_next_waits_while_the_server_fails_and_asks_which_of_two_texts_to_keep(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = custom_attempt(now=clock.now())
    first = open_at(attempt, "portal_assessment_item", 1, 1)
    other_tab = page.context.new_page()
    for tab in (page, other_tab):
        tab.goto(first)

    def fails(route: Route) -> None:
        route.fulfill(status=503, body="down") if route.request.method == "POST" else route.continue_()

    def given() -> str:
        return str(part_of(attempt).answers.get(item="rope").value)

    page.route(first, fails)
    page.get_by_role("textbox").fill("A bowline.")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-alert]")).to_contain_text("Your answer isn't saved yet")
    expect(page).to_have_url(first)
    page.unroute(first)
    page.wait_for_url("**/item/2/")  # continues automatically
    assert given() == "A bowline."

    other_tab.get_by_role("textbox").fill("A clove hitch.")
    expect(other_tab.locator("[data-alert]")).to_contain_text("You answered this differently in another tab")
    assert given() == "A bowline."
    other_tab.reload()  # the text survives reopening the page
    expect(other_tab.get_by_role("textbox")).to_have_value("A clove hitch.")
    expect(other_tab.locator("[data-alert]")).to_contain_text("What you entered here is not saved.")
    other_tab.get_by_role("button", name="Next").click()
    expect(other_tab.locator("[data-conflict]")).to_contain_text("A bowline.")
    expect(other_tab.get_by_role("textbox")).to_have_value("A clove hitch.")
    looker = Looker()
    looker.look(other_tab, "a stale essay")
    assert looker.wrong == {}
    other_tab.get_by_role("button", name="Next").click()
    other_tab.wait_for_url("**/item/2/")
    assert given() == "A clove hitch."
    other_tab.goto(first)
    expect(other_tab.locator("[data-alert]")).to_be_hidden()


def test_answers_without_the_cookie_are_not_called_offline_and_are_sent_after_a_reload(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = custom_attempt(now=clock.now())
    first = open_at(attempt, "portal_assessment_item", 1, 1)
    page.goto(first)
    page.context.clear_cookies()
    page.get_by_role("textbox").fill("A bowline.")
    expect(page.locator("[data-alert]")).to_contain_text("Please reload this page.")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("main")).to_contain_text("allow cookies for this site")
    page.goto(first)
    until(lambda: [str(answer.value) for answer in part_of(attempt).answers.all()], ["A bowline."])


def test_text_typed_just_before_leaving_is_sent_while_an_earlier_save_is_on_its_way(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = custom_attempt(now=clock.now())
    first = open_at(attempt, "portal_assessment_item", 1, 1)
    page.clock.install()
    page.goto(first)
    with transaction.atomic():
        Attempt.objects.of(attempt.organisation).select_for_update().get(pk=attempt.pk)
        page.get_by_role("textbox").fill("A bowline.")
        with page.expect_request(first):
            page.clock.fast_forward(TYPING)
        page.get_by_role("textbox").fill("A bowline or a clove hitch.")
        page.goto("about:blank")
    until(
        lambda: [str(answer.value) for answer in part_of(attempt).answers.all()],
        ["A bowline or a clove hitch."],
    )


def test_a_text_sent_late_asks_which_of_two_texts_to_keep(page: Page, open_at: Callable[..., str]) -> None:
    attempt = custom_attempt(now=clock.now())
    first = open_at(attempt, "portal_assessment_item", 1, 1)

    def given() -> str:
        return str(part_of(attempt).answers.get(item="rope").value)

    def fails(route: Route) -> None:
        route.fulfill(status=503, body="down") if route.request.method == "POST" else route.continue_()

    page.goto(first)
    page.route(first, fails)
    page.get_by_role("textbox").fill("A clove hitch.")
    expect(page.locator("[data-alert]")).to_contain_text("Your answer isn't saved yet")
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=clock.now())
    page.reload()  # its text was typed before the bowline was saved
    expect(page.get_by_role("textbox")).to_have_value("A clove hitch.")
    page.unroute(first)
    expect(page.locator("[data-alert]")).to_contain_text("What you entered here is not saved.")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-conflict]")).to_contain_text("A bowline.")
    assert given() == "A bowline."
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/item/2/")
    assert given() == "A clove hitch."

    second = page.url
    page.goto(first)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("textbox").fill("A reef knot.")
    page.wait_for_function("() => window.goodwordAnswers.waiting().length === 0")
    page.goto(second)
    save_answer(attempt_id=attempt.pk, order=1, item_id="rope", value="A bowline.", now=clock.now())
    page.go_back()  # the browser must not restore old text over the newer saved answer
    expect(page.get_by_role("textbox")).to_have_value("A bowline.")


def test_the_overview_and_flags_are_accessible_and_fit(
    browser: Browser, live_server: object, open_at: Callable[..., str]
) -> None:
    attempt = timed_attempt(now=clock.now())
    looker = Looker(*WIDTHS)
    rita = factories.member(attempt.organisation, name="Rita Recruiter")
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(open_at(attempt, "portal_assessment"))
    looker.look(page, "what is noticed")
    for item in "123456":
        Observation.objects.create(
            organisation=attempt.organisation,
            part=part_of(attempt),
            item=item,
            kind="left",
            amount=90,
            observed_at=clock.now(),
        )
    finish_part(attempt_id=attempt.pk, order=1, now=clock.now())
    raise_flags(attempt)
    for code, facts in (("fast", {"percent": 40}), ("connection_lost", {"times": 1})):
        AttemptFlag.objects.create(
            organisation=attempt.organisation,
            attempt=attempt,
            code=code,
            key="1",
            grade="low",
            facts=facts,
            found_at=clock.now(),
        )
    page.goto(f"{live_server}{path('candidate', attempt.organisation, attempt.step_request.application_id)}")
    page.locator("#flags summary").first.click()
    looker.look(page, "signs of an assessment")
    page.get_by_role("link", name="Dismiss with a note (Left the page: ").click()
    page.get_by_role("button", name="Dismiss").click()
    page.get_by_text("Say in a sentence why you're dismissing it.").first.wait_for()
    looker.look(page, "sign of an assessment dismissed without a note")
    assert (looker.wrong, looker.complaints) == ({}, [])

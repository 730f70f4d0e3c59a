"""Timed parts and the queue of answers: offline, time up, keyboard."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route, expect

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.parts import IN_TRANSIT, begin_part
from goodword.assessments.models import Attempt, AttemptPart, Test, TestVersion
from goodword.assessments.queries import items_of
from goodword.core import clock
from goodword.ui.colour import contrast
from tests.assessments.plans import JUDGEMENT, REASONING, WORK_STYLE, PlannedTest, attempt_of
from tests.assessments.support import answers, application, part_of, token_of
from tests.browser.conftest import violations
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import hold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: milliseconds until the scripts save after typing stops, and until they retry
TYPING, AGAIN_AFTER = 1500, 4000
#: between heartbeats; until a request without a response is given up; until the page reconnects
BEAT, GIVE_UP_AFTER, RECONNECTS_AFTER = 10_000, 20_000, 3000


@pytest.fixture
def open_at(live_server: object) -> Callable[..., str]:
    def address(attempt: Attempt, name: str, *args: int) -> str:
        token = token_of(attempt, now=clock.now())
        return f"{live_server}{reverse(name, args=[token, *args])}"

    return address


def timed() -> Attempt:
    """A newly started reasoning part."""
    attempt = attempt_of(REASONING, now=clock.now())
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=clock.now())
    return attempt


def change(attempt: Attempt, **values: object) -> None:
    AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt).update(**values)


def given(attempt: Attempt) -> list[tuple[str, object]]:
    return list(answers(attempt).order_by("pk").values_list("item", "value"))


def open_questions(page: Page, address: str) -> None:
    """Open a page of questions and wait until it has loaded the others for offline use."""
    with page.expect_response("**/screens/") as screens:
        page.goto(address)
    screens.value.finished()


def go_offline(page: Page) -> None:
    """Wait until a request has failed: Chromium may still send one after `set_offline` has returned."""
    page.context.set_offline(True)
    page.wait_for_function("() => fetch('/healthz', {cache: 'no-store'}).then(() => false, () => true)")


def run_out(page: Page, attempt: Attempt) -> None:
    """Let the time limit of the current part run out by moving both clocks."""
    left = part_of(attempt).seconds
    assert left is not None
    change(attempt, ends_at=clock.now())
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.clock.fast_forward(left * 1000)
    change(attempt, ends_at=clock.now() - IN_TRANSIT)
    page.clock.fast_forward(4000)
    page.wait_for_url("**/assessment/")


def flush(page: Page) -> None:
    """Retry now, even if the page is still changing."""
    page.wait_for_function("() => window.goodwordAnswers?.flush().then(() => true)")


def arrived(page: Page) -> None:
    page.wait_for_function("() => window.goodwordAnswers?.waiting().length === 0")


def test_a_timed_part_works_by_keyboard(page: Page, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(REASONING, now=clock.now())
    page.goto(open_at(attempt, "portal_assessment_part", 1))
    page.get_by_role("button", name="Start the clock").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/1/")
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    assert given(attempt) == [("1", "b")]
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/2/")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/3/")
    assert given(attempt) == [("1", "b"), ("2", "a")]
    page.get_by_role("button", name="Skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/4/")
    assert given(attempt) == [("1", "b"), ("2", "a")]


def test_the_time_left_ignores_the_browsers_clock(page: Page, open_at: Callable[..., str]) -> None:
    attempt = timed()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    expect(page.locator("[data-clock-text]")).to_have_text("12 min left")
    page.evaluate("() => { const real = Date.now; Date.now = () => real() - 3600000; }")
    change(attempt, ends_at=clock.now() + timedelta(seconds=100))
    page.keyboard.press("1")
    expect(page.locator("[data-clock-text]")).to_have_text("2 min left")


def test_time_up_leads_to_the_overview_and_chosen_answers_count(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = timed()
    page.clock.install()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    page.keyboard.press("1")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    run_out(page, attempt)
    expect(page.get_by_text("All parts are complete and your answers are saved.")).to_be_visible()
    assert given(attempt) == [("1", "a")]


def test_after_a_lost_connection_the_task_is_replaced(page: Page, open_at: Callable[..., str]) -> None:
    attempt = timed()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    go_offline(page)
    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("You're offline. Saved answers are safe.")
    assert given(attempt) == []
    change(attempt, seen_at=clock.now() - timedelta(seconds=40))
    page.context.set_offline(False)
    page.wait_for_url("**/reconnect/", timeout=15_000)
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/item/1/")
    part = part_of(attempt)
    assert part.breaks == 1
    assert list(part.drawn.filter(position=1).order_by("pk").values_list("item", flat=True)) == ["1", "1a"]
    expect(page.locator("[data-clock-text]")).to_have_text("12 min left")


def test_after_a_short_disconnection_the_task_stays(page: Page, open_at: Callable[..., str]) -> None:
    attempt = timed()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    go_offline(page)
    page.keyboard.press("3")
    expect(page.get_by_role("alert")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_be_hidden(timeout=15_000)
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    assert given(attempt) == [("1", "c")]
    assert part_of(attempt).breaks == 0


def test_without_its_cookie_the_page_reloads_and_costs_no_break(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = timed()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    page.context.clear_cookies()
    with page.expect_navigation():
        page.keyboard.press("3")
    page.wait_for_load_state()
    page.keyboard.press("3")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    assert given(attempt) == [("1", "c")]
    assert part_of(attempt).breaks == 0


def test_next_offline_keeps_the_page_and_continues_later(page: Page, open_at: Callable[..., str]) -> None:
    attempt = timed()
    page.clock.install()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    page.keyboard.press("1")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    go_offline(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.context.set_offline(False)  # now the click takes effect
    page.wait_for_url("**/item/2/")

    def loses_the_response(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/item/2/", loses_the_response)
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.clock.fast_forward(RECONNECTS_AFTER)
    page.wait_for_url("**/item/3/")  # without a warning about another window


def test_a_second_click_does_not_count_for_the_next_task(page: Page, open_at: Callable[..., str]) -> None:
    page.goto(open_at(timed(), "portal_assessment_item", 1, 1))
    held = hold(page, "**/item/1/")
    skip = page.get_by_role("button", name="Skip")
    with page.expect_request("**/item/1/"):
        skip.click()
    skip.click()
    held[0].continue_()
    page.wait_for_url("**/item/2/")
    assert len(held) == 1


def test_a_heartbeat_without_a_response_is_repeated(page: Page, open_at: Callable[..., str]) -> None:
    page.clock.install()
    page.goto(open_at(timed(), "portal_assessment_item", 1, 1))
    hold(page, "**/ping/")
    with page.expect_request("**/ping/"):
        page.clock.fast_forward(BEAT)
    page.clock.fast_forward(BEAT)
    expect(page.get_by_role("alert")).to_contain_text("You're offline")
    page.unroute("**/ping/")
    page.clock.fast_forward(RECONNECTS_AFTER)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_an_answer_without_a_response_is_sent_again(page: Page, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    address = open_at(attempt, "portal_assessment_item", 1, 1)
    page.clock.install()
    open_questions(page, address)
    hold(page, address)
    with page.expect_request(address):
        page.keyboard.press("4")
    page.clock.fast_forward(GIVE_UP_AFTER)
    expect(page.get_by_role("alert")).to_contain_text("Your answer is saved on this device")
    page.unroute(address)
    page.evaluate(
        """() => {
          const queue = JSON.parse(localStorage["goodword.answers"]);
          const elsewhere = location.pathname.replace(/[^/]{20,}/, "A".repeat(43));
          const left = { fields: [["answer", "3"]], at: Date.now() };
          localStorage["goodword.answers"] = JSON.stringify({ [elsewhere]: left, ...queue });
        }"""
    )  # an answer to an assessment that is gone
    page.clock.fast_forward(AGAIN_AFTER)
    arrived(page)
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    expect(page).to_have_url(address)
    assert [value for _, value in given(attempt)] == [4]


def test_statements_can_be_answered_offline(page: Page, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    open_questions(page, open_at(attempt, "portal_assessment_item", 1, 1))
    go_offline(page)
    for value in "43215":
        page.keyboard.press(value)
        page.keyboard.press("Enter")
    expect(page.get_by_text("6 of 20", exact=True).first).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Your answer is saved on this device")
    assert given(attempt) == []
    page.context.set_offline(False)
    arrived(page)
    expect(page.get_by_role("alert")).to_be_hidden()
    first = [item.id for item in items_of(part_of(attempt))[:5]]
    assert sorted(given(attempt)) == sorted(zip(first, (4, 3, 2, 1, 5), strict=True))


def test_next_offline_before_the_screens_are_loaded_keeps_the_page(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    page.route("**/screens/", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    page.unroute("**/screens/")
    go_offline(page)
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("You're offline. Press Next again")
    assert page.url.endswith("/item/1/")
    with page.expect_response("**/screens/"):
        page.context.set_offline(False)
    arrived(page)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 20", exact=True).first).to_be_visible()
    assert [value for _, value in given(attempt)] == [4]


def test_the_last_statement_waits_for_queued_answers(page: Page, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    open_questions(page, open_at(attempt, "portal_assessment_item", 1, 1))
    go_offline(page)
    for _ in range(20):
        page.keyboard.press("3")
        page.keyboard.press("Enter")
    expect(page.get_by_text("20 of 20", exact=True).first).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Your answer is saved on this device")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("All questions answered", timeout=30_000)
    assert [value for _, value in given(attempt)] == [3] * 20


def closed_with_an_answer_waiting(browser: Browser, address: str) -> Page:
    """A new page of a browser that was closed after 5 was pressed offline at this address."""
    context = browser.new_context()
    page = context.new_page()
    open_questions(page, address)
    go_offline(page)
    page.keyboard.press("5")
    expect(page.get_by_role("alert")).to_be_visible()
    page.close(run_before_unload=False)
    context.set_offline(False)
    return context.new_page()


def test_the_finish_page_updates_its_count(browser: Browser, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    for item in items_of(part_of(attempt))[:19]:
        save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=2, now=clock.now())
    address = open_at(attempt, "portal_assessment_item", 1, 20)
    later = closed_with_an_answer_waiting(browser, address)
    later.goto(address.replace("item/20/", "finish/"))
    expect(later.get_by_role("heading", level=1)).to_have_text("All questions answered", timeout=30_000)
    assert [value for _, value in given(attempt)] == [*[2] * 19, 5]
    later.context.close()


def test_queued_answers_survive_a_closed_page(browser: Browser, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    address = open_at(attempt, "portal_assessment_item", 1, 1)
    later = closed_with_an_answer_waiting(browser, address)
    later.goto(address.replace("1/item/1/", ""))
    arrived(later)
    expect(later.get_by_text("All answers received.")).to_be_visible()
    assert [value for _, value in given(attempt)] == [5]
    later.context.close()


def test_pages_of_parts_are_accessible(browser: Browser, open_at: Callable[..., str]) -> None:
    plain = attempt_of(JUDGEMENT, REASONING, now=clock.now())
    running = timed()
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 844})
    page, looker = context.new_page(), Looker(*WIDTHS)
    for attempt, name, args in (
        (plain, "portal_assessment", ()),
        (plain, "portal_assessment_part", (1,)),
        (plain, "portal_assessment_practice", (1, 1)),
        (plain, "portal_assessment_item", (1, 1)),
        (plain, "portal_assessment_finish", (1,)),
        (running, "portal_assessment_finish", (1,)),
        *((running, "portal_assessment_practice", (1, number)) for number in (1, 2, 3, 4)),
    ):
        page.goto(open_at(attempt, name, *args))
        looker.look(page, f"{name} {args}")
    for number in (1, 2, 3, 4):
        page.goto(open_at(running, "portal_assessment_practice", 1, number))
        page.get_by_role("radio").first.press("Space")
        page.get_by_role("button", name="Check").click()
        expect(page.locator("[data-solution]")).to_be_focused()
        expect(page.get_by_role("radio", name="Correct")).to_have_count(1)
        looker.look(page, f"practice {number} solved")
    for number in range(1, 13):
        page.goto(open_at(running, "portal_assessment_item", 1, number))
        looker.look(page, f"task {number}")
        change(running, at=number + 1)
    change(running, at=1, seen_at=clock.now() - timedelta(minutes=1))
    page.goto(open_at(running, "portal_assessment_reconnect", 1))
    looker.look(page, "reconnect")
    context.close()
    assert looker.wrong == {}


def test_a_matrix_and_its_options_fit_a_small_phone(browser: Browser, open_at: Callable[..., str]) -> None:
    attempt = timed()
    families = list(part_of(attempt).drawn.order_by("position").values_list("position", "content"))
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    seen = 0
    for position, content in families:
        if content["task"]["kind"] != "matrix":
            continue
        change(attempt, at=position)
        page.goto(open_at(attempt, "portal_assessment_item", 1, position))
        boxes = [cell.bounding_box() for cell in page.locator(".matrix__cell, .matrix__option").all()]
        assert len(boxes) == 17
        for box in boxes:
            assert box is not None
            assert min(box["width"], box["height"]) >= 64
            assert box["y"] >= 0 and box["y"] + box["height"] <= 640
        seen += 1
    assert seen == 4
    context.close()


def own(*, minutes: int | None) -> Attempt:
    """An attempt with one custom question, answered by text."""
    of = application()
    test = Test.objects.create(
        organisation=of.organisation, kind="questions", key="own_1", title="Ours", created_at=clock.now()
    )
    TestVersion.objects.create(
        organisation=of.organisation,
        test=test,
        number="1",
        language="en",
        content={
            "kind": "questions",
            "id": "own",
            "version": "1",
            "language": "en",
            "name": "Ours",
            "questions": [
                {"type": "long_text", "id": "storm", "text": "A storm comes up. What do you do?"},
                {"type": "short_text", "id": "start", "text": "When could you start?"},
            ],
        },
        created_at=clock.now(),
        published_at=clock.now(),
    )
    return attempt_of(PlannedTest(test=test, minutes=minutes), of=of, now=clock.now())


def test_typed_text_is_saved_and_kept_offline(page: Page, open_at: Callable[..., str]) -> None:
    attempt = own(minutes=None)
    page.clock.install()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    page.get_by_role("textbox").press_sequentially("I come down")
    page.clock.fast_forward(TYPING)
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    assert given(attempt) == [("storm", "I come down")]
    go_offline(page)
    page.get_by_role("textbox").press_sequentially(" and wait.")
    page.clock.fast_forward(TYPING)
    expect(page.get_by_role("alert")).to_contain_text("Your answer is saved on this device")
    page.context.set_offline(False)
    arrived(page)
    assert given(attempt) == [("storm", "I come down and wait.")]
    page.get_by_role("textbox").press_sequentially(" Or")
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("I come down and wait. Or")
    arrived(page)
    assert given(attempt) == [("storm", "I come down and wait. Or")]


def test_an_older_save_that_arrives_late_does_not_replace_the_answer(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = own(minutes=5)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=clock.now())
    page.clock.install()
    address = open_at(attempt, "portal_assessment_item", 1, 1)
    page.goto(address)
    held = hold(page, address)
    for text in ("I come", " down."):
        page.get_by_role("textbox").press_sequentially(text)
        with page.expect_request(address):
            page.clock.fast_forward(TYPING)
    while len(held) < 2:  # the route is held just after its request is seen
        page.wait_for_timeout(10)
    for route in reversed(held):
        with page.expect_response(address):
            route.continue_()
    assert given(attempt) == [("storm", "I come down.")]


def test_text_in_the_field_counts_when_time_is_up(page: Page, open_at: Callable[..., str]) -> None:
    attempt = own(minutes=5)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=clock.now())
    page.clock.install()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    page.get_by_role("textbox").press_sequentially("I come down.")
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("I come down.")
    run_out(page, attempt)
    assert given(attempt) == [("storm", "I come down.")]


def test_text_typed_offline_is_kept_after_a_break(page: Page, open_at: Callable[..., str]) -> None:
    attempt = own(minutes=5)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=clock.now())
    page.clock.install()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    go_offline(page)
    page.get_by_role("textbox").fill("I come down.")
    page.clock.fast_forward(TYPING)
    expect(page.get_by_role("alert")).to_contain_text("You're offline")
    change(attempt, seen_at=clock.now() - timedelta(seconds=40))
    page.context.set_offline(False)
    page.wait_for_url("**/reconnect/", timeout=20_000)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/item/1/")
    expect(page.get_by_role("textbox")).to_have_value("I come down.")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    assert given(attempt) == [("storm", "I come down.")]


def test_a_reload_that_does_not_help_is_not_repeated(page: Page, open_at: Callable[..., str]) -> None:
    """The browser blocks cookies, or a network rejects what is sent."""
    attempt = own(minutes=5)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=clock.now())
    loaded: list[str] = []
    page.on("load", lambda page: loaded.append(page.url))

    def reject(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=403, body="<h1>Forbidden</h1>")
        else:
            route.continue_()

    page.route("**/*", reject)
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    page.get_by_role("textbox").fill("I come down.")
    expect(page.get_by_role("alert")).to_contain_text("allow cookies")
    with page.expect_response("**/item/1/"):
        page.get_by_role("button", name="Next").click()
    page.wait_for_timeout(RECONNECTS_AFTER + 500)
    assert len(loaded) == 2
    expect(page.get_by_role("textbox")).to_have_value("I come down.")
    page.unroute("**/*")
    page.wait_for_url("**/item/2/")
    assert given(attempt) == [("storm", "I come down.")]


def test_a_failing_server_gets_no_more_heartbeats_the_longer_it_fails(
    page: Page, open_at: Callable[..., str]
) -> None:
    attempt = timed()
    page.clock.install()
    page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    sent: list[str] = []

    def fail(route: Route) -> None:
        sent.append(route.request.url)
        route.fulfill(status=502)

    page.route("**/ping/", fail)
    for _ in range(60):
        page.clock.run_for(1000)
        page.evaluate("() => fetch(location.href, { method: 'HEAD' })")  # until the response has arrived
    assert len(sent) <= 60_000 / RECONNECTS_AFTER + 60_000 / BEAT


def test_a_foreign_response_does_not_count_as_saved(page: Page, open_at: Callable[..., str]) -> None:
    """A captive portal answers all requests with 200."""
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    page.clock.install()

    def welcome(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=200, body="<h1>Welcome to our hotel</h1>")
        else:
            route.continue_()

    page.route(
        "**/item/1/", welcome
    )  # before the page opens: Chromium may still send a request after this has returned
    open_questions(page, open_at(attempt, "portal_assessment_item", 1, 1))
    page.keyboard.press("4")
    expect(page.get_by_role("alert")).to_contain_text("Your answer is saved on this device")
    assert given(attempt) == []
    page.unroute("**/item/1/")
    page.clock.fast_forward(AGAIN_AFTER)
    arrived(page)
    assert [value for _, value in given(attempt)] == [4]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cells_of_a_matrix_have_visible_borders(
    page: Page, open_at: Callable[..., str], scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(open_at(attempt_of(REASONING, now=clock.now()), "portal_assessment_practice", 1, 1))
    while not page.locator(".matrix").count():
        page.goto(re.sub(r"/(\d+)/$", lambda found: f"/{int(found[1]) + 1}/", page.url))
    colours = page.locator(".matrix__cell, .matrix__option").evaluate_all(
        """cells => cells.map((cell) => {
          const shown = (colour) => {
            const context = document.createElement("canvas").getContext("2d");
            context.fillStyle = colour;
            return context.fillStyle;
          };
          const style = getComputedStyle(cell), page = getComputedStyle(document.body);
          return [style.borderTopColor, style.backgroundColor, page.backgroundColor].map(shown);
        })"""
    )
    assert len(colours) == 9 + page.locator(".matrix__option").count()
    for border, inside, around in colours:
        assert contrast(border, around) >= 3
        assert len(inside) > 7 or contrast(border, inside) >= 3  # the missing cell is transparent


def test_an_outdated_window_says_that_the_part_continued_elsewhere(
    browser: Browser, open_at: Callable[..., str]
) -> None:
    attempt = timed()
    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
        page.locator("[name=answer]").first.check(force=True)
        expect(page.locator("[data-saved]")).to_have_text("Saved")
    second.get_by_role("button", name="Next").click()
    second.wait_for_url("**/item/2/")

    first.locator("[name=answer]").nth(1).check(force=True)  # too late: no longer saved, with a message
    expect(first.locator("[data-alert]")).to_contain_text("perhaps in another window. Press Next")
    first.get_by_role("button", name="Next").click()
    first.wait_for_url("**/item/2/?elsewhere=yes")
    expect(first.get_by_text("perhaps in another window. You can't answer earlier tasks")).to_be_visible()
    expect(first.get_by_text("Choose an answer")).to_have_count(0)
    assert violations(first) == []
    assert given(attempt) == [("1", "a")]

    first.locator("[name=answer]").nth(2).check(force=True)
    expect(first.locator("[data-saved]")).to_have_text("Saved")
    first.get_by_role("button", name="Next").click()
    first.wait_for_url("**/item/3/")
    second.evaluate(
        "() => document.dispatchEvent(new Event('visibilitychange'))"
    )  # fetches the current state at once
    expect(second.locator("[data-alert]")).to_contain_text("perhaps in another window. Press Next")
    second.get_by_role("button", name="Skip").click()
    second.wait_for_url("**/item/3/?elsewhere=yes")
    assert given(attempt) == [("1", "a"), ("2", "c")]
    context.close()


def test_queued_answers_show_as_saved_once_online(browser: Browser, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    context = browser.new_context()
    page = context.new_page()
    with page.expect_response("**/screens/"):
        page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    line = page.locator("[data-saved]")
    go_offline(page)
    page.locator("[name=answer]").nth(3).press("Space")  # a tap would go to the next item
    expect(line).to_have_text("Not saved yet. Trying again.")
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/item/2/")
    flush(page)  # no effect: no answer from this page is queued
    expect(page.locator("[data-alert]")).to_contain_text("You're offline")
    expect(line).to_have_text("")
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/item/1/")
    flush(page)
    expect(line).to_have_text("Not saved yet. Trying again.")
    context.set_offline(False)
    expect(line).to_have_text("Saved")
    expect(page.locator("[data-alert]")).to_be_hidden()
    assert [value for _item, value in given(attempt)] == [4]
    context.close()


def test_next_offline_without_an_answer_keeps_the_page(browser: Browser, open_at: Callable[..., str]) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    context = browser.new_context()
    page = context.new_page()
    with page.expect_response("**/screens/") as screens:
        page.goto(open_at(attempt, "portal_assessment_item", 1, 1))
    screens.value.finished()
    go_offline(page)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-alert]")).to_contain_text("You're offline")
    context.set_offline(False)
    expect(page.locator("[data-alert]")).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert").first).to_contain_text("Choose an answer, or skip this one for now.")
    context.close()


def test_an_answer_sent_by_another_window_shows_as_saved(
    browser: Browser, open_at: Callable[..., str]
) -> None:
    attempt = attempt_of(WORK_STYLE, now=clock.now())
    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    address = open_at(attempt, "portal_assessment_item", 1, 1)
    for page in (first, second):
        page.goto(address)
    first.route("**/item/1/", lambda route: route.abort())
    first.locator("[name=answer]").nth(3).press("Space")
    expect(first.locator("[data-saved]")).to_have_text("Not saved yet. Trying again.")
    first.unroute("**/item/1/")
    flush(second)
    arrived(second)
    expect(first.locator("[data-saved]")).to_have_text("Saved")
    assert [value for _item, value in given(attempt)] == [4]
    context.close()

"""Extra time is requested and granted through both pages."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from goodword.assessments.models import Adjustment, Attempt
from goodword.core import clock
from tests.assessments.adjustments.support import answer_path, asked, clocks, named
from tests.assessments.plans import JUDGEMENT, REASONING, attempt_of
from tests.assessments.support import application, token_of
from tests.browser.looking import WIDTHS, Looker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def attempt(live_server: object) -> Attempt:
    of = application()
    named(of.organisation)
    return attempt_of(REASONING, JUDGEMENT, of=of, now=clock.now())


def url(live_server: object, attempt: Attempt, name: str, *args: int) -> str:
    return f"{live_server}{reverse(name, args=[token_of(attempt, now=clock.now()), *args])}"


def request_of(attempt: Attempt) -> Adjustment:
    return Adjustment.objects.of(attempt.organisation).get()


@pytest.mark.parametrize("script", [True, False], ids=["", "without JavaScript"])
def test_extra_time_is_requested_and_granted(
    browser: Browser, live_server: object, attempt: Attempt, script: bool
) -> None:
    looker = Looker(*WIDTHS)
    context = browser.new_context(
        viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce", java_script_enabled=script
    )
    looker.watch(context)
    page = context.new_page()
    page.goto(url(live_server, attempt, "portal_assessment"))
    page.get_by_role("link", name="Need extra time or an accessible version?").click()
    _look(looker, page, "asking", script=script)
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what you need")
    _look(looker, page, "asking for nothing", script=script)
    page.get_by_label("50% extra time").check()
    page.get_by_label("An accessible version of a test").check()
    page.get_by_label("In your own words").fill("Large print, please.")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("Your request is with Hanna Rehm")).to_be_visible()
    _look(looker, page, "asked", script=script)
    page.get_by_role("link", name="Back to the assessment").click()
    expect(page.get_by_role("link", name="View request")).to_be_visible()
    _look(looker, page, "first page while it waits", script=script)
    page.goto(url(live_server, attempt, "portal_assessment_part", 1))
    expect(page.get_by_role("button", name="Start the clock")).to_have_count(0)
    _look(looker, page, "part while it waits", script=script)

    page.goto(f"{live_server}{answer_path(request_of(attempt), now=clock.now())}")
    _look(looker, page, "answering", script=script)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose how much extra time they get")
    page.get_by_label("Another percentage", exact=True).check()
    page.get_by_label("Extra time in percent").fill("75")
    page.get_by_label("Reasoning").check()
    page.get_by_label("Message to the candidate").fill("Of course, and good luck.")
    _look(looker, page, "answering with an error", script=script)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="This request has been answered")).to_be_visible()
    _look(looker, page, "answered", script=script)

    page.goto(url(live_server, attempt, "portal_assessment_adjustment"))
    expect(page.get_by_text("Of course, and good luck.")).to_be_visible()
    _look(looker, page, "granted", script=script)
    page.goto(url(live_server, attempt, "portal_assessment_part", 1))
    expect(page.get_by_text("35 minutes for 20 tasks")).to_be_visible()
    _look(looker, page, "a longer clock", script=script)
    complaints = [
        complaint for complaint in looker.complaints if "422" not in complaint
    ]  # the refusal is expected
    assert (clocks(attempt), looker.wrong, complaints) == ([35 * 60, None], {}, [])


def test_the_form_without_figures_can_be_chosen_by_keyboard(
    page: Page, live_server: object, attempt: Attempt
) -> None:
    page.goto(url(live_server, attempt, "portal_assessment_part", 1))
    page.get_by_role("button", name="Use tasks without figures instead").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use tasks with figures again")).to_be_visible()
    expect(page.get_by_text("20 minutes for 20 tasks")).to_be_visible()
    assert Adjustment.objects.of(attempt.organisation).count() == 0


def test_a_part_is_replaced_by_its_open_text_version(browser: Browser, live_server: object) -> None:
    of = application()
    named(of.organisation)
    attempt = attempt_of(JUDGEMENT, of=of, now=clock.now())
    row = asked(attempt, now=clock.now(), percent=0, form=True)
    looker = Looker(*WIDTHS)
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{answer_path(row, now=clock.now())}")
    page.get_by_label("Yes, with the default rubric").check()
    looker.look(page, "replacing a part")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="This request has been answered")).to_be_visible()
    page.goto(url(live_server, attempt, "portal_assessment_part", 1))
    looker.look(page, "in own words")
    page.get_by_role("button", name="Rate actions instead").click()
    looker.look(page, "between actions")
    page.get_by_role("button", name="Answer in your own words instead").click()
    page.get_by_role("link", name="Start").first.click()
    expect(page.get_by_role("textbox")).to_be_visible()
    looker.look(page, "question in own words")
    assert (looker.wrong, looker.complaints) == ({}, [])
    context.close()


def _look(looker: Looker, page: Page, name: str, *, script: bool) -> None:
    if script:
        looker.look(page, name)


def test_what_a_second_window_cannot_send_is_shown(browser: Browser, live_server: object) -> None:
    of = application()
    named(of.organisation)
    attempt = attempt_of(REASONING, of=of, now=clock.now())
    looker = Looker(*WIDTHS)
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(context)
    page = context.new_page()
    page.goto(url(live_server, attempt, "portal_assessment_adjustment"))
    page.get_by_label("No extra time").check()
    page.get_by_label("In your own words").fill("Large print,\nplease.")
    asked(attempt, now=clock.now())
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_contain_text("This text was not sent.")
    expect(page.get_by_text("Large print,")).to_be_visible()
    looker.look(page, "not sent from a second window")
    complaints = [
        complaint for complaint in looker.complaints if "409" not in complaint
    ]  # the refusal is expected
    assert (looker.wrong, complaints) == ({}, [])

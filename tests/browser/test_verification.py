"""A member verifies a reasoning result: the candidate takes the form on another device, then the comparison appears."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.assessments.verification.support import finished, owner
from tests.browser.looking import WIDTHS, Looker
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_result_is_verified(browser: Browser, live_server: object) -> None:
    looker = Looker(*WIDTHS)
    attempt = finished(solved=17)
    session = signed_in(owner(attempt)).cookies["goodword_session"].value
    desk = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(desk)
    desk.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = desk.new_page()
    candidate = path("candidate", attempt.organisation, attempt.step_request.application_id)
    page.goto(f"{live_server}{candidate}")
    page.get_by_label("More for the assessment").click()
    page.get_by_role("link", name="Verify reasoning result").click()
    looker.look(page, "verification explained")
    page.get_by_role("button", name="Start verification").click()
    expect(page.get_by_text("Open this link on the supervised device")).to_be_visible()
    looker.look(page, "verification link")
    found = re.search(r"/t/[\w-]+/", page.content())
    assert found is not None
    page.goto(f"{live_server}{candidate}#verification")
    looker.look(page, "verification waits")

    device = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(device)
    form = device.new_page()
    form.goto(f"{live_server}{found[0]}")
    looker.look(form, "verification handed over")
    form.get_by_role("link", name="and I have the device").click()
    looker.look(form, "verification form")
    form.get_by_role("link", name="Practise first").click()
    form.get_by_role("link", name="Skip practice").click()
    form.get_by_role("button", name="Start the clock").click()
    expect(form.get_by_text("12 min left")).to_be_visible()
    looker.look(form, "verification task")
    form.keyboard.press("1")
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()
    form.keyboard.press("Enter")
    for number in range(2, 13):
        expect(form.get_by_text(f"{number} of 12", exact=True).first).to_be_visible()
        if number == 5:
            looker.look(form, "verification fifth task")
        form.get_by_role("button", name="Skip").click()
    expect(form.get_by_text("You can hand the device back.")).to_be_visible()
    looker.look(form, "verification done")

    page.reload()
    expect(page.get_by_text("Lower than expected", exact=False)).to_be_visible()
    looker.look(page, "verification compared")
    desk.close()
    device.close()
    assert (looker.wrong, looker.complaints) == ({}, [])

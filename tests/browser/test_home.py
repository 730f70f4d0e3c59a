"""Home by keyboard, and screenshots."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from goodword.core import clock
from goodword.workspace.comments import write_comment
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories
from tests.workspace.applications import path, reported
from tests.workspace.needs_you.world import (
    WaitingReason,
    bounced,
    cannot_name,
    note_failed,
    stage_renamed,
    waits,
    world,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_recruiter_clears_the_list_by_keyboard(browser: Browser, live_server: object) -> None:
    here = world("Senior Account Manager")
    here.role.steps.update(requirement="Wins and keeps clients")
    bounced(here.named("Marcus", email="m.bell@posteo.example"), "marcus.bell@gmial.example")
    cannot_name(here.named("Lena"), relationship="manager", reason="The company closed.")
    reported(here.named("Dana"))
    note_failed(here.named("Priya"))
    stage_renamed(here.role)
    waits(here.named("Ada"), WaitingReason.CLICK)
    tom = factories.member(here.role.organisation, name="Tom Berg")
    text = f"@{here.rita.user.name}, shall we meet her?"
    write_comment(application_id=here.named("Noor").pk, text=text, author=tom, now=clock.now())
    waits(here.named("Milan"), WaitingReason.DELAY, due_at=clock.now() + timedelta(hours=2))
    home = f"{live_server}{path('needs_you', here.role.organisation)}"
    looker = Looker(*WIDTHS)
    context = window(browser, here.rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(home)
    looker.look(page, "home")
    page.get_by_role("link", name="Assign: Dana Zorn").click()
    looker.look(page, "assign a result")
    page.goto(f"{live_server}{path('results', here.role.organisation)}")
    looker.look(page, "results")
    box = page.get_by_role("checkbox", name="Choose Dana Zorn")
    box.check()
    box.press("Tab")
    expect(page.locator("[data-bulk-bar]")).to_contain_text("1 selected")
    looker.look(page, "results chosen")
    page.get_by_role("group", name="Actions for selected rows").get_by_role("button", name="Assign").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Assign")
    looker.look(page, "assign several results")
    page.goto(home)
    rows = page.locator(".need")
    expect(rows).to_have_count(6)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = rows.first
    expect(first).to_have_attribute("data-chosen", "")
    looker.look(page, "home chosen")
    page.set_viewport_size({"width": 1440, "height": 900})  # phones have no button for keyboard shortcuts
    page.keyboard.press("h")
    page.get_by_text("Hidden until tomorrow.").wait_for()
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="Turn keys off").click()
    page.keyboard.press("j")
    page.keyboard.press("h")
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="Turn keys on").click()
    ada = rows.filter(has_text="hasn't been invited")
    ada.get_by_role("link", name="Ada Zorn").focus()
    expect(ada).to_have_attribute("data-chosen", "")
    page.keyboard.press("e")
    page.get_by_text("Invitation on its way.").wait_for()
    page.goto(f"{home}?hidden=1")
    looker.look(page, "home hidden")
    empty = factories.member(factories.organisation())
    page = window(browser, empty, live_server, width=1440).new_page()
    page.goto(f"{live_server}{path('needs_you', empty.organisation)}")
    looker.look(page, "home empty")
    assert (looker.wrong, looker.complaints) == ({}, [])

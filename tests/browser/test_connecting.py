"""The pages that connect Greenhouse, and the webhook list that updates itself."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from goodword.core import clock
from goodword.greenhouse.activity_feed.notes import queue_test_note
from goodword.greenhouse.models import (
    CallTally,
    Connection,
    Delivery,
    Finding,
    Permission,
    RateWindow,
    Webhook,
    WebhookSecret,
)
from goodword.greenhouse.setup.connections import rotate_secret
from tests.browser.looking import WIDTHS, Looker
from tests.greenhouse.setup.desk import Desk, open_desk, point
from tests.greenhouse.setup.test_several_accounts import linked, open_another_credential
from tests.greenhouse.setup.test_test_notes import candidate_here
from tests.support.pages import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(transactional_db: None, settings: Settings, live_server: LiveServer) -> Iterator[Desk]:
    point(settings)
    settings.GOODWORD_BASE_URL = live_server.url
    made = open_desk("v3")
    yield made
    made.greenhouse.sandbox.close()


def entered(browser: Browser, desk: Desk, live_server: LiveServer, *, width: int) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    session = signed_in(desk.admin).cookies["goodword_session"].value
    context.add_cookies([{"name": "goodword_session", "value": session, "url": live_server.url}])
    return context


def busy(desk: Desk, connection: Connection) -> None:
    """Rows for each part of the health page."""
    now = clock.now()
    own: dict[str, Any] = {"organisation": desk.organisation, "connection": connection}
    for action, days in (("candidate_stage_change", 6), ("hire_candidate", 1), ("reject_candidate", 1)):
        Webhook.objects.create(
            **own, action=action, event=action, name=action, pinged_at=now - timedelta(days=days)
        )
    Webhook.objects.create(**own, event="Offer created", name="Payroll <sync>", pinged_at=now)
    Delivery.objects.create(
        **own,
        action="hire_candidate",
        body=b"{}",
        state="failed",
        outcome="Greenhouse's answer could not be read. It was tried for a day.",
        received_at=now,
        not_before=now,
    )
    Finding.objects.create(**own, kind="missed_invitation", state="synced", sentence="x", found_at=now)
    for outcome, calls in (("ok", 1412), ("rate_limited", 2), ("unavailable", 14)):
        hour = now.replace(minute=0, second=0, microsecond=0)
        CallTally.objects.update_or_create(
            **own, hour=hour, outcome=outcome, defaults={"calls": calls, "seconds": calls / 7}
        )
    RateWindow.objects.update_or_create(
        connection=connection,
        defaults={"organisation": desk.organisation, "limit": 150, "remaining": 96, "number": 2**40},
    )
    Connection.objects.of(desk.organisation).filter(pk=connection.pk).update(
        refused_count=12, refused_at=now, last_event_at=now - timedelta(hours=3)
    )
    rotate_secret(connection, keep_for=timedelta(days=7), member=desk.admin, now=now)


def test_the_list_fills_while_the_key_is_tried(browser: Browser, desk: Desk, live_server: LiveServer) -> None:
    looker = Looker(*WIDTHS)
    context = entered(browser, desk, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    for once_more in (False, True):  # the second time with another credential of the same account
        page.goto(f"{live_server.url}{desk.url('greenhouse_connect')}")
        typed = open_another_credential(desk) if once_more else desk.form()
        page.get_by_label("Client ID").fill(typed["client_id"])
        page.get_by_label("Client secret").fill("mistyped")
        page.get_by_role("button", name="Set", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("does not know this client ID")
        looker.look(page, "refused")
        page.get_by_label("Client secret").fill(typed["client_secret"])
        desk.greenhouse.sandbox.faults.add({"kind": "slow", "path": "/v3/jobs", "seconds": 1.5, "times": 1})
        page.get_by_role("button", name="Set", exact=True).click()
        expect(page.locator("#probing")).to_contain_text("Checking Jobs")
        expect(page.get_by_label("Client secret")).to_be_hidden()
        looker.look(page, "probing")
        if once_more:
            expect(page.get_by_text("This account is already connected")).to_be_visible()
            looker.look(page, "doubted")
        else:
            expect(page.get_by_text("Greenhouse is connected.")).to_be_visible()
            looker.look(page, "connected")
    context.close()
    assert looker.wrong == {}
    assert looker.complaints == []


def test_every_page_is_accessible_and_fits(browser: Browser, desk: Desk, live_server: LiveServer) -> None:
    one = desk.connect()
    person = candidate_here(desk)
    linked(desk, one, "Customer Support Specialist", job_id=4711)
    busy(desk, one)
    two = Connection.objects.create(
        organisation=desk.organisation,
        name="Borealis Travel (Nordics)",
        endpoint_key="e" * 43,
        connected_at=clock.now(),
        state="incomplete",
        credential=one.credential,
        api="v1",
        last_error="Greenhouse does not let this key use Job Stages.",
        last_error_at=clock.now(),
    )
    WebhookSecret.add(two, "s" * 64, now=clock.now())
    for place, (name, state, required) in enumerate(
        (("Applications", "granted", True), ("Job Stages", "missing", True), ("Users", "missing", False))
    ):
        Permission.objects.create(
            organisation=desk.organisation,
            connection=two,
            name=name,
            state=state,
            required=required,
            position=place,
            detail="In Greenhouse, edit the credential and tick everything under it."
            if state == "missing"
            else "",
            checked_at=clock.now(),
        )
    broken = Connection.objects.create(
        organisation=desk.organisation,
        name="Old account",
        endpoint_key="f" * 43,
        connected_at=clock.now(),
        state="broken",
        credential="",
        last_error="Greenhouse no longer accepts this key: it was revoked or expired.",
    )
    WebhookSecret.add(broken, "s" * 64, now=clock.now())
    Connection.objects.create(
        organisation=desk.organisation,
        name="Ended account",
        endpoint_key="g" * 43,
        connected_at=clock.now(),
        state="disconnected",
    )
    note = queue_test_note(one, candidate_remote_id=person.id, member=desk.admin, now=clock.now())
    pages = {
        "integrations": desk.url("integrations"),
        "dialog": desk.url("greenhouse_replace_key", one.pk),
        "health": desk.url("greenhouse_health", one.pk),
        "health incomplete": desk.url("greenhouse_health", two.pk),
        "webhooks": desk.url("greenhouse_webhooks", one.pk),
        "checklist": desk.url("first_run"),
        "new role": desk.url("role_new"),
        "rename": desk.url("greenhouse_rename", one.pk),
        "rotate": desk.url("greenhouse_rotate", one.pk),
        "author": desk.url("greenhouse_author", one.pk),
        "disconnect": desk.url("greenhouse_disconnect", one.pk),
        "test note": desk.url("greenhouse_test_note", one.pk),
        "test note wrong": f"{desk.url('greenhouse_test_note', one.pk)}?candidate=Zoe",
        "test note shown": f"{desk.url('greenhouse_test_note', one.pk)}?candidate={person.id}",
        "test note outcome": desk.url("greenhouse_test_note_outcome", one.pk, note.pk),
        "notes": desk.url("note_settings"),
    }
    looker = Looker(*WIDTHS)
    context = entered(browser, desk, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    for name, where in pages.items():
        page.goto(f"{live_server.url}{where}")
        looker.look(page, name)
    page.goto(f"{live_server.url}{pages['health']}")
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("A signed test delivery to the Endpoint URL was accepted")).to_be_visible()
    looker.look(page, "tested")
    page.goto(f"{live_server.url}{pages['notes']}")
    page.get_by_label("First line of a note").fill("{candidate} is through, {outcome}")
    expect(page.locator("#example")).to_contain_text("Ada Lovelace is through, completed: 2 of 2")
    page.get_by_label("First line of a note").fill("{score}")
    expect(page.locator("#example")).to_contain_text("{score} is not a placeholder.")
    context.close()
    assert looker.wrong == {}
    assert looker.complaints == []


def test_closing_the_key_dialog_leaves_the_focus_in_the_page(
    browser: Browser, desk: Desk, live_server: LiveServer
) -> None:
    page = entered(browser, desk, live_server, width=1440).new_page()
    page.goto(live_server.url + desk.url("greenhouse_replace_key", desk.connect().pk))
    expect(page.get_by_label("Client ID")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(
        page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Settings")
    ).to_be_focused()

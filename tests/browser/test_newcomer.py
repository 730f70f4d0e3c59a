"""Clicks and words for a new user, from sign-in to the first invitation."""

import socket
import threading
from collections.abc import Iterator

import pytest
from django.core import mail
from playwright.sync_api import Browser, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from goodword.accounts.domain.organisation import create_admin, create_organisation
from goodword.core import clock
from goodword.demo.world import ADMIN_EMAIL, ADMIN_NAME, ORGANISATION
from goodword.greenhouse.models import Webhook
from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.server import Server
from tests.browser.article import (
    ADDRESS,
    JOB,
    WEBHOOKS,
    apply_and_move,
    create_a_credential,
    create_four_webhooks,
    desk,
    see_them_turn_live,
)
from tests.browser.effort import Effort
from tests.browser.looking import Looker
from tests.browser.windows import tab_to
from tests.demo.programs import wait_for
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400), pytest.mark.django_db(transaction=True)]

MOST_CLICKS, MOST_WORDS = 12, 600


@pytest.fixture
def sandbox_url(settings: Settings, live_server: LiveServer) -> Iterator[str]:
    """Start a sandbox as Goodword's Greenhouse and create an organisation with an admin. Yields the sandbox's URL."""
    app = create_app()
    server = Server(socket.create_server(("127.0.0.1", 0)), app)
    url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    settings.GOODWORD_BASE_URL = live_server.url
    settings.GOODWORD_GREENHOUSE_V1_URL, settings.GOODWORD_GREENHOUSE_V3_URL = f"{url}/v1", f"{url}/v3"
    settings.GOODWORD_GREENHOUSE_AUTH_URL = settings.GOODWORD_GREENHOUSE_APP_URL = url
    settings.GOODWORD_ALLOW_PRIVATE_ADDRESSES = True
    now = clock.now()
    organisation = create_organisation(name=ORGANISATION, now=now, time_zone="Europe/Berlin")
    create_admin(
        organisation=organisation, email=ADMIN_EMAIL, name=ADMIN_NAME, password=factories.PASSWORD, now=now
    )
    yield url
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


def has_four_webhooks() -> bool:
    """Run waiting jobs. Returns whether all pings have arrived."""
    run_jobs()
    return Webhook.objects.across_organisations().count() == len(WEBHOOKS)


def is_invited() -> bool:
    """Run waiting jobs. Returns whether the candidate's invitation was sent."""
    run_jobs()
    return any("assessment" in one.subject and ADDRESS in one.to[0] for one in mail.outbox)


@pytest.mark.parametrize("api", ["v3", "v1"])
def test_a_newcomer_invites_within_12_clicks_and_600_words(
    browser: Browser, sandbox_url: str, api: str, live_server: LiveServer
) -> None:
    """From the sign-in page to the candidate's invitation, following the checklist.

    Only Goodword's pages count. Clicks: mouse clicks; fields are reached by Tab. Words: the visible text of each page,
    without collapsed parts; only new text on a page that changes or is visited again. Text repeated on a page, and
    navigation, count once.
    """
    looker = Looker()
    at_desk = desk(browser, looker)
    greenhouse = at_desk.new_page()
    credential = create_a_credential(greenhouse, sandbox_url, api, looker)
    page = at_desk.new_page()
    effort = Effort(page)
    page.goto(live_server.url)
    effort.read("sign-in")
    page.get_by_label("E-mail").fill(ADMIN_EMAIL)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Goodword")
    effort.read("checklist")
    page.get_by_role("link", name="Connect", exact=True).click()
    effort.read("key")
    if api == "v1":
        page.get_by_role("link", name="Harvest API key").click()
        effort.read("key")
    looker.look(page, "newcomer key")
    for label, value in credential.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Goodword", timeout=30_000)
    effort.read("checklist, connected")
    looker.look(page, "newcomer connected")
    lights = create_four_webhooks(greenhouse, page, sandbox_url)
    wait_for(
        has_four_webhooks, otherwise=lambda: f"{Webhook.objects.across_organisations().count()} webhooks"
    )
    see_them_turn_live(page, lights)
    expect(page.get_by_text("4 of 4 live.")).to_be_visible()
    effort.read("checklist, live")
    looker.look(page, "newcomer live")
    page.get_by_role("button", name=JOB).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Manage ATS automation")
    effort.read("stages")
    looker.look(page, "newcomer stages")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    effort.read("review")
    looker.look(page, "newcomer review")
    tab_to(page, "input[value=agreeableness]")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(JOB)
    effort.read("role")
    looker.look(page, "newcomer role")
    apply_and_move(greenhouse, sandbox_url, "Assessment", looker)
    print(effort.account())
    wait_for(
        is_invited, otherwise=lambda: f"No invitation: {[one.subject for one in mail.outbox]}", seconds=60
    )
    assert effort.clicks <= MOST_CLICKS, effort.account()
    assert effort.total <= MOST_WORDS, effort.account()
    assert (looker.wrong, looker.complaints) == ({}, [])

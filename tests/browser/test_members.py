"""Settings > Members and the invitation page."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.core import clock
from goodword.notifications.models import Email
from goodword.workspace.members import changes
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_admin_invites_and_the_invited_person_joins(
    browser: Browser, live_server: Any, mailoutbox: list[Any]
) -> None:
    org = factories.organisation(name="Northwind", slug="northwind")
    ann = factories.member(org, kind="admin", name="Ann Petersen", email="ann.petersen@northwind.example")
    rita = factories.member(org, name="Rita Sommer", email="rita.sommer@northwind.example")
    role = factories.role(org, title="Senior Account Manager", owner=rita)
    factories.role(org, title="Data Engineer", owner=ann)
    ben = factories.member(org, kind="hiring_manager", name="Ben Moreau", email="ben@northwind.example")
    role.viewers.add(ben)
    sam = factories.member(org, name="Sam Keller", email="sam.keller@northwind.example")
    changes.deactivate(member=sam, successor=None, by=ann, now=clock.now())
    looker = Looker(*WIDTHS)
    context = window(browser, ann, live_server, width=WIDTHS[-1])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/o/northwind/settings/members/")
    page.get_by_text("Invite people").first.click()
    page.get_by_label("E-mail addresses").fill("noah.fischer@northwind.example, amara@northwind.example")
    page.get_by_label("Hiring manager").check()
    page.get_by_label("Senior Account Manager").check()
    looker.look(page, "members form")
    page.get_by_role("button", name="Send invitations").click()
    expect(page.get_by_text("2 invitations are being sent.")).to_be_visible()
    run_jobs()
    Email.objects.of(org).filter(to_address__startswith="amara").update(
        state="failed", last_error="The mail server answered: 550 no such mailbox"
    )
    page.reload()
    page.get_by_text("1 deactivated member").click()
    looker.look(page, "members")
    page.get_by_role("link", name="Change Rita Sommer").click()
    looker.look(page, "member")
    page.goto(f"{live_server.url}/o/northwind/settings/members/{rita.pk}/deactivate/")
    looker.look(page, "deactivate")
    [link] = re.findall(r"https?://\S+(/i/\S+/)", mailoutbox[0].body)
    other = browser.new_context()
    looker.watch(other)
    guest = other.new_page()
    guest.goto(live_server.url + link)
    looker.look(guest, "join")
    guest.get_by_label("Your name").fill("Noah Fischer")
    guest.get_by_label("Password").fill("a long enough sentence")
    guest.get_by_label("Password").press("Enter")
    expect(guest.get_by_role("heading", name="Home")).to_be_visible()
    guest.get_by_role("link", name="Roles", exact=True).first.click()
    expect(guest.get_by_role("link", name="Senior Account Manager")).to_be_visible()
    assert Membership.objects.of(org).filter(user__name="Noah Fischer").exists()
    assert (looker.wrong, looker.complaints) == ({}, [])

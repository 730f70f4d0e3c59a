"""E-mail texts and the sender domain in a browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from goodword.accounts.domain.organisation import set_logo
from goodword.core import mail
from goodword.reports.pdf.logo import as_png
from tests.assessments.support import application, assigned
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.reports.pdf.test_parts import SVG
from tests.support import factories
from tests.support.dns_server import dns_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_admin_writes_an_invitation(browser: Browser, live_server: Any) -> None:
    of = application()
    ann = factories.member(of.organisation, kind="admin", name="Ann Petersen", email="ann@northwind.example")
    set_logo(organisation=of.organisation, png=as_png(SVG), by=ann, now=factories.NOW)
    assigned(of, sent=False)
    looker = Looker(*WIDTHS)
    context = window(browser, ann, live_server, width=WIDTHS[-1])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/o/{of.organisation.slug}/settings/mail-texts/")
    looker.look(page, "mail texts")
    page.get_by_role("link", name="Invitation to the assessment, English: standard text").click()
    page.get_by_label("Subject").fill("Your next step for {rolle}")
    page.get_by_label("Subject").press("Enter")
    expect(page.get_by_text("{rolle} doesn't exist. Did you mean {role}?").first).to_be_visible()
    looker.look(page, "mail text refused")
    page.get_by_label("Subject").fill("Your next step for {role}")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Your next step for Window Washer")).to_be_visible()
    mail_shown = page.frame_locator("iframe")
    expect(mail_shown.get_by_text("Thank you for applying for the Window Washer role")).to_be_visible()
    mail_shown.get_by_role("img", name="Acme Bikes").evaluate("image => image.decode()")
    looker.look(page, "mail text")
    page.get_by_label("Closing").fill("{recruiter} is there for you")
    page.get_by_label("Subject").press("Enter")
    expect(page.get_by_text("Saved. E-mails already waiting")).to_be_visible()
    page.get_by_role("button", name="Reset to the standard text").click()
    expect(page.get_by_text("Reset to the standard text.")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Your assessment for {role} at {organisation}")


def test_an_admin_checks_the_sender_domain(browser: Browser, live_server: Any, settings: Any) -> None:
    settings.GOODWORD_MAIL_FROM = "people@northwind.example"
    settings.GOODWORD_MAIL_SPF = ["include:spf.example.net"]
    settings.MAILERS = mail.mailers(provider="", smtp_url="smtp://mail.northwind.example:587")
    org = factories.organisation(name="Northwind", slug="northwind")
    ann = factories.member(org, kind="admin", name="Ann Petersen", email="ann@northwind.example")
    zone = {
        "_dmarc.northwind.example": ["v=DMARC1; p=none; rua=mailto:dmarc@northwind.example"],
        "s1._domainkey.northwind.example": ["v=DKIM1; k=rsa; p=" + "MIGfMA0G" * 45],
    }
    looker = Looker(*WIDTHS)
    context = window(browser, ann, live_server, width=WIDTHS[-1])
    looker.watch(context)
    page = context.new_page()
    with dns_server(zone) as server:
        settings.GOODWORD_DNS_SERVERS = [server]
        page.goto(f"{live_server.url}/o/northwind/settings/sender-domain/")
        expect(page.get_by_text("v=spf1 include:spf.example.net ~all")).to_be_visible()
        page.get_by_label("DKIM selector").fill("s1")
        page.get_by_label("DKIM selector").press("Enter")
        expect(page).to_have_url(re.compile(r"selector=s1"))
        expect(page.get_by_text("A key is published.")).to_be_visible()
        looker.look(page, "sender domain")

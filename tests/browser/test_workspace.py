"""Members' pages, and the pages for links that no longer work."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.core import clock
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import covered, window
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path, portal, reported, review

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def world() -> tuple[Membership, dict[str, str], dict[str, str]]:
    """An admin with all their pages, and all pages reached by a link; names are unusual."""
    organisation = factories.organisation(name="Northwind Cycles")
    admin = factories.member(organisation, kind="admin", name="Rita Hansen")
    role = factories.role(organisation, title="Customer Support Specialist (part time)", owner=admin)
    factories.automation(role, connection_id=1, job_id=31, stages={"assessment": (501, "Assessment")})
    done = named(role, "Bogdan-Aleksander", "Wiśniewski-Kowalczykowski", stage_name="Assessment")
    reported(done)
    rejected = named(
        role, "大文", "陳", status="rejected", rejection_reason="Not enough experience with bicycles"
    )
    closed = invited(rejected)
    Attempt.objects.of(organisation).filter(pk=closed.pk).update(closed_at=factories.NOW)
    waiting = named(role, "Emil", "Ohne-Adresse", email="")
    factories.step_request(
        waiting, "assessment", state="waiting", waiting_reason="no_address", started_at=None
    )
    both = named(role, "Ida", "Both")
    attempt = invited(both)
    checked(both)
    later = clock.now() + timedelta(days=20)
    Attempt.objects.of(organisation).filter(pk=attempt.pk).update(deadline_at=later)
    both.step_requests.get(step__kind="reference_check").checks.update(deadline_at=later)
    mine = {
        name: path(name, organisation)
        for name in ("roles", "role_new", "candidates", "results", "library", "help", "notification_settings")
    }
    mine |= {"role": path("role", organisation, role.pk), "nobody": f"{mine['candidates']}?q=nobody"}
    mine |= {
        f"candidate {row.pk}": path("candidate", organisation, row.pk)
        for row in (done, rejected, waiting, both)
    }
    anybodys = {
        "review": review(done, expires_at=later),
        "expired": review(done, expires_at=clock.now()),
        "portal": portal(attempt.step_request),
        "closed": portal(closed.step_request),
        "thanks": portal(done.step_requests.get()),
        "unknown": "/p/cut-off/",
        "nowhere": "/nowhere/",
        "forgotten": "/accounts/password/reset/",
        "closed door": "/accounts/signup/",
    }
    return admin, mine, anybodys


def test_every_page_is_accessible_and_fits(browser: Browser, live_server: object) -> None:
    admin, mine, anybodys = world()
    looker = Looker(*WIDTHS)
    session = signed_in(admin).cookies["goodword_session"].value
    for pages, cookie in ((mine, session), (anybodys, "")):
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
        if cookie:
            context.add_cookies([{"name": "goodword_session", "value": cookie, "url": str(live_server)}])
        page = context.new_page()
        for name, where in pages.items():
            page.goto(f"{live_server}{where}")
            looker.look(page, name)
        context.close()
    assert looker.wrong == {}


def test_neither_a_message_nor_the_edge_hides_what_has_the_focus(
    browser: Browser, live_server: object
) -> None:
    admin = factories.member(factories.organisation(), kind="admin")
    page = window(browser, admin, live_server, width=1280).new_page()
    for width, height in ((1280, 420), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{live_server}{path('organisation_settings', admin.organisation)}")
        page.get_by_role("button", name="Save", exact=True).first.click()
        toast = page.locator(".toasts .notice__text")
        expect(toast).to_have_text("Nothing has changed.")
        toast.evaluate("text => { text.textContent = 'A message that takes several lines. '.repeat(4) }")
        page.locator("main button:visible").last.focus()
        for _ in range(25):
            page.keyboard.press("Shift+Tab")
            assert (width, covered(page, ".toasts")) == (width, "")
            bottom = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
            assert (width, bottom) <= (width, height)

"""A candidate asks for a human review, and a member answers it on the candidate's page."""

import pytest
from playwright.sync_api import Browser, expect

from goodword.assessments.models import Attempt
from goodword.core import clock
from tests.browser.looking import WIDTHS, Looker
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import invited, named, path, portal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_review_is_requested_and_answered(browser: Browser, live_server: object) -> None:
    organisation = factories.organisation(name="Northwind Cycles")
    rita = factories.member(organisation, kind="recruiter", name="Rita Hansen")
    role = factories.role(organisation, owner=rita)
    looker, session = Looker(*WIDTHS), signed_in(rita).cookies["goodword_session"].value
    application = named(role, "Ada", "Zorn", recruiter_name="", recruiter_email="")
    attempt, now = invited(application), clock.now()
    Attempt.objects.of(organisation).filter(pk=attempt.pk).update(
        progress="completed", begun_at=now, completed_at=now
    )
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(context)
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{portal(attempt.step_request, now=now)}")
    looker.look(page, "finished")
    page.get_by_role("link", name="Ask for a human review").click()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what you would like a person to review.")
    looker.look(page, "asking with an error")
    page.get_by_label("What would you like a person to review?").fill(
        "The third series had two right answers."
    )
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", name="We've received your request")).to_be_visible()
    looker.look(page, "asked")
    asked = page.url
    page.goto(f"{live_server}{path('needs_you', organisation)}?roles=all")
    looker.look(page, "home")
    page.get_by_role("link", name="Answer …: Ada Zorn").click()
    looker.look(page, "candidate")
    page.get_by_label("Your answer").fill("We looked at it: you are right, and it no longer counts.")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Answer sent.")).to_be_visible()
    looker.look(page, "candidate with an answer")
    page.goto(asked)
    expect(page.get_by_text("it no longer counts")).to_be_visible()
    looker.look(page, "answered")
    context.close()
    complaints = [
        complaint for complaint in looker.complaints if "422" not in complaint
    ]  # the empty request is refused
    assert (looker.wrong, complaints) == ({}, [])

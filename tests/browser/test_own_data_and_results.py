"""Results of a reference check, and the pages about one's own data."""

import pytest
from playwright.sync_api import Browser

from goodword.core import clock
from goodword.notifications.models import Link
from goodword.references.models import Check
from tests.browser.looking import WIDTHS, Looker
from tests.references.answered import FULL, answered, answered_self, asked, checked, data_path
from tests.references.test_own_data import data_page
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path, portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

LONG = (
    "She took over a team that had lost two people in a month, and asked each of them what they would stop. "
)


def full() -> Check:
    """Many referees: a long text, right-to-left names, a late answer, one with dates and title only."""
    check = checked(factories.organisation(name="Northwind Cycles"))
    for number in (1, 2, 3):
        answered(check, number)
    client = FULL | {
        "relationship": {"answer": "confirmed", "relationship": "client"},
        "strengths": f"{LONG * 5}\n\n{LONG * 3}",
    }
    arabic = {"name": "يوسف الحداد", "company": "شركة البناء", "email": "y@build.example"}
    answered(check, 4, client, relationship="client", language="de", late=True, **arabic)
    facts = {name: FULL[name] for name in ("relationship", "dates", "title")}
    answered(check, 5, facts, factual=True, name="Bogdan-Aleksander Wiśniewski", relationship="peer")
    answered_self(check)
    asked(check, 6, state="declined")
    return check


def test_the_pages_are_accessible_and_fit(browser: Browser, live_server: object) -> None:
    check, organisation = (found := full()), found.organisation
    admin = factories.member(organisation, kind="admin", name="Rita Hansen")
    application, now = check.step_request.application_id, clock.now()
    request = check.requests.order_by("pk")[0]
    own, theirs = f"{portal(check.step_request, now=now)}data/", data_page(request, now=now)
    address = check.step_request.application.candidate.email
    own_erase = data_path(Link.Purpose.CANDIDATE_DATA, check, check.step_request_id, address)
    their_erase = data_path(Link.Purpose.REFEREE_DATA, check, request.pk, request.referee.email)
    pages = {
        "results": path("candidate", organisation, application),
        "erase a referee": path("referee_erase", organisation, application, request.referee_id),
        "data of the candidate": own,
        "erase the candidate's": f"{own_erase}erase/",
        "data of the referee": theirs,
        "erase the referee's": f"{their_erase}erase/",
    }
    looker, session = Looker(*WIDTHS), signed_in(admin).cookies["goodword_session"].value
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(context)
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    for name, where in pages.items():
        page.goto(f"{live_server}{where}")
        for summary in page.locator("main details.more > summary").all():
            summary.click()
        looker.look(page, name)
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])

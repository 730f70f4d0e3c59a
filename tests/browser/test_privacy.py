"""Retention, legal holds and *Your data* on a phone and a desktop."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from goodword.core import clock
from goodword.notifications.models import Link
from goodword.references.models import Referee
from goodword.workflow.domain.legal_holds import place_hold
from goodword.workflow.domain.own_erasure import request_own_erasure
from tests.browser.looking import Looker
from tests.references.answered import data_path, whole
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import invited, named, path, portal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_page_is_accessible_and_fits(browser: Browser, live_server: object) -> None:
    now = clock.now()
    check = whole()
    organisation, application = check.organisation, check.step_request.application
    role = application.role
    assert role is not None
    admin = factories.member(organisation, kind="admin", name="Rita Hansen")
    long_ago = now - timedelta(days=900)
    for name in ("Bogdan-Aleksander", "Zoe"):
        named(role, name, "Wiśniewski-Kowalczykowski", status="rejected", rejected_at=long_ago)
    attempt = invited(named(role, "Ida", "Invited"))
    request = check.requests.select_related("referee").order_by("pk")[0]

    def own() -> str:
        return data_path(
            Link.Purpose.CANDIDATE_DATA, check, check.step_request_id, application.candidate.email
        )

    def referees() -> str:
        return data_path(Link.Purpose.REFEREE_DATA, check, request.pk, request.referee.email)

    def fresh(door: str) -> str:
        Link.objects.of(organisation).update(expires_at=now + timedelta(hours=1))
        return door

    looker = Looker()
    context = browser.new_context(viewport={"width": 390, "height": 844})
    looker.watch(context)
    session = signed_in(admin).cookies["goodword_session"].value
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()

    def look(name: str, where: str) -> None:
        page.goto(f"{live_server}{where}")
        looker.look(page, name)

    look("retention", path("retention", organisation))
    page.get_by_label("Erase people after their last application has ended").check()
    page.get_by_label("Months after the end").press("Enter")
    page.get_by_role("heading", name="Erase these people?").wait_for()
    looker.look(page, "retention asks")
    page.get_by_role("button", name="Save and erase daily").click()
    page.get_by_text("Saved.").wait_for()
    looker.look(page, "retention is on")
    look("hold form", path("candidate_hold", organisation, application.pk))
    look("hold form of a role", path("role_hold", organisation, role.pk))
    look("your data", fresh(f"{portal(check.step_request)}data/"))
    page.get_by_role("button", name="E-mail me the link").click()
    page.get_by_text("Link sent").wait_for()
    looker.look(page, "your data on its way")
    look("own data", fresh(own()))
    look("own erase", f"{fresh(own())}erase/")
    look("referees data", fresh(referees()))
    place_hold(on=application.candidate, ground="claims", reason="Case 7 Ca 12/26", by=admin, now=now)
    look("own erase held", f"{fresh(own())}erase/")
    look("referee erase held", f"{fresh(referees())}erase/")
    request_own_erasure(application=application, now=now)
    Referee.objects.of(organisation).filter(pk=request.referee_id).update(erasure_asked_at=now)
    look("own data held", fresh(own()))
    look("portal data held", fresh(f"{portal(check.step_request)}data/"))
    look("referees data held", fresh(referees()))
    look("hold", path("candidate_hold", organisation, application.pk))
    look("candidate held", path("candidate", organisation, application.pk))
    look("retention with a hold", path("retention", organisation))
    attempt_link = portal(attempt.step_request)
    Link.objects.of(organisation).update(expires_at=now - timedelta(minutes=1))
    look("expired own data", own_path := own())
    Link.objects.of(organisation).update(expires_at=now - timedelta(minutes=1))
    look("expired own data", own_path)
    type(attempt).objects.of(organisation).update(deadline_at=now + timedelta(days=3))
    look("expired assessment", attempt_link)
    assert (looker.wrong, looker.complaints) == ({}, [])
    context.close()

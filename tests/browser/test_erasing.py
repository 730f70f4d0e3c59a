"""Pages of a person whose data is about to be erased, is being erased, or was erased."""

import pytest
from django.db import transaction
from playwright.sync_api import Browser

from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.roles.models import Role
from tests.browser.looking import WIDTHS, Looker
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import invited, named, path, reported

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def deleted(role: Role, first: str, last: str) -> Application:
    """A candidate with a report who was deleted in Greenhouse."""
    application = named(role, first, last, stage_name="Assessment")
    reported(application)
    with transaction.atomic():
        request_erasure(
            of=application.candidate, reason=Reason.CANDIDATE_DELETED, now=clock.now(), by="greenhouse"
        )
    run_jobs()
    return application


def test_the_pages_of_an_erasure_are_accessible_and_fit(browser: Browser, live_server: object) -> None:
    organisation = factories.organisation(name="Northwind Cycles")
    admin = factories.member(organisation, kind="admin", name="Rita Hansen")
    role = factories.role(organisation, title="Customer Support Specialist (part time)", owner=admin)
    manual = named(role, "Ida", "Both", stage_name="Assessment")
    invited(manual)
    factories.application(factories.role(organisation, title="Bicycle Mechanic"), candidate=manual.candidate)
    pending = deleted(role, "Bogdan-Aleksander", "Wiśniewski-Kowalczykowski")
    gone = deleted(role, "Emil", "Gone")
    carry_out_erasure(erasure_id=gone.candidate.erasures.get().pk, now=clock.now())
    run_jobs()
    pages = {
        "to go": path("candidate", organisation, pending.pk),
        "erase now": path("candidate_erase", organisation, pending.pk),
        "gone": path("candidate", organisation, gone.pk),
        "manual": path("candidate_erase", organisation, manual.pk),
    }
    looker, session = Looker(*WIDTHS), signed_in(admin).cookies["goodword_session"].value
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    for name, where in pages.items():
        page.goto(f"{live_server}{where}")
        looker.look(page, name)
    context.close()
    assert looker.wrong == {}

"""A candidate's page with both steps completed: short until details are opened."""

import pytest
from django.db import transaction
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.roles.models import Step
from goodword.workflow.domain.step_requests import request_step
from tests.assessments.all_kinds import assessment_of_all, taken
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.references.story import ANSWERS, Story, answer, named, press_send, referee_path
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.workspace.applications import named as candidate
from tests.workspace.applications import path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TWO_SCREENS = 2 * 900


def both_done(application: Application) -> None:
    """A completed assessment with two kinds of test, and two references."""
    assert application.role is not None
    taken(application, solve=2, device="computer", now=clock.now())
    with transaction.atomic():
        step = factories.step(application.role, Step.Kind.REFERENCE_CHECK)
        request_step(application=application, step=step, at=clock.now(), by="greenhouse")
    run_jobs()
    story = Story(application)
    named(story)
    press_send(story)
    answer(referee_path("maria@"))
    answer(referee_path("paul@"), [*ANSWERS[:1], {**ANSWERS[1], "q-reliability": "2"}, *ANSWERS[2:]])
    run_jobs()


@pytest.fixture
def rita(transactional_db: None) -> Membership:
    return factories.member(factories.organisation(name="Acme"), kind="admin", name="Rita Recruiter")


def test_both_steps_done_fit_two_screens(browser: Browser, live_server: object, rita: Membership) -> None:
    role = factories.role(rita.organisation, title="Window Washer", owner=rita)
    assessment_of_all(role, kinds=("scales", "reasoning"))
    application = candidate(role, "Ada", "Okonkwo")
    candidate(role, "Bo", "Abel")
    both_done(application)
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{path('candidate', role.organisation, application.pk)}")
    looker.look(page, "candidate with both steps done")
    assert page.viewport_size is not None and page.viewport_size["width"] == 1440
    assert page.evaluate("document.documentElement.scrollHeight") <= TWO_SCREENS
    page.get_by_role("link", name="Flags to review").click()
    expect(page.get_by_text("Grade: ").first).to_be_visible()
    page.get_by_text("all answers and comments").click()
    looker.look(page, "candidate with answers", within="#results")
    assert (looker.wrong, looker.complaints) == ({}, [])

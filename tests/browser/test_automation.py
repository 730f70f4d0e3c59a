"""The automation wizard by keyboard and without JavaScript, step settings, and cards with actions."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.fixtures import Settings

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.roles.models import Role, StageRule
from goodword.workflow.models import StepRequest
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import tab_to, window
from tests.greenhouse.setup.desk import Desk, open_desk, point
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.workspace.applications import invited, named, path, reported

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REQUIREMENT = "Works with several departments at once and keeps what was agreed with customers."


@pytest.fixture
def desk(transactional_db: None, settings: Settings) -> Iterator[Desk]:
    point(settings)
    desk = open_desk("v3")
    desk.connect()
    run_jobs()
    yield desk
    desk.greenhouse.sandbox.close()


def test_the_wizard_works_by_keyboard_alone_and_is_accessible(
    browser: Browser, live_server: object, desk: Desk
) -> None:
    role = factories.role(desk.organisation, title="Key account people", owner=desk.admin)
    for _ in range(2):
        application = desk.greenhouse.application(job=0)
        desk.greenhouse.move(application, 2)
    looker = Looker(*WIDTHS)
    context = window(browser, desk.recruiter, live_server, width=1440)
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{desk.url('role_automation', role.pk)}?q=senior")
    looker.look(page, "wizard jobs")
    tab_to(page, "input[name=job]")
    page.keyboard.press("Space")
    tab_to(page, "#jobs button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stages/**")
    tab_to(page, "input[name=assessment]")
    tab_to(page, "input[name=assessment]")
    page.keyboard.press("Space")
    tab_to(page, "[name=assessment_delay_0]")
    page.keyboard.type("2")
    tab_to(page, "[name=assessment_delay_1]")
    page.keyboard.press("h")
    page.get_by_text("Steps by stage").click()
    looker.look(page, "wizard stages")
    expect(page.locator("[data-follows^=assessment]:visible")).to_have_count(2)
    tab_to(page, "main .actions button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/**")
    looker.look(page, "wizard review")
    tab_to(page, "textarea[name=requirement]")
    page.keyboard.type(REQUIREMENT)
    tab_to(page, "input[value=agreeableness]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=invite]")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Confirm and invite 1")).to_be_visible()
    tab_to(page, "main .actions button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.url('role', role.pk)}")
    looker.look(page, "role linked")
    rules = StageRule.objects.of(desk.organisation).filter(step__kind="assessment")
    assert sorted(rules.values_list("stage_name", flat=True)) == ["Assessment", "Phone Screen"]
    assert factories.step(role, "assessment").delay_minutes == 120
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_fit_without_javascript_and_say_what_is_wrong(
    browser: Browser, live_server: object, desk: Desk, width: int
) -> None:
    role = factories.role(desk.organisation, title="Key account people", owner=desk.admin)
    context = window(browser, desk.recruiter, live_server, width=width, script=False)
    page = context.new_page()
    page.goto(f"{live_server}{desk.url('role_automation', role.pk)}?q=senior")
    page.click("#jobs button >> nth=-1")
    assert "Choose a Greenhouse job." in page.inner_text("main")
    page.check("input[name=job] >> nth=0")
    page.click("#jobs button >> nth=-1")
    page.fill("[name=assessment_delay_0]", "")
    page.select_option("[name=assessment_delay_1]", "days")
    assert page.is_checked("input[name=assessment] >> nth=2")
    page.click("main .actions button")
    assert "Invitation to the assessment" in page.inner_text("main")
    page.fill("[name=requirement]", REQUIREMENT)
    page.click("main .actions button")
    assert "Choose at least one scale that the requirement calls for." in page.inner_text("main")
    page.check("input[value=conscientiousness]")
    page.click("main .actions button")
    assert "Role linked to Greenhouse." in page.inner_text("body")
    context.close()


def cards() -> tuple[Membership, dict[str, str]]:
    """Steps that wait for a member, for all possible reasons."""
    organisation = factories.organisation(name="Northwind Cycles")
    admin = factories.member(organisation, kind="admin", name="Rita Hansen")
    first = factories.role(organisation, title="Window Washer", owner=admin)
    role: Role = factories.role(organisation, title="Customer Support Specialist", owner=admin)
    factories.automation(role, connection_id=1, job_id=31, stages={"assessment": (501, "Assessment")})
    earlier = reported(named(first, "Ada", "Lovelace"))
    offered = factories.application(
        role, candidate=earlier.step_request.application.candidate, stage_name="Assessment"
    )
    waits = {"state": StepRequest.State.WAITING, "started_at": None}
    factories.step_request(
        offered, "assessment", waiting_reason="reuse", earlier=earlier.step_request, **waits
    )
    clicked: Application = named(role, "Bo", "Click", stage_name="Assessment")
    factories.step_request(clicked, "assessment", waiting_reason="click", **waits)
    delayed = named(role, "Di", "Layed", stage_name="Assessment")
    factories.step_request(delayed, "assessment", waiting_reason="delay", due_at=factories.NOW, **waits)
    reopened = named(role, "Una", "Rejected", stage_name="Assessment")
    attempt = invited(reopened)
    attempt.attention = "reopened"
    attempt.save()
    pages = {
        "offer": offered,
        "click": clicked,
        "delay": delayed,
        "reopened": reopened,
    }
    where = {f"card {name}": path("candidate", organisation, row.pk) for name, row in pages.items()}
    where |= {
        f"settings {step.kind}": path("role_step", organisation, role.pk, step.pk)
        for step in role.steps.all()
    }
    return admin, where | {"role with all of it": path("role", organisation, role.pk)}


def test_cards_and_settings_are_accessible_and_fit(browser: Browser, live_server: object) -> None:
    admin, pages = cards()
    looker = Looker(*WIDTHS)
    context = window(browser, admin, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    for name, where in pages.items():
        page.goto(f"{live_server}{where}")
        looker.look(page, name)
    page.goto(f"{live_server}{pages['settings reference_check']}")
    page.fill("[name=deadline_days]", "0")
    page.fill("[name=reminder_days]", "soon")
    page.click("main .actions button")
    looker.look(page, "settings with errors")
    page.goto(f"{live_server}{pages['card offer']}")
    page.click("button:has-text('Reuse')")
    run_jobs()
    page.reload()
    looker.look(page, "card reused")
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])

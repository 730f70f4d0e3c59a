"""Preview of a role's assessment by keyboard, with and without JavaScript."""

import pytest
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.roles.models import Step
from tests.assessments.assessment_plans.support import (
    JUDGEMENT,
    REASONING,
    SERVES,
    WORK_STYLE,
    changed,
    drafted,
    parts,
)
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import tab_to, window
from tests.support import factories
from tests.workspace.applications import path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def step(transactional_db: None) -> Step:
    organisation = factories.organisation(name="Northwind Cycles")
    return factories.step(factories.role(organisation, title="Senior Account Manager"), "assessment")


@pytest.fixture
def rita(step: Step) -> Membership:
    return factories.member(step.organisation, name="Rita Hansen")


def where(live_server: object, step: Step, more: str = "") -> str:
    return f"{live_server}{path('role_assessment', step.organisation, step.role_id)}preview/draft/{more}"


def test_its_pages_are_accessible_and_fit_in_each_language(
    browser: Browser, live_server: object, step: Step, rita: Membership
) -> None:
    drafted(step, REASONING, WORK_STYLE, JUDGEMENT, by=rita)
    for part in parts(drafted(step, by=rita)):
        changed(step, part, by=rita, requirement=SERVES)
    looker, context = Looker(*WIDTHS), window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    for name, more in {
        "first": "",
        "part": "1/",
        "practice": "1/practice/1/",
        "task": "1/item/1/",
        "end before time": "1/finish/",
        "between": "?done=1",
        "statement": "2/item/3/?language=de",
        "situation": "3/item/1/?language=fr",
        "finish": "3/finish/?language=de",
        "thanks": "?done=3",
        "ask": "adjust/",
        "beyond": "beyond/",
    }.items():
        page.goto(where(live_server, step, more))
        looker.look(page, f"preview {name}")
    assert (looker.wrong, looker.complaints) == ({}, [])


@pytest.mark.parametrize("script", [True, False], ids=["", "without JavaScript"])
def test_a_recruiter_walks_through_it_by_keyboard_and_leaves_it(
    browser: Browser, live_server: object, step: Step, rita: Membership, script: bool
) -> None:
    drafted(step, WORK_STYLE, by=rita)
    page = window(browser, rita, live_server, width=1440, script=script).new_page()
    draft = f"{live_server}{path('role_assessment_draft', step.organisation, step.role_id)}"
    page.goto(draft)
    tab_to(page, "a[href*='/preview/draft/']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your assessment for Senior Account Manager")
    tab_to(page, "main a.button--primary")
    page.keyboard.press("Enter")
    for answered in range(4):
        expect(page.locator("h1")).to_contain_text("example" if answered == 0 else f"{answered} of 16")
        page.wait_for_load_state()  # until its scripts have loaded
        if script:
            page.keyboard.press("4")
        else:
            tab_to(page, "input[type=radio]")
            page.keyboard.press("Space")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    tab_to(page, ".preview-banner__leave")
    page.keyboard.press("Enter")
    page.wait_for_url(draft)
    assert Attempt.objects.of(step.organisation).count() == 0

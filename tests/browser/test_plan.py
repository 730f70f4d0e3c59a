"""Building a role's assessment by keyboard, on a phone, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page

from goodword.accounts.models import Membership
from goodword.assessments.models import Assessment
from goodword.assessments.plans.editing import remove_part
from goodword.assessments.plans.versions import draft_of
from goodword.roles.models import Step
from tests.assessments.assessment_plans.support import (
    JUDGEMENT,
    REASONING,
    SERVES,
    WORK_STYLE,
    builtin,
    changed,
    draft,
    drafted,
    parts,
    published,
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


def press(page: Page, selector: str) -> None:
    """Tab to the target, press Enter, and wait for the next page."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def where(live_server: object, step: Step, name: str = "role_assessment", *more: int) -> str:
    return f"{live_server}{path(name, step.organisation, step.role_id, *more)}"


@pytest.mark.parametrize("script", [True, False], ids=["", "without JavaScript"])
def test_an_assessment_is_built_with_the_keyboard_alone(
    browser: Browser, live_server: object, step: Step, rita: Membership, script: bool
) -> None:
    reasoning = builtin(step.organisation, REASONING)
    page = window(browser, rita, live_server, width=1440, script=script).new_page()
    page.goto(f"{live_server}{path('role_step', step.organisation, step.role_id, step.pk)}")
    press(page, "nav.tabs a:not([aria-current])")
    press(page, "#given button:not([name])")
    press(page, "#tests .card__actions a")
    press(page, f"button[name=test][value='{reasoning.pk}']")

    tab_to(page, "textarea[name=requirement]")
    page.keyboard.type("Finds faults in figures")
    tab_to(page, "input[name=form]:checked")
    page.keyboard.press("ArrowDown")
    tab_to(page, "input[name=minutes]")
    page.keyboard.press("Control+A")
    page.keyboard.type("15")
    press(page, "main .actions button")

    first, second = parts(draft(step))
    press(page, f"form[action$='/tests/{second.pk}/move/'] button[value=up]")
    page.wait_for_function("document.activeElement?.value === 'down'")
    press(page, "main a[href$='/draft/publish/']")
    tab_to(page, f"textarea[name=requirement_{first.pk}]")
    page.keyboard.type("Works in a team")
    for scale in ("extraversion", "agreeableness"):
        tab_to(page, f"input[name=scales_{first.pk}][value={scale}]")
        page.keyboard.press("Space")
    press(page, "main .actions button")

    assert draft_of(step) is None
    [found] = Assessment.objects.of(step.organisation)
    assert [(part.test.key, part.form, part.minutes, part.requirement) for part in parts(found)] == [
        (REASONING, "long_40", 15, "Finds faults in figures"),
        (WORK_STYLE, "short20:extraversion,agreeableness", None, "Works in a team"),
    ]


def test_its_pages_are_accessible_and_fit(
    browser: Browser, live_server: object, step: Step, rita: Membership
) -> None:
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(where(live_server, step))
    looker.look(page, "plan nobody has put it together")
    published(step, WORK_STYLE, by=rita)
    drafted(step, WORK_STYLE, REASONING, JUDGEMENT, by=rita)
    style, reasoning, _ = parts(draft(step))
    changed(step, style, by=rita, form="full", requirement=SERVES)
    for name, address in {
        "plan": where(live_server, step),
        "plan version": where(live_server, step, "role_assessment_version", 1),
        "plan draft": where(live_server, step, "role_assessment_draft"),
        "plan add": where(live_server, step, "role_assessment_add"),
        "plan part scales": where(live_server, step, "role_assessment_part", style.pk),
        "plan part": where(live_server, step, "role_assessment_part", reasoning.pk),
        "plan settings": where(live_server, step, "role_assessment_settings"),
        "plan publish": where(live_server, step, "role_assessment_publish"),
        "plan discard": where(live_server, step, "role_assessment_discard"),
        "plan remove": where(live_server, step, "role_assessment_part_remove", reasoning.pk),
        "plan step settings": f"{live_server}{path('role_step', step.organisation, step.role_id, step.pk)}",
    }.items():
        page.goto(address)
        looker.look(page, name)
    page.goto(where(live_server, step, "role_assessment_settings"))
    page.locator("input[name=total][value=weights]").check()
    page.locator("main .actions button").click()
    looker.look(page, "plan settings with an error")
    page.goto(where(live_server, step, "role_assessment_publish"))
    page.locator("main .actions button").click()
    looker.look(page, "plan publish with an error")
    page.goto(where(live_server, step, "role_assessment_part", reasoning.pk))
    page.locator("textarea[name=requirement]").fill("Finds faults in figures")
    remove_part(step=step, part_id=reasoning.pk, revision=draft(step).revision)
    page.locator("main .actions button").click()
    page.wait_for_selector("#typed")
    looker.look(page, "plan gone")
    looker.complaints.remove("Failed to load resource: the server responded with a status of 409 (Conflict)")
    assert (looker.wrong, looker.complaints) == ({}, [])

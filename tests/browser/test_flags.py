"""A recruiter reviews and dismisses flags."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from goodword.accounts.models import Membership
from goodword.core import clock
from goodword.references.flags.rules import key_of
from goodword.references.models import Check, CheckFlag
from goodword.roles.models import Role
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories
from tests.workspace.applications import named, path
from tests.workspace.referee_states import asks_for_seven, check_with_all_states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def role(transactional_db: None) -> Role:
    return factories.role(factories.organisation(name="Acme"), title="Window Washer")


@pytest.fixture
def rita(role: Role) -> Membership:
    return factories.member(role.organisation, kind="recruiter", name="Rita Recruiter")


def suspicious(role: Role, rita: Membership) -> Check:
    """A check with flags of each severity, one dismissed."""
    asks_for_seven(role)
    check = check_with_all_states(named(role, "Ada", "Lovelace"))
    maria, olu, paul = (referee.pk for referee in check.referees.order_by("slot")[:3])
    _found(check, "alike_texts", "high", maria, paul, percent=92, words=31)
    _found(check, "fast", "medium", maria, seconds=48, expected=300, words=64, hasty=True, typed=False)
    _found(check, "address_domain", "low", olu, domain="initech.example", company="Globex")
    _found(check, "same_network", "low", maria, paul, office=True)
    _found(
        check,
        "title_corrected",
        "medium",
        paul,
        stated="Senior Engineer",
        said="Cook",
        dismissed_at=clock.now(),
        dismissed_by=rita,
        dismissed_note="Called the company: he was the engineer of the canteen kitchen. The title is right.",
    )
    return check


def _found(check: Check, code: str, grade: str, *people: int, **facts: Any) -> None:
    dismissed = {name: facts.pop(name) for name in list(facts) if name.startswith("dismissed")}
    CheckFlag.objects.create(
        organisation=check.organisation,
        check_run=check,
        referee_id=people[0] if len(people) == 1 else None,
        code=code,
        key=key_of(people),
        grade=grade,
        facts=facts,
        found_at=clock.now(),
        **dismissed,
    )


def test_flags_are_accessible_and_fit(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    check = suspicious(role, rita)
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{path('candidate', role.organisation, check.step_request.application_id)}")
    page.locator("#flags summary").first.click()
    page.get_by_text("1 dismissed flag").click()
    looker.look(page, "flags")
    page.get_by_role("link", name="Dismiss with a note (Similar texts: ").click()
    page.get_by_role("button", name="Dismiss").click()
    page.get_by_text("Say in a sentence why you're dismissing it.").first.wait_for()
    looker.look(page, "flag dismissed without a note")
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_a_flag_is_dismissed_by_keyboard_alone(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    check = suspicious(role, rita)
    page = window(browser, rita, live_server, width=1440).new_page()
    page.goto(f"{live_server}{path('candidate', role.organisation, check.step_request.application_id)}")
    page.locator("#flags summary").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Dismiss with a note (Similar texts: ").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Why are you dismissing it?").focus()
    page.keyboard.type("Both used the sample that I had sent them.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Flag dismissed.").wait_for()
    assert page.locator("#flags").get_by_text("Grade: Medium").is_visible()
    assert CheckFlag.objects.of(role.organisation).get(code="alike_texts").dismissed_note == (
        "Both used the sample that I had sent them."
    )

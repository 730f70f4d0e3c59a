"""Settings of a reference check and a recruiter's actions on one."""

import pytest
from playwright.sync_api import Browser, Page, expect

from goodword.accounts.models import Membership, Organisation
from goodword.references.models import Check, Slot
from goodword.roles.models import Role
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories
from tests.workspace.applications import named, path
from tests.workspace.referee_states import asks_for_seven, check_with_all_states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def role(transactional_db: None) -> Role:
    org = factories.organisation(name="Acme", holiday_country="DE", holiday_region="BE")
    return factories.role(org, title="Window Washer")


@pytest.fixture
def rita(role: Role) -> Membership:
    return factories.member(role.organisation, kind="admin", name="Rita Recruiter")


def settings_of(role: Role) -> str:
    return path("role_step", role.organisation, role.pk, factories.step(role, "reference_check").pk)


def kinds(page: Page) -> list[str]:
    return [line.input_value() for line in page.locator(".slot-line select").all()]


@pytest.mark.parametrize("script", [True, False])
def test_lines_are_added_ordered_and_saved_with_and_without_scripts(
    browser: Browser, live_server: object, role: Role, rita: Membership, script: bool
) -> None:
    page = window(browser, rita, live_server, width=1440, script=script).new_page()
    page.goto(f"{live_server}{settings_of(role)}")
    page.get_by_role("button", name="Add referees").click()
    page.locator("#line-1-remove").wait_for()
    page.get_by_label("Kind of referee").nth(1).select_option("manager")
    page.get_by_label("Required", exact=True).nth(1).check()
    page.get_by_label("How many").nth(1).fill("1")
    page.get_by_role("button", name="Move line 2 up").click()
    for number, kind in enumerate(["manager", "any"]):  # wait for the new page or fragment
        expect(page.locator(".slot-line select").nth(number)).to_have_value(kind)
    assert kinds(page) == ["manager", "any"]
    # Enter in a field saves instead of pressing a button in a row
    page.get_by_label("References needed").fill("2")
    page.get_by_label("References needed").press("Enter")
    page.wait_for_url(f"**{path('role', role.organisation, role.pk)}")
    assert [
        (slot["relationship"], slot["count"], slot["needed"])
        for slot in factories.step(role, "reference_check").slots
    ] == [
        ("manager", 1, True),
        ("any", 2, False),
    ]


def test_a_recruiter_acts_by_clicks_alone(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    asks_for_seven(role)
    check = check_with_all_states(named(role, "Ada", "Lovelace"))
    page = window(browser, rita, live_server, width=1440).new_page()
    page.goto(f"{live_server}{path('candidate', role.organisation, check.step_request.application_id)}")
    page.get_by_label("Message to the candidate").fill("That is fine.")
    page.get_by_role("button", name="Waive").click()
    page.get_by_text("Answer saved.").wait_for()
    page.get_by_role("link", name="Contact Hans Huber now").click()
    page.get_by_role("button", name="Contact now").click()
    expect(page.get_by_text("Request on its way to this referee.")).to_be_in_viewport()
    page.locator(".referee", has_text="Oluwaseun").get_by_role("link", name="Correct address").first.click()
    page.get_by_label("E-mail address").fill("olu@globex.example")
    page.get_by_role("button", name="Correct and send").click()
    expect(page.get_by_text("Corrected. A new request is on its way")).to_be_in_viewport()
    expect(page.locator("#referees")).to_be_in_viewport()
    page.get_by_label("More for the reference check").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. No reminders are sent")).to_be_in_viewport()
    page.get_by_role("button", name="Resume").click()
    page.get_by_text("Resumed.").wait_for()
    found = Check.objects.of(role.organisation).get(pk=check.pk)
    slot = Slot.objects.of(role.organisation).get(check_run=check, number=7)
    assert (found.paused_at, found.wanted, slot.answer_note) == (None, 6, "That is fine.")
    assert sorted(found.requests.filter(state="sent").values_list("referee__email", flat=True)) == [
        "hans@globex.example",
        "olu@globex.example",
    ]


def test_every_page_is_accessible_and_fits(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    asks_for_seven(role)
    application = named(role, "Ada", "Lovelace")
    check = check_with_all_states(application)
    org: Organisation = role.organisation
    maria = check.requests.get(referee__slot=3).referee_id
    pages = {
        "candidate": path("candidate", org, application.pk),
        "settings of a check": settings_of(role),
        "organisation": path("organisation_settings", org),
        "extend deadline": path("check_extend_deadline", org, application.pk, check.pk),
        "mark complete": path("check_mark_complete", org, application.pk, check.pk),
        "cancel": path("check_cancel", org, application.pk, check.pk),
        "one more": path("check_one_more", org, application.pk, check.pk),
        "answer": path("check_answer", org, application.pk, check.pk, 7),
        "address": path("referee_address", org, application.pk, maria),
    }
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    for name, target in pages.items():
        page.goto(f"{live_server}{target}")
        looker.look(page, f"check {name}")
    page.goto(f"{live_server}{settings_of(role)}")
    page.get_by_label("How many").first.fill("40")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).last.click()
    looker.look(page, "check settings refused")
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_menus_open_within_the_screen(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    asks_for_seven(role)
    check = check_with_all_states(named(role, "Ada", "Lovelace"))
    page = window(browser, rita, live_server, width=320).new_page()
    page.goto(f"{live_server}{path('candidate', role.organisation, check.step_request.application_id)}")
    for width in (320, 390, 700, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for menu in page.locator("main .menu:visible").all():
            menu.evaluate("menu => (menu.open = true)")
            box = menu.locator(".menu__box").bounding_box()
            assert box is not None
            assert (width, box["x"] >= 0, box["x"] + box["width"] <= width) == (width, True, True)
            menu.evaluate("menu => (menu.open = false)")

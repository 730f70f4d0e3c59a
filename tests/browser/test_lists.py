"""Candidate lists by keyboard, and screenshots."""

import pytest
from playwright.sync_api import Browser, expect

from goodword.assessments.models import Attempt
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import covered, window
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path, reported

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_recruiter_works_through_a_list_by_keyboard(browser: Browser, live_server: object) -> None:
    rita = factories.member(factories.organisation(name="Northwind"), name="Rita Hansen")
    role = factories.role(rita.organisation, title="Senior Account Manager", owner=rita)
    factories.automation(role, connection_id=1, job_id=31, stages={"assessment": (501, "Assessment")})
    noor = named(role, "Noor", "Haddad", stage_name="Assessment")
    invited(noor)
    quinn = named(role, "Quinn", "Adeyemi", stage_name="Reference Check")
    checked(quinn)
    began = invited(quinn)
    Attempt.objects.of(role.organisation).filter(pk=began.pk).update(
        progress="completed", completed_at=factories.NOW
    )
    marcus = named(role, "Marcus", "Bell", stage_name="Assessment")
    factories.step_request(
        marcus, "assessment", state="waiting", waiting_reason="no_address", started_at=None
    )
    named(role, "Chloé", "Lambert", stage_name="Face to Face")
    session = signed_in(rita).cookies["goodword_session"].value
    looker = Looker(*WIDTHS)
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    for name in ("role", "candidates"):
        more = [role.pk] if name == "role" else []
        page.goto(f"{live_server}{path(name, role.organisation, *more)}")
        looker.look(page, f"list {name}")
        for width in (900, 1152):  # the list scrolls inside its card
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    context.close()
    assert looker.wrong == {}
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{path('role', role.organisation, role.pk)}?sort=name")
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("[data-chosen]")).to_contain_text("Quinn Adeyemi")
    page.keyboard.press("x")
    expect(page.get_by_role("group", name="Actions for selected rows")).to_contain_text("1 selected")
    looker.look(page, "list chosen")
    page.get_by_role("button", name="Extend").click()
    looker.look(page, "list extend")
    assert looker.wrong == {}
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Senior Account Manager")
    page.wait_for_load_state()  # scripts handle keys from then on
    for key in "jjk":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quinn Adeyemi")
    context.close()


def test_a_long_role_title_takes_two_lines_and_the_count_of_results_one(
    browser: Browser, live_server: object
) -> None:
    rita = factories.member(factories.organisation(name="Northwind"), name="Rita Hansen")
    title = "Senior Customer Success and Renewals Manager, Northern Europe (all genders, 80-100 %)"
    role = factories.role(rita.organisation, title=title, owner=rita)
    for number in range(12):
        application = named(role, "Kofi", f"Mensah{number}", stage_name="Reference Check")
        invited(application)
        reported(application)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    session = signed_in(rita).cookies["goodword_session"].value
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    for name in ("candidates", "results"):
        page.goto(f"{live_server}{path(name, role.organisation)}")
        heights = page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
        assert len(heights) == 12
        assert max(heights) < 60
        link = page.locator(".rail__side .rail__link", has_text="Results to review")
        expect(link.locator(".rail__count")).to_have_text("12")
        assert link.evaluate("link => link.offsetHeight") < 40
    context.close()


def test_phones_fold_the_filters_without_javascript(browser: Browser, live_server: object) -> None:
    rita = factories.member(factories.organisation(), name="Rita Hansen")
    role = factories.role(rita.organisation, owner=rita)
    invited(named(role, "Noor", "Haddad", stage_name="Assessment"))
    checked(named(role, "Quinn", "Adeyemi", stage_name="Reference Check"))
    session = signed_in(rita).cookies["goodword_session"].value
    context = browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False)
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{path('candidates', role.organisation)}")
    first = page.locator("tbody tr").first.bounding_box()
    assert first is not None
    assert first["y"] < 600
    stage = page.locator("select[name=stage]")
    expect(stage).to_be_hidden()
    page.get_by_label("Name, e-mail or role").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    stage.select_option("Assessment")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("More filters (1)")).to_be_visible()
    expect(stage).to_be_hidden()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(stage).to_be_visible()
    expect(page.get_by_text("More filters")).to_be_hidden()
    context.close()


def test_a_name_of_one_very_long_word_leaves_everything_within_reach(
    browser: Browser, live_server: object
) -> None:
    rita = factories.member(factories.organisation(name="Northwind"), name="Rita Hansen")
    role = factories.role(rita.organisation, owner=rita)
    report = reported(named(role, "X" * 90, "Y" * 90))
    for width in WIDTHS:
        page = window(browser, rita, live_server, width=width).new_page()
        for name, *more in (
            ("results",),
            ("role_compare", role.pk),
            ("candidate", report.step_request.application_id),
            ("report_links", report.pk),
        ):
            page.goto(f"{live_server}{path(name, role.organisation, *more)}")
            widest = page.evaluate(
                "Math.max(...[...document.querySelectorAll('main, main tr > *, .crumb')]"
                ".map(one => one.getBoundingClientRect().right), document.documentElement.scrollWidth)"
            )
            assert (name, widest) <= (name, width)


def test_the_bar_of_selected_rows_never_covers_what_has_the_focus(
    browser: Browser, live_server: object
) -> None:
    rita = factories.member(factories.organisation(name="Northwind"), name="Rita Hansen")
    role = factories.role(rita.organisation, owner=rita)
    for number in range(6):
        invited(named(role, "Kofi", f"Mensah{number}", stage_name="Assessment"))
    page = window(browser, rita, live_server, width=1280).new_page()
    for width, height in ((1280, 410), (390, 640), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{live_server}{path('candidates', role.organisation)}")
        page.locator("tbody input").first.check()
        for key in ("Tab", "Shift+Tab"):
            page.locator("tbody input" if key == "Tab" else "tbody a").first.focus()
            for _ in range(20):
                page.keyboard.press(key)
                assert (width, key, covered(page, "[data-bulk-bar]")) == (width, key, "")

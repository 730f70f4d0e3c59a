"""A test's norms on a phone and a desktop: groups of many sizes, two sets and a calibration."""

import pytest
from playwright.sync_api import Browser

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.core import clock
from tests.assessments.norms import test_page as norms
from tests.assessments.norms.people import form_of, solves
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def acme(transactional_db: None) -> Organisation:
    return factories.organisation(name="Acme")


@pytest.fixture
def rita(acme: Organisation) -> Membership:
    return factories.member(acme, name="Rita Recruiter")


def test_norms_are_legible_with_none_to_two_sets(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    test, looker = ensure_builtin(rita.organisation, "work_style", now=clock.now()), Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    where = f"{live_server}{norms.address(test)}"
    page.goto(where)
    looker.look(page, "no norms")
    norms.crowd(test, 120)
    norms.crowd(test, 3, language="de", device="phone")
    norms.crowd(test, 1, device="")
    page.goto(where)
    looker.look(page, "groups")
    for _ in range(2):
        page.goto(where)  # without the message about the first click
        page.get_by_role("button", name="Create norms").focus()
        page.keyboard.press("Enter")
        page.get_by_text("The norms are being computed.").wait_for()
        assert run_jobs() == ["assessments.norms"]
    page.goto(where)
    looker.look(page, "two sets")
    assert page.get_by_text("Norms 2, created by Rita Recruiter").count() == 1
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_a_calibration_is_legible(browser: Browser, live_server: object, rita: Membership) -> None:
    test, looker = ensure_builtin(rita.organisation, "reasoning", now=clock.now()), Looker(*WIDTHS)
    norms.crowd(test, 200, answers=solves, items=form_of)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    where = f"{live_server}{norms.address(test)}"
    page.goto(where)
    looker.look(page, "no calibration")
    page.get_by_role("button", name="Calibrate").click()
    page.get_by_text("The calibration is being computed.").wait_for()
    assert run_jobs() == ["assessments.calibration"]
    page.goto(where)
    looker.look(page, "calibration")
    assert page.get_by_text("Calibration 1, 200 people").count() == 1
    assert (looker.wrong, looker.complaints) == ({}, [])

"""The technical manual of a test on a phone and a desktop."""

import pytest
from playwright.sync_api import Browser

from goodword.assessments.psychometrics.strata import Effect, StrataComparison
from tests.assessments.library_pages.support import builtin, url
from tests.assessments.library_pages.test_manual import COMPUTER, PHONE, calibrated
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_manual_with_all_kinds_of_tables_is_legible(browser: Browser, live_server: object) -> None:
    rita = factories.member(factories.organisation(name="Acme"))
    test, looker = builtin(rita.organisation, "reasoning"), Looker(*WIDTHS)
    effects = {("number_series", 1): Effect(-2.4, 0.3)}
    calibrated(test, (StrataComparison(reference=COMPUTER, focal=PHONE, effects=effects),))
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{url('test', rita.organisation, test.pk)}")
    page.locator("summary[aria-label='More actions']").click()
    page.get_by_role("link", name="Technical manual").click()
    page.get_by_role("link", name="5. Scores, scales").click()
    looker.look(page, "manual")
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])

"""Results of all kinds of test, their comparison, and a candidate's own result."""

import re

import pytest
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.assessments.models import Assessment, Attempt, Score
from goodword.core import clock
from goodword.roles.models import Role
from tests.assessments.all_kinds import assessment_of_all, calibrated, marked, taken
from tests.assessments.support import token_of
from tests.assessments.test_results_of_all_kinds import in_group
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.references.answered import version
from tests.support import factories
from tests.workspace.applications import named, path
from tests.workspace.test_reference_comparison import with_answers

#: px of one screen of a phone
PHONE = 844

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def role(transactional_db: None) -> Role:
    return factories.role(factories.organisation(name="Acme"), title="Window Washer")


@pytest.fixture
def rita(role: Role) -> Membership:
    return factories.member(role.organisation, kind="recruiter", name="Rita Recruiter")


def several(role: Role) -> Attempt:
    """Three completed attempts, one on a phone; the first result has a band, an ability and marks."""
    assessment_of_all(role, total=Assessment.Total.CATEGORIES, shares_result=True, two_raters=True)
    first = taken(named(role, "Ada", "Lovelace"), solve=2, device="computer", now=clock.now())
    taken(named(role, "Bo", "Beck"), solve=1, device="computer", now=clock.now())
    taken(named(role, "Cy", "Curie"), solve=3, value=2, device="phone", now=clock.now())
    in_group(
        attempt_part=Score.objects.of(role.organisation).get(part__attempt=first, scale="openness"),
        device="computer",
    )
    calibrated(first)
    marked(first, name="Nora Nine", safe=5, tells=1, comment="Calm and clear")
    marked(first, name="Omar Ten", safe=4, tells=2)
    return first


def test_results_are_legible_down_to_the_tasks(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    first, looker = several(role), Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{path('candidate', role.organisation, first.step_request.application_id)}")
    page.get_by_text("Assessment: full test results").click()
    for summary in page.locator(".block__details > summary").all():
        summary.click()
    looker.look(page, "result", within=".result")
    assert page.locator(".block__drawings").count() > 0
    page.get_by_role("link", name="Full table, 7 scores").click()
    looker.look(page, "norms with a whole table")
    page.goto(f"{live_server}{path('role_compare', role.organisation, role.pk)}")
    looker.look(page, "comparison of scales")
    page.set_viewport_size({"width": 768, "height": 1024})  # on a tablet, only the table scrolls
    assert page.evaluate("document.documentElement.scrollWidth") == 768
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Reasoning").click()
    looker.look(page, "comparison of tasks")
    page.get_by_role("link", name="Hide names").click()
    looker.look(page, "comparison without names")
    assert page.get_by_text("Lovelace").count() == 0
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_references_are_compared_by_competency(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    looker, asked = Looker(*WIDTHS), version(role.organisation)
    for first, last in (("Ada", "Lovelace"), ("Bo", "Featherstonehaugh-Beck"), ("Cy", "Curie")):
        with_answers(role, asked, first, last)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{path('role_compare', role.organisation, role.pk)}")
    page.get_by_role("link", name="References").click()
    looker.look(page, "comparison of references")
    page.get_by_text("Choose candidates").click()
    page.get_by_label("Ada Lovelace").check()
    page.get_by_label("Cy Curie").check()
    page.get_by_role("button", name="Compare these").click()
    page.get_by_role("link", name="Manager").click()
    looker.look(page, "comparison of chosen references")
    assert page.get_by_role("link", name="Bo Featherstonehaugh-Beck").count() == 0
    page.get_by_role("link", name=re.compile("references of Ada Lovelace")).click()
    expect(page.locator("#results-reference_check")).to_have_attribute("open", "")
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_no_rating_reaches_into_the_column_of_another_candidate(
    browser: Browser, live_server: object, role: Role, rita: Membership
) -> None:
    """Five candidates fill the width of a page."""
    asked = version(role.organisation)
    for number in range(5):
        with_answers(role, asked, "Ada", f"Lovelace {number}")
    page = window(browser, rita, live_server, width=1440).new_page()
    page.goto(f"{live_server}{path('role_compare_references', role.organisation, role.pk)}")
    assert page.locator(".compare__axis").first.is_visible()
    page.emulate_media(media="print")
    for width in (660, 718, 900):
        page.set_viewport_size({"width": width, "height": 900})
        assert (
            page.locator("td .letter:visible").evaluate_all(
                "all => all.filter(one => one.getBoundingClientRect().right > "
                "one.closest('td').getBoundingClientRect().right).length"
            )
            == 0
        )


def test_a_candidate_reads_their_own_result(browser: Browser, live_server: object, role: Role) -> None:
    first, looker = several(role), Looker(*WIDTHS)
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}/p/{token_of(first, now=clock.now())}/assessment/")
    looker.look(page, "thanks")
    page.get_by_role("link", name="Read your result").click()
    looker.look(page, "own result folded")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    for test in page.locator("main .card").all():
        box = test.bounding_box()
        assert box is not None
        assert box["height"] <= PHONE, test.inner_text()
    for summary in page.locator("details > summary").all()[:2]:
        summary.click()
    looker.look(page, "own result")
    assert (looker.wrong, looker.complaints) == ({}, [])

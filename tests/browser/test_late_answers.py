"""Timed parts on a slow connection: an answer that arrives after Next, which carries it too."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Attempt, AttemptPart, Observation
from goodword.core import clock
from tests.assessments.plans import REASONING, attempt_of
from tests.assessments.support import answers, token_of
from tests.browser.looking import Looker
from tests.browser.windows import hold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RECONNECTS_AFTER = 3000


def opened(page: Page, live_server: object) -> Attempt:
    """A reasoning part whose first item is on screen."""
    attempt = attempt_of(REASONING, now=clock.now())
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=clock.now())
    page.clock.install()
    page.goto(
        f"{live_server}{reverse('portal_assessment_item', args=[token_of(attempt, now=clock.now()), 1, 1])}"
    )
    page.evaluate(
        """() => {
          const line = document.querySelector("[data-alert]");
          const note = () => (sessionStorage.warnings = (sessionStorage.warnings ?? "") + line.textContent);
          new MutationObserver(note).observe(line, { childList: true });
        }"""
    )
    return attempt


def warnings(page: Page) -> str:
    """All warnings that the first item's page has shown."""
    return str(page.evaluate("sessionStorage.warnings ?? ''"))


def recorded(attempt: Attempt) -> tuple[list[tuple[str, object]], int]:
    """The answers, and how many observations there are."""
    seen = Observation.objects.of(attempt.organisation).filter(part__attempt=attempt).count()
    return list(answers(attempt).values_list("item", "value")), seen


def test_an_answer_that_arrives_after_next_changes_nothing(page: Page, live_server: object) -> None:
    attempt, looker = opened(page, live_server), Looker()
    looker.watch(page.context, overtaken="/item/1/$")
    held, leaving = hold(page, "**/item/1/"), hold(page, "**/item/2/")
    with page.expect_request("**/item/1/"):
        page.locator("[name=answer]").nth(1).check(force=True)
    with page.expect_request("**/item/1/"):
        page.get_by_role("button", name="Next").click()
    with page.expect_request(lambda request: request.is_navigation_request()):
        held[1].continue_()
    AttemptPart.objects.of(attempt.organisation).update(shown_at=clock.now() - timedelta(seconds=10))
    with page.expect_response(lambda response: response.status == 409):
        held[0].continue_()
    leaving[0].continue_()
    page.wait_for_url("**/item/2/")
    assert (recorded(attempt), warnings(page), looker.complaints) == (([("1", "b")], 0), "", [])


def test_a_late_answer_after_a_lost_response_shows_no_warning_of_another_window(
    page: Page, live_server: object
) -> None:
    attempt = opened(page, live_server)
    held = hold(page, "**/item/1/")
    with page.expect_request("**/item/1/"):
        page.locator("[name=answer]").nth(1).check(force=True)
    with page.expect_request("**/item/1/"):
        page.get_by_role("button", name="Next").click()
    held[1].fetch(max_redirects=0)
    held[1].abort()
    expect(page.get_by_role("alert")).to_contain_text("You're offline")
    with page.expect_response(lambda response: response.status == 409):
        held[0].continue_()
    page.unroute("**/item/1/")
    page.clock.fast_forward(RECONNECTS_AFTER)
    page.wait_for_url("**/item/2/")
    assert (recorded(attempt), "another window" in warnings(page)) == (([("1", "b")], 0), False)

"""Enter in a field presses the main button, also on pages with language buttons."""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Attempt
from goodword.core import clock
from goodword.notifications.models import Link
from tests.assessments.adjustments.support import named
from tests.assessments.all_kinds import assessment_of_all
from tests.assessments.support import application, assigned, token_of
from tests.browser.article import bring_into_view
from tests.browser.test_referee import choose, fill_in
from tests.references.answered import data_path
from tests.references.stage import Stage, set_up
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: names submitted by secondary buttons
OTHERS = {"language", "back", "skip"}


@pytest.fixture
def stage(live_server: object) -> Stage:
    return set_up(now=clock.now())


def enter(page: Page, field: Locator) -> dict[str, list[str]]:
    """Press Enter in a field. Returns the submitted form."""
    field.focus()
    with page.expect_request(
        lambda request: request.method == "POST" and "hx-request" not in request.headers
    ) as sent:
        page.keyboard.press("Enter")
    form = parse_qs(sent.value.post_data or "", keep_blank_values=True)
    assert form.keys() & OTHERS == set()
    return form


def test_on_every_page_of_a_reference(page: Page, live_server: object, stage: Stage) -> None:
    first = f"{live_server}{stage.referee_path}"
    page.goto(f"{first}questions/1/")
    page.get_by_text("Correct something").click()
    for number in range(3):
        choose(page, number, 0)
    enter(page, page.get_by_role("radio").first)
    page.wait_for_url("**/questions/2/")
    while not page.get_by_role("heading", name="Review your answers").is_visible():
        here = page.url
        fill_in(page)
        field = page.locator("#answers input:is([type=radio], [type=checkbox]):visible")
        if not field.count():  # in a textarea Enter is a new line
            page.locator("#answers .button--primary").click()
        else:
            enter(page, field.first)
        page.wait_for_function("here => location.href !== here", arg=here)
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_enter_in_dates_corrected_by_a_referee(page: Page, live_server: object, stage: Stage) -> None:
    for path in ("questions/1/", "facts/"):
        page.goto(f"{live_server}{stage.referee_path}{path}")
        if path == "questions/1/":
            page.get_by_text("Correct something").click()
        page.locator("[name=q-dates][value=corrected]").check()
        year = page.locator("[name=q-dates-from_year]")
        year.fill("20")
        assert enter(page, year)["q-dates-from_year"] == ["20"]
        expect(page.get_by_role("alert").first).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("[name=q-dates-from_year]")).to_have_value("20")


def test_enter_on_the_decline_page_of_a_referee(page: Page, live_server: object, stage: Stage) -> None:
    page.goto(f"{live_server}{stage.referee_path}no/?as=not-me")
    enter(page, page.get_by_role("checkbox"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_enter_on_the_erase_page_of_a_referee(page: Page, live_server: object, stage: Stage) -> None:
    request = stage.request
    door = data_path(Link.Purpose.REFEREE_DATA, request.check_run, request.pk, request.referee.email)
    page.goto(f"{live_server}{door}erase/")
    enter(page, page.get_by_role("checkbox"))
    expect(page.get_by_role("heading", name="Your data is erased")).to_be_visible()


def test_enter_in_each_field_of_the_nomination_form(page: Page, live_server: object, stage: Stage) -> None:
    for field in (
        "r-name",
        "r-email",
        "r-company",
        "r-candidate_title",
        "r-from_month_year",
        "r-ongoing",
        "r-after_offer",
    ):
        page.goto(f"{live_server}{stage.candidate_path}references/2/")
        expect(page.get_by_role("alert")).to_have_count(0)
        page.locator("[name=r-name]").fill("Paul Meier")
        enter(page, page.locator(f"[name={field}]"))
        expect(page.get_by_role("alert").first).to_be_visible()  # not saved: required answers are missing
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("[name=r-name]")).to_have_value("Paul Meier")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("references/2/", "r-message"),
        ("references/2/cannot/", "c-reason"),
        ("references/decline/", "d-reason"),
        ("ask/", "a-question"),
    ],
)
def test_a_text_stays_when_the_language_is_switched_and_takes_enter_as_a_line(
    page: Page, live_server: object, stage: Stage, path: str, field: str
) -> None:
    page.goto(f"{live_server}{stage.candidate_path}{path}")
    text = page.locator("textarea")
    text.focus()
    page.keyboard.type("One")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    with page.expect_navigation():
        page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("textarea")).to_have_value("One\ntwo")


def test_on_every_page_of_an_assessment(page: Page, live_server: object) -> None:
    attempt = of_all_kinds()
    url = pages_of(live_server, attempt)
    page.goto(url("portal_assessment_practice", 1, 1))
    enter(page, check(page, "answer"))
    page.goto(url("portal_assessment_item", 1, 1))
    check(page, "answer").press("Enter")
    page.wait_for_url("**/assessment/1/item/2/")
    page.wait_for_function("() => window.goodwordAnswers?.waiting().length === 0")

    for order, kind in ((2, "reasoning"), (3, "judgement"), (4, "questions")):
        skip_to(attempt, order)
        if kind == "reasoning":
            page.goto(url("portal_assessment_practice", order, 1))
            enter(page, check(page, "answer"))
            expect(page.locator(".notice").first).to_be_visible()
            begin_part(attempt_id=attempt.pk, order=order, device="computer", now=clock.now())
        page.goto(url("portal_assessment_item", order, 1))
        for group in page.get_by_role("group").all():
            bring_into_view(group)
            group.get_by_role("radio").first.press("Space")
        page.get_by_role("radio").first.press("Enter")
        page.wait_for_url(f"**/assessment/{order}/item/2/")
        page.wait_for_function("() => window.goodwordAnswers?.waiting().length === 0")
    page.goto(url("portal_assessment_item", 4, 3))
    page.locator(".item input[type=text]").first.fill("On 1 May")
    page.keyboard.press("Enter")
    page.wait_for_url("**/assessment/4/item/4/")


def test_enter_in_the_adjustment_request(page: Page, live_server: object) -> None:
    url = pages_of(live_server, of_all_kinds())
    page.goto(url("portal_assessment_adjustment"))
    page.get_by_role("radio").last.check()
    enter(page, page.get_by_role("checkbox").last)
    expect(page.get_by_role("button", name="Withdraw request")).to_be_visible()


def check(page: Page, name: str) -> Locator:
    radio = page.locator(f"[name={name}]").first
    radio.check(force=True)
    return radio


def of_all_kinds() -> Attempt:
    of = application()
    named(of.organisation)
    assert of.role is not None
    factories.step(of.role, "assessment")
    assessment_of_all(of.role)
    return assigned(of, now=clock.now())


def skip_to(attempt: Attempt, order: int) -> None:
    """End the parts before this one."""
    now = clock.now()
    attempt.parts.filter(order__lt=order).update(begun_at=now, ended_at=now)


def pages_of(live_server: object, attempt: Attempt) -> Callable[..., str]:
    token = token_of(attempt, now=clock.now())
    return lambda name, *args: f"{live_server}{reverse(name, args=[token, *args])}"

"""The candidate's part of a reference check, on a phone and by keyboard alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect

from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.models import Email, Link
from goodword.references.domain.invitations import open_check
from goodword.references.domain.slot_changes import answer_cannot
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.roles.models import Step
from tests.browser.looking import Looker
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLOTS = [
    {"relationship": "manager", "count": 1, "needed": True, "hint": "From your last job, if you can."},
    {"relationship": "any", "count": 2, "needed": False, "hint": ""},
]


@pytest.fixture
def check(live_server: object) -> Check:
    role = factories.role(factories.organisation(name="Acme"))
    step = factories.step(role, Step.Kind.REFERENCE_CHECK)
    step.slots, step.self_reference = SLOTS, Step.SelfReference.ASKED
    step.save()
    step_request = factories.step_request(factories.application(role), Step.Kind.REFERENCE_CHECK)
    with transaction.atomic():
        return open_check(step_request=step_request, now=clock.now(), by="goodword")


def test_a_typed_referee_survives_a_lost_connection_that_the_browser_has_not_noticed(
    page: Page, check: Check, url: Callable[..., str]
) -> None:
    page.goto(url("portal_check_referee", 1))
    page.get_by_label("Their full name").fill("Maria Schmidt")
    page.route("**/*", lambda route: route.abort("connectionfailed"))
    for _ in range(2):
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("You're offline. Keep this page open and try again")
    page.unroute("**/*")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Something is missing or incorrect")
    expect(page.get_by_label("Their full name")).to_have_value("Maria Schmidt")


def test_a_typed_referee_survives_a_server_failure(page: Page, check: Check, url: Callable[..., str]) -> None:
    page.goto(url("portal_check_referee", 1))
    page.get_by_label("Their full name").fill("Maria Schmidt")
    page.route("**/*", lambda route: route.fulfill(status=502, body="Bad gateway"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Our server isn't responding properly.")
    page.unroute("**/*")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Something is missing or incorrect")
    expect(page.get_by_label("Their full name")).to_have_value("Maria Schmidt")


def test_a_browser_without_request_submit_sends_typed_text(
    page: Page, check: Check, url: Callable[..., str]
) -> None:
    page.add_init_script("delete HTMLFormElement.prototype.requestSubmit")
    page.goto(url("portal_check_referee", 1))
    page.get_by_label("Their full name").fill("Maria Schmidt")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Something is missing or incorrect")


def test_a_mail_with_a_very_long_word_fits_a_phone(page: Page, check: Check) -> None:
    """Phones would shrink the whole mail to the width of an address that doesn't wrap."""
    mail = Email.objects.of(check.organisation).get(application=check.step_request.application)
    mail.context["organisation"]["name"] = "recruiting-" + "x" * 60 + "@acme.example"
    page.set_viewport_size({"width": 320, "height": 640})
    page.set_content(render(mail, link="http://acme.example/").html)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.fixture
def url(live_server: object, check: Check) -> Callable[..., str]:
    address = links.mint(
        organisation=check.organisation,
        purpose=Link.Purpose.CANDIDATE,
        subject_id=check.step_request_id,
        now=clock.now(),
    )
    token = address.rstrip("/").rpartition("/")[2]
    return lambda name, *args: f"{live_server}{reverse(name, args=[token, *args])}"


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    expect(target).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"The keyboard does not reach {target}.")


def press(page: Page, role: str, name: str) -> None:
    """Tab to the target, press Enter, and wait for the next page."""
    tab_to(page, page.get_by_role(role, name=name).first)  # type: ignore[arg-type]  # a role of ARIA
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fill(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_label(label).first)
    page.keyboard.type(text)


def fill_in_referee(page: Page, name: str, email: str, *, kind: str = "") -> None:
    fill(page, "Their full name", name)
    fill(page, "Their e-mail address", email)
    if kind:
        fill(page, "Their relationship to you", kind)
    fill(page, "Where you worked together", "Globex")
    fill(page, "Your job title there", "Engineer")
    first = page.get_by_role("group", name="First month together")
    tab_to(page, first.get_by_label("Month"))
    page.keyboard.type("April")
    tab_to(page, first.get_by_label("Year"))
    page.keyboard.type("2021")
    tab_to(page, page.get_by_label("We still work together"))
    page.keyboard.press("Space")
    fill(page, "A personal message to them", "Would you tell them about the crane?")


def test_the_whole_way_on_a_phone_by_the_keyboard_alone(
    browser: Browser, check: Check, url: Callable[..., str]
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page, looker = context.new_page(), Looker()
    looker.watch(context)
    page.goto(url("portal"))
    looker.look(page, "candidate first page")
    expect(page.get_by_role("heading", name="A manager of yours")).to_be_visible()

    press(page, "link", "Name the first referee")
    looker.look(page, "candidate names")
    fill(page, "Their e-mail address", check.step_request.application.candidate.email)
    page.keyboard.press("Tab")
    expect(page.get_by_text("This is your own address.")).to_be_visible()
    looker.look(page, "error while typing")
    page.reload()
    press(page, "button", "Save")
    expect(page.get_by_role("alert")).to_be_focused()
    looker.look(page, "error for a missing answer")
    page.goto(url("portal_check_referee", 1))
    fill_in_referee(page, "Maria Schmidt", "maria@gmail.com")
    expect(page.get_by_text("A personal address is fine,")).to_be_visible()
    press(page, "button", "Save")

    press(page, "link", "Name the next referee")
    fill_in_referee(page, "Paul Meier", "paul@globex.example", kind="Client")
    tab_to(page, page.get_by_label("Don't contact them before I have an offer"))
    page.keyboard.press("Space")
    press(page, "button", "Save")
    looker.look(page, "candidate has named two")

    press(page, "link", "I can't name anyone")
    looker.look(page, "candidate cannot")
    fill(page, "Why can't you name anyone here?", "I have worked with two people only.")
    press(page, "button", "Send to the recruiter")
    expect(page.get_by_text("Waiting for an answer")).to_be_visible()

    press(page, "link", "Read and send the e-mails")
    looker.look(page, "candidate reads the mails")
    press(page, "button", "Send 1 e-mail, hold 1")
    expect(
        page.get_by_text("1 e-mail is on its way, 1 won't be sent before you have an offer.")
    ).to_be_visible()
    expect(page.get_by_text("Sending e-mail")).to_be_visible()
    expect(page.get_by_text("On hold", exact=True)).to_be_visible()
    looker.look(page, "candidate has sent")
    assert ReferenceRequest.objects.of(check.organisation).count() == 1

    press(page, "link", "Write to them yourself (Maria Schmidt)")
    looker.look(page, "candidate nudges")
    press(page, "link", "Back")
    press(page, "link", "Name somebody else (Maria Schmidt)")
    looker.look(page, "candidate replaces")
    press(page, "link", "Back")
    press(page, "link", "How your data is used")
    looker.look(page, "candidate notice")
    page.goto(url("portal_ask"))
    looker.look(page, "candidate asks")
    fill(page, "Your question", "May I name a friend?")
    press(page, "button", "Send question")
    expect(page.get_by_role("heading", name="We've sent your question")).to_be_visible()
    looker.look(page, "candidate has asked")
    page.goto(url("portal_check_decline"))
    looker.look(page, "candidate declines")

    member = factories.member(check.organisation)
    answer_cannot(check_id=check.pk, slot=3, answer="waived", note="", member=member, now=clock.now())
    page.goto(url("portal_check"))
    looker.look(page, "candidate waits")
    requests = ReferenceRequest.objects.of(check.organisation)
    requests.update(state="declined", settled_at=clock.now())
    page.goto(url("portal_check"))
    looker.look(page, "candidate is asked for another")
    requests.update(state="sent", undelivered_at=clock.now())
    page.goto(url("portal_check"))
    looker.look(page, "notice of a bounce")
    press(page, "link", "Another address, or somebody else (Maria Schmidt)")
    looker.look(page, "candidate corrects an address")
    Referee.objects.of(check.organisation).filter(slot=2).delete()
    requests.update(state="answered", undelivered_at=None)
    Check.objects.of(check.organisation).update(progress="completed", completed_at=clock.now())
    page.goto(url("portal_check"))
    expect(page.get_by_role("heading", name="Thank you, you're done")).to_be_visible()
    looker.look(page, "candidate is done")

    Link.objects.of(check.organisation).update(expires_at=clock.now() - timedelta(days=1))
    page.goto(url("portal"))
    looker.look(page, "candidate has an old link")
    press(page, "button", "Send me a new link")
    expect(page.get_by_role("heading", name="New link sent")).to_be_visible()
    looker.look(page, "candidate gets a fresh link")
    assert (looker.wrong, looker.complaints) == ({}, [])
    context.close()


def test_another_language_keeps_what_was_typed(browser: Browser, url: Callable[..., str]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(url("portal_check_referee", 1))
    page.get_by_label("Their full name").fill("Maria Schmidt")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#id_r-name")).to_have_value("Maria Schmidt")
    context.close()


def test_without_scripts_the_same_pages_do_the_same(browser: Browser, url: Callable[..., str]) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(url("portal_check_referee", 1))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enter the name of the referee.").first).to_be_visible()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto(url("portal_check"))
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Your references")).to_be_visible()
    context.close()

"""The test editors and marking: by keyboard, without JavaScript, on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, FilePayload

from goodword.accounts.models import Membership
from goodword.assessments.catalogue import drafts
from goodword.assessments.kinds.custom_questions.drafts import publish_test, set_rubric
from goodword.assessments.kinds.custom_questions.marking import mark_answer
from goodword.assessments.kinds.judgement.drafts import add_language, duplicate_set
from goodword.assessments.models import Marking, Test, Upload
from goodword.core import clock
from tests.assessments.custom_questions import answered as own
from tests.assessments.custom_questions.support import PDF, answered, asked
from tests.assessments.custom_questions.test_marking import url as marking_url
from tests.assessments.judgement import support as judgement
from tests.assessments.support import token_of
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import tab_to, window
from tests.support import factories
from tests.workspace.applications import path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rita(transactional_db: None) -> Membership:
    return factories.member(factories.organisation(name="Northwind Cycles"), name="Rita Hansen")


def test_the_judgement_editor_is_accessible_and_fits(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    theirs = judgement.built_in(rita.organisation)
    made = duplicate_set(test=theirs, by=rita, now=judgement.NOW)
    add_language(test=made, language="fr", revision=judgement.revision(made), now=judgement.NOW)
    situation = judgement.situations(made)[0]["id"]
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    looks = [
        ("new set", path("judgement_new", rita.organisation)),
        ("set", judgement.url("judgement", theirs)),
        ("set draft", judgement.url("judgement_edit", made)),
        ("set details", judgement.url("judgement_details", made)),
        ("situation", judgement.url("judgement_situation", made, situation)),
        ("situation remove", judgement.url("judgement_situation_remove", made, situation)),
        ("set translate", judgement.url("judgement_language", made, "fr")),
        ("set publish", judgement.url("judgement_publish", made)),
        ("set discard", judgement.url("judgement_discard", made)),
    ]
    for name, where in looks:
        page.goto(f"{live_server}{where}")
        looker.look(page, name)
    page.goto(f"{live_server}{judgement.url('judgement_publish', made)}")
    page.click("main .actions button")
    looker.look(page, "set publish refused")
    assert looker.wrong == {}
    assert looker.complaints == []
    context.close()


def test_a_situation_is_written_and_published_by_keyboard_without_javascript(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    made = judgement.own(rita)
    context = window(browser, rita, live_server, width=1440, script=False)
    page = context.new_page()
    page.goto(f"{live_server}{judgement.url('judgement_situation_new', made)}")
    typed = {
        "textarea[name=text]": "A chain breaks an hour before the ride.",
        "textarea[name=action_0]": "Say that it cannot be done.",
        "textarea[name=reason_0]": "They lose the ride.",
        "textarea[name=action_1]": "Lend another bicycle.",
        "textarea[name=reason_1]": "They ride.",
    }
    for selector, text in typed.items():
        page.focus(selector)
        page.keyboard.type(text)
    page.select_option("select[name=key_0]", "1.5")
    page.select_option("select[name=key_1]", "4.5")
    page.focus("button[name=row_up][value='1']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.input_value("textarea[name=action_0]") == "Lend another bicycle."
    page.focus("main .actions button:not([name])")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert [action["effectiveness"] for action in judgement.situations(made)[0]["actions"]] == [4.5, 1.5]
    page.goto(f"{live_server}{judgement.url('judgement_publish', made)}")
    page.fill("input[name=key_by]", "Ana Ruiz")
    page.fill("textarea[name=key_how]", "She rated all.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/library/judgement/*/")
    assert drafts.DRAFTS.newest(made)[0].content["key_basis"] == "Key set by Ana Ruiz. She rated all."
    context.close()


def test_the_editor_of_custom_questions_is_accessible_and_fits(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    made = own.own(rita)
    publish_test(test=made, revision=own.revision(made), by=rita, now=judgement.NOW)
    drafts.DRAFTS.begin(made, now=judgement.NOW)
    plan = own.ids(made)[3]
    set_rubric(test=made, question_id=plan, criteria=[own.CRITERION], revision=own.revision(made))
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    looks = [
        ("new own questions", path("custom_questions_new", rita.organisation)),
        ("own questions", own.url("custom_questions", made)),
        ("own draft", own.url("custom_questions_edit", made)),
        ("own details", own.url("custom_questions_details", made)),
        ("own file", own.url("custom_question_file", made, plan)),
        ("own rubric", own.url("custom_question_marking", made, plan)),
        ("own right answer", own.url("custom_question_marking", made, "pick")),
        ("own right answers", own.url("custom_question_marking", made, "tools")),
        ("own publish", own.url("custom_questions_publish", made)),
    ]
    for name, where in looks:
        page.goto(f"{live_server}{where}")
        looker.look(page, name)
    assert looker.wrong == {}
    assert looker.complaints == []
    assert Test.objects.of(rita.organisation).count() == 1
    context.close()


def test_marking_is_accessible_fits_and_works_by_keyboard(browser: Browser, live_server: object) -> None:
    attempt = answered(two_raters=True)
    rita = factories.member(attempt.organisation, name="Rita Hansen")
    tom = factories.member(attempt.organisation, name="Tom Berg")
    mark_answer(
        attempt_id=attempt.pk,
        order=1,
        item_id="why",
        points={"c1": 1, "c2": 1},
        comment="Says what waits, but not why.",
        by=tom,
        now=judgement.NOW,
    )
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{path('candidate', attempt.organisation, attempt.step_request.application_id)}")
    looker.look(page, "candidate with marking", within="#marking")
    page.goto(f"{live_server}{marking_url(attempt)}")
    looker.look(page, "marking")
    page.goto(f"{live_server}{marking_url(attempt, 1, 'why')}")
    looker.look(page, "marking an answer")
    tab_to(page, "input[name=points_0]")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary, .field--wrong")
    looker.look(page, "marking refused")
    page.fill("input[name=points_0]", "4")
    page.fill("input[name=points_1]", "2")
    page.focus("main .actions button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/1/plan/")
    looker.look(page, "marking a file")
    page.goto(f"{live_server}{marking_url(attempt, 1, 'why')}")
    looker.look(page, "both marked")
    assert "Says what waits, but not why." in page.inner_text("#points")
    assert Marking.objects.of(attempt.organisation).count() == 2
    assert looker.wrong == {}
    assert looker.complaints == []
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_file_that_is_too_large_is_reported_immediately(
    browser: Browser, live_server: object, script: bool
) -> None:
    attempt = asked(now=clock.now())
    token = token_of(attempt, now=clock.now())
    context = browser.new_context(
        viewport={"width": 390, "height": 900}, reduced_motion="reduce", java_script_enabled=script
    )
    looker = Looker()
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{reverse('portal_assessment_item', args=[token, 1, 4])}")
    large: FilePayload = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF + b"x" * 1_100_000}
    page.set_input_files("input[type=file]", large)
    if script:
        looker.look(page, "file too large")
        field = page.locator("input[type=file]")
        assert field.get_attribute("aria-invalid") == "true"
        assert str(field.get_attribute("aria-describedby")).endswith("too-large")
        page.click("main .actions button")  # nothing is sent
    else:
        with page.expect_navigation():
            page.click("main .actions button")
    assert "This file is larger than 1 MB. Make it smaller, or choose another one." in page.inner_text("main")
    assert not Upload.objects.of(attempt.organisation).exists()
    small: FilePayload = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.set_input_files("input[type=file]", small)
    with page.expect_navigation():
        page.click("main .actions button")
    assert Upload.objects.of(attempt.organisation).get().name == "plan.pdf"
    assert looker.wrong == {}
    context.close()

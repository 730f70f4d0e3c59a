"""The questionnaire editor for a first-time user: by keyboard, without JavaScript, on a phone."""

import pytest
from playwright.sync_api import Browser, Page

from goodword.accounts.models import Membership
from goodword.questionnaires.domain.drafts import DRAFTS, add_competency, add_language, add_question, publish
from goodword.questionnaires.models import Questionnaire
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import covered, tab_to, window
from tests.questionnaires.editor.support import LED, NOW, SIZE, STRENGTHS, draft, made, rating, url
from tests.support import factories
from tests.workspace.applications import path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW_TEXT = "What should {candidate} do more of?"


def press(page: Page, selector: str) -> None:
    """Tab to the target, press Enter, and wait for the next page."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_questionnaire_is_made_ready_by_keyboard_alone(browser: Browser, live_server: object) -> None:
    organisation = factories.organisation(name="Northwind Cycles")
    rita = factories.member(organisation, name="Rita Hansen")
    looker = Looker()
    context = window(browser, rita, live_server, width=1440)
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{path('library', organisation)}")
    looker.look(page, "library tests")
    press(page, "nav.tabs a:not([aria-current])")
    looker.look(page, "library questionnaires")

    press(page, "button[aria-label='Make a copy of General professional']")
    ours = Questionnaire.objects.of(organisation).get(key__startswith="own_")
    ids = [entry["id"] for entry in draft(ours).entries]
    looker.look(page, "editor")

    press(page, f"a[href$='/question/{ids[-1]}/'].asks__text")
    looker.look(page, "question")
    tab_to(page, "textarea[name=text]")
    page.keyboard.press("Control+A")
    page.keyboard.type(NEW_TEXT)
    press(page, "main .actions button:not([name])")
    assert draft(ours).entries[-1]["text"] == NEW_TEXT
    page.wait_for_function("text => document.activeElement?.textContent === text", arg=NEW_TEXT)

    page.goto(f"{live_server}{url('questionnaire_edit', ours)}")
    press(page, "#questions .card__actions a")
    looker.look(page, "add a question")
    press(page, "button[name=key][value=learning]")
    place = [entry["id"] for entry in draft(ours).entries].index("learning")

    page.goto(f"{live_server}{url('questionnaire_edit', ours)}")
    tab_to(page, "#question-learning button[value=up]")
    for step in (1, 2):
        # the focus stays on the button, so Enter moves the question again
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement?.closest('li')?.id === 'question-learning'")
        assert [entry["id"] for entry in draft(ours).entries].index("learning") == place - step
    looker.look(page, "editor after moves")

    press(page, f"a[href$='/question/{ids[-2]}/'].asks__text")
    tab_to(page, "input[name=when_question]")
    page.keyboard.press("ArrowDown")
    source = page.evaluate("document.activeElement.value")
    tab_to(page, f"input[name='when_{source}']")
    page.keyboard.press("Space")
    looker.look(page, "condition")
    press(page, "main .actions button:not([name])")
    changed = next(entry for entry in draft(ours).entries if entry["id"] == ids[-2])
    assert changed["when"] == {"question": source, "is": ["1"]}

    page.goto(f"{live_server}{url('questionnaire_preview', ours)}")
    tab_to(page, "select[name=relationship]")
    page.keyboard.type("Colleague")
    press(page, "main form[method=get] button")
    assert "relationship=peer" in page.url
    looker.look(page, "preview")
    tab_to(page, ".phone input[type=radio]")
    page.keyboard.press("Space")
    looker.look(page, "preview answered")

    page.goto(f"{live_server}{url('questionnaire_edit', ours)}")
    press(page, "a[href$='/publish/']")
    looker.look(page, "publish")
    press(page, "main .actions button")
    looker.look(page, "published")
    assert "Version 1 published." in page.inner_text("body")
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])


def everything() -> tuple[Membership, dict[str, str]]:
    """A questionnaire in each state, and all its pages."""
    organisation = factories.organisation(name="Northwind Cycles")
    rita = factories.member(organisation, name="Rita Hansen")
    words = [
        {"value": f"w{n}", "label": word} for n, word in enumerate(["calm", "quick", "exact", "warm", "bold"])
    ]
    many = [rating(f"c{n}", f"Competency {n}") for n in range(6)]
    ours = made(
        rita,
        LED,
        {**SIZE, "only_for": ["manager", "client"]},
        {**STRENGTHS, "text": "Was {candidate} often ill, and what of {candidat}?"},
        {"id": "words", "type": "adjectives", "text": "Pick two words.", "choices": words, "pick": 2},
        {
            "id": "ways",
            "type": "between",
            "text": "Which of the two?",
            "left": "Plans ahead",
            "right": "Decides late",
        },
        *many,
    )
    publish(questionnaire=ours, revision=0, reason="", without=[], by=rita, now=NOW)
    old = made(rita, LED, title="Old one")
    publish(questionnaire=old, revision=0, reason="", without=[], by=rita, now=NOW)
    old.archived_at = NOW
    old.save()
    role = factories.role(organisation, title="Shop lead", owner=rita)
    step = factories.step(role, "reference_check")
    step.questionnaire_id = ours.pk
    step.save()
    DRAFTS.begin(ours, now=NOW)
    add_competency(questionnaire=ours, key="reliability")
    add_question(questionnaire=ours, entry={"type": "number", "text": "How many people?"})
    add_language(questionnaire=ours, language="de", now=NOW)
    empty = made(rita, title="Brand new")
    pages = {
        "list": path("questionnaires", organisation),
        "new": path("questionnaire_new", organisation),
        "import": path("questionnaire_import", organisation),
        "questionnaire": url("questionnaire", ours),
        "archived": url("questionnaire", old),
        "editor": url("questionnaire_edit", ours),
        "editor empty": url("questionnaire_edit", empty),
        "details": url("questionnaire_details", ours),
        "add": url("questionnaire_add", ours),
        "question rating": url("questionnaire_question", ours, "reliability"),
        "question choices": url("questionnaire_question", ours, "size"),
        "question words": url("questionnaire_question", ours, "words"),
        "question between": url("questionnaire_question", ours, "ways"),
        "question number": url("questionnaire_question", ours, "how_many_people"),
        "delete": url("questionnaire_question_delete", ours, "led"),
        "translate": url("questionnaire_language", ours, "de"),
        "preview": url("questionnaire_preview", ours),
        "preview words": url("questionnaire_preview", ours) + "?at=words",
        "preview rating": url("questionnaire_preview", ours) + "?at=reliability&language=de",
        "preview end": url("questionnaire_preview", ours) + "?page=99",
        "publish": url("questionnaire_publish", ours),
        "discard": url("questionnaire_discard", ours),
    }
    return rita, pages


@pytest.mark.timeout(600)
def test_every_page_of_the_editor_is_accessible_and_fits(browser: Browser, live_server: object) -> None:
    rita, pages = everything()
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    for name, where in pages.items():
        page.goto(f"{live_server}{where}")
        looker.look(page, name)
    page.goto(f"{live_server}{pages['question choices']}")
    page.fill("textarea[name=text]", "")
    page.fill("input[name=choice_0]", "")
    page.fill("input[name=choice_1]", "")
    page.click("main .actions button >> nth=0")
    looker.look(page, "question wrong")
    page.goto(f"{live_server}{pages['editor']}")
    page.click("#question-size button[value=up]")
    looker.look(page, "in the way")
    page.goto(f"{live_server}{pages['publish']}")
    page.click("main .actions button >> nth=0")
    looker.look(page, "publish wrong")
    page.goto(f"{live_server}{pages['import']}")
    bad = b'{"title": "Shops", "languages": {"en": [{"type": "date"}, {"type": "essay"}]}}'
    page.set_input_files(
        "input[type=file]", {"name": "q.json", "mimeType": "application/json", "buffer": bad}
    )
    page.click("main .actions button")
    looker.look(page, "import wrong")
    context.close()
    assert (looker.wrong, looker.complaints) == ({}, [])


def test_the_editor_works_without_javascript_on_a_phone(browser: Browser, live_server: object) -> None:
    rita = factories.member(factories.organisation())
    ours = made(rita, LED, STRENGTHS)
    context = window(browser, rita, live_server, width=390, script=False)
    page = context.new_page()
    page.goto(f"{live_server}{url('questionnaire_add', ours)}")
    page.click("a[href$='/add/single_choice/']")
    page.fill("textarea[name=text]", "How large was the team?")
    page.fill("input[name=choice_0]", "Small")
    page.press("input[name=choice_1]", "Enter")
    assert "Write at least two answers." in page.inner_text("main")
    page.click("button[name=more_rows]")
    page.fill("input[name=choice_7]", "Large")
    page.click("button[name=row_up][value='7']")
    page.check("input[name=when_question][value=led]")
    page.check("input[name=when_led][value=yes]")
    page.click("main .actions button >> nth=0")
    stored = draft(ours).entries[2]
    assert ([choice["label"] for choice in stored["choices"]], stored["when"]) == (
        ["Small", "Large"],
        {"question": "led", "is": ["yes"]},
    )
    page.click("#question-strengths button[value=down]")
    assert [entry["id"] for entry in draft(ours).entries][1:] == [stored["id"], "strengths"]
    page.click("#question-led summary")
    page.click("#question-led .menu__item:has-text('Delete')")
    page.click("text=Keep them, and always ask them")
    page.click("main .actions button")
    assert "Deleted: “Did {candidate} lead people?”." in page.inner_text("body")
    context.close()


def test_the_save_bar_of_a_translation_never_covers_the_field_with_the_focus(
    browser: Browser, live_server: object
) -> None:
    rita, pages = everything()
    page = window(browser, rita, live_server, width=1280).new_page()
    for width, height in ((1280, 420), (320, 420)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{live_server}{pages['translate']}")
        page.locator(".pair__field input, .pair__field textarea").first.focus()
        for _ in range(25):
            page.keyboard.press("Tab")
            assert covered(page, ".actions--stick") == ""

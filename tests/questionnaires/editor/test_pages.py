"""The editor's pages: input is kept, errors are shown, and two open tabs lose nothing."""

import json
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.questionnaires import builtin
from goodword.questionnaires.domain.drafts import add_language, add_question, publish, save_texts
from goodword.questionnaires.domain.versions import ensure_builtin
from goodword.questionnaires.editor.type_forms import FORMS
from goodword.questionnaires.models import Questionnaire
from goodword.roles.models import Automation
from goodword.workspace.role.check_form import questionnaire_choices
from tests.questionnaires.editor.support import LED, NOW, SIZE, STRENGTHS, draft, ids, made, rating, url
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


@pytest.fixture
def works(rita: Membership) -> Client:
    return signed_in(rita)


def typed(question: dict[str, Any], **values: Any) -> dict[str, Any]:
    """What a browser sends for a question without a condition."""
    sent = {
        "text": question["text"],
        "help": "",
        "self_text": "",
        "asked_of": "everybody",
        "when_question": "",
    }
    if question.get("required", True):
        sent["required"] = "on"
    return sent | {"revision": "0"} | values


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_the_list_shows_questionnaires_with_their_details(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, rating("quality", "Quality"))
    publish(questionnaire=ours, revision=0, reason="", without=[], by=rita, now=NOW)
    role = factories.role(rita.organisation, title="Shop lead", owner=rita)
    step = factories.step(role, "reference_check")
    step.questionnaire_id = ours.pk
    step.save()
    everybody = factories.role(rita.organisation, title="Anybody", owner=rita)
    secret = factories.role(rita.organisation, title="Secret", owner=factories.member(rita.organisation))
    Automation.objects.create(
        organisation=rita.organisation,
        role=secret,
        connection_id=1,
        job_id=5,
        job_name="S",
        confidential=True,
        confirmed_at=NOW,
    )
    response = works.get(path("questionnaires", rita.organisation))
    (row,) = response.context["own"]
    assert (row.version.number, row.languages, row.facts.questions, row.facts.competencies) == (
        1,
        ("en",),
        2,
        ("Quality",),
    )
    assert [used.title for used in row.roles] == ["Shop lead"]
    assert sorted(row.questionnaire.key for row in response.context["builtin"]) == sorted(builtin.keys())
    by_key = {row.questionnaire.key: row for row in response.context["builtin"]}
    general = by_key[builtin.GENERAL_PROFESSIONAL]
    assert [used.title for used in general.roles] == [everybody.title]
    assert (general.languages[0], len(general.facts.competencies) <= 5) == ("en", True)


def test_competencies_have_the_language_of_the_version(rita: Membership, works: Client) -> None:
    theirs = ensure_builtin(rita.organisation, builtin.GENERAL_PROFESSIONAL, now=NOW)
    page = BeautifulSoup(works.get(url("questionnaire", theirs), {"language": "de"}).content, "html.parser")
    named = page.find_all(string=lambda text: "Zuverlässigkeit" in text)
    assert len(named) == 2
    for text in named:
        holder = text.find_parent(attrs={"lang": True})
        assert holder is not None
        assert holder["lang"] == "de"


@pytest.mark.world
def test_the_list_takes_the_same_number_of_queries_for_more_questionnaires(
    rita: Membership, works: Client
) -> None:
    where = path("questionnaires", rita.organisation)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            works.get(where)
        return len(caught)

    made(rita, LED)
    works.get(where)
    one = queries()
    for _ in range(2):
        publish(questionnaire=made(rita, LED), revision=0, reason="", without=[], by=rita, now=NOW)
    assert queries() == one


def test_a_questionnaire_is_created_from_scratch(rita: Membership, works: Client) -> None:
    where = path("questionnaire_new", rita.organisation)
    wrong = works.post(where, {"title": " ", "description": "Shops", "language": "xx"})
    assert "Enter a title, for example Store managers." in text_of(wrong)
    assert ("Choose one of the languages." in text_of(wrong), "Shops" in text_of(wrong)) == (True, True)
    works.post(where, {"title": "Shops", "description": "", "language": "fr"})
    ours = Questionnaire.objects.of(rita.organisation).get(title="Shops")
    assert (draft(ours).source.language, draft(ours).entries, ours.created_by) == ("fr", [], rita)
    assert "No questions yet" in text_of(works.get(url("questionnaire_edit", ours)))


OWN_FIELDS = {
    "agreement": {"competency": "", "can_pass": "on"},
    "between": {"left": "Plans", "right": "Decides", "can_pass": "on"},
    "yes_no_unsure": {"comment": "on"},
    "single_choice": {"rows": "3", "choice_0": "One", "choice_1": "", "choice_2": "Two"},
    "multiple_choice": {"rows": "2", "choice_0": "One", "choice_1": "Two", "least": "1", "most": ""},
    "adjectives": {"rows": "3", "choice_0": "a", "choice_1": "b", "choice_2": "c", "pick": "2"},
    "ranking": {"rows": "3", "choice_0": "One", "choice_1": "Two", "choice_2": "Three"},
    "long_text": {"longest": "500"},
    "short_text": {"longest": "80"},
    "number": {"least": "0", "most": "2.5", "unit": "h", "decimals": "1"},
}


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("kind", sorted(FORMS.keys() - {"rating"}))
def test_every_type_is_added_and_saved_again_unchanged(rita: Membership, works: Client, kind: str) -> None:
    ours = made(rita, LED)
    page = works.get(url("questionnaire_question_new", ours, kind))
    assert page.status_code == 200
    sent = typed({"text": "What of it, {candidate}?"}, **OWN_FIELDS.get(kind, {}))
    response = works.post(url("questionnaire_question_new", ours, kind), sent)
    assert response["Location"] == url("questionnaire_edit", ours) + "?new=what_of_it"
    stored = draft(ours).entries[1]
    assert (stored["type"], stored["text"]) == (kind, "What of it, {candidate}?")
    form = works.get(url("questionnaire_question", ours, "what_of_it")).context["form"]
    again: dict[str, Any] = {"revision": "1"}
    for field in form:
        value = field.value()
        if isinstance(value, bool):
            again |= {field.html_name: "on"} if value else {}
        elif value is not None:
            again[field.html_name] = value
    if "choices" in stored:
        again["rows"] = str(form.count)
    works.post(url("questionnaire_question", ours, "what_of_it"), again)
    assert (draft(ours).entries[1], draft(ours).source.revision) == (stored, 2)


@pytest.mark.world
def test_a_rating_needs_a_competency_and_an_example_per_level(rita: Membership, works: Client) -> None:
    ours = made(rita, LED)
    where = url("questionnaire_question_new", ours, "rating")
    first = text_of(works.get(where))
    assert "Far below what the job needed" in first
    sent = typed({"text": "How careful?"}) | {f"label_{n}": f"L{n}" for n in range(1, 6)}
    sent |= {f"example_{n}": f"Seen {n}" for n in range(1, 5)} | {"can_pass": "on"}
    wrong = text_of(works.post(where, sent))
    assert "Name the competency in a word or two" in wrong
    assert "Describe behaviour at level 5." in wrong
    assert ("Seen 4" in wrong, ids(ours)) == (True, ["led"])
    works.post(where, sent | {"competency": "Care", "example_5": "Seen 5"})
    assert draft(ours).entries[1]["levels"][4] == {"value": 5, "label": "L5", "example": "Seen 5"}
    assert ids(ours) == ["led", "care"]


@pytest.mark.world
def test_errors_are_shown_at_their_fields_and_input_is_kept(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE)
    where = url("questionnaire_question", ours, "size")
    sent = {
        "text": "x" * 501,
        "help": "Kept",
        "asked_of": "some",
        "when_question": "led",
        "revision": "0",
        "rows": "2",
        "choice_0": "One",
        "value_0": "small",
        "choice_1": "one",
        "value_1": "large",
    }
    page = text_of(works.post(where, sent))
    for sentence in (
        "This has 501 characters; at most 500 are allowed.",
        "Tick at least one relationship, or choose “Everyone”.",
        "Tick at least one answer, or choose “Always”.",
        "This answer is listed twice.",
    ):
        assert sentence in page
    assert ("x" * 501 in page, "Kept" in page) == (True, True)
    few = text_of(works.post(where, sent | {"text": "Team?", "choice_1": ""}))
    assert "Write at least two answers." in few
    assert draft(ours).source.revision == 0


def test_an_answer_that_a_condition_uses_cannot_be_removed(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE, {**STRENGTHS, "when": {"question": "size", "is": ["large"]}})
    sent = typed(SIZE, rows="3", choice_0="Few", value_0="small", choice_1="Many", value_1="", choice_2="")
    page = text_of(works.post(url("questionnaire_question", ours, "size"), sent))
    assert "remove “More”: 3 “What does {candidate} do well?” is asked only after this answer." in page
    assert draft(ours).entries[1]["choices"] == SIZE["choices"]


@pytest.mark.world
def test_answers_keep_their_value_when_relabelled_added_or_moved(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE)
    where = url("questionnaire_question", ours, "size")
    sent = typed(SIZE, rows="2", choice_0="Few", value_0="small", choice_1="", value_1="large")
    more = works.post(where, sent | {"more_rows": "yes"})
    assert (more.context["choices"].count, "error-summary" in text_of(more)) == (6, False)
    moved = works.post(where, sent | {"row_down": "0"})
    assert [(row.label.value(), row.value) for row in moved.context["choices"].rows()] == [
        ("", "large"),
        ("Few", "small"),
    ]
    assert draft(ours).source.revision == 0
    works.post(where, sent | {"rows": "3", "choice_2": "A dozen", "value_2": "invented"})
    assert draft(ours).entries[1]["choices"] == [
        {"value": "small", "label": "Few"},
        {"value": "a_dozen", "label": "A dozen"},
    ]


def test_an_invalid_condition_describes_its_group(rita: Membership, works: Client) -> None:
    where = url("questionnaire_question", made(rita, LED, SIZE), "size")
    page = BeautifulSoup(works.post(where, typed(SIZE, when_question="gone")).content, "html.parser")
    (group,) = page.select("fieldset.conditions")
    described = [page.select(f"#{one}")[0].text for one in str(group["aria-describedby"]).split()]
    assert any("That question no longer exists." in one for one in described)


@pytest.mark.world
def test_a_condition_is_set_with_the_form(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, STRENGTHS)
    where = url("questionnaire_question", ours, "strengths")
    page = text_of(works.get(where))
    assert "Only after certain answers to 1 “Did {candidate} lead people?”" in page
    sent = typed(STRENGTHS, longest="10000", when_question="led", when_led=["no", "unsure"])
    works.post(where, sent)
    assert draft(ours).entries[1]["when"] == {"question": "led", "is": ["no", "unsure"]}
    assert "Only if 1 is answered “No” or “Not sure”" in text_of(works.get(url("questionnaire_edit", ours)))
    odd = works.post(where, sent | {"when_question": "nobody", "revision": "1"})
    assert "That question no longer exists." in text_of(odd)


@pytest.mark.world
def test_a_stale_form_is_warned_and_keeps_its_input(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, STRENGTHS)
    where = url("questionnaire_question", ours, "led")
    works.post(where, typed({"text": "First tab?"}))
    page = works.post(where, typed({"text": "Second tab?"}, help="Typed with care"))
    html = text_of(page)
    assert "Not saved: the draft has changed" in html
    assert ("First tab?" in html, "Second tab?" in html, "Typed with care" in html) == (True, True, True)
    assert draft(ours).entries[0]["text"] == "First tab?"
    works.post(where, typed({"text": "Second tab?"}, revision=str(page.context["revision"])))
    assert draft(ours).entries[0]["text"] == "Second tab?"


@pytest.mark.world
def test_a_change_to_a_question_that_a_colleague_has_deleted_is_shown_to_copy(
    rita: Membership, works: Client
) -> None:
    ours = made(rita, LED, STRENGTHS)
    works.post(url("questionnaire_question_delete", ours, "led"), {"revision": "0"})
    page = works.post(url("questionnaire_question", ours, "led"), typed({"text": "A new wording?"}))
    html = text_of(page)
    assert (page.status_code, "That question no longer exists." in html, "A new wording?" in html) == (
        409,
        True,
        True,
    )
    assert ids(ours) == ["strengths"]


@pytest.mark.world
def test_a_stale_form_with_errors_does_not_overwrite_newer_changes(rita: Membership, works: Client) -> None:
    ours = made(rita, LED)
    where = url("questionnaire_question", ours, "led")
    works.post(where, typed({"text": "First tab?"}))
    page = works.post(where, typed({"text": ""}))
    assert page.context["revision"] == 0
    again = works.post(where, typed({"text": "Second tab?"}, revision=str(page.context["revision"])))
    assert "Not saved: the draft has changed" in text_of(again)
    assert draft(ours).entries[0]["text"] == "First tab?"


@pytest.mark.world
def test_moving_and_deleting_with_a_stale_form_change_nothing(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, STRENGTHS)
    add_question(questionnaire=ours, entry={"type": "date", "text": "When?"})
    for name in ("questionnaire_question_move", "questionnaire_question_delete"):
        response = works.post(url(name, ours, "led"), {"by": "down", "revision": "0"}, follow=True)
        assert "Not changed: the draft was changed in another tab" in text_of(response)
    assert ids(ours) == ["led", "strengths", "when"]
    gone = works.post(url("questionnaire_question_move", ours, "nobody"), {"revision": "1"}, follow=True)
    assert "That question no longer exists." in text_of(gone)


def test_focus_returns_to_the_pressed_button_after_a_move(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, STRENGTHS, rating("quality", "Quality"))
    sent = {"by": "up", "revision": "0"}
    page = works.post(url("questionnaire_question_move", ours, "quality"), sent, follow=True)
    html = text_of(page)
    assert ids(ours) == ["led", "quality", "strengths"]
    assert "Moved to position 2 of 3." in html
    assert html.partition("</main>")[0].count(" autofocus") == 1
    assert 'aria-label="Move up question 2, How was quality?" autofocus' in html


def test_a_condition_conflict_offers_solutions(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE)
    where = url("questionnaire_question_move", ours, "size")
    page = text_of(works.post(where, {"by": "up", "revision": "0"}))
    assert "These questions can't be swapped" in page
    assert ids(ours) == ["led", "size"]
    works.post(where, {"by": "up", "revision": "0", "drop_condition": "yes"})
    assert [(entry["id"], "when" in entry) for entry in draft(ours).entries] == [
        ("size", False),
        ("led", False),
    ]


@pytest.mark.world
def test_deleting_asks_what_happens_to_dependent_questions(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE)
    where = url("questionnaire_question_delete", ours, "led")
    assert "1 question depends on this one" in text_of(works.get(where))
    page = BeautifulSoup(works.post(where, {"revision": "0"}).content, "html.parser")
    sentence = "Choose what happens to the questions that depend on it."
    link = page.select_one("[data-error-summary] a")
    group = page.select_one("fieldset[aria-describedby]")
    assert link is not None and group is not None
    assert (link.text, page.select_one(str(link["href"])) in group.select("input")) == (sentence, True)
    described = page.select_one(f"#{group['aria-describedby']}")
    assert described is not None and sentence in described.text
    assert ids(ours) == ["led", "size"]
    works.post(where, {"revision": "0", "dependants": "keep"})
    assert (ids(ours), "when" in draft(ours).entries[0]) == (["size"], False)


@pytest.mark.world
def test_a_competency_is_added_with_one_click(rita: Membership, works: Client) -> None:
    ours = made(rita, LED)
    response = works.post(url("questionnaire_competency", ours), {"key": "reliability"}, follow=True)
    assert "Added below the other ratings" in text_of(response)
    assert ids(ours) == ["led", "reliability"]
    offered = works.get(url("questionnaire_add", ours)).context["library"]
    assert [competency.key for competency, asked in offered if asked] == ["reliability"]


@pytest.mark.world
def test_a_language_is_translated_side_by_side(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE)
    works.post(url("questionnaire_language_add", ours), {"language": "de"})
    where = url("questionnaire_language", ours, "de")
    sent = {"led-text": "Geführt?", "size-text": "y" * 501, "revision": "0"}
    wrong = text_of(works.post(where, sent))
    assert ("Geführt?" in wrong, "501 characters" in wrong) == (True, True)
    works.post(where, sent | {"size-text": ""})
    assert "3 empty texts" in text_of(works.get(url("questionnaire_edit", ours)))
    stale = works.post(where, {"led-text": "Zweiter Tab", "revision": "0"})
    assert ("Not saved: the draft has changed" in text_of(stale), "Zweiter Tab" in text_of(stale)) == (
        True,
        True,
    )
    works.post(where, {"led-text": "Zweiter Tab", "revision": str(stale.context["revision"])})
    assert draft(ours).translations[0].questions[0]["text"] == "Zweiter Tab"


@pytest.mark.world
def test_a_changed_text_marks_its_translations_for_review(rita: Membership, works: Client) -> None:
    ours = made(rita, LED)
    add_language(questionnaire=ours, language="de", now=NOW)
    save_texts(questionnaire=ours, language="de", texts={"led": {"text": "Geführt?"}}, revision=0)
    publish(questionnaire=ours, revision=0, reason="", without=[], by=rita, now=NOW)
    works.post(url("questionnaire_begin", ours))
    where, begun = url("questionnaire_question", ours, "led"), draft(ours)
    seen, german = begun.revision, begun.translation("de").revision
    same = works.post(where, typed(LED, comment="on", help="", revision=str(seen)), follow=True)
    assert "still says in German" not in text_of(same)
    other = works.post(where, typed({"text": "Led whom?"}, comment="on", revision=str(seen + 1)), follow=True)
    assert "Question 1 still has the old text in German." in text_of(other)
    assert "Please check: German" in text_of(works.get(url("questionnaire_publish", ours)))
    save_texts(questionnaire=ours, language="de", texts={"led": {"text": "Wen geführt?"}}, revision=german)
    assert "Please check: German" not in text_of(works.get(url("questionnaire_publish", ours)))


@pytest.mark.world
def test_the_default_questionnaire_cannot_be_archived(rita: Membership, works: Client) -> None:
    leadership = ensure_builtin(rita.organisation, "leadership", now=NOW)
    general = ensure_builtin(rita.organisation, builtin.GENERAL_PROFESSIONAL, now=NOW)
    assert url("questionnaire_archive", general) not in text_of(works.get(url("questionnaire", general)))
    stays = works.post(url("questionnaire_archive", general), follow=True)
    assert "because roles use it by default." in text_of(stays)
    works.post(url("questionnaire_archive", leadership))
    general.refresh_from_db()
    leadership.refresh_from_db()
    assert (general.archived_at, leadership.archived_at is None) == (None, False)
    offered = [
        questionnaire_choice.value
        for questionnaire_choice in questionnaire_choices(rita.organisation, chosen=None)
    ]
    assert "builtin:leadership" not in offered
    assert "builtin:leadership" in [
        questionnaire_choice.value
        for questionnaire_choice in questionnaire_choices(rita.organisation, chosen=leadership.pk)
    ]
    page = works.get(path("questionnaires", rita.organisation))
    assert [row.questionnaire.pk for row in page.context["archived"]] == [leadership.pk]


@pytest.mark.slow
def test_the_largest_questionnaire_can_be_translated_on_one_page(rita: Membership, works: Client) -> None:
    ours = made(rita, *(rating(f"c{n}", f"Competency {n}") for n in range(100)))
    add_language(questionnaire=ours, language="de", now=NOW)
    form = works.get(url("questionnaire_language", ours, "de")).context["form"]
    sent = dict.fromkeys(form.fields, "Wort") | {"revision": "0"}
    assert len(sent) > 1000
    works.post(url("questionnaire_language", ours, "de"), sent)
    assert "All texts are translated." in text_of(works.get(url("questionnaire_language", ours, "de")))


@pytest.mark.world
def test_the_publish_page_shows_changes_roles_and_missing_translations(
    rita: Membership, works: Client
) -> None:
    ours = made(rita, LED)
    publish(questionnaire=ours, revision=0, reason="", without=[], by=rita, now=NOW)
    step = factories.step(factories.role(rita.organisation, title="Shop lead", owner=rita), "reference_check")
    step.questionnaire_id = ours.pk
    step.save()
    works.post(url("questionnaire_begin", ours))
    for number in range(9):
        entry = rating("x", f"Competency {number}")
        add_question(questionnaire=ours, entry={name: entry[name] for name in entry if name != "id"})
    add_language(questionnaire=ours, language="de", now=NOW)
    where = url("questionnaire_publish", ours)
    page = text_of(works.get(where))
    for part in (
        "“How was competency 0?” was added as question 2.",
        "German was added.",
        "Shop lead",
        '9: <span lang="en">Competency 0',
    ):
        assert part in page
    sent = {"revision": str(draft(ours).source.revision)}
    wrong = text_of(works.post(where, sent))
    assert "Explain why the job needs more than eight competencies rated." in wrong
    wrong = text_of(works.post(where, sent | {"reason": "A board role"}))
    assert ("Not fully translated: German." in wrong, "A board role" in wrong) == (True, True)
    done = works.post(where, sent | {"reason": "A board role", "without": "de"}, follow=True)
    assert "Version 2 published. New checks use it; open checks stay on their version." in text_of(done)
    assert "A board role" in text_of(done)
    assert draft(ours).source.number == 3


def test_an_empty_draft_cannot_be_published(rita: Membership, works: Client) -> None:
    ours = made(rita)
    page = works.post(url("questionnaire_publish", ours), {"revision": "0"})
    assert "Add a question first." in text_of(page)


@pytest.mark.world
def test_a_file_is_imported_completely_or_not_at_all(rita: Membership, works: Client) -> None:
    where = path("questionnaire_import", rita.organisation)
    assert "Choose the file to import." in text_of(works.post(where))
    bad = {"title": "<b>Shops</b>", "languages": {"en": [LED, {**SIZE, "text": "<i>"}, {"type": "<script>"}]}}
    page = text_of(works.post(where, {"file": _file(bad)}))
    assert "In English: Question 3 has the type “&lt;script&gt;”" in page
    assert not Questionnaire.objects.of(rita.organisation).exists()
    good = {"title": "<b>Shops</b>", "languages": {"en": [LED, {**SIZE, "text": "<i>"}]}}
    page = text_of(works.post(where, {"file": _file(good)}, follow=True))
    assert ("&lt;b&gt;Shops" in page, "<b>Shops" in page, "<i>" in page) == (True, False, False)
    ours = Questionnaire.objects.of(rita.organisation).get()
    assert AuditEntry.objects.of(rita.organisation).get().details == {
        "questionnaire": ours.pk,
        "languages": ["en"],
    }
    exported = works.get(url("questionnaire_export", ours) + "?version=draft")
    assert exported["Content-Disposition"] == 'attachment; filename="bshopsb-draft.json"'
    assert json.loads(exported.content)["languages"]["en"][0]["text"] == LED["text"]
    assert works.get(url("questionnaire_export", ours)).status_code == 404
    assert works.get(url("questionnaire_export", ours) + "?version=7").status_code == 404


def _file(data: object) -> BytesIO:
    made_of = BytesIO(json.dumps(data).encode())
    made_of.name = "q.json"
    return made_of


HOSTILE = "\"><script>alert(1)</script>{{ 7 }}{% now 'Y' %}=1+1"


@pytest.mark.slow
def test_hostile_text_is_escaped_on_every_page(rita: Membership, works: Client) -> None:
    nasty = [
        {**LED, "text": HOSTILE, "help": HOSTILE, "self_text": HOSTILE},
        {
            **SIZE,
            "text": HOSTILE,
            "choices": [{"value": n, "label": HOSTILE + n} for n in ("a", "b")],
            "when": None,
        },
        rating("quality", HOSTILE[:60], text=HOSTILE, when={"question": "size", "is": ["a"]}),
    ]
    ours = made(rita, *nasty, title=HOSTILE, description=HOSTILE)
    add_language(questionnaire=ours, language="de", now=NOW)
    where = [
        path("questionnaires", rita.organisation),
        *(
            url(f"questionnaire_{name}", ours)
            for name in ("edit", "details", "add", "publish", "discard", "preview")
        ),
        *(url("questionnaire_question", ours, name) for name in ("led", "size", "quality")),
        *(url("questionnaire_question_delete", ours, name) for name in ("led", "size")),
        url("questionnaire_language", ours, "de"),
    ]
    for page in where:
        html = text_of(works.get(page))
        assert ("<script>alert" in html, "&lt;script&gt;alert" in html) == (False, True)
    publish(questionnaire=ours, revision=0, reason="", without=["de"], by=rita, now=NOW)
    html = text_of(works.get(url("questionnaire", ours)))
    assert ("<script>alert" in html, "&lt;script&gt;alert" in html) == (False, True)


@pytest.mark.world
def test_only_existing_versions_are_shown(rita: Membership, works: Client) -> None:
    ours = made(rita, LED)
    assert works.get(url("questionnaire", ours))["Location"] == url("questionnaire_edit", ours)
    publish(questionnaire=ours, revision=0, reason="", without=[], by=rita, now=NOW)
    works.post(url("questionnaire_begin", ours))
    add_question(questionnaire=ours, entry={"type": "date", "text": "When?"})
    publish(questionnaire=ours, revision=draft(ours).revision, reason="", without=[], by=rita, now=NOW)
    newest = works.get(url("questionnaire", ours))
    assert (newest.context["version"].number, "When?" in text_of(newest)) == (2, True)
    first = text_of(works.get(url("questionnaire", ours) + "?version=1"))
    assert ("This is version 1. New checks use version 2." in first, "When?" in first) == (
        True,
        False,
    )
    assert works.get(url("questionnaire", ours) + "?version=9").status_code == 404

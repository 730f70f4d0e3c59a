"""The editor of custom questions: from a questionnaire, with files, correct answers and rubrics."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.catalogue import drafts
from goodword.assessments.kinds.custom_questions import drafts as custom_drafts
from goodword.assessments.kinds.custom_questions.content import (
    CustomQuestions,
    FileQuestion,
    custom_questions_to_json,
    read_custom_questions,
)
from goodword.assessments.kinds.custom_questions.drafts import SourceIncomplete, publish_test
from goodword.assessments.kinds.custom_questions.editor import FileSettings
from goodword.assessments.models import Test, TestVersion
from goodword.assessments.queries import content_of
from goodword.drafts.versions import StaleDraft
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain import drafts as questionnaire_drafts
from goodword.questionnaires.domain.versions import ensure_builtin
from goodword.questionnaires.models import Questionnaire
from tests.assessments.custom_questions.answered import (
    CRITERION,
    PLAN,
    SOME,
    draft,
    ids,
    newer,
    own,
    questionnaire,
    revision,
    url,
)
from tests.assessments.custom_questions.support import CHOICE, NOW, TEXT
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme Bikes"))


def rows() -> list[Any]:
    return [
        list(model.objects.across_organisations().order_by("pk").values())
        for model in (Test, TestVersion, AuditEntry)
    ]


def test_all_languages_of_a_questionnaire_are_copied(rita: Membership) -> None:
    one = questionnaire(rita, TEXT, CHOICE, languages=("en", "de"))
    test = custom_drafts.create_test(questionnaire=one, name="Workshop questions", by=rita, now=NOW)
    assert [row.language for row in draft(test).rows] == ["en", "de"]
    assert ids(test) == ["why", "pick"]
    assert draft(test).content["taken_from"] == {"questionnaire": one.pk, "number": 1}


def test_wording_for_candidates_is_used(rita: Membership) -> None:
    both = {
        **TEXT,
        "text": "How did {candidate} plan?",
        "self_text": "How did you plan?",
        "only_for": ["peer"],
    }
    test = custom_drafts.create_test(questionnaire=questionnaire(rita, both), name="A", by=rita, now=NOW)
    (entry,) = draft(test).content["questions"]
    assert (entry["text"], "only_for" in entry, "self_text" in entry) == ("How did you plan?", False, False)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            {"id": "again", "type": "would_work_again", "text": "Would you work together again?"},
            (
                "Question 2, “Would you work together again?”, is for referees: candidates cannot answer it about "
                "themselves."
            ),
        ),
        (
            {"id": "title", "type": "title_confirm", "text": "Is the title right?"},
            "Question 2, “Is the title right?”, is for referees: candidates cannot answer it about themselves.",
        ),
        (
            {"id": "strong", "type": "long_text", "text": "What does {candidate} do well?"},
            (
                "Question 2, “What does {candidate} do well?”, is worded about the candidate. In the questionnaire, "
                "add a wording for candidates who answer about themselves."
            ),
        ),
    ],
)
def test_unsupported_questions_are_named(rita: Membership, entry: dict[str, Any], sentence: str) -> None:
    one = questionnaire(rita, TEXT, entry)
    with pytest.raises(custom_drafts.CannotAsk) as refused:
        custom_drafts.create_test(questionnaire=one, name="A", by=rita, now=NOW)
    assert refused.value.sentences == [sentence]
    response = signed_in(rita).post(
        path("custom_questions_new", rita.organisation), {"name": "Kept", "questionnaire": one.pk}
    )
    assert sentence.replace("“", "“") in response.content.decode()
    assert response.context["form"]["name"].value() == "Kept"
    assert not Test.objects.of(rita.organisation).exists()


@pytest.mark.world
def test_unusable_questionnaires_are_listed_with_the_reason(
    rita: Membership,
) -> None:
    client, where = signed_in(rita), path("custom_questions_new", rita.organisation)
    ensure_builtin(rita.organisation, GENERAL_PROFESSIONAL, now=NOW)
    alone = client.get(where)
    assert (alone.context["offered"], [one.title for one, _ in alone.context["refused"]]) == (
        [],
        ["General professional"],
    )
    html = alone.content.decode()
    assert "No questionnaire for candidates yet" in html
    assert path("questionnaire_new", rita.organisation) in html
    assert "is for referees: candidates cannot answer it about themselves." in html
    mine = questionnaire(rita, TEXT, CHOICE)
    page = client.get(where)
    assert (page.context["offered"], len(page.context["refused"])) == ([mine], 1)
    radios = BeautifulSoup(page.content, "html.parser").select("input[name=questionnaire]")
    assert [radio["value"] for radio in radios] == [str(mine.pk)]
    assert client.post(where, {"name": "Workshop", "questionnaire": mine.pk}).status_code == 302
    assert Test.objects.of(rita.organisation).get().kind == "questions"


def test_a_newer_version_decides_whether_a_questionnaire_is_offered(rita: Membership) -> None:
    one = questionnaire(rita, TEXT)
    newer(
        one, rita, TEXT, {"id": "again", "type": "would_work_again", "text": "Would you work together again?"}
    )
    page = signed_in(rita).get(path("custom_questions_new", rita.organisation))
    assert (page.context["offered"], [known for known, _ in page.context["refused"]]) == ([], [one])


def test_file_questions_are_edited_in_all_languages(rita: Membership) -> None:
    test = own(rita)
    plan = ids(test)[3]
    assert (
        custom_drafts.move_question(test=test, question_id=plan, by=custom_drafts.UP, revision=revision(test))
        == 3
    )
    assert ids(test) == ["why", "pick", plan, "tools"]
    german = draft(test).translations[0].content["questions"][2]
    assert (german["id"], german["text"]) == (plan, "Geben Sie einen Plan ab.")
    other = FileSettings(
        words={"en": ("A sketch", ""), "de": ("Eine Skizze", "")},
        required=False,
        types=["image"],
        megabytes=9,
    )
    custom_drafts.change_file(test=test, question_id=plan, file=other, revision=revision(test))
    assert [row.content["questions"][2]["text"] for row in draft(test).rows] == ["A sketch", "Eine Skizze"]
    custom_drafts.set_rubric(test=test, question_id=plan, criteria=[CRITERION], revision=revision(test))
    custom_drafts.remove_question(test=test, question_id=plan, revision=revision(test))
    assert [[question["id"] for question in row.content["questions"]] for row in draft(test).rows] == [
        ["why", "pick", "tools"]
    ] * 2
    assert draft(test).content["rubrics"] == []


def test_questions_of_the_questionnaire_cannot_be_changed_here(rita: Membership) -> None:
    test = own(rita)
    before = rows()
    with pytest.raises(custom_drafts.NotWrittenHere):
        custom_drafts.remove_question(test=test, question_id="why", revision=revision(test))
    with pytest.raises(custom_drafts.NotWrittenHere):
        custom_drafts.move_question(
            test=test, question_id="why", by=custom_drafts.DOWN, revision=revision(test)
        )
    with pytest.raises(custom_drafts.NotWrittenHere):
        custom_drafts.change_file(test=test, question_id="why", file=PLAN, revision=revision(test))
    assert rows() == before


@pytest.mark.world
def test_choices_get_correct_answers_and_other_questions_a_rubric(rita: Membership) -> None:
    test = own(rita)
    custom_drafts.set_right_answers(test=test, question_id="pick", values=["a"], revision=revision(test))
    custom_drafts.set_right_answers(
        test=test, question_id="tools", values=["pump", "spanner"], revision=revision(test)
    )
    custom_drafts.set_rubric(test=test, question_id="why", criteria=[CRITERION], revision=revision(test))
    for question, values in (("why", ["a"]), ("pick", ["zebra"])):
        with pytest.raises(custom_drafts.NoChoices):
            custom_drafts.set_right_answers(
                test=test, question_id=question, values=values, revision=revision(test)
            )
    with pytest.raises(custom_drafts.NoChoices):
        custom_drafts.set_rubric(test=test, question_id="pick", criteria=[CRITERION], revision=revision(test))
    assert publish_test(test=test, revision=revision(test), by=rita, now=NOW) == "1"
    for row in drafts.DRAFTS.newest(test):
        content = content_of(row)
        assert isinstance(content, CustomQuestions)
        assert content.right == {"pick": ("a",), "tools": ("pump", "spanner")}
        (criterion,) = content.rubrics["why"]
        assert (criterion.text, criterion.points) == ("Can be followed", 3)
        assert isinstance(content.questions[3], FileQuestion)
        assert read_custom_questions(custom_questions_to_json(content)) == content


def test_correct_answers_and_rubrics_can_be_removed(rita: Membership) -> None:
    test = own(rita)
    custom_drafts.set_right_answers(test=test, question_id="pick", values=["a"], revision=revision(test))
    custom_drafts.set_right_answers(test=test, question_id="pick", values=[], revision=revision(test))
    custom_drafts.set_rubric(test=test, question_id="why", criteria=[CRITERION], revision=revision(test))
    custom_drafts.set_rubric(test=test, question_id="why", criteria=[], revision=revision(test))
    assert (draft(test).content["right"], draft(test).content["rubrics"]) == ({}, [])


@pytest.mark.world
def test_copying_a_newer_questionnaire_keeps_matching_rubrics(rita: Membership) -> None:
    test = own(rita)
    plan = ids(test)[3]
    custom_drafts.move_question(test=test, question_id=plan, by=custom_drafts.UP, revision=revision(test))
    custom_drafts.set_right_answers(test=test, question_id="pick", values=["a"], revision=revision(test))
    custom_drafts.set_right_answers(test=test, question_id="tools", values=["spoon"], revision=revision(test))
    custom_drafts.set_rubric(test=test, question_id="why", criteria=[CRITERION], revision=revision(test))
    one = Questionnaire.objects.of(rita.organisation).get()
    fewer = {**SOME, "choices": SOME["choices"][:2], "most": 2}  # type: ignore[index]  # a list
    newer(one, rita, {**TEXT, "id": "other"}, CHOICE, fewer)
    assert "The questionnaire has a newer version, 2" in (
        signed_in(rita).get(url("custom_questions_edit", test)).content.decode()
    )
    assert custom_drafts.update_questions(test=test, questionnaire=one, revision=revision(test)) == 2
    assert ids(test) == ["other", "pick", plan, "tools"]
    content = draft(test).content
    assert (content["right"], content["rubrics"]) == ({"pick": ["a"]}, [])
    assert content["taken_from"]["number"] == 2
    assert [row.language for row in draft(test).rows] == ["en", "de"]


def test_a_rubric_is_dropped_once_its_question_has_choices(rita: Membership) -> None:
    """The question can be replaced by one of another type with the same words, and so the same id."""
    one = questionnaire(rita, TEXT)
    test = custom_drafts.create_test(questionnaire=one, name="A", by=rita, now=NOW)
    custom_drafts.set_rubric(test=test, question_id="why", criteria=[CRITERION], revision=revision(test))
    newer(one, rita, {**CHOICE, "id": "why"})
    custom_drafts.update_questions(test=test, questionnaire=one, revision=revision(test))
    custom_drafts.set_right_answers(test=test, question_id="why", values=["a"], revision=revision(test))
    assert publish_test(test=test, revision=revision(test), by=rita, now=NOW) == "1"


def test_a_language_with_empty_texts_is_not_published(rita: Membership) -> None:
    test = own(rita)
    half = FileSettings(words={"en": ("One", ""), "de": ("", "")}, required=True, types=["pdf"], megabytes=1)
    custom_drafts.add_file(test=test, file=half, revision=revision(test))
    assert publish_test(test=test, revision=revision(test), by=rita, now=NOW) == "1"
    assert [row.language for row in drafts.DRAFTS.newest(test)] == ["en"]
    assert [(row.number, row.language) for row in draft(test).rows] == [("2", "en"), ("2", "de")]
    none = FileSettings(words={"en": ("", ""), "de": ("x", "")}, required=True, types=["pdf"], megabytes=1)
    custom_drafts.add_file(test=test, file=none, revision=revision(test))
    with pytest.raises(SourceIncomplete):
        publish_test(test=test, revision=revision(test), by=rita, now=NOW)


@pytest.mark.world
def test_a_stale_tab_changes_nothing(rita: Membership) -> None:
    test = own(rita)
    plan, seen = ids(test)[3], revision(test)
    custom_drafts.change_details(test=test, words={"en": ("A", ""), "de": ("B", "")}, revision=seen)
    before = rows()
    one = Questionnaire.objects.of(rita.organisation).get()
    late: list[Any] = [
        lambda: custom_drafts.add_file(test=test, file=PLAN, revision=seen),
        lambda: custom_drafts.change_file(test=test, question_id=plan, file=PLAN, revision=seen),
        lambda: custom_drafts.move_question(test=test, question_id=plan, by=custom_drafts.UP, revision=seen),
        lambda: custom_drafts.remove_question(test=test, question_id=plan, revision=seen),
        lambda: custom_drafts.set_right_answers(test=test, question_id="pick", values=["a"], revision=seen),
        lambda: custom_drafts.set_rubric(test=test, question_id="why", criteria=[CRITERION], revision=seen),
        lambda: custom_drafts.update_questions(test=test, questionnaire=one, revision=seen),
        lambda: publish_test(test=test, revision=seen, by=rita, now=NOW),
    ]
    for act in late:
        with pytest.raises(StaleDraft):
            act()
    assert rows() == before


#: URL name, whether it concerns a file or another question, and the statuses of GET and POST for editors
PAGES: list[tuple[str, str, int, int]] = [
    ("custom_questions", "", 200, 405),
    ("custom_questions_begin", "", 405, 302),
    ("custom_questions_edit", "", 200, 405),
    ("custom_questions_details", "", 200, 200),
    ("custom_questions_update", "", 405, 302),
    ("custom_questions_discard", "", 200, 302),
    ("custom_questions_publish", "", 200, 302),
    ("custom_question_file_new", "", 200, 200),
    ("custom_question_file", "file", 200, 200),
    ("custom_question_file_move", "file", 405, 302),
    ("custom_question_file_remove", "file", 405, 302),
    ("custom_question_marking", "why", 200, 200),
    ("custom_question_marking", "pick", 200, 200),
]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(("name", "about", "get", "post"), PAGES)
def test_only_editors_can_open_the_pages(
    rita: Membership, name: str, about: str, get: int, post: int
) -> None:
    test = own(rita)
    publish_test(test=test, revision=revision(test), by=rita, now=NOW)
    drafts.DRAFTS.begin(test, now=NOW)
    more = [ids(test)[3]] if about == "file" else [about] if about else []
    where = url(name, test, *more)
    before = rows()
    refused = {
        403: signed_in(factories.member(test.organisation, kind="hiring_manager")),
        404: signed_in(factories.member(factories.organisation(), kind="admin")),
        302: Client(),
    }
    for status, client in refused.items():
        assert client.post(where).status_code == (405 if post == 405 else status)
        assert client.get(where).status_code == (405 if get == 405 else status)
    assert rows() == before
    works = signed_in(rita)
    assert works.get(where).status_code == get
    # nothing changes the draft without the revision it was based on
    assert works.post(where).status_code == post
    assert rows() == before


@pytest.mark.world
def test_the_start_page_refuses_questionnaires_of_others(rita: Membership) -> None:
    where = path("custom_questions_new", rita.organisation)
    stranger = factories.member(factories.organisation(), kind="admin")
    theirs = questionnaire(stranger, TEXT)
    assert "No questionnaire for candidates yet" in signed_in(rita).get(where).content.decode()
    given = {"name": "A", "questionnaire": theirs.pk}
    refused = {
        403: signed_in(factories.member(rita.organisation, kind="hiring_manager")),
        404: signed_in(stranger),
        302: Client(),
    }
    for status, client in refused.items():
        assert client.post(where, given).status_code == status
    questionnaire(rita, TEXT)
    page = signed_in(rita).post(where, given).content.decode()
    assert "Choose one of these questionnaires." in page
    assert not Test.objects.across_organisations().exists()


@pytest.mark.world
def test_a_test_is_created_through_its_pages(rita: Membership) -> None:
    client = signed_in(rita)
    one = questionnaire(rita, TEXT, CHOICE, SOME, languages=("en", "de"))
    client.post(
        path("custom_questions_new", rita.organisation), {"name": "Workshop", "questionnaire": one.pk}
    )
    test = Test.objects.of(rita.organisation).get()
    words = {"first_en": "Workshop", "second_en": "Take time.", "first_de": "Werkstatt", "second_de": ""}
    client.post(url("custom_questions_details", test), words | {"revision": revision(test)})
    file = {
        "first_en": "A plan",
        "second_en": "",
        "first_de": "Ein Plan",
        "second_de": "",
        "types": ["pdf", "image"],
        "megabytes": "10",
        "required": "on",
    }
    client.post(url("custom_question_file_new", test), file | {"revision": revision(test)})
    plan = ids(test)[3]
    client.post(url("custom_question_marking", test, "pick"), {"right": "b", "revision": revision(test)})
    client.post(
        url("custom_question_marking", test, "tools"), {"right": ["pump"], "revision": revision(test)}
    )
    rubric = {"rows": 2, "text_0": "Clear", "points_0": "4", "anchors_0": "", "id_0": "", "text_1": ""}
    client.post(url("custom_question_marking", test, plan), rubric | {"revision": revision(test)})
    page = client.get(url("custom_questions_publish", test)).content.decode()
    assert "Marked using a rubric, 4 points" in page
    response = client.post(url("custom_questions_publish", test), {"revision": revision(test)}, follow=True)
    page = response.content.decode()
    assert "Version 1 published." in page
    assert "The bell" in page
    assert [(row.language, row.content["name"]) for row in drafts.DRAFTS.newest(test)] == [
        ("en", "Workshop"),
        ("de", "Werkstatt"),
    ]


@pytest.mark.world
def test_errors_are_shown_and_input_is_kept(rita: Membership) -> None:
    test = own(rita)
    before = rows()
    client = signed_in(rita)
    wrong = {"first_en": "", "second_en": "Kept", "megabytes": "11", "revision": revision(test)}
    response = client.post(url("custom_question_file_new", test), wrong)
    page = response.content.decode()
    for sentence in (
        "Write it in the source language.",
        "Tick at least one type.",
        "Enter a whole number from 1 to 10.",
    ):
        assert sentence in page
    assert response.context["form"]["second_en"].value() == "Kept"
    rubric = {
        "rows": 2,
        "text_0": "Clear",
        "points_0": "99",
        "text_1": "",
        "points_1": "2",
        "anchors_1": "Why",
    }
    response = client.post(url("custom_question_marking", test, "why"), rubric | {"revision": revision(test)})
    page = response.content.decode()
    assert "Enter a whole number from 1 to 10." in page
    assert "Describe the criterion, or remove it." in page
    assert response.context["form"]["anchors_1"].value() == "Why"
    response = client.post(
        url("custom_question_marking", test, "why"), rubric | {"row_up": "1", "revision": revision(test)}
    )
    assert response.context["form"]["anchors_0"].value() == "Why"
    response = client.post(
        url("custom_question_marking", test, "pick"), {"right": "z", "revision": revision(test)}
    )
    assert "Choose one of these." in response.content.decode()
    assert rows() == before


@pytest.mark.parametrize("name", ["custom_questions_details", "custom_question_file_new"])
def test_input_is_kept_after_a_concurrent_save(rita: Membership, name: str) -> None:
    test = own(rita)
    seen = revision(test)
    custom_drafts.change_details(test=test, words={"en": ("A", ""), "de": ("B", "")}, revision=seen)
    before = rows()
    given = {
        "first_en": "Mine",
        "second_en": "",
        "first_de": "",
        "second_de": "",
        "types": "pdf",
        "megabytes": 1,
    }
    response = signed_in(rita).post(url(name, test), given | {"revision": seen})
    assert "Not saved: the draft has changed" in response.content.decode()
    assert response.context["form"]["first_en"].value() == "Mine"
    assert rows() == before


@pytest.mark.world
def test_an_unknown_question_is_not_found(rita: Membership) -> None:
    test = own(rita)
    client = signed_in(rita)
    assert client.get(url("custom_question_marking", test, "zebra")).status_code == 404
    assert client.get(url("custom_question_file", test, "why")).status_code == 404
    assert client.get(url("custom_question_text", test, "zebra")).status_code == 404


@pytest.mark.world
def test_questions_of_a_questionnaire_lead_to_where_they_are_written(rita: Membership) -> None:
    test = own(rita)
    client, before = signed_in(rita), rows()
    for where in (url("custom_question_text", test, "why"), url("custom_question_new", test)):
        for response in (client.get(where, follow=True), client.post(where, {"revision": 0}, follow=True)):
            assert "Edit these questions in the questionnaire" in response.content.decode()
    file = ids(test)[3]
    shown = client.get(url("custom_question_text", test, file))
    assert shown["Location"] == url("custom_question_file", test, file)
    assert rows() == before
    assert client.post(url("custom_question_file_move", test, "zebra")).status_code == 404


@pytest.mark.world
def test_an_update_follows_the_languages_of_the_questionnaire(rita: Membership) -> None:
    test = own(rita)
    one = Questionnaire.objects.of(rita.organisation).get()
    for row in questionnaire_drafts.DRAFTS.begin(one, now=NOW).rows:
        if row.language == "de":
            row.language = "fr"
            row.save()
    newer = questionnaire_drafts.DRAFTS.find(one)
    assert newer is not None
    questionnaire_drafts.publish(
        questionnaire=one, revision=newer.source.revision, reason="", without=[], by=rita, now=NOW
    )
    signed_in(rita).post(url("custom_questions_update", test), {"revision": revision(test)})
    assert [(row.language, row.content["name"]) for row in draft(test).rows] == [
        ("en", "Workshop questions"),
        ("fr", ""),
    ]
    assert [[entry["text"] for entry in row.content["questions"]][-1] for row in draft(test).rows] == [
        "Hand in a plan.",
        "",
    ]

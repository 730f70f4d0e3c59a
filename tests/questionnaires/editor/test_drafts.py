"""Changes to drafts and questionnaires, and errors."""

from typing import Any

import pytest

from goodword.accounts.models import AuditEntry, Membership
from goodword.drafts.versions import NoDraft, NotEditable, StaleDraft, name_of_copy
from goodword.questionnaires import builtin
from goodword.questionnaires.domain.drafts import (
    DOWN,
    DRAFTS,
    UP,
    ConditionConflict,
    HasDependants,
    NeedsReason,
    NoQuestions,
    NotTranslated,
    add_competency,
    add_language,
    add_question,
    archive,
    change_question,
    duplicate,
    duplicate_question,
    move_question,
    publish,
    remove_language,
    remove_question,
    save_texts,
)
from goodword.questionnaires.domain.versions import current_version, ensure_builtin, selectable_questionnaires
from goodword.questionnaires.editor.entries import gaps
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.questions import QuestionError, parse
from tests.questionnaires.editor.support import LED, NOW, SIZE, STRENGTHS, draft, ids, made, plain, rating
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def published(questionnaire: Questionnaire, by: Membership, **values: Any) -> int:
    given: dict[str, Any] = {"revision": draft(questionnaire).source.revision, "reason": "", "without": []}
    return publish(questionnaire=questionnaire, by=by, now=NOW, **(given | values))


def audited(who: Membership) -> list[str]:
    rows = AuditEntry.objects.of(who.organisation).filter(action__startswith="questionnaire.")
    return list(rows.order_by("pk").values_list("action", flat=True))


def test_a_draft_starts_from_the_newest_version(rita: Membership) -> None:
    ours = made(rita, LED, SIZE)
    assert published(ours, rita) == 1
    begun = DRAFTS.begin(ours, now=NOW)
    assert (begun.source.number, begun.entries) == (2, plain(LED, SIZE))
    assert DRAFTS.begin(ours, now=NOW).source.pk == begun.source.pk
    assert QuestionnaireVersion.objects.of(rita.organisation).count() == 2


def test_copies_of_copies_are_numbered(rita: Membership) -> None:
    copies, row = [], made(rita, LED)
    for _ in range(3):
        row = duplicate(questionnaire=row, by=rita, now=NOW)
        copies.append(row.title.removeprefix(made(rita, LED).title))
    assert copies == [" (copy)", " (copy 2)", " (copy 3)"]


def test_the_name_of_a_copy_is_never_too_long() -> None:
    assert name_of_copy("a" * 20, longest=20) == "a" * 13 + " (copy)"
    assert name_of_copy("a" * 13 + " (copy)", longest=20) == "a" * 11 + " (copy 2)"


def test_built_in_questionnaires_can_only_be_copied(rita: Membership) -> None:
    theirs = ensure_builtin(rita.organisation, builtin.GENERAL_PROFESSIONAL, now=NOW)
    with pytest.raises(NotEditable):
        DRAFTS.begin(theirs, now=NOW)
    copy = duplicate(questionnaire=theirs, by=rita, now=NOW)
    rows = draft(copy).rows
    assert copy.title == "General professional (copy)"
    assert [row.language for row in rows] == ["en", "de", "fr"]
    assert [(row.number, row.published_at) for row in rows] == [(1, None)] * 3
    for row in rows:
        theirs_in = current_version(theirs, language=row.language)
        assert theirs_in is not None
        assert row.questions == theirs_in.questions


def test_a_copy_starts_with_the_organisations_language() -> None:
    rita = factories.member(factories.organisation(language="fr"))
    theirs = ensure_builtin(rita.organisation, "leadership", now=NOW)
    assert draft(duplicate(questionnaire=theirs, by=rita, now=NOW)).source.language == "fr"


def test_new_questions_go_last_and_competencies_after_the_ratings(rita: Membership) -> None:
    ours = made(rita, LED, rating("quality", "Quality"), STRENGTHS)
    assert add_question(questionnaire=ours, entry={"type": "date", "text": "When did it end?"}) == (
        "when_did_it_end"
    )
    assert add_competency(questionnaire=ours, key="reliability") == "reliability"
    assert add_competency(questionnaire=ours, key="reliability") == "reliability_2"
    assert ids(ours) == ["led", "quality", "reliability", "reliability_2", "strengths", "when_did_it_end"]
    with pytest.raises(LookupError):
        add_competency(questionnaire=ours, key="nobody_knows")


def test_a_competency_is_added_in_all_languages(rita: Membership) -> None:
    ours = made(rita, LED)
    add_language(questionnaire=ours, language="de", now=NOW)
    add_competency(questionnaire=ours, key="reliability")
    german = draft(ours).translations[0].questions
    library = next(competency for competency in builtin.competencies("de") if competency.key == "reliability")
    assert (german[0]["text"], german[1]["text"]) == ("", library.text)
    assert gaps(draft(ours).entries, german) == 1


def test_a_change_keeps_id_and_type_and_needs_the_current_revision(
    rita: Membership,
) -> None:
    ours = made(rita, LED, SIZE)
    before = draft(ours).source.revision
    change_question(
        questionnaire=ours,
        question_id="led",
        entry={**LED, "id": "other", "type": "date", "text": "Led?", "comment": True},
        revision=before,
    )
    assert draft(ours).entries[0] | {"comment": True} == plain({**LED, "text": "Led?"})[0]
    with pytest.raises(StaleDraft):
        change_question(questionnaire=ours, question_id="led", entry=LED, revision=before)
    assert draft(ours).entries[0]["text"] == "Led?"


def test_a_change_that_breaks_a_condition_is_rejected(rita: Membership) -> None:
    ours = made(rita, LED, SIZE, {**STRENGTHS, "when": {"question": "size", "is": ["large"]}})
    other = {**SIZE, "choices": [{"value": "small", "label": "Few"}, {"value": "huge", "label": "Many"}]}
    with pytest.raises(QuestionError, match="depends on the answer “large”"):
        change_question(questionnaire=ours, question_id="size", entry=other, revision=0)
    assert (draft(ours).entries[1]["choices"], draft(ours).source.revision) == (SIZE["choices"], 0)


def test_a_question_cannot_move_past_one_it_depends_on(rita: Membership) -> None:
    ours = made(rita, LED, SIZE, STRENGTHS)
    assert move_question(questionnaire=ours, question_id="strengths", by=UP, revision=0) == 2
    assert ids(ours) == ["led", "strengths", "size"]
    assert move_question(questionnaire=ours, question_id="led", by=UP, revision=1) == 1
    assert move_question(questionnaire=ours, question_id="size", by=UP, revision=1) == 2
    with pytest.raises(ConditionConflict):
        move_question(questionnaire=ours, question_id="size", by=UP, revision=2)
    assert ids(ours) == ["led", "size", "strengths"]
    assert move_question(questionnaire=ours, question_id="led", by=DOWN, revision=2, drop_condition=True) == 2
    assert [(entry["id"], entry.get("when")) for entry in draft(ours).entries][:2] == [
        ("size", None),
        ("led", None),
    ]


def test_deleting_a_question_keeps_or_deletes_its_dependants(rita: Membership) -> None:
    deeper = {**STRENGTHS, "when": {"question": "size", "is": ["large"]}}
    ours = made(rita, LED, SIZE, deeper)
    with pytest.raises(HasDependants):
        remove_question(questionnaire=ours, question_id="led", revision=0)
    assert ids(ours) == ["led", "size", "strengths"]
    remove_question(questionnaire=ours, question_id="led", revision=0, with_dependants=False)
    assert [(entry["id"], "when" in entry) for entry in draft(ours).entries] == [
        ("size", False),
        ("strengths", True),
    ]
    other = made(rita, LED, SIZE, deeper, rating("quality", "Quality"))
    remove_question(questionnaire=other, question_id="led", revision=0, with_dependants=True)
    assert ids(other) == ["quality"]


def test_a_duplicated_question_keeps_its_translation(rita: Membership) -> None:
    ours = made(rita, LED, STRENGTHS)
    add_language(questionnaire=ours, language="de", now=NOW)
    save_texts(questionnaire=ours, language="de", texts={"led": {"text": "Geführt?"}}, revision=0)
    assert duplicate_question(questionnaire=ours, question_id="led", revision=0) == "led_2"
    assert ids(ours) == ["led", "led_2", "strengths"]
    assert [entry["text"] for entry in draft(ours).translations[0].questions] == ["Geführt?", "Geführt?", ""]


def test_translations_change_only_texts_and_need_the_current_revision(rita: Membership) -> None:
    ours = made(rita, LED, SIZE)
    row = add_language(questionnaire=ours, language="de", now=NOW)
    assert add_language(questionnaire=ours, language="de", now=NOW).pk == row.pk
    texts = {
        "size": {"text": "Wie groß?", "choices.small.label": "Bis fünf", "value": "x"},
        "gone": {"text": "?"},
    }
    save_texts(questionnaire=ours, language="de", texts=texts, revision=0)
    with pytest.raises(StaleDraft):
        save_texts(questionnaire=ours, language="de", texts={"led": {"text": "Nein"}}, revision=0)
    german = draft(ours).translations[0]
    size = german.questions[1]
    assert (size["text"], size["choices"], size["when"]) == (
        "Wie groß?",
        [{"value": "small", "label": "Bis fünf"}, {"value": "large", "label": ""}],
        SIZE["when"],
    )
    remove_language(questionnaire=ours, language="de", revision=1)
    assert draft(ours).translations == ()


def test_publishing_freezes_the_version_and_is_audited(rita: Membership) -> None:
    ours = made(rita, LED)
    assert selectable_questionnaires(rita.organisation) == []
    assert published(ours, rita) == 1
    assert (DRAFTS.find(ours), [q.pk for q in selectable_questionnaires(rita.organisation)]) == (
        None,
        [ours.pk],
    )
    version = current_version(ours, language="en")
    assert version is not None
    assert (version.published_at, version.published_by, version.reason) == (NOW, rita, "")
    assert AuditEntry.objects.of(rita.organisation).get(action="questionnaire.published").details == {
        "questionnaire": ours.pk,
        "version": 1,
        "languages": ["en"],
    }
    with pytest.raises(NoDraft):
        publish(questionnaire=ours, revision=0, reason="", without=[], by=rita, now=NOW)
    begun = DRAFTS.begin(ours, now=NOW).revision
    change_question(questionnaire=ours, question_id="led", entry={**LED, "text": "Other?"}, revision=begun)
    version.refresh_from_db()
    assert version.questions == plain(LED)


def test_a_page_of_an_earlier_draft_publishes_nothing(rita: Membership) -> None:
    ours = made(rita, LED)
    first = draft(ours).revision
    published(ours, rita)
    DRAFTS.begin(ours, now=NOW)
    with pytest.raises(StaleDraft):
        published(ours, rita, revision=first)
    discarded = draft(ours).revision
    DRAFTS.discard(ours, revision=discarded, by=rita, now=NOW)
    DRAFTS.begin(ours, now=NOW)
    with pytest.raises(StaleDraft):
        published(ours, rita, revision=discarded)


def test_a_second_click_on_publish_publishes_no_second_version(rita: Membership) -> None:
    ours = made(rita, LED)
    add_language(questionnaire=ours, language="de", now=NOW)
    seen = draft(ours).revision
    assert published(ours, rita, without=["de"]) == 1
    with pytest.raises(StaleDraft):  # German is in a draft of version 2
        published(ours, rita, revision=seen, without=["de"])


def test_an_empty_or_stale_draft_is_not_published(rita: Membership) -> None:
    ours = made(rita)
    with pytest.raises(NoQuestions):
        published(ours, rita)
    add_question(questionnaire=ours, entry=LED)
    with pytest.raises(StaleDraft):
        published(ours, rita, revision=0)
    assert audited(rita) == []


def test_more_than_eight_competencies_need_a_reason(rita: Membership) -> None:
    ours = made(rita, *(rating(f"c{n}", f"Competency {n}") for n in range(9)))
    for reason in ("", "   "):
        with pytest.raises(NeedsReason):
            published(ours, rita, reason=reason)
    published(ours, rita, reason=" A board role. ")
    version = current_version(ours, language="en")
    assert version is not None
    assert version.reason == "A board role."


def test_an_incomplete_translation_blocks_publishing_or_is_left_out(rita: Membership) -> None:
    ours = made(rita, LED, STRENGTHS)
    add_language(questionnaire=ours, language="de", now=NOW)
    add_language(questionnaire=ours, language="fr", now=NOW)
    save_texts(questionnaire=ours, language="de", texts={"led": {"text": "Geführt?"}}, revision=0)
    french = {"led": {"text": "Dirigé ?"}, "strengths": {"text": "Points forts ?"}}
    save_texts(questionnaire=ours, language="fr", texts=french, revision=0)
    with pytest.raises(NotTranslated) as wrong:
        published(ours, rita)
    assert wrong.value.languages == ("de",)
    assert published(ours, rita, without=["de", "fr"]) == 1
    rows = QuestionnaireVersion.objects.of(rita.organisation).filter(published_at__isnull=False)
    assert sorted(rows.values_list("number", "language")) == [(1, "en"), (1, "fr")]
    rest = draft(ours)
    assert [(row.number, row.language) for row in rest.rows] == [(2, "en"), (2, "fr"), (2, "de")]
    assert [entry["text"] for entry in rest.rows[2].questions] == ["Geführt?", ""]
    parse(rest.rows[1].questions)


def test_archived_questionnaires_are_not_offered_and_can_be_restored(rita: Membership) -> None:
    ours = made(rita, LED)
    published(ours, rita)
    assert archive(questionnaire=ours, by=rita, now=NOW) is True
    assert archive(questionnaire=ours, by=rita, now=NOW) is False
    ours.refresh_from_db()
    assert (ours.archived_at, selectable_questionnaires(rita.organisation)) == (NOW, [])
    with pytest.raises(NotEditable):
        DRAFTS.begin(ours, now=NOW)
    assert DRAFTS.set_archived(ours, archived=False, by=rita, now=NOW) is True
    assert [q.pk for q in selectable_questionnaires(rita.organisation)] == [ours.pk]
    assert audited(rita) == [
        "questionnaire.published",
        "questionnaire.archived",
        "questionnaire.restored",
    ]


def test_discarding_a_draft_deletes_only_unpublished_questionnaires(rita: Membership) -> None:
    never, ours = made(rita, LED), made(rita, LED)
    published(ours, rita)
    begun = DRAFTS.begin(ours, now=NOW)
    assert DRAFTS.discard(ours, revision=begun.revision, by=rita, now=NOW) is True
    assert DRAFTS.discard(never, revision=0, by=rita, now=NOW) is False
    assert list(Questionnaire.objects.of(rita.organisation)) == [ours]
    assert current_version(ours, language="en") is not None

"""Judgement sets of an organisation: created, changed, translated, published; versions never change."""

from typing import Any

import pytest

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.catalogue import drafts
from goodword.assessments.kinds.judgement import drafts as judgement_drafts
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.drafts import (
    DOWN,
    UP,
    add_language,
    add_situation,
    change_details,
    change_situation,
    duplicate_set,
    move_situation,
    remove_language,
    remove_situation,
    save_texts,
)
from goodword.assessments.kinds.judgement.editor import KeyedAction, changes, count_untranslated, texts_of
from goodword.assessments.models import Test, TestVersion
from goodword.assessments.queries import content_of
from goodword.drafts.versions import NoLanguage, NotEditable, StaleDraft
from tests.assessments.judgement.support import (
    CALL,
    LATE,
    NOW,
    SORRY,
    built_in,
    content,
    draft,
    own,
    published,
    revision,
    situations,
)
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme Bikes"))


def publish(test: Test, by: Membership) -> str:
    return judgement_drafts.publish_set(
        test=test, revision=revision(test), key_by="Ana Ruiz.", key_how="She rated all.", by=by, now=NOW
    )


def rows(test: Test) -> list[Any]:
    return list(TestVersion.objects.of(test.organisation).filter(test=test).order_by("pk").values())


def test_a_copy_has_all_languages_and_names_its_source(rita: Membership) -> None:
    theirs = built_in(rita.organisation)
    made = duplicate_set(test=theirs, by=rita, now=NOW)
    there = draft(made)
    assert [row.language for row in there.rows] == ["en", "de"]
    assert made.title == "Situations in a shop (copy)"
    assert there.content["source"] == (
        "Written for Goodword. Changed by Acme Bikes, from version 1 of “Situations in a shop”."
    )
    assert there.content["situations"] == content()["situations"]
    assert there.content["id"] == there.translations[0].content["id"] != "judgement_shop"
    assert drafts.DRAFTS.find(theirs) is None


def test_the_organisations_own_language_leads_a_copy() -> None:
    rita = factories.member(factories.organisation(language="de"))
    made = duplicate_set(test=built_in(rita.organisation), by=rita, now=NOW)
    assert [row.language for row in draft(made).rows] == ["de", "en"]


def test_only_judgement_sets_are_copied_as_such(rita: Membership) -> None:
    other = Test.objects.create(
        organisation=rita.organisation, kind="scales", key="x", title="X", created_at=NOW
    )
    with pytest.raises(LookupError):
        duplicate_set(test=other, by=rita, now=NOW)


def test_built_in_sets_cannot_be_edited(rita: Membership) -> None:
    with pytest.raises(NotEditable):
        drafts.DRAFTS.begin(built_in(rita.organisation), now=NOW)


def test_a_changed_action_keeps_its_id_and_a_new_one_gets_its_own(rita: Membership) -> None:
    test = own(rita, LATE)
    (situation,) = situations(test)
    first, second = situation["actions"]
    change_situation(
        test=test,
        situation_id=situation["id"],
        text="Later still.",
        actions=[
            KeyedAction(id=second["id"], text="Ask them to wait.", effectiveness=3.5, reason="It is honest."),
            KeyedAction(
                id="not_one_of_this_set", text="Offer coffee.", effectiveness=3, reason="It is kind."
            ),
        ],
        revision=revision(test),
    )
    (after,) = situations(test)
    assert (after["id"], after["text"]) == (situation["id"], "Later still.")
    assert [action["text"] for action in after["actions"]] == ["Ask them to wait.", "Offer coffee."]
    assert after["actions"][0]["id"] == second["id"]
    assert after["actions"][1]["id"] not in {first["id"], second["id"], "not_one_of_this_set"}


def test_situations_move_by_one_place_and_stay_at_the_ends(rita: Membership) -> None:
    test = own(rita, "one", "two", "three")
    one, two, three = (situation["id"] for situation in situations(test))
    assert move_situation(test=test, situation_id=three, by=UP, revision=revision(test)) == 2
    assert [situation["id"] for situation in situations(test)] == [one, three, two]
    assert move_situation(test=test, situation_id=two, by=DOWN, revision=revision(test)) == 3
    assert [situation["id"] for situation in situations(test)] == [one, three, two]
    remove_situation(test=test, situation_id=three, revision=revision(test))
    assert [situation["id"] for situation in situations(test)] == [one, two]
    with pytest.raises(KeyError):
        remove_situation(test=test, situation_id=three, revision=revision(test))


def test_the_second_of_two_tabs_changes_nothing(rita: Membership) -> None:
    test = own(rita, LATE)
    (situation,) = situations(test)
    seen = revision(test)
    change_details(test=test, name="First", instructions="a", construct="b", revision=seen)
    before = rows(test)
    late: list[Any] = [
        lambda: change_details(test=test, name="Second", instructions="a", construct="b", revision=seen),
        lambda: add_situation(test=test, text="x", actions=[CALL, SORRY], revision=seen),
        lambda: change_situation(
            test=test, situation_id=situation["id"], text="x", actions=[CALL, SORRY], revision=seen
        ),
        lambda: move_situation(test=test, situation_id=situation["id"], by=UP, revision=seen),
        lambda: remove_situation(test=test, situation_id=situation["id"], revision=seen),
        lambda: add_language(test=test, language="de", revision=seen, now=NOW),
        lambda: drafts.DRAFTS.discard(test, revision=seen, by=rita, now=NOW),
        lambda: judgement_drafts.publish_set(
            test=test, revision=seen, key_by="x", key_how="y", by=rita, now=NOW
        ),
    ]
    for act in late:
        with pytest.raises(StaleDraft):
            act()
    assert rows(test) == before


def test_a_published_version_has_the_basis_of_its_key_and_never_changes(rita: Membership) -> None:
    test = own(rita, LATE)
    assert publish(test, rita) == "1"
    (row,) = drafts.DRAFTS.newest(test)
    whole = content_of(row)
    assert isinstance(whole, JudgementSet)
    assert whole.key_basis == "Key set by Ana Ruiz. She rated all."
    assert [action.effectiveness for action in whole.actions] == [4.5, 2]
    assert row.published_by == rita
    frozen = rows(test)
    drafts.DRAFTS.begin(test, now=NOW)
    change_details(test=test, name="Another", instructions="a", construct="b", revision=revision(test))
    assert publish(test, rita) == "2"
    assert rows(test)[:1] == frozen
    assert [version.number for version in drafts.DRAFTS.newest(test)] == ["2"]
    test.refresh_from_db()
    assert test.title == "Another"
    entries = AuditEntry.objects.of(rita.organisation).filter(action="test.published").order_by("pk")
    assert [(entry.details["version"], entry.details["key_set_by"]) for entry in entries] == [
        ("1", "Ana Ruiz."),
        ("2", "Ana Ruiz."),
    ]


def test_a_set_without_a_situation_is_not_published(rita: Membership) -> None:
    test = own(rita)
    with pytest.raises(judgement_drafts.NoSituations):
        publish(test, rita)
    assert drafts.DRAFTS.newest(test) == []


def test_a_translation_follows_the_source_and_keeps_the_words_it_has(rita: Membership) -> None:
    test = own(rita, "one", "two")
    first, second = situations(test)
    add_language(test=test, language="de", revision=revision(test), now=NOW)
    texts = {place: f"de {text}" for place, text in texts_of(draft(test).content).items()}
    save_texts(test=test, language="de", texts=texts, revision=revision(test))
    change_situation(
        test=test,
        situation_id=first["id"],
        text="one",
        actions=[
            KeyedAction(id=first["actions"][1]["id"], text=SORRY.text, effectiveness=1, reason=SORRY.reason),
            CALL,
        ],
        revision=revision(test),
    )
    move_situation(test=test, situation_id=second["id"], by=UP, revision=revision(test))
    source, german = (row.content for row in draft(test).rows)
    assert german["language"] == "de"
    assert german["response_scale"][0]["label"] == "Nicht geeignet"
    shapes = [
        [
            (situation["id"], [(a["id"], a["effectiveness"]) for a in situation["actions"]])
            for situation in each["situations"]
        ]
        for each in (source, german)
    ]
    assert shapes[0] == shapes[1]
    assert [situation["text"] for situation in german["situations"]] == ["de two", "de one"]
    assert [action["text"] for action in german["situations"][1]["actions"]] == [f"de {SORRY.text}", ""]
    assert count_untranslated(source, german) == 2


def test_a_language_with_empty_texts_stays_in_the_draft_of_the_next_version(rita: Membership) -> None:
    test = own(rita, LATE)
    add_language(test=test, language="de", revision=revision(test), now=NOW)
    save_texts(test=test, language="de", texts={"name": "In der Werkstatt"}, revision=revision(test))
    assert publish(test, rita) == "1"
    assert [row.language for row in drafts.DRAFTS.newest(test)] == ["en"]
    left = draft(test)
    assert [(row.number, row.language) for row in left.rows] == [("2", "en"), ("2", "de")]
    assert left.translations[0].content["name"] == "In der Werkstatt"
    assert left.content["version"] == "2"
    texts = {place: f"de {text}" for place, text in texts_of(left.content).items()}
    save_texts(test=test, language="de", texts=texts, revision=revision(test))
    assert publish(test, rita) == "2"
    whole = [content_of(row) for row in drafts.DRAFTS.newest(test)]
    assert [(one.language, one.version) for one in whole if isinstance(one, JudgementSet)] == [
        ("en", "2"),
        ("de", "2"),
    ]


def test_the_source_language_is_not_a_translation(rita: Membership) -> None:
    test = own(rita, LATE)
    with pytest.raises(NoLanguage):
        save_texts(test=test, language="en", texts={}, revision=revision(test))
    with pytest.raises(NoLanguage):
        remove_language(test=test, language="en", revision=revision(test))
    add_language(test=test, language="fr", revision=revision(test), now=NOW)
    remove_language(test=test, language="fr", revision=revision(test))
    assert [row.language for row in draft(test).rows] == ["en"]


def test_discarding_a_draft_keeps_the_published_version(rita: Membership) -> None:
    test = published(rita)
    before = rows(test)
    drafts.DRAFTS.begin(test, now=NOW)
    assert drafts.DRAFTS.discard(test, revision=revision(test), by=rita, now=NOW)
    assert rows(test) == before
    never = own(rita, LATE)
    assert not drafts.DRAFTS.discard(never, revision=revision(never), by=rita, now=NOW)
    assert not Test.objects.of(rita.organisation).filter(pk=never.pk).exists()


def test_changes_are_listed_keys_first(rita: Membership) -> None:
    before, after = content(), content()
    after["situations"][0]["actions"][0]["effectiveness"] = 4.0
    after["situations"][1]["text"] = "Another situation"
    after["situations"].append({"id": "s3", "text": "New", "actions": []})
    assert changes(before, after) == [
        "Key of “Action 1 of 1” changed from 1.5 to 4.",
        "1 situation added.",
        "1 text reworded.",
    ]
    assert changes(before, content()) == []

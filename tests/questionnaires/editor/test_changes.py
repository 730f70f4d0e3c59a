"""Differences between two versions in words."""

from goodword.questionnaires.editor.descriptions import changes
from tests.questionnaires.editor.support import LED, SIZE, STRENGTHS, plain, rating


def test_identical_versions_have_no_changes() -> None:
    same = plain(LED, SIZE, STRENGTHS)
    assert changes({"en": same, "de": same}, {"en": same, "de": same}) == []


def test_every_kind_of_change_is_described() -> None:
    before = plain(LED, SIZE, STRENGTHS, rating("quality", "Quality"))
    after = plain(
        rating("quality", "Quality", help="Think of results."),
        {**LED, "text": "Has {candidate} led people?", "required": False},
        {**SIZE, "when": None, "only_for": ["manager", "client"]},
        {"id": "team", "type": "number", "text": "How many?"},
    )
    assert changes({"en": before}, {"en": after}) == [
        "“What does {candidate} do well?” was removed.",
        "The help of “How was quality?” has changed.",
        "“Did {candidate} lead people?” now reads “Has {candidate} led people?”.",
        "“Has {candidate} led people?” is now optional.",
        "“How large was the team?” is now only for: Manager or Client.",
        "“How large was the team?” is now always asked.",
        "“How many?” was added as question 4.",
        "“How was quality?” has moved from position 4 to 1.",
    ]


def test_changed_languages_and_translations_are_listed() -> None:
    english = plain(LED)
    german = [{**english[0], "text": "Alt"}]
    other = [{**english[0], "text": "Neu"}]
    assert changes({"en": english, "de": german}, {"en": english, "de": other, "fr": other}) == [
        "1 text in German has changed.",
        "French was added.",
    ]
    assert changes({"en": english, "de": german}, {"en": english}) == ["German was removed."]

"""The organisation's custom first line of a note."""

import pytest

from goodword.greenhouse.activity_feed.wording import BadWording, clean_wording, render_line
from tests.greenhouse.activity_feed.story import open_story
from tests.greenhouse.world import World

VALUES = {"step": "Assessment", "candidate": "Ada {role} Lovelace", "role": "Clerk", "outcome": "completed"}


def test_an_empty_custom_line_means_the_default() -> None:
    assert render_line("", VALUES) == "Assessment for Ada {role} Lovelace completed."


def test_a_brace_in_a_name_is_not_a_placeholder() -> None:
    assert render_line("{candidate}: {role}", VALUES) == "Ada {role} Lovelace: Clerk"


def test_the_custom_line_is_stored_as_one_line() -> None:
    assert clean_wording("  {step}\n done\tfor {candidate} ") == "{step} done for {candidate}"
    assert clean_wording(" \n ") == ""


@pytest.mark.parametrize(
    ("wording", "sentence"),
    [
        (
            "{step} scored {score}",
            "{score} is not a placeholder. You can use {step}, {candidate}, {role}, {outcome}.",
        ),
        (
            "{step} {",
            "Unmatched brace. Braces are only for {step}, {candidate}, {role}, {outcome}.",
        ),
        ("Done", "Include {step} or {candidate}, so readers know what the note is about."),
        ("{step}" + "x" * 300, "Keep it under 300 characters: it has 306."),
    ],
)
def test_an_invalid_custom_line_is_refused_with_the_reason(wording: str, sentence: str) -> None:
    with pytest.raises(BadWording) as caught:
        clean_wording(wording)
    assert str(caught.value) == sentence


def test_a_note_uses_the_custom_line(world: World) -> None:
    world.organisation.note_wording = "{step} ({role}): {outcome}"
    world.organisation.save()
    story = open_story(world)
    story.try_to_post()
    assert (story.notes()[0].body or "").splitlines()[0] == (
        f"Reference check ({world.role.title}): completed: 2 of 2 references are in"
    )

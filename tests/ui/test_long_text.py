"""Texts with a limit: counted like the browser's counter, and kept if too long."""

import pytest
from django import forms

from goodword.ui.fields import LongTextField


class TextForm(forms.Form):
    text = LongTextField(longest=10, help_text="In a few words.")


def form_of(typed: str | None) -> TextForm:
    return TextForm(None if typed is None else {"text": typed})


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x" * 10, ""),
        ("ab\r\ncd\r\nefgh", ""),
        ("  " + "x" * 10 + "\r\n", ""),
        ("👩🏽‍🔬" * 2 + "xx", ""),
        ("e\u0301" * 10, ""),
        ("x" * 11, "This is 1 character over the limit of 10. Please shorten it."),
        ("x" * 1_234, "This is 1,224 characters over the limit of 10. Please shorten it."),
    ],
)
def test_characters_are_counted_after_cleaning(typed: str, problem: str) -> None:
    form = form_of(typed)
    assert [str(error) for error in form.errors.get("text", [])] == ([problem] if problem else [])


def test_text_over_the_limit_is_kept_uncut() -> None:
    page = str(form_of("y" * 40)["text"].as_field_group())
    assert "y" * 40 in page
    assert "maxlength" not in page


def test_the_limit_is_stated_and_describes_the_input() -> None:
    page = str(form_of(None)["text"].as_field_group())
    assert "At most 10 characters" in page
    assert 'aria-describedby="id_text_helptext id_text_count"' in page

"""Any text prints and stays text; unprintable characters are shown and reported."""

import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodword.assessments import phrases as assessments
from goodword.assessments.kinds.registry import kind_named
from goodword.assessments.models import Test
from goodword.core.text import isolate, isolate_within
from goodword.references import phrases as references
from goodword.reports.pdf.fonts import load_fonts
from goodword.reports.pdf.render import render_pdf
from goodword.reports.pdf.text import BREAK, MOST_MARKS, SILENT_BREAK, Printer, narrow
from goodword.reports.phrases import PHRASES, all_phrases

from .reading import read, tags_of, text_of
from .samples import assessment, reference_check

# A hieroglyph, which none of the fonts has.
UNKNOWN = "\U00013000"


def printer() -> Printer:
    return Printer(load_fonts().coverage)


def with_texts(name: str, comment: str) -> dict[str, Any]:
    snapshot: Any = reference_check(1, name=name, comments=[comment])
    snapshot["organisation"] = {**snapshot["organisation"], "name": name}
    snapshot["role"] = {"title": name}
    snapshot["check"]["references"][0]["referee"] |= {"name": name, "company": name}
    return dict(snapshot)


@pytest.mark.matrix
@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Dvořák",
        "Nguyễn Thị Minh Khai",
        "Ελένη Παπαδοπούλου",
        "Олександра Шевченко",
        "محمد بن سلمان",
        "علی‌رضا پهلوی",
        "שָׁלוֹם כהן",
        "अनुष्का शर्मा",
        "สมชาย ใจดี",
    ],
)
def test_a_name_in_a_script_of_the_packages_prints_whole(name: str) -> None:
    assert render_pdf(with_texts(name, name)).replaced == ()


@pytest.mark.slow
def test_a_character_without_a_font_is_replaced_and_listed() -> None:
    rendered = render_pdf(with_texts(f"Ana {UNKNOWN}", "Good."))
    assert rendered.replaced == ("U+13000 EGYPTIAN HIEROGLYPH A001",)
    text = text_of(rendered)
    assert "Ana [U+13000]" in text
    assert "cannot be printed" in text


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Bring🦄!", "Bring[unicorn face]!"),
        ("👩🏽‍🦄", "[woman][unicorn face]"),
        ("❤️", "❤"),
        ("1️⃣", "1"),
        ("김민수", "[gim min su]"),
        ("漢字", "[U+6F22 U+5B57]"),
        ("\U000e0041\u00ada\u202eb\ufeff\x00\x07c", "abc"),
        ("a\u200db\u200cc", "abc"),
        ("Ame\u0301lie", "Amélie"),
        ("one\r\ntwo\u2028three\tfour", "one\ntwo\nthree four"),
        ("\ue000", "[U+E000]"),
        ("\ud800", "[U+D800]"),
        ("a\u3000b", "a b"),
    ],
)
def test_missing_characters_are_replaced_by_readable_names(written: str, printed: str) -> None:
    packages_only = tuple(
        covered
        for family, covered in zip(load_fonts().families, load_fonts().coverage, strict=True)
        if not family.startswith(("Droid", "DejaVu", "Noto Sans CJK", "Source Han", "WenQuanYi"))
    )
    assert Printer((*packages_only, frozenset({0x2764}))).clean(written) == printed


def test_marks_beyond_a_limit_on_one_character_are_dropped_and_listed() -> None:
    one = printer()
    assert one.clean("e" + "\u0301" * 10_000 + "!") == "é" + "\u0301" * MOST_MARKS + "!"
    assert list(one.replaced) == ["U+0301 COMBINING ACUTE ACCENT"]


def test_joiners_are_kept_in_scripts_that_need_them() -> None:
    assert printer().clean("علی‌رضا") == "علی‌رضا"


def test_a_right_to_left_name_is_set_apart_from_the_words_around_it() -> None:
    assert isolate("محمد") == "\u2068محمد\u2069"
    assert isolate("Maren") == "Maren"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Can one rely on محمد? 1", "Can one rely on \u2068محمد\u2069? 1"),
        ("محمد keeps promises.", "\u200e\u2068محمد\u2069 keeps promises."),
        ("“محمد” keeps promises.", "\u200e“\u2068محمد\u2069” keeps promises."),
        ("هل يفي محمد بوعوده؟", "هل يفي محمد بوعوده؟"),
        ("Can one rely on Maren?", "Can one rely on Maren?"),
    ],
)
def test_a_right_to_left_name_in_a_question_moves_no_other_word(text: str, shown: str) -> None:
    assert isolate_within(text, "محمد") == shown


@pytest.mark.slow
def test_a_comment_is_marked_with_its_language() -> None:
    snapshot: Any = reference_check(4, comments=["Gut.", "هي زميلة ممتازة.", "שרה מצוינת.", "Good."])
    comments = snapshot["check"]["questions"][-1]["comments"]
    comments[0]["language"] = "de-AT"
    marked = [str(node["/Lang"]) for _, node in tags_of(render_pdf(snapshot)) if "/Lang" in node]
    assert list(dict.fromkeys(marked)) == ["de", "ar", "he"]


def test_a_run_without_spaces_can_break() -> None:
    assert printer().clean("x" * 80) == "x" * 36 + BREAK + "x" * 36 + BREAK + "x" * 8
    assert printer().clean("é" * 40 + "я" * 40).replace(BREAK, "") == "é" * 40 + "я" * 40


def test_cells_of_very_long_words_break_in_the_way_that_has_no_limit() -> None:
    assert (narrow("x" * 25), narrow("x" * 5_000).count(SILENT_BREAK)) == (
        f"{'x' * 12}{SILENT_BREAK}{'x' * 12}{SILENT_BREAK}x",
        0,
    )


@pytest.mark.slow
def test_long_words_in_tables_are_found_whole() -> None:
    """Screen readers and searches took a break for the end of a word."""
    word, snapshot = "Zuverlässigkeit", reference_check(2)
    snapshot["check"]["questions"][0]["text"] = word
    text = text_of(render_pdf(snapshot))
    assert text.count(word) == 2  # a table and the list of questions
    assert SILENT_BREAK not in text


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize(
    "text",
    [
        '#import "@preview/x:0.1.0": *',
        "$x^2$ #panic() *bold* _it_ `raw` <label> @ref \\u{41} = Heading",
        "<script>alert(1)</script> &amp; %PDF-1.7 endobj",
        '"quoted" \\" {braces} {0} {name} %s',
    ],
)
def test_markup_prints_as_text(text: str) -> None:
    rendered = render_pdf(with_texts(text, text))
    assert text_of(rendered).count(text) >= 3


@pytest.mark.slow
def test_a_hundred_thousand_characters_print() -> None:
    rendered = render_pdf(with_texts("x" * 100_000, "word " * 10_000 + "y" * 50_000 + UNKNOWN))
    assert text_of(rendered).count("y") > 50_000
    assert rendered.replaced == ("U+13000 EGYPTIAN HIEROGLYPH A001",)


@pytest.mark.slow
def test_long_texts_are_never_lost() -> None:
    long = "word " * 1100 + "END"
    snapshot: Any = reference_check(2, comments=[long, long])
    for question in snapshot["check"]["questions"]:
        question["text"] = long
        for level in question.get("levels", ()):
            level["example"] = long
    headings, asked, examples, comments = 4, 6, 10, 2
    assert text_of(render_pdf(snapshot)).count("END") == headings + asked + examples + comments
    taken: Any = assessment()
    for scale in taken["assessment"]["tests"][0]["scales"]:
        scale["description"] = long
    taken["assessment"]["tests"][0]["sheet"] = dict.fromkeys(("reliability", "validity", "limits"), long)
    assert text_of(render_pdf(taken)).count("END") == 5 + 3


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=ANY_TEXT, comment=ANY_TEXT)
def test_any_text_at_all_gives_a_file(name: str, comment: str) -> None:
    rendered = render_pdf(with_texts(name, comment))
    assert len(read(rendered).pages) >= 1


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_cleaning_leaves_only_what_a_font_can_draw(text: str) -> None:
    everything = frozenset().union(*load_fonts().coverage)
    cleaned = printer().clean(text)
    assert {c for c in cleaned if ord(c) not in everything and c not in "\n\u200b\u200c\u200d"} == set()


def test_the_words_of_the_report_need_no_cleaning() -> None:
    for language in PHRASES:
        for phrase in all_phrases(language).values():
            one = printer()
            assert one.clean(phrase).replace(BREAK, "") == phrase
            assert one.replaced == {}


def test_every_language_has_the_same_phrases_with_the_same_places() -> None:
    places = {
        language: {
            key: set(re.findall(r"{(\w+)}", phrase)) - {"n"} for key, phrase in all_phrases(language).items()
        }
        for language in PHRASES
    }
    assert places == dict.fromkeys(places, places["en"])


def test_packages_do_not_share_a_key() -> None:
    catalogues = [PHRASES, references.PHRASES, assessments.PHRASES]
    catalogues += [kind_named(name).report.phrases for name in Test.Kind]
    assert sum(len(catalogue["en"]) for catalogue in catalogues) == len(all_phrases("en"))


def test_rendering_leaves_the_snapshot_as_it_was() -> None:
    snapshot = assessment(name=f"Ana {UNKNOWN}")
    before = deepcopy(snapshot)
    render_pdf(snapshot)
    assert snapshot == before

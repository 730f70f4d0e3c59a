"""The parts of rendering: accent, logo, fonts, shape, layout."""

import base64
import random
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from goodword.core.report_blocks import Block, BlockLink, Details, Drawing, Drawings, Prose, Section
from goodword.reports.pdf.fonts import load_fonts
from goodword.reports.pdf.logo import can_be_drawn, usable_logo
from goodword.reports.pdf.render import MOST_REPLACED, _section, page_content, readable_accent, render_pdf
from goodword.reports.pdf.snapshot import SnapshotError, check_snapshot
from goodword.reports.pdf.text import _PLAIN
from goodword.ui.colour import GREEN, contrast

from .reading import tags_of
from .samples import assessment, reference_check


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 2, height: int = 1) -> bytes:
    rows = b"".join(b"\x00" + b"\x10\x60\x50" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path d="M0 0h40v10H0z" fill="#0e6b57"/></svg>'


def test_a_readable_accent_is_kept() -> None:
    assert readable_accent("#0e6b57") == "#0e6b57"


@pytest.mark.parametrize("accent", ["#f5c400", "#ffffff", "#7fd3c4", "#ff0000"])
def test_a_light_accent_is_darkened_until_readable(accent: str) -> None:
    assert 4.5 <= contrast(readable_accent(accent), "#ffffff") < 5


@pytest.mark.parametrize("accent", ["", "green", "#fff", "#12345g", "#123456; x"])
def test_an_invalid_colour_becomes_green(accent: str) -> None:
    assert readable_accent(accent) == GREEN


@pytest.mark.parametrize(("raw", "form"), [(png(), "png"), (SVG, "svg")])
def test_a_usable_logo_is_on_the_report(raw: bytes, form: str) -> None:
    logo = usable_logo(encoded(raw))
    assert logo is not None
    assert logo.format == form
    snapshot: Any = reference_check()
    snapshot["organisation"] = {**snapshot["organisation"], "logo": encoded(raw)}
    figures = [node["/Alt"] for kind, node in tags_of(render_pdf(snapshot)) if kind == "/Figure"]
    assert figures[0] == "Northwind Instruments logo"


@pytest.mark.matrix
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a",
        b"<html></html>",
        b"<svg",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        png()[:40],
        png(1, 1)[:16] + struct.pack(">II", 60_000, 60_000) + png(1, 1)[24:],
        b"\xff\xd8\xff\xe0 no picture",
        SVG.replace(b"<path", b"<text>Northwind</text><path"),
        SVG + b" " * 2_100_000,
    ],
)
def test_a_report_is_drawn_without_an_unusable_logo(raw: bytes) -> None:
    assert usable_logo(encoded(raw)) is None
    snapshot: Any = reference_check()
    plain = render_pdf(snapshot).bytes
    snapshot["organisation"] = {**snapshot["organisation"], "logo": encoded(raw)}
    assert render_pdf(snapshot).bytes == plain


@pytest.mark.world
def test_the_largest_stored_logo_is_on_the_report() -> None:
    """1200 by 240 pixels that can't be compressed."""
    noise = random.Random(1)
    rows = b"".join(b"\x00" + noise.randbytes(1200 * 4) for _ in range(240))
    header = struct.pack(">IIBBBBB", 1200, 240, 8, 6, 0, 0, 0)
    raw = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    assert len(raw) > 1_150_000
    assert can_be_drawn(raw)


def test_a_logo_that_could_not_be_checked_counts_as_usable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not can_be_drawn(b"no picture")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert can_be_drawn(b"another")
    monkeypatch.undo()
    assert not can_be_drawn(b"another")


def test_a_logo_that_is_not_base64_is_left_out() -> None:
    assert usable_logo("not base64!") is None


def test_inter_comes_first() -> None:
    assert load_fonts().families[:2] == ("Inter", "Noto Sans")


def test_the_text_font_has_all_that_counts_as_plain() -> None:
    plain = {code for code in range(0x20, 0x2100) if _PLAIN.fullmatch(chr(code))}
    assert plain - load_fonts().coverage[0] == set()


def test_fonts_do_not_cover_characters_that_the_standard_forbids() -> None:
    everything = frozenset().union(*load_fonts().coverage)
    assert {code for code in everything if 0xD800 <= code <= 0xF8FF or code < 0x20 or code == 0xFEFF} == set()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"kind": "letter"},
            "the report has the kind “letter”, which is not one of assessment, reference_check",
        ),
        (
            {"kind": ["assessment"]},
            r"the report has the kind “\['assessment'\]”, which is not one of assessment",
        ),
        ({"schema": 8}, "the report needs at most 7 under “schema”"),
        ({"schema": True}, "the report needs a whole number under “schema”"),
        ({"version": "1"}, "the report needs a whole number under “version”"),
        ({"version": True}, "the report needs a whole number under “version”"),
        ({"redacted": 0}, "the report needs true or false under “redacted”"),
        ({"organisation": {"name": "A", "accent": "#000000"}}, "organisation needs “logo”"),
        ({"candidate": None}, "candidate must be an object with named values"),
        ({"extra": 1}, "the report has “extra”, which isn't a known field"),
        (
            {"engine": {"typst": "0.15", "fonts": {"Inter": 4}}},
            "engine.fonts needs a text under “Inter”",
        ),
    ],
)
def test_a_wrong_snapshot_is_refused_with_a_sentence(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SnapshotError, match=f"^{message}"):
        check_snapshot({**reference_check(), **change})


def test_a_missing_part_is_named() -> None:
    snapshot: Any = assessment()
    del snapshot["assessment"]["tests"][0]["scales"][1]["mean"]
    with pytest.raises(SnapshotError, match=r"^assessment.tests\[0\].scales\[1\] needs “mean”$"):
        check_snapshot(snapshot)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (None, "needs “kind”"),
        ("typing", "has the kind “typing”, which is not one of judgement, questions, reasoning, scales"),
    ],
)
def test_a_test_without_a_known_kind_is_refused(kind: str | None, message: str) -> None:
    snapshot: Any = assessment()
    test = snapshot["assessment"]["tests"][0]
    del test["kind"]
    if kind:
        test["kind"] = kind
    with pytest.raises(SnapshotError) as refused:
        check_snapshot(snapshot)
    assert str(refused.value) == f"assessment.tests[0] {message}"


def test_an_unknown_type_of_question_is_refused() -> None:
    snapshot: Any = reference_check()
    snapshot["check"]["questions"][0]["type"] = "stars"
    with pytest.raises(
        SnapshotError, match=r"^check.questions\[0\] has the type “stars”, which is not one of"
    ):
        check_snapshot(snapshot)


def ratings_of(content: dict[str, Any]) -> dict[str, Any]:
    blocks = [block for part in content["front"] for block in part["blocks"]]
    return next(block for block in blocks if block["type"] == "ratings")


def test_each_answer_has_a_mark_and_the_self_assessment_is_a_ring_outside_the_range() -> None:
    chart = ratings_of(page_content(reference_check(2, with_self=True), replaced=()))
    first = chart["rows"][0]
    given = [(chart["low"] + place, one) for place, cell in enumerate(first["cells"]) for one in cell]
    assert [(value, one["letters"], one["own"]) for value, one in given] == [
        (4, "M", False),
        (4, "", True),
        (5, "P", False),
    ]
    assert first["span"] == [3, 4]
    assert first["alt"] == (
        "Keeps customers informed without being asked. Answers: Manager 4, Peer 5, Self 4."
    )
    assert [one["text"] for one in chart["legend"]] == ["Manager", "Peer", "Self-assessment"]


def test_a_question_that_begins_with_a_right_to_left_name_runs_from_left_to_right() -> None:
    snapshot: Any = reference_check(2, name="محمد")
    snapshot["check"]["questions"][0]["text"] = "محمد keeps customers informed."
    [row, *_] = ratings_of(page_content(snapshot, replaced=()))["rows"]
    assert row["label"] == "\u200e\u2068محمد\u2069 keeps customers informed."


def test_a_date_stays_behind_a_right_to_left_name() -> None:
    snapshot: Any = assessment()
    snapshot["assessment"]["tests"][0]["requirement"] = {"text": "Plans", "who": "محمد", "when": "3 Nov 2026"}
    [front, *_] = page_content(snapshot, replaced=())["front"]
    [row] = [row for row in front["blocks"][0]["rows"] if row["requirement"] == "Plans"]
    assert row["requirement_note"] == "Stated by \u2068محمد\u2069, 3 Nov 2026"


def test_french_colons_have_a_space_before_them() -> None:
    closing = page_content(reference_check(2, language="fr"), replaced=())["closing"]
    asked = next(part for part in closing if part["title"] == "Questions posées")
    [[text]] = asked["blocks"][0]["rows"][0]["paragraphs"]
    assert text.startswith("Note de 1 à 5\N{NO-BREAK SPACE}: 1")


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("en", "C11 and 1 more.", "C11 and 2 more."),
        ("de", "C11 und 1 weiteres.", "C11 und 2 weitere."),
        ("fr", "C11 et 1 autre.", "C11 et 2 autres."),
    ],
)
def test_replaced_characters_beyond_the_listed_ones_are_counted(language: str, one: str, two: str) -> None:
    for n, expected in ((MOST_REPLACED + 1, one), (MOST_REPLACED + 2, two)):
        content = page_content(
            reference_check(2, language=language), replaced=tuple(f"C{i}" for i in range(n))
        )
        [[[text]]] = [block["paragraphs"] for block in content["closing"][-2]["blocks"] if block.get("quiet")]
        assert text.endswith(expected)


def test_relationships_differ_in_shape_and_letters() -> None:
    marks = ratings_of(page_content(reference_check(6), replaced=()))["legend"]
    assert (
        len({mark["shape"] for mark in marks}) == len({mark["letters"] for mark in marks}) == len(marks) == 4
    )


def test_options_that_nobody_chose_are_shown_for_one_answer_and_listed_for_many() -> None:
    content = page_content(reference_check(2), replaced=())
    other = next(part for part in content["body"] if part["title"] == "Other answers")
    many, one = (block for block in other["blocks"] if block["type"] == "options")
    assert [(row["label"], row["n"], [mark["letters"] for mark in row["marks"]]) for row in many["rows"]] == [
        ("Patient", 2, ["M", "P"]),
        ("Calm", 1, ["P"]),
    ]
    assert [(row["label"], row["n"]) for row in one["rows"]] == [
        ("Yes, at once", 2),
        ("Yes, in another role", 0),
        ("Rather not", 0),
    ]


def test_members_only_content_is_not_printed() -> None:
    blocks: list[Block] = [
        Details("Answers", [Prose(["Agree"])]),
        Prose(["Five scales."]),
        Drawings([Drawing(svg="<svg/>")], columns=3),
        BlockLink("licence.pdf", page="upload_download", pk=1),
    ]
    printed = _section(Section("Work style", blocks))["blocks"]
    assert [(one["type"], one.get("text", one.get("paragraphs"))) for one in printed] == [
        ("prose", [["Five scales."]]),
    ]

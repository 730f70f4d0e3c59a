"""Compares pages with the pictures in `pictures/`, with some tolerance, and checks the contents of page 1.

`PICTURES=update .venv/bin/python -m pytest tests/reports/pdf/test_pictures.py` renders the pictures again. Look at each
before you commit it.
"""

import io
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typst
from PIL import Image, ImageChops

from goodword.reports.pdf.fonts import load_fonts
from goodword.reports.pdf.render import RenderedPdf, render_pdf, template_inputs
from goodword.reports.pdf.snapshot import check_snapshot
from goodword.reports.pdf.text import Printer
from goodword.reports.pdf.typesetting import TEMPLATE

from .reading import read
from .typical import assessment, reference_check

PICTURES = Path(__file__).parent / "pictures"
PPI = 60
#: width of a square in pixels, and its largest allowed mean difference (0 to 255), for other hinting but not layout
SQUARE, TOLERANCE = 12, 40
#: heading of the appendix, in each language of `make pdf-standards`
LABELS = {"en": "Appendix", "de": "Anhang", "fr": "Annexe"}
#: each snapshot, and how many of its pages have pictures
REPORTS: dict[str, tuple[Any, int]] = {
    "references-4": (reference_check(4), 4),
    "assessment": (assessment(), 4),
    "references-1": (reference_check(1, language="de"), 3),
    "references-25": (reference_check(25), 2),
}


@cache
def drawn(name: str) -> RenderedPdf:
    return render_pdf(REPORTS[name][0])


def page_text(name: str, number: int) -> str:
    return " ".join(read(drawn(name)).pages[number - 1].extract_text().split())


def pages_of(snapshot: Any) -> list[Image.Image]:
    fonts = load_fonts()
    pages: Any = typst.compile(
        TEMPLATE / "main.typ",
        root=TEMPLATE,
        font_paths=fonts.typst,
        format="png",
        ppi=float(PPI),
        sys_inputs=template_inputs(check_snapshot(snapshot), Printer(fonts.coverage), fonts.families, None),
    )
    files = pages if isinstance(pages, list) else [pages]
    return [Image.open(io.BytesIO(file)).convert("L") for file in files]


def difference(one: Image.Image, other: Image.Image) -> float:
    """Returns the mean difference (0 to 255) of the square that differs most."""
    if one.size != other.size:
        return 255
    squares = (one.width // SQUARE, one.height // SQUARE)
    _, most = ImageChops.difference(one, other).resize(squares, Image.Resampling.BOX).getextrema()
    assert isinstance(most, int | float)
    return float(most)


@pytest.mark.matrix
@pytest.mark.parametrize("name", REPORTS)
def test_pages_look_like_their_pictures(name: str) -> None:
    snapshot, count = REPORTS[name]
    pages = pages_of(snapshot)[:count]
    files = [PICTURES / f"{name}-{number}.png" for number in range(1, count + 1)]
    if os.environ.get("PICTURES") == "update":
        for page, file in zip(pages, files, strict=True):
            page.quantize(16).save(file, optimize=True)
    found = {
        file.name: difference(page, Image.open(file).convert("L"))
        for page, file in zip(pages, files, strict=True)
    }
    assert {file: off for file, off in found.items() if off > TOLERANCE} == {}


def test_a_different_page_does_not_match() -> None:
    first, second = (Image.open(PICTURES / f"references-4-{number}.png").convert("L") for number in (1, 2))
    assert difference(first, second) > TOLERANCE
    assert difference(first, ImageChops.offset(first, 0, 12)) > TOLERANCE


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("language", sorted(LABELS))
def test_typical_reports_are_no_longer_in_another_language(language: str) -> None:
    typical = (reference_check(language=language), 4), (assessment(language=language), 3)
    for snapshot, most in typical:
        texts = [page.extract_text() for page in read(render_pdf(snapshot)).pages]
        appendix = next(number for number, text in enumerate(texts) if f"\n{LABELS[language]}\n" in text)
        assert appendix <= most and len(texts) - appendix <= 2


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize(("name", "most"), [("references-4", 4), ("assessment", 3)])
def test_the_appendix_begins_after_few_pages_and_is_short(name: str, most: int) -> None:
    texts = [page.extract_text() for page in read(drawn(name)).pages]
    appendix = next(number for number, text in enumerate(texts) if "\nAppendix\n" in text)
    assert appendix <= most
    assert len(texts) - appendix <= 2


def test_page_1_of_a_reference_check_holds_the_result() -> None:
    text = page_text("references-4", 1)
    for said in (
        "4 of 4 requested references were received. Would work together again? Yes: 3; Yes, with reservations: 1.",
        "One referee gives different dates or a different title from the candidate.",
        "Serving customers",
        "Far above what the job needed",
        "Self-assessment",
        "Marta Silva Client, Contoso",
        "“Good with clients. We often learned of promises from the client first, which cost us two weekends.”",
        "Worked together differs. Referee: Mar 2021 – Dec 2023.",
        "Account Manager Confirmed",
        "It gives no total and no recommendation.",
    ):
        assert said in text


@pytest.mark.slow
def test_page_1_of_an_assessment_holds_the_result() -> None:
    text = page_text("assessment", 1)
    for said in (
        "14 of 20 tasks solved Percentile 68, band 55 to 81",
        "0.71 correlation with the key Percentile 61, band 40 to 78",
        "Conscientiousness scale from 1 to 5 4.8",
        "5 of 5 questions answered, 1 of 1 right",
        "Spots what changed in sales figures, and why. Stated by Ann Petersen, 3 Nov 2026",
        "Compared with 412 first attempts in English on computers, norms 2. Reliability in that group: 0.79.",
        "Work style: agreement with opposite statements. This often has a harmless reason",
        "Don’t rank candidates whose bands overlap.",
    ):
        assert said in text


@pytest.mark.slow
def test_the_file_contains_no_items_answers_or_keys() -> None:
    snapshot, _ = REPORTS["assessment"]
    everything = " ".join(page.extract_text() for page in read(drawn("assessment")).pages)
    told = " ".join(everything.split()).casefold()
    assert str(snapshot).casefold().count("secret") > 100
    statements = [
        item["text"] for scale in snapshot["assessment"]["tests"][2]["scales"] for item in scale["items"]
    ]
    assert [one for one in ("secret", "3117", *statements) if one.casefold() in told] == []

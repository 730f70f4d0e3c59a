"""The PDF is valid, accessible, complete and reproducible."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from goodword.assessments.kinds.scales.report import ScalesPart
from goodword.reports.pdf.render import page_content, render_pdf
from goodword.reports.pdf.snapshot import SnapshotError
from goodword.reports.personal_data import without_person

from .reading import read, root_of, tags_of, text_of
from .samples import assessment, reference_check, work_style
from .typical import STORED
from .typical import reference_check as typical_check

REPORTS = [
    pytest.param(assessment(), 3, id="assessment"),
    pytest.param(assessment(tests=[]), 2, id="assessment without a test"),
    pytest.param(reference_check(2), 3, id="two referees"),
    pytest.param(reference_check(6, with_self=True), 3, id="six referees and self"),
    pytest.param(reference_check(0, comments=[]), 2, id="nobody"),
]


@pytest.mark.parametrize(("snapshot", "pages"), REPORTS)
def test_a_report_is_a_tagged_file_with_title_and_language(snapshot: Any, pages: int) -> None:
    rendered = render_pdf(snapshot)
    reader, root = read(rendered), root_of(rendered)
    kind = {"assessment": "Assessment", "reference_check": "Reference check"}[snapshot["kind"]]
    assert len(reader.pages) == pages
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == f"{kind}: Maren Vogel, Customer Support Lead"
    assert reader.metadata.author == "Northwind Instruments"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert rendered.replaced == ()


def test_a_report_says_that_it_keeps_both_standards() -> None:
    metadata = root_of(render_pdf(reference_check()))["/Metadata"].get_data().decode()
    assert re.findall(r"<pdfuaid:part>(\d)</pdfuaid:part>", metadata) == ["1"]
    assert re.findall(r"<pdfaid:part>(\d)</pdfaid:part>", metadata) == ["2"]
    assert re.findall(r"<pdfaid:conformance>(\w)</pdfaid:conformance>", metadata) == ["A"]


@pytest.mark.parametrize("snapshot", [assessment(), reference_check(6, with_self=True)])
def test_the_same_snapshot_gives_the_same_bytes(snapshot: Any) -> None:
    assert render_pdf(snapshot).bytes == render_pdf(snapshot).bytes


@pytest.mark.slow
@pytest.mark.parametrize("snapshot", [assessment(), reference_check(6, with_self=True)])
def test_every_font_is_embedded(snapshot: Any) -> None:
    embedded = []
    for page in read(render_pdf(snapshot)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]  # pypdf types pages loosely
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            embedded.append(bool({"/FontFile2", "/FontFile3"} & set(descriptor.get_object())))
    assert embedded == [True] * len(embedded) != []


def test_headings_are_in_order_and_every_table_has_headers() -> None:
    kinds = [kind for kind, _ in tags_of(render_pdf(reference_check(6, with_self=True)))]
    levels = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H[1-6]", kind)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [after for before, after in pairwise(levels) if after > before + 1] == []
    assert kinds.count("/Table") == kinds.count("/THead") > 2
    assert kinds.count("/TH") > kinds.count("/THead")


@pytest.mark.slow
def test_every_drawing_has_a_text_alternative() -> None:
    for snapshot in (assessment(tests=[full_form()]), reference_check(6, with_self=True)):
        figures = [node.get("/Alt") for kind, node in tags_of(render_pdf(snapshot)) if kind == "/Figure"]
        assert figures != []
        assert [alt for alt in figures if not alt] == []


def full_form() -> ScalesPart:
    test = work_style()
    for scale in test["scales"]:
        scale["n_items"] = 10
    return test


def test_a_scale_has_its_mean_as_a_text_alternative() -> None:
    rendered = render_pdf(assessment(tests=[full_form()]))
    figures = [str(node["/Alt"]) for kind, node in tags_of(rendered) if kind == "/Figure"]
    assert figures[0] == "Openness, scale from 1 to 5: mean 4.0."
    assert figures[3] == "Agreeableness, scale from 1 to 5: mean 3.7."


def test_a_scale_of_four_items_has_no_chart() -> None:
    rendered = render_pdf(assessment())
    assert [kind for kind, _ in tags_of(rendered) if kind == "/Figure"] == []
    assert "Openness 4 of 4 Prefers what is proven and clear" in text_of(rendered)


@pytest.mark.slow
def test_a_mean_has_its_standard_error_beside_it() -> None:
    test = full_form()
    test["scales"][0]["normed_score"] = {
        "low": 3.5065,
        "high": 4.4935,
        "percentile": 55,
        "percentile_low": 30,
        "percentile_high": 78,
        "n": 132,
        "language": "English",
        "device": "computer",
        "norms": 2,
        "reliability": 0.8,
    }
    text = text_of(render_pdf(assessment(tests=[test])))
    assert text.count("standard error 0.30") == 2
    assert "Mean 4.0 from 4 of 10 answers. Standard error 0.30." in text


@pytest.mark.slow
def test_without_a_norm_group_the_standard_error_of_means_is_assumed() -> None:
    text = text_of(render_pdf(assessment()))
    # Agreeableness has three answers: sqrt(0.7 / 3) steps of a scale from 1 to 5
    assert (
        "Standard error of each mean about 0.5: assumed, until 100 first attempts make a norm group." in text
    )
    assert (
        "about 0.5, is assumed: answers on a scale vary by a quarter of its width and correlate by 0.3."
        in text
    )
    assert "assumed" not in text_of(render_pdf(assessment(redacted=True)))


def test_an_assessment_shows_each_scale_and_no_total() -> None:
    text = text_of(render_pdf(assessment()))
    for expected in (
        "Maren Vogel Candidate for Customer Support Lead · completed Mon 23 Nov 2026, 20:41",
        "keeps several cases in hand. Stated by Anna Karl, 3 Nov 2026",
        "Mean 3.7 from 3 of 4 answers.",
        "There is no norm group for this test yet",
        "It gives no total and no recommendation. Neither end of a scale is better.",
        "Goodword neither advances nor rejects candidates.",
        "GW-7F3K-Q2 · version 1 · created Tue 24 Nov 2026, 14:05",
        "Page 3 of 3",
    ):
        assert expected in text


@pytest.mark.matrix
@pytest.mark.parametrize(("who", "when"), [("", ""), ("", "3 Nov 2026"), ("Anna Karl", "")])
def test_a_requirement_without_author_or_date_has_no_attribution(who: str, when: str) -> None:
    test = work_style()
    test["requirement"] = {"text": "Talks with customers.", "who": who, "when": when}
    text = text_of(render_pdf(assessment(tests=[test])))
    assert "Talks with customers." in text
    assert "Stated by" not in text


def test_a_scale_without_a_mean_says_so() -> None:
    test = work_style()
    for item in test["scales"][2]["items"]:
        item["answer"] = item["answer_label"] = None
    test["scales"][2] |= {"mean": None, "n_answered": 0}
    assert "No mean: 0 of 4 statements were answered." in text_of(render_pdf(assessment(tests=[test])))


@pytest.mark.slow
def test_a_reference_check_shows_everything_that_was_answered() -> None:
    text = text_of(render_pdf(reference_check(6, with_self=True)))
    for expected in (
        "6 of 6 requested references were received. One reference covers dates and title only.",
        "Jonas Brandt",
        "Tomás Ó Briain",
        "Direct report, identifiable",
        "anyone who knows the referees knows whose answer it is",
        "Priya Nair · Peer · Alpenglas GmbH Good at saying no kindly.",
        "Not chosen: Curious, Quick, Stubborn, Warm.",
        "Worked together differs. Referee: Apr 2021 – Aug 2024.",
        "1 Leaves a question open until somebody asks again",
        "Goodword neither advances nor rejects candidates.",
        "Page 3 of 3",
    ):
        assert expected in text


@pytest.mark.slow
def test_a_redacted_report_contains_no_names() -> None:
    snapshot = reference_check(2, name=None, redacted=True)
    for reference in snapshot["check"]["references"]:
        reference["referee"] |= {"name": None, "company": None, "title": None}
    for question in snapshot["check"]["questions"]:
        for comment in question["comments"]:
            comment["text"] = None
    text = text_of(render_pdf(snapshot))
    assert "Name removed" in text
    assert "Personal data was removed from this version of the report." in text
    assert "Referee 1 · Manager Text removed" in text
    assert "Jonas" not in text


@pytest.mark.slow
def test_a_redacted_assessment_lists_its_tests_and_claims_no_results() -> None:
    taken = json.loads((STORED / "assessment_schema_4.json").read_text())
    text = text_of(render_pdf(without_person(taken)))
    for said in (
        "Work style 20 items, version 2 – Needed for scales",
        "Reasoning 12 items, version 1 – Needed",
    ):
        assert said in text
    for claim in (
        "answered,",
        "were answered",
        "questions answered",
        "Standard errors",
        "norm group for this test",
        "No precision",
        "No mean",
        "Not enough",
        "It gives no",
        "true score",
        "rank candidates",
        "careless",
    ):
        assert claim not in text


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("language", "title", "page_line"),
    [
        ("de-AT", "Referenzprüfung: Maren Vogel, Customer Support Lead", "Seite 1 von 3"),
        ("fr", "Prise de références\u00a0: Maren Vogel, Customer Support Lead", "Page 1 sur 3"),
        ("pt", "Reference check: Maren Vogel, Customer Support Lead", "Page 1 of 3"),
    ],
)
def test_a_report_is_in_its_language(language: str, title: str, page_line: str) -> None:
    rendered = render_pdf(reference_check(language=language))
    metadata = read(rendered).metadata
    assert metadata is not None
    assert metadata.title == title
    assert page_line in text_of(rendered)
    assert root_of(rendered)["/Lang"] == (language if language != "pt" else "en")


@pytest.mark.slow
def test_snapshots_of_schema_4_still_render() -> None:
    """As stored by earlier releases; the assessment's file is from commit b3754b25."""
    references, taken = (
        json.loads((STORED / f"{name}_schema_4.json").read_text()) for name in ("references", "assessment")
    )
    assert (references["schema"], taken["schema"]) == (4, 4)
    text = text_of(render_pdf(references))
    assert "Would work together again? Yes: 3; Yes, with reservations: 1." in text
    text = text_of(render_pdf(taken))
    for said in (
        "6 of 12 tasks solved Percentile 55, band 41 to 72",
        "1.5 steps from the key",
        "4 of 4 questions answered, 1 of 1 right",
        "an ability of −0.4 (90% interval −1.2 to 0.5)",
        "omega, 120 people",
        "Reliability by calibration: 1 − mean squared standard error of the abilities ÷ variance of the abilities.",
        "In “en” on a computer: 0.81 (n 240). 1 − mean squared standard error of the abilities",
    ):
        assert said in text
    assert [said for said in ("Validity of the answers", "expected number solved") if said in text] == []


def validity_of(*tests: Any) -> str:
    front = page_content(assessment(tests=list(tests)), replaced=())["front"]
    return " ".join(
        line
        for section in front
        if section["title"] == "Validity of the answers"
        for block in section["blocks"]
        for paragraph in block["paragraphs"]
        for line in paragraph
    )


def test_the_validity_line_names_what_was_checked_and_keeps_tests_of_one_title_apart() -> None:
    style: Any = work_style()
    runs = ["straight_line"]
    assert validity_of(
        style | {"validity": ["contradiction"], "validity_checked": ["straight_line", "contradiction"]},
        style | {"validity": runs, "validity_checked": runs},
        style | {"name": "Reasoning", "validity": [], "validity_checked": ["fast"]},
        style | {"name": "Questions", "validity": [], "validity_checked": []},
        style | {"name": "Situations", "validity": [], "validity_checked": ["fast"]},
        style | {"name": "Half", "validity": [], "validity_checked": runs},
    ) == (
        "Work style: agreement with opposite statements. Work style: the same answer many times in a row. This "
        "often has a harmless reason, such as a second language, an interruption or practice. Ask for examples "
        "of their work before you rely on this result. Reasoning, Situations: no signs of careless responding "
        "(checked: answers faster than most people can read the items). Half: no signs of careless responding "
        "(checked: long runs of one answer)."
    )


def test_an_older_validity_line_claims_nothing_that_it_does_not_know() -> None:
    style: Any = work_style()
    assert validity_of(style | {"validity": []}, style | {"validity": ["too_few"]}) == ""
    assert validity_of(style | {"validity": ["fast"]}).startswith(
        "Work style: a quarter or more of the answers"
    )


def test_a_snapshot_of_another_shape_is_refused_with_the_place() -> None:
    snapshot: Any = reference_check()
    snapshot["check"]["questions"][0]["by_relationship"][0]["values"] = ["4"]
    with pytest.raises(
        SnapshotError,
        match=re.escape("check.questions[0].by_relationship[0] needs a whole number under “values”, place 1"),
    ):
        render_pdf(snapshot)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(SnapshotError, match="made_at: has no zone"):
        render_pdf({**reference_check(), "made_at": "2026-11-24T13:05:00"})


@pytest.mark.slow
def test_rows_of_the_referees_are_not_split_between_pages() -> None:
    """The rest of a row would have no name beside it."""
    pages = [
        " ".join(page.extract_text().replace("\u200b", "").split())
        for page in read(render_pdf(typical_check(25, language="de"))).pages
    ]
    begun, whole = (
        [page.count(said) for page in pages]
        for said in ("together weicht", "together weicht ab. Referenzperson: Mar 2021 – Dec 2023.")
    )
    assert (sum(begun), begun) == (6, whole)

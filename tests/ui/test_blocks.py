"""Screens render result blocks."""

import time
from types import SimpleNamespace

from bs4 import BeautifulSoup
from django.template.loader import render_to_string

from goodword.core.report_blocks import (
    AuthorMark,
    Block,
    BlockLink,
    Cell,
    Details,
    DrawnScore,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    RatingRow,
    ScoreRow,
    ScoreTable,
    Table,
)


def drawn(*blocks: Block, **context: object) -> BeautifulSoup:
    return BeautifulSoup(render_to_string("ui/blocks.html", {"blocks": blocks, **context}), "html.parser")


def test_a_cell_that_spans_rows_is_omitted_from_the_following_rows() -> None:
    rows: list[list[str | Cell]] = [[Cell("Maria", rows=2), "Dates", "3"], ["Title", "4"]]
    page = drawn(Table(["Referee", "What", "Answers"], rows))
    assert [tag["rowspan"] for tag in page.select("tbody th")] == ["2"]
    assert [(tag["data-label"], tag.text.strip()) for tag in page.select("tbody td")] == [
        ("What", "Dates"),
        ("Answers", "3"),
        ("What", "Title"),
        ("Answers", "4"),
    ]


def test_columns_of_figures_are_aligned_as_figures() -> None:
    rows = [["Numbers", "3 of 5", "−0.4 ± 0.2", "2 raters"], ["Letters", "–", "0.1 ± 0.2", "3"]]
    page = drawn(Table(["Category", "Solved", "Ability", "By"], rows))
    assert [tag.text for tag in page.select("thead th.num")] == ["Solved", "Ability"]


def test_a_name_that_looks_like_many_figures_is_read_in_linear_time() -> None:
    company = "1" + " –" * 25 + " & Co"
    began = time.process_time()
    page = drawn(Table(["Referee", "Company"], [["Maria", company]]))
    assert time.process_time() - began < 2
    assert page.select("thead th.num") == []
    assert [tag.text.strip() for tag in page.select("tbody td")] == [company]


def test_the_main_figure_is_emphasised() -> None:
    page = drawn(Prose(["6 of 12 tasks solved.", "6 of 12 again."], key="6 of 12"))
    assert [tag.text for tag in page.select("strong")] == ["6 of 12"]
    assert page.get_text(" ", strip=True) == "6 of 12 tasks solved. 6 of 12 again."


def test_ratings_show_each_answer_and_their_range() -> None:
    row = RatingRow(
        label="Manager",
        note="2 answers",
        values=[2, 4],
        hollow=False,
        alt="",
    )
    page = drawn(RatingChart(["Relationship", "Range"], (1, 5), [row], caption="Reliability"))
    assert [tag.text for tag in page.select("tbody .visually-hidden")] == ["0", "1", "0", "1", "0"]
    assert page.select_one(".strip__range.num") is not None
    assert "2–4" in page.text


def test_answers_have_the_mark_of_their_relationship_and_a_legend() -> None:
    manager, own = AuthorMark(letters="M", shape=0), AuthorMark(letters="", shape=0, own=True)
    row = RatingRow(label="Reliability", note="", values=[2, 5], hollow=False, alt="", marks=[manager, own])
    chart = RatingChart(
        ["", ""],
        (1, 5),
        [row],
        levels=["low", "", "", "", "high"],
        legend=[(manager, "Manager"), (own, "Self-assessment")],
    )
    page = drawn(chart)
    assert [tag["class"] for tag in page.select("tbody i")] == [["letter", "letter--0"], ["strip__ring"]]
    spoken = [tag.text for tag in page.select("tbody .visually-hidden")]
    assert spoken == ["0", "1", "0", "0", "1, Self-assessment"]
    assert "2" in page.select_one(".strip__range.num").text  # type: ignore[union-attr]  # the range of the referees only
    assert "1 low" in page.text and "Manager" in page.text


def test_a_test_with_several_scores_is_one_row() -> None:
    scores = [
        DrawnScore(label=name, value=value, note="", alt="")
        for name, value in (("Order", "4.0"), ("Calm", "3.1"))
    ]
    row = ScoreRow(
        name="Work style", note="20 items", scores=scores, requirement="Plans ahead", precision="None yet."
    )
    [cells] = [
        tag.select("th, td")
        for tag in drawn(ScoreTable(["Test", "Score", "Band", "Why"], [row])).select("tbody tr")
    ]
    assert [" ".join(cell.text.split()) for cell in cells] == [
        "Work style20 items. None yet",
        "Order 4.0 · Calm 3.1",
        "Plans ahead",
    ]


def test_quotes_are_escaped_and_marked_with_their_language() -> None:
    page = drawn(Quotes([Quote(text="<b>Sehr gut</b>", by="Maria", language="de")]))
    [quote] = page.select("blockquote")
    assert (quote["lang"], quote.text) == ("de", "<b>Sehr gut</b>")


def test_links_are_only_for_members_who_may_follow_them() -> None:
    file = BlockLink("licence.pdf", page="upload_download", pk=7, note="12 KB")
    norms = BlockLink("Full table", page="test_norms", pk=3, query="?table=x#x", may_work=True)
    organisation = SimpleNamespace(slug="acme")
    page = {
        kind: drawn(file, norms, organisation=organisation, membership=member)
        for kind, member in {
            "recruiter": SimpleNamespace(may_work=True),
            "manager": SimpleNamespace(may_work=False),
            "link": None,
        }.items()
    }
    assert {kind: len(one.select("a")) for kind, one in page.items()} == {
        "recruiter": 2,
        "manager": 1,
        "link": 0,
    }
    assert str(page["recruiter"].select("a")[1]["href"]).endswith("?table=x#x")
    assert ("licence.pdf" in page["link"].text, "Full table" in page["link"].text) == (True, False)


def test_details_open_to_their_blocks() -> None:
    page = drawn(Details("Who answered what", [Prose(["Maria: 4"])], about="Reliability"))
    [details] = page.select("details")
    assert details.get_text(" ", strip=True) == "Who answered what (Reliability) Maria: 4"
    assert not details.has_attr("open")

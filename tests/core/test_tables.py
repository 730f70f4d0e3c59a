"""Excel workbooks: cells of each type, limits of Excel."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from goodword.core.tables import LONGEST_CELL, Cell, workbook
from tests.support.workbooks import sheets_of


def written(*rows: tuple[Cell, ...], columns: tuple[str, ...] = ("name", "n")) -> list[dict[str, str]]:
    [sheet] = sheets_of(b"".join(workbook(columns, rows)))
    return sheet


def test_texts_numbers_and_dates_keep_their_type() -> None:
    at = datetime(2026, 3, 3, 11, 0, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    assert written(("Ada", 3), ("0049 170", -0.25), ("3.5", True), ("", at), (None, None), (1, 2)) == [
        {"A": "name", "B": "n"},
        {"A": "Ada", "B": "n 3"},
        {"A": "0049 170", "B": "n -0.25"},
        {"A": "3.5", "B": "b 1"},
        {"B": "s2 46084.5"},
        {"A": "n 1", "B": "n 2"},
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),  # a text, which no program runs
        (' <b>&\n"Zoë" 🙂 ', ' <b>&\n"Zoë" 🙂 '),
        ("_x0041_ and _x", "_x005F_x0041_ and _x"),
        ("x" * 40_000, "x" * LONGEST_CELL),
        ("🙂" * 20_000, "🙂" * (LONGEST_CELL // 2)),
    ],
)
def test_any_text_can_be_written(text: str, shown: str) -> None:
    assert written((text,))[1] == {"A": shown}


@pytest.mark.parametrize(("rows", "sizes"), [(0, [0]), (2, [2]), (3, [2, 1]), (4, [2, 2])])
def test_rows_beyond_the_limit_of_a_sheet_go_to_the_next(rows: int, sizes: list[int]) -> None:
    found = sheets_of(b"".join(workbook(["n"], ([number] for number in range(rows)), most_rows=3)))
    assert [len(sheet) - 1 for sheet in found] == sizes
    assert {sheet[0]["A"] for sheet in found} == {"n"}
    assert [row["A"] for sheet in found for row in sheet[1:]] == [f"n {number}" for number in range(rows)]

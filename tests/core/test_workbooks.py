"""Excel workbooks: cells of each type, limits of Excel, streaming."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from goodword.core.workbooks import LONGEST_CELL, Cell, workbook
from tests.support.workbooks import sheets_of


def written(*rows: tuple[Cell, ...], columns: tuple[str, ...] = ("name", "n")) -> list[dict[str, str]]:
    [sheet] = sheets_of(b"".join(workbook(columns, rows)))
    return sheet


def test_texts_numbers_and_dates_keep_their_type() -> None:
    at = datetime(2026, 3, 3, 11, 0, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    assert written(("Ada", 3), ("0049 170", -0.25), ("3.5", True), ("", at), (None, None)) == [
        {"A": "name", "B": "n"},
        {"A": "Ada", "B": "n 3"},
        {"A": "0049 170", "B": "n -0.25"},
        {"A": "3.5", "B": "b 1"},
        {"B": "s2 46084.5"},
        {},
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),  # a text, which no program runs
        (' <b>&\n"Zoë" 🙂 ', ' <b>&\n"Zoë" 🙂 '),
        ("a\x00b\x1fc\ufffed\ud800", "abcd"),
        ("_x0041_ and _x", "_x005F_x0041_ and _x"),
        ("x" * 40_000, "x" * LONGEST_CELL),
        ("🙂" * 20_000, "🙂" * (LONGEST_CELL // 2)),
    ],
)
def test_any_text_can_be_written(text: str, shown: str) -> None:
    assert written((text,))[1] == {"A": shown}


def test_columns_are_named_as_in_excel() -> None:
    columns = tuple(f"c{number}" for number in range(703))
    [head] = written(columns=columns)
    assert list(head)[:2] + list(head)[25:28] + list(head)[-2:] == ["A", "B", "Z", "AA", "AB", "ZZ", "AAA"]


@pytest.mark.parametrize(("rows", "sizes"), [(0, [0]), (2, [2]), (3, [2, 1]), (4, [2, 2])])
def test_rows_beyond_the_limit_of_a_sheet_go_to_the_next(rows: int, sizes: list[int]) -> None:
    found = sheets_of(b"".join(workbook(["n"], ([number] for number in range(rows)), most_rows=3)))
    assert [len(sheet) - 1 for sheet in found] == sizes
    assert {sheet[0]["A"] for sheet in found} == {"n"}
    assert [row["A"] for sheet in found for row in sheet[1:]] == [f"n {number}" for number in range(rows)]


def test_it_is_sent_while_the_rows_are_read() -> None:
    read = itertools.count()

    def rows() -> Iterator[list[Cell]]:
        for number in itertools.islice(read, 20_000):
            yield [hash((number, "seed")), str(hash((number, "other")))]

    pieces = workbook(["a", "b"], rows())
    first = next(pieces)
    assert 0 < len(first) < 200_000
    assert next(read) < 20_000
    assert len(sheets_of(first + b"".join(pieces))[0]) > 10_000

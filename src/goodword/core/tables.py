"""Tables to download, as CSV for programs or as an Excel workbook for people."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from django.http import StreamingHttpResponse

from goodword.core.csv_files import safe_cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | datetime | None
Form = Literal["csv", "xlsx"]
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: limits of Excel: UTF-16 units, to which texts are cut, and rows of a sheet
LONGEST_CELL: Final = 32_767
MOST_ROWS: Final = 1_048_576
#: column width in characters, enough for a date and time
_WIDTH: Final = 22
#: bytes
_PIECE: Final = 64 * 1024


def table_file(
    form: Form,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    name: str,
    timespec: str = "minutes",
) -> StreamingHttpResponse:
    """Stream the rows as a file. `name`: the file's name without extension. `timespec`: of datetimes in CSV."""
    response = (
        StreamingHttpResponse(_csv_lines(columns, rows, timespec), content_type="text/csv; charset=utf-8")
        if form == "csv"
        else StreamingHttpResponse(workbook(columns, rows), content_type=XLSX)
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]], timespec: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_csv_cell(cell, timespec) for cell in row])


def _csv_cell(cell: Cell, timespec: str) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec=timespec)
    # numbers stay numbers: an apostrophe before a minus would make programs skip negative correlations
    return safe_cell(cell) if isinstance(cell, str) else cell


def workbook(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, most_rows: int = MOST_ROWS
) -> Iterator[bytes]:
    """Yield an Excel workbook. `columns`: headings, repeated on each sheet. Datetimes are shown in their zone."""
    import xlsxwriter  # 9 MB that few processes need

    with tempfile.TemporaryFile() as file:
        # `constant_memory` writes each row to the disk at once
        options = {"constant_memory": True, "remove_timezone": True}
        with closing(xlsxwriter.Workbook(file, options)) as book:
            heading, date = book.add_format({"bold": True}), book.add_format({"num_format": 22})
            sheet, number = _new_sheet(book, columns, heading), 0
            for row in rows:
                if number + 1 == most_rows:
                    sheet, number = _new_sheet(book, columns, heading), 0
                number += 1
                for column, cell in enumerate(row):
                    _write(sheet, number, column, cell, date)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _new_sheet(book: "Workbook", columns: Sequence[str], heading: "Format") -> "Worksheet":
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, _WIDTH)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, heading)
    return sheet


def _write(sheet: "Worksheet", row: int, column: int, cell: Cell, date: "Format") -> None:
    """Write by type, since `Worksheet.write` turns some texts into formulas, links or numbers."""
    match cell:
        case None | "":
            pass
        case bool():
            sheet.write_boolean(row, column, cell)
        case int() | float():
            sheet.write_number(row, column, cell)
        case datetime():
            sheet.write_datetime(row, column, cell, date)
        case str():
            sheet.write_string(row, column, _cut(cell))


def _cut(text: str) -> str:
    if len(text) <= LONGEST_CELL // 2:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")

"""Tables to download, as CSV for programs or as an Excel workbook for people."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from django.http import StreamingHttpResponse

from goodword.core import workbooks
from goodword.core.csv_files import safe_cell
from goodword.core.workbooks import Cell

Form = Literal["csv", "xlsx"]


def table_file(
    form: Form,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    name: str,
    timespec: str = "minutes",
) -> StreamingHttpResponse:
    """Streams the rows. `name`: of the file, without its ending. `timespec`: of datetimes in CSV."""
    response = (
        StreamingHttpResponse(
            _csv_lines(columns, rows, timespec=timespec), content_type="text/csv; charset=utf-8"
        )
        if form == "csv"
        else StreamingHttpResponse(workbooks.workbook(columns, rows), content_type=workbooks.CONTENT_TYPE)
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, timespec: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_csv_cell(cell, timespec) for cell in row])


def _csv_cell(cell: Cell, timespec: str) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec=timespec)
    # numbers stay numbers: an apostrophe before a minus would make programs skip negative correlations
    return safe_cell(cell) if isinstance(cell, str) else cell

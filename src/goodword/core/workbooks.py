"""Writes Excel workbooks (ECMA-376) as streams. Unlike CSV, they look the same in Excel in every language, and no cell
runs as a formula."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any, Final, cast
from xml.sax.saxutils import escape

Cell = str | int | float | bool | datetime | None
CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: limits of Excel: UTF-16 units, to which texts are cut, and rows of a sheet
LONGEST_CELL: Final = 32_767
MOST_ROWS: Final = 1_048_576
#: bytes in memory at a time
_PIECE: Final = 64 * 1024
_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's dates have no zone
_HEADING, _DATE = 1, 2  # places in cellXfs of styles.xml
#: characters that XML can't contain
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: text that Excel would read as a character
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CONTENT_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_RELATIONSHIPS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def workbook(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, most_rows: int = MOST_ROWS
) -> Iterator[bytes]:
    """`columns`: headings, repeated on each sheet. Datetimes are shown in their zone."""
    out = _Pieces()
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("_rels/.rels", _RELATIONSHIPS)
        archive.writestr("xl/styles.xml", _STYLES)
        left, sheets = iter(rows), 0
        pending = next(left, None)
        while pending is not None or not sheets:
            sheets += 1
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w") as sheet:
                sheet.write(_opening(columns).encode())
                number = 1
                while pending is not None and number < most_rows:
                    number += 1
                    sheet.write(_row(number, pending).encode())
                    pending = next(left, None)
                    if out.size >= _PIECE:
                        yield out.taken()
                sheet.write(b"</sheetData></worksheet>")
        archive.writestr("xl/workbook.xml", _workbook(sheets))
        archive.writestr("xl/_rels/workbook.xml.rels", _parts(sheets))
    yield out.taken()


class _Pieces:
    """A file for zipfile that is read while it is written."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self.size = 0

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        self.size += len(self._written[-1])
        return len(self._written[-1])

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        found = b"".join(self._written)
        self._written, self.size = [], 0
        return found


def _workbook(sheets: int) -> str:
    listed = "".join(
        f'<sheet name="Sheet{number}" sheetId="{number}" r:id="rId{number}"/>'
        for number in range(1, sheets + 1)
    )
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'


def _parts(sheets: int) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, sheets + 1)
    )
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{listed}{styles}</Relationships>'


def _opening(columns: Sequence[str]) -> str:
    """The start of a sheet with its headings, which stay in view."""
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{len(columns)}" width="22" customWidth="1"/></cols><sheetData>'
        f"{_row(1, columns, style=_HEADING)}"
    )


def _row(number: int, cells: Sequence[Cell], *, style: int = 0) -> str:
    written = "".join(_cell(f"{_letters(place)}{number}", cell, style) for place, cell in enumerate(cells))
    return f'<row r="{number}">{written}</row>'


def _cell(where: str, cell: Cell, style: int) -> str:
    match cell:
        case None | "":
            return ""
        case bool():
            return f'<c r="{where}" t="b"><v>{int(cell)}</v></c>'
        case int() | float():
            return f'<c r="{where}"><v>{cell!r}</v></c>'
        case datetime():
            days = (cell.replace(tzinfo=None) - _DAY_0).total_seconds() / 86400
            return f'<c r="{where}" s="{_DATE}"><v>{days!r}</v></c>'
        case str():
            styled = f' s="{style}"' if style else ""
            text = f'<is><t xml:space="preserve">{_text(cell)}</t></is>'
            return f'<c r="{where}"{styled} t="inlineStr">{text}</c>'


def _text(text: str) -> str:
    return escape(_ESCAPE.sub("_x005F_", _cut(_UNWRITABLE.sub("", text))))


def _cut(text: str) -> str:
    if len(text) <= LONGEST_CELL // 2:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")


def _letters(place: int) -> str:
    """The name of a column: A to Z, AA ..."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

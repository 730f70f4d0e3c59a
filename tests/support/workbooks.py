"""Reads the workbooks of `core.tables`, by the rules of ECMA-376."""

import io
import zipfile
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets_of(raw: bytes) -> list[list[dict[str, str]]]:
    """The rows of each sheet. Cells by column: texts as they are, other values after their type or style, such as
    "n 2.5", "b 1", "s2 46084.5"."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        names = sorted(name for name in archive.namelist() if name.startswith("xl/worksheets/"))
        return [[_row(row) for row in _xml(archive, name).iter(f"{MAIN}row")] for name in names]


def readable(raw: bytes) -> str:
    """All texts of a workbook."""
    return "\n".join(text for sheet in sheets_of(raw) for row in sheet for text in row.values())


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(archive.read(name))


def _row(row: ET.Element) -> dict[str, str]:
    found = {}
    for cell in row.iter(f"{MAIN}c"):
        where = cell.attrib["r"]
        assert where.endswith(row.attrib["r"])
        value = cell.find(f"{MAIN}v")
        if value is None:
            found[where.removesuffix(row.attrib["r"])] = "".join(cell.itertext())
        else:
            style = f"s{cell.attrib['s']}" if "s" in cell.attrib else cell.get("t", "n")
            found[where.removesuffix(row.attrib["r"])] = f"{style} {float(value.text or 0):.10g}"
    return found

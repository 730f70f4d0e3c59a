"""Blocks as the Typst templates read them: texts fitted to their columns, and what stays on one page.

A block that is `together` is kept on one page. Only blocks that certainly fit on a page may be, since Typst cuts off
what exceeds it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, assert_never

from goodword.core.report_blocks import (
    Block,
    Cell,
    Heading,
    Labelled,
    Notice,
    OptionChart,
    OptionRow,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    RatingRow,
    ScaleChart,
    ScaleRow,
    Section,
    Table,
)
from goodword.reports.pdf.glyphs import narrow

LONGEST_NAME = 200
LONGEST_LABEL = 160
# PDF/A allows a string of 32 kB, and a character takes at most four bytes.
LONGEST_ALTERNATIVE = 4000
# What certainly fits on a page, and the fewest characters on a line of a narrow column and of prose.
MOST_LINES = 50
NARROW_LINE = 12
PROSE_LINE = 70
#: longer quotes may be split from the name below them
LONGEST_TOGETHER = 700

_SCRIPTS = {
    "he": re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefe]"),
}


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    """`text` in at most `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def lay_out(section: Section) -> dict[str, Any]:
    """A section for the templates."""
    return {
        "title": section.title,
        "blocks": [_block(block) for block in section.blocks],
        "together": section.together,
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"type": "heading", **asdict(block)}
        case Prose():
            paragraphs = [_lines(text) for text in block.paragraphs]
            return {"type": "prose", "paragraphs": paragraphs, "quiet": block.quiet, "leads": block.leads}
        case Notice():
            return {"type": "notice", "paragraphs": list(block.paragraphs)}
        case Labelled():
            rows = [{"label": label, "paragraphs": [_lines(text)]} for label, text in block.rows]
            fits = _fits([["", text] for _, text in block.rows], PROSE_LINE)
            return {"type": "labelled", "rows": rows, "together": fits}
        case Table():
            return _table(block)
        case ScaleChart():
            chart = _chart("scales", block.header, block.rows)
            return {**chart, "axis": list(block.axis), "notes": list(block.notes)}
        case RatingChart():
            return {**_chart("ratings", block.header, block.rows), "axis": list(block.axis)}
        case OptionChart():
            return _chart("dots", block.header, block.rows)
        case Quotes():
            return {"type": "comments", "entries": [_quote(one) for one in block.entries]}
        case _:
            assert_never(block)


def _table(table: Table) -> dict[str, Any]:
    rows = [[narrow(cell) if isinstance(cell, str) else _cell(cell) for cell in row] for row in table.rows]
    texts = [
        [cell if isinstance(cell, str) else narrow(f"{cell.text} {cell.note or ''}") for cell in row]
        for row in table.rows
    ]
    return {
        "type": "table",
        "header": list(table.header),
        "rows": rows,
        "widths": list(table.widths),
        "together": _fits(texts, NARROW_LINE),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "text": narrow(cell.text),
        "note": None if cell.note is None else narrow(cell.note),
        "rows": cell.rows,
        "together": 1 < cell.rows <= MOST_LINES // (LONGEST_NAME // NARROW_LINE // 2),
    }


def _chart(
    kind: str, header: Sequence[str], rows: Sequence[ScaleRow] | Sequence[RatingRow] | Sequence[OptionRow]
) -> dict[str, Any]:
    """Rows with a drawing each. Their texts are clipped, because a row cannot break."""
    fitted = [{key: _fitted(key, value) for key, value in asdict(row).items()} for row in rows]
    texts = [[row[key] for key in ("label", "note", "low", "high", "who") if key in row] for row in fitted]
    return {"type": kind, "header": list(header), "rows": fitted, "together": _fits(texts, NARROW_LINE)}


def _fitted(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return clipped(value, LONGEST_ALTERNATIVE) if key == "alt" else narrow(clipped(value, LONGEST_LABEL))


def _quote(quote: Quote) -> dict[str, Any]:
    text = quote.text
    return {
        "paragraphs": [_lines(part) for part in re.split(r"\n\s*\n", text.strip("\n"))],
        "by": quote.by,
        "language": _language(text, quote.language),
        "together": len(text) <= LONGEST_TOGETHER and text.count("\n") <= MOST_LINES // 5,
    }


def _language(text: str, tag: str | None) -> str | None:
    """The language that a screen reader should use for `text`: that of its tag, else the one that its first letter
    implies; `None` for the report's own."""
    main = (tag or "").replace("_", "-").split("-")[0].lower()
    if re.fullmatch("[a-z]{2,3}", main):
        return main
    first = re.search(r"[^\W\d_]", text)
    if first is None:
        return None
    return next((name for name, script in _SCRIPTS.items() if script.match(first.group())), None)


def _lines(text: str) -> list[str]:
    """The lines of one paragraph."""
    return [line for line in text.split("\n") if line.strip()] or [""]


def _fits(rows: Iterable[Sequence[str]], line: int) -> bool:
    """Whether rows with these texts side by side certainly fit on a page; one line a row is spacing."""
    return sum(2 + max((len(text) // line for text in row), default=0) for row in rows) <= MOST_LINES

"""Renders a snapshot as PDF/UA-1 and PDF/A-2a. The same Typst and fonts always give the same file.

The templates in `template/` contain neither text nor logic; `page_content` prepares their input. Only blocks that
certainly fit on a page may be `together`, since Typst cuts off what doesn't fit.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, assert_never, cast

from django.conf import settings

from goodword.assessments.report import assessment_facts, assessment_method, assessment_pages
from goodword.core.report_blocks import (
    AuthorMark,
    Block,
    BlockLink,
    Cell,
    Details,
    Drawings,
    Heading,
    Labelled,
    Notice,
    OptionChart,
    PrintedBlock,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    ScaleChart,
    ScoreTable,
    Section,
    Table,
)
from goodword.core.text import LONGEST_NAME, Phrases, clipped, isolate, main_language
from goodword.references.report import check_facts, check_method, check_pages
from goodword.references.report_data import with_name_isolated
from goodword.reports.pdf.logo import ReportLogo, usable_logo
from goodword.reports.pdf.snapshot import ReportSnapshot, Reused, SnapshotError, check_snapshot
from goodword.reports.pdf.text import NAME_RUN, Printer, breakable, narrow
from goodword.reports.pdf.typesetter import TypesettingError, typesetter
from goodword.reports.phrases import words_for
from goodword.ui.colour import GREEN, parse_hex, readable

#: path of reports.views.verify_report, to which CommonMiddleware adds the slash
VERIFY_PATH = "/verify"
LONGEST_RUNNING = 60
MOST_REPLACED = 12
LONGEST_LABEL = 160
# PDF/A limits strings to 32 kB; a character takes at most four bytes.
LONGEST_ALTERNATIVE = 4000
# lines that certainly fit on a page; minimum characters per line in a narrow column and in prose
MOST_LINES = 50
NARROW_LINE = 12
PROSE_LINE = 70
#: longer quotes may be separated from the name below them
LONGEST_TOGETHER = 700
_SCRIPTS = {
    "he": re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefe]"),
}


def page_content(snapshot: ReportSnapshot, *, replaced: tuple[str, ...]) -> dict[str, Any]:
    """`text.Printer` has cleaned the snapshot's texts and `replaced` these characters."""
    words = words_for(snapshot["language"])
    name = clipped(snapshot["candidate"]["name"] or words("name_removed"), LONGEST_NAME)
    role = clipped(snapshot["role"]["title"], LONGEST_NAME)
    organisation = clipped(snapshot["organisation"]["name"], LONGEST_NAME)
    kind = words(snapshot["kind"])
    if snapshot["kind"] == "assessment":
        pages = assessment_pages(snapshot["assessment"], words, erased=snapshot["redacted"])
        facts = assessment_facts(snapshot["assessment"], words)
        method = assessment_method(snapshot["assessment"], words, erased=snapshot["redacted"])
    else:
        check = with_name_isolated(snapshot["check"], snapshot["candidate"]["name"])
        pages = check_pages(check, words)
        facts, method = check_facts(check, words), check_method(words)
    code = words("code_version", code=snapshot["code"], version=snapshot["version"])
    facts += [(words("report"), code), (words("made"), snapshot["made_at_text"])]
    appendix = [*pages.appendix, *_closing(facts, method, replaced, words)]
    return {
        "language": words.language,
        "region": words.region,
        "title": words("title", kind=kind, name=clipped(name, 100), role=clipped(role, 100)),
        "author": organisation,
        "accent": readable_accent(snapshot["organisation"]["accent"]),
        "organisation": isolate(organisation),
        "logo-alt": words("logo", organisation=clipped(organisation, 100)),
        "kind": kind,
        "name": isolate(breakable(name, NAME_RUN)),
        "lead": " · ".join([words("lead", role=isolate(role)), pages.lead]),
        "notes": _notes(snapshot, words),
        "running": " · ".join(isolate(clipped(text, LONGEST_RUNNING)) for text in (organisation, name)),
        "footer": words(
            "footer",
            code=snapshot["code"],
            version=snapshot["version"],
            made=snapshot["made_at_text"],
            address=settings.GOODWORD_BASE_URL.removeprefix("https://") + VERIFY_PATH,
        ),
        "page": words("page", page="\x00", pages="\x00").split("\x00"),
        "front": [_section(section) for section in pages.front],
        "body": [_section(section) for section in pages.body],
        "appendix": words("appendix"),
        "closing": [_section(section) for section in appendix],
    }


def _notes(snapshot: ReportSnapshot, words: Phrases) -> list[str]:
    notes = []
    if snapshot["redacted"]:
        notes.append(words("redacted"))
    elif gone := snapshot.get("left_out", 0):
        notes.append(words.count("left_out", gone))
    if reused := snapshot.get("reused"):
        notes.append(words.labelled(words("reused"), _reused(reused, words)))
    return notes


def _reused(reused: Reused, words: Phrases) -> str:
    when, code = reused["completed_at_text"], reused["code"]
    if reused["role"] is None:
        return words("reused_confidential", when=when, code=code)
    return words("reused_from", role=isolate(clipped(reused["role"], LONGEST_NAME)), when=when, code=code)


def _closing(
    facts: Sequence[tuple[str, str]], method: Sequence[str], replaced: tuple[str, ...], words: Phrases
) -> list[Section]:
    blocks: list[Block] = [Prose([*method, words("no_automatic")])]
    if replaced:
        characters = ", ".join(replaced[:MOST_REPLACED])
        if len(replaced) > MOST_REPLACED:
            characters = words.count("replaced_more", len(replaced) - MOST_REPLACED, characters=characters)
        blocks.append(Prose([words("replaced", characters=characters)], quiet=True))
    about = Section(words("about_report"), [Labelled(facts, small=True)], together=True)
    return [Section(words("method"), blocks), about]


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "note": section.note,
        "blocks": [_block(block) for block in _printed(section.blocks)],
        "together": section.together,
    }


def _printed(blocks: Iterable[Block]) -> Iterator[PrintedBlock]:
    for block in blocks:
        match block:
            case Details() | Drawings() | BlockLink():
                pass
            case _:
                yield block


def _block(block: PrintedBlock) -> dict[str, Any]:
    match block:
        case Heading():
            return {"type": "heading", **asdict(block)}
        case Prose():
            paragraphs = [_lines(text) for text in block.paragraphs]
            look = {"quiet": block.quiet, "leads": block.leads, "large": block.large}
            return {"type": "prose", "paragraphs": paragraphs, **look}
        case Notice():
            return {"type": "notice", "paragraphs": list(block.paragraphs)}
        case Labelled():
            rows = [{"label": label, "paragraphs": [_lines(text)]} for label, text in block.rows]
            fits = _fits([["", text] for _, text in block.rows], PROSE_LINE)
            return {
                "type": "labelled",
                "rows": rows,
                "together": fits and not block.small,
                "small": block.small,
            }
        case Table():
            return _table(block)
        case ScaleChart():
            return _scales(block)
        case RatingChart():
            return _ratings(block)
        case OptionChart():
            return _options(block)
        case ScoreTable():
            return _scores(block)
        case Quotes():
            return {"type": "comments", "entries": [_quote(entry) for entry in block.entries]}
        case _:
            assert_never(block)


def _table(table: Table) -> dict[str, Any]:
    rows = [[narrow(cell) if isinstance(cell, str) else _cell(cell) for cell in row] for row in table.rows]
    texts = [
        [cell if isinstance(cell, str) else narrow(_text_of(cell)) for cell in row] for row in table.rows
    ]
    for row, text in zip(rows, texts, strict=True):
        if len(row) == len(table.header) and _fits([text], NARROW_LINE):
            first = row[0] if isinstance(row[0], dict) else _cell(Cell(row[0]))
            # an unbreakable cell keeps its row on one page
            row[0] = {**first, "together": first["rows"] == 1 or first["together"]}
    return {
        "type": "table",
        "header": list(table.header),
        "rows": rows,
        "widths": list(table.widths),
        "together": _fits(texts, NARROW_LINE),
    }


def _text_of(cell: Cell) -> str:
    return "\n".join(text for text in (cell.text, cell.note, cell.warning) if text)


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "text": narrow(cell.text),
        "note": None if cell.note is None else narrow(cell.note),
        "warning": None if cell.warning is None else narrow(cell.warning),
        "mark": None if cell.mark is None else _mark(cell.mark),
        "rows": cell.rows,
        "together": 1 < cell.rows <= MOST_LINES // (LONGEST_NAME // NARROW_LINE // 2),
    }


def _mark(mark: AuthorMark) -> dict[str, Any]:
    return {"letters": mark.letters, "shape": mark.shape, "own": mark.own}


def _scales(chart: ScaleChart) -> dict[str, Any]:
    rows = [{key: _fitted(key, value) for key, value in asdict(row).items()} for row in chart.rows]
    texts = [[row[key] for key in ("label", "note", "low", "high")] for row in rows]
    return {
        "type": "scales",
        "header": list(chart.header),
        "rows": rows,
        "axis": list(chart.axis),
        "notes": list(chart.notes),
        "together": _fits(texts, NARROW_LINE),
    }


def _ratings(chart: RatingChart) -> dict[str, Any]:
    low, high = chart.axis
    rows = []
    for row in chart.rows:
        pairs = list(zip(row.values, row.marks, strict=True))
        given = [value for value, mark in pairs if not mark.own]
        cells = [[_mark(mark) for value, mark in pairs if value == level] for level in range(low, high + 1)]
        rows.append(
            {
                "label": narrow(clipped(row.label, LONGEST_LABEL)),
                "note": narrow(clipped(row.note, LONGEST_LABEL)),
                "alt": clipped(row.alt, LONGEST_ALTERNATIVE),
                "cells": cells,
                "span": [min(given) - low, max(given) - low] if given else None,
            }
        )
    return {
        "type": "ratings",
        "levels": [narrow(clipped(level, LONGEST_LABEL)) for level in chart.levels],
        "low": low,
        "rows": rows,
        "legend": [{**_mark(mark), "text": name} for mark, name in chart.legend],
    }


def _options(chart: OptionChart) -> dict[str, Any]:
    rows = [
        {
            "label": narrow(clipped(row.label, LONGEST_LABEL)),
            "alt": clipped(row.alt, LONGEST_ALTERNATIVE),
            "n": row.filled + row.hollow,
            "marks": [_mark(mark) for mark in row.marks],
        }
        for row in chart.rows
    ]
    return {"type": "options", "rows": rows}


def _scores(table: ScoreTable) -> dict[str, Any]:
    rows = []
    for row in table.rows:
        scores = [
            {
                key: list(value) if isinstance(value, tuple) else _fitted(key, value)
                for key, value in asdict(score).items()
            }
            for score in row.scores
        ]
        texts = {key: narrow(value) for key, value in asdict(row).items() if isinstance(value, str)}
        rows.append({**texts, "scores": scores})
    return {"type": "scores", "header": list(table.header), "rows": rows}


def _fitted(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return clipped(value, LONGEST_ALTERNATIVE) if key == "alt" else narrow(clipped(value, LONGEST_LABEL))


def _quote(quote: Quote) -> dict[str, Any]:
    text = quote.text
    return {
        "paragraphs": [_lines(part) for part in re.split(r"\n\s*\n", text.strip("\n"))],
        "by": narrow(quote.by),
        "mark": None if quote.mark is None else _mark(quote.mark),
        "language": _language(text, quote.language),
        "together": len(text) <= LONGEST_TOGETHER and text.count("\n") <= MOST_LINES // 5,
    }


def _language(text: str, tag: str | None) -> str | None:
    """Return the language for screen readers: from the tag, otherwise from the script of the first letter. None means
    the report's language."""
    main = main_language(tag or "")
    if re.fullmatch("[a-z]{2,3}", main):
        return main
    first = re.search(r"[^\W\d_]", text)
    if first is None:
        return None
    return next((name for name, script in _SCRIPTS.items() if script.match(first.group())), None)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()] or [""]


def _fits(rows: Iterable[Sequence[str]], line: int) -> bool:
    """Whether a table with these cells certainly fits on a page. Counts a line of spacing per row."""
    return sum(2 + max((_height(text, line) for text in row), default=0) for row in rows) <= MOST_LINES


def _height(text: str, line: int) -> int:
    return text.count("\n") + len(text) // line


def readable_accent(accent: str) -> str:
    """`accent`, darkened until its contrast with white is 4.5. Our green if it isn't a colour."""
    try:
        parse_hex(accent)
    except ValueError:
        return GREEN
    return readable(accent, on="#ffffff", towards="#000000")


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RenderedPdf:
    """`replaced`: characters that no font could draw ("U+1F600 GRINNING FACE")."""

    bytes: bytes
    replaced: tuple[str, ...]


def render_pdf(snapshot: Mapping[str, Any]) -> RenderedPdf:
    """Render a snapshot. This takes 50 to 100 ms, or half a second if the typesetter isn't running. Thread-safe. Raises
    `SnapshotError`, `FontsMissingError` and `TypesetterFailed`, and `TypesettingError`, which no text in a snapshot
    should cause."""
    checked = check_snapshot(snapshot)
    made_at = _moment(checked["made_at"])
    encoded = checked["organisation"]["logo"]
    logo = usable_logo(encoded) if encoded else None
    fonts = typesetter.fonts()
    attempts = (
        Printer(fonts.coverage),
        Printer(fonts.coverage, marks=False),
        Printer(fonts.coverage, plain_only=True),
    )
    for attempt, printer in enumerate(attempts, start=1):
        try:
            inputs = template_inputs(checked, printer, fonts.families, logo)
            file = typesetter.typeset(inputs, made_at=made_at)
        except TypesettingError:
            # Text shaping may turn characters that a font covers into a missing glyph, so try simpler text.
            if attempt == len(attempts):
                raise
            # Typst's message quotes the text, which may be a name, so don't log it.
            log.warning("report %s: retrying with simpler text", checked["code"])
            continue
        break
    replaced = tuple(printer.replaced)
    if replaced:
        log.info("report %s: %d characters had no glyph", checked["code"], len(replaced))
    return RenderedPdf(bytes=file, replaced=replaced)


def template_inputs(
    snapshot: ReportSnapshot, printer: Printer, families: Sequence[str], logo: ReportLogo | None
) -> dict[str, str]:
    printable = cast(ReportSnapshot, _printable(snapshot, printer))
    content = page_content(printable, replaced=tuple(printer.replaced))
    inputs = {"content": json.dumps(content), "families": json.dumps(families)}
    if logo is not None:
        inputs |= {"logo": logo.data, "logo-format": logo.format}
    return inputs


def _printable(value: Any, printer: Printer) -> Any:
    if isinstance(value, str):
        return printer.clean(value)
    if isinstance(value, Mapping):
        return {
            key: None if key == "logo" else item if key == "svg" else _printable(item, printer)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_printable(item, printer) for item in value]
    return value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SnapshotError(f"made_at: {text!r} is not a time") from error
    if moment.tzinfo is None:
        raise SnapshotError("made_at: has no zone")
    return moment.replace(microsecond=0)  # PDF dates have seconds

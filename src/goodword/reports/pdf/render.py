"""Renders a snapshot as PDF/UA-1 and PDF/A-2a, reproducibly for the same Typst and fonts.

The templates in `template/` contain no text and no logic; `content` prepares their input.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import typst

from goodword.reports.pdf.content import page_content
from goodword.reports.pdf.logo import Logo, usable_logo
from goodword.reports.pdf.snapshot import ReportSnapshot, SnapshotError, check_snapshot
from goodword.reports.pdf.text import Fonts, Printer, load_fonts

TEMPLATE = Path(__file__).parent / "template"
STANDARDS: list[Any] = ["ua-1", "a-2a"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RenderedPdf:
    """`replaced` are the characters that no font could draw ("U+1F600 GRINNING FACE"), `engine` names the versions."""

    bytes: bytes
    replaced: tuple[str, ...]
    engine: str


def render_pdf(snapshot: Mapping[str, Any]) -> RenderedPdf:
    """Takes 50 to 100 ms; the first one of a process also reads the fonts. Thread-safe.

    Raises `SnapshotError`, and `typst.TypstError` if Typst fails, which no text in a snapshot should cause.
    """
    checked = check_snapshot(snapshot)
    made_at = _moment(checked["made_at"])
    encoded = checked["organisation"]["logo"]
    logo = usable_logo(encoded) if encoded else None
    fonts = load_fonts()
    attempts = (
        Printer(fonts.coverage),
        Printer(fonts.coverage, marks=False),
        Printer(fonts.coverage, plain_only=True),
    )
    for attempt, printer in enumerate(attempts, start=1):
        try:
            file = _compile(checked, printer, fonts, logo, made_at)
        except typst.TypstError:
            # Shaping may turn a covered cluster into a missing glyph: try simpler text.
            if attempt == len(attempts):
                raise
            # Typst's message is not logged, because it quotes the text, which may be a name.
            log.warning("report %s: retrying with simpler text", checked["code"])
            continue
        break
    replaced = tuple(printer.replaced)
    if replaced:
        log.info("report %s: %d characters had no glyph", checked["code"], len(replaced))
    return RenderedPdf(bytes=file, replaced=replaced, engine=_engine_text(fonts))


def _compile(
    snapshot: ReportSnapshot, printer: Printer, fonts: Fonts, logo: Logo | None, made_at: datetime
) -> bytes:
    return typst.compile(
        TEMPLATE / "main.typ",
        root=TEMPLATE,
        font_paths=fonts.typst,
        format="pdf",
        sys_inputs=template_inputs(snapshot, printer, fonts, logo),
        pdf_standards=STANDARDS,
        timestamp=made_at,
    )


def template_inputs(
    snapshot: ReportSnapshot, printer: Printer, fonts: Fonts, logo: Logo | None
) -> dict[str, str]:
    printable = cast(ReportSnapshot, _printable({**snapshot, "engine": None}, printer))
    content = page_content(printable, replaced=tuple(printer.replaced))
    inputs = {"content": json.dumps(content), "families": json.dumps(fonts.families)}
    if logo is not None:
        inputs |= {"logo": logo.data, "logo-format": logo.format}
    return inputs


def _printable(value: Any, printer: Printer) -> Any:
    if isinstance(value, str):
        return printer.clean(value)
    if isinstance(value, Mapping):
        return {
            key: None if key == "logo" else one if key == "svg" else _printable(one, printer)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_printable(one, printer) for one in value]
    return value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SnapshotError(f"made_at: {text!r} is not a time") from error
    if moment.tzinfo is None:
        raise SnapshotError("made_at: has no zone")
    return moment.replace(microsecond=0)  # a PDF dates to the second


def _engine_text(fonts: Fonts) -> str:
    engine = fonts.engine
    return "; ".join(
        [f"typst {engine['typst']}", *(f"{name} {one}" for name, one in engine["fonts"].items())]
    )

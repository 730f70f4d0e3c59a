"""Logos: what reports can draw, and an uploaded file as the PNG that pages, mails and reports show."""

import base64
import binascii
import re
import struct
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

LARGEST: Final = 1024 * 1024
MOST_PIXELS: Final = 16_000_000
#: of a stored logo: twice what a page shows, and 500 dpi in a report
PIXELS_HIGH, PIXELS_WIDE = 240, 1200
_LOGO_PAGE: Final = b"""
#set document(title: "logo")
#set page(width: 60mm, height: 12mm, margin: 0mm)
#let data = sys.inputs.logo
#image(
  if sys.inputs.format == "svg" { bytes(data) } else { bytes(json(bytes(data))) },
  format: sys.inputs.format, alt: "logo", width: 60mm, height: 12mm, fit: "contain",
)
"""
#: one point is one pixel at 72 dpi
_PNG_PAGE: Final = f"""
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let data = sys.inputs.logo
#let picture = image.with(
  if sys.inputs.format == "svg" {{ bytes(data) }} else {{ bytes(json(bytes(data))) }},
  format: sys.inputs.format, alt: "logo",
)
#context {{
  let tall = picture(height: {PIXELS_HIGH}pt)
  if measure(tall).width > {PIXELS_WIDE}pt {{ picture(width: {PIXELS_WIDE}pt) }} else {{ tall }}
}}
""".encode()
#: SVG: elements that show other content than shapes, or run
_REFUSED_ELEMENTS: Final = re.compile(
    r"<\s*(?:[\w.-]+:)?(script|foreignObject|iframe|handler)\b", re.IGNORECASE
)
_DOCTYPE_ENTITIES: Final = re.compile(r"<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True)
class Logo:
    """`data`: an SVG's text, or the bytes of other formats as a JSON list. `format`: Typst's name."""

    data: str
    format: str


class RefusedLogo(Exception):
    """`reason`: "type", "size", "pixels", "text", "script" or "damaged"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=64)
def usable_logo(encoded: str) -> Logo | None:
    """PNG, JPEG or SVG in base64; None if it is over 1 MiB or 16 million pixels, or refused by Typst."""
    try:
        logo = _read_logo(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RefusedLogo):
        return None
    return logo if _draw(logo, _LOGO_PAGE, "pdf") is not None else None


def as_png(raw: bytes) -> bytes:
    """The logo as pixels, without scripts or metadata. Raises RefusedLogo."""
    drawn = _draw(_read_logo(raw), _PNG_PAGE, "png")
    if drawn is None:
        raise RefusedLogo("damaged")
    return drawn


def _read_logo(raw: bytes) -> Logo:
    if len(raw) > LARGEST:
        raise RefusedLogo("size")
    if raw.startswith(b"\x89PNG\r\n\x1a\n") and len(raw) >= 24:
        width, height = struct.unpack(">II", raw[16:24])
        if width * height > MOST_PIXELS:
            raise RefusedLogo("pixels")
        return Logo(data=str(list(raw)), format="png")
    if raw.startswith(b"\xff\xd8\xff"):
        return Logo(data=str(list(raw)), format="jpg")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedLogo("type") from None
    if "<svg" not in text:
        raise RefusedLogo("type")
    if _REFUSED_ELEMENTS.search(text) or _DOCTYPE_ENTITIES.search(text):
        raise RefusedLogo("script")
    # Text in an SVG needs its own fonts, and a missing glyph would make the whole report fail.
    if "<text" in text:
        raise RefusedLogo("text")
    return Logo(data=text, format="svg")


def _draw(logo: Logo, page: bytes, form: Literal["pdf", "png"]) -> bytes | None:
    # A picture may refer to files beside it; this folder has none.
    with tempfile.TemporaryDirectory(prefix="goodword-logo-") as folder:
        source = Path(folder) / "page.typ"
        source.write_bytes(page)
        options: dict[str, Any] = {
            "root": Path(folder),
            "format": form,
            "ignore_system_fonts": True,
            "sys_inputs": {"logo": logo.data, "format": logo.format},
            **({"pdf_standards": ["ua-1", "a-2a"]} if form == "pdf" else {"ppi": 72.0}),
        }
        try:
            drawn = typst.compile(source, **options)
        except typst.TypstError:
            return None
    return drawn if isinstance(drawn, bytes) else None

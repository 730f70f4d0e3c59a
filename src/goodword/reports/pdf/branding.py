"""The organisation's colour and logo, made fit for print."""

import base64
import binascii
import re
import struct
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

FALLBACK = "#0e6b57"
AA = 4.5
_STEP = 0.02
LARGEST = 1024 * 1024
MOST_PIXELS = 16_000_000
_LOGO_PAGE = b"""
#set document(title: "logo")
#set page(width: 60mm, height: 12mm, margin: 0mm)
#let data = sys.inputs.logo
#image(
  if sys.inputs.format == "svg" { bytes(data) } else { bytes(json(bytes(data))) },
  format: sys.inputs.format, alt: "logo", width: 60mm, height: 12mm, fit: "contain",
)
"""


def readable_accent(accent: str) -> str:
    """`#rrggbb`, as near to `accent` as a contrast of 4.5 to 1 on white allows; the house green for anything
    that is not a colour. The hue stays: all three channels are scaled alike."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        return FALLBACK
    red, green, blue = _channels(accent)
    share = 1.0
    while contrast_on_white(_hex(red * share, green * share, blue * share)) < AA:
        share -= _STEP
    return _hex(red * share, green * share, blue * share)


def contrast_on_white(colour: str) -> float:
    """The contrast ratio of `#rrggbb` with white, from 1 to 21."""
    linear = [_linear(channel / 255) for channel in _channels(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in (red, green, blue))


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


@dataclass(frozen=True)
class Logo:
    """A picture as text for Typst: the SVG itself, or the bytes as a JSON list of numbers."""

    data: str
    format: str


@lru_cache(maxsize=64)
def usable_logo(encoded: str) -> Logo | None:
    """The logo in `encoded` (base64 of PNG, JPEG or SVG), or `None` where there is none to be drawn: not
    base64, over 1 MiB or 16 million pixels, another format, or a file that Typst refuses."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    logo = _read(raw) if len(raw) <= LARGEST else None
    return logo if logo is not None and _draws(logo) else None


def _read(raw: bytes) -> Logo | None:
    if raw.startswith(b"\x89PNG\r\n\x1a\n") and len(raw) >= 24:
        width, height = struct.unpack(">II", raw[16:24])
        return Logo(data=str(list(raw)), format="png") if width * height <= MOST_PIXELS else None
    if raw.startswith(b"\xff\xd8\xff"):
        return Logo(data=str(list(raw)), format="jpg")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    # Words in an SVG would need fonts of their own, and a letter without a glyph would stop the whole report.
    return Logo(data=text, format="svg") if "<svg" in text and "<text" not in text else None


def _draws(logo: Logo) -> bool:
    """Whether a page with nothing but the logo comes out."""
    # A picture may name files beside it; in this folder there are none.
    with tempfile.TemporaryDirectory(prefix="goodword-logo-") as folder:
        page = Path(folder) / "page.typ"
        page.write_bytes(_LOGO_PAGE)
        try:
            typst.compile(
                page,
                root=Path(folder),
                format="pdf",
                ignore_system_fonts=True,
                pdf_standards=["ua-1", "a-2a"],
                sys_inputs={"logo": logo.data, "format": logo.format},
            )
        except typst.TypstError:
            return False
    return True

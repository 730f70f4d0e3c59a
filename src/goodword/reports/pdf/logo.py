"""Logos: whether reports can draw them, and conversion of uploads to PNG for pages, mails and reports."""

import base64
import binascii
import logging
import re
import resource
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

LARGEST: Final = 1024 * 1024
#: a logo stored without compression has 1.15 MB
_LARGEST_STORED: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 16_000_000
#: limits for rendering an upload, since a small file can describe a huge image
MOST_MEMORY: Final = 1024**3
MOST_CPU_SECONDS: Final = 5
_MOST_SECONDS: Final = 20
#: pixels of a stored logo: twice its size on pages, and 500 dpi in reports
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
#: at 72 dpi, a point is a pixel
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
#: SVG elements that contain scripts or other documents
_REFUSED_ELEMENTS: Final = re.compile(
    r"<\s*(?:[\w.-]+:)?(script|foreignObject|iframe|handler)\b", re.IGNORECASE
)
#: exit status of the rendering process for a file it can't draw
_DAMAGED: Final = 3
_DOCTYPE_ENTITIES: Final = re.compile(r"<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True)
class ReportLogo:
    """`data`: the text of an SVG, or the bytes of other formats as a JSON list. `format`: as Typst calls it."""

    data: str
    format: str


log = logging.getLogger(__name__)


class RefusedLogo(Exception):
    """`reason`: "type", "size", "pixels", "text", "script", "complex" or "damaged"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=8)  # a logo can take five megabytes
def usable_logo(encoded: str) -> ReportLogo | None:
    """PNG, JPEG or SVG in base64. None if over 2 MiB or 16 million pixels, or if Typst can't draw it. Raises
    TypesetterFailed."""
    try:
        logo = _read_logo(base64.b64decode(encoded, validate=True), largest=_LARGEST_STORED)
    except (binascii.Error, ValueError, RefusedLogo):
        return None
    from goodword.reports.pdf.typesetter import typesetter  # not needed when this file runs as a program

    return logo if typesetter.can_draw(data=logo.data, form=logo.format) else None


def can_be_drawn(png: bytes) -> bool:
    """Whether `usable_logo` accepts it; True if unknown. Checked in another process, so that web processes don't load
    Typst."""
    try:
        return _was_drawn(png)
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("The logo could not be checked: %s", type(error).__name__)
        return True


@lru_cache(maxsize=8)
def _was_drawn(png: bytes) -> bool:
    done = _draw_apart(png, "pdf")
    if done.returncode not in {0, _DAMAGED}:
        done.check_returncode()  # the process was killed, which says nothing about the logo
    return done.returncode == 0


def as_png(raw: bytes) -> bytes:
    """The logo as PNG, without scripts or metadata. Raises RefusedLogo."""
    _read_logo(raw)
    try:
        drawn = _draw_apart(raw, "png")
    except subprocess.TimeoutExpired:
        raise RefusedLogo("complex") from None
    if drawn.returncode == _DAMAGED:
        raise RefusedLogo("damaged")
    if drawn.returncode != 0:
        raise RefusedLogo("complex")
    return drawn.stdout


def _draw_apart(raw: bytes, form: Literal["pdf", "png"]) -> subprocess.CompletedProcess[bytes]:
    """Draw it in a process with limits on memory and CPU time, so that a malicious file can't stop the server."""
    with tempfile.TemporaryDirectory(prefix="goodword-logo-") as folder:
        return subprocess.run(  # noqa: S603 - our own file
            [sys.executable, "-I", __file__, form],
            input=raw,
            capture_output=True,
            cwd=folder,
            env={"TMPDIR": folder},
            timeout=_MOST_SECONDS,
            check=False,
        )


def _read_logo(raw: bytes, *, largest: int = LARGEST) -> ReportLogo:
    if len(raw) > largest:
        raise RefusedLogo("size")
    if raw.startswith(b"\x89PNG\r\n\x1a\n") and len(raw) >= 24:
        _check_pixels(*struct.unpack(">II", raw[16:24]))
        return ReportLogo(data=str(list(raw)), format="png")
    if raw.startswith(b"\xff\xd8\xff"):
        _check_pixels(*_jpeg_size(raw))
        return ReportLogo(data=str(list(raw)), format="jpg")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedLogo("type") from None
    if "<svg" not in text:
        raise RefusedLogo("type")
    if _REFUSED_ELEMENTS.search(text) or _DOCTYPE_ENTITIES.search(text):
        raise RefusedLogo("script")
    # Text needs fonts, and a missing glyph would make the whole report fail.
    if "<text" in text:
        raise RefusedLogo("text")
    return ReportLogo(data=text, format="svg")


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise RefusedLogo("pixels")


def _jpeg_size(raw: bytes) -> tuple[int, int]:
    """The size in the frame header (ITU-T T.81, B.2.2). Raises RefusedLogo."""
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        marker, length = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise RefusedLogo("damaged")


def draw(logo: ReportLogo, form: Literal["pdf", "png"]) -> bytes | None:
    import typst  # large, and most processes render nothing

    # An image may refer to files beside it. In this folder there are none.
    with tempfile.TemporaryDirectory(prefix="goodword-logo-") as folder:
        source = Path(folder) / "page.typ"
        source.write_bytes(_LOGO_PAGE if form == "pdf" else _PNG_PAGE)
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


def _draw_input(form: Literal["pdf", "png"]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    try:
        drawn = draw(_read_logo(sys.stdin.buffer.read(), largest=_LARGEST_STORED), form)
    except RefusedLogo:
        return _DAMAGED
    if drawn is None:
        return _DAMAGED
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(_draw_input("pdf" if sys.argv[1:] == ["pdf"] else "png"))

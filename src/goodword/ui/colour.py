"""Contrast by the WCAG 2.2 formula, and colours moved until they pass it.

Colours are `#rrggbb` strings. Source of the formulas: WCAG 2.2, definitions of *relative luminance* and
*contrast ratio* (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance).
"""

import re

AA_TEXT = 4.5
AA_PARTS = 3.0

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


def parsed(colour: str) -> tuple[int, int, int]:
    """The channels 0..255 of `#rrggbb` (the `#` may be missing). Raises ValueError for anything else."""
    match = _HEX.fullmatch(colour)
    if match is None:
        raise ValueError(f"not a colour of six hexadecimal digits: {colour!r}")
    digits = match[1]
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def written(channels: tuple[int, int, int]) -> str:
    """Channels 0..255 as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*channels)


def luminance(colour: str) -> float:
    """Relative luminance: 0 is black, 1 is white."""
    red, green, blue = (_linear(channel) for channel in parsed(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21; their order does not matter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, into: str, share: float) -> str:
    """`colour` mixed into `into`: share 1 is all `colour`, 0 is all `into`. Plain sRGB, as `color-mix` does."""
    pairs = zip(parsed(colour), parsed(into), strict=True)
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in pairs)
    return written((red, green, blue))


def readable(colour: str, *, on: str, towards: str, ratio: float = AA_TEXT) -> str:
    """`colour` moved towards black or white (`towards`) only as far as `ratio` against `on` asks.

    Returns `towards` itself if nothing before it passes.
    """
    for hundredth in range(100, -1, -1):
        candidate = mixed(colour, towards, hundredth / 100)
        if contrast(candidate, on) >= ratio:
            return candidate
    return towards


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

"""The organisation's accent colour, darkened until text in it can be read on white.

Contrast as WCAG 2.2 defines it (relative luminance of sRGB); level AA asks 4.5 to 1 for text.
"""

import re

FALLBACK = "#0e6b57"
AA = 4.5
_STEP = 0.02


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

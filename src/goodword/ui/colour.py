"""Colour contrast by WCAG 2.2 (https://www.w3.org/TR/WCAG22/), and the organisation's accent. Colours: `#rrggbb`."""

import re
from dataclasses import dataclass

AA_TEXT = 4.5

#: colours of static/ui/css/tokens.css, as a test checks
GREEN = "#0e6b57"
LIGHT_PAPER = "#faf8f4"
DARK_PAPER = "#151417"
DARK_RAISED = "#1d1c20"
DARK_INK = "#0d0c0f"
SOFT_SHARE = 0.1

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


def parse_hex(colour: str) -> tuple[int, int, int]:
    """Channels 0..255 of `#rrggbb` (`#` is optional). Raises ValueError."""
    match = _HEX.fullmatch(colour)
    if match is None:
        raise ValueError(f"not a colour of six hexadecimal digits: {colour!r}")
    digits = match[1]
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_hex(channels: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*channels)


def luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in parse_hex(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, into: str, share: float) -> str:
    """Mix in sRGB like `color-mix`: share 1 is all `colour`, 0 all `into`."""
    pairs = zip(parse_hex(colour), parse_hex(into), strict=True)
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in pairs)
    return to_hex((red, green, blue))


def readable(colour: str, *, on: str, towards: str, ratio: float = AA_TEXT) -> str:
    """Mix the colour with `towards` until its contrast with `on` reaches `ratio`."""
    for hundredth in range(100, -1, -1):
        candidate = mix(colour, towards, hundredth / 100)
        if contrast(candidate, on) >= ratio:
            return candidate
    return towards


@dataclass(frozen=True)
class Accent:
    """Variants of an accent colour: for text and lines, on hover, as a soft background, and for text on top of it."""

    main: str
    strong: str
    soft: str
    on: str


def light_accent(colour: str) -> Accent:
    """The accent on light paper, darkened until it passes AA on paper and on its soft background."""
    soft = mix(colour, LIGHT_PAPER, SOFT_SHARE)
    darkest_ground = min((soft, LIGHT_PAPER), key=lambda ground: contrast(ground, "#000000"))
    main = readable(colour, on=darkest_ground, towards="#000000")
    return Accent(main=main, strong=mix(main, "#000000", 0.8), soft=soft, on="#ffffff")


def dark_accent(colour: str) -> Accent:
    """The accent on dark paper, lightened until it passes AA on raised and soft backgrounds."""
    soft = mix(colour, DARK_PAPER, SOFT_SHARE)
    lightest_ground = max((soft, DARK_RAISED), key=lambda ground: contrast(ground, "#000000"))
    main = readable(colour, on=lightest_ground, towards="#ffffff")
    return Accent(main=main, strong=mix(main, "#ffffff", 0.8), soft=soft, on=DARK_INK)


def accent_stylesheet(colour: str) -> str:
    """A style sheet with `colour` as the accent. Raises ValueError for an invalid colour."""
    colour = to_hex(parse_hex(colour))
    light, dark = light_accent(colour), dark_accent(colour)
    return (
        ":root {\n"
        f"  --accent: light-dark({light.main}, {dark.main});\n"
        f"  --accent-strong: light-dark({light.strong}, {dark.strong});\n"
        f"  --accent-soft: light-dark({light.soft}, {dark.soft});\n"
        f"  --on-accent: light-dark({light.on}, {dark.on});\n"
        "}\n"
    )


def mail_accent(colour: str | None) -> str:
    """The organisation's colour made readable on white, for mails; our green if it is missing or invalid."""
    try:
        return readable(colour or GREEN, on="#ffffff", towards="#000000")
    except ValueError:
        return GREEN


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

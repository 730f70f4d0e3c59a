"""An organisation's own colour, made readable, as the few custom properties that the styles use.

The paper colours are those of `static/ui/css/tokens.css`; a test holds them equal.
"""

from dataclasses import dataclass

from goodword.ui.colour import contrast, mixed, parsed, readable, written

GREEN = "#0e6b57"
LIGHT_PAPER = "#faf8f4"
DARK_PAPER = "#151417"
DARK_RAISED = "#1d1c20"
DARK_INK = "#0d0c0f"
SOFT_SHARE = 0.1


@dataclass(frozen=True)
class Accent:
    """One colour in its four uses: as text and lines, on hover, as a soft ground, and what is read on it."""

    main: str
    strong: str
    soft: str
    on: str


def light_accent(colour: str) -> Accent:
    """The accent on light paper: darkened until it passes AA on paper and on its own soft ground."""
    soft = mixed(colour, LIGHT_PAPER, SOFT_SHARE)
    darkest_ground = min((soft, LIGHT_PAPER), key=lambda ground: contrast(ground, "#000000"))
    main = readable(colour, on=darkest_ground, towards="#000000")
    return Accent(main=main, strong=mixed(main, "#000000", 0.8), soft=soft, on="#ffffff")


def dark_accent(colour: str) -> Accent:
    """The accent on dark paper: lightened until it passes AA on raised ground and on its own soft ground."""
    soft = mixed(colour, DARK_PAPER, SOFT_SHARE)
    lightest_ground = max((soft, DARK_RAISED), key=lambda ground: contrast(ground, "#000000"))
    main = readable(colour, on=lightest_ground, towards="#ffffff")
    return Accent(main=main, strong=mixed(main, "#ffffff", 0.8), soft=soft, on=DARK_INK)


def stylesheet(colour: str) -> str:
    """The style sheet that replaces green by `colour` (`#rrggbb` or `rrggbb`); ValueError if it is no colour."""
    colour = written(parsed(colour))
    light, dark = light_accent(colour), dark_accent(colour)
    return (
        ":root {\n"
        f"  --accent: light-dark({light.main}, {dark.main});\n"
        f"  --accent-strong: light-dark({light.strong}, {dark.strong});\n"
        f"  --accent-soft: light-dark({light.soft}, {dark.soft});\n"
        f"  --on-accent: light-dark({light.on}, {dark.on});\n"
        "}\n"
    )

"""All text and background colours have AA contrast in light and dark mode."""

import re
from pathlib import Path

import pytest

from goodword.ui import colour
from goodword.ui.colour import contrast
from goodword.ui.static_files import SOURCES, build_styles, bundled

TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (SOURCES / "tokens.css").read_text()
    )
}
GROUNDS = ["paper", "sunken", "raised", "hover"]
TEXT_PAIRS = [
    *[
        (text, ground)
        for text in ("ink", "muted", "accent", "attention", "error", "info", "success")
        for ground in GROUNDS
    ],
    *[("ink", f"{tone}-soft") for tone in ("accent", "success", "attention", "error", "info")],
    *[("muted", f"{tone}-soft") for tone in ("accent", "success", "attention", "error", "info")],
    *[(tone, f"{tone}-soft") for tone in ("accent", "success", "attention", "error", "info")],
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-error", "error"),
]
EDGE_PAIRS = [("edge", "raised"), ("edge", "paper"), ("accent", "raised"), ("accent", "paper")]


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_has_aa_contrast(mode: int) -> None:
    ratios = {pair: contrast(TOKENS[pair[0]][mode], TOKENS[pair[1]][mode]) for pair in TEXT_PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_input_borders_have_aa_contrast(mode: int) -> None:
    ratios = {pair: contrast(TOKENS[pair[0]][mode], TOKENS[pair[1]][mode]) for pair in EDGE_PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 3} == {}


def test_accent_backgrounds_match_the_tokens() -> None:
    assert TOKENS["paper"] == (colour.LIGHT_PAPER, colour.DARK_PAPER)
    assert TOKENS["raised"][1] == colour.DARK_RAISED
    assert TOKENS["on-accent"][1] == colour.DARK_INK
    assert TOKENS["accent"][0] == colour.GREEN


def test_every_stylesheet_is_imported_once_and_bundled() -> None:
    imported = re.findall(r'@import url\("([\w-]+\.css)"\)', (SOURCES / "goodword.css").read_text())
    assert sorted(imported) == sorted(
        path.name for path in SOURCES.glob("*.css") if path.name != "goodword.css"
    )
    assert "@import" not in bundled()


def test_every_css_variable_is_defined() -> None:
    text = bundled()
    used = set(re.findall(r"var\(--([\w-]+)\)", text))
    assert used - set(re.findall(r"--([\w-]+):", text)) == set()


def test_the_stylesheet_is_rebuilt_only_when_a_source_changes(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "goodword.css").write_text('@import url("a.css") layer(base);\n')
    (sources / "a.css").write_text("p { margin: 0; }\n")
    built = build_styles(tmp_path / "built", sources)
    assert built.read_text() == "/* a.css */\n@layer base {\np { margin: 0; }\n}\n\n"
    first = built.stat().st_mtime_ns
    assert build_styles(tmp_path / "built", sources).stat().st_mtime_ns == first
    (sources / "a.css").write_text("p { margin: 1px; }\n")
    assert "1px" in build_styles(tmp_path / "built", sources).read_text()

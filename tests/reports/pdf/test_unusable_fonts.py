"""Reports are created without unusable fonts, and Settings > Organisation names those."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import fontpkg
import pytest
from bs4 import BeautifulSoup
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph

from goodword.reports.pdf import text
from goodword.reports.pdf.render import render_pdf
from goodword.reports.pdf.text import FontsMissingError, font_problems, font_problems_apart, load_fonts
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

from .samples import assessment


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for packages and system fonts, read by the next `load_fonts`."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(text, "SYSTEM_FOLDERS", (str(tmp_path / "system"),))
    (tmp_path / "system").mkdir()
    load_fonts.cache_clear()
    font_problems_apart.cache_clear()
    monkeypatch.setattr("fontpkg._registry._cache", None)
    yield tmp_path
    load_fonts.cache_clear()
    font_problems_apart.cache_clear()


def package(folder: Path, name: str, *, files: dict[str, bytes] | None) -> None:
    """Installs a font package, damaged if it has no `files`."""
    module, about = folder / f"fontpkg_{name}", folder / f"fontpkg_{name}-1.0.dist-info"
    module.mkdir()
    about.mkdir()
    (module / "__init__.py").touch()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fontpkg-{name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[fontpkg.family]\n{name} = fontpkg_{name}\n")
    if files is None:
        return
    listed = [{"path": file} for file in files]
    meta = {"family": name, "slug": name, "version": "1.0", "license": "OFL", "files": listed}
    (module / "metadata.json").write_text(json.dumps(meta))
    for file, content in files.items():
        (module / file).write_bytes(content)


def without_characters(file: Path) -> bytes:
    """A font that Typst reads and that has no table of characters."""
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef"])
    font.setupGlyf({".notdef": Glyph()})
    font.setupHorizontalMetrics({".notdef": (500, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Bare", "styleName": "Regular"})
    font.setupCharacterMap({})
    font.setupOS2()
    font.setupPost()
    del font.font["cmap"]
    font.save(file)
    return file.read_bytes()


@pytest.mark.slow
@pytest.mark.django_db
def test_damaged_files_are_left_out_and_shown_on_the_settings_page(installed: Path) -> None:
    bare = without_characters(installed / "bare.ttf")
    package(installed, "bad", files={"garbage.ttf": b"no font", "bare.ttf": bare})
    (installed / "system/DejaVuSans.ttf").write_bytes(b"")
    assert render_pdf(assessment()).bytes.startswith(b"%PDF-")
    assert load_fonts().families[:2] == ("Inter", "Noto Sans")
    ada = factories.member(factories.organisation(), kind="admin")
    page = signed_in(ada).get(path("organisation_settings", ada.organisation))
    card = " ".join(BeautifulSoup(page.content, "html.parser").select("#fonts")[0].get_text(" ").split())
    for file in ("fontpkg_bad/garbage.ttf", "fontpkg_bad/bare.ttf", "system/DejaVuSans.ttf"):
        assert f"The font file {installed}/{file} can't be used (" in card
    assert card.count("reports are made without it.") == 3


def test_a_damaged_package_does_not_take_the_others_with_it(installed: Path) -> None:
    package(installed, "broken", files=None)
    assert load_fonts().families[:2] == ("Inter", "Noto Sans")
    assert font_problems() == (
        "The font package broken can't be used (FileNotFoundError): reports are made without it.",
    )


def test_without_inter_reports_use_another_font(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {slug: family for slug, family in fontpkg.families().items() if slug != "inter"}
    monkeypatch.setattr("fontpkg._registry._cache", others)
    assert render_pdf(assessment()).bytes.startswith(b"%PDF-")
    assert font_problems() == (
        "The font Inter (package fontpkg-inter) is missing: reports use Noto Sans instead.",
    )


def test_without_any_font_for_latin_admins_are_told_what_to_install(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fontpkg._registry._cache", {})
    with pytest.raises(FontsMissingError):
        load_fonts()
    assert font_problems() == (
        "No font for Latin text is installed, so reports can't be made. Install the package fontpkg-inter.",
    )


def test_installed_fonts_have_no_problems() -> None:
    assert font_problems() == ()


def test_admins_are_told_if_the_fonts_cannot_be_checked(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(installed / "python"))
    assert font_problems_apart() == ("The fonts can't be checked. Details are in the log.",)

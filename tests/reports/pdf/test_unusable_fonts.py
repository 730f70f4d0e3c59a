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

from goodword.reports.pdf import fonts
from goodword.reports.pdf.fonts import FontsMissingError, load_fonts
from goodword.reports.pdf.render import render_pdf
from goodword.reports.pdf.typesetter import font_problems, typesetter
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

from .samples import assessment


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for packages and system fonts, which the next typesetting process reads."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", (str(tmp_path / "system"),))
    (tmp_path / "system").mkdir()
    typesetter.end()
    yield tmp_path
    typesetter.end()


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


def only_packages(folder: Path, *slugs: str) -> None:
    """Installs another `fontpkg`, which finds no other packages."""
    found = {slug: [str(file.path) for file in fontpkg.families()[slug].files] for slug in slugs}
    (folder / "fontpkg.py").write_text(
        "from types import SimpleNamespace as Named\n"
        "Family = Named\n"
        "def families():\n"
        f"    return {{slug: Named(files=[Named(path=one) for one in files]) for slug, files in {found}.items()}}\n"
    )


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
    assert typesetter.fonts().families[:2] == ("Inter", "Noto Sans")
    ada = factories.member(factories.organisation(), kind="admin")
    page = signed_in(ada).get(path("organisation_settings", ada.organisation))
    card = " ".join(BeautifulSoup(page.content, "html.parser").select("#fonts")[0].get_text(" ").split())
    for file in ("fontpkg_bad/garbage.ttf", "fontpkg_bad/bare.ttf", "system/DejaVuSans.ttf"):
        assert f"The font file {installed}/{file} can't be used (" in card
    assert card.count("reports are made without it.") == 3


def test_a_damaged_package_does_not_take_the_others_with_it(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(installed, "broken", files=None)
    monkeypatch.setattr("fontpkg._registry._cache", None)
    found = load_fonts((str(installed / "system"),))
    assert found.families[:2] == ("Inter", "Noto Sans")
    assert found.problems == (
        "The font package broken can't be used (FileNotFoundError): reports are made without it.",
    )


@pytest.mark.programs
def test_without_inter_reports_use_another_font(installed: Path) -> None:
    only_packages(installed, "noto-sans")
    assert render_pdf(assessment()).bytes.startswith(b"%PDF-")
    assert font_problems() == (
        "The font Inter (package fontpkg-inter) is missing: reports use Noto Sans instead.",
    )


@pytest.mark.programs
def test_without_any_font_for_latin_admins_are_told_what_to_install(installed: Path) -> None:
    only_packages(installed)
    missing = (
        "No font for Latin text is installed, so reports can't be made. Install the package fontpkg-inter."
    )
    with pytest.raises(FontsMissingError, match=missing):
        render_pdf(assessment())
    assert font_problems() == (missing,)


def test_installed_fonts_have_no_problems() -> None:
    assert font_problems() == ()


@pytest.mark.slow
def test_admins_are_told_if_the_fonts_cannot_be_checked(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(installed / "python"))
    assert font_problems() == ("The fonts can't be checked. Details are in the log.",)

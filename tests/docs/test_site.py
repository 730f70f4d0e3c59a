"""The documentation site, built by `make docs`."""

from pathlib import Path

import pytest

import docs


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_site_builds_without_broken_links_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    assert list(docs.build(tmp_path)) == []
    start = (tmp_path / "index.html").read_text()
    assert "docs/connect-greenhouse.html" in start
    assert (tmp_path / "searchindex.js").stat().st_size > 100_000


def test_pages_that_load_something_from_elsewhere_are_found(tmp_path: Path) -> None:
    page = (
        '<script src="https://cdn.example/x.js"></script><a href="https://a.example">a</a><img src="no.png">'
    )
    (tmp_path / "page.html").write_text(f'<link rel="stylesheet" href="style.css">{page}')
    (tmp_path / "style.css").write_text("@import '//fonts.example/inter.css'; a { background: url(data:,x) }")
    assert list(docs.loads_from_elsewhere(tmp_path)) == [
        "page.html loads https://cdn.example/x.js",
        "page.html loads no.png, which doesn't exist",
        "style.css loads //fonts.example/inter.css",
    ]


def test_lists_of_the_start_page_become_navigation() -> None:
    given = "# Docs\n\n## Use\n\n- [Try](try.md): a demo\n- [Security](../SECURITY.md)\n\nSee <https://x.example>.\n"
    assert docs.start_page(given).endswith(
        "```{toctree}\n:hidden:\n:caption: Use\n\ndocs/try\nSECURITY\n```\n"
    )
    assert "- [Try](docs/try.md): a demo\n- [Security](SECURITY.md)" in docs.start_page(given)


def test_every_document_is_in_the_navigation(tmp_path: Path) -> None:
    docs.lay_out(tmp_path)
    start = (tmp_path / "index.md").read_text()
    there = {str(path.relative_to(tmp_path).with_suffix("")) for path in tmp_path.rglob("*.md")} - {"index"}
    folders = ("docs/decisions/", "docs/law/")
    assert {name for name in there if not name.startswith(folders) and f"\n{name}\n" not in start} == set()

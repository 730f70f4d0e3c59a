"""`make docs`: the documentation as a site in `site/`, from the Markdown files in `docs/` and beside them.

Sphinx fails on links to missing files and headings. The pages must not load anything from other sites.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

ROOT: Final = Path(__file__).resolve().parent.parent
SITE: Final = ROOT / "site"
DOCS: Final = ROOT / "docs"
#: pages outside docs/, at the same path on the site
OTHERS: Final = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "sandbox/README.md")
#: attributes by which a page loads something
LOADS: Final = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "object": ("data",),
}
_TAGS: Final = re.compile(rf"<(?:{'|'.join(LOADS)})\b[^>]*>")
#: types of <link> that are only addresses
ONLY_NAMED: Final = {"index", "search", "next", "prev", "canonical", "author"}


def main() -> int:
    """Build into site/. Prints errors; returns 1 if there are any."""
    shutil.rmtree(SITE, ignore_errors=True)
    problems = build(SITE)
    for problem in problems:
        print(f"docs: {problem}", file=sys.stderr)
    if not problems:
        print(f"{SITE / 'index.html'}")
    return 1 if problems else 0


def build(to: Path) -> list[str]:
    """Build the site. Returns the errors."""
    with tempfile.TemporaryDirectory(prefix="goodword-docs-") as folder:
        sources = Path(folder) / "sources"
        lay_out(sources)
        done = subprocess.run(  # noqa: S603 - our own environment's Sphinx
            [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", f"{folder}/read", sources, to],
            capture_output=True,
            text=True,
            check=False,
        )
    problems = [line.replace(f"{sources}/", "") for line in done.stderr.splitlines() if line.strip()]
    if done.returncode:
        return problems or ["Sphinx failed without a message."]
    return [*problems, *loads_from_elsewhere(to)]


def lay_out(sources: Path) -> None:
    """Copy the documents so that their relative links stay valid, with the table of contents that Sphinx needs."""
    shutil.copytree(DOCS, sources / "docs", ignore=shutil.ignore_patterns("site", "README.md"))
    shutil.copytree(DOCS / "site", sources, dirs_exist_ok=True)
    for name in OTHERS:
        (sources / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, sources / name)
    (sources / "index.md").write_text(start_page((DOCS / "README.md").read_text(encoding="utf-8")))
    for overview in DOCS.glob("*/README.md"):
        text = overview.read_text(encoding="utf-8")
        contents = "\n```{toctree}\n:glob:\n:hidden:\n\n*\n```\n"
        (sources / "docs" / overview.relative_to(DOCS)).write_text(text + contents, encoding="utf-8")
    for path in sources.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^<!-- check: .*-->\n", "", text, flags=re.MULTILINE), encoding="utf-8")


def start_page(text: str) -> str:
    """Return docs/README.md for one folder up, with each list also as a section of the navigation."""
    moved = re.sub(r"\]\((?!https?:)(\.\./)?", lambda found: "](" if found[1] else "](docs/", text)
    contents = []
    for part in re.split(r"^## ", moved, flags=re.MULTILINE)[1:]:
        caption, _, rest = part.partition("\n")
        pages = "\n".join(re.findall(r"^- \[[^\]]+\]\(([^)]+)\.md\)", rest, re.MULTILINE))
        contents.append(f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n")
    return moved + "\n" + "\n".join(contents)


def loads_from_elsewhere(site: Path) -> Iterator[str]:
    for path in sorted(site.rglob("*.html")):
        for url in _loaded(path.read_text(encoding="utf-8")):
            if _is_foreign(url):
                yield f"{path.relative_to(site)} loads {url}"
            elif not (path.parent / unquote(urlsplit(url).path)).exists():
                yield f"{path.relative_to(site)} loads {url}, which doesn't exist"
    for path in sorted(site.rglob("*.css")):
        for url in re.findall(r"(?:url\(|@import\s+)[\"']?([^\"')\s]+)", path.read_text(encoding="utf-8")):
            if _is_foreign(url):
                yield f"{path.relative_to(site)} loads {url}"


def _is_foreign(url: str) -> bool:
    return url.startswith("//") or urlsplit(url).scheme not in ("", "data")


def _loaded(page: str) -> list[str]:
    found: list[str] = []
    for tag in _TAGS.findall(page):  # parsing whole pages takes as long as building them
        reader = _Loads()  # a new parser for each: after <script> everything is a script
        reader.feed(tag)
        found += reader.urls
    return found


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "link" and given.get("rel", "") in ONLY_NAMED:
            return
        for name in LOADS.get(tag, ()):
            if value := given.get(name):
                self.urls += [one.split()[0] for one in value.split(",")] if name == "srcset" else [value]


if __name__ == "__main__":
    sys.exit(main())

"""One style sheet from the parts: `goodword.css` with each `@import` replaced by the file it names, in its layer.

A page then asks for one file instead of some forty, and still nothing needs a build step: without this the
browser follows the imports itself.
"""

import re
from pathlib import Path

SOURCES = Path(__file__).parent / "static" / "ui" / "css"
ENTRY = "goodword.css"

_IMPORT = re.compile(r'@import url\("(?P<name>[\w-]+\.css)"\) layer\((?P<layer>\w+)\);')


def bundled(sources: Path = SOURCES) -> str:
    """The whole style sheet as text. Addresses in it stay right, as all parts lie in one folder.

    Raises FileNotFoundError for an import of a part that is not there.
    """

    def part(match: re.Match[str]) -> str:
        text = (sources / match["name"]).read_text(encoding="utf-8").strip()
        return f"/* {match['name']} */\n@layer {match['layer']} {{\n{text}\n}}\n"

    return _IMPORT.sub(part, (sources / ENTRY).read_text(encoding="utf-8"))


def build_styles(folder: Path, sources: Path = SOURCES) -> Path:
    """Write the style sheet into `folder` if it differs from what is there, and return its path."""
    path = folder / ENTRY
    text = bundled(sources)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    return path

"""Report blocks as Markdown."""

import re
from collections.abc import Iterable, Iterator

from goodword.core.report_blocks import Block, Cell, Heading, Labelled, Notice, Prose, Section, Table

_SPECIAL = re.compile(r"([\\`*_<>|\[\]])")
#: what would begin a heading or a list
_OPENING = re.compile(r"^(\d*)(?=[#+.)-])")


def as_markdown(title: str, sections: Iterable[Section]) -> str:
    lines = [f"# {line(title)}"]
    for section in sections:
        lines.append(f"## {line(section.title)}")
        for block in section.blocks:
            lines += _block(block)
    return "\n\n".join(lines) + "\n"


def line(text: str) -> str:
    """One line of text that Markdown shows as it is."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _OPENING.sub(r"\1\\", escaped)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"### {line(block.text)}"
            if block.note:
                yield line(block.note)
        case Prose() | Notice():
            yield from map(line, block.paragraphs)
        case Labelled():
            yield "\n".join(f"- **{line(label)}:** {line(text)}" for label, text in block.rows)
        case Table():
            yield _table(block)
        case _:
            raise TypeError(f"{type(block).__name__} is not written as Markdown.")


def _table(table: Table) -> str:
    rows = [list(table.header), ["---"] * len(table.header)]
    rows += [[_cell(cell) for cell in row] for row in table.rows]
    written = [" | ".join(cell if cell == "---" else line(cell) for cell in row) for row in rows]
    return "\n".join(f"| {row} |" for row in written)


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return cell
    return f"{cell.text} ({cell.note})" if cell.note else cell.text

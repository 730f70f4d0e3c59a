"""Every block of commands in README.md and the operators' pages is run by `make docs-check` or gives a reason."""

import docs_blocks
import pytest
from docs_blocks import Block, NotMarked


def test_every_block_of_commands_is_marked() -> None:
    assert {block.scenario for block in docs_blocks.blocks()} == {*docs_blocks.SCENARIOS, ""}
    assert all(block.scenario or len(block.reason) > 20 for block in docs_blocks.blocks())


def test_marks_are_read() -> None:
    page = "Text\n<!-- check: install, online, types: a word -->\n```sh\necho 1\n```\n```json\n{}\n```\n"
    assert list(docs_blocks.blocks_of("p.md", page)) == [
        Block("p.md:3", "echo 1\n", "install", online=True, types="a word")
    ]
    assert list(docs_blocks.blocks_of("p.md", "<!-- check: none: no, never -->\n```sh\nx\n```\n")) == [
        Block("p.md:2", "x\n", reason="no, never")
    ]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("```sh\nx\n```\n", "p.md:1: name a scenario above it"),
        ("<!-- check: elsewhere -->\n```sh\nx\n```\n", "p.md:2: name a scenario above it"),
        ("<!-- check: try, slowly -->\n```sh\nx\n```\n", "unknown mark 'slowly'"),
        ("```\nx\n```\n", "p.md:1: give the block a language"),
    ],
)
def test_blocks_without_a_mark_are_refused(page: str, words: str) -> None:
    with pytest.raises(NotMarked, match=words):
        list(docs_blocks.blocks_of("p.md", page))

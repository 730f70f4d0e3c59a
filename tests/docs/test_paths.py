"""The map and the concepts name files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/goodword"
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+\.py)`")


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "docs/concepts.md"])
def test_paths_of_the_page_exist(page: str) -> None:
    named = PATH.findall((ROOT / page).read_text())
    assert named
    assert [path for path in named if not any((folder / path).exists() for folder in (SOURCE, ROOT))] == []

"""CSV cells that spreadsheets would run as formulas."""

import pytest

from goodword.core.csv_files import safe_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Ada", "Ada"),
        ("a=b, c-d; e", "a=b, c-d; e"),
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("-2", "'-2"),
        ("\uff1d1", "'\uff1d1"),
        # where a semicolon or tab separates cells
        ("x;=1+1;y", "x;'=1+1;y"),
        ("x\t@sum", "x\t'@sum"),
    ],
)
def test_a_formula_becomes_text(text: str, cell: str) -> None:
    assert safe_cell(text) == cell

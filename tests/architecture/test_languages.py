"""The languages are listed in the settings only, and every table of words by language has all of them."""

import ast

from goodword.core.text import language_codes

from .source import nodes, place

#: a table or list with these must have all languages
SOME = {"en", "de", "fr"}


def test_every_table_of_words_has_each_language() -> None:
    tables = {place(module, node): _constants(node.keys) for module, node in nodes(ast.Dict)}
    tables = {where: codes for where, codes in tables.items() if codes >= SOME}
    assert len(tables) > 10
    assert {where: codes for where, codes in tables.items() if codes != set(language_codes())} == {}


def test_nothing_repeats_the_list_of_languages() -> None:
    lists: list[tuple[str, ast.Tuple | ast.List | ast.Set]] = [
        *nodes(ast.Tuple),
        *nodes(ast.List),
        *nodes(ast.Set),
    ]
    assert [place(module, node) for module, node in lists if _constants(node.elts) >= SOME] == []


def _constants(written: list[ast.expr | None] | list[ast.expr]) -> set[object]:
    return {node.value for node in written if isinstance(node, ast.Constant)}

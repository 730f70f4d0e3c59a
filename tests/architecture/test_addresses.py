"""E-mail addresses are never compared by PostgreSQL's UPPER, which turns ı into I and ſ into S."""

import ast
import re

from tests.architecture.source import nodes


def test_addresses_are_looked_up_by_same_address() -> None:
    folded = {
        (module, node.arg)
        for module, node in nodes(ast.keyword)
        if node.arg and re.search(r"(mail|address|reader)\w*__iexact$", node.arg)
    }
    assert folded == set()

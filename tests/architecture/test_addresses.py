"""Addresses are not compared by the database's folding of case, which takes ı for I and ſ for S."""

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

"""One name, one meaning."""

import ast
from collections import defaultdict

from tests.architecture.source import modules

#: records of Greenhouse and parts of a report's snapshot, named like their models; and errors of both kinds of step
SAME_MEANING = {
    *("Application", "Candidate", "Job", "Organisation", "User"),
    *("AlreadyAnswered", "CannotInvite", "Incomplete"),
}


def test_no_two_classes_share_a_name() -> None:
    """Except forms, which are named for their page."""
    found = defaultdict(list)
    for module, tree in modules().items():
        for node in tree.body:
            if (
                isinstance(node, ast.ClassDef)
                and not node.name.startswith("_")
                and not node.name.endswith("Form")
            ):
                found[node.name].append(module)
    assert {name: where for name, where in found.items() if len(where) > 1 and name not in SAME_MEANING} == {}

"""Row locks that don't conflict with the foreign-key checks of other transactions.

A commit locks the rows that its new rows refer to FOR KEY SHARE. That conflicts with FOR UPDATE, not with FOR NO KEY
UPDATE. So a transaction that holds a row FOR UPDATE and waits for a second one can deadlock with one that refers to
both.
"""

import ast

from tests.architecture.source import called, nodes

#: modules that lock rows FOR UPDATE, because they delete these rows in the same transaction
DELETING = {
    "goodword.accounts.domain.whole_organisation",
    "goodword.assessments.kinds.judgement.panelists",
    "goodword.candidates.ratings",
    "goodword.core.key_rotation",
    "goodword.core.rows",
    "goodword.roles.domain.automation",
    "goodword.roles.domain.job_analysis",
    "goodword.workspace.comments",
}


def test_only_rows_that_are_deleted_are_locked_for_update() -> None:
    locking = {
        module
        for module, node in nodes(ast.Call)
        if called(node) == "select_for_update" and "no_key" not in {word.arg for word in node.keywords}
    }
    assert locking == DELETING


def test_no_statement_locks_rows_for_update() -> None:
    found = {
        module
        for module, node in nodes(ast.Constant)
        if isinstance(node.value, str) and "for update" in " ".join(node.value.lower().split())
    }
    assert found == set()

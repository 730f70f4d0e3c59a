"""One record of a table."""

from greenhouse_sandbox.api.answers import not_found
from greenhouse_sandbox.store.row import Row
from greenhouse_sandbox.store.table import Table


def one[R: Row](table: Table[R], row_id: int) -> R:
    """The record of that id; 404 if there is none."""
    row = table.get(row_id)
    if row is None:
        raise not_found()
    return row

"""Locks rows that another transaction may delete."""

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet


class RowDeleted(ObjectDoesNotExist):
    """The row was deleted after it had been read."""


def lock_row[M: Model](rows: QuerySet[M], pk: int) -> M:
    """Return the row of a locking query. Raises RowDeleted."""
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist:
        raise RowDeleted from None

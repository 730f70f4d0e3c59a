"""Locks rows that another transaction may delete."""

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet


class RowDeleted(ObjectDoesNotExist):
    """The row has been deleted since it was read."""


def lock_row[M: Model](rows: QuerySet[M], pk: int) -> M:
    """Lock a row: get it from a query with `select_for_update`. Raises RowDeleted."""
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist:
        raise RowDeleted from None

"""Locks rows that another transaction may delete."""

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet


class RowDeleted(ObjectDoesNotExist):
    """The row has been deleted since it was read."""


def locked_to_delete[M: Model](rows: QuerySet[M]) -> QuerySet[M]:
    """Lock rows in the order of their keys, before the rows that refer to them are deleted. Otherwise one that refers
    to them could still be inserted, and the deletion would fail when it is committed."""
    ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return rows.model._default_manager.filter(pk__in=ids)


def lock_row[M: Model](rows: QuerySet[M], pk: int) -> M:
    """Lock a row: get it from a query with `select_for_update`. Raises RowDeleted."""
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist:
        raise RowDeleted from None

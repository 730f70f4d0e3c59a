"""Reading whole lists of Harvest v3, which has no single records: one record is a list of one id."""

from collections.abc import Iterable, Iterator, Mapping

from goodword.greenhouse.client.batches import batches
from goodword.greenhouse.client.errors import Forbidden, NotFound
from goodword.greenhouse.client.paging import pages
from goodword.greenhouse.client.parse import Record
from goodword.greenhouse.client.permissions import Permission
from goodword.greenhouse.client.session import Session


def rows(
    session: Session, path: str, permission: Permission, params: Mapping[str, str] | None = None
) -> Iterator[Record]:
    """All rows of one list."""
    for page in pages(session, path, permission=permission, params=params):
        yield from page


def rows_of(
    session: Session,
    path: str,
    permission: Permission,
    *,
    by: str,
    ids: Iterable[int],
    params: Mapping[str, str] | None = None,
) -> Iterator[Record]:
    """The rows whose `by` is among the ids, fifty ids a call."""
    for batch in batches(ids):
        yield from rows(session, path, permission, {**(params or {}), by: batch})


def names(
    session: Session, path: str, permission: Permission, *, include_defaults: bool = False
) -> dict[int, str]:
    """Names by id, empty where we may not read them or the list is not there."""
    params = {"include_defaults": "true"} if include_defaults else None
    try:
        return {row.id(): row.text("name") for row in rows(session, path, permission, params)}
    except (Forbidden, NotFound):
        return {}

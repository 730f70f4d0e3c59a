"""Reading lists page by page, by the `Link` header (both versions), and by fifty ids."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import batched

import httpx2

from goodword.greenhouse.client.errors import Forbidden, NotFound
from goodword.greenhouse.client.permissions import Permission
from goodword.greenhouse.client.records import Record, records_of
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.transport import Answer

PER_PAGE = 500  # the maximum of both versions; every page costs one call
MAX_IDS = 50  # more in one filter is a 422 (greenhouse.md, 2.2)
MAX_PAGES = 20_000  # ten million rows: beyond it something goes in circles


def pages(
    session: Session, path: str, *, permission: Permission, params: Mapping[str, str] | None = None
) -> Iterator[list[Record]]:
    """The pages of a list, each read on demand.

    The next page's address is followed unchanged: a cursor must be the only parameter (else 422). If the header is
    empty, missing or without a `next`, this was the last page. An address on another host or above our base, or one
    already read, is an `UnexpectedShape`: our credential goes nowhere else.
    """
    answer = session.get(path, permission=permission, params={"per_page": str(PER_PAGE), **(params or {})})
    seen = {answer.url}
    for _ in range(MAX_PAGES):
        yield records_of(answer)
        if answer.next_link is None:
            return
        url = _checked(answer, base_url=session.base_url)
        if url in seen:
            raise answer.unexpected("The pages go in a circle.")
        seen.add(url)
        answer = session.follow(url, permission=permission)
    raise answer.unexpected("The list does not end.")


def _checked(answer: Answer, *, base_url: str) -> str:
    base = httpx2.URL(base_url)
    try:
        url = httpx2.URL(answer.url).join(answer.next_link or "")
    except httpx2.InvalidURL:
        raise answer.unexpected("The address of the next page cannot be read.") from None
    ours = (base.scheme, base.host, base.port)
    if (url.scheme, url.host, url.port) != ours or not url.path.startswith(base.path.rstrip("/") + "/"):
        raise answer.unexpected("The next page lies on another host.")
    if url.userinfo:
        raise answer.unexpected("The address of the next page carries a login.")
    return str(url)


def batches(ids: Iterable[int]) -> Iterator[str]:
    """Comma-separated lists of at most fifty different ids each, in their order."""
    for batch in batched(dict.fromkeys(ids), MAX_IDS):
        yield ",".join(map(str, batch))


def rows(
    session: Session, path: str, permission: Permission, params: Mapping[str, str] | None = None
) -> Iterator[Record]:
    """All rows of a list."""
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
    """The rows whose `by` is among the ids, fifty ids per call."""
    for batch in batches(ids):
        yield from rows(session, path, permission, {**(params or {}), by: batch})


def names(
    session: Session, path: str, permission: Permission, *, include_defaults: bool = False
) -> dict[int, str]:
    """Names by id; empty if we may not read them or the list does not exist."""
    params = {"include_defaults": "true"} if include_defaults else None
    try:
        return {row.id(): row.text("name") for row in rows(session, path, permission, params)}
    except (Forbidden, NotFound):
        return {}

"""Reading lists page by page, by the `Link` header as Greenhouse gives it (both versions)."""

from collections.abc import Iterator, Mapping

import httpx2

from goodword.greenhouse.client.parse import Record, records_of
from goodword.greenhouse.client.permissions import Permission
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.transport import Answer

PER_PAGE = 500  # the most that either version allows; every page costs one call of the rate
MOST_PAGES = 20_000  # ten million rows: beyond it something goes in circles


def pages(
    session: Session, path: str, *, permission: Permission, params: Mapping[str, str] | None = None
) -> Iterator[list[Record]]:
    """Each page of a list, read as it is asked for.

    The next page's address is followed unchanged: a cursor must be the only parameter (else 422). The header
    may be empty, missing, or without a `next`: then this was the last page. An address on another host or
    above our base, or one that was already read, is an `UnexpectedShape`: our credential goes nowhere else.
    """
    answer = session.get(path, permission=permission, params={"per_page": str(PER_PAGE), **(params or {})})
    seen = {answer.url}
    for _ in range(MOST_PAGES):
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

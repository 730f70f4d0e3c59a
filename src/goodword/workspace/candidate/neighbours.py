"""The previous and the next candidate, in the order of the list from which the candidate's page was opened."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse

from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.workspace.lists.listing import OPENED_FROM, opened_from
from goodword.workspace.lists.pages import Order
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.lists.rows import VisibleScope, chosen, filtered


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """`query`: query string of the links to them, which keeps the order. `list_url`: URL of the list with its filters,
    or of the role without filters if the page wasn't opened from a list. `of_role`: whether it lists one role's
    candidates."""

    previous: Application | None
    next: Application | None
    query: str
    list_url: str
    of_role: bool


def neighbours_of(request: MemberRequest, application: Application, *, now: datetime) -> Neighbours:
    data, member = _list_of(request), request.member
    which = data.get(OPENED_FROM, "")
    if which not in {"role", "all"}:  # newest first
        query, of_role, suffix = ListQuery(sort="-added"), True, ""
    else:
        query, of_role = ListQuery.of(data), which == "role"
        suffix = opened_from(query, of_role=of_role)
    slug = request.organisation.slug
    url = reverse("role", args=[slug, application.role_id]) if of_role else reverse("candidates", args=[slug])
    previous, after = _around(application, member, query, of_role=of_role, now=now)
    return Neighbours(
        previous=previous,
        next=after,
        query=suffix,
        list_url=url + query.url() if suffix and query.values else url,
        of_role=of_role,
    )


def _list_of(request: MemberRequest) -> QueryDict:
    """The list in the URL; after a form on this page, which redirects to it, that of the page before."""
    if OPENED_FROM in request.GET:
        return request.GET
    before = urlsplit(request.headers.get("Referer", ""))
    return QueryDict(before.query if before.path == request.path else "")


def _around(
    application: Application, member: Membership, query: ListQuery, *, of_role: bool, now: datetime
) -> tuple[Application | None, Application | None]:
    """Return the previous and the next application by the candidate's place in the order, even if the candidate no
    longer matches the filters."""
    scope, order = (
        VisibleScope.of(member, application.role if of_role else None),
        Order.of(query.sort, now=now),
    )
    own = scope.rows().filter(application=application)
    here = order.sorted(own).values_list(*order.columns).first()
    if here is None:
        return None, None
    rows = chosen(filtered(scope, query), query, now=now).select_related("application__candidate")
    before, after = (
        order.sorted(order.beyond(rows, here, backwards=backwards), backwards=backwards).first()
        for backwards in (True, False)
    )
    return before.application if before else None, after.application if after else None

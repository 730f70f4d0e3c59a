"""What both lists of candidates offer besides their page. `pk` is a role's, or absent for all candidates."""

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.roles.models import Role
from goodword.roles.queries import visible_roles
from goodword.workspace.lists.csv_file import csv_response
from goodword.workspace.lists.query import ListQuery


@require_safe
@access.member()
def list_csv(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    return csv_response(request.member, ListQuery.of(request.GET), role=role_of(request, pk), now=clock.now())


def role_of(request: MemberRequest, pk: int | None) -> Role | None:
    return None if pk is None else access.owned(visible_roles(request.member), pk)

"""Finished candidates of a role side by side."""

from functools import partial
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.assessments.models import Test
from goodword.core import clock
from goodword.roles.queries import visible_roles
from goodword.workspace.compared import SORTS, tables_of
from goodword.workspace.comparing import MOST, comparable_tests, finished_of, taken

HIDDEN = "hidden"


@require_safe
@access.member()
def compare(request: MemberRequest, pk: int) -> HttpResponse:
    """One test of a role's finished candidates, in a table for each group that can be compared.

    `test` chooses it, `names=hidden` puts numbers in the place of names and dates, `sort` orders by what may be
    sorted by. Each figure leads to its answers on the candidate's page; not while names are hidden, because a recruiter
    who hides them wants no address, text or file to tell one by accident, and showing names is one press away.
    """
    role = access.owned(visible_roles(request.member), pk)
    finished = finished_of(role, request.member)
    tests = comparable_tests(finished, role)
    test = next((one for one in tests if str(one.pk) == request.GET.get("test")), tests[0] if tests else None)
    hidden = request.GET.get("names") == HIDDEN
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "name"
    found = taken(finished, test, role=role) if test else []
    if found and test:
        write(
            organisation=request.organisation,
            action="result.compared",
            member=request.member,
            now=clock.now(),
            details={
                "role": role.pk,
                "test": test.pk,
                "applications": sorted(one.application.pk for one in found),
                "names_hidden": hidden,
            },
        )
    asked = partial(_query, test=str(test.pk) if test else "", names=HIDDEN if hidden else "", sort=sort)
    return render(
        request,
        "workspace/compare.html",
        {
            "role": role,
            "test": test,
            "is_scales": test is not None and test.kind == Test.Kind.SCALES,
            "chips": [(asked(test=str(one.pk), sort=""), one.title, one == test) for one in tests],
            "tables": tables_of(found, test, sort=sort, hidden=hidden) if test else [],
            "hidden": hidden,
            "toggle": asked(names="" if hidden else HIDDEN, sort=""),
            "sort": sort,
            "by": {
                name: asked(sort=f"-{name}" if sort == name else name) for name in ("name", "date", "score")
            },
            "most": MOST if len(finished) >= MOST else 0,
        },
    )


def _query(**values: str) -> str:
    """A query string of what is not empty."""
    return urlencode({name: value for name, value in values.items() if value})

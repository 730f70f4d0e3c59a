"""Library > Questionnaires."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.questionnaires.builtin import keys
from goodword.questionnaires.domain.ensure import ensure_all
from goodword.questionnaires.queries import Listed, listed


def _as_offered(row: Listed) -> int:
    """Those that come with the product stand in its own order, the most general first."""
    known = keys()
    return known.index(row.questionnaire.key) if row.questionnaire.key in known else len(known)


@require_safe
@access.member(kinds=access.WORKS)
def questionnaires(request: MemberRequest) -> HttpResponse:
    """Those of the organisation and those that come with the product; archived ones apart."""
    ensure_all(request.organisation, now=clock.now())
    rows = listed(request.member)
    archived = [row for row in rows if row.questionnaire.archived_at is not None]
    there = [row for row in rows if row.questionnaire.archived_at is None]
    return render(
        request,
        "questionnaires/editor/list.html",
        {
            "own": [row for row in there if row.own],
            "builtin": sorted((row for row in there if not row.own), key=_as_offered),
            "archived": archived,
        },
    )

"""Library > Tests."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.packs import ensure_all_builtin
from goodword.assessments.catalogue.queries import ListedTest, list_tests
from goodword.assessments.models import Test
from goodword.core import clock


@require_safe
@access.member(kinds=access.WORKS)
def tests(request: MemberRequest) -> HttpResponse:
    """Those that come with Goodword and the organisation's own, kind by kind; archived ones apart."""
    ensure_all_builtin(request.organisation, now=clock.now())
    rows = list_tests(request.member)
    there = [row for row in rows if row.test.archived_at is None]
    return render(
        request,
        "assessments/library/list.html",
        {
            "groups": list(_groups(there)),
            "has_own": any(not row.builtin for row in there),
            "archived": [row for row in rows if row.test.archived_at is not None],
        },
    )


def _groups(rows: list[ListedTest]) -> Iterable[tuple[str, str, str, list[ListedTest]]]:
    """Kind, heading, what it is in a sentence, and the tests: built-in ones first. Kinds without any are left out."""
    words = {
        Test.Kind.SCALES: (
            _("Work style and scales"),
            _("Self-description on scales without a better end."),
        ),
        Test.Kind.REASONING: (
            _("Reasoning"),
            _("Right or wrong, timed, generated for each candidate."),
        ),
        Test.Kind.JUDGEMENT: (
            _("Situations"),
            _("Ratings of how effective actions are, compared with a key."),
        ),
        Test.Kind.QUESTIONS: (
            _("Your own questions"),
            _("Read or marked by people, or with a right answer."),
        ),
    }
    for kind, (heading, sentence) in words.items():
        of_kind = [row for row in rows if row.test.kind == kind]
        if of_kind:
            yield kind, heading, sentence, sorted(of_kind, key=lambda row: not row.builtin)

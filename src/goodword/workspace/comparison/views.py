from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.assessments.kinds.registry import kind_named
from goodword.core import clock
from goodword.questionnaires.types import RELATIONSHIPS
from goodword.roles.models import Role, visible_roles
from goodword.workspace.comparison.references import (
    MOST_COLUMNS,
    CandidateReferences,
    reference_table,
    relationships_in,
    under_numbers,
    with_references,
)
from goodword.workspace.comparison.results import (
    MAX_ROWS,
    SORTS,
    Finished,
    comparable_tests,
    count_of_other_tests,
    finished_attempts,
    pseudonyms,
    results_of_test,
    tables_of,
)

HIDDEN = "hidden"


@require_safe
@access.member()
def compare(request: MemberRequest, pk: int) -> HttpResponse:
    """Compare test results. Query: `test` (id), `names=hidden`, `sort` (one of SORTS). With hidden names nothing links
    to answers."""
    role = access.get_or_404(visible_roles(request.member), pk)
    finished = finished_attempts(role, request.member)
    tests = comparable_tests(finished, role)
    test = next(
        (test for test in tests if str(test.pk) == request.GET.get("test")), tests[0] if tests else None
    )
    hidden = request.GET.get("names") == HIDDEN
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "name"
    numbers = _numbers(role, finished, with_references(role, request.member)[0]) if hidden else {}
    results = results_of_test(finished, test, role=role, numbers=numbers) if test else []
    if results and test:
        write_by(
            request.member,
            "result.compared",
            now=clock.now(),
            details={
                "role": role.pk,
                "test": test.pk,
                "applications": sorted(result.application.pk for result in results),
                "names_hidden": hidden,
            },
        )
    query = partial(_query, test=str(test.pk) if test else "", names=HIDDEN if hidden else "", sort=sort)
    return render(
        request,
        "workspace/comparison/compare.html",
        {
            "role": role,
            "test": test,
            "chips": [
                (query(test=str(offered.pk), sort=""), offered.title, offered == test) for offered in tests
            ],
            "tables": tables_of(results, sort=sort, hidden=hidden) if test else [],
            "in_open_text": count_of_other_tests(finished, test, role=role)
            if test is not None and kind_named(test.kind).offers_open_text
            else 0,
            "hidden": hidden,
            "toggle": query(names="" if hidden else HIDDEN, sort=""),
            "sort": sort,
            "by": {
                name: query(sort=f"-{name}" if sort == name else name) for name in ("name", "date", "score")
            },
            "most": MAX_ROWS if len(finished) >= MAX_ROWS else 0,
        },
    )


def _numbers(role: Role, finished: Finished, everybody: Sequence[CandidateReferences]) -> Mapping[int, int]:
    """Return numbers that replace hidden names, the same on both tabs."""
    ids = {application.pk for _, application in finished}
    return pseudonyms(ids | {candidate.application.pk for candidate in everybody}, role=role)


def _query(**values: str) -> str:
    return urlencode({name: value for name, value in values.items() if value})


@require_safe
@access.member()
def compare_references(request: MemberRequest, pk: int) -> HttpResponse:
    """Compare references. Query: `candidate` (application ids; if none, all, page by page), `relationship`, `page`,
    `names=hidden`."""
    role = access.get_or_404(visible_roles(request.member), pk)
    everybody, has_older = with_references(role, request.member)
    hidden = request.GET.get("names") == HIDDEN
    if hidden:
        numbers = _numbers(role, finished_attempts(role, request.member), everybody)
        everybody = under_numbers(everybody, numbers)
    wanted = set(request.GET.getlist("candidate"))
    chosen = [candidate for candidate in everybody if str(candidate.application.pk) in wanted]
    page = Paginator(chosen or everybody, MOST_COLUMNS).get_page(request.GET.get("page"))
    relationship = request.GET.get("relationship", "")
    relationship = relationship if relationship in RELATIONSHIPS else ""
    table = reference_table(list(page.object_list), role, relationship=relationship)
    if table.columns:
        write_by(
            request.member,
            "references.compared",
            now=clock.now(),
            details={
                "role": role.pk,
                "applications": sorted(column.application.pk for column in table.columns),
                "names_hidden": hidden,
            },
        )
    names = [("names", HIDDEN)] if hidden else []
    kept = [*(("candidate", str(candidate.application.pk)) for candidate in chosen), *names]
    relationships = [("", gettext("All referees")), *relationships_in(table)]
    return render(
        request,
        "workspace/comparison/references.html",
        {
            "role": role,
            "table": table,
            "page": page,
            "everybody": everybody,
            "most": MAX_ROWS if has_older else 0,
            "chosen": {candidate.application.pk for candidate in chosen},
            "relationship": relationship,
            "chips": [
                (urlencode([*kept, ("relationship", key), ("page", page.number)]), name, key == relationship)
                for key, name in relationships
            ],
            "hidden": hidden,
            "toggle": urlencode(
                [
                    *(pair for pair in kept if pair not in names),
                    ("relationship", relationship),
                    *([] if hidden else [("names", HIDDEN)]),
                ]
            ),
            "query": "".join(f"{urlencode([pair])}&" for pair in [*kept, ("relationship", relationship)]),
        },
    )

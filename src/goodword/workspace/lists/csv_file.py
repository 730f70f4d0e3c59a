"""A list as a streamed CSV file, with the filters and order of the page."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.core import clock
from goodword.core.csv_files import safe_cell
from goodword.roles.models import Role, visible_roles
from goodword.workspace.lists.pages import Order
from goodword.workspace.lists.query import NAMES, OVERDUE, STEPS, ListQuery, state_at
from goodword.workspace.lists.rows import Scope, chosen, filtered
from goodword.workspace.models import ListedApplication

#: rows in memory at a time
BATCH: Final = 500
COLUMNS: Final = (
    "application",
    "candidate",
    "email",
    "role",
    "status",
    "stage",
    "recruiter",
    "added",
    "assessment",
    "assessment_since",
    "reference_check",
    "reference_check_since_or_until",
    "next_reminder",
)


def csv_response(
    member: Membership, query: ListQuery, *, role: Role | None, now: datetime
) -> StreamingHttpResponse:
    rows = chosen(filtered(Scope.of(member, role), query), query, now=now)
    rows = rows.annotate(**{f"{step}_now": state_at(step, now=now) for step in STEPS})
    rows = Order.of(query.sort, now=now).sorted(rows)
    write(
        organisation=member.organisation,
        action="candidates.exported",
        member=member,
        now=now,
        details={"role": role.pk if role else None, "filters": query.filters},
    )
    response = StreamingHttpResponse(
        _lines(rows, member.organisation), content_type="text/csv; charset=utf-8"
    )
    name = slugify(role.title) if role else "candidates"
    day = now.astimezone(member.organisation.zone).date()
    response["Content-Disposition"] = f'attachment; filename="{name or "role"}-{day}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(rows: QuerySet[ListedApplication], organisation: Organisation) -> Iterator[str]:
    def moment(at: datetime | None) -> str:
        return at.astimezone(organisation.zone).isoformat(timespec="minutes") if at else ""

    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows.select_related("application__candidate", "role").iterator(chunk_size=BATCH):
        candidate, states = row.application.candidate, vars(row)  # annotated above
        is_late = states["assessment_now"] == OVERDUE
        cells = (
            str(row.pk),
            candidate.name,
            "" if row.application.erased_at or candidate.erased_at else candidate.email,
            row.role.title if row.role else "",
            row.status,
            row.stage_name,
            row.recruiter_name,
            moment(row.created_at),
            NAMES[states["assessment_now"]],
            moment(row.assessment_overdue_since if is_late else row.assessment_at),
            NAMES[states["check_now"]],
            moment(row.check_at),
            moment(row.next_reminder_at),
        )
        yield writer.writerow([safe_cell(cell) for cell in cells])


@require_safe
@access.member()
def list_csv(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    return csv_response(request.member, ListQuery.of(request.GET), role=role_of(request, pk), now=clock.now())


def role_of(request: MemberRequest, pk: int | None) -> Role | None:
    return None if pk is None else access.get_or_404(visible_roles(request.member), pk)

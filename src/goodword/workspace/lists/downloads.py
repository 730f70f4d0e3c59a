"""A list as a streamed file, CSV or an Excel workbook, with the filters and order of the page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.core import clock
from goodword.core.tables import Cell, Form, table_file
from goodword.roles.models import Role
from goodword.workspace.lists.pages import Order
from goodword.workspace.lists.query import NAMES, STEPS, ListQuery, assessment_since, state_at
from goodword.workspace.lists.rows import VisibleScope, chosen, filtered, role_of
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


def file_response(
    member: Membership, query: ListQuery, form: Form, *, role: Role | None, now: datetime
) -> StreamingHttpResponse:
    rows = chosen(filtered(VisibleScope.of(member, role), query), query, now=now)
    rows = rows.annotate(**{f"{step}_now": state_at(step, now=now) for step in STEPS})
    rows = rows.annotate(assessment_since=assessment_since(now=now))
    rows = Order.of(query.sort, now=now).sorted(rows)
    write_by(
        member,
        "candidates.exported",
        now=now,
        details={"role": role.pk if role else None, "filters": query.filters},
    )
    title = slugify(role.title) or "role" if role else "candidates"
    day = now.astimezone(member.organisation.zone).date()
    return table_file(form, COLUMNS, _cells(rows, member.organisation), name=f"{title}-{day}")


def _cells(rows: QuerySet[ListedApplication], organisation: Organisation) -> Iterator[tuple[Cell, ...]]:
    def moment(at: datetime | None) -> datetime | None:
        return at.astimezone(organisation.zone) if at else None

    for row in rows.select_related("application__candidate", "role").iterator(chunk_size=BATCH):
        candidate, states = row.application.candidate, vars(row)  # annotated above
        yield (
            row.pk,
            candidate.name,
            "" if row.application.erased_at or candidate.erased_at else candidate.email,
            row.role.title if row.role else "",
            row.status,
            row.stage_name,
            row.recruiter_name,
            moment(row.created_at),
            NAMES[states["assessment_now"]],
            moment(states["assessment_since"]),
            NAMES[states["check_now"]],
            moment(row.check_at),
            moment(row.next_reminder_at),
        )


@require_safe
@access.member()
def list_file(request: MemberRequest, form: Form, pk: int | None = None) -> HttpResponseBase:
    query = ListQuery.of(request.GET)
    return file_response(request.member, query, form, role=role_of(request, pk), now=clock.now())

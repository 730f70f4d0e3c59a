"""A list as a CSV file, streamed: the same filters and order as the page, all pages of it."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.text import slugify

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.core.csv_cells import safe_cell
from goodword.roles.models import Role
from goodword.workspace.lists.listing import in_order, matching
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.lists.states import NAMES

#: rows that are in memory at a time
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
)


def csv_response(
    member: Membership, query: ListQuery, *, role: Role | None, now: datetime
) -> StreamingHttpResponse:
    rows = in_order(matching(member, query, role=role, now=now), query)
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
    """A file whose lines are handed on."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: QuerySet[Application], organisation: Organisation) -> Iterator[str]:
    def moment(at: datetime | None) -> str:
        return at.astimezone(organisation.zone).isoformat(timespec="minutes") if at else ""

    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows.select_related("candidate", "role").iterator(chunk_size=BATCH):
        states = vars(row)  # annotations of with_states
        cells = (
            str(row.pk),
            row.candidate.name,
            "" if row.candidate.erased_at else row.candidate.email,
            row.role.title if row.role else "",
            row.status,
            row.stage_name,
            row.recruiter_name,
            moment(row.created_at),
            NAMES[states["assessment_state"]],
            moment(states["assessment_at"]),
            NAMES[states["check_state"]],
            moment(states["check_at"]),
        )
        yield writer.writerow([safe_cell(cell) for cell in cells])

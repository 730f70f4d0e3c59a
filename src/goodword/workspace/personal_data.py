from datetime import datetime

from django.db.models import Q

from goodword.candidates.models import Candidate
from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.workspace.models import Comment, ImportRow, RatingRequest
from goodword.workspace.validity.requests import forget


@erases("workspace.Comment", "workspace.CandidateImport", "workspace.ImportRow", "workspace.RatingRequest")
def erase(subject: Subject, now: datetime) -> Counts:
    del now
    _erase_import_rows(subject)
    rows = Comment.objects.across_organisations().filter(application__in=subject.application_ids)
    n, _ = rows.delete()
    asked = RatingRequest.objects.across_organisations().filter(application__in=subject.application_ids)
    forget(list(asked))
    return {"comments": n, "rating requests": asked.delete()[0]}


def _erase_import_rows(subject: Subject) -> None:
    """Erase imported rows that became the person's applications, and unused rows with the person's address."""
    whose = Q(application__in=subject.application_ids)
    people = Candidate.objects.across_organisations().filter(pk=subject.candidate_id or 0)
    if address := people.exclude(email="").values_list("email", flat=True).first():
        whose |= Q(organisation=subject.organisation_id, email__same_address=address)
    ImportRow.objects.across_organisations().filter(whose).delete()


@exports("workspace.Comment", "workspace.CandidateImport", "workspace.ImportRow", "workspace.RatingRequest")
def export(wanted: ExportRequest) -> Sections:
    """The candidate gets the comments about them, and that ratings were asked for, without the others' names."""
    rows = Comment.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    imported = ImportRow.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    return {
        "imported": [
            without_empty({"line": row.line, "read": row.of.created_at, **row.cells})
            for row in imported.select_related("of").order_by("pk")
        ],
        "comments": [
            without_empty(
                {
                    "written": comment.written_at,
                    "by": comment.author.user.name if wanted.by_member else None,
                    "text": comment.text,
                }
            )
            for comment in rows.select_related("author__user").order_by("written_at", "pk")
        ],
        "requests for a rating after the start": [
            without_empty(
                {
                    "asked": row.asked_at,
                    "reminded": row.reminded_at,
                    "settled": row.settled_at,
                    "outcome": row.state,
                    "why": row.reason,
                    "of": f"{row.rater_name} <{row.rater_email}>"
                    if wanted.by_member and row.rater_email
                    else None,
                }
            )
            for row in RatingRequest.objects.of(wanted.organisation)
            .filter(application_id__in=wanted.application_ids)
            .order_by("pk")
        ],
    }

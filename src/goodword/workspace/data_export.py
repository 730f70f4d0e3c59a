from goodword.core.data_export import ExportRequest, Sections, exports, without_empty
from goodword.workspace.models import Comment, ImportRow, RatingRequest


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

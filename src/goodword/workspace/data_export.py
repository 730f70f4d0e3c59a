from goodword.core.data_export import ExportRequest, Sections, exports, without_empty
from goodword.workspace.models import Comment


@exports("workspace.Comment")
def export(wanted: ExportRequest) -> Sections:
    """The candidate reads what was written about them, without the colleague's name."""
    rows = Comment.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    return {
        "comments": [
            without_empty(
                {
                    "written": comment.written_at,
                    "by": comment.author.user.name if wanted.by_member else None,
                    "text": comment.text,
                }
            )
            for comment in rows.select_related("author__user").order_by("written_at", "pk")
        ]
    }

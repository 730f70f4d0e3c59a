"""Unread comments that mention the member, on any role."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.candidates.queries import visible_applications
from goodword.workspace.models import Mention
from goodword.workspace.needs_you.needs import Action, Need, Source, Urgency, Viewer, place, quote, role_title


def _rows(viewer: Viewer) -> QuerySet[Mention]:
    visible = visible_applications(viewer.member).filter(erased_at=None, deleted_at=None)
    return Mention.objects.of(viewer.organisation).filter(
        member=viewer.member, seen_at=None, comment__application__in=visible.values("pk")
    )


def _shape(viewer: Viewer, rows: QuerySet[Mention]) -> QuerySet[Any]:
    del viewer
    related = ("comment__application__candidate", "comment__application__role", "comment__author__user")
    return rows.select_related(*related).order_by("comment__written_at", "pk")


def _describe(viewer: Viewer, rows: Sequence[Mention]) -> list[Need]:
    found = []
    for row in rows:
        comment = row.comment
        url = f"{viewer.link('candidate', comment.application_id)}#comments"
        found.append(
            Need(
                source="mention",
                pk=row.pk,
                urgency=Urgency.MENTIONED,
                who=comment.application.candidate.name,
                url=url,
                what=_("has a comment by %(name)s that mentions you") % {"name": comment.author.user.name},
                since=comment.written_at,
                role=role_title(comment.application),
                place=place(comment.application),
                detail=quote(comment.text),
                actions=[Action(label=_("Open comment"), url=url, is_link=True)],
            )
        )
    return found


MENTIONS = Source(name="mention", urgency=Urgency.MENTIONED, rows=_rows, shape=_shape, describe=_describe)

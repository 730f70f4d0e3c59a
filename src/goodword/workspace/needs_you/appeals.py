"""Unanswered requests for a human review, whatever the state of the application."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.workflow.models import Appeal
from goodword.workspace.needs_you.needs import Action, Need, Source, Urgency, Viewer, place, quote, role_title


def _rows(viewer: Viewer) -> QuerySet[Appeal]:
    rows = Appeal.objects.of(viewer.organisation)
    return rows.filter(answered_at=None, application__in=viewer.applications)


def _shape(viewer: Viewer, rows: QuerySet[Appeal]) -> QuerySet[Any]:
    del viewer
    related = ("application__candidate", "application__role")
    return rows.select_related(*related).order_by("opened_at", "pk")


def _describe(viewer: Viewer, rows: Sequence[Appeal]) -> list[Need]:
    found = []
    for row in rows:
        url = f"{viewer.link('candidate', row.application_id)}#human-review"
        found.append(
            Need(
                source="appeal",
                pk=row.pk,
                urgency=Urgency.STUCK,
                who=row.application.candidate.name,
                url=url,
                what=_("asks for a human review"),
                since=row.opened_at,
                role=role_title(row.application),
                place=place(row.application),
                detail=quote(row.text),
                actions=[Action(label=_("Answer …"), url=url, is_link=True)],
            )
        )
    return found


APPEALS = Source(name="appeal", urgency=Urgency.STUCK, rows=_rows, shape=_shape, describe=_describe)

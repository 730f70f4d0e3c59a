from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, F, Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.greenhouse.models import Finding
from goodword.greenhouse.reconciliation.missed_invitations import still_waiting
from goodword.roles.models import RoleNotice
from goodword.workspace.needs_you.needs import Action, Need, Source, Urgency, Viewer
from goodword.workspace.role.notices import notice_texts


def _notices(viewer: Viewer) -> QuerySet[RoleNotice]:
    return RoleNotice.objects.of(viewer.organisation).filter(settled_at=None, role__in=viewer.roles)


def _shape_notices(viewer: Viewer, rows: QuerySet[RoleNotice]) -> QuerySet[RoleNotice]:
    del viewer
    return rows.select_related("role", "automation").order_by("found_at", "pk")


def _describe_notices(viewer: Viewer, rows: Sequence[RoleNotice]) -> list[Need]:
    texts = notice_texts(rows)
    found = []
    for row in rows:
        text = texts[row.pk]
        dismiss = Action(label=_("Dismiss"), url=viewer.link("role_notice_seen", row.role_id, row.pk))
        mapping = Action(
            label=_("Update mapping …"), url=viewer.link("role_automation", row.role_id), is_link=True
        )
        found.append(
            Need(
                source="notice",
                pk=row.pk,
                urgency=Urgency.STUCK,
                who=row.role.title,
                url=viewer.link("role", row.role_id),
                what=text.title,
                since=row.found_at,
                role=row.role.title,
                place=text.meaning,
                actions=[mapping, dismiss] if text.needs_mapping else [dismiss],
            )
        )
    return found


def _missed(viewer: Viewer) -> QuerySet[Finding]:
    return still_waiting().filter(
        organisation=viewer.organisation, application__in=viewer.active, invite_requested_at=None
    )


def _shape_missed(viewer: Viewer, rows: QuerySet[Finding]) -> QuerySet[Any, Mapping[str, Any]]:
    """Per role and connection."""
    del viewer
    return (
        rows.values("connection_id", "application__role_id", "application__role__title")
        .annotate(n=Count("pk"), since=Min(Coalesce(F("entered_at"), F("found_at"))))
        .order_by("since", "application__role_id")
    )


def _describe_missed(viewer: Viewer, rows: Sequence[Mapping[str, Any]]) -> list[Need]:
    found = []
    for row in rows:
        url = viewer.link("greenhouse_missed_invitations", row["connection_id"])
        n = {"n": row["n"]}
        found.append(
            Need(
                source="missed",
                pk=row["application__role_id"],
                urgency=Urgency.STUCK,
                who=ngettext("%(n)s candidate", "%(n)s candidates", row["n"]) % n,
                url=url,
                what=_("moved to a mapped stage, and no webhook reported it"),
                since=row["since"],
                role=row["application__role__title"],
                place=row["application__role__title"],
                detail=_("not invited without your decision"),
                actions=[
                    Action(
                        label=ngettext("Review %(n)s …", "Review %(n)s …", row["n"]) % n,
                        url=url,
                        is_link=True,
                    )
                ],
            )
        )
    return found


NOTICES = Source(
    name="notice",
    urgency=Urgency.STUCK,
    rows=_notices,
    shape=_shape_notices,
    describe=_describe_notices,
)
MISSED_INVITATIONS = Source(
    name="missed",
    urgency=Urgency.STUCK,
    rows=_missed,
    shape=_shape_missed,
    describe=_describe_missed,
    key="application__role_id",
)

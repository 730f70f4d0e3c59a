"""People hired whom a hiring manager can rate and hasn't rated yet, where an admin lets members rate."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.candidates.models import Application, PerformanceRating
from goodword.candidates.performance.to_rate import DAYS
from goodword.workspace.needs_you.needs import Action, Need, Source, Urgency, Viewer, place, role_title

#: after the hire; later ratings would not compare with the others
_LAST_DAYS: Final = 180


def _rows(viewer: Viewer) -> QuerySet[Application]:
    rows = Application.objects.of(viewer.organisation)
    member = viewer.member
    if not viewer.organisation.rates_hires or member.kind != Membership.Kind.HIRING_MANAGER:
        return rows.none()
    rated = PerformanceRating.objects.of(viewer.organisation).filter(rater=member.user.email)
    return rows.filter(
        pk__in=viewer.applications,
        status=Application.Status.HIRED,
        hired_at__lte=viewer.now - timedelta(days=DAYS),
        hired_at__gt=viewer.now - timedelta(days=_LAST_DAYS),
        role__isnull=False,
    ).exclude(pk__in=rated.values("application_id"))


def _shape(viewer: Viewer, rows: QuerySet[Application]) -> QuerySet[Any]:
    del viewer
    return rows.select_related("candidate", "role").order_by("hired_at", "pk")


def _describe(viewer: Viewer, rows: Sequence[Application]) -> list[Need]:
    found = []
    for row in rows:
        assert row.hired_at is not None  # only such rows are selected
        url = viewer.link("candidate_rating", row.pk)
        found.append(
            Need(
                source="rating",
                pk=row.pk,
                urgency=Urgency.OVERDUE,
                who=row.candidate.name,
                url=url,
                what=_("can be rated: hired at least %(n)s days ago") % {"n": DAYS},
                since=row.hired_at + timedelta(days=DAYS),
                role=role_title(row),
                place=place(row),
                actions=[Action(label=_("Rate"), url=url, is_link=True)],
            )
        )
    return found


RATINGS = Source(name="rating", urgency=Urgency.OVERDUE, rows=_rows, shape=_shape, describe=_describe)

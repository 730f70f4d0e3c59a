"""Requests for extra time or an accessible version, on the Home of the person who answers them and nobody else's."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.adjustments.mails import send_fresh_link
from goodword.assessments.adjustments.waiting import waiting_for
from goodword.assessments.queries import application_of
from goodword.core import clock
from goodword.notifications.domain.queue import Correspondent
from goodword.workspace.needs_you.needs import Action, Need, Source, Urgency, Viewer


def _rows(viewer: Viewer) -> QuerySet[Any]:
    """The same for My roles and All roles: the reader need not see the role."""
    return waiting_for(viewer.member)


def _shape(viewer: Viewer, rows: QuerySet[Any]) -> QuerySet[Any]:
    del viewer
    return rows.select_related("attempt__step_request__application__candidate").order_by("asked_at", "pk")


def _describe(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    return [
        Need(
            source="adjustment",
            pk=row.pk,
            urgency=Urgency.STUCK,
            who=row.attempt.step_request.application.candidate.name,
            url="",
            what=_("asks you for extra time or an accessible version"),
            since=row.asked_at,
            role="",
            place=_("deadline on hold"),
            detail=_("only you see this; answer by the link in our e-mail"),
            actions=[Action(label=_("E-mail me a new link"), url=viewer.link("adjustment_link", row.pk))],
        )
        for row in rows
    ]


REQUESTS = Source(name="adjustment", urgency=Urgency.STUCK, rows=_rows, shape=_shape, describe=_describe)


@require_POST
@access.member(kinds=access.WORKS)
def send_link(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Mail a new link to the person named for adjustments. Not audited, since the hiring team may read the log."""
    requests = waiting_for(request.member).select_related(
        "attempt__step_request__step", "attempt__organisation"
    )
    row = access.owned(requests, pk)
    to = Correspondent(name=request.member.user.name, address=request.member.user.email)
    if send_fresh_link(row, application=application_of(row.attempt), to=to, now=clock.now()):
        messages.success(request, _("We have e-mailed you a new link."))
    else:
        messages.info(request, _("We e-mailed you the link a few minutes ago."))
    return redirect("needs_you", request.organisation.slug)

"""All sources of Home, including those not about steps, referees or reports."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.assessments.adjustments.mails import send_fresh_link
from goodword.assessments.adjustments.requests import waiting_for
from goodword.assessments.queries import application_of
from goodword.candidates.models import Application, PerformanceRating, visible_applications
from goodword.candidates.ratings import DAYS
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.greenhouse.models import Finding
from goodword.greenhouse.reconciliation.missed_invitations import NOT_INVITED, still_waiting
from goodword.references.domain.requests import address_hashes
from goodword.roles.models import RoleNotice
from goodword.workflow.models import Appeal
from goodword.workspace.candidate.timeline import RATING_REASONS
from goodword.workspace.models import Mention, RatingRequest
from goodword.workspace.needs_you import declined, referees, reports, steps
from goodword.workspace.needs_you.needs import (
    Need,
    NeedAction,
    NeedSource,
    Urgency,
    Viewer,
    need_about,
    quote,
)
from goodword.workspace.role.views import notice_texts
from goodword.workspace.validity.answering import roles_without_ratings
from goodword.workspace.validity.asking import was_informed


def _adjustments(viewer: Viewer) -> QuerySet[Any]:
    """Open adjustment requests, regardless of *My roles* or *All roles*, since the contact might not have access to the
    role."""
    return waiting_for(viewer.member)


def _adjustment_needs(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    return [
        Need(
            pk=row.pk,
            who=row.attempt.step_request.application.candidate.name,
            url="",
            what=_("has asked you for extra time or an accessible version"),
            since=row.asked_at,
            role="",
            place=_("deadline on hold"),
            detail=_("only you see this; answer through the link in our e-mail"),
            actions=[NeedAction(label=_("E-mail me a new link"), url=viewer.link("adjustment_link", row.pk))],
        )
        for row in rows
    ]


ADJUSTMENTS = NeedSource(
    name="adjustment",
    urgency=Urgency.STUCK,
    rows=_adjustments,
    describe=_adjustment_needs,
    order="asked_at",
    related=("attempt__step_request__application__candidate",),
)


@require_POST
@access.member(kinds=access.WORKS)
def send_link(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Mail a new link to the contact for adjustments. Not audited, since the hiring team can read the log."""
    requests = waiting_for(request.member).select_related(
        "attempt__step_request__step", "attempt__organisation"
    )
    row = access.get_or_404(requests, pk)
    to = Correspondent(name=request.member.user.name, address=request.member.user.email)
    if send_fresh_link(row, application=application_of(row.attempt), to=to, now=clock.now()):
        messages.success(request, _("We have e-mailed you a new link."))
    else:
        messages.info(request, _("We e-mailed you the link a few minutes ago."))
    return redirect("needs_you", request.organisation.slug)


def _appeals(viewer: Viewer) -> QuerySet[Appeal]:
    rows = Appeal.objects.of(viewer.organisation)
    return rows.filter(answered_at=None, application__in=viewer.applications)


def _appeal_needs(viewer: Viewer, rows: Sequence[Appeal]) -> list[Need]:
    found = []
    for row in rows:
        url = f"{viewer.link('candidate', row.application_id)}#human-review"
        found.append(
            need_about(
                row.application,
                pk=row.pk,
                url=url,
                what=_("has asked for a human review"),
                since=row.opened_at,
                detail=quote(row.text),
                actions=[NeedAction(label=_("Answer …"), url=url, is_link=True)],
            )
        )
    return found


APPEALS = NeedSource(
    name="appeal",
    urgency=Urgency.STUCK,
    rows=_appeals,
    describe=_appeal_needs,
    order="opened_at",
    related=("application__candidate", "application__role"),
)


def _mentions(viewer: Viewer) -> QuerySet[Mention]:
    visible = visible_applications(viewer.member).filter(erased_at=None, erasure_requested_at=None)
    return Mention.objects.of(viewer.organisation).filter(
        member=viewer.member, seen_at=None, comment__application__in=visible.values("pk")
    )


def _mention_needs(viewer: Viewer, rows: Sequence[Mention]) -> list[Need]:
    found = []
    for row in rows:
        comment = row.comment
        url = f"{viewer.link('candidate', comment.application_id)}#comments"
        found.append(
            need_about(
                comment.application,
                pk=row.pk,
                url=url,
                what=_("has a comment by %(name)s that mentions you") % {"name": comment.author.user.name},
                since=comment.written_at,
                detail=quote(comment.text),
                actions=[NeedAction(label=_("Open comment"), url=url, is_link=True)],
            )
        )
    return found


MENTIONS = NeedSource(
    name="mention",
    urgency=Urgency.MENTIONED,
    rows=_mentions,
    describe=_mention_needs,
    order="comment__written_at",
    related=("comment__application__candidate", "comment__application__role", "comment__author__user"),
)


#: days after the hire, since later ratings wouldn't be comparable
_LAST_DAYS: Final = 180


def _ratings(viewer: Viewer) -> QuerySet[Application]:
    rows = Application.objects.of(viewer.organisation)
    member = viewer.member
    if not viewer.organisation.rates_hires or member.kind != Membership.Kind.HIRING_MANAGER:
        return rows.none()
    rated = PerformanceRating.objects.of(viewer.organisation).filter(
        rater__same_address=member.user.email, of__confirmed_at__isnull=False
    )
    rows = rows.filter(
        pk__in=viewer.applications,
        status=Application.Status.HIRED,
        hired_at__lte=viewer.now - timedelta(days=DAYS),
        hired_at__gt=viewer.now - timedelta(days=_LAST_DAYS),
        role__isnull=False,
    ).exclude(pk__in=rated.values("application_id"))
    of = RatingRequest.objects.of(viewer.organisation)
    refused = Q(state=RatingRequest.State.DECLINED) | Q(reason=RatingRequest.Reason.MEMBER)
    refused |= Q(rated_hash__in=list(address_hashes(viewer.organisation, member.user.email)))
    not_theirs = Q(reason=RatingRequest.Reason.NOT_MINE, rater_email__same_address=member.user.email)
    rows = rows.exclude(pk__in=of.filter(refused | not_theirs).values("application_id"))
    rows = rows.filter(Q(role__asks_for_ratings_since=None) | was_informed())
    roles = set(rows.values_list("role_id", flat=True))
    return rows.exclude(role__in=roles_without_ratings(viewer.organisation, roles)) if roles else rows


def _rating_needs(viewer: Viewer, rows: Sequence[Application]) -> list[Need]:
    found = []
    for row in rows:
        assert row.hired_at is not None  # the query selects only these
        url = viewer.link("candidate_rating", row.pk)
        found.append(
            need_about(
                row,
                pk=row.pk,
                url=url,
                what=_("can be rated: hired at least %(n)s days ago") % {"n": DAYS},
                since=row.hired_at + timedelta(days=DAYS),
                actions=[NeedAction(label=_("Rate"), url=url, is_link=True)],
            )
        )
    return found


RATINGS = NeedSource(
    name="rating",
    urgency=Urgency.OVERDUE,
    rows=_ratings,
    describe=_rating_needs,
    order="hired_at",
    related=("candidate", "role"),
)


def _without_rater(viewer: Viewer) -> QuerySet[RatingRequest]:
    rows = RatingRequest.objects.of(viewer.organisation)
    if not viewer.member.may_work:
        return rows.none()
    return rows.filter(
        state=RatingRequest.State.NEEDS_RATER,
        application__in=viewer.applications,
        application__status=Application.Status.HIRED,
    )


def _describe_without_rater(viewer: Viewer, rows: Sequence[RatingRequest]) -> list[Need]:
    return [
        need_about(
            row.application,
            pk=row.pk,
            url=viewer.link("candidate", row.application_id),
            what=_("can be rated, but nobody has been asked: %(reason)s")
            % {"reason": RATING_REASONS.get(row.reason, "")},
            since=row.created_at,
            detail=row.rater_email,
            actions=[
                NeedAction(
                    label=_("Enter address"),
                    url=viewer.link("rating_request", row.application_id),
                    is_link=True,
                ),
                NeedAction(label=_("Don't ask"), url=viewer.link("rating_request_stop", row.application_id)),
            ],
        )
        for row in rows
    ]


WITHOUT_RATER = NeedSource(
    name="rater",
    urgency=Urgency.OVERDUE,
    rows=_without_rater,
    describe=_describe_without_rater,
    order="created_at",
    related=("application__candidate", "application__role"),
)


def _notices(viewer: Viewer) -> QuerySet[RoleNotice]:
    return RoleNotice.objects.of(viewer.organisation).filter(settled_at=None, role__in=viewer.roles)


def _describe_notices(viewer: Viewer, rows: Sequence[RoleNotice]) -> list[Need]:
    texts = notice_texts(rows)
    found = []
    for row in rows:
        text = texts[row.pk]
        dismiss = NeedAction(label=_("Dismiss"), url=viewer.link("role_notice_seen", row.role_id, row.pk))
        mapping = NeedAction(
            label=_("Update mapping …"), url=viewer.link("role_automation", row.role_id), is_link=True
        )
        found.append(
            Need(
                pk=row.pk,
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


def _by_role(rows: QuerySet[Finding]) -> QuerySet[Any, Mapping[str, Any]]:
    return (
        rows.values("connection_id", "application__role_id", "application__role__title")
        .annotate(n=Count("pk"), failed=Count("pk", filter=Q(sentence=NOT_INVITED)))
        .annotate(since=Min(Coalesce(F("entered_at"), F("found_at"))))
        .order_by("since", "application__role_id")
    )


def _describe_missed(viewer: Viewer, rows: Sequence[Mapping[str, Any]]) -> list[Need]:
    found = []
    for row in rows:
        url = viewer.link("greenhouse_missed_invitations", row["connection_id"])
        n = {"n": row["n"]}
        found.append(
            Need(
                pk=row["application__role_id"],
                who=ngettext("%(n)s candidate", "%(n)s candidates", row["n"]) % n,
                url=url,
                what=_("moved to a mapped stage but weren't invited automatically"),
                since=row["since"],
                role=row["application__role__title"],
                place=row["application__role__title"],
                detail=ngettext(
                    "%(n)s invitation failed; try again", "%(n)s invitations failed; try again", row["failed"]
                )
                % {"n": row["failed"]}
                if row["failed"]
                else _("you decide who is invited"),
                actions=[
                    NeedAction(
                        label=ngettext("Review %(n)s …", "Review %(n)s …", row["n"]) % n,
                        url=url,
                        is_link=True,
                    )
                ],
            )
        )
    return found


NOTICES = NeedSource(
    name="notice",
    urgency=Urgency.STUCK,
    rows=_notices,
    describe=_describe_notices,
    order="found_at",
    related=("role", "automation"),
)
MISSED_INVITATIONS = NeedSource(
    name="missed",
    urgency=Urgency.STUCK,
    rows=_missed,
    describe=_describe_missed,
    group=_by_role,
    key="application__role_id",
)


SOURCES: tuple[NeedSource, ...] = (
    steps.WAITING,
    steps.ATTEMPTS_NEEDING_ATTENTION,
    steps.CHECKS_NEEDING_ATTENTION,
    declined.DECLINED_ATTEMPTS,
    declined.DECLINED_CHECKS,
    referees.QUESTIONED_SLOTS,
    referees.UNREACHED_REFEREES,
    ADJUSTMENTS,
    APPEALS,
    MENTIONS,
    reports.FAILED_REPORTS,
    reports.NOTES,
    reports.FAILED_MAILS,
    reports.ANSWERS_TO_MARK,
    NOTICES,
    MISSED_INVITATIONS,
    steps.OVERDUE_ATTEMPTS,
    steps.OVERDUE_CHECKS,
    WITHOUT_RATER,
    RATINGS,
)
NAMES = frozenset(source.name for source in SOURCES)

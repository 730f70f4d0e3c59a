"""Steps that wait for a person: not started, not delivered, reopened, overdue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, visible_applications
from goodword.core.addresses import is_same, normalised
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.bounces import complaints
from goodword.notifications.domain.queue import NEEDS_PERSON
from goodword.notifications.models import Email, Link
from goodword.references.domain.checks import CANNOT_PROVIDE
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.reports.models import Report
from goodword.ui.templatetags.ui import short_day
from goodword.workflow import models
from goodword.workflow.domain import runs
from goodword.workflow.domain.eligibility import left_before_start, still_in_stage
from goodword.workflow.domain.step_requests import DECIDED_BY_MEMBER, too_old_to_reuse
from goodword.workflow.models import StepRequest, StepRun
from goodword.workspace.candidate.views import greenhouse_url
from goodword.workspace.needs_you.needs import (
    OF_RUN,
    Need,
    NeedAction,
    NeedSource,
    Urgency,
    Viewer,
    late,
    need_about,
    step_url,
)
from goodword.workspace.progress import with_answer_counts

WaitingReason = StepRequest.WaitingReason
#: working days that *Extend* adds
EXTENSION = 5


# --- not started ----------------------------------------------------------------------------------------------


def _waiting(viewer: Viewer) -> QuerySet[StepRequest]:
    return (
        StepRequest.objects.of(viewer.organisation)
        .filter(state=StepRequest.State.WAITING, due_at=None, application__in=viewer.active)
        .exclude(waiting_reason__in=(WaitingReason.NOTHING, WaitingReason.DELAY))
        .exclude(left_before_start(viewer.organisation))
        .annotate(in_stage=still_in_stage(viewer.organisation))
    )


def _describe_waiting(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    earlier = [
        row.earlier for row in rows if row.waiting_reason == WaitingReason.REUSE and row.earlier is not None
    ]
    visible = set(
        visible_applications(viewer.member)
        .filter(pk__in={step_request.application_id for step_request in earlier})
        .values_list("pk", flat=True)
        if earlier
        else ()
    )
    reported = dict(
        Report.objects.of(viewer.organisation)
        .filter(step_request__in={step_request.pk for step_request in earlier}, state=Report.State.READY)
        .order_by()
        .values_list("step_request_id")
        .annotate(at=Max(Coalesce("check_run__completed_at", "attempt__completed_at")))
        if earlier
        else ()
    )
    return [_waiting_need(viewer, row, visible=visible, reported=reported) for row in rows]


def _waiting_need(
    viewer: Viewer, row: Any, *, visible: set[int], reported: Mapping[int, datetime | None]
) -> Need:
    """`reported`: when earlier results with a report were completed, by step request."""
    application = row.application
    what, detail, actions = _("hasn't been invited"), "", [_invite(viewer, row)]
    match why := WaitingReason(row.waiting_reason):
        case WaitingReason.NO_ADDRESS:
            what = _("has no usable e-mail address in Greenhouse")
            detail, actions = _("invited once Greenhouse has one"), _in_greenhouse(application)
        case WaitingReason.MAY_NOT_EMAIL:
            what = _("is marked “Do not e-mail”")
            detail, actions = _("invited once this is changed"), _correct(viewer, application)
        case WaitingReason.PROSPECT:
            what = _("is a prospect, who is never e-mailed")
            detail, actions = _("invited once converted to a candidate"), _in_greenhouse(application)
        case WaitingReason.SUSPICIOUS_NAME:
            what = _("has a name that looks like a link")
            detail, actions = _("not invited yet"), [_confirm_name(viewer, application)]
        case WaitingReason.UNPUBLISHED:
            what, detail = _("is waiting for the assessment"), _("invited once it is published")
            settings = viewer.link("role_step", row.step.role_id, row.step_id)
            actions = [NeedAction(label=_("Publish …"), url=settings, is_link=True)]
        case WaitingReason.REUSE if row.earlier is not None and row.earlier.application_id in visible:
            what = _("has a result from another role")
            detail = _from_role(row.earlier.application)
            if too_old_to_reuse(reported.get(row.earlier.pk), now=viewer.now):
                detail = _("more than a year old, so it can't be reused; not invited yet")
            elif row.earlier_id in reported:
                url = viewer.link("step_reuse", application.pk, row.pk)
                actions = [NeedAction(label=_("Reuse result"), url=url), _invite(viewer, row)]
        case WaitingReason.REUSE:
            what, detail = _("has an earlier result"), _("an admin can see the details; not invited yet")
        case WaitingReason.CLICK:
            detail = (
                _(
                    "reopened or no longer visible in Greenhouse, or moved while webhooks were off or the role was "
                    "archived"
                )
                if application.in_greenhouse
                else _("reopened; nothing is sent until you invite them")
            )
        case WaitingReason.NOTHING | WaitingReason.DELAY:  # start by themselves
            actions = []
        case _:
            assert_never(why)
    return need_about(
        application,
        row.step,
        pk=row.pk,
        url=step_url(viewer, application, row.step),
        what=what,
        since=row.requested_at,
        detail=detail,
        actions=[*actions, *_dismiss(viewer, row)],
    )


def _dismiss(viewer: Viewer, row: Any) -> list[NeedAction]:
    if row.waiting_reason not in DECIDED_BY_MEMBER or row.in_stage:
        return []
    return [NeedAction(label=_("Dismiss"), url=viewer.link("step_dismiss", row.application_id, row.pk))]


def _from_role(application: Application) -> str:
    title = application.role.title if application.role else ""
    return _("from %(role)s; not invited yet") % {"role": title} if title else _("not invited yet")


def _invite(viewer: Viewer, row: StepRequest) -> NeedAction:
    return NeedAction(label=_("Invite"), url=viewer.link("step_begin", row.application_id, row.step.kind))


def _confirm_name(viewer: Viewer, application: Application) -> NeedAction:
    return NeedAction(
        label=_("Confirm name"),
        url=viewer.link("candidate_confirm_name", application.pk),
        fields=(("name", application.candidate.name),),
    )


def _in_greenhouse(application: Application) -> list[NeedAction]:
    url = greenhouse_url(application)
    return [NeedAction(label=_("Open in Greenhouse"), url=url, is_link=True, is_external=True)] if url else []


def _correct(viewer: Viewer, application: Application) -> list[NeedAction]:
    if application.candidate.in_greenhouse:
        return _in_greenhouse(application)
    return [
        NeedAction(label=_("Edit details"), url=viewer.link("candidate_edit", application.pk), is_link=True)
    ]


WAITING = NeedSource(
    name="waiting",
    urgency=Urgency.STUCK,
    rows=_waiting,
    describe=_describe_waiting,
    order="requested_at",
    related=("step", "application__candidate", "application__role", "earlier__application__role"),
)


# --- mail that doesn't arrive, and reopened runs ------------------------------------------------------------------


def _open(
    model: type[Attempt] | type[Check], viewer: Viewer, applications: QuerySet[Application, Any]
) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.of(viewer.organisation)
    return rows.filter(
        progress__in=models.UNFINISHED,
        closed_at=None,
        paused_at=None,
        step_request__application__in=applications,
    )


def _needing_attention(model: type[Attempt] | type[Check], viewer: Viewer) -> QuerySet[Any]:
    return _open(model, viewer, viewer.active).exclude(attention__in=("", CANNOT_PROVIDE))


def _describe_attention(viewer: Viewer, rows: Sequence[StepRun]) -> list[Need]:
    failed = _failed_mails(viewer, [run.step_request_id for run in rows])
    reopened = _reopened_at(viewer, [run for run in rows if run.attention == models.REOPENED])
    return [
        _attention_need(
            viewer,
            run,
            email=failed.get(run.step_request_id),
            reopened_at=reopened.get(run.step_request_id),
        )
        for run in rows
    ]


def _reopened_at(viewer: Viewer, rows: Sequence[StepRun]) -> dict[int, datetime]:
    """Return when runs were reopened, by the id of the step request."""
    if not rows:
        return {}
    events = Event.objects.filter(
        organisation_id=viewer.organisation.pk,
        application_id__in=[run.step_request.application_id for run in rows],
        name="step.reopened",
    )
    return {
        event.data["step_request_id"]: event.occurred_at
        for event in events.only("data", "occurred_at").order_by("pk")
    }


def _failed_mails(viewer: Viewer, step_request_ids: Sequence[int]) -> dict[int, Email]:
    if not step_request_ids:
        return {}
    mails = Email.objects.of(viewer.organisation).filter(
        NEEDS_PERSON, link_purpose=Link.Purpose.CANDIDATE, link_subject_id__in=step_request_ids
    )
    return {
        email.link_subject_id: email
        for email in mails.defer("text", "html", "context").order_by("pk")
        if email.link_subject_id is not None
    }


def _attention_need(
    viewer: Viewer, run: StepRun, *, email: Email | None, reopened_at: datetime | None
) -> Need:
    step_request = run.step_request
    application = step_request.application
    candidate = application.candidate
    again = NeedAction(
        label=_("Send to %(address)s") % {"address": candidate.email},
        url=viewer.link("step_send_again", application.pk, step_request.pk),
    )
    what, detail, since = _("needs attention"), "", run.opened_at
    actions: list[NeedAction] = []
    match run.attention:
        case runs.UNDELIVERED:
            what, since = _("doesn't get our e-mail"), _failed_at(email) or since
            bounced = email.to_address if email else candidate.email
            detail = _("%(address)s bounces") % {"address": bounced}
            if is_same(bounced, candidate.email):
                again = NeedAction(label=_("Send again"), url=again.url)
                actions = [*_correct(viewer, application), again]
            else:
                actions = [again]
        case runs.NOT_SENT:
            what, since = _("didn't get our e-mail"), _failed_at(email) or since
            detail, actions = _("it could not be sent"), [again]
        case runs.COMPLAINED:
            what = _("marked our e-mail as spam")
            detail, actions = (
                _("we no longer e-mail that address about this application; contact them another way"),
                _in_greenhouse(application),
            )
        case WaitingReason.SUSPICIOUS_NAME:
            what = _("has a name that looks like a link")
            detail, actions = _("e-mails are on hold"), [_confirm_name(viewer, application)]
        case models.REOPENED:
            what = _("is active in Greenhouse again") if application.in_greenhouse else _("is active again")
            detail, since = _("nothing is sent until you invite them"), reopened_at or since
            url = viewer.link("step_invite_again", application.pk, step_request.pk)
            actions = [NeedAction(label=_("Invite again"), url=url)]
    return need_about(
        application,
        step_request.step,
        pk=run.pk,
        url=step_url(viewer, application, step_request.step),
        what=what,
        since=since,
        detail=detail,
        actions=actions,
    )


def _failed_at(email: Email | None) -> datetime | None:
    return (email.bounced_at or email.settled_at) if email else None


ATTEMPTS_NEEDING_ATTENTION = NeedSource(
    name="attempt",
    urgency=Urgency.STUCK,
    rows=lambda viewer: _needing_attention(Attempt, viewer),
    describe=_describe_attention,
    order="opened_at",
    related=OF_RUN,
)
CHECKS_NEEDING_ATTENTION = NeedSource(
    name="check",
    urgency=Urgency.STUCK,
    rows=lambda viewer: _needing_attention(Check, viewer),
    describe=_describe_attention,
    order="opened_at",
    related=OF_RUN,
)


# --- overdue --------------------------------------------------------------------------------------------------


def _overdue(model: type[Attempt] | type[Check], viewer: Viewer) -> QuerySet[Any]:
    """Overdue runs, at most 30 days late, since later answers don't count."""
    return _open(model, viewer, viewer.active).filter(
        Q(invited_at__isnull=False) | ~Q(progress=StepRun.Progress.PENDING),
        attention="",
        clock_stopped_at=None,
        deadline_at__lt=viewer.now,
        deadline_at__gte=viewer.now - models.GRACE,
    )


def _describe_overdue_attempts(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    return [_overdue_attempt(viewer, run) for run in rows]


def _overdue_attempt(viewer: Viewer, run: Any) -> Need:
    step_request = run.step_request
    application = step_request.application
    again = viewer.link("step_invite_again", application.pk, step_request.pk)
    has_started = run.progress != StepRun.Progress.PENDING
    what = (
        _("stopped at %(done)s of %(of)s") % {"done": run.answered, "of": run.items}
        if has_started
        else _("hasn't started")
    )
    extend = viewer.link("attempt_extend_deadline", application.pk, run.pk)
    actions = [
        # reminders need a future deadline
        NeedAction(label=_("Extend the deadline …"), url=extend, is_link=True),
        # asks for confirmation if answers exist
        NeedAction(label=_("Invite again …"), url=again, is_link=True)
        if has_started
        else NeedAction(label=_("Invite again"), url=again),
    ]
    return need_about(
        application,
        step_request.step,
        pk=run.pk,
        url=step_url(viewer, application, step_request.step),
        what=what,
        # by the role's deadline, since the candidate's own would reveal an adjustment
        since=run.overdue_since,
        detail=_reminders(run),
        actions=actions,
        late=late(run.overdue_since, now=viewer.now, calendar=viewer.organisation.calendar),
    )


def _reminders(run: StepRun) -> str:
    return _("%(sent)s of %(promised)s reminders sent") % {
        "sent": run.reminders_sent,
        "promised": run.reminders_promised,
    }


def _overdue_attempts(viewer: Viewer) -> QuerySet[Attempt]:
    return with_answer_counts(_overdue(Attempt, viewer), organisation=viewer.organisation)


def _overdue_checks(viewer: Viewer) -> QuerySet[Check]:
    answered = ReferenceRequest.objects.of(viewer.organisation).filter(
        check_run=OuterRef("pk"), state=ReferenceRequest.State.ANSWERED, referee__erased_at=None
    )
    counted = answered.order_by().values("check_run").annotate(n=Count("pk")).values("n")
    rows: QuerySet[Check] = _overdue(Check, viewer)
    return rows.annotate(answered=Coalesce(Subquery(counted), 0))


def _describe_overdue_checks(viewer: Viewer, rows: Sequence[Any]) -> list[Need]:
    slow = _slow_referees(viewer, rows)
    asked = {check.step_request.application_id for check in rows if check.pk in slow}
    complained = complaints(viewer.organisation, asked) if asked else set()
    return [_overdue_check(viewer, check, slow.get(check.pk, []), complained) for check in rows]


def _slow_referees(viewer: Viewer, checks: Iterable[Check]) -> dict[int, list[Referee]]:
    """Return referees who have been asked but have not answered, by check."""
    found: dict[int, list[Referee]] = {}
    rows = Referee.objects.of(viewer.organisation).filter(
        check_run__in=[check.pk for check in checks],
        replaced_at=None,
        erased_at=None,
        request__state__in=(ReferenceRequest.State.SENT, ReferenceRequest.State.BEGUN),
    )
    for row in rows.select_related("request").order_by("slot"):
        found.setdefault(row.check_run_id, []).append(row)
    return found


def _reminds(
    viewer: Viewer, application: Application, slow: Iterable[Referee], complained: Collection[tuple[int, str]]
) -> list[NeedAction]:
    """Buttons to remind referees whose own deadline, which may be later than the check's, hasn't passed."""
    return [
        NeedAction(
            label=_("Remind %(name)s") % {"name": referee.name},
            url=viewer.link("referee_remind", application.pk, referee.pk),
        )
        for referee in slow
        if referee.request.deadline_at >= viewer.now
        and referee.request.undelivered_at is None
        and (application.pk, normalised(referee.email)) not in complained
        and referee.request.reminders_sent < referee.request.reminders_promised
    ]


def _overdue_check(
    viewer: Viewer, check: Any, slow: Sequence[Referee], complained: Collection[tuple[int, str]]
) -> Need:
    step_request = check.step_request
    application = step_request.application
    closes = timezone.localtime(check.deadline_at + models.GRACE)
    until = end_of_working_day(viewer.now, EXTENSION, calendar=viewer.organisation.calendar)
    what = _("hasn't named referees")
    details = [_reminders(check)] if not check.answered and not slow else []
    if check.answered or slow:
        what = _("has %(n)s of %(of)s references") % {"n": check.answered, "of": check.wanted}
    if slow:
        details.append(_("no answer from %(names)s") % {"names": ", ".join(referee.name for referee in slow)})
    details.append(_("takes answers until %(day)s") % {"day": short_day(closes)})
    actions = [
        NeedAction(
            label=_("Extend to %(day)s") % {"day": short_day(until)},
            url=viewer.link("check_extend_deadline", application.pk, check.pk),
            fields=(("days", str(EXTENSION)), ("referees", "on")),
        ),
        *_reminds(viewer, application, slow, complained),
    ]
    if check.answered:
        label = _("Complete with %(n)s …") % {"n": check.answered}
        url = viewer.link("check_mark_complete", application.pk, check.pk)
        actions.append(NeedAction(label=label, url=url, is_link=True))
    return need_about(
        application,
        step_request.step,
        pk=check.pk,
        url=step_url(viewer, application, step_request.step),
        what=what,
        since=check.deadline_at,
        detail=" · ".join(details),
        actions=actions,
        late=late(check.deadline_at, now=viewer.now, calendar=viewer.organisation.calendar),
    )


OVERDUE_ATTEMPTS = NeedSource(
    name="overdue_attempt",
    urgency=Urgency.OVERDUE,
    rows=_overdue_attempts,
    describe=_describe_overdue_attempts,
    order="deadline_at",
    related=OF_RUN,
)
OVERDUE_CHECKS = NeedSource(
    name="overdue_check",
    urgency=Urgency.OVERDUE,
    rows=_overdue_checks,
    describe=_describe_overdue_checks,
    order="deadline_at",
    related=OF_RUN,
)

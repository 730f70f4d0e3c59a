from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, assert_never

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.assessments.attempts import invitations
from goodword.assessments.models import Attempt
from goodword.candidates.domain.people import confirm_name
from goodword.candidates.models import Application, visible_applications
from goodword.core import clock
from goodword.core.models import Event
from goodword.references.domain import invitations as check_invitations
from goodword.references.domain.checks import candidate_is_asked
from goodword.references.models import Check, open_requests
from goodword.reports.domain.versions import MayNotReuse, reuse
from goodword.roles.models import Step
from goodword.roles.slots import slots_of
from goodword.ui.templatetags.ui import short_day
from goodword.workflow.domain.eligibility import blocking_reason
from goodword.workflow.domain.runs import COMPLAINED, MAIL_FAILURES, Refused, candidate_complained
from goodword.workflow.domain.step_requests import (
    CannotStart,
    NotConfirmed,
    dismiss_by_member,
    start_by_member,
)
from goodword.workflow.models import DONE, UNFINISHED, StepRequest, StepRun, is_open, lock_step_request
from goodword.workspace.candidate.cards import earlier_of, needs_confirmation


def latest_run(step_request: StepRequest) -> StepRun | None:
    runs: QuerySet[Attempt] | QuerySet[Check]
    match kind := Step.Kind(step_request.step.kind):
        case Step.Kind.ASSESSMENT:
            runs = Attempt.objects.of(step_request.organisation)
        case Step.Kind.REFERENCE_CHECK:
            runs = Check.objects.of(step_request.organisation)
        case _:
            assert_never(kind)
    return runs.filter(step_request=step_request).order_by("-pk").first()


def _title(step: Step) -> str:
    match kind := Step.Kind(step.kind):
        case Step.Kind.ASSESSMENT:
            return _("Invite to the assessment again")
        case Step.Kind.REFERENCE_CHECK:
            return _("Invite to the reference check again")
        case _:
            assert_never(kind)


def _consequences(application: Application, step: Step, run: StepRun | None) -> list[str]:
    """The sentences of the confirmation. `run`: the latest run; None for a reused result."""
    return [*_mail_sentences(application, step), *_kept_sentences(application, run)]


def _mail_sentences(application: Application, step: Step) -> Iterator[str]:
    who = {"name": application.candidate.name, "address": application.candidate.email}
    days, reminders = step.deadline_days, len(step.reminder_days)
    complained = candidate_complained(application)
    if complained:
        yield (
            _("%(name)s isn't e-mailed, because they marked our e-mail as spam. Contact them another way.")
            % who
        )
    match kind := Step.Kind(step.kind):
        case Step.Kind.ASSESSMENT:
            if not complained:
                yield _("%(name)s gets an e-mail at %(address)s with a link to a new assessment.") % who
        case Step.Kind.REFERENCE_CHECK:
            referees = sum(slot.count for slot in slots_of(step.slots))
            if not complained:
                yield ngettext(
                    "%(name)s is asked by e-mail (%(address)s) to name %(n)s referee again.",
                    "%(name)s is asked by e-mail (%(address)s) to name %(n)s referees again.",
                    referees,
                ) % {**who, "n": referees}
            yield _(
                "Referees are e-mailed once the candidate has pressed Send, including those who have answered before."
            )
        case _:
            assert_never(kind)
    yield ngettext("The deadline is %(n)s working day.", "The deadline is %(n)s working days.", days) % {
        "n": days
    }
    if reminders and not complained:
        yield ngettext("At most %(n)s reminder is sent.", "At most %(n)s reminders are sent.", reminders) % {
            "n": reminders
        }


def _kept_sentences(application: Application, run: StepRun | None) -> Iterator[str]:
    if run is not None and run.progress in UNFINISHED:
        yield _(
            "The assessment started on %(day)s ends. Its answers are kept but not scored; the candidate starts over."
        ) % {"day": short_day(run.begun_at or run.opened_at)}
        yield _("If their current deadline is later, it doesn't change.")
    elif run is not None and run.progress not in DONE:
        yield _("The candidate declined on %(day)s.") % {"day": short_day(run.completed_at or run.opened_at)}
    else:
        yield _kept(run)
        if application.in_greenhouse:
            yield _(
                "The report and its note in Greenhouse are kept. The new result will add a version of the report and "
                "another note."
            )
        else:
            yield _("The report is kept. The new result will add a version.")
    if isinstance(run, Check) and run.progress in DONE and (still := len(open_requests(run))):
        yield ngettext(
            "%(n)s referee of the earlier check can still answer; the answer is added to that check.",
            "%(n)s referees of the earlier check can still answer; the answers are added to that check.",
            still,
        ) % {"n": still}


def _kept(run: StepRun | None) -> str:
    if run is None:
        return _("The result of the earlier application remains current until the new one is complete.")
    return _(
        "The results of %(day)s remain current until the new ones are complete, then become earlier results."
    ) % {"day": short_day(run.completed_at or run.opened_at)}


NOT_ACTIVE = gettext_lazy("Only active candidates can be invited.")
NO_ADDRESS = gettext_lazy("This candidate has no usable e-mail address, or is marked “Do not e-mail”.")
SUSPICIOUS_NAME = gettext_lazy("The candidate's name looks like a link. Correct it, or confirm it here.")
_WHY_NOT = {
    "no_requirement": gettext_lazy("Enter the job requirement first, under Assessment settings of the role."),
    "prospect": gettext_lazy(
        "Prospects are never e-mailed. Convert this person to a candidate in Greenhouse."
    ),
    "no_address": NO_ADDRESS,
    "may_not_email": NO_ADDRESS,
    "link_in_name": SUSPICIOUS_NAME,
    "decided": gettext_lazy("This has already been decided."),
    "reused": gettext_lazy("The earlier result has already been reused."),
    "no_report": gettext_lazy("The report of the earlier result is not ready yet. Try again in a minute."),
    "report_failed": gettext_lazy(
        "The report of the earlier result could not be created. Open the earlier result and click Retry, or invite the "
        "candidate."
    ),
    "too_old": gettext_lazy(
        "The earlier result is more than a year old and can't be reused: candidates and referees were promised that "
        "results are used for a year at most. Invite the candidate instead."
    ),
    "not_started": gettext_lazy("This step has not started yet."),
}


def why_not(reason: str) -> str:
    """`reason`: as in `CannotStart`, `MayNotReuse` and both `CannotInvite`, or how the application ended."""
    return str(_WHY_NOT.get(reason, NOT_ACTIVE))


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def invite_again(request: MemberRequest, pk: int, step_request_pk: int) -> HttpResponseBase:
    """Invite again. Asks for confirmation after a run with activity; the form contains the run's id (`after`)."""
    application = access.get_or_404(visible_applications(request.member), pk)
    step_request = access.get_or_404(_step_requests(request, application), step_request_pk)
    run, now = latest_run(step_request), clock.now()
    if problem := refusal(application, step_request, now=now):
        messages.error(request, problem)
        return _page(request, application)
    after = request.POST.get("after", "")
    if request.method != "POST" or (needs_confirmation(run) and not after):
        return _confirm(request, application, step_request.step, run)
    if after and (run is None or after != str(run.pk)):
        messages.info(request, _("This candidate has just been invited again. No further e-mail was sent."))
        return _page(request, application)
    confirmed = run.pk if run is not None and after else None
    try:
        with transaction.atomic():
            done = again(step_request, member=request.member, after=confirmed, now=now)
    except NotConfirmed:  # completed or invited again since
        return redirect("step_invite_again", request.organisation.slug, application.pk, step_request.pk)
    except Refused as error:
        messages.info(request, str(error))
        return _page(request, application)
    except invitations.CannotInvite as error:
        messages.error(request, too_soon(error) or why_not(error.reason))
        return _page(request, application)
    except check_invitations.CannotInvite as error:
        messages.error(request, why_not(error.reason))
        return _page(request, application)
    unsent = _("No e-mail was sent; see the reason below.")
    messages.success(request, done.message(invited=_("New invitation on its way."), unsent=unsent))
    return _page(request, application)


def refusal(application: Application, step_request: StepRequest, *, now: datetime) -> str:
    if application.end:
        return why_not(application.end)
    if step_request.state != StepRequest.State.STARTED:
        return why_not("not_started")
    if reason := blocking_reason(application):
        return why_not(reason)
    if step_request.step.kind == Step.Kind.ASSESSMENT:
        try:
            invitations.refuse_too_soon(application=application, step=step_request.step, now=now)
        except invitations.CannotInvite as error:
            return too_soon(error)
    return ""


INVITED_UNSENT = gettext_lazy("Invited, but not e-mailed: the candidate marked our e-mail as spam.")

#: time within which another *Invite again* counts as a second click, perhaps of a colleague
SECOND_CLICK: Final = timedelta(minutes=1)


def _refuse_second_click(step_request: StepRequest, *, now: datetime) -> None:
    run = latest_run(step_request)
    if run is None or not is_open(run) or run.attention not in {"", COMPLAINED}:
        return
    if run.attention == COMPLAINED and not candidate_complained(step_request.application):
        return  # the address has been corrected
    invited = Event.objects.filter(
        organisation_id=step_request.organisation_id,
        application_id=step_request.application_id,
        name__in=("attempt.assigned", "check.invited_again"),
        actor__startswith="member:",
        data__step_request_id=step_request.pk,
        occurred_at__range=(now - SECOND_CLICK, now + SECOND_CLICK),  # not if the clock was ahead
    )
    if invited.exists():
        raise Refused(_("This candidate has just been invited again. No further e-mail was sent."))


class RunChange(Enum):
    NEW_ATTEMPT = "attempt"
    NEW_CHECK = "check"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedAgain:
    """`candidate_mailed`: whether the candidate gets an e-mail. `candidate_complained`: they would, but have marked our
    e-mail as spam. `referees_mailed`: how many referees get one."""

    change: RunChange
    candidate_mailed: bool
    candidate_complained: bool = False
    referees_mailed: int = 0

    def message(self, *, invited: str, unsent: str) -> str:
        """`invited`: says that the candidate gets an e-mail; `unsent`: that nobody gets one."""
        if not self.referees_mailed:
            return invited if self.candidate_mailed else f"{self._changed} {unsent}"
        referees = ngettext(
            "%(n)s referee who hasn't answered gets a new link by e-mail.",
            "%(n)s referees who haven't answered get new links by e-mail.",
            self.referees_mailed,
        ) % {"n": self.referees_mailed}
        if self.candidate_complained:
            unmailed = _("The candidate isn't e-mailed, because they marked our e-mail as spam.")
            return f"{referees} {unmailed}"
        return f"{invited} {referees}" if self.candidate_mailed else referees

    @property
    def _changed(self) -> str:
        match self.change:
            case RunChange.NEW_ATTEMPT:
                return _("New attempt opened.")
            case RunChange.NEW_CHECK:
                return _("New reference check opened.")
            case RunChange.EXTENDED:
                return _("Deadline extended.")
            case _:
                assert_never(self.change)


def again(step_request: StepRequest, *, member: Membership, after: int | None, now: datetime) -> InvitedAgain:
    """Invite again and audit it. Raises NotConfirmed, Refused, and the CannotInvite of attempts or checks."""
    lock_step_request(step_request.pk)
    _refuse_second_click(step_request, now=now)
    write_by(member, "step.invited_again", now=now, details={"step_request": step_request.pk})
    match kind := Step.Kind(step_request.step.kind):
        case Step.Kind.ASSESSMENT:
            attempt = invitations.invite_again(step_request=step_request, member=member, after=after, now=now)
            return InvitedAgain(
                change=RunChange.NEW_ATTEMPT, candidate_mailed=attempt.attention not in MAIL_FAILURES
            )
        case Step.Kind.REFERENCE_CHECK:
            check = check_invitations.invite_again(
                step_request=step_request, member=member, after=after, now=now
            )
            referees, candidate_mailed = check_invitations.mailed_again(check)
            return InvitedAgain(
                change=RunChange.EXTENDED if check.invited_again else RunChange.NEW_CHECK,
                candidate_mailed=candidate_mailed,
                candidate_complained=candidate_is_asked(check) and not candidate_mailed,
                referees_mailed=referees,
            )
        case _:
            assert_never(kind)


def _confirm(
    request: MemberRequest, application: Application, step: Step, run: StepRun | None
) -> HttpResponseBase:
    context = {
        "application": application,
        "candidate": application.candidate,
        "step": step,
        "title": _title(step),
        "sentences": _consequences(application, step, run),
        "sends": not candidate_complained(application),
        "after": run.pk if run is not None else "reuse",
    }
    return render(request, "workspace/candidate/invite_again.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def begin_step(request: MemberRequest, pk: int, kind: str) -> HttpResponseBase:
    """Invite to a step, waiting or not. Asks for confirmation if it replaces a reused result."""
    application = access.get_or_404(visible_applications(request.member), pk)
    step = Step.objects.of(request.organisation).filter(role=application.role_id, kind=kind).first()
    if step is None:
        raise Http404
    now, after_reuse = clock.now(), request.POST.get("after") == "reuse"
    try:
        if step.kind == Step.Kind.ASSESSMENT and not application.end:
            invitations.refuse_too_soon(application=application, step=step, now=now)
        if request.method != "POST" or (not after_reuse and _is_reused(application, step)):
            if not _is_reused(application, step) or application.end or blocking_reason(application):
                return _page(request, application)
            return _confirm(request, application, step, None)
        with transaction.atomic():
            step_request = start_by_member(
                application_id=application.pk,
                step=step,
                member=request.member,
                after_reuse=after_reuse,
                now=now,
            )
            write_by(
                request.member, "step.started_manually", now=now, details={"step_request": step_request.pk}
            )
    except invitations.CannotInvite as error:
        messages.error(request, too_soon(error))
        return _page(request, application)
    except CannotStart as error:
        messages.error(request, why_not(error.reason))
        return _page(request, application)
    complained = candidate_complained(application)
    messages.success(request, str(INVITED_UNSENT) if complained else _("Invitation on its way."))
    return _page(request, application)


def _is_reused(application: Application, step: Step) -> bool:
    step_requests = StepRequest.objects.of(application.organisation).filter(
        application=application, step=step
    )
    return step_requests.filter(state=StepRequest.State.REUSED).exists()


@require_POST
@access.member(kinds=access.WORKS)
def confirm_candidate_name(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Confirm a name that looks like a link, which starts waiting steps."""
    application = access.get_or_404(visible_applications(request.member).select_related("candidate"), pk)
    if confirm_name(
        candidate=application.candidate,
        name=request.POST.get("name", ""),
        member=request.member,
        now=clock.now(),
    ):
        messages.success(request, _("Name confirmed. E-mails on hold are being sent."))
    else:
        messages.error(request, _("The name has changed. Please check it again."))
    return _page(request, application)


@require_POST
@access.member(kinds=access.WORKS)
def reuse_result(request: MemberRequest, pk: int, step_request_pk: int) -> HttpResponseBase:
    """Reuse an earlier result that the member can see. Others can then see it here too."""
    application = access.get_or_404(visible_applications(request.member), pk)
    step_request = _step_requests(request, application).filter(pk=step_request_pk).first()
    if step_request is None:  # dismissed since
        messages.error(request, why_not("decided"))
        return _page(request, application)
    if (
        step_request.waiting_reason == StepRequest.WaitingReason.REUSE
        and earlier_of(step_request, request.member) is None
    ):
        raise Http404
    try:
        reuse(step_request=step_request, member=request.member, now=clock.now())
    except MayNotReuse as error:
        messages.error(request, why_not(error.reason))
        return _page(request, application)
    messages.success(request, _("Earlier result reused. The report is being created."))
    return _page(request, application)


@require_POST
@access.member(kinds=access.WORKS)
def dismiss(request: MemberRequest, pk: int, step_request_pk: int) -> HttpResponseBase:
    """Decide not to invite a candidate who has left the stage."""
    application = access.get_or_404(visible_applications(request.member), pk)
    with transaction.atomic():
        is_dismissed = dismiss_by_member(
            application=application, step_request_id=step_request_pk, member=request.member, now=clock.now()
        )
        if is_dismissed:
            write_by(
                request.member, "step.dismissed", now=clock.now(), details={"step_request": step_request_pk}
            )
    if is_dismissed:
        messages.success(request, _("Dismissed. You can still invite them from their page."))
    else:
        messages.info(
            request,
            _("Not dismissed: a colleague has already decided, or the candidate is back in the stage."),
        )
    return _page(request, application)


def too_soon(error: invitations.CannotInvite) -> str:
    """Return the message with the earliest day of an invitation; empty for other reasons."""
    if error.day is None:
        return ""
    return _(
        "This person took one of these tests recently and can be invited again from %(day)s, as set in the role's "
        "assessment. You can use the earlier result."
    ) % {"day": short_day(error.day)}


def _step_requests(request: MemberRequest, application: Application) -> QuerySet[StepRequest]:
    step_requests = StepRequest.objects.of(request.organisation).filter(application=application)
    return step_requests.select_related("step")


def _page(request: MemberRequest, application: Application) -> HttpResponseBase:
    return redirect("candidate", request.organisation.slug, application.pk)

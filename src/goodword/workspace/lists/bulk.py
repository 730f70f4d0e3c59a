"""Bulk actions on a list, one application at a time. The preview performs each and rolls it back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from django import forms
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.assessments.attempts import invitations
from goodword.assessments.attempts import member_actions as attempts
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, visible_applications
from goodword.core import clock
from goodword.core.workdays import end_of_working_day
from goodword.references.domain import invitations as check_invitations
from goodword.references.domain.member_actions import cancel_check, extend_check, sends_no_mail
from goodword.references.domain.reminders import remind_candidate_now
from goodword.references.models import Check
from goodword.roles.domain.settings import LONGEST_DEADLINE
from goodword.roles.models import Step
from goodword.ui.templatetags.ui import short_day
from goodword.workflow.domain.application_outcome import NotSettable, set_status
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.domain.runs import MAIL_FAILURES, Refused, Reminded, candidate_complained
from goodword.workflow.domain.step_requests import CannotStart, NotConfirmed, start_by_member
from goodword.workflow.models import DONE, StepRequest, StepRun, awaits_click, is_open, lock_application
from goodword.workspace.candidate.details import WITHDRAWN, reason_field
from goodword.workspace.candidate.invitations import (
    INVITED_UNSENT,
    again,
    refusal,
    too_soon,
    why_not,
)
from goodword.workspace.lists.pages import PAGE
from goodword.workspace.lists.query import STEPS, ListQuery, whole_number
from goodword.workspace.lists.rows import role_of
from goodword.workspace.progress import StepProgress, progress_of
from goodword.workspace.step_actions import ALREADY_THAT_DAY, deadlines_of

#: actions on steps: the chosen steps, or all that they apply to
STEP_ACTS: Final = ("remind", "extend", "cancel", "invite", "again")
#: actions on candidates added by members
STATUS_ACTS: Final = {"reject": Application.Status.REJECTED, "hire": Application.Status.HIRED}
ACTS: Final = (*STEP_ACTS, *STATUS_ACTS)
#: actions for which the member chooses one of two possible steps
CHOOSES_STEP: Final = frozenset({"cancel", "invite"})
_AUDITED: Final = {"remind": "reminded", "extend": "extended", "cancel": "cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """`kinds`: kinds of step. `days`: working days from today, to extend deadlines. `runs`: `BulkOutcome.run` of the
    confirmed preview, to invite again. `reason`: why candidates are rejected."""

    name: str
    kinds: tuple[str, ...]
    days: int
    runs: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    """The outcome for one step of one candidate. `sentence`: what happened or would happen, or why not."""

    application: Application
    step: str
    done: bool
    sentence: str
    run: str


#: steps by role and kind
_Steps = Mapping[tuple[int | None, str], Step]

_CHANGED: Final = gettext_lazy("%(name)s has been invited or has finished since the preview. Check again.")
_NEW_DEADLINE_ON_HOLD: Final = gettext_lazy(
    "New deadline: %(day)s. No e-mails are sent while this is on hold."
)


class _Undo(Exception):
    pass


class _Act(Protocol):
    """Act on a locked application or its step, and describe the outcome. `marks`: its progress, read since."""

    def __call__(
        self, application: Application, marks: Sequence[StepProgress], *, member: Membership, now: datetime
    ) -> str: ...


def perform(
    act: BulkAct, applications: Iterable[Application], *, member: Membership, now: datetime, preview: bool
) -> list[BulkOutcome]:
    """Act on each candidate or step in its own transaction. Idempotent."""
    found = list(applications)
    marks = progress_of(found, organisation=member.organisation, now=now)
    steps: _Steps = {
        (step.role_id, step.kind): step
        for step in Step.objects.of(member.organisation).filter(
            role__in={application.role_id for application in found}
        )
    }
    outcomes: list[BulkOutcome] = []
    if act.name in STATUS_ACTS:
        for application in found:
            decide = partial(_decide, act, steps)
            done, sentence = _try(application, decide, member=member, now=now, preview=preview)
            outcomes.append(
                BulkOutcome(application=application, step="", done=done, sentence=sentence, run="")
            )
        return outcomes
    for application in found:
        chosen = [mark for mark in marks[application.pk] if mark.kind in act.kinds]
        meant = list(_applicable(act, chosen)) or chosen[:1]
        for mark in meant:
            perform_one = partial(_act_on_step, act, mark.kind, steps, preview=preview)
            done, sentence = _try(application, perform_one, member=member, now=now, preview=preview)
            label = mark.label if mark in _applicable(act, chosen) or len(act.kinds) == 1 else ""
            outcomes.append(
                BulkOutcome(
                    application=application, step=label, done=done, sentence=sentence, run=_name_of(mark)
                )
            )
    return outcomes


def kinds_meant(
    act: BulkAct, applications: Iterable[Application], *, member: Membership, now: datetime
) -> tuple[str, ...]:
    """Return the kinds of steps that the act applies to."""
    marks = progress_of(applications, organisation=member.organisation, now=now)
    meant = {mark.kind for every in marks.values() for mark in _applicable(act, every)}
    return tuple(kind for kind in act.kinds if kind in meant)


def _applicable(act: BulkAct, marks: Iterable[StepProgress]) -> Iterator[StepProgress]:
    """The steps to which the act applies."""
    for mark in marks:
        if act.name == "invite":
            if mark.step_request is None or mark.step_request.state != StepRequest.State.STARTED:
                yield mark
        elif act.name == "again":
            if mark.run is not None and mark.run.progress not in DONE:
                yield mark
        elif mark.run is not None and is_open(mark.run):
            yield mark


def _act_on_step(
    act: BulkAct,
    kind: str,
    steps: _Steps,
    application: Application,
    marks: Sequence[StepProgress],
    *,
    member: Membership,
    now: datetime,
    preview: bool,
) -> str:
    mark = next(progress for progress in marks if progress.kind == kind)
    if act.name == "invite":
        return _invite(application, mark, steps.get((application.role_id, kind)), member=member, now=now)
    if act.name == "again":
        is_confirmed = preview or _name_of(mark) in act.runs
        return _invite_again(application, mark, is_confirmed=is_confirmed, member=member, now=now)
    return _act_on_run(act, mark.run, member=member, now=now)


def _try(
    application: Application, act: _Act, *, member: Membership, now: datetime, preview: bool
) -> tuple[bool, str]:
    sentence = ""
    try:
        with transaction.atomic():
            # a colleague may have acted since the list was read
            locked = lock_application(application.pk)
            marks = progress_of([locked], organisation=member.organisation, now=now)[locked.pk]
            sentence = act(locked, marks, member=member, now=now)
            if preview:
                raise _Undo
    except _Undo:
        return True, sentence
    except NotSettable:
        return False, _("Greenhouse decides this. Reject or hire them there.")
    except Refused as error:
        return False, str(error)
    except CannotStart as error:
        return False, why_not(error.reason)
    except NotConfirmed:
        return False, _CHANGED % {"name": application.candidate.short_name}
    except invitations.CannotInvite as error:
        return False, too_soon(error) or why_not(error.reason)
    except check_invitations.CannotInvite as error:
        return False, why_not(error.reason)
    return True, sentence


def _decide(
    act: BulkAct,
    steps: _Steps,
    application: Application,
    marks: Sequence[StepProgress],
    *,
    member: Membership,
    now: datetime,
) -> str:
    status = STATUS_ACTS[act.name]
    if application.is_being_erased:
        raise Refused(_("Being erased."))
    if application.end and not application.in_greenhouse:
        raise Refused(_("Already %(status)s.") % {"status": application.get_status_display().lower()})
    set_status(application_id=application.pk, status=status, reason=act.reason, member=member, now=now)
    _audit("candidate.status_changed", {"application": application.pk}, member=member, now=now)
    done = _("Rejected.") if act.name == "reject" else _("Hired.")
    closed = [
        mark.label
        for mark in marks
        if mark.run is not None
        and is_open(mark.run)
        and (step := steps.get((application.role_id, mark.kind))) is not None
        and (step.on_reject if act.name == "reject" else step.on_hire) == Step.OnClose.CLOSE
    ]
    if closed:
        done += " " + _("Closed: %(steps)s.") % {"steps": _(" and ").join(closed).capitalize()}
    return done


def _invite(
    application: Application, mark: StepProgress, step: Step | None, *, member: Membership, now: datetime
) -> str:
    if step is None:
        raise Refused(_("The role has no such step."))
    if mark.step_request is not None and mark.step_request.state == StepRequest.State.STARTED:
        raise Refused(_("Already invited."))
    if step.kind == Step.Kind.ASSESSMENT and not application.end:
        invitations.refuse_too_soon(application=application, step=step, now=now)
    step_request = start_by_member(application_id=application.pk, step=step, member=member, now=now)
    _audit("step.started_manually", {"step_request": step_request.pk}, member=member, now=now)
    if candidate_complained(application):
        return str(INVITED_UNSENT)
    return _("Invitation by e-mail to %(address)s.") % {"address": application.candidate.email}


def _invite_again(
    application: Application, mark: StepProgress, *, is_confirmed: bool, member: Membership, now: datetime
) -> str:
    run, step_request = mark.run, mark.step_request
    if run is None or step_request is None:
        raise Refused(_("Not invited yet. Use Invite instead."))
    if run.progress in DONE:
        raise Refused(_("Done. To ask again, open the candidate's page."))
    if not is_confirmed:
        raise NotConfirmed
    if problem := refusal(application, step_request, now=now):
        raise Refused(problem)
    unsent = (
        _("Not e-mailed: the candidate marked our e-mail as spam.")
        if candidate_complained(application)
        else _("Not e-mailed; the candidate's page says why.")
    )
    invited = _("New invitation by e-mail to %(address)s.") % {"address": application.candidate.email}
    done = again(step_request, member=member, after=run.pk, now=now)
    sentence = done.message(invited=invited, unsent=unsent)
    if isinstance(run, Attempt) and run.begun_at is not None and is_open(run):
        sentence += " " + _("Their answers so far are kept but not scored; they start over.")
    return sentence


def _name_of(mark: StepProgress) -> str:
    return f"{mark.kind}:{mark.run.pk}" if mark.run is not None else ""


def _act_on_run(act: BulkAct, run: StepRun | None, *, member: Membership, now: datetime) -> str:
    if run is None:
        raise Refused(_("Not invited yet."))
    if act.name == "cancel" and run.closed_at is not None:
        raise Refused(_("Already closed."))
    if isinstance(run, Attempt):
        sentence = _act_on_attempt(act, run, member=member, now=now)
        _audit(f"attempt.{_AUDITED[act.name]}", {"attempt": run.pk}, member=member, now=now)
    else:
        assert isinstance(run, Check)
        sentence = _act_on_check(act, run, member=member, now=now)
        _audit(f"check.{_AUDITED[act.name]}", {"check": run.pk}, member=member, now=now)
    return sentence


def _act_on_attempt(act: BulkAct, run: Attempt, *, member: Membership, now: datetime) -> str:
    match act.name:
        case "remind":
            return _reminded(attempts.remind_now(attempt_id=run.pk, member=member, now=now))
        case "extend":
            day, before = _new_deadline(act, member=member, now=now), run.overdue_since
            attempt = attempts.extend_attempt(attempt_id=run.pk, days=act.days, member=member, now=now)
            if attempt.overdue_since == before:
                raise Refused(ALREADY_THAT_DAY % {"day": day})
            if attempt.paused_at is not None or awaits_click(attempt):
                return _NEW_DEADLINE_ON_HOLD % {"day": day}
            if _cannot_be_emailed(attempt):
                return _("New deadline: %(day)s. The candidate can't be e-mailed.") % {"day": day}
            return _("New deadline by e-mail: %(day)s.") % {"day": day}
        case "cancel":
            attempts.cancel_attempt(attempt_id=run.pk, member=member, now=now)
            return _("No more e-mails are sent. Answers are kept.")
    raise LookupError(f"There is no bulk action {act.name!r} on assessments.")


def _act_on_check(act: BulkAct, run: Check, *, member: Membership, now: datetime) -> str:
    match act.name:
        case "remind":
            return _reminded(remind_candidate_now(check_id=run.pk, member=member, now=now))
        case "extend":
            day, before = _new_deadline(act, member=member, now=now), deadlines_of(run)
            check = extend_check(check_id=run.pk, days=act.days, referees=True, member=member, now=now)
            if deadlines_of(check) == before:
                raise Refused(ALREADY_THAT_DAY % {"day": day})
            if sends_no_mail(check):
                return _NEW_DEADLINE_ON_HOLD % {"day": day}
            if _cannot_be_emailed(check):
                return _(
                    "New deadline: %(day)s. The candidate can't be e-mailed. Referees who haven't answered get an "
                    "e-mail unless they can't be e-mailed either."
                ) % {"day": day}
            return _(
                "New deadline by e-mail to everybody who hasn't answered and can be e-mailed: %(day)s."
            ) % {"day": day}
        case "cancel":
            cancel_check(check_id=run.pk, member=member, now=now)
            return _("No more e-mails are sent. Answers are kept.")
    raise LookupError(f"There is no bulk action {act.name!r} on reference checks.")


def _cannot_be_emailed(run: StepRun) -> bool:
    return run.attention in MAIL_FAILURES or bool(mail_blocked_reason(run.step_request.application))


def _new_deadline(act: BulkAct, *, member: Membership, now: datetime) -> str:
    """The deadline in the organisation's working days, since the candidate's own deadline would reveal an
    adjustment."""
    organisation = member.organisation
    until = end_of_working_day(now, act.days, calendar=organisation.calendar)
    return short_day(until.astimezone(organisation.zone).date())


def _reminded(done: Reminded) -> str:
    if not done.left:
        return _("Reminder by e-mail, the last one.")
    return ngettext(
        "Reminder by e-mail. %(n)s left after that.", "Reminder by e-mail. %(n)s left after that.", done.left
    ) % {"n": done.left}


def _audit(action: str, details: Mapping[str, int], *, member: Membership, now: datetime) -> None:
    write_by(member, action, now=now, details=details)


#: suggested extension
DAYS: Final = 5


BOTH: Final = "both"


class BulkForm(forms.Form):
    act = forms.ChoiceField(choices=[(name, name) for name in ACTS])
    step = forms.ChoiceField(
        label=gettext_lazy("Which step?"),
        choices=[
            *((name, Step.Kind(kind).label) for name, kind in STEPS.items()),
            (BOTH, gettext_lazy("Both steps")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    reason = reason_field()
    days = forms.IntegerField(
        label=gettext_lazy("Working days from today"),
        min_value=1,
        max_value=LONGEST_DEADLINE,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Choose 1 to %(n)s working days.") % {"n": LONGEST_DEADLINE},
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


@require_POST
@access.member(kinds=access.WORKS)
def bulk(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    """Show what would happen; with `confirmed`, do it and show the outcome."""
    role = role_of(request, pk)
    query = ListQuery.of(request.GET)
    back = (
        reverse("candidates", args=[request.organisation.slug])
        if role is None
        else reverse("role", args=[request.organisation.slug, role.pk])
    ) + query.here
    ids = [
        pk for text in request.POST.getlist("application")[:PAGE] if (pk := whole_number(text)) is not None
    ]
    data = request.POST.copy()
    data.setdefault("days", str(DAYS))
    data.setdefault("reason", "organisation")
    form = BulkForm(data)
    valid = form.is_valid()
    if not ids or "act" in form.errors or "step" in form.errors:
        return redirect(back)
    rows = visible_applications(request.member).select_related("role").filter(pk__in=ids)
    by_id = {row.pk: row for row in rows}
    chosen = [by_id[application_id] for application_id in dict.fromkeys(ids) if application_id in by_id]
    applications = [application for application in chosen if role is None or application.role_id == role.pk]
    gone = len(set(ids)) - len(chosen)
    step = form.cleaned_data["step"]
    act = BulkAct(
        name=form.cleaned_data["act"],
        kinds=tuple(kind for name, kind in STEPS.items() if step in {"", BOTH, name}),
        days=form.cleaned_data.get("days") or DAYS,
        runs=frozenset(request.POST.getlist("run")),
        reason=WITHDRAWN if form.cleaned_data.get("reason") == "candidate" else "",
    )
    now = clock.now()
    asks = False
    if not step and act.name in CHOOSES_STEP:
        meant = kinds_meant(act, applications, member=request.member, now=now)
        asks = len(meant) > 1
        if len(meant) == 1:
            act = replace(act, kinds=meant)
            [step] = (name for name, kind in STEPS.items() if kind in meant)
    form.fields["step"].required = asks
    if asks and request.POST.get("asked"):
        form.add_error("step", _("Choose a step."))
        valid = False
    confirmed = valid and not asks and bool(request.POST.get("confirmed"))
    outcomes = (
        [] if asks else perform(act, applications, member=request.member, now=now, preview=not confirmed)
    )
    outcomes += [
        BulkOutcome(
            application=application, step="", done=False, sentence=_("No longer on this role."), run=""
        )
        for application in chosen
        if application not in applications
    ]
    done = [outcome for outcome in outcomes if outcome.done]
    return render(
        request,
        "workspace/lists/bulk.html",
        {
            "role": role,
            "form": form,
            "act": act.name,
            "step": step,
            "confirmed": confirmed,
            "asks": asks,
            "title": _question(act.name)
            if asks
            else _title(act.name, outcomes, gone=gone, confirmed=confirmed),
            "done": done,
            "refused": [outcome for outcome in outcomes if not outcome.done],
            "gone": gone,
            "application_ids": dict.fromkeys(
                ids
                if asks
                else [outcome.application.pk for outcome in (outcomes if act.name == "extend" else done)]
            ),
            "runs": [outcome.run for outcome in done if outcome.run] if act.name == "again" else [],
            "button": _button(act.name, len(done)),
            "action": request.get_full_path(),
            "back": back,
        },
        status=200 if valid else 422,
    )


def _question(act: str) -> str:
    return {"cancel": _("Cancel steps"), "invite": _("Invite candidates")}[act]


def _title(act: str, outcomes: list[BulkOutcome], *, gone: int, confirmed: bool) -> str:
    """`gone`: the number of chosen candidates that the member no longer sees."""
    values = {"n": sum(outcome.done for outcome in outcomes), "of": len(outcomes) + gone}
    if confirmed:
        return {
            "remind": _("%(n)s of %(of)s reminded"),
            "extend": _("%(n)s of %(of)s extended"),
            "cancel": _("%(n)s of %(of)s cancelled"),
            "invite": _("%(n)s of %(of)s invited"),
            "again": _("%(n)s of %(of)s invited again"),
            "reject": _("%(n)s of %(of)s rejected"),
            "hire": _("%(n)s of %(of)s marked as hired"),
        }[act] % values
    return {
        "remind": _("Remind %(n)s of %(of)s"),
        "extend": _("Extend %(n)s of %(of)s"),
        "cancel": _("Cancel %(n)s of %(of)s"),
        "invite": _("Invite %(n)s of %(of)s"),
        "again": _("Invite %(n)s of %(of)s again"),
        "reject": _("Reject %(n)s of %(of)s"),
        "hire": _("Mark %(n)s of %(of)s as hired"),
    }[act] % values


def _button(act: str, n: int) -> str:
    return {
        "remind": ngettext("Send %(n)s reminder", "Send %(n)s reminders", n),
        "extend": ngettext("Extend %(n)s deadline", "Extend %(n)s deadlines", n),
        "cancel": ngettext("Cancel %(n)s step", "Cancel %(n)s steps", n),
        "invite": ngettext("Invite %(n)s candidate", "Invite %(n)s candidates", n),
        "again": ngettext("Invite %(n)s candidate again", "Invite %(n)s candidates again", n),
        "reject": ngettext("Reject %(n)s candidate", "Reject %(n)s candidates", n),
        "hire": ngettext("Mark %(n)s candidate as hired", "Mark %(n)s candidates as hired", n),
    }[act] % {"n": n}

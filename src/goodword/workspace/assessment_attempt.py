from typing import Final

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.assessments.attempts import member_actions
from goodword.assessments.models import Attempt
from goodword.candidates.models import visible_applications
from goodword.core import clock
from goodword.workflow.domain.runs import lock_for_member
from goodword.workspace.results import finished_run
from goodword.workspace.step_actions import (
    ActionTarget,
    ConfirmForm,
    DaysForm,
    act_at_once,
    act_with_form,
    extended_message,
    reminder_message,
    resumed,
)

WITH_FORM = ["GET", "HEAD", "POST"]
#: anchor on the candidate's page
CARD: Final = "assessment"


def _attempt_of(request: MemberRequest, pk: int, attempt_pk: int) -> tuple[ActionTarget, Attempt]:
    application = access.get_or_404(visible_applications(request.member), pk)
    attempts = Attempt.objects.of(request.organisation).select_related("step_request")
    attempt = access.get_or_404(attempts.filter(step_request__application=application), attempt_pk)
    return ActionTarget(application=application, ids={"attempt": attempt.pk}, anchor=CARD), attempt


@require_POST
@access.member(kinds=access.WORKS)
def remind(request: MemberRequest, pk: int, attempt_pk: int) -> HttpResponseBase:
    target, attempt = _attempt_of(request, pk, attempt_pk)

    def act() -> str:
        return reminder_message(
            member_actions.remind_now(attempt_id=attempt.pk, member=request.member, now=clock.now())
        )

    return act_at_once(request, target, act, action="attempt.reminded")


@require_POST
@access.member(kinds=access.WORKS)
def pause(request: MemberRequest, pk: int, attempt_pk: int) -> HttpResponseBase:
    target, attempt = _attempt_of(request, pk, attempt_pk)

    def act() -> str:
        member_actions.pause_attempt(attempt_id=attempt.pk, member=request.member, now=clock.now())
        return _("Paused. No reminders are sent; the link still works.")

    return act_at_once(request, target, act, action="attempt.paused")


@require_POST
@access.member(kinds=access.WORKS)
def resume(request: MemberRequest, pk: int, attempt_pk: int) -> HttpResponseBase:
    target, attempt = _attempt_of(request, pk, attempt_pk)

    def act() -> str:
        member_actions.resume_attempt(attempt_id=attempt.pk, member=request.member, now=clock.now())
        return resumed(target.application)

    return act_at_once(request, target, act, action="attempt.resumed")


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
@once
def extend_deadline(request: MemberRequest, pk: int, attempt_pk: int) -> HttpResponseBase:
    target, attempt = _attempt_of(request, pk, attempt_pk)
    form = DaysForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        days = form.cleaned_data["days"]
        before = lock_for_member(Attempt, attempt.pk, member=request.member).overdue_since
        extended = member_actions.extend_attempt(
            attempt_id=attempt.pk, days=days, member=request.member, now=clock.now()
        )
        return extended_message([before], [extended.overdue_since], organisation=request.organisation)

    page = {
        "title": _("Extend the deadline of the assessment"),
        "lead": _(
            "The candidate gets an e-mail with the new deadline, unless the assessment is paused or they can't "
            "be e-mailed. Time limits of timed tests don't change."
        ),
        "button": _("Extend deadline"),
    }
    return act_with_form(request, target, form, act, action="attempt.extended", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def mark_complete(request: MemberRequest, pk: int, attempt_pk: int) -> HttpResponseBase:
    target, attempt = _attempt_of(request, pk, attempt_pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        member_actions.mark_complete(attempt_id=attempt.pk, member=request.member, now=clock.now())
        return _("Marked complete. The report is being created.")

    page = {
        "title": _("Mark the assessment complete"),
        "effects": [
            *member_actions.completion_effects(attempt, now=clock.now()),
            _("Tests that the candidate did not finish get no percentile, and the assessment no total."),
            _(
                "The report is created now and its note posted to Greenhouse. The candidate can no longer answer."
            )
            if target.application.in_greenhouse
            else _("The report is created now. The candidate can no longer answer."),
        ],
        "button": _("Mark complete"),
    }
    return act_with_form(request, target, form, act, action="attempt.marked_complete", page=page)


@require_http_methods(WITH_FORM)
@access.member(kinds=access.WORKS)
def cancel(request: MemberRequest, pk: int, attempt_pk: int) -> HttpResponseBase:
    target, attempt = _attempt_of(request, pk, attempt_pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        member_actions.cancel_attempt(attempt_id=attempt.pk, member=request.member, now=clock.now())
        return _("Cancelled. No more e-mails are sent.")

    effects = [
        _("Nobody is notified; the candidate's link shows that nothing is needed."),
        _("Answers are kept but not scored. Invite again starts a new assessment."),
    ]
    if finished_run(attempt.step_request) is not None:
        effects.append(_("The earlier result remains current."))
    page = {
        "title": _("Cancel the assessment"),
        "effects": effects,
        "button": _("Cancel the assessment"),
        "danger": True,
    }
    return act_with_form(request, target, form, act, action="attempt.cancelled", page=page)

"""What a recruiter does with a step in one click."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.assessments.domain import invite_again as attempts
from goodword.candidates.domain.confirm_name import confirm_name
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.references.domain import invite_again as checks
from goodword.reports.domain.reuse import MayNotReuse, reuse
from goodword.roles.models import Step
from goodword.steps.domain.by_hand import MayNotBegin, begin
from goodword.steps.models import StepStart
from goodword.workspace.cards import earlier_of

NOT_ACTIVE = gettext_lazy("Only an active candidate can be invited. Greenhouse says otherwise of this one.")
NO_ADDRESS = gettext_lazy("Greenhouse has no address for this candidate, or says not to e-mail them.")
LINK_IN_NAME = gettext_lazy(
    "The candidate's name looks like a link. Correct it in Greenhouse, or confirm it on the candidate's page."
)
WHY_NOT = {
    "no_requirement": gettext_lazy(
        "Say first what requirement of the job the assessment serves: role > Assessment settings."
    ),
    "prospect": gettext_lazy(
        "This person is a prospect, and prospects are never mailed. Convert them to a candidate in Greenhouse."
    ),
    "no_address": NO_ADDRESS,
    "may_not_email": NO_ADDRESS,
    "link_in_name": LINK_IN_NAME,
    "decided": gettext_lazy("This was decided already. The card says how it stands."),
    "no_report": gettext_lazy("The report of the earlier result is not there yet. Try again in a minute."),
}


@require_POST
@access.member(kinds=access.WORKS)
def invite_again(request: MemberRequest, pk: int, start_pk: int) -> HttpResponseBase:
    """Invite the candidate again: a new mail with a fresh link, and a new deadline."""
    application = access.owned(visible_applications(request.member), pk)
    start = _start(request, application, start_pk)
    if application.end:
        messages.error(request, NOT_ACTIVE)
        return _page(request, application)
    if start.state != StepStart.State.STARTED:
        messages.error(request, _("This step has not begun yet. Its card says what it waits for."))
        return _page(request, application)
    now, said = clock.now(), _("A new invitation is on its way.")
    try:
        with transaction.atomic():
            if start.step.kind == Step.Kind.ASSESSMENT:
                attempts.invite_again(start=start, member=request.member, now=now)
            elif checks.writes_to_nobody(checks.invite_again(start=start, member=request.member, now=now)):
                said = _("There is more time. Nobody was written to: the card says what it waits for.")
            write(
                organisation=request.organisation,
                action="step.invited_again",
                member=request.member,
                now=now,
                details={"start": start.pk},
            )
    except attempts.MayNotInvite as error:
        messages.error(request, _too_soon(error) or WHY_NOT.get(error.reason, NO_ADDRESS))
        return _page(request, application)
    except checks.Hindered as error:
        messages.error(request, WHY_NOT.get(error.code, NO_ADDRESS))
        return _page(request, application)
    messages.success(request, said)
    return _page(request, application)


@require_POST
@access.member(kinds=access.WORKS)
def begin_step(request: MemberRequest, pk: int, kind: str) -> HttpResponseBase:
    """Invite the candidate to a step that has not begun, whatever it waits for."""
    application = access.owned(visible_applications(request.member), pk)
    step = Step.objects.of(request.organisation).filter(role=application.role_id, kind=kind).first()
    if step is None:
        raise Http404
    now = clock.now()
    try:
        with transaction.atomic():
            if step.kind == Step.Kind.ASSESSMENT and not application.end:
                attempts.refuse_too_soon(application=application, step=step, now=now)
            start = begin(application_id=application.pk, step=step, member=request.member, now=now)
            write(
                organisation=request.organisation,
                action="step.begun_by_hand",
                member=request.member,
                now=now,
                details={"start": start.pk},
            )
    except attempts.MayNotInvite as error:
        messages.error(request, _too_soon(error))
        return _page(request, application)
    except MayNotBegin as error:
        messages.error(request, WHY_NOT.get(error.reason, NOT_ACTIVE))
        return _page(request, application)
    messages.success(request, _("The invitation is on its way."))
    return _page(request, application)


@require_POST
@access.member(kinds=access.WORKS)
def confirm_candidate_name(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Confirm a name that looks like a link; what waited for it goes out."""
    application = access.owned(visible_applications(request.member).select_related("candidate"), pk)
    if confirm_name(
        candidate=application.candidate,
        name=request.POST.get("name", ""),
        member=request.member,
        now=clock.now(),
    ):
        messages.success(request, _("The name is confirmed. What waited for it goes out."))
    else:
        messages.error(request, _("Nothing was confirmed: the name has changed. Please look at it again."))
    return _page(request, application)


@require_POST
@access.member(kinds=access.WORKS)
def reuse_result(request: MemberRequest, pk: int, start_pk: int) -> HttpResponseBase:
    """Let the earlier result stand in. Only who may read it can do this: others then read it here."""
    application = access.owned(visible_applications(request.member), pk)
    start = _start(request, application, start_pk)
    if start.waits_for == StepStart.Waits.REUSE and earlier_of(start, request.member) is None:
        raise Http404
    try:
        reuse(start=start, member=request.member, now=clock.now())
    except MayNotReuse as error:
        messages.error(request, WHY_NOT.get(error.reason, NOT_ACTIVE))
        return _page(request, application)
    messages.success(
        request, _("The earlier result stands in. Its report for this application is being made.")
    )
    return _page(request, application)


def _too_soon(error: attempts.MayNotInvite) -> str:
    """From when they may be invited; empty where something else is in the way."""
    if error.day is None:
        return ""
    return _(
        "This person has taken one of these tests not long ago. They can be invited to it again from %(day)s; "
        "the role's assessment sets how long that is. The earlier result stays and can be used."
    ) % {"day": date_format(error.day, "j F Y")}


def _start(request: MemberRequest, application: Application, start_pk: int) -> StepStart:
    starts = StepStart.objects.of(request.organisation).filter(application=application)
    return access.owned(starts.select_related("step"), start_pk)


def _page(request: MemberRequest, application: Application) -> HttpResponseBase:
    return redirect("candidate", request.organisation.slug, application.pk)

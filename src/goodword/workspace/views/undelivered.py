"""Settings > Undelivered mail: failed mail, and sending it again."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.greenhouse.setup.views.shared import nav
from goodword.notifications.models import Email
from goodword.steps.models import StepRequest
from goodword.workspace import undelivered
from goodword.workspace.views.acting import back, referee_of


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest) -> HttpResponse:
    """The failed mails that are still needed."""
    rows = undelivered.undelivered(request.member)
    return render(request, "workspace/undelivered.html", {"settings_nav": nav(request), "rows": rows})


@require_POST
@access.member(kinds=access.WORKS)
def again(request: MemberRequest, email_pk: int) -> HttpResponseBase:
    try:
        done = undelivered.send_one_again(email_id=email_pk, member=request.member, now=clock.now())
    except Email.DoesNotExist as missing:
        raise Http404 from missing
    _say(request, int(done))
    _note(request, int(done))
    return redirect("undelivered", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def all_again(request: MemberRequest) -> HttpResponseBase:
    count = undelivered.send_all_again(member=request.member, now=clock.now())
    _say(request, count)
    _note(request, count)
    return redirect("undelivered", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def invitation_again(request: MemberRequest, pk: int, step_request_pk: int) -> HttpResponseBase:
    """From the candidate's page: resend this step's failed mail to the candidate."""
    application = access.owned(visible_applications(request.member), pk)
    step_requests = StepRequest.objects.of(request.organisation).filter(application=application)
    step_request = access.owned(step_requests, step_request_pk)
    done = undelivered.send_invitation_again(step_request, member=request.member, now=clock.now())
    _say(request, int(done))
    _note(request, int(done))
    return redirect("candidate", request.organisation.slug, application.pk)


@require_POST
@access.member(kinds=access.WORKS)
def request_again(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    """From the candidate's page: resend the failed mail to a referee."""
    application, referee = referee_of(request, pk, referee_pk)
    done = undelivered.send_request_again(referee, member=request.member, now=clock.now())
    _say(request, int(done))
    _note(request, int(done))
    return back(request, application)


def _say(request: MemberRequest, count: int) -> None:
    if count:
        said = ngettext("Resending %(n)s mail.", "Resending %(n)s mails.", count)
        messages.success(request, said % {"n": count})
    else:
        messages.info(request, _("Nothing was sent: the mail is already being sent, or is no longer needed."))


def _note(request: MemberRequest, count: int) -> None:
    if count:
        write(
            organisation=request.organisation,
            action="mail.sent_again",
            member=request.member,
            now=clock.now(),
            details={"mails": count},
        )

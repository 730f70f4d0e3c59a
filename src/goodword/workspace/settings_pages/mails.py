from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.domain.organisation import choose_mails
from goodword.accounts.models import Membership
from goodword.accounts.navigation import settings_nav
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, visible_applications
from goodword.core import clock, mail
from goodword.notifications.domain.queue import NEEDS_PERSON, failed_mails, send_again
from goodword.notifications.domain.sender_domain import aligned, configured, published
from goodword.notifications.models import Email, Link
from goodword.references.domain.checks import CheckClosed, is_running, lock_request
from goodword.references.domain.mails import REQUEST
from goodword.references.domain.requests import has_opted_out
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.workflow.domain.eligibility import blocking_reason, closing_outcome
from goodword.workflow.domain.runs import UNDELIVERED
from goodword.workflow.models import (
    StepRequest,
    StepRun,
    awaits_click,
    is_open,
    lock_newest_unfinished,
    lock_step_request,
)
from goodword.workspace.candidate.timeline import MAIL_NAMES
from goodword.workspace.reference_check import REFEREES, referee_of
from goodword.workspace.step_actions import back_to

#: maximum mails per page and click
AT_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    email: Email
    what: str
    address: str


def undelivered(member: Membership) -> list[Undelivered]:
    """Failed mails about applications that the member can see, newest first."""
    seen = visible_applications(member)
    rows = failed_mails(member.organisation).filter(application__in=seen)[:AT_MOST]
    return [
        Undelivered(email=email, what=MAIL_NAMES.get(email.kind, email.kind), address=address)
        for email in rows
        if (address := address_now(email))
    ]


def send_invitation_again(step_request: StepRequest, *, member: Membership, now: datetime) -> bool:
    """Resend the last invitation if it, or a later mail such as a reminder, didn't arrive."""
    mails = (
        Email.objects.of(member.organisation)
        .filter(
            link_purpose=Link.Purpose.CANDIDATE, link_subject_id=step_request.pk, deadline_days__isnull=False
        )
        .order_by("-pk")
    )
    if _first_of(mails.filter(NEEDS_PERSON), member=member, now=now):
        return True
    newest = mails.first()
    if newest is None:
        return False
    with transaction.atomic():
        _lock_subject(newest)
        run = lock_newest_unfinished(Attempt, step_request.pk) or lock_newest_unfinished(
            Check, step_request.pk
        )
        if run is None or run.attention != UNDELIVERED:
            return False
        return send_needed_again(newest, member=member, now=now, arrived=True)


def send_request_again(referee: Referee, *, member: Membership, now: datetime) -> bool:
    request: ReferenceRequest | None = getattr(referee, "request", None)
    if request is None:
        return False
    mails = Email.objects.of(member.organisation).filter(
        link_purpose=Link.Purpose.REFEREE, link_subject_id=request.pk, kind=REQUEST
    )
    return _first_of(mails.filter(NEEDS_PERSON).order_by("-pk"), member=member, now=now)


def address_now(email: Email) -> str:
    """The current recipient; empty if the mail is no longer needed."""
    application = email.application
    if application is not None and application.is_being_erased:
        return ""
    match email.link_purpose:
        case Link.Purpose.CANDIDATE:
            return _candidates_address(email)
        case Link.Purpose.REFEREE:
            return _referees_address(email)
        case _:
            return email.to_address


def send_needed_again(
    email: Email, *, member: Membership | None, now: datetime, arrived: bool = False
) -> bool:
    """Send a mail again if it is still needed. Returns whether it is. `member`: None for the operator. `arrived`: as
    for `send_again`."""
    with transaction.atomic():
        _lock_subject(email)
        address = address_now(email)
        if not address:
            return False
        return send_again(email_id=email.pk, to_address=address, member=member, now=now, arrived=arrived)


def _lock_subject(email: Email) -> None:
    """Lock the mail's assessment or check first, in the same order as actions that pause or end it."""
    subject = email.link_subject_id or 0
    if email.link_purpose == Link.Purpose.CANDIDATE and lock_step_request(subject) is not None:
        lock_newest_unfinished(Attempt, subject)
        lock_newest_unfinished(Check, subject)
    elif email.link_purpose == Link.Purpose.REFEREE:
        with suppress(CheckClosed):  # erased
            lock_request(subject)


def _first_of(mails: Iterable[Email], *, member: Membership, now: datetime) -> bool:
    email = next(iter(mails), None)
    return email is not None and send_needed_again(email, member=member, now=now)


def _candidates_address(email: Email) -> str:
    step_requests = StepRequest.objects.of(email.organisation).select_related(
        "step", "application__candidate"
    )
    step_request = step_requests.filter(pk=email.link_subject_id or 0).first()
    if step_request is None:
        return ""
    run: StepRun | None = (
        Attempt.objects.of(email.organisation).filter(step_request=step_request).order_by("-pk").first()
        or Check.objects.of(email.organisation).filter(step_request=step_request).order_by("-pk").first()
    )
    wanted = run is not None and is_open(run) and run.paused_at is None and not awaits_click(run)
    application: Application = step_request.application
    if run is None or not wanted or closing_outcome(run, application) or blocking_reason(application):
        return ""
    return application.candidate.email


def _referees_address(email: Email) -> str:
    rows = ReferenceRequest.objects.of(email.organisation).select_related(
        "referee", "check_run__step_request__step", "check_run__step_request__application"
    )
    request = rows.filter(pk=email.link_subject_id or 0).first()
    if request is None or not request.is_out or not is_running(request.check_run):
        return ""
    check, address = request.check_run, request.referee.email
    held_back = check.paused_at is not None or awaits_click(check)
    return "" if held_back or has_opted_out(organisation=email.organisation, address=address) else address


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest) -> HttpResponse:
    rows = undelivered(request.member)
    return render(
        request,
        "workspace/settings_pages/undelivered.html",
        {"settings_nav": settings_nav(request), "rows": rows},
    )


@require_POST
@access.member(kinds=access.WORKS)
def again(request: MemberRequest, email_pk: int) -> HttpResponseBase:
    seen = Email.objects.of(request.organisation).filter(application__in=visible_applications(request.member))
    email = access.get_or_404(seen, email_pk)
    done = send_needed_again(email, member=request.member, now=clock.now())
    _report_resent(request, int(done))
    return redirect("undelivered", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def all_again(request: MemberRequest) -> HttpResponseBase:
    now, rows = clock.now(), undelivered(request.member)
    _report_resent(request, sum(send_needed_again(row.email, member=request.member, now=now) for row in rows))
    return redirect("undelivered", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def invitation_again(request: MemberRequest, pk: int, step_request_pk: int) -> HttpResponseBase:
    application = access.get_or_404(visible_applications(request.member), pk)
    step_requests = StepRequest.objects.of(request.organisation).filter(application=application)
    step_request = access.get_or_404(step_requests, step_request_pk)
    done = send_invitation_again(step_request, member=request.member, now=clock.now())
    _report_resent(request, int(done))
    return redirect("candidate", request.organisation.slug, application.pk)


@require_POST
@access.member(kinds=access.WORKS)
def request_again(request: MemberRequest, pk: int, referee_pk: int) -> HttpResponseBase:
    application, referee = referee_of(request, pk, referee_pk)
    done = send_request_again(referee, member=request.member, now=clock.now())
    _report_resent(request, int(done))
    return back_to(request, application, REFEREES)


def _report_resent(request: MemberRequest, count: int) -> None:
    if count:
        message = ngettext("Resending %(n)s e-mail.", "Resending %(n)s e-mails.", count)
        messages.success(request, message % {"n": count})
        write_by(request.member, "mail.sent_again", now=clock.now(), details={"mails": count})
    else:
        messages.info(request, _("Not sent: the e-mail is already being sent or is no longer needed."))


class MailsForm(forms.Form):
    each_reference = forms.BooleanField(
        label=gettext_lazy("E-mail me about every reference"),
        required=False,
    )
    daily_digest = forms.BooleanField(
        label=gettext_lazy("E-mail me on working days about what needs me"),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def notification_settings(request: MemberRequest) -> HttpResponseBase:
    form = MailsForm(
        request.POST if request.method == "POST" else None,
        initial={
            "each_reference": request.member.mails_each_reference,
            "daily_digest": request.member.daily_digest,
        },
    )
    if form.is_valid():
        if choose_mails(member=request.member, **form.cleaned_data, now=clock.now()):
            messages.success(request, _("Saved. Applies from now on."))
        else:
            messages.info(request, _("Nothing has changed."))
        return redirect("notification_settings", request.organisation.slug)
    return render(
        request,
        "workspace/settings_pages/notifications.html",
        {"settings_nav": settings_nav(request), "form": form},
    )


#: maximum selectors looked up per page
_MOST_SELECTORS: Final = 4


class SelectorForm(forms.Form):
    selector = forms.RegexField(
        regex=rf"\A(?:{mail.SELECTOR})\Z",
        label=gettext_lazy("DKIM selector"),
        help_text=gettext_lazy("Your mail server's administrator knows it, for example s1."),
        required=False,
        max_length=63,
        error_messages={
            "invalid": gettext_lazy("Use letters, digits, hyphens and dots only, for example s1."),
            "max_length": gettext_lazy("Use at most %(limit_value)d characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@require_safe
@access.member(kinds=access.ADMIN)
def sender_domain(request: MemberRequest) -> HttpResponseBase:
    """`selector`: look for this DKIM key instead of those in the settings."""
    sender = configured()
    form = SelectorForm(request.GET if "selector" in request.GET else None)
    selectors: list[str] = list(settings.GOODWORD_MAIL_DKIM_SELECTORS)[:_MOST_SELECTORS]
    if form.is_bound:
        typed = form.cleaned_data["selector"] if form.is_valid() else ""
        selectors = [typed] if typed else selectors
    context = {
        "settings_nav": settings_nav(request),
        "sender": sender,
        "form": form,
        "aligned": aligned(sender),
        **published(sender, selectors),
    }
    return render(request, "workspace/sender_domain/page.html", context)

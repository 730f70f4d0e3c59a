from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest, membership_of
from goodword.accounts.domain.audit import write
from goodword.accounts.models import AuditEntry
from goodword.assessments.models import Verification
from goodword.assessments.verification import discard, new_link, open_verification, verifications_of, why_not
from goodword.candidates.models import Application, recruiter_of, visible_applications
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.appeals import LONGEST_ANSWER, AlreadyAnswered, BeingErased, answer_appeal
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.domain.runs import Refused
from goodword.workflow.models import Appeal
from goodword.workflow.portal import unknown_page
from goodword.workspace.portal.access import private
from goodword.workspace.progress import progress_of
from goodword.workspace.results import results_of, runs_of
from goodword.workspace.step_actions import back_to

#: anchor on the candidate's page
APPEALS: Final = "human-review"


class AnswerForm(forms.Form):
    answer = LongTextField(
        label=gettext_lazy("Your answer"),
        longest=LONGEST_ANSWER,
        rows=5,
        error_messages={"required": gettext_lazy("Write an answer.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def answer(request: MemberRequest, pk: int, appeal_pk: int) -> HttpResponseBase:
    application = access.get_or_404(visible_applications(request.member), pk)
    rows = Appeal.objects.of(request.organisation).select_related("answered_by__user")
    appeal = access.get_or_404(rows.filter(application=application), appeal_pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            answer_appeal(
                appeal_id=appeal.pk,
                answer=form.cleaned_data["answer"],
                member=request.member,
                now=clock.now(),
            )
        except AlreadyAnswered as first:
            form.add_error("answer", _already_answered(first.appeal))
        except BeingErased:
            form.add_error("answer", _("Not sent: this candidate's data is being erased."))
        else:
            blocked = mail_blocked_reason(application)
            messages.success(
                request,
                _("Answer saved. The candidate can't be e-mailed, but sees it on their page.")
                if blocked
                else _("Answer sent."),
            )
            return back_to(request, application, APPEALS)
    elif not form.is_bound and appeal.answered_at is not None:
        messages.info(request, _already_answered(appeal))
        return back_to(request, application, APPEALS)
    context = {
        "application": application,
        "candidate": application.candidate,
        "form": form,
        "title": _("Answer the request for a human review"),
        "lead": _("The candidate wrote:"),
        "quoted": appeal.text,
        "button": _("Send answer"),
        "anchor": APPEALS,
    }
    return render(request, "workspace/step_action.html", context, status=422 if form.errors else 200)


def _already_answered(appeal: Appeal) -> str:
    name = appeal.answered_by.user.name if appeal.answered_by else _("A former member")
    return _("%(name)s has already answered. The candidate has this answer: “%(answer)s”") % {
        "name": name,
        "answer": appeal.answer,
    }


#: anchor on the candidate's page
VERIFICATION: Final = "verification"
LONGEST_REASON: Final = 500


class DiscardForm(forms.Form):
    reason = LongTextField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("For your team. Not shown to the candidate."),
        longest=LONGEST_REASON,
        rows=3,
        error_messages={"required": gettext_lazy("Say why, for example “The fire alarm went off”.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def verify(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Explain verification; the button opens one and shows its link once, since only the hash is stored."""
    application = _application(request, pk)
    if request.method != "POST":
        return _page(request, application, refused=why_not(application))
    now = clock.now()
    try:
        verification = open_verification(application=application, member=request.member, now=now)
        url = new_link(verification=verification, member=request.member, now=now)
    except Refused as no:
        return _page(request, application, refused=str(no), status=422)
    return _page(request, application, url=url)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def discard_verification(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = _application(request, pk)
    verification = _unfinished(application)
    if verification is None:
        messages.info(request, _("There is no verification to discard."))
        return back_to(request, application, VERIFICATION)
    form = DiscardForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            discard(
                verification=verification,
                reason=form.cleaned_data["reason"],
                member=request.member,
                now=clock.now(),
            )
        except Refused as no:
            messages.error(request, str(no))
        else:
            messages.success(request, _("Verification discarded. You can start another."))
        return back_to(request, application, VERIFICATION)
    context = {
        "application": application,
        "candidate": application.candidate,
        "form": form,
        "title": _("Discard the verification"),
        "effects": [
            _("The link stops working, and the answers so far are deleted."),
            _("The timeline shows that it was discarded. You can start another."),
            _("The candidate can read the reason in the copy of their data."),
        ],
        "button": _("Discard verification"),
        "danger": True,
        "anchor": VERIFICATION,
    }
    return render(request, "workspace/step_action.html", context, status=422 if form.errors else 200)


def _application(request: MemberRequest, pk: int) -> Application:
    rows = visible_applications(request.member).select_related("organisation", "candidate", "role")
    return access.get_or_404(rows, pk)


def _unfinished(application: Application) -> Verification | None:
    return verifications_of(application).filter(ended_at=None).first()


def _page(
    request: MemberRequest, application: Application, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "application": application,
        "candidate": application.candidate,
        "unfinished": _unfinished(application),
        "anchor": VERIFICATION,
        **more,
    }
    response = render(request, "workspace/candidate/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def review(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the results so far, read-only. Members who can see the candidate are redirected to the candidate's page."""
    link = links.resolve(token, purpose=Link.Purpose.REVIEW)
    if link is None:
        return unknown_page(request)
    application = (
        Application.objects.of(link.organisation)
        .select_related("candidate", "role__owner__user", "organisation")
        .filter(pk=link.subject_id)
        .first()
    )
    if application is None:
        return unknown_page(request)
    member = (
        membership_of(request.user, slug=link.organisation.slug) if request.user.is_authenticated else None
    )
    if member and visible_applications(member).filter(pk=application.pk).exists():
        return redirect(f"{reverse('candidate', args=[link.organisation.slug, application.pk])}#results")
    now = clock.now()
    if not links.is_alive(link, now=now):
        return private(
            render(
                request,
                "workspace/candidate/review_expired.html",
                {"organisation": link.organisation, "application": application},
                status=410,
            )
        )
    if request.method != "HEAD":
        _record_view(link, application, now=now)
    with timezone.override(link.organisation.zone):
        response = render(
            request,
            "workspace/candidate/review.html",
            {
                "organisation": link.organisation,
                "application": application,
                "candidate": application.candidate,
                "recruiter": recruiter_of(application),
                "marks": progress_of([application], organisation=link.organisation, now=now)[application.pk],
                "results": results_of(runs_of(application), items=False),
                "expires_at": link.expires_at,
            },
        )
    return private(response)


def _record_view(link: Link, application: Application, *, now: datetime) -> None:
    """Audit the view, at most once per links.QUIET, so visitors can't fill the database."""
    action, actor = "result.viewed_by_link", f"link {link.pk}"
    with transaction.atomic():
        entries = AuditEntry.objects.of(link.organisation).filter(action=action, actor=actor)
        if links.lock(link) and not entries.filter(at__gt=now - links.QUIET).exists():
            write(
                organisation=link.organisation,
                action=action,
                actor=actor,
                now=now,
                details={"application": application.pk},
            )

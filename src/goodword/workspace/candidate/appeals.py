"""Answering a candidate's request for a human review."""

from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import visible_applications
from goodword.core import clock
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.appeals import LONGEST_ANSWER, AlreadyAnswered, BeingErased, answer_appeal
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.models import Appeal
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

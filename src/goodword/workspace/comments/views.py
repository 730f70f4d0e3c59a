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
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.member_actions import Refused
from goodword.workspace.comments.writing import delete_comment, may_delete, write_comment
from goodword.workspace.models import Comment
from goodword.workspace.reference_check.forms import ConfirmForm
from goodword.workspace.step_actions import back_to

WITH_FORM = ["GET", "HEAD", "POST"]
#: place on the candidate's page
COMMENTS: Final = "comments"
LONGEST: Final = 4000


class CommentForm(forms.Form):
    text = LongTextField(
        label=gettext_lazy("Comment"),
        help_text=gettext_lazy("For your team only. Mention a colleague with @ and their full name."),
        longest=LONGEST,
        rows=3,
        error_messages={"required": gettext_lazy("Write a comment.")},
    )


@require_http_methods(WITH_FORM)
@access.member()
def comment(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = access.owned(visible_applications(request.member), pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            write_comment(application_id=application.pk, text=text, author=request.member, now=clock.now())
        except Refused as no:
            form.add_error("text", str(no))
        else:
            messages.success(request, _("Comment added."))
            return back_to(request, application, COMMENTS)
    page = {"title": _("Comment"), "button": _("Add comment"), "anchor": COMMENTS}
    context = {"application": application, "candidate": application.candidate, "form": form, **page}
    return render(request, "workspace/step_action.html", context)


@require_http_methods(WITH_FORM)
@access.member()
def delete(request: MemberRequest, pk: int, comment_pk: int) -> HttpResponseBase:
    application = access.owned(visible_applications(request.member), pk)
    rows = Comment.objects.of(request.organisation).select_related("author__user")
    found = access.owned(rows.filter(application=application), comment_pk)
    if not may_delete(found, request.member):
        messages.error(
            request,
            _("Only %(name)s or an admin can delete this comment.") % {"name": found.author.user.name},
        )
        return back_to(request, application, COMMENTS)
    if request.method == "POST":
        delete_comment(comment_id=found.pk, member=request.member, now=clock.now())
        messages.success(request, _("Comment deleted."))
        return back_to(request, application, COMMENTS)
    context = {
        "application": application,
        "candidate": application.candidate,
        "form": ConfirmForm(),
        "title": _("Delete the comment"),
        "lead": _("It is deleted for everybody and can't be restored."),
        "quoted": found.text,
        "button": _("Delete comment"),
        "danger": True,
        "anchor": COMMENTS,
    }
    return render(request, "workspace/step_action.html", context)

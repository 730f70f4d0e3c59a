from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.double_clicks import once
from goodword.accounts.models import Membership
from goodword.candidates.models import Application, visible_applications
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.notifications.domain.queue import candidate_page_url, queue
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.runs import Refused
from goodword.workflow.models import lock_application
from goodword.workspace.models import Comment, Mention
from goodword.workspace.step_actions import ConfirmForm, back_to

#: kind of the e-mail to mentioned members
MENTIONED: Final = "workspace.mentioned"
#: time within which the same text counts as a second click
SECOND_CLICK: Final = timedelta(minutes=5)


def comments_of(application: Application) -> Sequence[Comment]:
    """Return the comments, newest first. One query."""
    rows = Comment.objects.of(application.organisation).filter(application=application)
    return list(rows.select_related("author__user").order_by("-written_at", "-pk"))


def write_comment(*, application_id: int, text: str, author: Membership, now: datetime) -> Comment:
    """Save the comment and e-mail the members mentioned. Raises Refused if one of them can't see the candidate."""
    with transaction.atomic():
        application = lock_application(application_id)
        if application.erased_at is not None:
            raise Refused(_("The data of this candidate has been erased."))
        rows = Comment.objects.of(author.organisation).filter(application=application, author=author)
        same = rows.filter(text=text, written_at__gt=now - SECOND_CLICK).first()
        if same is not None:
            return same
        mentioned = mentioned_in(text, author=author)
        if gone := [member.user.name for member in mentioned if member.deactivated_at is not None]:
            raise Refused(
                _("%(names)s no longer works here and can't be notified. Remove the @.")
                % {"names": ", ".join(gone)}
            )
        if not mentioned and _mentions_recruiter(text, application):
            raise Refused(
                _("%(name)s has no login and can't be notified. Remove the @.")
                % {"name": application.recruiter_name}
            )
        if strangers := [member.user.name for member in mentioned if not _sees(member, application)]:
            raise Refused(
                _("%(names)s can't see this candidate. Add them to the role first, or don't mention them.")
                % {"names": ", ".join(strangers)}
            )
        comment = Comment.objects.create(
            organisation=author.organisation,
            application=application,
            author=author,
            text=text,
            written_at=now,
        )
        for member in mentioned:
            if member != author:
                Mention.objects.create(organisation=author.organisation, comment=comment, member=member)
                _mail(comment, application, to=member, now=now)
        _audit("comment.written", comment, member=author, now=now)
        return comment


def mark_seen(application: Application, *, member: Membership, now: datetime) -> None:
    """Mark mentions as seen when the member opens the candidate's page. Idempotent."""
    rows = Mention.objects.of(member.organisation).filter(member=member, seen_at=None)
    rows.filter(comment__application=application).update(seen_at=now)


def delete_comment(*, comment_id: int, member: Membership, now: datetime) -> None:
    """Delete a comment: the member's own, or any as an admin. Idempotent. Raises Refused."""
    with transaction.atomic():
        rows = Comment.objects.of(member.organisation).select_for_update(of=("self",))
        comment = rows.filter(pk=comment_id).first()
        if comment is None:
            return
        if not may_delete(comment, member):
            raise Refused(
                _("Only %(name)s or an admin can delete this comment.") % {"name": comment.author.user.name}
            )
        _audit("comment.deleted", comment, member=member, now=now)
        comment.delete()


def may_delete(comment: Comment, member: Membership) -> bool:
    return comment.author_id == member.pk or member.is_admin


def mentioned_in(text: str, *, author: Membership) -> list[Membership]:
    """Return members whose full name or address follows an @. If several have the same name, return all active ones, or
    all if none is active. One query."""
    rest, found = text.casefold(), []
    if "@" not in rest:
        return []
    members = Membership.objects.of(author.organisation)
    names = [
        (f"@{name.casefold()}", member)
        for member in members.select_related("user", "organisation").order_by("pk")
        for name in (member.user.name, member.user.email)
        if name
    ]
    longest_first = sorted({name for name, _ in names}, key=len, reverse=True)
    for name in longest_first:  # "@Ann Lee" doesn't mention Ann
        if name in rest:
            rest = rest.replace(name, " ")
            so_named = [member for known, member in names if known == name]
            active = [member for member in so_named if member.deactivated_at is None]
            found += [member for member in active or so_named if member not in found]
    return found


def _mentions_recruiter(text: str, application: Application) -> bool:
    """Whether it mentions the recruiter in Greenhouse, who may not be a member."""
    name = application.recruiter_name.casefold()
    return bool(name) and f"@{name}" in text.casefold()


def _sees(member: Membership, application: Application) -> bool:
    return visible_applications(member).filter(pk=application.pk).exists()


def _mail(comment: Comment, application: Application, *, to: Membership, now: datetime) -> None:
    queue(
        organisation=comment.organisation,
        kind=MENTIONED,
        key=f"comment:{comment.pk}:{to.pk}",
        to=Correspondent(name=to.user.name, address=to.user.email),
        sender=Correspondent(name=comment.author.user.name, address=comment.author.user.email),
        template="workspace/mail/mentioned",
        context={
            "candidate_name": application.candidate.name,
            "role_title": application.role.title if application.role else "",
            "page_url": f"{candidate_page_url(application)}#comments",
        },
        application=application,
        member=to,
        now=now,
    )


def _audit(action: str, comment: Comment, *, member: Membership, now: datetime) -> None:
    write_by(member, action, now=now, details={"application": comment.application_id, "comment": comment.pk})


WITH_FORM = ["GET", "HEAD", "POST"]
#: anchor on the candidate's page
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
@once
def comment(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = access.get_or_404(visible_applications(request.member), pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            write_comment(application_id=application.pk, text=text, author=request.member, now=clock.now())
        except Refused as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Comment added."))
            return back_to(request, application, COMMENTS)
    page = {"title": _("Comment"), "button": _("Add comment"), "anchor": COMMENTS}
    context = {"application": application, "candidate": application.candidate, "form": form, **page}
    return render(request, "workspace/step_action.html", context)


@require_http_methods(WITH_FORM)
@access.member()
def delete(request: MemberRequest, pk: int, comment_pk: int) -> HttpResponseBase:
    application = access.get_or_404(visible_applications(request.member), pk)
    rows = Comment.objects.of(request.organisation).select_related("author__user")
    found = access.get_or_404(rows.filter(application=application), comment_pk)
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

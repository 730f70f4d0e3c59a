"""The note of a report on the Activity Feed: retry, discard, dismiss a duplicate notice."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.greenhouse.activity_feed import posting
from goodword.greenhouse.activity_feed.notes import drop, retry
from goodword.greenhouse.models import ActivityFeedNote


@require_POST
@access.member(kinds=access.WORKS)
def note_again(request: MemberRequest, pk: int) -> HttpResponseBase:
    post = _post(request, pk)
    if retry(post, now=clock.now()):
        _audit(request, "note.tried_again", post)
        messages.success(request, _("Retrying. The note will appear on the Activity Feed."))
    return _back(request, post)


@require_POST
@access.member(kinds=access.WORKS)
def note_drop(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Discard a note that cannot be posted."""
    post = _post(request, pk)
    if drop(post, by=f"member:{request.member.pk}", now=clock.now()):
        _audit(request, "note.dropped", post)
        messages.success(request, _("Note discarded. The report stays here."))
    return _back(request, post)


@require_POST
@access.member(kinds=access.WORKS)
def note_duplicates_seen(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Dismiss the notice of a duplicate note."""
    post = _post(request, pk)
    if posting.mark_seen(post, now=clock.now()):
        _audit(request, "note.duplicates_seen", post)
    return _back(request, post)


def _post(request: MemberRequest, report_pk: int) -> ActivityFeedNote:
    """The note of a report that the member may see, or 404."""
    posts = ActivityFeedNote.objects.of(request.organisation).filter(
        report__step_request__application__in=visible_applications(request.member)
    )
    found = posts.filter(report=report_pk).values_list("pk", flat=True).first()
    return access.owned(posts.select_related("organisation", "report__step_request"), found or 0)


def _back(request: MemberRequest, post: ActivityFeedNote) -> HttpResponseBase:
    assert post.report is not None
    return redirect("candidate", request.organisation.slug, post.report.step_request.application_id)


def _audit(request: MemberRequest, action: str, post: ActivityFeedNote) -> None:
    write(
        organisation=request.organisation,
        action=action,
        member=request.member,
        now=clock.now(),
        details={"report": post.report_id},
    )

"""*Post a test note*: choose a candidate, read what will be written and where, see the outcome."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.activity_feed.notes import queue_test_note
from goodword.greenhouse.client import Candidate
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.greenhouse.setup import test_note
from goodword.greenhouse.setup.trouble import TROUBLES, trouble_of
from goodword.greenhouse.setup.views.shared import connected, page

UNDER_WAY = {ActivityFeedNote.State.QUEUED, ActivityFeedNote.State.SENDING}


@require_safe
@access.member(kinds=access.ADMIN)
def choose(request: MemberRequest, pk: int) -> HttpResponse:
    """Search a candidate or name one; once one is named, the note as it will be."""
    connection = connected(request, pk)
    query, said = request.GET.get("q", ""), request.GET.get("candidate", "")
    problem, candidate = "", None
    if said:
        candidate, problem = _found(connection, said)
    context = {
        "connection": connection,
        "query": query,
        "said": said,
        "problem": problem,
        "candidate": candidate,
        "name": test_note.name_of(candidate) if candidate else "",
        "profile": f"{settings.GOODWORD_GREENHOUSE_APP_URL}/people/{candidate.id}" if candidate else "",
        "body": test_note.wording(connection),
        "rows": [] if candidate else test_note.search(connection, query, member=request.member),
    }
    return page(request, "test_note", context)


@require_POST
@access.member(kinds=access.ADMIN)
def write_note(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Queue the note on the candidate who was shown, and lead to its outcome."""
    connection = connected(request, pk)
    candidate, problem = _found(connection, request.POST.get("candidate", ""))
    if candidate is None:
        messages.error(request, problem)
        return redirect("greenhouse_test_note", request.organisation.slug, connection.pk)
    post = queue_test_note(
        connection, candidate_remote_id=candidate.id, member=request.member, now=clock.now()
    )
    return redirect("greenhouse_test_note_outcome", request.organisation.slug, connection.pk, post.pk)


@require_safe
@access.member(kinds=access.ADMIN)
def outcome(request: MemberRequest, pk: int, post_pk: int) -> HttpResponse:
    """What became of it. The page asks again by itself while the note is under way."""
    connection = connected(request, pk)
    rows = ActivityFeedNote.objects.of(request.organisation).filter(connection=connection, report=None)
    post = access.owned(rows, post_pk)
    context = {
        "connection": connection,
        "post": post,
        "under_way": post.state in UNDER_WAY,
        "profile": f"{settings.GOODWORD_GREENHOUSE_APP_URL}/people/{post.candidate_remote_id}",
    }
    return page(request, "test_note_outcome", context)


def _found(connection: Connection, said: str) -> tuple[Candidate | None, str]:
    """The candidate, or why there is none."""
    try:
        return test_note.find(connection, test_note.candidate_id_of(said)), ""
    except test_note.NoCandidate as error:
        return None, str(error)
    except TROUBLES as error:
        return None, _("%s Nothing was written.") % trouble_of(error)

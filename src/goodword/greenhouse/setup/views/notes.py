from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.concurrent_edits import NoticesChanges, organisation_to_change
from goodword.accounts.double_clicks import once
from goodword.accounts.models import Organisation
from goodword.core import clock
from goodword.greenhouse.activity_feed.notes import queue_test_note
from goodword.greenhouse.activity_feed.wording import (
    DEFAULT,
    MAX_LENGTH,
    PLACEHOLDERS,
    BadWording,
    clean_wording,
)
from goodword.greenhouse.client import Candidate
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.greenhouse.pages import connected, settings_page
from goodword.greenhouse.setup import notes as domain
from goodword.greenhouse.setup.connections import CALL_ERRORS, error_message

PENDING = {ActivityFeedNote.State.QUEUED, ActivityFeedNote.State.SENDING}


class NotesForm(NoticesChanges):
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who can read the notes in Greenhouse"),
        choices=[
            ("private", gettext_lazy("Private: users who can see the candidate's private notes")),
            ("public", gettext_lazy("Public: everyone who can see the candidate")),
            ("admin_only", gettext_lazy("Admins only: Site Admins and Job Admins")),
        ],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose who can read them.")},
    )
    words = forms.CharField(
        label=gettext_lazy("First line of a note"),
        required=False,
        max_length=MAX_LENGTH,
        help_text=gettext_lazy("Leave empty for the default. The link and code are always added below."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": DEFAULT}),
    )
    report_link_days = forms.IntegerField(
        label=gettext_lazy("Days a report link works"),
        min_value=1,
        max_value=730,
        help_text=gettext_lazy("After that, readers have to sign in. Links in existing notes don't change."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None, *, organisation: Organisation) -> None:
        stored = {
            "visibility": organisation.note_visibility,
            "words": organisation.note_wording,
            "report_link_days": organisation.report_link_days,
        }
        super().__init__(data, initial=stored)
        self.note_stored(stored)

    def clean_words(self) -> str:
        try:
            return clean_wording(self.cleaned_data["words"])
        except BadWording as error:
            raise forms.ValidationError(str(error)) from error


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@transaction.atomic
def notes(request: MemberRequest) -> HttpResponseBase:
    organisation = organisation_to_change(request)
    form = NotesForm(request.POST if request.method == "POST" else None, organisation=organisation)
    if form.is_valid():
        if domain.set_notes(organisation, **form.cleaned_data, member=request.member, now=clock.now()):
            messages.success(request, _("Saved. New notes use these settings."))
        return redirect("note_settings", organisation.slug)
    words = request.POST.get("words", organisation.note_wording)
    context = {
        "form": form,
        "placeholders": [(f"{{{name}}}", domain.EXAMPLE[name]) for name in PLACEHOLDERS],
        **_example(words),
    }
    return settings_page(request, "setup/notes", context)


@require_POST
@access.member(kinds=access.ADMIN)
def note_example(request: MemberRequest) -> HttpResponse:
    return render(
        request, "greenhouse/setup/parts/note_example.html", _example(request.POST.get("words", ""))
    )


def _example(words: str) -> dict[str, str]:
    try:
        return {"example": domain.example(words), "problem": ""}
    except BadWording as error:
        return {"example": "", "problem": str(error)}


@require_safe
@access.member(kinds=access.ADMIN)
def choose_candidate(request: MemberRequest, pk: int) -> HttpResponse:
    connection = connected(request, pk)
    query, entered = request.GET.get("q", ""), request.GET.get("candidate", "")
    problem, candidate = "", None
    if entered:
        candidate, problem = _find_candidate(connection, entered)
    context = {
        "connection": connection,
        "query": query,
        "entered": entered,
        "problem": problem,
        "candidate": candidate,
        "name": domain.display_name(candidate) if candidate else "",
        "profile": f"{settings.GOODWORD_GREENHOUSE_APP_URL}/people/{candidate.id}" if candidate else "",
        "body": domain.preview_test_note(connection),
        "rows": [] if candidate else domain.search_candidates(connection, query, member=request.member),
    }
    return settings_page(request, "setup/test_note", context)


@require_POST
@access.member(kinds=access.ADMIN)
def post_test_note(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    candidate, problem = _find_candidate(connection, request.POST.get("candidate", ""))
    if candidate is None:
        messages.error(request, problem)
        return redirect("greenhouse_test_note", request.organisation.slug, connection.pk)
    return _queue(request, connection, candidate)


@once
def _queue(request: MemberRequest, connection: Connection, candidate: Candidate) -> HttpResponseBase:
    note = queue_test_note(
        connection, candidate_remote_id=candidate.id, member=request.member, now=clock.now()
    )
    return redirect("greenhouse_test_note_outcome", request.organisation.slug, connection.pk, note.pk)


@require_safe
@access.member(kinds=access.ADMIN)
def test_note_outcome(request: MemberRequest, pk: int, note_pk: int) -> HttpResponse:
    connection = connected(request, pk)
    notes_of_connection = ActivityFeedNote.objects.of(request.organisation).filter(
        connection=connection, report=None
    )
    note = access.get_or_404(notes_of_connection, note_pk)
    context = {
        "connection": connection,
        "note": note,
        "pending": note.state in PENDING,
        "profile": f"{settings.GOODWORD_GREENHOUSE_APP_URL}/people/{note.candidate_remote_id}",
    }
    return settings_page(request, "setup/test_note_outcome", context)


def _find_candidate(connection: Connection, text: str) -> tuple[Candidate | None, str]:
    try:
        return domain.find_candidate(connection, domain.parse_candidate_id(text)), ""
    except domain.NoCandidate as error:
        return None, str(error)
    except CALL_ERRORS as error:
        return None, _("%s Nothing was posted.") % error_message(error)

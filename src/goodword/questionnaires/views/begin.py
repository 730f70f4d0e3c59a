"""A questionnaire of one's own: new, from another one, from a file; and the draft of one that is published."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.questionnaires.domain import begin
from goodword.questionnaires.domain.drafts import NotEditable
from goodword.questionnaires.domain.import_file import import_file
from goodword.questionnaires.editor.files import LARGEST_FILE, InvalidFile
from goodword.questionnaires.editor.forms.whole import ImportForm, NewForm
from goodword.questionnaires.views.doors import questionnaire_of


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def new(request: MemberRequest) -> HttpResponseBase:
    """An empty one."""
    form = NewForm(request.POST or None, initial={"language": request.organisation.language})
    if request.method == "POST" and form.is_valid():
        made = begin.create(
            title=form.cleaned_data["title"],
            description=form.cleaned_data["description"],
            languages={form.cleaned_data["language"]: []},
            by=request.member,
            now=clock.now(),
        )
        return redirect("questionnaire_edit", request.organisation.slug, made.pk)
    return render(request, "questionnaires/editor/new.html", {"form": form})


@require_POST
@access.member(kinds=access.WORKS)
def duplicate(request: MemberRequest, pk: int) -> HttpResponseBase:
    """*Use as a start*."""
    made = begin.duplicate(questionnaire=questionnaire_of(request, pk), by=request.member, now=clock.now())
    messages.success(request, _("This copy is yours to change. No role uses it before you publish it."))
    return redirect("questionnaire_edit", request.organisation.slug, made.pk)


@require_POST
@access.member(kinds=access.WORKS)
def begin_draft(request: MemberRequest, pk: int) -> HttpResponseBase:
    """*Edit*: to the draft, which is made if there is none."""
    try:
        begin.begin_draft(questionnaire=questionnaire_of(request, pk), now=clock.now())
    except NotEditable:
        messages.info(
            request,
            _(
                "This one cannot be changed. Use it as a start: the copy is yours, and you can change all of it."
            ),
        )
        return redirect("questionnaire", request.organisation.slug, pk)
    return redirect("questionnaire_edit", request.organisation.slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def import_(request: MemberRequest) -> HttpResponseBase:
    """From a file, whole or not at all."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            raw = form.cleaned_data["file"].read(LARGEST_FILE + 1)
            try:
                made = import_file(raw=raw, by=request.member, now=clock.now())
            except InvalidFile as invalid:
                for problem in invalid.problems:
                    form.add_error("file", problem)
            else:
                messages.success(request, _("Imported as a draft. Look it over, then publish it."))
                return redirect("questionnaire_edit", request.organisation.slug, made.pk)
    return render(request, "questionnaires/editor/import.html", {"form": form})

"""Settings > Notes in Greenhouse: who may read them, in which words, and how long their links work."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.activity_feed.wording import PLACEHOLDERS, BadWording
from goodword.greenhouse.setup.forms import NotesForm
from goodword.greenhouse.setup.note_settings import EXAMPLE, example, set_notes
from goodword.greenhouse.setup.views.shared import page


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def notes(request: MemberRequest) -> HttpResponseBase:
    """The form, with an example of the resulting note."""
    organisation = request.organisation
    initial = {
        "visibility": organisation.note_visibility,
        "words": organisation.note_wording,
        "report_link_days": organisation.report_link_days,
    }
    form = NotesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if set_notes(organisation, **form.cleaned_data, member=request.member, now=clock.now()):
            messages.success(request, _("Notes are written like this from now on."))
        return redirect("note_settings", organisation.slug)
    words = request.POST.get("words", organisation.note_wording)
    context = {
        "form": form,
        "placeholders": [(f"{{{name}}}", EXAMPLE[name]) for name in PLACEHOLDERS],
        **_example(words),
    }
    return page(request, "notes", context)


@require_POST
@access.member(kinds=access.ADMIN)
def note_example(request: MemberRequest) -> HttpResponse:
    """Only the example, asked for while one types. Nothing is kept."""
    return render(
        request, "greenhouse/setup/parts/note_example.html", _example(request.POST.get("words", ""))
    )


def _example(words: str) -> dict[str, str]:
    try:
        return {"example": example(words), "problem": ""}
    except BadWording as error:
        return {"example": "", "problem": str(error)}

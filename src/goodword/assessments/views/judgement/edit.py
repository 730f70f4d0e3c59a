"""The editor's first page: the scenarios of the draft in order; and the set as a whole."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import drafts
from goodword.assessments.catalogue.drafts import Draft, Stale, newest_published
from goodword.assessments.catalogue.judgement import change_details
from goodword.assessments.editor.judgement import gaps
from goodword.assessments.editor.judgement_forms import DetailsForm
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.models import Test
from goodword.assessments.views.doors import at_draft, revision_of
from goodword.assessments.views.judgement.told import remind_of_translations
from goodword.core import clock
from goodword.questionnaires.editor.languages import language_name

KIND = Test.Kind.JUDGEMENT


@require_safe
@at_draft(KIND)
def edit(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """The list. After a move, `?moved=<id>&by=up` puts the focus back on the button that was pressed."""
    there = {row.language for row in draft.rows}
    return render(
        request,
        "assessments/judgement/edit.html",
        {
            "test": draft.test,
            "draft": draft,
            "content": draft.content,
            "scenarios": draft.content["scenarios"],
            "source_name": language_name(draft.source.language),
            "translations": [
                (row.language, language_name(row.language), gaps(draft.content, row.content))
                for row in draft.translations
            ],
            "addable": [(code, language_name(code)) for code in LANGUAGES if code not in there],
            "was_published": bool(newest_published(draft.test)),
            "moved": request.GET.get("moved", ""),
            "moved_by": request.GET.get("by", ""),
            "new": request.GET.get("new", ""),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(KIND)
def details(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Name, instructions, what it measures. What was typed stays when somebody else has saved meanwhile."""
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=draft.content)
    stale = False
    if form.is_bound and form.is_valid():
        try:
            change_details(test=draft.test, **form.cleaned_data, revision=revision_of(request))
        except Stale:
            stale = True
        else:
            remind_of_translations(request, draft)
            messages.success(request, _("Saved."))
            return redirect("judgement_edit", request.organisation.slug, draft.test.pk)
    return render(
        request,
        "assessments/judgement/details.html",
        {
            "test": draft.test,
            "form": form,
            "stale": stale,
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(KIND)
def discard(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Ask once more, then delete the draft."""
    if request.method == "POST":
        stays = drafts.discard(
            test=draft.test, revision=revision_of(request), by=request.member, now=clock.now()
        )
        messages.success(request, _("The draft is thrown away."))
        if stays:
            return redirect("judgement", request.organisation.slug, draft.test.pk)
        return redirect("library", request.organisation.slug)
    newest = newest_published(draft.test)
    return render(
        request,
        "assessments/judgement/discard.html",
        {"test": draft.test, "draft": draft, "newest": newest[0].number if newest else None},
    )

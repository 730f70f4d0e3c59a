"""A judgement set of one's own: new, or from another one; its page; and the draft of one that is published."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import judgement
from goodword.assessments.catalogue.drafts import NotEditable, begin_draft, draft_of, is_own, newest_published
from goodword.assessments.editor.judgement_forms import NewForm
from goodword.assessments.models import Test
from goodword.assessments.views.doors import test_of
from goodword.core import clock
from goodword.questionnaires.editor.languages import language_name

KIND = Test.Kind.JUDGEMENT


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def new(request: MemberRequest) -> HttpResponseBase:
    """An empty one."""
    form = NewForm(
        request.POST if request.method == "POST" else None,
        initial={
            "language": request.organisation.language,
            "instructions": _(
                "You read situations from work. For each of the actions below one, say how effective you "
                "would hold it to be."
            ),
        },
    )
    if form.is_bound and form.is_valid():
        made = judgement.create_set(**form.cleaned_data, by=request.member, now=clock.now())
        return redirect("judgement_edit", request.organisation.slug, made.pk)
    return render(request, "assessments/judgement/new.html", {"form": form})


@require_POST
@access.member(kinds=access.WORKS)
def duplicate(request: MemberRequest, pk: int) -> HttpResponseBase:
    """*Use as a start*."""
    test = test_of(request, pk, kind=KIND)
    try:
        made = judgement.duplicate_set(test=test, by=request.member, now=clock.now())
    except LookupError:
        raise Http404("nothing to copy yet") from None
    messages.success(request, _("This copy is yours to change. No role uses it before you publish it."))
    return redirect("judgement_edit", request.organisation.slug, made.pk)


@require_POST
@access.member(kinds=access.WORKS)
def draft(request: MemberRequest, pk: int) -> HttpResponseBase:
    """*Edit*: to the draft, which is made if there is none."""
    try:
        begin_draft(test=test_of(request, pk, kind=KIND), now=clock.now())
    except NotEditable:
        messages.info(
            request,
            _("This one cannot be changed. Use it as a start: the copy is yours, with its key."),
        )
        return redirect("judgement", request.organisation.slug, pk)
    return redirect("judgement_edit", request.organisation.slug, pk)


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The version published last, with its key, in one of its languages; one that has none leads to its draft."""
    test = test_of(request, pk, kind=KIND)
    there = newest_published(test)
    if not there and not is_own(test):
        raise Http404("nothing published yet")
    if not there:
        return redirect("judgement_edit", request.organisation.slug, pk)
    row = next((row for row in there if row.language == request.GET.get("language")), there[0])
    return render(
        request,
        "assessments/judgement/page.html",
        {
            "test": test,
            "own": is_own(test),
            "draft": draft_of(test),
            "version": row,
            "content": row.content,
            "languages": [(other.language, language_name(other.language)) for other in there],
        },
    )

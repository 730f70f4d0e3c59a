"""A test of own questions: new from a questionnaire; its page; and the draft of one that is published."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Organisation
from goodword.assessments.catalogue import custom_questions
from goodword.assessments.catalogue.drafts import NotEditable, begin_draft, draft_of, is_own, newest_published
from goodword.assessments.editor.own import refusals
from goodword.assessments.editor.own_forms import BeginForm
from goodword.assessments.models import Test
from goodword.assessments.views.doors import test_of
from goodword.assessments.views.questions.shown import shown
from goodword.core import clock
from goodword.questionnaires.editor.languages import language_name
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion

KIND = Test.Kind.QUESTIONS


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def new(request: MemberRequest) -> HttpResponseBase:
    """Choose a published questionnaire that candidates can answer; explains why others cannot be chosen."""
    published = _published(request.organisation)
    refused = _refused(request.organisation, published)
    offered = [one for one in published if one.pk not in refused]
    form = BeginForm(
        request.POST if request.method == "POST" else None, questionnaires=published, offered=offered
    )
    if form.is_bound and form.is_valid():
        try:
            made = custom_questions.create_test(
                questionnaire=form.cleaned_data["questionnaire"],
                name=form.cleaned_data["name"],
                by=request.member,
                now=clock.now(),
            )
        except custom_questions.CannotAsk as wrong:
            form.add_error("questionnaire", wrong.sentences)
        else:
            messages.success(
                request,
                _("Created from the questionnaire. Add files, right answers and rubrics, then publish it."),
            )
            return redirect("own_questions_edit", request.organisation.slug, made.pk)
    return render(
        request,
        "assessments/own/new.html",
        {
            "form": form,
            "offered": offered,
            "refused": [(one, refused[one.pk]) for one in published if one.pk in refused],
        },
    )


@require_safe
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The version published last, in one of its languages; one that has none leads to its draft."""
    test = test_of(request, pk, kind=KIND)
    there = newest_published(test)
    if not there and not is_own(test):
        raise Http404("nothing published yet")
    if not there:
        return redirect("own_questions_edit", request.organisation.slug, pk)
    row = next((row for row in there if row.language == request.GET.get("language")), there[0])
    return render(
        request,
        "assessments/own/page.html",
        {
            "test": test,
            "own": is_own(test),
            "draft": draft_of(test),
            "version": row,
            "content": row.content,
            "questions": shown(row.content),
            "languages": [(other.language, language_name(other.language)) for other in there],
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def draft(request: MemberRequest, pk: int) -> HttpResponseBase:
    """*Edit*: to the draft, which is made if there is none."""
    try:
        begin_draft(test=test_of(request, pk, kind=KIND), now=clock.now())
    except NotEditable:
        messages.info(request, _("This test cannot be changed: it is archived, or came as a file."))
        return redirect("own_questions", request.organisation.slug, pk)
    return redirect("own_questions_edit", request.organisation.slug, pk)


def _published(organisation: Organisation) -> QuerySet[Questionnaire]:
    published = QuestionnaireVersion.objects.of(organisation).filter(published_at__isnull=False)
    return (
        Questionnaire.objects.of(organisation)
        .filter(archived_at=None, pk__in=published.values("questionnaire"))
        .order_by("title", "pk")
    )


def _refused(organisation: Organisation, questionnaires: QuerySet[Questionnaire]) -> dict[int, list[str]]:
    """By id, why the newest version cannot be used in a test, for those that cannot. One query."""
    newest = (
        QuestionnaireVersion.objects.of(organisation)
        .filter(questionnaire__in=questionnaires.order_by(), published_at__isnull=False)
        .order_by("questionnaire", "-number", "pk")
        .distinct("questionnaire")
    )
    found = {row.questionnaire_id: refusals(row.questions) for row in newest}
    return {pk: sentences for pk, sentences in found.items() if sentences}

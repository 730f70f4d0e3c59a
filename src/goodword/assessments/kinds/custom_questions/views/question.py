from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.assessments.catalogue.drafts import TestDraft
from goodword.assessments.kinds.custom_questions import drafts as custom_drafts
from goodword.assessments.kinds.custom_questions.editor import (
    FILE,
    MOST_CRITERIA,
    PARTS,
    FileForm,
    QuestionForm,
    RightForm,
    RubricForm,
    has_choices,
    is_written_here,
    place_of,
    rubric_of,
)
from goodword.assessments.kinds.custom_questions.views import QUESTIONS
from goodword.assessments.kinds.form_rows import changed_rows
from goodword.assessments.models import Test
from goodword.drafts.pages import DraftForm, revision_of
from goodword.drafts.row_focus import focus_row

KIND = Test.Kind.CUSTOM_QUESTIONS


@require_http_methods(["GET", "HEAD", "POST"])
@QUESTIONS.view
@once
def new(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = _form(FileForm, request, draft, "")
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if saved := edit.save(
        lambda revision: custom_drafts.add_file(test=draft.test, file=form.file(), revision=revision)
    ):
        messages.success(request, _("Added at the end."))
        return QUESTIONS.to_editor(request, f"?new={saved.result}")
    return _page(request, draft, edit, _("Ask for a file"), is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@QUESTIONS.view
def change(request: MemberRequest, draft: TestDraft, *, question_id: str) -> HttpResponseBase:
    if _question_or_404(draft, question_id)[1]["type"] != FILE:
        raise Http404("not a file question")
    form = _form(FileForm, request, draft, question_id)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(
        lambda revision: custom_drafts.change_file(
            test=draft.test, question_id=question_id, file=form.file(), revision=revision
        )
    ):
        messages.success(request, _("Saved."))
        return QUESTIONS.to_editor(request, f"?new={question_id}")
    return _page(request, draft, edit, _("File upload"))


@require_http_methods(["GET", "HEAD", "POST"])
@QUESTIONS.view
@once
def new_text(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    if draft.content.get("taken_from"):
        return _to_questionnaire(request)
    form = _form(QuestionForm, request, draft, "")
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if saved := edit.save(
            lambda revision: custom_drafts.add_question(
                test=draft.test, words=form.words(), revision=revision
            )
        ):
            messages.success(request, _("Added at the end."))
            return QUESTIONS.to_editor(request, f"?new={saved.result}")
    except custom_drafts.TooManyQuestions:
        most = {"most": custom_drafts.MOST_QUESTIONS}
        form.add_error(None, _("A test has at most %(most)s questions. Remove one first.") % most)
    return _page(request, draft, edit, _("Add question"), is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@QUESTIONS.view
def change_text(request: MemberRequest, draft: TestDraft, *, question_id: str) -> HttpResponseBase:
    place, entry = _question_or_404(draft, question_id)
    if entry["type"] == FILE:
        return redirect("custom_question_file", request.organisation.slug, draft.test.pk, question_id)
    if not is_written_here(draft.content, entry):
        return _to_questionnaire(request)
    form = _form(QuestionForm, request, draft, question_id)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(
        lambda revision: custom_drafts.change_question(
            test=draft.test, question_id=question_id, words=form.words(), revision=revision
        )
    ):
        messages.success(request, _("Saved."))
        return QUESTIONS.to_editor(request, f"?new={question_id}")
    return _page(request, draft, edit, _("Question %(n)s") % {"n": place + 1})


@require_POST
@QUESTIONS.view
def move(request: MemberRequest, draft: TestDraft, *, question_id: str) -> HttpResponseBase:
    _written_here_or_404(draft, question_id)
    up = request.POST.get("by") == "up"
    place = custom_drafts.move_question(
        test=draft.test,
        question_id=question_id,
        by=custom_drafts.UP if up else custom_drafts.DOWN,
        revision=revision_of(request),
    )
    count = len(draft.content["questions"])
    messages.success(
        request, _("Moved to position %(place)s of %(count)s.") % {"place": place, "count": count}
    )
    return QUESTIONS.to_editor(request, f"?moved={question_id}&by={'up' if up else 'down'}")


@require_POST
@QUESTIONS.view
def remove(request: MemberRequest, draft: TestDraft, *, question_id: str) -> HttpResponseBase:
    _written_here_or_404(draft, question_id)
    try:
        custom_drafts.remove_question(test=draft.test, question_id=question_id, revision=revision_of(request))
    except custom_drafts.LastQuestion:
        messages.error(request, _("Not removed: a test needs at least one question."))
    else:
        messages.success(request, _("Removed. Published versions don't change."))
    return QUESTIONS.to_editor(request)


def _form[F: (FileForm, QuestionForm)](
    form: type[F], request: MemberRequest, draft: TestDraft, question_id: str
) -> F:
    """`question_id`: empty for a new question."""
    entries = [
        row.content["questions"][place_of(row.content, question_id)] for row in draft.rows if question_id
    ]
    return form(_posted(request), languages=[row.language for row in draft.rows], entries=entries)


def _posted(request: MemberRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _page(
    request: MemberRequest,
    draft: TestDraft,
    edit: DraftForm[FileForm] | DraftForm[QuestionForm],
    name: str,
    *,
    is_new: bool = False,
) -> HttpResponseBase:
    return QUESTIONS.render(
        request, "assessments/custom_questions/file.html", draft, {"is_new": is_new}, name=name, edit=edit
    )


def _to_questionnaire(request: MemberRequest) -> HttpResponseBase:
    messages.info(request, _("Edit these questions in the questionnaire, then update them here."))
    return QUESTIONS.to_editor(request)


def _written_here_or_404(draft: TestDraft, question_id: str) -> None:
    _place, entry = _question_or_404(draft, question_id)
    if not is_written_here(draft.content, entry):
        raise Http404("written in a questionnaire")


def _question_or_404(draft: TestDraft, question_id: str) -> tuple[int, dict[str, Any]]:
    """The question's place, from 0, and the question."""
    for place, entry in enumerate(draft.content["questions"]):
        if entry["id"] == question_id:
            return place, entry
    raise Http404("no such question")


@require_http_methods(["GET", "HEAD", "POST"])
@QUESTIONS.view
def marked(request: MemberRequest, draft: TestDraft, *, question_id: str) -> HttpResponseBase:
    place, entry = _question_or_404(draft, question_id)
    posted = _posted(request)
    form: RightForm | RubricForm
    if has_choices(entry):
        right = RightForm(posted, entry=entry, right=draft.content["right"].get(question_id, ()))
        form, save = (
            right,
            lambda revision: custom_drafts.set_right_answers(
                test=draft.test, question_id=question_id, values=right.values(), revision=revision
            ),
        )
    else:
        other = changed_rows(posted, parts=PARTS, most=MOST_CRITERIA) if posted is not None else None
        rubric = RubricForm(
            posted if other is None else other,
            criteria=rubric_of(draft.content, question_id),
            quiet=other is not None,
        )
        form, save = (
            rubric,
            lambda revision: custom_drafts.set_rubric(
                test=draft.test, question_id=question_id, criteria=rubric.criteria(), revision=revision
            ),
        )
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(save):
        messages.success(request, _("Saved."))
        return QUESTIONS.to_editor(request, f"?new={question_id}")
    shown = form if isinstance(form, RubricForm) else None
    return QUESTIONS.render(
        request,
        "assessments/custom_questions/marked.html",
        draft,
        {
            "rubric": shown,
            "row_button": focus_row(shown, request.POST, first="text") if shown else None,
            "question": entry,
            "language": draft.source.language,
            "place": place + 1,
            "most": MOST_CRITERIA,
        },
        name=_("Question %(n)s") % {"n": place + 1},
        edit=edit,
    )

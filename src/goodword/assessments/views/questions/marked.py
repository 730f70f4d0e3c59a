"""How the answers to one question are marked: the right answer of choices, a rubric for everything else."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import custom_questions
from goodword.assessments.catalogue.drafts import Draft, Stale
from goodword.assessments.editor import rows
from goodword.assessments.editor.own import has_choices, place_of, rubric_of
from goodword.assessments.editor.own_forms import MOST_CRITERIA, PARTS, RightForm, RubricForm
from goodword.assessments.models import Test
from goodword.assessments.views.doors import at_draft, revision_of
from goodword.assessments.views.questions.files import to_editor


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(Test.Kind.QUESTIONS)
def marked(request: MemberRequest, draft: Draft, *, question_id: str) -> HttpResponseBase:
    """Show and save it. What was typed stays when somebody else has saved meanwhile."""
    try:
        place = place_of(draft.content, question_id)
    except KeyError:
        raise Http404("no such question") from None
    entry = draft.content["questions"][place]
    posted = request.POST if request.method == "POST" else None
    form: RightForm | RubricForm
    if has_choices(entry):
        right = RightForm(posted, entry=entry, right=draft.content["right"].get(question_id, ()))
        form, save = (
            right,
            lambda revision: custom_questions.set_right_answers(
                test=draft.test, question_id=question_id, values=right.values(), revision=revision
            ),
        )
    else:
        other = rows.reshaped(posted, parts=PARTS, most=MOST_CRITERIA) if posted is not None else None
        rubric = RubricForm(
            posted if other is None else other,
            criteria=rubric_of(draft.content, question_id),
            quiet=other is not None,
        )
        form, save = (
            rubric,
            lambda revision: custom_questions.set_rubric(
                test=draft.test, question_id=question_id, criteria=rubric.criteria(), revision=revision
            ),
        )
    stale = False
    if form.is_bound and form.is_valid():
        stale = not _saved(save, revision_of(request))
        if not stale:
            messages.success(request, _("Saved."))
            return to_editor(request, draft, f"?new={question_id}")
    return render(
        request,
        "assessments/own/marked.html",
        {
            "test": draft.test,
            "form": form,
            "rubric": form if isinstance(form, RubricForm) else None,
            "question": entry,
            "language": draft.source.language,
            "place": place + 1,
            "stale": stale,
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
            "most": MOST_CRITERIA,
        },
    )


def _saved(save: Callable[[int], None], revision: int) -> bool:
    try:
        save(revision)
    except Stale:
        return False
    return True

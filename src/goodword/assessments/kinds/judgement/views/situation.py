from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.assessments.catalogue.drafts import TestDraft
from goodword.assessments.kinds.form_rows import changed_rows
from goodword.assessments.kinds.judgement import drafts as judgement_drafts
from goodword.assessments.kinds.judgement.editor import MOST_ACTIONS, PARTS, SituationForm, place_of
from goodword.assessments.kinds.judgement.views import JUDGEMENT
from goodword.assessments.kinds.judgement.views.sets import remind_of_translations
from goodword.assessments.models import Test
from goodword.drafts.pages import DraftForm, revision_of
from goodword.drafts.row_focus import focus_row
from goodword.questionnaires.editor.descriptions import short

KIND = Test.Kind.JUDGEMENT


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
@once
def new(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = _form(request, draft, {})
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if saved := edit.save(
            lambda revision: judgement_drafts.add_situation(
                test=draft.test, text=form.cleaned_data["text"], actions=form.actions(), revision=revision
            )
        ):
            messages.success(request, _("Added at the end."))
            return JUDGEMENT.to_editor(request, f"?new={saved.result}")
    except judgement_drafts.TooMany:
        form.add_error(
            None, _("A set has at most %(most)s situations.") % {"most": judgement_drafts.MAX_SITUATIONS}
        )
    return _page(request, draft, edit, {})


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def change(request: MemberRequest, draft: TestDraft, *, situation_id: str) -> HttpResponseBase:
    try:
        situation = draft.content["situations"][place_of(draft.content, situation_id)]
    except KeyError:
        return _gone(request, draft)
    form = _form(request, draft, situation)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(
        lambda revision: judgement_drafts.change_situation(
            test=draft.test,
            situation_id=situation_id,
            text=form.cleaned_data["text"],
            actions=form.actions(),
            revision=revision,
        )
    ):
        remind_of_translations(request, draft)
        messages.success(request, _("Saved."))
        return JUDGEMENT.to_editor(request, f"?new={situation_id}")
    return _page(request, draft, edit, situation)


@require_POST
@JUDGEMENT.view
def move(request: MemberRequest, draft: TestDraft, *, situation_id: str) -> HttpResponseBase:
    up = request.POST.get("by") == "up"
    try:
        place = judgement_drafts.move_situation(
            test=draft.test,
            situation_id=situation_id,
            by=judgement_drafts.UP if up else judgement_drafts.DOWN,
            revision=revision_of(request),
        )
    except KeyError:
        return _gone(request, draft)
    messages.success(
        request,
        _("Moved to position %(place)s of %(count)s.")
        % {"place": place, "count": len(draft.content["situations"])},
    )
    return JUDGEMENT.to_editor(request, f"?moved={situation_id}&by={'up' if up else 'down'}")


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def remove(request: MemberRequest, draft: TestDraft, *, situation_id: str) -> HttpResponseBase:
    try:
        situation = draft.content["situations"][place_of(draft.content, situation_id)]
        if request.method == "POST":
            judgement_drafts.remove_situation(
                test=draft.test, situation_id=situation_id, revision=revision_of(request)
            )
            messages.success(request, _("Removed: “%(text)s”.") % {"text": short(situation["text"])})
            return JUDGEMENT.to_editor(request)
    except KeyError:
        return _gone(request, draft)
    return JUDGEMENT.render(
        request,
        "assessments/judgement/remove.html",
        draft,
        {"situation": situation},
        name=_("Remove situation"),
    )


def _form(request: MemberRequest, draft: TestDraft, situation: Mapping[str, Any]) -> SituationForm:
    if request.method != "POST":
        return SituationForm(content=draft.content, situation=situation)
    other = changed_rows(request.POST, parts=PARTS, most=MOST_ACTIONS)
    return SituationForm(
        request.POST if other is None else other,
        content=draft.content,
        situation=situation,
        quiet=other is not None,
    )


def _page(
    request: MemberRequest,
    draft: TestDraft,
    edit: DraftForm[SituationForm],
    situation: Mapping[str, Any],
) -> HttpResponseBase:
    place = place_of(draft.content, situation["id"]) + 1 if situation else 0
    return JUDGEMENT.render(
        request,
        "assessments/judgement/situation.html",
        draft,
        {
            "is_new": not situation,
            "stored": situation,
            "language": draft.source.language,
            "most": MOST_ACTIONS,
            "row_button": focus_row(edit.form, request.POST, first="action"),
        },
        name=_("Situation %(n)s") % {"n": place} if situation else _("New situation"),
        edit=edit,
    )


def _gone(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    return JUDGEMENT.part_removed(request, draft, _("That situation no longer exists."))

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.drafts import TestDraft
from goodword.assessments.kinds.form_rows import changed_rows
from goodword.assessments.kinds.judgement import drafts as judgement_drafts
from goodword.assessments.kinds.judgement.editor import MOST_ACTIONS, PARTS, ScenarioForm, place_of
from goodword.assessments.kinds.judgement.views.sets import remind_of_translations
from goodword.assessments.models import Test
from goodword.assessments.views.draft_access import JUDGEMENT
from goodword.drafts.pages import DraftForm, revision_of
from goodword.questionnaires.editor.descriptions import short

KIND = Test.Kind.JUDGEMENT


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def new(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = _form(request, draft, {})
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if saved := edit.save(
            lambda revision: judgement_drafts.add_scenario(
                test=draft.test, text=form.cleaned_data["text"], actions=form.actions(), revision=revision
            )
        ):
            messages.success(request, _("Added at the end."))
            return JUDGEMENT.to_editor(request, f"?new={saved.result}")
    except judgement_drafts.TooMany:
        form.add_error(
            None, _("A set has at most %(most)s situations.") % {"most": judgement_drafts.MAX_SCENARIOS}
        )
    return _page(request, draft, edit, {})


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def change(request: MemberRequest, draft: TestDraft, *, scenario_id: str) -> HttpResponseBase:
    try:
        scenario = draft.content["scenarios"][place_of(draft.content, scenario_id)]
    except KeyError:
        return _gone(request)
    form = _form(request, draft, scenario)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    if edit.save(
        lambda revision: judgement_drafts.change_scenario(
            test=draft.test,
            scenario_id=scenario_id,
            text=form.cleaned_data["text"],
            actions=form.actions(),
            revision=revision,
        )
    ):
        remind_of_translations(request, draft)
        messages.success(request, _("Saved."))
        return JUDGEMENT.to_editor(request, f"?new={scenario_id}")
    return _page(request, draft, edit, scenario)


@require_POST
@JUDGEMENT.view
def move(request: MemberRequest, draft: TestDraft, *, scenario_id: str) -> HttpResponseBase:
    up = request.POST.get("by") == "up"
    try:
        place = judgement_drafts.move_scenario(
            test=draft.test,
            scenario_id=scenario_id,
            by=judgement_drafts.UP if up else judgement_drafts.DOWN,
            revision=revision_of(request),
        )
    except KeyError:
        return _gone(request)
    messages.success(
        request,
        _("Moved to position %(place)s of %(count)s.")
        % {"place": place, "count": len(draft.content["scenarios"])},
    )
    return JUDGEMENT.to_editor(request, f"?moved={scenario_id}&by={'up' if up else 'down'}")


@require_http_methods(["GET", "HEAD", "POST"])
@JUDGEMENT.view
def remove(request: MemberRequest, draft: TestDraft, *, scenario_id: str) -> HttpResponseBase:
    try:
        scenario = draft.content["scenarios"][place_of(draft.content, scenario_id)]
        if request.method == "POST":
            judgement_drafts.remove_scenario(
                test=draft.test, scenario_id=scenario_id, revision=revision_of(request)
            )
            messages.success(request, _("Removed: “%(text)s”.") % {"text": short(scenario["text"])})
            return JUDGEMENT.to_editor(request)
    except KeyError:
        return _gone(request)
    return JUDGEMENT.render(
        request,
        "assessments/judgement/remove.html",
        draft,
        {"scenario": scenario},
        name=_("Remove situation"),
    )


def _form(request: MemberRequest, draft: TestDraft, scenario: Mapping[str, Any]) -> ScenarioForm:
    if request.method != "POST":
        return ScenarioForm(content=draft.content, scenario=scenario)
    other = changed_rows(request.POST, parts=PARTS, most=MOST_ACTIONS)
    return ScenarioForm(
        request.POST if other is None else other,
        content=draft.content,
        scenario=scenario,
        quiet=other is not None,
    )


def _page(
    request: MemberRequest,
    draft: TestDraft,
    edit: DraftForm[ScenarioForm],
    scenario: Mapping[str, Any],
) -> HttpResponseBase:
    place = place_of(draft.content, scenario["id"]) + 1 if scenario else 0
    return JUDGEMENT.render(
        request,
        "assessments/judgement/scenario.html",
        draft,
        {
            "is_new": not scenario,
            "stored": scenario,
            "language": draft.source.language,
            "most": MOST_ACTIONS,
        },
        name=_("Situation %(n)s") % {"n": place} if scenario else _("New situation"),
        edit=edit,
    )


def _gone(request: MemberRequest) -> HttpResponseBase:
    messages.info(request, _("That situation no longer exists."))
    return JUDGEMENT.to_editor(request)

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import judgement
from goodword.assessments.catalogue.drafts import TestDraft
from goodword.assessments.kinds.form_rows import changed_rows
from goodword.assessments.kinds.judgement.editor import MOST_ACTIONS, PARTS, ScenarioForm, place_of
from goodword.assessments.models import Test
from goodword.assessments.views.draft_access import draft_page, revision_of
from goodword.assessments.views.judgement import remind_of_translations
from goodword.drafts.versions import StaleDraft
from goodword.questionnaires.editor.descriptions import short

KIND = Test.Kind.JUDGEMENT


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def new(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    form = _form(request, draft, {})
    stale = False
    if form.is_bound and form.is_valid():
        try:
            made = judgement.add_scenario(
                test=draft.test,
                text=form.cleaned_data["text"],
                actions=form.actions(),
                revision=revision_of(request),
            )
        except StaleDraft:
            stale = True
        except judgement.TooMany:
            form.add_error(
                None, _("A set has at most %(most)s scenarios.") % {"most": judgement.MAX_SCENARIOS}
            )
        else:
            messages.success(request, _("Added at the end; move it as you like."))
            return _to_editor(request, draft, f"?new={made}")
    return _page(request, draft, form, {}, stale=stale)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def change(request: MemberRequest, draft: TestDraft, *, scenario_id: str) -> HttpResponseBase:
    try:
        scenario = draft.content["scenarios"][place_of(draft.content, scenario_id)]
    except KeyError:
        return _gone(request, draft)
    form = _form(request, draft, scenario)
    stale = False
    if form.is_bound and form.is_valid():
        try:
            judgement.change_scenario(
                test=draft.test,
                scenario_id=scenario_id,
                text=form.cleaned_data["text"],
                actions=form.actions(),
                revision=revision_of(request),
            )
        except StaleDraft:
            stale = True
        else:
            remind_of_translations(request, draft)
            messages.success(request, _("Saved."))
            return _to_editor(request, draft, f"?new={scenario_id}")
    return _page(request, draft, form, scenario, stale=stale)


@require_POST
@draft_page(KIND)
def move(request: MemberRequest, draft: TestDraft, *, scenario_id: str) -> HttpResponseBase:
    up = request.POST.get("by") == "up"
    try:
        place = judgement.move_scenario(
            test=draft.test,
            scenario_id=scenario_id,
            by=judgement.UP if up else judgement.DOWN,
            revision=revision_of(request),
        )
    except KeyError:
        return _gone(request, draft)
    messages.success(
        request,
        _("Moved to place %(place)s of %(count)s.")
        % {"place": place, "count": len(draft.content["scenarios"])},
    )
    return _to_editor(request, draft, f"?moved={scenario_id}&by={'up' if up else 'down'}")


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page(KIND)
def remove(request: MemberRequest, draft: TestDraft, *, scenario_id: str) -> HttpResponseBase:
    try:
        scenario = draft.content["scenarios"][place_of(draft.content, scenario_id)]
        if request.method == "POST":
            judgement.remove_scenario(test=draft.test, scenario_id=scenario_id, revision=revision_of(request))
            messages.success(request, _("Taken out: “%(text)s”.") % {"text": short(scenario["text"])})
            return _to_editor(request, draft)
    except KeyError:
        return _gone(request, draft)
    return render(
        request,
        "assessments/judgement/remove.html",
        {"test": draft.test, "draft": draft, "scenario": scenario},
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
    request: MemberRequest, draft: TestDraft, form: ScenarioForm, scenario: Mapping[str, Any], *, stale: bool
) -> HttpResponseBase:
    there = len(draft.content["scenarios"])
    return render(
        request,
        "assessments/judgement/scenario.html",
        {
            "test": draft.test,
            "form": form,
            "is_new": not scenario,
            "place": place_of(draft.content, scenario["id"]) + 1 if scenario else there + 1,
            # a form that was typed into keeps what it was based on, so that a save cannot pass over a newer one
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
            "stale": stale,
            "stored": scenario,
            "language": draft.source.language,
            "most": MOST_ACTIONS,
        },
    )


def _gone(request: MemberRequest, draft: TestDraft) -> HttpResponseBase:
    messages.info(request, _("That scenario is no longer here."))
    return _to_editor(request, draft)


def _to_editor(request: MemberRequest, draft: TestDraft, query: str = "") -> HttpResponseBase:
    where = redirect("judgement_edit", request.organisation.slug, draft.test.pk)
    where["Location"] += query
    return where

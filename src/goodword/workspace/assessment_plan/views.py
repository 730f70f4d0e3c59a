from collections.abc import Sequence

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.packs import ensure_all_builtin
from goodword.assessments.kinds.registry import Content
from goodword.assessments.models import Assessment, AssessmentPart, Test, TestVersion
from goodword.assessments.plans import publishing
from goodword.assessments.plans.editing import (
    DOWN,
    UP,
    InvalidSetting,
    add_part,
    begin_draft,
    change_part,
    in_order,
    move_part,
    part_of,
    remove_part,
)
from goodword.assessments.plans.publishing import change_settings, reader_warning
from goodword.assessments.plans.versions import (
    PlannedPart,
    built_by_member,
    content_among,
    content_of_number,
    current_version,
    default_test_scales,
    draft_of,
    offered_tests,
    planned_parts,
    published_of,
    versions_of,
)
from goodword.core import clock
from goodword.drafts.pages import Crumb, DraftForm, TypedField, revision_of
from goodword.drafts.versions import NoDraft, StaleDraft
from goodword.workspace.assessment_plan.access import (
    PAGES,
    PartGone,
    draft_page,
    lost_edits_page,
    step_of,
    test_sent,
    typed_fields,
)
from goodword.workspace.assessment_plan.forms import PartForm, PlanForm, PublishForm
from goodword.workspace.assessment_plan.wording import (
    form_in_words,
    language_sentences,
    length_in_words,
    minutes_of,
    more_time_in_words,
    open_attempts,
    own_result_in_words,
    retake_in_words,
    scale_in_words,
    sentences,
    total_sentence,
    version_warnings,
    waiting_candidates,
    warnings,
)
from goodword.workspace.job_requirements import sentences_of_role


@require_safe
@access.member(kinds=access.WORKS)
def plan(request: MemberRequest, pk: int) -> HttpResponse:
    step = step_of(request, pk)
    current = built_by_member(step)
    parts = planned_parts(current) if current else ()
    versions = versions_of(step)
    return render(
        request,
        "workspace/assessment_plan/plan.html",
        {
            "role": step.role,
            "step": step,
            "given": current,
            "default_scales": [
                scale_in_words(scale)
                for scale in default_test_scales()
                if scale.id in step.requirement_scales
            ],
            "parts": parts_with_length(parts),
            "sentences": sentences(current, parts) if current else [],
            "warnings": version_warnings(parts),
            "draft": draft_of(step),
            "versions": versions,
        },
    )


@require_safe
@access.member(kinds=access.WORKS)
def version(request: MemberRequest, pk: int, number: int) -> HttpResponse:
    step = step_of(request, pk)
    found = next((assessment for assessment in versions_of(step) if assessment.number == number), None)
    if found is None:
        raise Http404
    parts = planned_parts(found)
    newest = current_version(step)
    return render(
        request,
        "workspace/assessment_plan/version.html",
        {
            "role": step.role,
            "step": step,
            "version": found,
            "counts": newest is not None and newest.pk == found.pk,
            "parts": parts_with_length(parts),
            "sentences": sentences(found, parts),
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def begin(request: MemberRequest, pk: int) -> HttpResponseBase:
    step = step_of(request, pk)
    begin_draft(step=step, by=request.member, now=clock.now(), empty=request.POST.get("with") == "nothing")
    return redirect("role_assessment_draft", request.organisation.slug, pk)


@require_safe
@draft_page
def draft(request: MemberRequest, draft: Assessment) -> HttpResponse:
    parts = planned_parts(draft)
    organisation, role = request.organisation, draft.step.role
    parents = [
        Crumb(name=_("Roles"), url=reverse("roles", args=[organisation.slug])),
        Crumb(name=role.title, url=PAGES.url(request, "role")),
        Crumb(name=_("Tests"), url=PAGES.url(request, PAGES.page)),
    ]
    return PAGES.render(
        request,
        "workspace/assessment_plan/draft.html",
        draft,
        {
            "parents": parents,
            "parts": parts_with_length(parts),
            "minutes": minutes_of(parts),
            "languages": language_sentences(parts),
            "warnings": warnings(parts),
            "settings": _settings(draft, parts),
            "moved": request.GET.get("moved", ""),
            "moved_by": request.GET.get("by", ""),
        },
        name=_("Draft"),
    )


def parts_with_length(parts: tuple[PlannedPart, ...]) -> list[tuple[PlannedPart, str]]:
    return [(part, length_in_words(part)) for part in parts]


def _settings(draft: Assessment, parts: tuple[PlannedPart, ...]) -> list[str]:
    rows = [total_sentence(draft, parts)]
    if any(part.timed for part in parts):
        rows.append(_("Extra time: %(what)s") % {"what": more_time_in_words(draft.more_time)})
    return [*rows, own_result_in_words(draft.shares_result), retake_in_words(draft.retake_months)]


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def settings(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    parts = planned_parts(draft)
    form = PlanForm(request.POST if request.method == "POST" else None, draft=draft, parts=parts)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if edit.save(
            lambda revision: change_settings(step=draft.step, settings=form.settings(), revision=revision)
        ):
            messages.success(request, _("Saved to draft."))
            return PAGES.to_editor(request)
    except InvalidSetting as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
    context = {"timed": any(part.timed for part in parts), "kept": _kept(request, form)}
    template = "workspace/assessment_plan/settings.html"
    return PAGES.render(request, template, draft, context, name=_("Assessment settings"), edit=edit)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def publish(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    parts = planned_parts(draft)
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        parts=parts,
        sentences=sentences_of_role(draft.step.role),
    )
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if saved := edit.save(
            lambda revision: publishing.publish(
                step=draft.step,
                revision=revision,
                requirements=form.requirements(),
                scales=form.scales(),
                by=request.member,
                now=clock.now(),
            )
        ):
            messages.success(request, _("Version %(number)s published.") % {"number": saved.result.number})
            return PAGES.to_page(request)
    except publishing.Unfinished as unfinished:
        for problem in unfinished.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
    context = {
        "revision": draft.revision,
        "kept": _kept(request, form),
        "parts": parts_with_length(parts),
        "sentences": sentences(draft, parts) if parts else [],
        "warnings": warnings(parts),
        "reader_warning": reader_warning(draft.step.role) if parts else "",
        "open": open_attempts(draft.step, request.member),
        "waiting": waiting_candidates(draft.step, request.member),
    }
    template = "workspace/assessment_plan/publish.html"
    return PAGES.render(request, template, draft, context, name=_("Review and publish"), edit=edit)


def _kept(request: MemberRequest, form: Form) -> list[TypedField]:
    return typed_fields(request.POST, organisation=request.organisation, without=form.fields)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def add(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    if request.method == "POST":
        return _add(request, draft)
    ensure_all_builtin(request.organisation, now=clock.now())
    there = {part.test_id for part in in_order(draft)}
    tests = offered_tests(request.organisation)
    known = published_of(tests)
    context = {
        "tests": [
            (test, _forms_in_words(test, content), test.pk in there, content.is_for_practice)
            for test, content in ((test, _newest_content(known[test.pk])) for test in tests)
        ],
    }
    return PAGES.render(request, "workspace/assessment_plan/add.html", draft, context, name=_("Add a test"))


def _add(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    test, revision, again = test_sent(request), revision_of(request), "again" in request.POST
    if test is None:
        raise Http404
    try:
        part = add_part(step=draft.step, test_id=test.pk, revision=revision)
    except StaleDraft:
        if again:
            return _lost(request, draft, test)
        raise
    except InvalidSetting as error:
        messages.error(request, error.sentence)
        return _lost(request, draft, test) if again else PAGES.to_editor(request)
    if again:
        return _change(request, draft, part, revision=revision + 1)
    messages.success(request, _("“%(test)s” added. Choose its settings.") % {"test": part.test.title})
    return redirect("role_assessment_part", request.organisation.slug, draft.step.role_id, part.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def change(request: MemberRequest, draft: Assessment, *, part_pk: int) -> HttpResponseBase:
    try:
        part = _part(draft, part_pk)
    except PartGone:
        if request.method == "POST":
            return _lost(request, draft, _test_of(draft, part_pk) or test_sent(request))
        raise
    return _change(request, draft, part, revision=revision_of(request))


def _change(
    request: MemberRequest, draft: Assessment, part: AssessmentPart, *, revision: int
) -> HttpResponseBase:
    ensure_all_builtin(request.organisation, now=clock.now())
    form = PartForm(request.POST if request.method == "POST" else None, part=part)
    if request.method == "POST" and form.is_valid():
        try:
            change_part(
                step=draft.step,
                part_id=part.pk,
                choice=form.choice(part),
                revision=revision,
                by=request.member,
                now=clock.now(),
            )
        except InvalidSetting as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
        except StaleDraft:
            return _lost(request, draft, part.test)
        else:
            messages.success(request, _("Saved to draft."))
            return PAGES.to_editor(request)
    elif request.method != "POST":
        revision = draft.revision
    return _form(request, draft, part, form, revision=revision, stale=False)


def _form(
    request: MemberRequest,
    draft: Assessment,
    part: AssessmentPart,
    form: PartForm,
    *,
    revision: int,
    stale: bool,
) -> HttpResponseBase:
    context = {
        "part": part,
        "form": form,
        "revision": revision,
        "stale": stale,
        "for_practice": content_of_number(part.test, part.number).is_for_practice,
    }
    template = "workspace/assessment_plan/part.html"
    return PAGES.render(request, template, draft, context, name=part.test.title)


def _lost(request: MemberRequest, draft: Assessment, test: Test | None) -> HttpResponseBase:
    now = draft_of(draft.step)
    if now is None:
        raise NoDraft
    there = next((part for part in in_order(now) if test is not None and part.test_id == test.pk), None)
    if there is not None:
        form = PartForm(request.POST, part=there)
        return _form(request, now, there, form, revision=now.revision, stale=True)
    page = lost_edits_page(request, draft.step, test=test)
    if page is None:
        raise PartGone
    return page


@require_POST
@draft_page
def move(request: MemberRequest, draft: Assessment, *, part_pk: int) -> HttpResponseBase:
    part = _part(draft, part_pk)
    up = request.POST.get("by") == "up"
    place = move_part(step=draft.step, part_id=part.pk, by=UP if up else DOWN, revision=revision_of(request))
    messages.success(
        request, _("“%(test)s” moved to position %(place)s.") % {"test": part.test.title, "place": place}
    )
    return PAGES.to_editor(request, f"?moved={part.pk}&by={'up' if up else 'down'}")


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def remove(request: MemberRequest, draft: Assessment, *, part_pk: int) -> HttpResponseBase:
    part = _part(draft, part_pk)
    if request.method == "POST":
        remove_part(step=draft.step, part_id=part.pk, revision=revision_of(request))
        messages.success(request, _("“%(test)s” removed.") % {"test": part.test.title})
        return PAGES.to_editor(request)
    template, name = (
        "workspace/assessment_plan/remove.html",
        _("Remove “%(test)s”") % {"test": part.test.title},
    )
    return PAGES.render(request, template, draft, {"part": part}, name=name)


def _part(draft: Assessment, part_pk: int) -> AssessmentPart:
    try:
        return part_of(draft, part_pk)
    except LookupError:
        _test_of(draft, part_pk)
        raise PartGone from None


def _test_of(draft: Assessment, part_pk: int) -> Test | None:
    """Return the test of a part of this role, earlier versions included; None if the part no longer exists."""
    rows = AssessmentPart.objects.of(draft.organisation).select_related("assessment", "test__organisation")
    found = rows.filter(pk=part_pk).first()
    if found is None:
        return None
    if found.assessment.step_id != draft.step_id:
        raise Http404
    return found.test


def _newest_content(versions: Sequence[TestVersion]) -> Content:
    return content_among(versions, versions[0].number)


def _forms_in_words(test: Test, content: Content) -> list[str]:
    return [form_in_words(test.kind, form) for form in content.offers()]

"""The tests of a draft: add one, say how it is given, move it, take it out."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts.access import MemberRequest
from goodword.assessments.domain.library.ensure import ensure_all
from goodword.assessments.domain.plan.add import add_part
from goodword.assessments.domain.plan.change import change_part
from goodword.assessments.domain.plan.held import NotPossible, Stale, in_order, part_of
from goodword.assessments.domain.plan.order import DOWN, UP, move_part, remove_part
from goodword.assessments.models import Assessment, AssessmentPart, Test, TestVersion
from goodword.assessments.offered import content_among, forms_of, offered_tests, published_of
from goodword.core import clock
from goodword.workspace.plan.doors import at_draft, revision_of, to_draft
from goodword.workspace.plan.part_form import PartForm
from goodword.workspace.plan.words import form_in_words


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def add(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    """Which test of the library; then how it is given."""
    if request.method == "POST":
        chosen = request.POST.get("test", "")
        try:
            part = add_part(
                step=draft.step,
                test_id=int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0,
                revision=revision_of(request),
            )
        except LookupError:
            raise Http404 from None
        except NotPossible as wrong:
            messages.error(request, wrong.sentence)
            return to_draft(request, draft)
        messages.success(request, _("“%(test)s” is added. Say how it is given.") % {"test": part.test.title})
        return redirect("role_assessment_part", request.organisation.slug, draft.step.role_id, part.pk)
    ensure_all(request.organisation, now=clock.now())
    there = {part.test_id for part in in_order(draft)}
    tests = offered_tests(request.organisation)
    known = published_of(tests)
    context = {
        "role": draft.step.role,
        "draft": draft,
        "tests": [(test, _forms_in_words(test, known[test.pk]), test.pk in there) for test in tests],
    }
    return render(request, "workspace/plan/add.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def change(request: MemberRequest, draft: Assessment, *, part_pk: int) -> HttpResponseBase:
    """How one test is given. What was typed is there again if it cannot be so, or if the draft has changed."""
    part = _part(draft, part_pk)
    form = PartForm(request.POST if request.method == "POST" else None, part=part)
    revision, stale = draft.revision, False
    if request.method == "POST" and form.is_valid():
        try:
            change_part(
                step=draft.step,
                part_id=part.pk,
                choice=form.choice(part),
                revision=revision_of(request),
                by=request.member,
                now=clock.now(),
            )
        except NotPossible as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        except Stale:
            stale = True
        else:
            messages.success(request, _("Saved in the draft."))
            return to_draft(request, draft)
    elif request.method == "POST":
        revision = revision_of(request)  # what it was based on is still to be held against what is there
    context = {
        "role": draft.step.role,
        "draft": draft,
        "part": _part(draft, part_pk),
        "form": form,
        "revision": revision,
        "stale": stale,
    }
    return render(request, "workspace/plan/part.html", context)


@require_POST
@at_draft
def move(request: MemberRequest, draft: Assessment, *, part_pk: int) -> HttpResponseBase:
    """One place up or down."""
    part = _part(draft, part_pk)
    up = request.POST.get("by") == "up"
    place = move_part(step=draft.step, part_id=part.pk, by=UP if up else DOWN, revision=revision_of(request))
    messages.success(
        request, _("“%(test)s” is number %(place)s now.") % {"test": part.test.title, "place": place}
    )
    return to_draft(request, draft, f"?moved={part.pk}&by={'up' if up else 'down'}")


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def remove(request: MemberRequest, draft: Assessment, *, part_pk: int) -> HttpResponseBase:
    """Ask once more, then take the test out of the draft."""
    part = _part(draft, part_pk)
    if request.method == "POST":
        remove_part(step=draft.step, part_id=part.pk, revision=revision_of(request))
        messages.success(request, _("“%(test)s” is taken out.") % {"test": part.test.title})
        return to_draft(request, draft)
    context = {"role": draft.step.role, "draft": draft, "part": part}
    return render(request, "workspace/plan/remove.html", context)


def _part(draft: Assessment, part_pk: int) -> AssessmentPart:
    try:
        return part_of(draft, part_pk)
    except LookupError:
        raise Http404 from None


def _forms_in_words(test: Test, versions: Sequence[TestVersion]) -> list[str]:
    content = content_among(versions, versions[0].number)
    return [form_in_words(test.kind, form) for form in forms_of(content)]

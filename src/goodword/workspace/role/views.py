from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.plans.versions import built_by_member, planned
from goodword.core import clock
from goodword.greenhouse.setup.connections import is_connected
from goodword.roles.domain.job_changes import dismiss
from goodword.roles.domain.settings import change_settings, set_requirement
from goodword.roles.models import Automation, Role, RoleNotice, Step
from goodword.roles.queries import automations_of, open_notices, visible_roles
from goodword.workflow.models import StepRequest
from goodword.workspace.job_requirements import fitting, sentences_of_role
from goodword.workspace.lists.drawing import drawn
from goodword.workspace.lists.listing import decides, listing_of
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.lists.rows import Scope
from goodword.workspace.lists.saved_views import views_of
from goodword.workspace.role.check_form import CheckForm
from goodword.workspace.role.notices import notices_of
from goodword.workspace.role.slot_forms import ACTION, after_action
from goodword.workspace.role.step_forms import StepForm
from goodword.workspace.search import search_text

PAGE = 50
#: sentences of the job post offered as a requirement
PROPOSED = 3


@require_safe
@access.member()
def role_list(request: MemberRequest) -> HttpResponse:
    query = search_text(request)
    archived = request.GET.get("status") == "archived"
    visible = visible_roles(request.member)
    counts = visible.aggregate(
        active=Count("pk", filter=Q(archived_at=None)), archived=Count("pk", filter=~Q(archived_at=None))
    )
    roles = (
        visible.filter(archived_at__isnull=not archived)
        .select_related("owner__user")
        .annotate(
            candidates=_count(Scope.of(request.member, None).rows()),
            jobs=_count(Automation.objects.of(request.organisation)),
            notices_open=_count(RoleNotice.objects.of(request.organisation).filter(settled_at=None)),
        )
        .order_by(Lower("title"), "pk")
    )
    if query:
        roles = roles.filter(title__icontains=query)
    page = Paginator(roles, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "query": query, "archived": archived, "counts": counts}
    return render(request, "workspace/role/roles.html", context)


def _count[M: Model](rows: QuerySet[M]) -> Coalesce:
    of_role = rows.filter(role=OuterRef("pk")).order_by().values("role").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(of_role), 0)


def _unpublished(role: Role, automations: Sequence[Automation]) -> dict[str, Any] | None:
    """Returns an unpublished assessment that a stage starts, and how many candidates wait for it."""
    started = (rule.step for automation in automations for rule in automation.rules.all())
    step = next((one for one in started if one.kind == Step.Kind.ASSESSMENT and not one.requirement), None)
    if step is None:
        return None
    waiting = StepRequest.objects.of(role.organisation).filter(
        step=step, state=StepRequest.State.WAITING, waiting_reason=StepRequest.WaitingReason.UNPUBLISHED
    )
    return {"step": step, "waiting": waiting.count()}


@require_safe
@access.member()
def role_page(request: MemberRequest, pk: int) -> HttpResponse:
    role = access.owned(visible_roles(request.member).select_related("owner__user"), pk)
    query = ListQuery.of(request.GET)
    role.organisation = request.organisation
    automations = list(automations_of(role))
    listing = listing_of(request.member, query, role=role, now=clock.now())
    return render(
        request,
        "workspace/role/role.html",
        {
            "role": role,
            "notices": notices_of(role) if request.member.may_work else [],
            "steps": role.steps.order_by("kind") if request.member.may_work else [],
            "unpublished": _unpublished(role, automations) if request.member.may_work else None,
            "automations": automations,
            "connected": bool(automations) or is_connected(request.organisation),
            "listing": listing,
            "decides": decides(listing.rows),
            "rows": drawn(listing.rows, request.organisation),
            "saved_views": views_of(request.member, role),
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def notice_seen(request: MemberRequest, pk: int, notice_pk: int) -> HttpResponseBase:
    role = access.owned(visible_roles(request.member), pk)
    notice = open_notices(role).filter(pk=notice_pk).first()
    if notice is not None:
        dismiss(notice, by=request.member, now=clock.now())
    return redirect("role", request.organisation.slug, role.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@transaction.atomic
def step_settings(request: MemberRequest, pk: int, step_pk: int) -> HttpResponseBase:
    role = access.owned(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation").filter(role=role)
    if request.method == "POST":
        steps = steps.select_for_update(of=("self",))
    step = access.owned(steps, step_pk)
    data = request.POST if request.method == "POST" else None
    if step.kind == Step.Kind.REFERENCE_CHECK:
        return _check(request, role, step, data)
    form = StepForm(data, step=step)
    if data is not None and form.is_valid():
        now = clock.now()
        with transaction.atomic():
            if "requirement" in form.fields:
                text = form.cleaned_data["requirement"]
                set_requirement(step=step, text=text, by=request.member, now=now)
            change_settings(step=step, settings=form.settings(), by=request.member, now=now)
        return _saved(request, role)
    context = {"role": role, "step": step, "form": form, "given": built_by_member(step)}
    if "requirement" in form.fields and not step.requirement:
        test = planned(step, now=clock.now())[0].part.test
        context["proposed"] = fitting(sentences_of_role(role), test)[:PROPOSED]
    return render(request, "workspace/role/step_settings.html", context)


def _check(request: MemberRequest, role: Role, step: Step, data: QueryDict | None) -> HttpResponseBase:
    acted = data is not None and bool(data.get(ACTION))
    if data is not None and acted:
        data = after_action(data)
    form = CheckForm(data, step=step)
    sentences = form.sentences()
    if data is not None and not acted and form.is_valid():
        now = clock.now()
        with transaction.atomic():
            change_settings(step=step, settings=form.settings_to_keep(now=now), by=request.member, now=now)
        return _saved(request, role)
    if data is not None and acted:
        form = CheckForm.unvalidated(data, step=step)
    context = {"role": role, "step": step, "form": form, "sentences": sentences}
    return render(request, "workspace/role/check_settings.html", context)


def _saved(request: MemberRequest, role: Role) -> HttpResponseBase:
    messages.success(request, _("Saved. Applies from now on."))
    return redirect("role", request.organisation.slug, role.pk)

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.assessments.plans.versions import built_by_member, planned
from goodword.core import clock
from goodword.core.searching import contains_words
from goodword.greenhouse.setup.connections import is_connected
from goodword.roles.domain.job_changes import dismiss
from goodword.roles.domain.settings import change_settings, set_requirement
from goodword.roles.models import (
    Automation,
    Role,
    RoleNotice,
    StageRule,
    Step,
    automations_of,
    open_notices,
    visible_roles,
)
from goodword.workspace.assessment_plan.wording import waiting_candidates
from goodword.workspace.job_requirements import fitting, sentences_of_role
from goodword.workspace.lists.listing import decides, drawn, listing_of
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.lists.rows import VisibleScope
from goodword.workspace.lists.saved_views import views_of
from goodword.workspace.role.check_form import CheckForm
from goodword.workspace.role.step_forms import ACTION, StepForm, after_action
from goodword.workspace.search import search_text

Kind = RoleNotice.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """`needs_mapping`: the job and stages have to be chosen again."""

    pk: int
    title: str
    meaning: str
    tone: str
    needs_mapping: bool


def notices_of(role: Role) -> list[NoticeText]:
    """Open notices of a role, oldest first. A constant number of queries."""
    return list(notice_texts(list(open_notices(role))).values())


def notice_texts(rows: Sequence[RoleNotice]) -> dict[int, NoticeText]:
    """Texts by id, in the order of `rows` (of one organisation, with their automations). At most one query."""
    if not rows:
        return {}
    automations = {row.automation_id for row in rows}
    rules = list(
        StageRule.objects.of(rows[0].organisation)
        .filter(automation__in=automations, stage_id__in={row.stage_id for row in rows if row.stage_id})
        .select_related("step")
        .order_by("step__kind", "pk")
    )
    return {row.pk: _notice_text(row, rules=rules) for row in rows}


def _notice_text(row: RoleNotice, *, rules: Iterable[StageRule]) -> NoticeText:
    own = [rule for rule in rules if (rule.automation_id, rule.stage_id) == (row.automation_id, row.stage_id)]
    steps = _(" and ").join(rule.step.get_kind_display().lower() for rule in own) or _("step")
    stage = own[0].stage_name if own else row.before
    title, meaning, grave = _wording(row, job=row.automation.job_name, stage=stage, steps=steps)
    return NoticeText(
        pk=row.pk, title=title, meaning=meaning, tone="attention" if grave else "info", needs_mapping=grave
    )


def _wording(row: RoleNotice, *, job: str, stage: str, steps: str) -> tuple[str, str, bool]:
    goes_on = _("It still starts the {steps}.").format(steps=steps)
    match kind := Kind(row.kind):
        case Kind.STAGE_GONE:
            title = (
                _("Stage “{stage}” is no longer used in Greenhouse.")
                if row.after
                else _("Stage “{stage}” was deleted in Greenhouse.")
            )
            meaning = _("It no longer starts the {steps}. Choose another stage.")
            return title.format(stage=row.before), meaning.format(steps=steps), True
        case Kind.STAGE_RENAMED:
            title = _("Stage “{before}” was renamed “{after}” in Greenhouse.")
            return title.format(before=row.before, after=row.after), goes_on, False
        case Kind.STAGE_MOVED:
            title = _("Stage “{stage}” was moved in Greenhouse. It is now {after} (previously {before}).")
            return title.format(stage=stage, after=row.after, before=row.before), goes_on, False
        case Kind.JOB_CLOSED:
            meaning = _("Open steps continue. Mapped stages still start steps.")
            return _("Job “{job}” is closed in Greenhouse.").format(job=job), meaning, True
        case Kind.JOB_RENAMED:
            title = _("Job “{before}” was renamed “{after}” in Greenhouse.")
            meaning = _("The mapping and this role's title are unchanged.")
            return title.format(before=row.before, after=row.after), meaning, False
        case Kind.JOB_GONE:
            meaning = _(
                "It was deleted, or the API key lacks access. No new candidates are invited. Link another job, or "
                "check the key's permissions."
            )
            return _("Greenhouse no longer shows job “{job}”.").format(job=job), meaning, True
        case _:
            assert_never(kind)


PAGE = 50
#: maximum sentences of the job post to offer as requirements
PROPOSED = 3


@require_safe
@access.member()
def role_list(request: MemberRequest) -> HttpResponse:
    query = search_text(request)
    archived = request.GET.get("status") == "archived"
    visible = visible_roles(request.member)
    is_found = contains_words(query, "plain_title") if query.strip() else Q()
    active, past = Q(archived_at=None), Q(archived_at__isnull=False)
    counts = visible.aggregate(
        active=Count("pk", filter=active & is_found),
        archived=Count("pk", filter=past & is_found),
        all_archived=Count("pk", filter=past),
    )
    roles = (
        visible.filter(is_found, past if archived else active)
        .select_related("owner__user")
        .annotate(
            candidates=_count(VisibleScope.of(request.member, None).rows()),
            jobs=_count(Automation.objects.of(request.organisation)),
            notices_open=_count(RoleNotice.objects.of(request.organisation).filter(settled_at=None)),
        )
        .order_by("plain_title", "pk")
    )
    page = Paginator(roles, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "query": query, "archived": archived, "counts": counts}
    return render(request, "workspace/role/roles.html", context)


def _count[M: Model](rows: QuerySet[M]) -> Coalesce:
    of_role = rows.filter(role=OuterRef("pk")).order_by().values("role").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(of_role), 0)


def _unpublished(role: Role, automations: Sequence[Automation], member: Membership) -> dict[str, Any] | None:
    """Return an unpublished assessment that a stage starts, and how many candidates wait for it."""
    started = (rule.step for automation in automations for rule in automation.rules.all())
    step = next(
        (step for step in started if step.kind == Step.Kind.ASSESSMENT and not step.requirement), None
    )
    if step is None:
        return None
    step.organisation = role.organisation
    return {"step": step, "waiting": waiting_candidates(step, member)}


@require_safe
@access.member()
def role_page(request: MemberRequest, pk: int) -> HttpResponse:
    role = access.get_or_404(visible_roles(request.member).select_related("owner__user"), pk)
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
            "unpublished": _unpublished(role, automations, request.member)
            if request.member.may_work
            else None,
            "automations": automations,
            "connected": bool(automations) or is_connected(request.organisation),
            "listing": listing,
            "decides": decides(listing.rows),
            "rows": drawn(listing, request.organisation),
            "saved_views": views_of(request.member, role),
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def notice_seen(request: MemberRequest, pk: int, notice_pk: int) -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member), pk)
    notice = open_notices(role).filter(pk=notice_pk).first()
    if notice is not None:
        dismiss(notice, by=request.member, now=clock.now())
    return redirect("role", request.organisation.slug, role.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@transaction.atomic
def step_settings(request: MemberRequest, pk: int, step_pk: int) -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation").filter(role=role)
    if request.method == "POST":
        steps = steps.select_for_update(of=("self",), no_key=True)
    step = access.get_or_404(steps, step_pk)
    data = request.POST if request.method == "POST" else None
    match kind := Step.Kind(step.kind):
        case Step.Kind.ASSESSMENT:
            return _assessment(request, role, step, data)
        case Step.Kind.REFERENCE_CHECK:
            return _check(request, role, step, data)
        case _:
            assert_never(kind)


def _assessment(request: MemberRequest, role: Role, step: Step, data: QueryDict | None) -> HttpResponseBase:
    form = StepForm(data, step=step)
    if data is not None and form.is_valid():
        now = clock.now()
        with transaction.atomic():
            if "requirement" in form.fields:
                text = form.cleaned_data["requirement"]
                scales = form.cleaned_data["scales"]
                set_requirement(step=step, text=text, scales=scales, by=request.member, now=now)
            change_settings(step=step, settings=form.settings(), by=request.member, now=now)
        return _saved(request, role)
    context = {"role": role, "step": step, "form": form, "given": built_by_member(step)}
    if "requirement" in form.fields and not step.requirement:
        test = planned(step, now=clock.now())[0].part.test
        context["waiting"] = waiting_candidates(step, request.member)
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

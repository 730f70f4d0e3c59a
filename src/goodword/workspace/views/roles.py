"""Roles: the list, a new one, and a role with the progress of its candidates."""

from functools import partial
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.roles.domain.create import create_role
from goodword.roles.domain.notices import seen
from goodword.roles.models import Automation, RoleNotice
from goodword.roles.queries import open_notices, visible_roles
from goodword.workspace.notices import notices_of
from goodword.workspace.progress import marks_of
from goodword.workspace.search import asked_for, named

PAGE = 50
SORTS = {"name": ("sort_name", "pk"), "-name": ("-sort_name", "-pk"), "recent": ("-created_at", "-pk")}


class RoleForm(forms.Form):
    """A new role, made by hand."""

    title = forms.CharField(
        label="Title",
        max_length=200,
        help_text="As your colleagues call it. Candidates see the title of the job post.",
        error_messages={
            "required": gettext_lazy("Write a title, for example Senior Account Manager."),
            "max_length": gettext_lazy("Write at most %(limit_value)d characters."),
        },
    )


@require_safe
@access.member()
def role_list(request: MemberRequest) -> HttpResponse:
    """All roles the member may see, with how many candidates each has."""
    query = asked_for(request)
    roles = (
        visible_roles(request.member)
        .filter(archived_at=None)
        .select_related("owner__user")
        .annotate(
            candidates=_count(visible_applications(request.member)),
            jobs=_count(Automation.objects.of(request.organisation)),
            notices_open=_count(RoleNotice.objects.of(request.organisation).filter(settled_at=None)),
        )
        .order_by(Lower("title"), "pk")
    )
    if query:
        roles = roles.filter(title__icontains=query)
    page = Paginator(roles, PAGE).get_page(request.GET.get("page"))
    return render(request, "workspace/roles.html", {"page": page, "query": query})


def _query(**values: str) -> str:
    """A query string of what is not empty."""
    return urlencode({name: value for name, value in values.items() if value})


def _count[M: Model](rows: QuerySet[M]) -> Coalesce:
    """How many of these rows a role has: only those counted that the member may see."""
    of_role = rows.filter(role=OuterRef("pk")).order_by().values("role").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(of_role), 0)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def role_new(request: MemberRequest) -> HttpResponseBase:
    """Make a role by hand."""
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        role = create_role(title=form.cleaned_data["title"], owner=request.member, now=clock.now())
        return redirect("role", request.organisation.slug, role.pk)
    return render(request, "workspace/role_new.html", {"form": form})


@require_safe
@access.member()
def role_page(request: MemberRequest, pk: int) -> HttpResponse:
    """A role: its candidates with a progress mark per step, searched, sorted, filtered."""
    role = access.owned(visible_roles(request.member).select_related("owner__user"), pk)
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "recent"
    query = asked_for(request)
    state = request.GET.get("status", "")
    state = state if state in Application.Status.values else ""
    asked = partial(_query, sort=sort, status=state, q=query)
    rows = visible_applications(request.member).filter(role=role)
    counts = rows.aggregate(
        all=Count("pk"),
        **{value: Count("pk", filter=Q(status=value)) for value in Application.Status.values},
    )
    if query:
        rows = named(rows, query)
    if state:
        rows = rows.filter(status=state)
    by_name = Lower(Concat(F("candidate__last_name"), Value(" "), F("candidate__first_name")))
    ordered = rows.annotate(sort_name=by_name).order_by(*SORTS[sort])
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    marks = marks_of(page.object_list, organisation=request.organisation, now=clock.now())
    return render(
        request,
        "workspace/role.html",
        {
            "role": role,
            "notices": notices_of(role) if request.member.may_work else [],
            "steps": role.steps.order_by("kind") if request.member.may_work else [],
            "automations": role.automations.prefetch_related("rules__step").order_by("pk"),
            "page": page,
            "rows": [(application, marks[application.pk]) for application in page.object_list],
            "query": query,
            "sort": sort,
            "state": state,
            "chips": [
                (asked(status=value), label, counts[value or "all"], state == value)
                for value, label in [("", _("All")), *Application.Status.choices]
                if counts[value or "all"]
            ],
            "by_name": asked(sort="-name" if sort == "name" else "name"),
            "total": counts["all"],
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def notice_seen(request: MemberRequest, pk: int, notice_pk: int) -> HttpResponseBase:
    """*I have seen it*: the notice goes from the role. One that is settled already stays so."""
    role = access.owned(visible_roles(request.member), pk)
    notice = open_notices(role).filter(pk=notice_pk).first()
    if notice is not None:
        seen(notice, by=request.member, now=clock.now())
    return redirect("role", request.organisation.slug, role.pk)

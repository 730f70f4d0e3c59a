"""Roles: the list, a new one, and a role with the progress of its candidates."""

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Concat, Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.roles.domain.create import create_role
from goodword.roles.queries import visible_roles
from goodword.workspace.progress import marks_of

PAGE = 50
SORTS = {"name": ("sort_name", "pk"), "-name": ("-sort_name", "-pk"), "recent": ("-created_at", "-pk")}


class RoleForm(forms.Form):
    """A new role, made by hand."""

    title = forms.CharField(
        label="Title",
        max_length=200,
        help_text="As your colleagues call it. Candidates see the title of the job post.",
    )


@require_safe
@access.member()
def role_list(request: MemberRequest) -> HttpResponse:
    """All roles the member may see, with how many candidates each has."""
    query = request.GET.get("q", "").strip()
    roles = (
        visible_roles(request.member)
        .filter(archived_at=None)
        .select_related("owner__user")
        .annotate(candidates=Count("applications", distinct=True), jobs=Count("automations", distinct=True))
        .order_by(Lower("title"), "pk")
    )
    if query:
        roles = roles.filter(title__icontains=query)
    page = Paginator(roles, PAGE).get_page(request.GET.get("page"))
    return render(request, "workspace/roles.html", {"page": page, "query": query})


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
    sort = request.GET.get("sort", "recent")
    query = request.GET.get("q", "").strip()
    state = request.GET.get("status", "")
    rows = (
        visible_applications(request.member)
        .filter(role=role)
        .annotate(
            full_name=Concat(F("candidate__first_name"), Value(" "), F("candidate__last_name")),
            sort_name=Lower(Concat(F("candidate__last_name"), Value(" "), F("candidate__first_name"))),
        )
    )
    counts = rows.aggregate(
        all=Count("pk"),
        **{value: Count("pk", filter=Q(status=value)) for value in Application.Status.values},
    )
    if query:
        rows = rows.filter(Q(full_name__icontains=query) | Q(candidate__email__icontains=query))
    if state in Application.Status.values:
        rows = rows.filter(status=state)
    page = Paginator(rows.order_by(*SORTS.get(sort, SORTS["recent"])), PAGE).get_page(request.GET.get("page"))
    marks = marks_of(page.object_list, organisation=request.organisation, now=clock.now())
    return render(
        request,
        "workspace/role.html",
        {
            "role": role,
            "automations": role.automations.prefetch_related("rules__step").order_by("pk"),
            "page": page,
            "rows": [(application, marks[application.pk]) for application in page.object_list],
            "query": query,
            "sort": sort,
            "state": state,
            "chips": [
                (value, label, counts[value]) for value, label in Application.Status.choices if counts[value]
            ],
            "total": counts["all"],
        },
    )

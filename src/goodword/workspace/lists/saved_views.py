"""Saved views: a name for the filters and order of a list."""

from typing import Final

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.core.text import WithoutAccents
from goodword.roles.models import Role
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.lists.rows import role_of
from goodword.workspace.models import SavedView

#: maximum views per member and list
MOST: Final = 20


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        error_messages={
            "required": gettext_lazy("Enter a name for the view."),
            "max_length": gettext_lazy("Use at most %(limit_value)d characters."),
        },
    )


def views_of(member: Membership, role: Role | None) -> QuerySet[SavedView]:
    return (
        SavedView.objects.of(member.organisation)
        .filter(member=member, role=role)
        .order_by(WithoutAccents("name"))
    )


@require_POST
@access.member()
def save(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    role = role_of(request, pk)
    query = ListQuery.of(request.GET)
    form = NameForm(request.POST)
    rows = views_of(request.member, role)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
    elif not query.saved:
        messages.error(request, _("Choose filters or an order first; search text isn't saved."))
    elif len(query.saved) > SavedView.LONGEST_QUERY:
        messages.error(request, _("These filters are too long to be saved. Choose fewer."))
    elif rows.exclude(name=form.cleaned_data["name"]).count() >= MOST:
        messages.error(request, _("You have %(n)s views here. Delete one first.") % {"n": MOST})
    else:
        SavedView.objects.of(request.organisation).update_or_create(
            member=request.member,
            role=role,
            name=form.cleaned_data["name"],
            defaults={"organisation": request.organisation, "query": query.saved},
        )
        messages.success(request, _("View saved."))
    return redirect(_list(request, role) + query.url())


@require_POST
@access.member()
def delete(request: MemberRequest, view_pk: int) -> HttpResponseBase:
    rows = SavedView.objects.of(request.organisation).filter(member=request.member).select_related("role")
    view = access.get_or_404(rows, view_pk)
    view.delete()
    messages.success(request, _("View deleted."))
    return redirect(_list(request, view.role) + ListQuery.of(QueryDict(view.query)).url())


def _list(request: MemberRequest, role: Role | None) -> str:
    slug = request.organisation.slug
    return reverse("candidates", args=[slug]) if role is None else reverse("role", args=[slug, role.pk])

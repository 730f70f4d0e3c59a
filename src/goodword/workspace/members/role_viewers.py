from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.accounts.queries import active_members
from goodword.core import clock
from goodword.roles.domain.members import add_viewer, remove_viewer
from goodword.roles.queries import is_confidential, may_share, visible_roles


class AddViewerForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, rows: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_choices = rows.exists()
        field = forms.ModelChoiceField(
            queryset=rows,
            label=_("Add a member"),
            empty_label=_("Choose a member"),
            error_messages={
                "required": _("Choose a member."),
                "invalid_choice": _("This member can't be added any more. Choose another."),
            },
        )
        field.label_from_instance = lambda obj: f"{obj.user.name} ({obj.get_kind_display()})"  # type: ignore[method-assign]
        self.fields["member"] = field


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def role_viewers(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = access.owned(visible_roles(request.member).select_related("owner__user"), pk)
    others = (
        active_members(request.organisation)
        .exclude(kind=Membership.Kind.ADMIN)
        .exclude(pk=role.owner_id)
        .exclude(viewed_roles=role)
        .order_by("user__name", "pk")
    )
    shares = may_share(role, request.member)
    form = AddViewerForm(request.POST if request.method == "POST" and shares else None, rows=others)
    if form.is_valid():
        member = form.cleaned_data["member"]
        if add_viewer(role, member=member, by=request.member, now=clock.now()):
            messages.success(request, _("%(name)s can see this role.") % {"name": member.user.name})
        return redirect("role_viewers", request.organisation.slug, role.pk)
    viewers = active_members(request.organisation).filter(viewed_roles=role).order_by("user__name", "pk")
    return render(
        request,
        "workspace/members/role_viewers.html",
        {
            "role": role,
            "viewers": viewers,
            "form": form,
            "shares": shares,
            "confidential": is_confidential(role),
        },
        status=_status(request, form, shares=shares),
    )


def _status(request: MemberRequest, form: AddViewerForm, *, shares: bool) -> int:
    if request.method == "POST" and not shares:
        return 403
    return 422 if form.is_bound else 200


@require_POST
@access.member(kinds=access.WORKS)
def remove(request: MemberRequest, pk: int, member_pk: int) -> HttpResponseBase:
    role = access.owned(visible_roles(request.member), pk)
    if not may_share(role, request.member):
        messages.error(
            request, _("Only admins, the owner and members added to this role can change who sees it.")
        )
        return redirect("role_viewers", request.organisation.slug, role.pk)
    member = access.owned(
        Membership.objects.of(request.organisation).select_related("user", "organisation"), member_pk
    )
    if remove_viewer(role, member=member, by=request.member, now=clock.now()):
        messages.success(request, _("%(name)s was removed from this role.") % {"name": member.user.name})
    if not visible_roles(request.member).filter(pk=role.pk).exists():  # a recruiter removed themselves
        return redirect("roles", request.organisation.slug)
    return redirect("role_viewers", request.organisation.slug, role.pk)

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.assessments.plans.editing import copy_plan
from goodword.core import clock
from goodword.roles.domain.members import possible_owners
from goodword.roles.domain.role_changes import (
    NotAnOwner,
    RoleChanged,
    change_role,
    copy_role,
    set_archived,
    version_of,
)
from goodword.roles.models import Role, Step
from goodword.roles.queries import has_confidential_job, may_share, visible_roles

_TITLE_LENGTH = 200


class TitleForm(forms.Form):
    title = forms.CharField(
        label="Title",
        max_length=_TITLE_LENGTH,
        help_text="Candidates see the title of the job post instead, if one is chosen.",
        error_messages={
            "required": gettext_lazy("Enter a title, for example Senior Account Manager."),
            "max_length": gettext_lazy("Use at most %(limit_value)d characters."),
        },
    )


class RoleForm(TitleForm):
    #: the version on the page; not `initial`, since a refused form shows the new one
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    confidential = forms.BooleanField(
        label=gettext_lazy("Confidential"),
        required=False,
        help_text=gettext_lazy(
            "Only admins, the owner and members added to the role see it. Otherwise all recruiters see its "
            "candidates and results."
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, role: Role, member: Membership) -> None:
        initial = {
            "title": role.title,
            "owner": role.owner_id,
            "confidential": role.confidential,
            "seen": version_of(role),
        }
        super().__init__(data, initial=initial)
        field = forms.ModelChoiceField(
            queryset=possible_owners(role.organisation),
            label=_("Owner"),
            help_text=_("Gets the e-mails about candidates without a recruiter in Greenhouse."),
            empty_label=None,
            error_messages={
                "required": _("Choose an owner."),
                "invalid_choice": _("This member can't own roles any more. Choose another."),
            },
        )
        field.label_from_instance = lambda obj: f"{obj.user.name} ({obj.get_kind_display()})"  # type: ignore[method-assign]
        self.fields["owner"] = field
        self.order_fields(["title", "owner", "confidential"])
        shares = may_share(role, member)
        if not shares:
            field.disabled = True
            field.help_text = _("Only admins, the owner and members added to the role can change this.")
        may_open = member.is_admin or role.owner_id == member.pk
        self.fields["confidential"].disabled = (
            not shares or has_confidential_job(role) or (role.confidential and not may_open)
        )

    def refuse(self, role: Role) -> None:
        """Say how the role has changed since; saving again overwrites that."""
        said = _("This role has been changed in the meantime: it's “%(title)s” now, owned by %(owner)s.") % {
            "title": role.title,
            "owner": role.owner.user.name,
        }
        self.add_error(None, f"{said} {_('Save again to replace this.')}")
        self.data = {**dict(self.data.items()), "seen": version_of(role)}


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def role_settings(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    form = RoleForm(request.POST if request.method == "POST" else None, role=role, member=request.member)
    if not form.is_valid():
        return _page(request, role, form=form)
    data = form.cleaned_data
    owner: Membership = data["owner"]
    try:
        changed = change_role(
            role=role,
            title=data["title"],
            owner=owner,
            confidential=data["confidential"],
            seen=data["seen"],
            by=request.member,
            now=clock.now(),
        )
    except RoleChanged as error:
        form.refuse(error.role)
        return _page(request, role, form=form)
    except NotAnOwner:
        form.add_error("owner", form.fields["owner"].error_messages["invalid_choice"])
        return _page(request, role, form=form)
    if changed and data["confidential"] and not role.confidential:
        said = _("Saved. Only admins, the owner and members added to the role see it now.")
        messages.success(request, said)
        return redirect("role_viewers", request.organisation.slug, role.pk)
    if changed:
        messages.success(request, _("Saved."))
    if not visible_roles(request.member).filter(pk=role.pk).exists():  # they gave a confidential role away
        return redirect("roles", request.organisation.slug)
    return redirect("role", request.organisation.slug, role.pk)


@require_POST
@access.member(kinds=access.WORKS)
def duplicate(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    form = TitleForm(request.POST, prefix="copy")
    if not form.is_valid():
        return _page(request, role, copy_form=form)
    now, by = clock.now(), request.member
    with transaction.atomic():
        made = copy_role(role=role, title=form.cleaned_data["title"], by=by, now=now)
        steps = Step.objects.of(request.organisation).select_related("organisation")
        old, new = (steps.get(role=one, kind=Step.Kind.ASSESSMENT) for one in (role, made))
        draft = copy_plan(step=old, to=new, by=by, now=now)
    said = _("“%(title)s” created.") % {"title": made.title}
    if draft is not None:
        said = f"{said} {_('Its assessment is a draft: publish it before you invite candidates.')}"
    messages.success(request, said)
    return redirect("role", request.organisation.slug, made.pk)


@require_POST
@access.member(kinds=access.WORKS)
def archive(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    if set_archived(role=role, archived=True, by=request.member, now=clock.now()):
        messages.success(request, _("“%(title)s” is archived.") % {"title": role.title})
    return redirect("roles", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def restore(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    if set_archived(role=role, archived=False, by=request.member, now=clock.now()):
        messages.success(request, _("Restored. Candidates are invited automatically again."))
    return redirect("role", request.organisation.slug, role.pk)


def _role(request: MemberRequest, pk: int) -> Role:
    return access.owned(visible_roles(request.member).select_related("organisation", "owner__user"), pk)


def _page(
    request: MemberRequest, role: Role, *, form: RoleForm | None = None, copy_form: TitleForm | None = None
) -> HttpResponseBase:
    context: dict[str, Any] = {
        "role": role,
        "form": form or RoleForm(role=role, member=request.member),
        "copy_form": copy_form or TitleForm(prefix="copy", initial={"title": _copy_title(role)}),
        "has_confidential_job": has_confidential_job(role),
    }
    failed = (form is not None and form.is_bound) or copy_form is not None
    return render(request, "workspace/role/settings.html", context, status=422 if failed else 200)


def _copy_title(role: Role) -> str:
    return _("Copy of %(title)s") % {"title": role.title[: _TITLE_LENGTH - 20]}

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access, reauthentication, single_sign_on
from goodword.accounts.access import MemberRequest, View
from goodword.accounts.concurrent_edits import organisation_to_change
from goodword.accounts.domain.invitations import NotInvited, open_invitations_of
from goodword.accounts.domain.linked_accounts import unlink_colleague
from goodword.accounts.domain.members import NotChanged, reactivate
from goodword.accounts.double_clicks import once
from goodword.accounts.models import Invitation, Membership, active_members
from goodword.accounts.navigation import settings_nav
from goodword.accounts.second_factor import factors_of, reset
from goodword.core import clock
from goodword.core.addresses import is_same
from goodword.core.searching import contains_words
from goodword.core.text import WithoutAccents
from goodword.reports.domain.sharing import count_alive_links
from goodword.roles.domain.role_changes import add_viewer, remove_viewer
from goodword.roles.models import Role, is_confidential, may_share, visible_roles
from goodword.workspace.members import changes, invitations
from goodword.workspace.members.forms import DeactivateForm, InviteForm, MemberChoiceField, MemberForm
from goodword.workspace.search import search_text

#: members per page
PAGE = 100
#: minimum number of members for a search field
SEARCHABLE = 20


def changes_members[**P](view: View[P]) -> Callable[..., HttpResponseBase]:
    """Admins only; changes need a recent sign-in."""
    return access.member(kinds=access.ADMIN)(reauthentication.to_change(view))


@require_http_methods(["GET", "HEAD", "POST"])
@changes_members
@once
def members(request: MemberRequest) -> HttpResponseBase:
    posted = request.POST if request.method == "POST" else None
    form = InviteForm(posted, organisation=request.organisation, initial={"kind": Membership.Kind.RECRUITER})
    if form.is_valid():
        values = form.cleaned_data
        try:
            made = invitations.invite(
                emails=values["emails"],
                kind=values["kind"],
                roles=values["roles"],
                by=request.member,
                now=clock.now(),
            )
        except (NotInvited, NotChanged) as refused:
            form.add_error("emails", str(refused))
        else:
            text = ngettext("%(n)s invitation is being sent.", "%(n)s invitations are being sent.", len(made))
            messages.success(request, text % {"n": len(made)})
            return redirect("members", request.organisation.slug)
    return _list(request, form)


def _list(request: MemberRequest, form: InviteForm) -> HttpResponse:
    rows = _members(request)
    query = search_text(request).strip()
    if query:
        rows = rows.alias(plain_name=WithoutAccents("user__name")).filter(
            contains_words(query, "plain_name") | Q(user__email__icontains=query)
        )
    page = Paginator(rows.filter(deactivated_at=None), PAGE).get_page(request.GET.get("page"))
    titles = _single_titles(page.object_list)
    factors = factors_of(member.user_id for member in page.object_list)
    return render(
        request,
        "workspace/members/members.html",
        {
            "settings_nav": settings_nav(request),
            "form": form,
            "page": page,
            "query": query,
            "searchable": bool(query) or page.paginator.count >= SEARCHABLE,
            "rows": [
                (member, titles.get(member.pk, ""), factors.get(member.user_id, set()))
                for member in page.object_list
            ],
            "invited": invitations.invited(request.organisation, now=clock.now()),
            "deactivated": rows.exclude(deactivated_at=None),
        },
        status=422 if form.is_bound else 200,
    )


def _members(request: MemberRequest) -> QuerySet[Membership]:
    rows = Membership.objects.of(request.organisation).select_related("user")
    live = Q(owned_roles__archived_at=None)
    return rows.annotate(
        owns=Count("owned_roles", filter=live, distinct=True),
        sees=Count("viewed_roles", filter=Q(viewed_roles__archived_at=None), distinct=True),
    ).order_by(WithoutAccents("user__name"), "pk")


def _single_titles(members: Any) -> dict[int, str]:
    pks = [member.pk for member in members if member.sees == 1 and not member.may_work]
    rows = Role.viewers.through.objects.filter(membership_id__in=pks, role__archived_at=None)
    return dict(rows.values_list("membership_id", "role__title"))


@require_http_methods(["GET", "HEAD", "POST"])
@changes_members
@transaction.atomic
def member_page(request: MemberRequest, pk: int) -> HttpResponseBase:
    organisation_to_change(request)  # locks its members
    member = member_of(request, pk)
    form = MemberForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_valid():
        try:
            changed = changes.change(member=member, wanted=form.change(), by=request.member, now=clock.now())
        except NotChanged as refused:
            form.add_error("kind", str(refused))
        else:
            if changed:
                messages.success(request, _("Saved. Applies immediately."))
            return redirect("members", request.organisation.slug)
    return render(
        request,
        "workspace/members/member.html",
        {
            "settings_nav": settings_nav(request),
            "shown": member,
            "form": form,
            "has_factor": bool(factors_of([member.user_id])),
            "is_linked": bool(single_sign_on.linked(member.user)),
            "invited": open_invitations_of(member).count() if member.is_admin else 0,
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@changes_members
def deactivate_page(request: MemberRequest, pk: int) -> HttpResponseBase:
    member = member_of(request, pk)
    form = DeactivateForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_valid():
        successor = form.cleaned_data.get("successor")
        try:
            done = changes.deactivate(member=member, successor=successor, by=request.member, now=clock.now())
        except NotChanged as refused:
            form.add_error(None, str(refused))
        else:
            if done:
                messages.success(request, _("%(name)s is deactivated.") % {"name": member.user.name})
            return redirect("members", request.organisation.slug)
    contact = request.organisation.adjustments_email
    return render(
        request,
        "workspace/members/deactivate.html",
        {
            "settings_nav": settings_nav(request),
            "shown": member,
            "form": form,
            "invited": open_invitations_of(member).count(),
            "links": count_alive_links(member, now=clock.now()),
            "is_contact": bool(contact) and is_same(contact, member.user.email),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@changes_members
def second_factor(request: MemberRequest, pk: int) -> HttpResponseBase:
    return _confirmed(
        request,
        pk,
        reset,
        page="second_factor",
        done=_("Second factor of %(name)s reset. They get an e-mail."),
        nothing=_("%(name)s has no second factor."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@changes_members
def unlink(request: MemberRequest, pk: int) -> HttpResponseBase:
    return _confirmed(
        request,
        pk,
        unlink_colleague,
        page="unlink",
        done=_("Single sign-on unlinked for %(name)s."),
        nothing=_("%(name)s isn't linked to a single sign-on account."),
    )


def _confirmed(
    request: MemberRequest, pk: int, change: Callable[..., bool], *, page: str, done: str, nothing: str
) -> HttpResponseBase:
    """Show a page that asks for confirmation, then change the member. `nothing`: the message if nothing has changed."""
    member = member_of(request, pk)
    refusal = ""
    if request.method == "POST":
        try:
            changed = change(member=member, by=request.member, now=clock.now())
        except NotChanged as refused:
            refusal = str(refused)
        else:
            name = {"name": member.user.name}
            if changed:
                messages.success(request, done % name)
            else:
                messages.info(request, nothing % name)
            return redirect("member", request.organisation.slug, member.pk)
    context = {"settings_nav": settings_nav(request), "shown": member, "refusal": refusal}
    return render(request, f"workspace/members/{page}.html", context, status=422 if refusal else 200)


@require_POST
@changes_members
def reactivate_member(request: MemberRequest, pk: int) -> HttpResponseBase:
    member = member_of(request, pk)
    try:
        if reactivate(member=member, by=request.member, now=clock.now()):
            messages.success(request, _("%(name)s has access again.") % {"name": member.user.name})
    except NotChanged as refused:
        messages.error(request, str(refused))
    return redirect("members", request.organisation.slug)


@require_POST
@changes_members
def send_again(request: MemberRequest, pk: int) -> HttpResponseBase:
    invitation = invitation_of(request, pk)
    try:
        if invitations.send_again(invitation=invitation, by=request.member, now=clock.now()):
            text = _("A new link is on its way to %(email)s. Earlier links no longer work.")
            messages.success(request, text % {"email": invitation.email})
        else:
            messages.info(request, _("Not sent: the invitation has already been accepted or withdrawn."))
    except NotChanged as refused:
        messages.error(request, str(refused))
    return redirect("members", request.organisation.slug)


@require_POST
@changes_members
def withdraw(request: MemberRequest, pk: int) -> HttpResponseBase:
    invitation = invitation_of(request, pk)
    try:
        if invitations.withdraw(invitation=invitation, by=request.member, now=clock.now()):
            messages.success(request, _("Invitation of %(email)s withdrawn.") % {"email": invitation.email})
        else:
            messages.info(request, _("Not withdrawn: it has already been accepted or withdrawn."))
    except NotChanged as refused:
        messages.error(request, str(refused))
    return redirect("members", request.organisation.slug)


def member_of(request: MemberRequest, pk: int) -> Membership:
    """Return the member, deactivated or not, or 404."""
    rows = Membership.objects.of(request.organisation).select_related("user", "organisation")
    return access.get_or_404(rows, pk)


def invitation_of(request: MemberRequest, pk: int) -> Invitation:
    rows = Invitation.objects.of(request.organisation).select_related("organisation", "invited_by__user")
    return access.get_or_404(rows, pk)


class AddViewerForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, rows: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_choices = rows.exists()
        field = MemberChoiceField(
            queryset=rows,
            label=_("Add a member"),
            empty_label=_("Choose a member"),
            error_messages={
                "required": _("Choose a member."),
                "invalid_choice": _("This member can no longer be added. Choose another."),
            },
        )
        self.fields["member"] = field


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def role_viewers(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member).select_related("owner__user"), pk)
    others = (
        active_members(request.organisation)
        .exclude(kind=Membership.Kind.ADMIN)
        .exclude(pk=role.owner_id)
        .exclude(viewed_roles=role)
        .order_by(WithoutAccents("user__name"), "pk")
    )
    shares = may_share(role, request.member)
    form = AddViewerForm(request.POST if request.method == "POST" and shares else None, rows=others)
    if form.is_valid():
        member = form.cleaned_data["member"]
        if add_viewer(role, member=member, by=request.member, now=clock.now()):
            messages.success(request, _("%(name)s can see this role.") % {"name": member.user.name})
        return redirect("role_viewers", request.organisation.slug, role.pk)
    viewers = (
        active_members(request.organisation)
        .filter(viewed_roles=role)
        .order_by(WithoutAccents("user__name"), "pk")
    )
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
    role = access.get_or_404(visible_roles(request.member), pk)
    if not may_share(role, request.member):
        messages.error(
            request, _("Only admins, the owner and members added to this role can change who sees it.")
        )
        return redirect("role_viewers", request.organisation.slug, role.pk)
    member = access.get_or_404(
        Membership.objects.of(request.organisation).select_related("user", "organisation"), member_pk
    )
    if remove_viewer(role, member=member, by=request.member, now=clock.now()):
        messages.success(request, _("%(name)s was removed from this role.") % {"name": member.user.name})
    if not visible_roles(request.member).filter(pk=role.pk).exists():  # a recruiter removed themselves
        return redirect("roles", request.organisation.slug)
    return redirect("role_viewers", request.organisation.slug, role.pk)

"""The page of an invitation link: a new login, or acceptance by somebody who has one."""

from typing import Final

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from goodword.accounts.access import membership_of
from goodword.accounts.domain.account import NameRefused
from goodword.accounts.domain.invitations import (
    InviterGone,
    NotAccepted,
    create_user,
    is_inviter_admin,
    user_of,
)
from goodword.accounts.forms import NewLoginForm
from goodword.accounts.models import Invitation, Organisation, User
from goodword.accounts.queries import admins_of, is_deactivated
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.workflow.portal import unknown_page
from goodword.workspace.members.invitations import PURPOSE, accept, invitation_behind, roles_of

#: the link's id, while its holder signs in
_SESSION: Final = "invitation_link"


@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    link = links.resolve(token, purpose=PURPOSE)
    invitation = invitation_behind(link) if link is not None else None
    if link is None or invitation is None:
        return unknown_page(request)
    return _private(_page(request, link, invitation))


@require_http_methods(["GET", "HEAD", "POST"])
def accept_after_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The same page after signing in, without the token in any address."""
    link = links.with_id(request.session.get(_SESSION, 0), purpose=PURPOSE)
    invitation = invitation_behind(link) if link is not None else None
    if link is None or invitation is None:
        return redirect("home")
    return _private(_page(request, link, invitation))


def _page(request: HttpRequest, link: Link, invitation: Invitation) -> HttpResponseBase:
    organisation, now = invitation.organisation, clock.now()
    member = membership_of(request.user, slug=organisation.slug) if request.user.is_authenticated else None
    if member is not None and invitation.accepted_by_id == member.pk:
        return redirect("needs_you", organisation.slug)
    if closed := _why_closed(link, invitation):
        return _closed(request, organisation, closed)
    known = user_of(invitation)
    if known is None:
        return _new_login(request, invitation)
    if not request.user.is_authenticated:
        if request.method == "POST":
            request.session[_SESSION] = link.pk
            return redirect_to_login(reverse("invitation_signed_in"))
        return _show(request, invitation, state="sign_in")
    if request.user != known:
        return _show(request, invitation, state="other_user")
    if request.method != "POST":
        return _show(request, invitation, state="accept")
    try:
        accept(invitation=invitation, user=known, now=now)
    except InviterGone:
        return _closed(request, organisation, "inviter")
    except NotAccepted:
        return _closed(request, organisation, "used")
    request.session.pop(_SESSION, None)
    return redirect("needs_you", organisation.slug)


def _why_closed(link: Link, invitation: Invitation) -> str:
    """ "deactivated", "used", "withdrawn", "replaced", "inviter" or "expired"; empty if it can be accepted."""
    if is_deactivated(invitation.organisation, invitation.email):
        return "deactivated"
    if invitation.accepted_at is not None:
        return "used"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    if link.ended_at is not None:
        return "replaced"
    if not is_inviter_admin(invitation):
        return "inviter"
    return "" if links.is_alive(link, now=clock.now()) else "expired"


def _new_login(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    if request.user.is_authenticated:
        return _show(request, invitation, state="other_user")
    form = NewLoginForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, invitation, state="new", form=form)
    values = form.cleaned_data
    try:
        with transaction.atomic():
            user = create_user(invitation=invitation, name=values["name"], password=values["password"])
            accept(invitation=invitation, user=user, now=clock.now())
    except NameRefused as refused:
        form.add_error("name", str(refused))
        return _show(request, invitation, state="new", form=form)
    except ValidationError as error:
        form.add_error("password", error)
        return _show(request, invitation, state="new", form=form)
    except InviterGone:
        return _closed(request, invitation.organisation, "inviter")
    except NotAccepted:
        return _closed(request, invitation.organisation, "used")
    login = Login(user=user, redirect_url=reverse("needs_you", args=[invitation.organisation.slug]))
    response: HttpResponseBase = perform_login(request, login)
    return response


def _show(
    request: HttpRequest, invitation: Invitation, *, state: str, form: NewLoginForm | None = None
) -> HttpResponse:
    return render(
        request,
        "workspace/members/accept.html",
        {
            "organisation": invitation.organisation,
            "invitation": invitation,
            "roles": roles_of(invitation),
            "state": state,
            "form": form,
        },
        status=422 if form is not None and form.is_bound else 200,
    )


def _closed(request: HttpRequest, organisation: Organisation, state: str) -> HttpResponse:
    admins: list[User] = [one.user for one in admins_of(organisation)[:5]]
    context = {"organisation": organisation, "state": state, "admins": admins}
    return render(request, "workspace/members/not_accepted.html", context, status=410)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import FormView

from goodword.accounts import sign_in
from goodword.accounts.access import NoAccess, membership_of, only_by_single_sign_on
from goodword.accounts.domain import audit
from goodword.accounts.domain.members import NameRefused, change_name
from goodword.accounts.forms import NameForm
from goodword.accounts.models import Membership, User, admins_of, memberships_of, zone_of
from goodword.accounts.reauthentication import has_second_factor
from goodword.accounts.second_factor import codes_left
from goodword.accounts.security_mails import browser_name
from goodword.core import clock


@dataclass(frozen=True, slots=True)
class OpenSession:
    pk: int
    browser: str
    address: str
    since: datetime
    last_used: datetime
    is_this: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponseBase:
    user = cast(User, request.user)
    form = NameForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        try:
            if change_name(user=user, name=form.cleaned_data["name"], now=clock.now()):
                messages.success(request, _("Your name has been changed."))
        except NameRefused as refused:
            form.add_error("name", str(refused))
        else:
            return redirect("account")
    memberships = list(memberships_of(user))
    context = {
        **_layout(request, memberships),
        **_authenticators(user),
        "form": form,
        "email": user.email,
        "has_password": user.has_usable_password(),
        "only_single_sign_on": only_by_single_sign_on(user),
        "requiring": [
            m.organisation.name
            for m in memberships
            if m.organisation.requires_second_factor and not m.organisation.requires_single_sign_on
        ],
        "sessions": _open_sessions(request, user),
    }
    with timezone.override(zone_of(memberships)):
        return render(request, "account/account.html", context)


def _layout(request: HttpRequest, memberships: list[Membership]) -> dict[str, Any]:
    user = cast(User, request.user)
    return {
        "member": {"name": user.name, "email": user.email},
        "nav": [
            {
                "label": member.organisation.name,
                "url": reverse("roles", args=[member.organisation.slug]),
                "icon": "building",
            }
            for member in memberships
        ],
        "account_url": reverse("account"),
        "sign_out_url": reverse("account_logout"),
    }


class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # the library has no types
    """Unlike allauth's view, counts old codes that can't be decrypted as none."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        codes = _authenticators(self.request.user)["codes_left"]
        return FormView.get_context_data(self, **kwargs) | {"unused_code_count": codes}


def _authenticators(user: User) -> dict[str, Any]:
    rows = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return {
        "app": next((row for row in rows if row.type == Authenticator.Type.TOTP), None),
        "passkeys": [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "codes": codes,
        "codes_left": codes_left(codes) if codes else 0,
    }


def _open_sessions(request: HttpRequest, user: User) -> list[OpenSession]:
    """Return the user's sessions: the current one first, the others by last use."""
    rows = [
        OpenSession(
            pk=row.pk,
            browser=browser_name(row.user_agent),
            address=row.ip,
            since=row.created_at,
            last_used=row.last_seen_at,
            is_this=row.session_key == request.session.session_key,
        )
        for row in UserSession.objects.purge_and_list(user)
    ]
    return sorted(rows, key=lambda row: (row.is_this, row.last_used), reverse=True)


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Sign out another browser. *Sign out* does this for the current one."""
    user = cast(User, request.user)
    row = get_object_or_404(
        UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key), pk=pk
    )
    get_adapter().end_sessions([row])
    audit.record_sign_in(
        user, action=audit.SESSION_ENDED, now=clock.now(), address=row.ip, browser=row.user_agent
    )
    messages.success(request, _("%(browser)s is signed out.") % {"browser": browser_name(row.user_agent)})
    return redirect(f"{reverse('account')}#sessions")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest) -> HttpResponseBase:
    """Who is signed in, and how many seconds are left. A POST prolongs the session, a GET doesn't."""
    if request.method == "POST" and request.user.is_authenticated:
        request.session.modified = True
    return JsonResponse(
        {
            "user": request.user.pk,
            "seconds": sign_in.seconds_left(request),
            "token": get_token(request),
        }
    )


@never_cache
@require_safe
@login_required
def signed_in_again(request: HttpRequest) -> HttpResponseBase:
    return render(request, "account/signed_in_again.html")


@never_cache
@require_safe
@login_required
def second_factor_needed(request: HttpRequest, slug: str) -> HttpResponseBase:
    user = cast(User, request.user)
    member = get_object_or_404(
        Membership.objects.across_organisations().select_related("organisation"),
        user=user,
        organisation__slug=slug,
        organisation__requires_second_factor=True,
    )
    if has_second_factor(user):
        return redirect("roles", slug)
    return render(
        request, "account/second_factor_needed.html", {"organisation_name": member.organisation.name}
    )


@require_safe
@login_required
def to_account(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "account/sign_out_everywhere.html")
    assert isinstance(request.user, User)  # the decorator guarantees it
    sign_in.sign_out_everywhere(request.user, now=clock.now(), **audit.origin_of(request))
    request.session.flush()  # not logout(), which would add a second entry to the trail
    messages.success(request, _("You are signed out on all devices."))
    return redirect("account_login")


_NAMED = 5


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 404 page. For members it includes their organisation's search."""
    del exception
    user, slug = getattr(request, "user", None), request.path.removeprefix("/o/").partition("/")[0]
    member = (
        membership_of(user, slug=slug) if isinstance(user, User) and request.path.startswith("/o/") else None
    )
    if member is None:
        return render(request, "404.html", status=404)
    search = reverse("search", args=[slug])
    context = {"organisation": member.organisation, "search_url": search}
    return render(request, "accounts/not_found.html", context, status=404)


def no_access(request: HttpRequest, exception: Exception) -> HttpResponse:
    context: dict[str, Any] = {}
    if isinstance(exception, NoAccess):
        member = exception.member
        context = {
            "organisation": member.organisation,
            "deactivated": member.deactivated_at is not None,
            "only_admins": exception.kinds == {Membership.Kind.ADMIN},
            "admins": [admin.user for admin in admins_of(member.organisation)[:_NAMED]],
        }
    return render(request, "403.html", context, status=403)

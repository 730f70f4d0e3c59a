"""Single sign-on by allauth: who can sign in, who becomes a member, and error messages."""

import json
import logging
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, resume_request
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal.statekit import get_states
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import reauthentication
from goodword.accounts.domain import audit
from goodword.accounts.domain.audit import write
from goodword.accounts.domain.members import NameRefused, check_name
from goodword.accounts.models import Membership, Organisation, User
from goodword.core import clock
from goodword.core.addresses import has_look_alikes, normalised
from goodword.core.text import clean_text

log = logging.getLogger(__name__)
LONGEST_NAME: Final = 150
#: characters of a provider's SAML response, encoded; hundreds of groups fit
LONGEST_RESPONSE: Final = 500_000
#: cookie that allauth sets with a SAML response: a browser that sends it accepts cookies
_ANSWER_COOKIE: Final = "saml-acs-session"
#: minimum seconds between our own requests after unsolicited SAML responses
_BETWEEN_REQUESTS: Final = 60
#: lower case, since allauth lower-cases SAML's attributes
_TRUE: Final = {"true", "1", "t", "y", "yes"}


def providers() -> list[Any]:
    found: list[Any] = get_adapter().list_providers(None)
    return found


def required_by(organisation: str) -> str:
    known = providers()
    if known:
        values = {"organisation": organisation, "name": known[0].name}
        return _("%(organisation)s requires single sign-on. Use “Sign in with %(name)s”.") % values
    values = {"organisation": organisation, "contact": settings.GOODWORD_HELP_CONTACT}
    return _("%(organisation)s requires single sign-on, which isn't set up. Write to %(contact)s.") % values


def linked(user: Any) -> list[Any]:
    known = set(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))
    return [provider for provider in providers() if provider.sub_id in known] if known else []


def is_session(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "socialaccount" for record in records)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Admits users with a linked account or a known verified address, and people whose claims make them members."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        process = sociallogin.state.get("process")
        if process == AuthProcess.REDIRECT:
            _confirm(request, sociallogin)
            return
        if process != AuthProcess.LOGIN:  # linking an account to a signed-in user, which we don't offer
            raise _refuse(request, _("This sign-in can't be used here."))
        if not sociallogin.is_existing:
            _match(request, sociallogin)
        if sociallogin.is_existing:
            _join(sociallogin.user, claims_of(sociallogin.account), now=clock.now())

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        if _places(claims_of(sociallogin.account)):
            return True
        raise _refuse(
            request,
            _("There is no account for %(email)s. Ask an admin of your organisation to invite you.")
            % {"email": _verified_address(sociallogin)},
        )

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Mapping[str, Any]) -> User:
        _check_claims(sociallogin.account, data)
        user: User = super().populate_user(request, sociallogin, data)
        user.email = normalised(str(data.get("email") or ""))
        parts = f"{data.get('first_name') or ''} {data.get('last_name') or ''}".strip()
        user.name = clean_text(str(data.get("name") or parts), one_line=True)[:LONGEST_NAME]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        with transaction.atomic():
            claims = claims_of(sociallogin.account)
            try:
                check_name(sociallogin.user.name, Organisation.objects.filter(slug__in=_places(claims)))
            except NameRefused:
                sociallogin.user.name = ""
            sociallogin.user.name = sociallogin.user.name or sociallogin.user.email[:LONGEST_NAME]
            user: User = super().save_user(request, sociallogin, form)
            _join(user, claims, now=clock.now())
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **more: Any
    ) -> None:
        if error == AuthError.CANCELLED:
            raise _refuse(request, _("Signing in was cancelled."))
        if provider.id == "saml" and not more.get("extra_context") and _may_ask_again(request):
            raise ImmediateHttpResponse(redirect(provider.get_login_url(request, process=AuthProcess.LOGIN)))
        log.warning("Single sign-on failed: %s", exception or error)
        raise _refuse(request, _did_not_work(str(provider.name)))


def _may_ask_again(request: HttpRequest) -> bool:
    """Whether to answer an unsolicited response with a request of our own. Not if we just did, or without cookies:
    that would loop."""
    started = [at for _state, at, _provider in get_states(request).values()]
    return _ANSWER_COOKIE in request.COOKIES and all(time.time() - at > _BETWEEN_REQUESTS for at in started)


def _check_claims(account: SocialAccount, named: Mapping[str, Any]) -> None:
    """Raise ValueError for claims that can't be stored (with NUL, NaN or a lone surrogate), and for names that aren't
    text."""
    written = json.dumps([account.uid, account.extra_data], ensure_ascii=False, allow_nan=False)
    written.encode()
    if "\\u0000" in written:
        raise ValueError("a claim contains NUL")
    for claim in ("email", "username", "name", "first_name", "last_name"):
        if not isinstance(named.get(claim) or "", str):
            raise ValueError(f"{claim} isn't text")


def _did_not_work(name: str) -> str:
    return _(
        "Signing in with %(name)s didn't work. Try again; if it keeps failing, write to %(contact)s."
    ) % {
        "name": name,
        "contact": settings.GOODWORD_HELP_CONTACT,
    }


def _refuse(request: HttpRequest, sentence: str) -> ImmediateHttpResponse:
    messages.error(request, sentence)
    return ImmediateHttpResponse(redirect("home" if request.user.is_authenticated else "account_login"))


def _verified_address(sociallogin: SocialLogin) -> str:
    """The verified address, or "". Some providers send "false" as text."""
    if _says_unverified(sociallogin):
        return ""
    return next(
        (
            str(email_address.email)
            for email_address in sociallogin.email_addresses
            if str(email_address.verified).lower() == "true"
        ),
        "",
    )


def _says_unverified(sociallogin: SocialLogin) -> bool:
    """Whether the provider marks the address as unverified, which overrides trusted domains."""
    provider = sociallogin.provider
    oidc = {"email_verified": "email_verified"}
    named = getattr(provider, "default_attribute_mapping", oidc)  # only SAML providers have one
    names = provider.app.settings.get("attribute_mapping", named).get("email_verified", [])
    claims = claims_of(sociallogin.account)
    given = [claims.get(name) for name in ([names] if isinstance(names, str) else names)]
    values = [value[0] if isinstance(value, list) and value else value for value in given]
    return any(value is not None and str(value).lower() not in _TRUE for value in values)


def _look_alike(sociallogin: SocialLogin, address: str) -> str:
    """The address as sent if it has a look-alike letter (allauth lower-cases the Kelvin sign to k), else ""."""
    sent = [address, sociallogin.account.uid]  # SAML's address can be the name ID
    for value in claims_of(sociallogin.account).values():
        sent += value if isinstance(value, list) else [value]
    return next(
        (
            text
            for text in sent
            if isinstance(text, str) and has_look_alikes(text) and text.strip().lower() == address.lower()
        ),
        "",
    )


def claims_of(account: SocialAccount) -> dict[str, Any]:
    """The claims of the last sign-in: from OIDC's ID token and user info, or SAML's attributes."""
    data = account.extra_data
    return {**data, **(data.get("id_token") or {}), **(data.get("userinfo") or {})}


def _match(request: HttpRequest, sociallogin: SocialLogin) -> None:
    address = _verified_address(sociallogin)
    if not address:
        raise _refuse(
            request,
            _("%(name)s hasn't verified your e-mail address, so you can't sign in with it.")
            % {"name": sociallogin.provider.name},
        )
    if other := _look_alike(sociallogin, address):
        raise _refuse(
            request,
            _("%(email)s has a letter that only looks like i, s or k, so you can't sign in with it.")
            % {"email": other},
        )
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=normalised(address)).first()
        if user is None:
            return
        known = SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider).first()
        if known is None:
            sociallogin.connect(request, user)
            audit.record_sign_in(user, action=audit.SSO_LINKED, now=clock.now(), **audit.origin_of(request))
        elif known.uid == sociallogin.account.uid:  # linked by a concurrent sign-in
            sociallogin.account, sociallogin.user = known, user
        else:  # the address now belongs to another person
            raise _refuse(
                request,
                _(
                    "%(email)s belongs to another account at %(name)s. If you have a new account there, ask an "
                    "admin to unlink the old one in Settings > Members, or write to %(contact)s."
                )
                % {
                    "email": address,
                    "name": sociallogin.provider.name,
                    "contact": settings.GOODWORD_HELP_CONTACT,
                },
            )


def _places(claims: Mapping[str, Any]) -> dict[str, str]:
    claim = settings.GOODWORD_SSO_MEMBERS
    wanted: dict[str, str] = claim.places_for(claims) if claim else {}
    known = set(Organisation.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    if missing := set(wanted) - known:
        log.warning(
            "GOODWORD_SSO_MEMBERS names organisations that don't exist: %s", ", ".join(sorted(missing))
        )
    return {slug: kind for slug, kind in wanted.items() if slug in known}


def _join(user: User, claims: Mapping[str, Any], *, now: datetime) -> None:
    """Make the user a member as their claims say. Existing and deactivated memberships don't change."""
    for slug, kind in _places(claims).items():
        organisation = Organisation.objects.get(slug=slug)
        member, is_new = Membership.objects.of(organisation).get_or_create(
            user=user, defaults={"organisation": organisation, "kind": kind, "created_at": now}
        )
        if is_new:
            write(
                organisation=organisation,
                action="member.added",
                actor="single sign-on",
                now=now,
                details={"member": member.pk, "kind": kind},
            )


def _confirm(request: HttpRequest, sociallogin: SocialLogin) -> None:
    name = sociallogin.provider.name
    if not sociallogin.is_existing or sociallogin.user != request.user:
        raise _refuse(request, _("That was another account at %(name)s.") % {"name": name})
    at = claims_of(sociallogin.account).get("auth_time")
    if isinstance(at, int) and time.time() - at > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        raise _refuse(
            request,
            _("%(name)s didn't ask you to sign in again. Sign out there, then try again.") % {"name": name},
        )
    record_authentication(
        request,
        request.user,
        "socialaccount",
        provider=sociallogin.account.provider,
        uid=sociallogin.account.uid,
        reauthenticated=True,
    )


def _failures() -> tuple[type[Exception], ...]:
    """Exceptions of allauth if the provider is unreachable or misconfigured, or sends a malformed response."""
    # imports requests, which takes three megabytes
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error

    saml: tuple[type[Exception], ...] = ()
    if apps.is_installed("allauth.socialaccount.providers.saml"):
        from onelogin.saml2.errors import OneLogin_Saml2_Error

        saml = (OneLogin_Saml2_Error,)  # an invalid address or certificate of the provider
    return (
        *saml,
        *(OSError, OAuth2Error, KeyError, ValueError, IntegrityError),  # OSError includes those of requests
        *(TypeError, ImproperlyConfigured),  # user info that isn't an object; an identifier that is too long
        *(SyntaxError, zlib.error),  # raised by lxml (only in goodword[saml]) for invalid XML
        NoReverseMatch,  # allauth's sign-up page, which we lack, if another sign-in has just created the user
    )


def show_failures[**P](
    view: Callable[P, HttpResponseBase], *, signs_out: bool = False
) -> Callable[P, HttpResponseBase]:
    """Decorator: show provider errors as a message. allauth handles only some of them. The next attempt
    returns to the same page."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = args[0]
        assert isinstance(request, HttpRequest)
        wanted = _wanted(request)
        try:
            response = view(*args, **kwargs)
        except PermissionDenied:  # the SAML response belongs to no request of this session
            log.warning("Single sign-on failed: no such request", exc_info=True)
            response = _refuse(
                request,
                _("This sign-in took too long, was already used or began in another browser. Try again."),
            ).response
        except _failures():
            log.warning("Single sign-on failed", exc_info=True)
            sentence = (
                _("Signing out through single sign-on didn't work. Use “Sign out” here.")
                if signs_out
                else _did_not_work(_("single sign-on"))
            )
            response = _refuse(request, sentence).response
        if wanted and response.get("Location") == reverse("account_login"):
            return redirect_to_login(wanted)
        return response

    return wrapped


def _wanted(request: HttpRequest) -> str:
    """The page to open after signing in, from the link to the provider or from the last request to it."""
    states = sorted(get_states(request).values(), key=lambda state: state[1])
    return get_next_redirect_url(request) or (states[-1][0].get("next", "") if states else "")


def metadata_if_readable[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Decorator: return an error page if the provider's metadata can't be read, which allauth needs to create ours."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except _failures():
            log.warning("The metadata of the identity provider can't be read", exc_info=True)
            return HttpResponse(
                "The metadata in GOODWORD_SAML_IDP can't be read. The log says why.",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                content_type="text/plain",
            )

    return wrapped


def limited[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Decorator: refuse long and frequent SAML responses. allauth stores every one in a session, even a stranger's."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = args[0]
        assert isinstance(request, HttpRequest)
        if not ratelimit.consume(request, action="saml_response"):
            sentence = _("Too many attempts. Wait a few minutes, then try again.")
        elif len(request.POST.urlencode()) > LONGEST_RESPONSE:
            log.warning("Refused a SAML response of more than %d characters", LONGEST_RESPONSE)
            sentence = _did_not_work(_("single sign-on"))
        else:
            return view(*args, **kwargs)
        response: HttpResponseBase = _refuse(request, sentence).response
        return response

    return wrapped


def needs_signature(view: Callable[[HttpRequest, str], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator: refuse SAML messages in links unless they carry the provider's signature, which the view checks.

    SAML requires one, but python3-saml also accepts messages without a signature. Any link could then sign members out
    and redirect them to any site.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, organization_slug: str) -> HttpResponseBase:
        from goodword.accounts.saml import has_page_after_sign_out

        if "Signature" not in request.GET:
            raise ValueError("the message isn't signed")
        try:
            response = view(request, organization_slug)
        except AssertionError:
            if has_page_after_sign_out(request, organization_slug):
                raise
            return redirect("account_login")
        if response.status_code == HTTPStatus.BAD_REQUEST:  # allauth's page is plain text
            raise ValueError("the message is invalid")
        return response

    return wrapped


@require_safe
@login_required
def reauthenticate(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Show a page with a link to the provider. A form wouldn't work, since browsers apply the CSP's form-action to
    every redirect."""
    found = next((provider for provider in linked(request.user) if provider.sub_id == provider_id), None)
    if found is None:
        raise Http404("no such provider for this member")
    target = urlencode({REDIRECT_FIELD_NAME: get_next_redirect_url(request) or ""})
    if "go" not in request.GET:
        others = [
            method | {"url": f"{method['url']}?{target}"}
            for method in account_adapter().get_reauthentication_methods(request.user)
            if method["url"] != request.path
        ]
        context = {
            "name": found.name,
            "go": f"{request.path}?{target}&go=1",
            "reauthentication_alternatives": others,
        }
        return render(request, "account/reauthenticate_single_sign_on.html", context)
    then = f"{reverse('account_continue')}?{target}"
    if found.id == "saml":
        return _prompt_by_saml(request, found, next_url=then)
    response: HttpResponseBase = found.redirect(
        request, AuthProcess.REDIRECT, next_url=then, auth_params={"prompt": "login"}
    )
    return response


def _prompt_by_saml(request: HttpRequest, provider: Any, *, next_url: str) -> HttpResponseBase:
    """Redirect to the provider as allauth does, but ask it to prompt again."""
    from allauth.socialaccount.providers.saml.utils import build_auth

    asked = build_auth(request, provider)
    target = asked.login(return_to="", force_authn=True)
    provider.stash_redirect_state(
        request, AuthProcess.REDIRECT, next_url, state_id=asked.get_last_request_id()
    )
    return HttpResponseRedirect(target)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def continue_suspended(request: HttpRequest) -> HttpResponseBase:
    """Continue after the provider has redirected back: redirect to a page, or ask for a click before repeating a
    suspended POST."""
    target = get_next_redirect_url(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
    suspended, recent = reauthentication.is_suspended(request), reauthentication.is_recent(request)
    if request.method == "POST" and recent:
        response: HttpResponseBase = resume_request(request) or HttpResponseRedirect(target)
        return response
    if suspended and recent:
        return render(request, "account/continue.html", {"next": target})
    if suspended and request.method == "POST":
        return reauthentication.expired(request, request.session[STATE_SESSION_KEY]["state"], target=target)
    return HttpResponseRedirect(target)

"""Reauthentication by single sign-on, after which the suspended request continues."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import reauthentication, single_sign_on


@require_safe
@login_required
def reauthenticate(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """A page with a link to the provider. A form won't do: browsers apply the CSP's form-action to each redirect."""
    found = next((one for one in single_sign_on.linked(request.user) if one.sub_id == provider_id), None)
    if found is None:
        raise Http404("no such provider for this member")
    target = urlencode({REDIRECT_FIELD_NAME: get_next_redirect_url(request) or ""})
    if "go" not in request.GET:
        others = [
            method | {"url": f"{method['url']}?{target}"}
            for method in get_adapter().get_reauthentication_methods(request.user)
            if method["url"] != request.path
        ]
        context = {
            "name": found.name,
            "go": f"{request.path}?{target}&go=1",
            "reauthentication_alternatives": others,
        }
        return render(request, "account/reauthenticate_single_sign_on.html", context)
    again = {"auth_params": {"prompt": "login"}} if found.id == "openid_connect" else {}
    response: HttpResponseBase = found.redirect(
        request, AuthProcess.REDIRECT, next_url=f"{reverse('account_continue')}?{target}", **again
    )
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def continue_suspended(request: HttpRequest) -> HttpResponseBase:
    """After the provider: redirect to a page, or ask for a click before a suspended POST is repeated."""
    target = get_next_redirect_url(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
    if request.method == "POST" and reauthentication.is_recent(request):
        response: HttpResponseBase = resume_request(request) or HttpResponseRedirect(target)
        return response
    if reauthentication.is_suspended(request):
        return render(request, "account/continue.html", {"next": target})
    return HttpResponseRedirect(target)

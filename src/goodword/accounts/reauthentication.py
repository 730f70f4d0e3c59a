"""Reauthentication of members. The suspended request is stored encrypted, since it can contain a credential."""

import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.translation import gettext as _

from goodword.core import crypto
from goodword.core.compiled_queries import compiled

#: authenticators that count as a second factor; recovery codes only replace one
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: Any) -> bool:
    return bool(_factors(user.pk))


@compiled
def _factors(user_id: int) -> QuerySet[Authenticator]:
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user_id, type__in=FACTORS)
    return rows


def uses(request: HttpRequest) -> list[dict[str, Any]]:
    """allauth's records of the codes, recovery codes and passkeys used in this session, latest last."""
    records = get_authentication_records(request, request.user)
    return [record for record in records if record.get("method") == "mfa"]


_PLACE: Final = "session:suspended_request"
#: session key: for the latest suspended requests, path -> page with the form. Only the last can be resumed
_PAGES: Final = "suspended_pages"
_MOST_PAGES: Final = 5


def is_recent(request: HttpRequest) -> bool:
    """Whether the member's sign-in is recent, with a second factor if they have one
    (ACCOUNT_REAUTHENTICATION_TIMEOUT)."""
    has_factor = has_second_factor(request.user)
    records = uses(request) if has_factor else get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def required[R: HttpRequest, **P](
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """Ask members whose sign-in isn't recent to confirm it, then continue the request, including the data of a POST."""

    @wraps(view)
    def wrapped(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        response = view(request, *args, **kwargs) if is_recent(request) else suspend(request)
        # pages can show secrets, which must not stay in the browser after sign-out
        response.setdefault("Cache-Control", "private, no-store")
        return response

    return wrapped


def to_change[R: HttpRequest, **P](
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    asking = required(view)

    @wraps(view)
    def wrapped(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return (view if request.method in {"GET", "HEAD"} else asking)(request, *args, **kwargs)

    return wrapped


def sender_of(request: HttpRequest) -> str:
    """The member's page that sent a form or script, or ""."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    host, _slash, path = page.partition("://")[2].partition("/")
    return f"/{path}" if host == request.get_host() and path.startswith("o/") else ""


def suspend(request: HttpRequest) -> HttpResponseBase:
    request.session.pop(STATE_SESSION_KEY, None)  # left over from a request that was abandoned
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:  # without a password or other method, signing in again is the confirmation
        get_adapter().logout(request)
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        page = sender_of(request)
        request.session[STATE_SESSION_KEY] = {
            "callback": f"{__name__}.resume",
            "state": {
                "sealed": crypto.seal(serialize_request(request), place=_PLACE),
                "at": time.time(),
                "page": page,
            },
        }
        pages = _pages_without(request, request.path) | {request.path: page}
        request.session[_PAGES] = dict(list(pages.items())[-_MOST_PAGES:])
    query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    to = f"{methods[0]['url']}?{query}"
    if "HX-Request" in request.headers:  # the whole page, not the part that htmx requested
        return HttpResponse(headers={"HX-Redirect": to})
    return redirect(to)


def _pages_without(request: HttpRequest, path: str) -> dict[str, str]:
    return {other: page for other, page in request.session.get(_PAGES, {}).items() if other != path}


def is_suspended(request: HttpRequest) -> bool:
    return STATE_SESSION_KEY in request.session


def expired(request: HttpRequest, state: dict[str, Any], *, target: str) -> HttpResponseBase:
    """Redirect to the page that had the form, since `target`, where it was sent, may only accept POST."""
    messages.error(request, _("Nothing was saved, because your confirmation has expired. Try again."))
    return HttpResponseRedirect(state.get("page") or target)


def resume(request: HttpRequest, state: dict[str, Any]) -> HttpResponseBase:
    """Run the suspended request if this confirmation was for it. Called by allauth."""
    target = get_next_redirect_url(request) or settings.LOGIN_REDIRECT_URL
    try:
        kept = crypto.unseal(state["sealed"], place=_PLACE)
    except crypto.CannotOpen:  # its field key has been removed
        return HttpResponseRedirect(target)
    path = json.loads(kept)["path"]
    if path != target.partition("?")[0]:
        return HttpResponseRedirect(target)
    request.session[_PAGES] = _pages_without(request, path)
    if time.time() - state["at"] > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        return expired(request, state, target=target)
    found = resolve(path)
    response: HttpResponseBase = found.func(deserialize_request(kept, request), *found.args, **found.kwargs)
    return response


def back_if_lost[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Decorator of the confirmation pages. If another tab's request has replaced the one being confirmed, redirect to
    the page with its form, since its own URL may only accept POST."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if is_suspended(request):
            return response
        target = get_next_redirect_url(request) or ""
        path = target.partition("?")[0]
        pages: dict[str, str] = request.session.get(_PAGES, {})
        if not isinstance(response, HttpResponseRedirect) or response.url != target or path not in pages:
            return response
        request.session[_PAGES] = _pages_without(request, path)
        messages.error(
            request, _("Nothing was saved, because you started another change in the meantime. Try again.")
        )
        return HttpResponseRedirect(pages[path] or target)

    return wrapped

"""Middleware, the access log, and limits and cleaning of requests."""

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
    StreamingHttpResponse,
    UnreadablePostError,
)
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from servestatic.middleware import ServeStaticMiddleware

from goodword.core import metrics, telemetry
from goodword.core.process import in_one_piece
from goodword.core.telemetry import about, ids, safe_path
from goodword.core.text import clean_text

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = ("/healthz", "/readyz", "/metrics")
access_log = logging.getLogger("goodword.access")
_PORTALS = ("/p/", "/r/", "/a/", "/d/", "/dr/", "/e/", "/i/", "/m/", "/t/", "/verify/")
_MEMBERS: Final = ("/o/", "/accounts/")
_UPLOAD_PATH = re.compile(r"/p/[^/]+/assessment/[0-9]+/item/[0-9]+/")
_VERIFY_PATH = "/verify/"
_PEOPLE_FILE_PATH = re.compile(r"/o/[^/]+/settings/(fairness|validity/ratings)/")
#: characters; our own parameters are a few dozen, searches and `next` somewhat longer
LONGEST_PARAMETER: Final = 2000


def is_upload(path: str) -> bool:
    return _UPLOAD_PATH.fullmatch(path) is not None


def largest_body(path: str, *, max_body: int, max_upload: int, max_report: int, max_people_file: int) -> int:
    if is_upload(path):
        return max(max_body, max_upload)
    if _PEOPLE_FILE_PATH.fullmatch(path):
        return max(max_body, max_people_file)
    return max(max_body, max_report) if path == _VERIFY_PATH else max_body


def is_page(path: str) -> bool:
    """Whether people submit forms to this path, rather than programs."""
    return path.startswith((*_PORTALS, "/o/"))


class NoBodyForHead:
    """Sends no body in response to HEAD. Django leaves this to the server, and not every server does it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @in_one_piece  # outermost, so it covers the whole request
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = iter(())
            elif isinstance(response, HttpResponse):
                response.headers.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response


class PermissionsPolicy:
    POLICY = ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media"),
            *("geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial"),
            *("usb", "xr-spatial-tracking"),
        )
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.POLICY)
        return response


class PortalLanguage:
    """Activates the browser's language on portals until their view has looked up the link, and English for members.
    Opening a URL that only accepts forms (in a restored tab, or after signing in) shows a page with a link back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_portal = request.path_info.startswith(_PORTALS)
        language = translation.get_language_from_request(request) if is_portal else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
            opened = request.method == "GET" and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
            if opened and (is_portal or request.path_info.startswith(_MEMBERS)):
                response = _leading_back(request, allowed=response["Allow"], portal=is_portal)
        if is_portal:
            patch_vary_headers(response, ("Accept-Language",))
        return response


def _leading_back(request: HttpRequest, *, allowed: str, portal: bool) -> HttpResponse:
    here = "/".join(request.path_info.split("/")[:3])
    template, context = ("405.html", {"here": f"{here}/"}) if portal else ("404.html", {})
    page = render(request, template, context, status=HTTPStatus.METHOD_NOT_ALLOWED)
    page["Allow"], page["Cache-Control"], page["X-Robots-Tag"] = allowed, "no-store", "noindex"
    return page


class BodyLimit:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return HttpResponse("Content-Length is not a number.", status=400, content_type="text/plain")
        most = largest_body(
            request.path_info,
            max_body=settings.GOODWORD_MAX_BODY,
            max_upload=settings.GOODWORD_MAX_UPLOAD,
            max_report=settings.GOODWORD_MAX_REPORT,
            max_people_file=settings.GOODWORD_MAX_PEOPLE_FILE,
        )
        return too_large(request, most=most) if length > most else self.get_response(request)


def too_large(request: HttpRequest, *, most: int) -> HttpResponse:
    """A 413 response: a page, a sentence for a page's script, or a line for programs. `most`: the limit in bytes."""
    if request.headers.get("X-Goodword") == "script":  # the page shows this and keeps the input
        say = gettext("Too long to save. Please shorten it.")
        response: HttpResponse = JsonResponse({"saved": False, "say": [say]}, status=413)
    elif is_page(request.path_info):
        verifies = request.path_info == _VERIFY_PATH
        limit = settings.GOODWORD_MAX_REPORT // (1024 * 1024) if verifies else None
        context = {"here": request.get_full_path(), "report_limit": limit}
        response = render(request, "413.html", context, status=413)
    else:
        most_text = "2 MiB" if most == settings.GOODWORD_MAX_BODY else f"{most // (1024 * 1024)} MiB"
        return HttpResponse(f"The body is larger than {most_text}.", status=413, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


class CleanInput:
    """Removes control characters from query parameters, cookies, form fields and URL arguments before any view sees
    them.

    PostgreSQL accepts no NUL in text. In form fields only NULs are removed, since forms clean the rest and report
    errors.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = _cleaned(
            request.GET, lambda value: clean_text(value[:LONGEST_PARAMETER], one_line=True)
        )
        # our cookies contain no control characters, but the parser makes some from "\000" in quotes
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],  # noqa: ARG002 - Django's signature
        kwargs: dict[str, Any],
    ) -> None:
        """Runs after the CSRF check, which also reads forms. CSRF-exempt views read their own body."""
        # tokens are hashed for the lookup, and their pages handle unknown ones
        words = (value for name, value in kwargs.items() if name != "token" and isinstance(value, str))
        if any(not value.isprintable() for value in words):
            raise Http404
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        try:
            posted = request.POST
        except UnreadablePostError:  # the client has disconnected; the view fails in the same way
            return
        if any("\x00" in value for _, values in posted.lists() for value in values):
            request.POST = _cleaned(posted, lambda value: value.replace("\x00", ""))


def _cleaned(data: QueryDict, clean: Callable[[str], str]) -> Any:
    cleaned = QueryDict(mutable=True, encoding=data.encoding)
    for name, values in data.lists():
        cleaned.setlist(clean(name), [clean(value) for value in values])
    cleaned._mutable = False  # noqa: SLF001 - as Django does for its own
    return cleaned


def build_static_files() -> None:
    if settings.SERVESTATIC_USE_FINDERS:
        for finder in get_finders():
            for _ in finder.list(None):
                pass


class StaticFiles:
    """Passes only requests for static files to servestatic, whose asynchronous middleware takes two milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._lock = threading.Lock()

    @cached_property
    def serve(self) -> Callable[[HttpRequest], HttpResponseBase]:
        """Create servestatic's middleware on the first request, since it lists all static files at that moment."""
        return async_to_sync(ServeStaticMiddleware(sync_to_async(self.get_response)))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.STATIC_URL):
            if "serve" not in self.__dict__:
                with self._lock:  # only the first request creates it; others wait
                    _ = self.serve
            return self.serve(request)
        return self.get_response(request)


class Requests:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.measures = metrics.measures()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name, began = secrets.token_hex(8), time.perf_counter()
        with about(request=name):
            response = self._answer(request)
            response.headers["X-Request-ID"] = name
            seconds = time.perf_counter() - began
            self._end(request, response.status_code, seconds)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        with telemetry.span("request") as made:
            response = self.get_response(request)
            route = _route(request.path_info, request.resolver_match)
            telemetry.name_span(made, f"{request.method} {route}", status=response.status_code)
        return response

    def _end(self, request: HttpRequest, status: int, seconds: float) -> None:
        request_ended(
            method=str(request.method),
            path=request.path_info,
            match=request.resolver_match,
            status=status,
            seconds=seconds,
            measures=self.measures,
        )


def request_ended(
    *,
    method: str,
    path: str,
    match: ResolverMatch | None,
    status: int,
    seconds: float,
    measures: metrics.Instruments | None,
) -> None:
    """Log and measure a request. Call it inside `logs.about`, which adds the ids to the log line."""
    route = _route(path, match)
    method = method if method in _METHODS else "other"
    if measures is not None:
        measures.request(route=route, method=method, status=status, seconds=seconds)
    if route == "static" or path in _QUIET or not settings.GOODWORD_ACCESS_LOG:
        return
    shown = safe_path(path, match)
    facts = {
        "method": method,
        "path": shown,
        "route": route,
        "status": status,
        "milliseconds": round(1000 * seconds),
    }
    access_log.info(
        "%s %s %d in %d ms (%s)",
        method,
        shown,
        status,
        facts["milliseconds"],
        ids()["request"],
        extra={"facts": facts},
    )


def _route(path: str, match: ResolverMatch | None) -> str:
    if path.startswith(settings.STATIC_URL):
        return "static"
    return match.view_name if match else "unknown"

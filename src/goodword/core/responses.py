"""Responses that belong to no app: error pages, downloads and security.txt."""

import secrets
import sys
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.decorators.http import require_safe
from django.views.defaults import bad_request

from goodword.core import clock
from goodword.core.database import is_outage
from goodword.core.database_settings import TimeLimitExceeded
from goodword.core.middleware import too_large


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """How to report a vulnerability of this installation (RFC 9116). It always expires in half a year."""
    lines = (
        f"Contact: mailto:{settings.GOODWORD_HELP_CONTACT}",
        f"Expires: {(clock.now() + timedelta(days=180)).replace(microsecond=0).isoformat()}",
        "Preferred-Languages: en",
        f"Canonical: {settings.GOODWORD_BASE_URL}/.well-known/security.txt",
    )
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a malformed request. Django notices that form text is too large only while parsing it."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request, most=settings.GOODWORD_MAX_BODY)
    return bad_request(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """The page for 500, with the reference number that is also in the log, or for 503 if a statement took too long or
    the database can't be used. It avoids context processors, since they may fail too."""
    digits = f"{secrets.randbelow(10**8):08}"
    reference = f"{digits[:4]}-{digits[4:]}"
    request.error_reference = reference  # type: ignore[attr-defined]  # for the filter ErrorReference
    error = sys.exception()
    if isinstance(getattr(error, "__cause__", None), TimeLimitExceeded):
        template = "503.html"
    elif error is not None and is_outage(error):
        template = "503_database.html"
    else:
        template = "500.html"
    context = {
        "reference": reference,
        "contact": settings.GOODWORD_HELP_CONTACT,
        "of_member": request.path.startswith("/o/"),
    }
    response = HttpResponse(loader.render_to_string(template, context), status=int(template[:3]))
    if response.status_code == 503:
        response["Retry-After"] = "60"
    return response


def as_download(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def private[R: HttpResponse](response: R) -> R:
    """Keep a page out of caches and search engines."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response

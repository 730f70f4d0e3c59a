"""Liveness and readiness checks for load balancers and monitoring."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from goodword.core.readiness import readiness


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """200 while this process runs. Depends on nothing else, so it is always quick."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """200, or 503 with the names of the failing checks; the reasons are in the log only."""
    failing = readiness.failing()
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    said = {"status": "failing" if failing else "ok", "failing": failing}
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})

"""Helpers for Greenhouse's settings pages."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from goodword.accounts.access import MemberRequest
from goodword.accounts.navigation import settings_nav
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import connection_of


def connected(request: MemberRequest, pk: int) -> Connection:
    connection = connection_of(request.organisation, pk)
    if connection is None:
        raise Http404("not connected")
    return connection


def settings_page(
    request: MemberRequest, name: str, context: Mapping[str, Any], *, status: int = HttpResponse.status_code
) -> HttpResponse:
    """A settings page that browsers must not store, since it may show the secret key or personal data."""
    response = render(
        request,
        f"greenhouse/{name}.html",
        {"settings_nav": settings_nav(request), **context},
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response

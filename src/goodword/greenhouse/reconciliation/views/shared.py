"""What the sync pages have in common."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from goodword.accounts.access import MemberRequest
from goodword.greenhouse.setup.views.shared import nav


def page(request: MemberRequest, name: str, context: Mapping[str, Any]) -> HttpResponse:
    """A settings sync page, with the list on the left."""
    return render(
        request, f"greenhouse/reconciliation/{name}.html", {"settings_nav": nav(request), **context}
    )

"""What the pages of healing have in common."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from goodword.accounts.access import MemberRequest
from goodword.greenhouse.setup.views.shared import nav


def page(request: MemberRequest, name: str, context: Mapping[str, Any]) -> HttpResponse:
    """A settings page of healing, with the list on the left."""
    return render(request, f"greenhouse/heal/{name}.html", {"settings_nav": nav(request), **context})

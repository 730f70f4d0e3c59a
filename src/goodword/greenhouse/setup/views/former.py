"""Addresses from when an organisation had one connection: bookmarks and mails still lead somewhere."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.greenhouse.setup.connection import connections


def to_the_only_one(name: str) -> Callable[..., HttpResponseBase]:
    """A view that leads to the page of this name, of the only connection; with none or several to all of them."""

    def lead_on(request: MemberRequest) -> HttpResponseBase:
        found = connections(request.organisation)
        if len(found) == 1:
            return redirect(name, request.organisation.slug, found[0].pk)
        return redirect("integrations", request.organisation.slug)

    return require_safe(access.member(kinds=access.ADMIN)(lead_on))

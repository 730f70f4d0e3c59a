from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership, User
from goodword.notifications.domain.outages import outage


def mail_outage(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `mail_outage` for members' pages."""
    if not isinstance(getattr(request, "member", None), Membership):
        return {}
    return {"mail_outage": outage()}


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponseBase:
    memberships = (
        Membership.objects.across_organisations()
        .select_related("organisation")
        .filter(user=cast(User, request.user))
        .order_by("organisation__name")
    )
    if len(memberships) == 1:
        return redirect("needs_you", memberships[0].organisation.slug)
    return render(request, "workspace/choose_organisation.html", {"memberships": memberships})


@require_safe
@access.member()
def help_page(request: MemberRequest) -> HttpResponse:
    return render(request, "workspace/help.html")


@require_safe
@access.member(kinds=access.WORKS)
def settings_page(request: MemberRequest) -> HttpResponseBase:
    return redirect("integrations", request.organisation.slug)

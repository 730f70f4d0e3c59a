"""The webhooks of one account: the box as a page, its live lights, and its secret key."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.setup import upkeep, webhooks
from goodword.greenhouse.setup.box import box_of
from goodword.greenhouse.setup.forms import RotateForm
from goodword.greenhouse.setup.views.shared import connected, page


@require_safe
@access.member(kinds=access.ADMIN)
def box(request: MemberRequest, pk: int) -> HttpResponse:
    """The "?" box as a page: endpoint, secret key, and the webhooks to create."""
    connection = connected(request, pk)
    return page(request, "box", {"connection": connection, "box": box_of(connection, now=clock.now())})


@require_safe
@access.member(kinds=access.ADMIN)
def pings(request: MemberRequest, pk: int) -> HttpResponse:
    """Only which webhooks have shown themselves, asked for every two seconds while the box is there."""
    connection = connected(request, pk)
    context = {"connection": connection, "hooks": webhooks.standing(connection)}
    response = render(request, "greenhouse/setup/parts/pings.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def rotate(request: MemberRequest, pk: int) -> HttpResponseBase:
    """A new secret key; the old one stays valid for the time that is chosen."""
    connection = connected(request, pk)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        upkeep.rotate_secret(connection, keep_for=form.period(), member=request.member, now=clock.now())
        messages.success(request, _("There is a new secret key. Put it into each webhook in Greenhouse."))
        return redirect("greenhouse_box", request.organisation.slug, connection.pk)
    return page(request, "rotate", {"form": form, "connection": connection})


@require_POST
@access.member(kinds=access.ADMIN)
def end_old(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The older secret keys end now, before their time."""
    connection = connected(request, pk)
    if upkeep.end_old_secrets(connection, member=request.member, now=clock.now()):
        messages.success(
            request,
            _("Only the newest secret key is accepted now. Webhooks that still have another are refused."),
        )
    else:
        messages.info(request, _("The older secret key no longer exists."))
    return redirect("greenhouse_box", request.organisation.slug, connection.pk)

"""What an admin does with a connection: check again, rotate the secret key, disconnect."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import upkeep
from goodword.greenhouse.setup.forms import RotateForm
from goodword.greenhouse.setup.trouble import TROUBLES, trouble_of
from goodword.greenhouse.setup.views.shared import connected, page
from goodword.roles.models import Automation


@require_POST
@access.member(kinds=access.ADMIN)
def check_again(request: MemberRequest) -> HttpResponseBase:
    """Probe the permissions anew, for example after ticking what was missing."""
    try:
        state = upkeep.check_again(connected(request), member=request.member, now=clock.now())
    except TROUBLES as error:
        messages.error(request, str(trouble_of(error)))
    else:
        if state == Connection.State.INCOMPLETE:
            messages.warning(request, _("Permissions are still missing: the card names them."))
        else:
            messages.success(request, _("All permissions that are needed are there."))
    return redirect("integrations", request.organisation.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def rotate(request: MemberRequest) -> HttpResponseBase:
    """A new secret key; the old one stays valid for the time that is chosen."""
    connection = connected(request)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        upkeep.rotate_secret(connection, keep_for=form.period(), member=request.member, now=clock.now())
        messages.success(request, _("There is a new secret key. Put it into each web hook in Greenhouse."))
        return redirect("greenhouse_box", request.organisation.slug)
    return page(request, "rotate", {"form": form, "connection": connection})


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def disconnect(request: MemberRequest) -> HttpResponseBase:
    """Say what happens first, then end the connection."""
    connection = connected(request)
    if request.method == "POST":
        upkeep.disconnect(connection, member=request.member, now=clock.now())
        messages.success(request, _("Greenhouse is disconnected. All results are kept."))
        return redirect("integrations", request.organisation.slug)
    roles = Automation.objects.of(request.organisation).filter(connection_id=connection.pk)
    linked = roles.values("role").distinct().count()
    return page(request, "disconnect", {"connection": connection, "linked": linked})

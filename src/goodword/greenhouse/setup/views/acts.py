"""What an admin does with a connection: check again, rename, disconnect."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import recheck, upkeep
from goodword.greenhouse.setup.forms import NameForm
from goodword.greenhouse.setup.trouble import TROUBLES, trouble_of
from goodword.greenhouse.setup.views.shared import connected, page
from goodword.roles.models import Automation


@require_POST
@access.member(kinds=access.ADMIN)
def check_again(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Probe the permissions anew, for example after ticking what was missing."""
    connection = connected(request, pk)
    try:
        state = recheck.check_again(connection, member=request.member, now=clock.now())
    except TROUBLES as error:
        messages.error(request, str(trouble_of(error)))
    else:
        if state == Connection.State.INCOMPLETE:
            messages.warning(request, _("Permissions are still missing: the card names them."))
        else:
            messages.success(request, _("All required permissions are granted."))
    return redirect("integrations", request.organisation.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def rename(request: MemberRequest, pk: int) -> HttpResponseBase:
    """What members call this Greenhouse account."""
    connection = connected(request, pk)
    form = NameForm(request.POST or None, connection=connection, initial={"name": connection.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if name != connection.name:
            upkeep.rename(connection, name, member=request.member, now=clock.now())
            messages.success(request, _("It is called “%(name)s” now.") % {"name": name})
        return redirect("integrations", request.organisation.slug)
    return page(request, "rename", {"form": form, "connection": connection})


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def disconnect(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Say what happens first, then end the connection."""
    connection = connected(request, pk)
    if request.method == "POST":
        upkeep.disconnect(connection, member=request.member, now=clock.now())
        messages.success(
            request, _("%(name)s is disconnected. All results are kept.") % {"name": connection.name}
        )
        return redirect("integrations", request.organisation.slug)
    roles = Automation.objects.of(request.organisation).filter(connection_id=connection.pk)
    linked = roles.values("role").distinct().count()
    return page(request, "disconnect", {"connection": connection, "linked": linked})

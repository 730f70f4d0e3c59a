from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.pages import connected, settings_page
from goodword.greenhouse.setup import connections, permissions
from goodword.greenhouse.setup.connections import CALL_ERRORS, error_message
from goodword.greenhouse.setup.webhooks import webhook_setup
from goodword.roles.models import Automation


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def __init__(self, *args: Any, connection: Connection, **values: Any) -> None:
        super().__init__(*args, **values)
        self._connection = connection

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = (
            connection
            for connection in connections.live_connections(self._connection.organisation)
            if connection.pk != self._connection.pk
        )
        if any(other.name.casefold() == name.casefold() for other in others):
            raise forms.ValidationError(
                gettext_lazy("Another account has this name. Choose a different one.")
            )
        return name


class AuthorForm(forms.Form):
    user = forms.RegexField(
        r"^([0-9]{1,18}|[^@\s]+@[^@\s]+)$",
        label=gettext_lazy("Greenhouse user (ID or e-mail address)"),
        required=False,
        max_length=320,
        error_messages={"invalid": gettext_lazy("Enter the user's ID or e-mail address.")},
    )


@require_safe
@access.member(kinds=access.WORKS)
def integrations(request: MemberRequest) -> HttpResponse:
    return settings_page(request, "setup/integrations", overview(request))


def overview(request: MemberRequest) -> dict[str, Any]:
    now = clock.now()
    live = connections.live_connections(request.organisation)
    return {
        "cards": [
            {
                "connection": connection,
                "card": permissions.connection_card(connection, now=now),
                "webhooks": webhook_setup(connection),
            }
            for connection in live
        ],
        "disconnected": connections.disconnected(request.organisation),
    }


@require_POST
@access.member(kinds=access.ADMIN)
def check_again(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    try:
        state = permissions.check_again(connection, member=request.member, now=clock.now())
    except CALL_ERRORS as error:
        messages.error(request, str(error_message(error)))
    else:
        if state == Connection.State.INCOMPLETE:
            messages.warning(request, _("Permissions are still missing: the card lists them."))
        elif state == Connection.State.ACTIVE:
            messages.success(request, _("All required permissions are granted."))
        else:
            messages.info(request, _("Not checked: the key was changed or removed in the meantime."))
    return redirect("integrations", request.organisation.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def rename(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    form = NameForm(request.POST or None, connection=connection, initial={"name": connection.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if name != connection.name:
            connections.rename(connection, name, member=request.member, now=clock.now())
            messages.success(request, _("Renamed to “%(name)s”.") % {"name": name})
        return redirect("integrations", request.organisation.slug)
    return settings_page(request, "setup/rename", {"form": form, "connection": connection})


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
def disconnect(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    if request.method == "POST":
        connections.disconnect(connection, member=request.member, now=clock.now())
        messages.success(
            request, _("%(name)s is disconnected. All results are kept.") % {"name": connection.name}
        )
        return redirect("integrations", request.organisation.slug)
    roles = Automation.objects.of(request.organisation).filter(connection_id=connection.pk)
    linked = roles.values("role").distinct().count()
    return settings_page(request, "setup/disconnect", {"connection": connection, "linked": linked})


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def author(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    form = AuthorForm(request.POST or None, initial={"user": connection.note_author_remote_id})
    if request.method == "POST" and form.is_valid():
        id_or_email = form.cleaned_data["user"]
        try:
            user = connections.find_user(connection, id_or_email) if id_or_email else None
        except CALL_ERRORS as error:
            form.add_error("user", str(error_message(error)))
        else:
            if id_or_email and user is None:
                form.add_error("user", _("Greenhouse has no active user with this ID or address."))
            else:
                user_id = user.id if user else None
                connections.choose_author(connection, user_id, member=request.member, now=clock.now())
                messages.success(
                    request,
                    _("%(name)s signs notes when no recruiter can.") % {"name": user.name}
                    if user
                    else _("No author is chosen."),
                )
                return redirect("integrations", request.organisation.slug)
    return settings_page(request, "setup/author", {"form": form, "connection": connection})

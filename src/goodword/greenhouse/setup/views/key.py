"""The dialog *Set Greenhouse API key*: connect an account, replace its key, or reconnect it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.client import HarvestError, Invalid, V1Credentials, V3Credentials
from goodword.greenhouse.models import Connection
from goodword.greenhouse.pages import settings_page
from goodword.greenhouse.setup.connections import error_message
from goodword.greenhouse.setup.keys import (
    DisconnectedMeanwhile,
    InUse,
    KeyCheck,
    account_warnings,
    check_all,
    check_next,
    connect,
    connection_using,
    digest,
    is_double_click,
    progress,
    seal,
    unseal,
    worked_before,
)
from goodword.greenhouse.setup.views.integrations import overview

CHECKLIST = "first_run"


def _secret(*, autofocus: bool = False) -> forms.PasswordInput:
    attrs = {"autocomplete": "off", "spellcheck": "false", "autofocus": autofocus}
    return forms.PasswordInput(render_value=True, attrs=attrs)


class V3Form(forms.Form):
    client_id = forms.CharField(
        label=gettext_lazy("Client ID"),
        max_length=500,
        help_text=gettext_lazy("API type Harvest V3 (OAuth)."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=500,
        help_text=gettext_lazy("Shown once in Greenhouse."),
        widget=_secret(),
    )
    act_as = forms.IntegerField(
        label=gettext_lazy("Act as (Greenhouse user ID)"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text=gettext_lazy(
            "A Site Admin's ID: the number at the end of their page's URL under Configure > Users. Leave empty if the "
            "credential's own user is one."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def credentials(self) -> V3Credentials:
        data = self.cleaned_data
        return V3Credentials(data["client_id"], data["client_secret"], act_as=data["act_as"])


class V1Form(forms.Form):
    api_key = forms.CharField(
        label=gettext_lazy("API key"),
        max_length=500,
        help_text=gettext_lazy("API type Harvest. Copy the key there before you save."),
        widget=_secret(autofocus=True),
    )

    def credentials(self) -> V1Credentials:
        return V1Credentials(self.cleaned_data["api_key"])


KeyForm = V1Form | V3Form

FORMS: dict[str, type[KeyForm]] = {"v3": V3Form, "v1": V1Form}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.required
def set_key(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    """Show the dialog, or check the key and store it. With JavaScript, each request checks one permission. `pk`: the
    connection whose key is replaced."""
    connection = None
    if pk is not None:
        connection = access.get_or_404(Connection.objects.of(request.organisation), pk)
    form = FORMS.get(request.GET.get("api", ""), V3Form)(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _dialog(request, form, connection)
    try:
        return _check(request, form, connection)
    except HarvestError as error:
        field = "act_as" if isinstance(error, Invalid) and form.cleaned_data.get("act_as") else None
        form.add_error(field, str(error_message(error)))
    except InUse as error:
        message = _(
            "“%(name)s” already uses this credential. For another Greenhouse account, create a credential there."
        )
        form.add_error(None, message % {"name": error.connection.name})
    except DisconnectedMeanwhile:
        assert connection is not None
        connection.refresh_from_db(fields=["state"])
        message = _("“%(name)s” was disconnected in the meantime. Set the key again to reconnect it.")
        form.add_error(None, message % {"name": connection.name})
    return _dialog(request, form, connection)


def _check(request: MemberRequest, form: KeyForm, connection: Connection | None) -> HttpResponseBase:
    credentials, now = form.credentials(), clock.now()
    taken = connection_using(credentials, organisation=request.organisation, but=connection)
    if taken is not None and connection is None and is_double_click(taken, member=request.member, now=now):
        return _connected(request, taken)
    if taken is not None:
        raise InUse(taken)
    current = worked_before(credentials, connection)
    check = unseal(request.POST.get("sofar", ""), credentials=credentials, member=request.member, now=now)
    if _htmx(request) and check.next is not None:
        check = check_next(check, worked_before=current)
        if check.next is not None:
            return _progress(request, check)
    check = check_all(check, worked_before=current)
    warnings = account_warnings(check, organisation=request.organisation, connection=connection)
    shown, refused = digest(warnings), any(warning.is_refused for warning in warnings)
    if refused or (warnings and request.POST.get("confirmed") != shown):
        sofar = seal(check, member=request.member, now=clock.now())
        return _dialog(
            request, form, connection, warnings=warnings, refused=refused, digest=shown, sofar=sofar
        )
    connected = connect(
        organisation=request.organisation,
        check=check,
        member=request.member,
        now=clock.now(),
        connection=connection,
        reconnects="live" not in request.POST,
    )
    return _connected(request, connected)


def _connected(request: MemberRequest, connection: Connection) -> HttpResponseBase:
    if connection.state == Connection.State.INCOMPLETE:
        messages.warning(request, _("The key is saved, but permissions are missing: the card lists them."))
    elif not _from_checklist(request):  # the checklist updates itself
        messages.success(request, _("Greenhouse is connected."))
    if _htmx(request):
        return HttpResponseClientRedirect(_afterwards(request))
    return redirect(_afterwards(request))


def _from_checklist(request: MemberRequest) -> bool:
    return request.GET.get("then") == CHECKLIST


def _afterwards(request: MemberRequest) -> str:
    name = CHECKLIST if _from_checklist(request) else "integrations"
    return reverse(name, args=[request.organisation.slug])


def _progress(request: MemberRequest, check: KeyCheck) -> HttpResponse:
    context = {
        "permissions": progress(check),
        "next": check.next,
        "done": len(check.results),
        "all": len(check.permissions),
        "sofar": seal(check, member=request.member, now=clock.now()),
        "action": request.get_full_path(),
    }
    response = render(request, "greenhouse/setup/parts/probing.html", context)
    response["Cache-Control"] = "no-store"
    return reswap(retarget(response, "#probing"), "innerHTML")


def _dialog(
    request: MemberRequest, form: KeyForm, connection: Connection | None, **more: object
) -> HttpResponse:
    context = {
        "form": form,
        "api": "v1" if isinstance(form, V1Form) else "v3",
        "action": request.path,
        "connection": connection,
        "then": f"&then={CHECKLIST}" if _from_checklist(request) else "",
        "afterwards": _afterwards(request),
        **more,
    }
    if _htmx(request):
        response = render(request, "greenhouse/setup/parts/key_form.html", context)
        response["Cache-Control"] = "no-store"
        return response
    if context["then"]:
        response = render(request, "greenhouse/setup/key.html", context)
        response["Cache-Control"] = "no-store"
        return response
    return settings_page(request, "setup/integrations", overview(request) | context)


def _htmx(request: MemberRequest) -> bool:
    return request.headers.get("HX-Request") == "true"

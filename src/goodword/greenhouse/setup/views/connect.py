"""The dialog *Set Greenhouse API key*."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.client import HarvestError, Invalid
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connect import connect, try_key
from goodword.greenhouse.setup.forms import V1Form, V3Form
from goodword.greenhouse.setup.trouble import trouble_of
from goodword.greenhouse.setup.views.integrations import overview
from goodword.greenhouse.setup.views.shared import page

FORMS: dict[str, type[V1Form | V3Form]] = {"v3": V3Form, "v1": V1Form}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def set_key(request: MemberRequest) -> HttpResponseBase:
    """Show the dialog over the Integrations page, or try what was typed and keep it if Greenhouse takes it."""
    api = request.GET.get("api", "")
    form = FORMS.get(api, V3Form)(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _dialog(request, form)
    credentials = form.credentials()
    try:
        results = try_key(credentials, organisation=request.organisation)
    except HarvestError as error:
        field = "act_as" if isinstance(error, Invalid) and form.cleaned_data.get("act_as") else None
        form.add_error(field, str(trouble_of(error)))
        return _dialog(request, form)
    connection = connect(
        organisation=request.organisation,
        credentials=credentials,
        results=results,
        member=request.member,
        now=clock.now(),
    )
    if connection.state == Connection.State.INCOMPLETE:
        messages.warning(request, _("The key is saved, but permissions are missing: the card names them."))
    else:
        messages.success(request, _("Greenhouse is connected."))
    return redirect("integrations", request.organisation.slug)


def _dialog(request: MemberRequest, form: V1Form | V3Form) -> HttpResponse:
    api = "v1" if isinstance(form, V1Form) else "v3"
    return page(request, "integrations", overview(request) | {"form": form, "api": api})

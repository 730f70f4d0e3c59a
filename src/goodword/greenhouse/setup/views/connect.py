"""The dialog *Set Greenhouse API key*: for another account, or to replace a key, or to connect again."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.client import HarvestError, Invalid
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import account
from goodword.greenhouse.setup.connect import InUse, connect, pressed_twice, worked_before
from goodword.greenhouse.setup.forms import V1Form, V3Form
from goodword.greenhouse.setup.progress import lines
from goodword.greenhouse.setup.sealed import seal, unseal
from goodword.greenhouse.setup.trial import Trial, try_key, try_one
from goodword.greenhouse.setup.trouble import trouble_of
from goodword.greenhouse.setup.views.integrations import overview
from goodword.greenhouse.setup.views.shared import page

KeyForm = V1Form | V3Form

FORMS: dict[str, type[KeyForm]] = {"v3": V3Form, "v1": V1Form}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def set_key(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    """Show the dialog over the Integrations page, or try what was typed and keep it if Greenhouse takes it.

    `pk` names the connection whose key it is to be; without it another account is connected. A browser with
    JavaScript asks for one permission at a time and shows each; without it one waits for all of them.
    """
    connection = None
    if pk is not None:
        connection = access.owned(Connection.objects.of(request.organisation), pk)
    form = FORMS.get(request.GET.get("api", ""), V3Form)(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _dialog(request, form, connection)
    try:
        return _tried(request, form, connection)
    except HarvestError as error:
        field = "act_as" if isinstance(error, Invalid) and form.cleaned_data.get("act_as") else None
        form.add_error(field, str(trouble_of(error)))
    except InUse as error:
        words = _(
            "This credential is in use already, by “%(name)s”. For another Greenhouse account, make a credential "
            "there."
        )
        form.add_error(None, words % {"name": error.connection.name})
    return _dialog(request, form, connection)


def _tried(request: MemberRequest, form: KeyForm, connection: Connection | None) -> HttpResponseBase:
    """Go on with the trial of this key; at its end keep the key, or say what speaks against it."""
    credentials, now = form.credentials(), clock.now()
    taken = account.holder(credentials, organisation=request.organisation, but=connection)
    if taken is not None and connection is None and pressed_twice(taken, member=request.member, now=now):
        return _kept(request, taken)
    if taken is not None:
        raise InUse(taken)
    before = worked_before(credentials, connection)
    trial = unseal(request.POST.get("sofar", ""), credentials=credentials, member=request.member, now=now)
    if _htmx(request) and trial.next is not None:
        trial = try_one(trial, worked_before=before)
        if trial.next is not None:
            return _progress(request, trial)
    trial = try_key(trial, worked_before=before)
    found = account.doubts(trial, organisation=request.organisation, connection=connection)
    said = account.digest(found)
    if found and request.POST.get("confirmed") != said:
        sofar = seal(trial, member=request.member, now=clock.now())
        return _dialog(request, form, connection, doubts=found, said=said, sofar=sofar)
    kept = connect(
        organisation=request.organisation,
        trial=trial,
        member=request.member,
        now=clock.now(),
        connection=connection,
    )
    return _kept(request, kept)


def _kept(request: MemberRequest, connection: Connection) -> HttpResponseBase:
    if connection.state == Connection.State.INCOMPLETE:
        messages.warning(request, _("The key is saved, but permissions are missing: the card names them."))
    else:
        messages.success(request, _("Greenhouse is connected."))
    if _htmx(request):
        return HttpResponseClientRedirect(reverse("integrations", args=[request.organisation.slug]))
    return redirect("integrations", request.organisation.slug)


def _progress(request: MemberRequest, trial: Trial) -> HttpResponse:
    """What is known so far, and an element that asks for the next one as soon as it is there."""
    context = {
        "lines": lines(trial),
        "next": trial.next,
        "done": len(trial.results),
        "all": len(trial.permissions),
        "sofar": seal(trial, member=request.member, now=clock.now()),
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
        **more,
    }
    if _htmx(request):
        response = render(request, "greenhouse/setup/parts/key_form.html", context)
        response["Cache-Control"] = "no-store"
        return response
    return page(request, "integrations", overview(request) | context)


def _htmx(request: MemberRequest) -> bool:
    return request.headers.get("HX-Request") == "true"

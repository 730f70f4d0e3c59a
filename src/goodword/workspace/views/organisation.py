"""Settings > Organisation: name, language, time zone, public holidays, adjustments, flags."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.mail_domains import add_domain, set_domains
from goodword.accounts.domain.organisation import change_settings
from goodword.accounts.holidays import coming, regions
from goodword.accounts.mail_domains import NoDomain, proposed
from goodword.core import clock
from goodword.greenhouse.setup.views.shared import nav
from goodword.workspace.domains_form import DomainsForm
from goodword.workspace.organisation_form import OrganisationForm
from goodword.workspace.step_form import as_typed

#: how many holidays are shown, to see that they are the right ones
SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def organisation(request: MemberRequest) -> HttpResponseBase:
    """The form; the button *Show* brings it back with the holidays of what is chosen, and keeps nothing."""
    return organisation_page(request)


def organisation_page(request: MemberRequest, *, domains: DomainsForm | None = None) -> HttpResponseBase:
    """The page, with `domains` if that form was submitted and is invalid."""
    data = request.POST if request.method == "POST" and domains is None else None
    row, now = request.organisation, clock.now()
    form = OrganisationForm(data, organisation=row)
    if data is not None and "show" in data:
        typed = as_typed(OrganisationForm, data)
        if typed["holiday_region"] not in regions(str(typed["holiday_country"])):
            typed["holiday_region"] = ""  # of another country
        form = OrganisationForm(organisation=row, initial=typed)
    elif data is not None and form.is_valid():
        if change_settings(organisation=row, settings=form.settings(), by=request.member, now=now):
            messages.success(request, _("Saved. Applies from now on."))
        return redirect("organisation_settings", row.slug)
    days = coming(
        form.country,
        str(form["holiday_region"].value() or ""),
        after=now.astimezone(row.zone).date(),
        number=SHOWN,
        language=(get_language() or "en").split("-")[0],
    )
    context = {
        "settings_nav": nav(request),
        "form": form,
        "holidays": days,
        "domains_form": domains or DomainsForm.of(row),
        "proposed_domains": proposed(row),
    }
    return render(request, "workspace/organisation.html", context)


@require_POST
@access.member(kinds=access.ADMIN)
def mail_domains(request: MemberRequest) -> HttpResponseBase:
    """Set the domains, or with `add` accept a suggested one."""
    row, now = request.organisation, clock.now()
    if "add" in request.POST:
        try:
            changed = add_domain(organisation=row, domain=request.POST["add"], by=request.member, now=now)
        except NoDomain as no:
            messages.error(request, str(no))
            return _back(request)
    else:
        form = DomainsForm(request.POST)
        if not form.is_valid():
            return organisation_page(request, domains=form)
        changed = set_domains(
            organisation=row, domains=form.cleaned_data["domains"], by=request.member, now=now
        )
    if changed:
        messages.success(request, _("Saved. Applies from now on."))
    return _back(request)


def _back(request: MemberRequest) -> HttpResponseBase:
    target = redirect("organisation_settings", request.organisation.slug)
    target["Location"] += "#domains"
    return target

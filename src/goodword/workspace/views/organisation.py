"""Settings > Organisation: name, language, time, public holidays, adjustments, signs of trouble."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.organisation import change_settings
from goodword.accounts.holidays import coming, regions
from goodword.core import clock
from goodword.greenhouse.setup.views.shared import nav
from goodword.workspace.organisation_form import OrganisationForm
from goodword.workspace.step_form import as_typed

#: how many holidays are shown, to see that they are the right ones
SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def organisation(request: MemberRequest) -> HttpResponseBase:
    """The form; the button *Show* brings it back with the holidays of what is chosen, and keeps nothing."""
    data = request.POST if request.method == "POST" else None
    row, now = request.organisation, clock.now()
    form = OrganisationForm(data, organisation=row)
    if data is not None and "show" in data:
        typed = as_typed(OrganisationForm, data)
        if typed["holiday_region"] not in regions(str(typed["holiday_country"])):
            typed["holiday_region"] = ""  # of another country
        form = OrganisationForm(organisation=row, initial=typed)
    elif data is not None and form.is_valid():
        if change_settings(organisation=row, settings=form.settings(), by=request.member, now=now):
            messages.success(request, _("Saved. This counts from now on."))
        return redirect("organisation_settings", row.slug)
    days = coming(
        form.country,
        str(form["holiday_region"].value() or ""),
        after=now.astimezone(row.zone).date(),
        number=SHOWN,
        language=(get_language() or "en").split("-")[0],
    )
    context = {"settings_nav": nav(request), "form": form, "holidays": days}
    return render(request, "workspace/organisation.html", context)

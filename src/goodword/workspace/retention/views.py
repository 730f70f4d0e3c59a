from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.organisation import (
    MAX_RETENTION_MONTHS,
    RetentionSettings,
    change_retention,
    retention_of,
)
from goodword.accounts.models import Organisation
from goodword.candidates.domain.erasure_requests import Reason
from goodword.candidates.domain.holds import active
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.greenhouse.settings_pages import settings_nav
from goodword.workspace.concurrent_edits import NoticesChanges, organisation_to_change
from goodword.workspace.retention.rules import Months, RunPreview, preview_run

#: people named on the page; the others are counted
NAMED = 20

_WHY = {
    Reason.RETENTION: gettext_lazy("last application ended"),
    Reason.NOT_VISIBLE: gettext_lazy("no longer visible"),
}
_MONTHS = gettext_lazy("Choose 1 to %(n)s months.") % {"n": MAX_RETENTION_MONTHS}


def _months(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=MAX_RETENTION_MONTHS,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _MONTHS),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class RetentionForm(NoticesChanges):
    use_required_attribute = False

    erases_old = forms.BooleanField(
        label=gettext_lazy("Erase people after their last application has ended"), required=False
    )
    keep_months = _months(gettext_lazy("Months after the end"))
    erases_hidden = forms.BooleanField(
        label=gettext_lazy("Erase people who are no longer visible in Greenhouse"), required=False
    )
    hidden_months = _months(gettext_lazy("Months after they disappeared"))

    def __init__(self, data: QueryDict | None, *, organisation: Organisation) -> None:
        known = retention_of(organisation)
        as_set = {name: getattr(known, name) for name in RetentionSettings.__dataclass_fields__}
        super().__init__(data, initial=as_set)
        self.note_stored(as_set)

    def settings(self) -> RetentionSettings:
        return RetentionSettings(**self.cleaned_data)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
@transaction.atomic
def retention(request: MemberRequest) -> HttpResponseBase:
    organisation, now = organisation_to_change(request), clock.now()
    form = RetentionForm(request.POST if request.method == "POST" else None, organisation=organisation)
    if not form.is_bound:
        preview = preview_run(organisation, Months.of(organisation), now=now)
        return _page(request, form, preview)
    if not form.is_valid():
        return _page(request, form, None, status=422)
    wanted = form.settings()
    earlier = Months.of(organisation).shortened_by(_months_of(wanted))
    if "show" in request.POST or (earlier and request.POST.get("confirmed") != _code(wanted)):
        preview = preview_run(organisation, _months_of(wanted), now=now)
        return _page(request, form, preview, asks=earlier, code=_code(wanted))
    if change_retention(organisation=organisation, settings=wanted, by=request.member, now=now):
        messages.success(request, _("Saved. Privacy notices are updated."))
    return redirect("retention", organisation.slug)


def _months_of(settings: RetentionSettings) -> Months:
    return Months(
        old=settings.keep_months if settings.erases_old else None,
        hidden=settings.hidden_months if settings.erases_hidden else None,
    )


def _code(settings: RetentionSettings) -> str:
    """A code for the settings shown: a confirmation is valid for these only."""
    months = _months_of(settings)
    return f"{months.old or '-'}/{months.hidden or '-'}"


def _page(
    request: MemberRequest,
    form: RetentionForm,
    preview: RunPreview | None,
    *,
    asks: bool = False,
    code: str = "",
    status: int = 200,
) -> HttpResponse:
    organisation = request.organisation
    holds = active(organisation).select_related("candidate", "role", "placed_by__user").order_by("placed_at")
    return render(
        request,
        "workspace/retention/retention.html",
        {
            "settings_nav": settings_nav(request),
            "form": form,
            "preview": preview,
            "people": _named(organisation, preview) if preview else [],
            "more": max(0, len(preview.due) - NAMED) if preview else 0,
            "asks": asks,
            "code": code,
            "holds": [(hold, _application_of(hold.candidate_id, organisation)) for hold in holds],
        },
        status=status,
    )


def _named(organisation: Organisation, preview: RunPreview) -> list[dict[str, Any]]:
    """The first people due, each with an application to link to."""
    shown = preview.due[:NAMED]
    rows = Application.objects.of(organisation).filter(candidate_id__in=[one.candidate_id for one in shown])
    newest = {row.candidate_id: row for row in rows.select_related("candidate").order_by("pk")}
    return [
        {
            "application": newest.get(one.candidate_id),
            "since": one.since,
            "reason": _WHY[one.reason],
        }
        for one in shown
    ]


def _application_of(candidate_id: int | None, organisation: Organisation) -> Application | None:
    if candidate_id is None:
        return None
    rows = Application.objects.of(organisation).filter(candidate_id=candidate_id)
    return rows.select_related("candidate").order_by("pk").last()

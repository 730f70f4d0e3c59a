"""Candidate > Request for a rating: state, rater, and ending it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import visible_applications
from goodword.candidates.rating_files import LONGEST_RATER
from goodword.core import clock
from goodword.core.addresses import check_address, normalised
from goodword.core.text import language_codes
from goodword.references.domain.requests import has_opted_out
from goodword.ui.fields import LineField
from goodword.workflow.portal import language_choices
from goodword.workspace.candidate.timeline import RATING_REASONS
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity import answering, asking
from goodword.workspace.validity.requests import (
    RatingRequestClosed,
    has_declined,
    has_lost_access,
    reason_not_to_ask,
)


class RaterForm(forms.Form):
    use_required_attribute = False

    name = LineField(
        label=gettext_lazy("Manager's name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the manager's name.")},
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=LONGEST_RATER,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the manager's e-mail address.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the e-mail"),
        choices=language_choices(language_codes()),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the languages.")},
    )
    #: the version on the page
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, request: RatingRequest) -> None:
        super().__init__(data, initial={"language": request.language, "seen": request.version})
        self.request = request

    def clean_email(self) -> str:
        address = self.cleaned_data["email"]
        check_address(address)
        if has_opted_out(organisation=self.request.organisation, address=address):
            raise forms.ValidationError(_("This person asked not to be contacted. Choose another."))
        if has_declined(self.request, address):
            raise forms.ValidationError(_("This person said that they can't rate. Choose another."))
        if has_lost_access(self.request.organisation, address):
            raise forms.ValidationError(_("This member was deactivated. Choose another person."))
        return normalised(address)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    row = _row(request, pk)
    form = RaterForm(request.POST if request.method == "POST" else None, request=row)
    if form.is_valid():
        data = form.cleaned_data
        try:
            asking.name_rater(request=row, **data, by=request.member, now=clock.now())
        except asking.OwnAddress:
            form.add_error("email", _("This is the address of the person to be rated."))
        except RatingRequestClosed:
            row = _row(request, pk)
            form.add_error(
                None, _("Nobody was asked: the request has changed in the meantime. Check it below.")
            )
            form.data = {**dict(form.data.items()), "seen": row.version}
        else:
            messages.success(request, _("%(name)s will be asked by e-mail.") % {"name": data["name"]})
            return _back(request, pk)
    return _page(request, row, form)


@require_POST
@access.member(kinds=access.WORKS)
def stop(request: MemberRequest, pk: int) -> HttpResponseBase:
    rows = visible_applications(request.member).select_related("organisation", "candidate", "role")
    if asking.stop(application=access.get_or_404(rows, pk), by=request.member, now=clock.now()):
        messages.success(request, _("Nobody will be asked for a rating."))
    return _back(request, pk)


@require_POST
@access.member(kinds=access.WORKS)
def forget(request: MemberRequest, pk: int) -> HttpResponseBase:
    if answering.forget_rater(request=_row(request, pk), by=request.member, now=clock.now()):
        messages.success(request, _("Name and address erased."))
    return redirect("rating_request", request.organisation.slug, pk)


@require_POST
@access.member(kinds=access.ADMIN)
def delete_rating(request: MemberRequest, pk: int) -> HttpResponseBase:
    if answering.delete_rating(request=_row(request, pk), by=request.member, now=clock.now()):
        messages.success(request, _("Rating deleted."))
    return redirect("rating_request", request.organisation.slug, pk)


def _row(request: MemberRequest, pk: int) -> RatingRequest:
    rows = RatingRequest.objects.of(request.organisation).filter(
        application__in=visible_applications(request.member)
    )
    found = rows.filter(application=pk).values_list("pk", flat=True).first()
    related = ("organisation", "application__candidate", "application__role", "named_by__user")
    return access.get_or_404(rows.select_related(*related), found or 0)


def _back(request: MemberRequest, pk: int) -> HttpResponseBase:
    return redirect("candidate", request.organisation.slug, pk)


def _page(request: MemberRequest, row: RatingRequest, form: RaterForm) -> HttpResponse:
    context = {
        "row": row,
        "has_rating": answering.has_rating(row),
        "reason": RATING_REASONS.get(row.reason, ""),
        "over": not row.is_open or bool(reason_not_to_ask(row.application)),
        "application": row.application,
        "candidate": row.application.candidate,
        "form": form,
    }
    return render(
        request, "workspace/validity/rating_request.html", context, status=422 if form.is_bound else 200
    )

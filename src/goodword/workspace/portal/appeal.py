"""Candidates ask for a human review of a result, or object to it. Reveals nothing about the application's state."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from goodword.core import clock
from goodword.notifications.models import Link
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.appeals import (
    LONGEST,
    AlreadyOpen,
    CannotAppeal,
    appeals_of,
    may_appeal,
    open_appeal,
)
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.languages import with_query_language
from goodword.workflow.portal import Visit, closed_page
from goodword.workspace.portal.access import has_switched, language_links, language_of, languages_of
from goodword.workspace.portal.own_data import opens

FORM_ID = "appeal"


class AppealForm(forms.Form):
    use_required_attribute = False

    text = LongTextField(
        label=gettext_lazy("What would you like a person to review?"),
        help_text=gettext_lazy(
            "For example a result that you think is wrong, something that disturbed you during a test, or why you "
            "object to the use of a result."
        ),
        longest=LONGEST,
        rows=7,
        error_messages={"required": gettext_lazy("Say what you would like a person to review.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, text: str = "") -> None:
        super().__init__(data, prefix="a", initial={"text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Link.Purpose.CANDIDATE)
def by_portal(request: HttpRequest, visit: Visit) -> HttpResponse:
    switched = has_switched(request, visit)
    with translation.override(language_of(request, visit)):
        return _appeal(
            request,
            visit,
            url=reverse("portal_appeal", args=[visit.token]),
            back=reverse("portal", args=[visit.token]),
            layout={
                "contact_url": reverse("portal_ask", args=[visit.token]),
                "data_url": reverse("portal_data", args=[visit.token]),
                **languages_of(request, visit),
            },
            switched=switched,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Link.Purpose.CANDIDATE_DATA)
def by_own_data(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _appeal(
        request,
        visit,
        url=with_query_language(request, reverse("own_data_appeal", args=[visit.token])),
        back=with_query_language(request, reverse("own_data", args=[visit.token])),
        layout=language_links(request, visit),
    )


def _appeal(
    request: HttpRequest,
    visit: Visit,
    *,
    url: str,
    back: str,
    layout: Mapping[str, object],
    switched: bool = False,
) -> HttpResponse:
    """`layout`: context of the page. `switched`: the language was changed; the text is kept."""
    application, now = visit.application, clock.now()
    if application.is_being_erased:
        return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
    if not may_appeal(application, now=now):
        return redirect(back)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if switched:
        form = AppealForm(text=form["text"].value() or "")
    if form.is_valid():
        try:
            open_appeal(
                application_id=application.pk,
                text=form.cleaned_data["text"],
                language=translation.get_language() or "",
                now=now,
            )
        except CannotAppeal:
            return redirect(back)
        except AlreadyOpen:
            form.add_error(
                "text",
                _(
                    "Not sent, because your request below is still open. Send this once it has been answered, or write "
                    "to %(name)s (%(address)s)."
                )
                % {"name": visit.recruiter.name, "address": visit.recruiter.address},
            )
        else:
            return redirect(url)
    appeals = appeals_of(application)
    waits = any(one.answered_at is None for one in appeals)
    shows_form = not waits or form.is_bound or bool(form.initial["text"])
    return render(
        request,
        "workspace/portal/appeal.html",
        {
            **layout,
            "token": visit.token,
            "organisation": visit.organisation,
            "responsible": visit.organisation.name,
            "contact_name": visit.recruiter.name,
            "contact_email": visit.recruiter.address,
            "form": form if shows_form else None,
            "form_id": FORM_ID if shows_form else "",
            "appeals": appeals,
            "waits": waits,
            "may_mail": not mail_blocked_reason(application),
            "action": url,
            "back": back,
        },
        status=422 if form.errors else 200,
    )

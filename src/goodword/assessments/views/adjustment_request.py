"""The candidate requests an adjustment, sees the answer, and can withdraw the request."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from goodword.assessments.adjustments.contacts import Contact, contact_of
from goodword.assessments.adjustments.forms import RequestForm
from goodword.assessments.adjustments.mails import next_reader
from goodword.assessments.adjustments.requests import CannotRequest, request_adjustment, withdraw_request
from goodword.assessments.adjustments.status import RequestStatus, WhyNot, request_status
from goodword.assessments.queries import application_of
from goodword.assessments.views.access import Sitting, candidate_page, private, render_page
from goodword.workflow.retention_notice import retention_for_candidate


@candidate_page
def request_page(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Requests and answers so far, and the form while another request may be made."""
    adjustment = request_status(sitting.attempt)
    time = bool(adjustment.timed)
    form = RequestForm(request.POST if request.method == "POST" else None, time=time)
    if sitting.switched:
        form = RequestForm(None, time=time, initial={name: form[name].data for name in form.fields})
    if form.is_bound and not adjustment.why_not and form.is_valid():
        said = form.cleaned_data
        with suppress(CannotRequest):  # it was asked in another window meanwhile: the page says so
            request_adjustment(
                attempt_id=sitting.attempt.pk,
                percent=said.get("percent", 0),
                form=said["form"],
                text=said["text"],
                may_disclose=said["may_disclose"],
                now=sitting.now,
            )
        return private(redirect(sitting.url("portal_assessment_adjustment")))
    if form.is_bound and adjustment.why_not:
        return private(redirect(sitting.url("portal_assessment_adjustment")))
    contact = next_reader(sitting.attempt, application=application_of(sitting.attempt))
    return _show(request, sitting, form, adjustment=adjustment, contact=contact)


def show_request_preview(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The page without any requests, for a preview."""
    timed = [view.part for view in sitting.overview.parts if view.timed and not view.begun]
    adjustment = RequestStatus(requests=(), timed=timed, clock_started=False, why_not=WhyNot.NOTHING)
    contact = contact_of(sitting.visit.application)
    return _show(
        request, sitting, RequestForm(None, time=bool(timed)), adjustment=adjustment, contact=contact
    )


def show_decline_preview(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The confirmation page before declining, for a preview."""
    contact = contact_of(sitting.visit.application)
    return render_page(request, sitting, "assessments/portal/decline.html", contact=contact)


def _show(
    request: HttpRequest, sitting: Sitting, form: RequestForm, *, adjustment: RequestStatus, contact: Contact
) -> HttpResponse:
    current = sitting.overview.current
    form.say_who_reads(outside=contact.outside)
    return render_page(
        request,
        sitting,
        "assessments/adjustments/ask.html",
        status=422 if form.is_bound else 200,
        form=form,
        form_id="" if adjustment.why_not else "ask",
        adjustment=adjustment,
        contact=contact,
        at_once=sitting.attempt.assessment.more_time if adjustment.timed else 0,
        goes_on=current is not None and (current.begun or not current.timed),
        kept=retention_for_candidate(sitting.visit.organisation),
        timed=[part for part in sitting.overview.parts if part.timed],
    )


@candidate_page
def withdraw(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Withdraw the unanswered request. Idempotent."""
    if request.method == "POST":
        withdraw_request(attempt_id=sitting.attempt.pk, now=sitting.now)
    return private(redirect(sitting.url("portal_assessment_adjustment")))

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from goodword.assessments.adjustments.contacts import AdjustmentContact, contact_of
from goodword.assessments.adjustments.forms import AdjustmentAnswerForm, AdjustmentRequestForm
from goodword.assessments.adjustments.mails import lost, next_reader, send_fresh_link
from goodword.assessments.adjustments.open_text import CannotReplace, open_text_offers
from goodword.assessments.adjustments.requests import (
    AlreadyAnswered,
    CannotRequest,
    PartStarted,
    answer_request,
    request_adjustment,
    withdraw_request,
)
from goodword.assessments.adjustments.status import (
    RequestStatus,
    WhyNot,
    request_status,
    timed_parts_not_begun,
)
from goodword.assessments.attempts.overview import title_of
from goodword.assessments.attempts.parts import OPEN_TEXT, PLANNED, AttemptClosed, is_other_form, open_form
from goodword.assessments.models import Adjustment, AttemptPart
from goodword.assessments.queries import application_of, clock_minutes
from goodword.assessments.views.access import AttemptSession, candidate_page, render_page
from goodword.candidates.models import Application, public_title
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.core.responses import private
from goodword.core.validation import ReadingError
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import masked
from goodword.notifications.models import Link
from goodword.workflow.models import takes_answers
from goodword.workflow.portal import unknown_page
from goodword.workflow.retention_wording import retention_for_candidate

State = Adjustment.State


@candidate_page
def request_page(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    adjustment = request_status(session.attempt)
    time = bool(adjustment.timed)
    form = AdjustmentRequestForm(request.POST if request.method == "POST" else None, time=time)
    if session.switched:
        form = AdjustmentRequestForm(None, time=time, initial={name: form[name].data for name in form.fields})
    if form.is_bound and not adjustment.why_not and form.is_valid():
        data = form.cleaned_data
        try:
            request_adjustment(
                attempt_id=session.attempt.pk,
                percent=data.get("percent", 0),
                form=data["form"],
                text=data["text"],
                may_disclose=data["may_disclose"],
                now=session.now,
            )
        except CannotRequest:  # already requested in another window
            adjustment = request_status(session.attempt)
        else:
            return private(redirect(session.url("portal_assessment_adjustment")))
    unsent = _unsent(form, adjustment)
    if form.is_bound and adjustment.why_not and not unsent:
        return private(redirect(session.url("portal_assessment_adjustment")))
    contact = next_reader(session.attempt, application=application_of(session.attempt))
    return _show_request(request, session, form, adjustment=adjustment, contact=contact, unsent=unsent)


def _unsent(form: AdjustmentRequestForm, adjustment: RequestStatus) -> str:
    """Return the text typed for a request that can no longer be made, unless it was requested in another window."""
    text = str(form["text"].value() or "").strip() if form.is_bound and adjustment.why_not else ""
    requested = {" ".join(request.text.split()) for request in adjustment.requests}
    return "" if " ".join(text.split()) in requested else text


def show_request_preview(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    timed = [view.part for view in session.overview.parts if view.timed and not view.begun]
    adjustment = RequestStatus(requests=(), timed=timed, clock_started=False, why_not=WhyNot.NOTHING)
    contact = contact_of(session.visit.application)
    return _show_request(
        request,
        session,
        AdjustmentRequestForm(None, time=bool(timed)),
        adjustment=adjustment,
        contact=contact,
    )


def show_decline_preview(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    contact = contact_of(session.visit.application)
    return render_page(request, session, "assessments/portal/decline.html", contact=contact)


def _show_request(
    request: HttpRequest,
    session: AttemptSession,
    form: AdjustmentRequestForm,
    *,
    adjustment: RequestStatus,
    contact: AdjustmentContact,
    unsent: str = "",
) -> HttpResponse:
    current = session.overview.current
    form.say_who_reads(outside=contact.outside)
    return render_page(
        request,
        session,
        "assessments/adjustments/request_form.html",
        status=409 if unsent else 422 if form.is_bound else 200,
        form=form,
        unsent=unsent,
        lost=lost(adjustment.requests),
        form_id="" if adjustment.why_not else "ask",
        adjustment=adjustment,
        contact=contact,
        at_once=session.attempt.assessment.more_time if adjustment.timed else 0,
        goes_on=current is not None and (current.begun or not current.timed),
        kept=retention_for_candidate(session.visit.organisation),
        timed=[part for part in session.overview.parts if part.timed],
        may_write=any(view.kind.offers_open_text and not view.begun for view in session.overview.parts),
    )


@candidate_page
def withdraw(request: HttpRequest, session: AttemptSession) -> HttpResponse:
    if request.method == "POST":
        withdraw_request(attempt_id=session.attempt.pk, now=session.now)
    return private(redirect(session.url("portal_assessment_adjustment")))


@require_http_methods(["GET", "HEAD", "POST"])
def answer_page(request: HttpRequest, token: str) -> HttpResponse:
    """The request with a form for the answer; once answered, the answer without the candidate's name."""
    link = links.resolve(token, purpose=Link.Purpose.ADJUSTMENT)
    row = _request_behind(link) if link is not None else None
    if link is None or row is None:
        return unknown_page(request)
    organisation, now = link.organisation, clock.now()
    with translation.override(organisation.language), timezone.override(organisation.zone):
        application = application_of(row.attempt)
        shown: dict[str, Any] = {"organisation": organisation, "responsible": organisation.name}
        if row.state in {State.GRANTED, State.REFUSED}:
            return _render(request, "assessments/adjustments/answered.html", asked=row, **shown)
        gone = application.is_being_erased or not takes_answers(row.attempt, now=now)
        if row.state != State.ASKED or gone or link.ended_at is not None:
            return _render(request, "assessments/adjustments/closed.html", **shown)
        if not links.is_alive(link, now=now):
            return _expired(
                request, row, application, to=_contact_behind(link, application), now=now, **shown
            )
        timed, parts = timed_parts_not_begun(row.attempt), _figureless(row)
        form = AdjustmentAnswerForm(
            request.POST if request.method == "POST" else None,
            time=bool(timed),
            parts=[(part.order, title_of(part)) for part in parts],
            open_texts=open_text_offers(row.attempt),
        )
        if form.is_bound and form.is_valid():
            by = _contact_behind(link, application)
            if _send_answer(row, form, parts=parts, by=by, now=now):
                return private(redirect(request.path))
        return _render(
            request,
            "assessments/adjustments/answer.html",
            status=422 if form.is_bound else 200,
            form=form,
            asked=row,
            candidate=application.candidate,
            title=public_title(application),
            parts=[(title_of(part), clock_minutes(part)) for part in timed],
            outside=contact_of(application).outside,
            **shown,
        )


def _send_answer(
    row: Adjustment,
    form: AdjustmentAnswerForm,
    *,
    parts: Sequence[AttemptPart],
    by: Correspondent,
    now: datetime,
) -> bool:
    """Answer the request. Returns False if nothing was granted, and then the form says why."""
    try:
        answer_request(
            adjustment_id=row.pk,
            percent=form.share,
            forms={part.order: open_form(part) for part in parts if part.order in form.orders},
            accessible=form.cleaned_data["accessible"],
            sentence=form.cleaned_data["sentence"],
            open_texts=form.open_texts,
            by=by,
            now=now,
        )
    except CannotReplace as error:
        form.refuse_open_text(
            error.order, gettext("The part has started, or the version is no longer offered. Choose again.")
        )
        return False
    except PartStarted:
        form.refuse_started()
        return False
    except ReadingError as error:
        form.add_error(
            None,
            gettext(
                "No open-text version can be made of this set: %(why)s Ask a recruiter to create and publish one in "
                "the library, then answer again."
            )
            % {"why": error},
        )
        return False
    except (AlreadyAnswered, AttemptClosed):  # already answered or withdrawn, as the page shows
        pass
    return True


def _expired(
    request: HttpRequest,
    row: Adjustment,
    application: Application,
    *,
    to: Correspondent,
    now: datetime,
    **shown: Any,
) -> HttpResponse:
    if request.method == "POST":
        send_fresh_link(row, application=application, to=to, now=now)
        return private(redirect(f"{request.path}?sent=1"))
    sent, address = "sent" in request.GET, masked(to.address)
    return _render(request, "assessments/adjustments/expired.html", sent=sent, address=address, **shown)


def _request_behind(link: Link) -> Adjustment | None:
    return (
        Adjustment.objects.of(link.organisation)
        .select_related("attempt__step_request__step", "attempt__organisation")
        .filter(pk=link.subject_id)
        .first()
    )


def _figureless(row: Adjustment) -> list[AttemptPart]:
    parts = (
        AttemptPart.objects.of(row.organisation)
        .filter(attempt=row.attempt, begun_at=None)
        .select_related("version__test", "part", "attempt")
        .order_by("order")
    )
    found = []
    for part in parts:
        part.attempt = row.attempt
        if not is_other_form(part) and open_form(part) not in {"", OPEN_TEXT, PLANNED}:
            found.append(part)
    return found


def _contact_behind(link: Link, application: Application) -> Correspondent:
    if link.email is not None:
        return Correspondent(name=link.email.to_name, address=link.email.to_address)
    contact = contact_of(application)
    return Correspondent(name=contact.name, address=contact.address)


def _render(request: HttpRequest, template: str, *, status: int = 200, **shown: object) -> HttpResponse:
    return private(render(request, template, shown, status=status))

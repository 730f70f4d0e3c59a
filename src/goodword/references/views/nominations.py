from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.references import wording
from goodword.references.domain import nominations, sending, slot_changes
from goodword.references.domain.checks import (
    SlotStatus,
    check_context,
    day_in_words,
    hire_closes,
    slot_status,
)
from goodword.references.flags.traces import record_trace
from goodword.references.forms import CannotForm, RefereeForm
from goodword.references.models import Referee
from goodword.references.views import access, candidate
from goodword.references.views.access import CandidateVisit, candidate_page

FORMS: Final = ["GET", "HEAD", "POST"]


@require_http_methods(FORMS)
@access.for_candidate()
def referee(request: HttpRequest, visit: CandidateVisit, *, slot: int) -> HttpResponse:
    status = slot_status(visit.check, slot)
    if status is None or status.state not in nominations.MAY_BE_NAMED:
        return redirect("portal_check", token=visit.token)
    form = _form(request, visit, status, initial=status.referee)
    if not visit.switched and _is_valid(form, visit, status):
        assert form.details is not None
        try:
            nominations.nominate(check_id=visit.check.pk, slot=slot, details=form.details, now=visit.now)
        except nominations.InvalidNomination as refused:
            form.refuse(refused.problems)
        else:
            return redirect("portal_check", token=visit.token)
    return _referee_page(request, visit, status, form)


@require_http_methods(FORMS)
@access.for_candidate()
def another(request: HttpRequest, visit: CandidateVisit, *, slot: int) -> HttpResponse:
    status = slot_status(visit.check, slot)
    if status is None or status.referee is None or status.state not in nominations.MAY_BE_REPLACED:
        return redirect("portal_check", token=visit.token)
    same = status.state == "undelivered" or status.is_wrong_person
    form = _form(request, visit, status, initial=status.referee if same else None)
    if not visit.switched and _is_valid(form, visit, status):
        assert form.details is not None
        try:
            nominations.replace_referee(
                check_id=visit.check.pk, slot=slot, details=form.details, now=visit.now
            )
        except nominations.InvalidNomination as refused:
            form.refuse(refused.problems)
        else:
            return redirect("portal_check_review", token=visit.token)
    return _referee_page(request, visit, status, form, old=status.referee)


@require_POST
@access.for_candidate()
def validate(request: HttpRequest, visit: CandidateVisit, *, slot: int) -> HttpResponse:
    """Validate the form while the candidate is typing, so nothing is saved. `problems` are errors, `flags` are
    hints."""
    status = slot_status(visit.check, slot)
    if status is None:
        return JsonResponse({"problems": {}, "flags": {}})
    form = _form(request, visit, status)
    _is_valid(form, visit, status)
    assert form.details is not None
    flag = candidate.address_hint(visit.check, email=form.details.email, company=form.details.company)
    return JsonResponse(
        {
            "problems": {name: " ".join(map(str, found)) for name, found in form.errors.items()},
            "flags": {"email": flag} if flag and not form["email"].errors else {},
        }
    )


@require_POST
@access.for_candidate()
def remove(_request: HttpRequest, visit: CandidateVisit, *, slot: int) -> HttpResponse:
    nominations.remove_nomination(check_id=visit.check.pk, slot=slot, now=visit.now)
    return redirect("portal_check", token=visit.token)


@require_http_methods(FORMS)
@access.for_candidate()
def cannot(request: HttpRequest, visit: CandidateVisit, *, slot: int) -> HttpResponse:
    status = slot_status(visit.check, slot)
    if status is None or status.state not in slot_changes.MAY_BE_QUESTIONED:
        return redirect("portal_check", token=visit.token)
    form = CannotForm(request.POST if request.method == "POST" else None)
    if not visit.switched and form.is_valid():
        reason = form.cleaned_data["reason"]
        slot_changes.cannot_provide(check_id=visit.check.pk, slot=slot, reason=reason, now=visit.now)
        return redirect("portal_check", token=visit.token)
    return candidate_page(
        request,
        "references/candidate/cannot.html",
        visit,
        form=form,
        form_id="cannot",
        status=status,
        asked=wording.one_referee(status.kind),
    )


@require_safe
@access.for_candidate()
def nudge(request: HttpRequest, visit: CandidateVisit, *, slot: int) -> HttpResponse:
    status = slot_status(visit.check, slot)
    if status is None or status.referee is None or status.state != "out":
        return redirect("portal_check", token=visit.token)
    request_row = status.referee.request
    facts = check_context(visit.check, language=request_row.language)
    day = day_in_words(request_row.deadline_at, organisation=facts.organisation, language=facts.language)
    with translation.override(request_row.language):
        subject = _("A reference for my application to %(organisation)s") % {
            "organisation": facts.organisation.name
        }
        text = _(
            "Hello %(referee)s,\n\nI've applied for the %(title)s role at %(organisation)s and named you as someone "
            "who knows my work. You should have an e-mail about it from %(recruiter)s, with the subject “A reference "
            "for %(candidate)s?”. If you can't find it, please check your spam folder.\n\n"
            "It would help me a lot if you could answer by %(day)s. You're free to say no.\n\n"
            "Thank you, and best wishes,\n%(candidate)s"
        ) % {
            "referee": status.referee.name,
            "organisation": facts.organisation.name,
            "title": facts.title,
            "recruiter": f"{facts.recruiter.name} ({facts.organisation.name})",
            "candidate": facts.candidate.name,
            "day": day,
        }
    query = urlencode({"subject": subject, "body": text}, quote_via=quote)
    return candidate_page(
        request,
        "references/candidate/nudge.html",
        visit,
        status=status,
        text=text,
        text_language=request_row.language,
        mailto=f"mailto:{quote(status.referee.email, safe='@')}?{query}",
    )


def _is_valid(form: RefereeForm, visit: CandidateVisit, status: SlotStatus) -> bool:
    """Validate the form and show all problems at once."""
    if not form.is_bound:
        return False
    complete = form.is_valid()
    assert form.details is not None
    form.refuse(
        nominations.nomination_problems(
            visit.check, slot=status.slot, details=form.details, now=visit.now, complete=complete
        )
    )
    return form.is_valid()


def _form(
    request: HttpRequest, visit: CandidateVisit, status: SlotStatus, *, initial: Referee | None = None
) -> RefereeForm:
    return RefereeForm(
        request.POST if request.method == "POST" else None,
        referee=initial,
        kind=status.kind,
        languages=visit.check.languages,
        language=visit.check.language,
        hire_closes=hire_closes(visit.check),
        organisation=visit.context.organisation.name,
    )


def _referee_page(
    request: HttpRequest,
    visit: CandidateVisit,
    status: SlotStatus,
    form: RefereeForm,
    *,
    old: Referee | None = None,
) -> HttpResponse:
    return candidate_page(
        request,
        "references/candidate/referee.html",
        visit,
        form=form,
        form_id="referee",
        status=status,
        old=old,
        heading=wording.heading(status.kind),
    )


@require_http_methods(FORMS)
@access.for_candidate()
def review(request: HttpRequest, visit: CandidateVisit) -> HttpResponse:
    problem = ""
    if request.method == "POST" and not visit.switched:
        record_trace(request, visit.check, None, now=visit.now)
        try:
            outcome = sending.send_requests(
                check_id=visit.check.pk,
                seen=request.POST.get("seen", ""),
                link=_link_placeholder(),
                now=visit.now,
            )
        except sending.NotAsShown:
            problem = _("Something changed since you opened this page. Please read the e-mails again.")
        except sending.OptedOut as opted_out:
            problem = _("%(name)s has asked not to be contacted. Please name somebody else.") % {
                "name": opted_out.referee.name
            }
        else:
            if outcome.sent or outcome.deferred:
                messages.success(request, _what_was_sent(outcome))
            return redirect("portal_check", token=visit.token)
    mails = sending.preview_mails(visit.check, now=visit.now, link=_link_placeholder())
    if not mails:
        return redirect("portal_check", token=visit.token)
    return candidate_page(
        request,
        "references/candidate/review.html",
        visit,
        mails=mails,
        button=_send_button(mails),
        missing=candidate.unfilled_slots(visit.check),
        seen=sending.fingerprint(mails),
        problem=problem,
    )


def _send_button(mails: Sequence[sending.MailPreview]) -> str:
    deferred = sum(mail.referee.after_offer for mail in mails)
    sent = len(mails) - deferred
    if not sent:
        return ngettext("Hold %(n)s e-mail", "Hold %(n)s e-mails", deferred) % {"n": deferred}
    text = ngettext("Send %(n)s e-mail", "Send %(n)s e-mails", sent) % {"n": sent}
    return _("%(send)s, hold %(n)s") % {"send": text, "n": deferred} if deferred else text


def _what_was_sent(outcome: sending.SentMails) -> str:
    sent, deferred = outcome.sent, outcome.deferred
    if not sent:
        return ngettext(
            "%(n)s e-mail won't be sent before you have an offer.",
            "%(n)s e-mails won't be sent before you have an offer.",
            deferred,
        ) % {"n": deferred}
    if not deferred:
        return ngettext("%(n)s e-mail is on its way.", "%(n)s e-mails are on their way.", sent) % {"n": sent}
    text = ngettext("%(n)s e-mail is on its way", "%(n)s e-mails are on their way", sent) % {"n": sent}
    return ngettext(
        "%(sent)s, %(n)s won't be sent before you have an offer.",
        "%(sent)s, %(n)s won't be sent before you have an offer.",
        deferred,
    ) % {"sent": text, "n": deferred}


def _link_placeholder() -> str:
    return _("(a personal link, only in this e-mail)")

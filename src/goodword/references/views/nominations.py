"""The candidate names, replaces or removes referees, says that they cannot name one, nudges, and sends."""

from typing import Final
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.references import wording
from goodword.references.domain import nominations, sending, slot_changes
from goodword.references.domain.context import check_context, day_in_words
from goodword.references.domain.slots import SlotStatus, slot_status
from goodword.references.flags.devices import note_trace
from goodword.references.forms import CannotForm, RefereeForm
from goodword.references.models import Referee
from goodword.references.views import access, candidate
from goodword.references.views.access import CandidateVisit, candidate_page

FORMS: Final = ["GET", "HEAD", "POST"]


@require_http_methods(FORMS)
@access.for_candidate()
def referee(request: HttpRequest, at: CandidateVisit, *, slot: int) -> HttpResponse:
    """Name the referee of a slot, or change what was stated about them before they are written to."""
    place = slot_status(at.check, slot)
    if place is None or place.state not in nominations.MAY_BE_NAMED:
        return redirect("portal_check", token=at.token)
    form = _form(request, at, place, initial=place.referee)
    if not at.switched and form.is_valid():
        assert form.details is not None
        try:
            nominations.nominate(check_id=at.check.pk, slot=slot, details=form.details, now=at.now)
        except nominations.InvalidNomination as refused:
            form.refuse(refused.problems)
        else:
            return redirect("portal_check", token=at.token)
    return _referee_page(request, at, place, form)


@require_http_methods(FORMS)
@access.for_candidate()
def another(request: HttpRequest, at: CandidateVisit, *, slot: int) -> HttpResponse:
    """Name somebody else instead of one who has not answered, or the same person by another address."""
    place = slot_status(at.check, slot)
    if place is None or place.referee is None or place.state not in nominations.MAY_BE_REPLACED:
        return redirect("portal_check", token=at.token)
    same = place.state == "undelivered" or place.is_wrong_person
    form = _form(request, at, place, initial=place.referee if same else None)
    if not at.switched and form.is_valid():
        assert form.details is not None
        try:
            nominations.replace_referee(check_id=at.check.pk, slot=slot, details=form.details, now=at.now)
        except nominations.InvalidNomination as refused:
            form.refuse(refused.problems)
        else:
            return redirect("portal_check_review", token=at.token)
    return _referee_page(request, at, place, form, old=place.referee)


@require_POST
@access.for_candidate()
def look(request: HttpRequest, at: CandidateVisit, *, slot: int) -> HttpResponse:
    """What would be said to the form as it is, for the script that says it while somebody types. Keeps nothing.

    `problems` have to be mended, `flags` are taken as they are.
    """
    place = slot_status(at.check, slot)
    if place is None:
        return JsonResponse({"problems": {}, "flags": {}})
    form = _form(request, at, place)
    form.is_valid()
    address = form.entered("email")
    if form.details is not None:
        form.refuse(
            nominations.nomination_problems(at.check, slot=place.slot, details=form.details, now=at.now)
        )
    elif address and (
        wrong := nominations.nomination_address_problem(at.check, slot=place.slot, address=address)
    ):
        form.refuse({"email": wrong})
    flag = candidate.address_hint(at.check, email=address, company=form.entered("company"))
    return JsonResponse(
        {
            "problems": {name: " ".join(map(str, found)) for name, found in form.errors.items()},
            "flags": {"email": flag} if flag and not form["email"].errors else {},
        }
    )


@require_POST
@access.for_candidate()
def remove(_request: HttpRequest, at: CandidateVisit, *, slot: int) -> HttpResponse:
    """Take a name back that nobody has written to."""
    nominations.remove_nomination(check_id=at.check.pk, slot=slot, now=at.now)
    return redirect("portal_check", token=at.token)


@require_http_methods(FORMS)
@access.for_candidate()
def cannot(request: HttpRequest, at: CandidateVisit, *, slot: int) -> HttpResponse:
    """*I can't name anyone*: the recruiter is asked, with the candidate's reason."""
    place = slot_status(at.check, slot)
    if place is None or place.state not in slot_changes.MAY_BE_QUESTIONED:
        return redirect("portal_check", token=at.token)
    form = CannotForm(request.POST if request.method == "POST" else None)
    if not at.switched and form.is_valid():
        reason = form.cleaned_data["reason"]
        slot_changes.cannot_provide(check_id=at.check.pk, slot=slot, reason=reason, now=at.now)
        return redirect("portal_check", token=at.token)
    return candidate_page(
        request,
        "references/candidate/cannot.html",
        at,
        form=form,
        form_id="cannot",
        place=place,
        asked=wording.one_referee(place.kind),
    )


@require_safe
@access.for_candidate()
def nudge(request: HttpRequest, at: CandidateVisit, *, slot: int) -> HttpResponse:
    """A text to a referee who has not answered, for the candidate to send by themself. We send nothing."""
    place = slot_status(at.check, slot)
    if place is None or place.referee is None or place.state != "out":
        return redirect("portal_check", token=at.token)
    request_row = place.referee.request
    facts = check_context(at.check, language=request_row.language)
    day = day_in_words(request_row.deadline_at, organisation=facts.organisation, language=facts.language)
    with translation.override(request_row.language):
        subject = _("A reference for me, at %(organisation)s") % {"organisation": facts.organisation.name}
        text = _(
            "Hello %(referee)s,\n\nI've applied to %(organisation)s as %(title)s and named you as someone who knows my "
            "work. You should have an e-mail about it from %(recruiter)s, with the subject “A reference for "
            "%(candidate)s?”. If you can't find it, please check your spam folder.\n\n"
            "It would help me a lot if you could answer by %(day)s. You're free to say no.\n\n"
            "Thank you, and best wishes\n%(candidate)s"
        ) % {
            "referee": place.referee.name,
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
        at,
        place=place,
        text=text,
        text_language=request_row.language,
        mailto=f"mailto:{quote(place.referee.email, safe='@')}?{query}",
    )


def _form(
    request: HttpRequest, at: CandidateVisit, place: SlotStatus, *, initial: Referee | None = None
) -> RefereeForm:
    return RefereeForm(
        request.POST if request.method == "POST" else None,
        referee=initial,
        kind=place.kind,
        languages=at.check.languages,
        language=at.check.language,
    )


def _referee_page(
    request: HttpRequest,
    at: CandidateVisit,
    place: SlotStatus,
    form: RefereeForm,
    *,
    old: Referee | None = None,
) -> HttpResponse:
    return candidate_page(
        request,
        "references/candidate/referee.html",
        at,
        form=form,
        form_id="referee",
        place=place,
        old=old,
        heading=wording.heading(place.kind),
    )


@require_http_methods(FORMS)
@access.for_candidate()
def review(request: HttpRequest, at: CandidateVisit) -> HttpResponse:
    """The very mail that each referee will get, and *Send*."""
    problem = ""
    if request.method == "POST" and not at.switched:
        note_trace(request, at.check, None, now=at.now)
        try:
            sending.send_requests(
                check_id=at.check.pk, seen=request.POST.get("seen", ""), link=_link_placeholder(), now=at.now
            )
        except sending.NotAsShown:
            problem = _("Something changed since you opened this page. Please read the e-mails again.")
        except sending.Barred as barred:
            problem = _("%(name)s has asked not to be contacted. Please name somebody else.") % {
                "name": barred.referee.name
            }
        else:
            return redirect("portal_check", token=at.token)
    mails = sending.preview_mails(at.check, now=at.now, link=_link_placeholder())
    if not mails:
        return redirect("portal_check", token=at.token)
    return candidate_page(
        request,
        "references/candidate/review.html",
        at,
        mails=mails,
        waiting=sum(mail.referee.after_offer for mail in mails),
        missing=candidate.unfilled_slots(at.check),
        seen=sending.fingerprint(mails),
        problem=problem,
    )


def _link_placeholder() -> str:
    return _("(a personal link, only in this e-mail)")

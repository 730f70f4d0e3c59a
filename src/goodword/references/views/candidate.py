"""The candidate's pages of a reference check."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.questionnaires.types import Rating
from goodword.references import queries
from goodword.references.domain import decline, nominate, replace, send
from goodword.references.domain.about import day_in_words, minutes_of, questions_of
from goodword.references.forms import RefereeForm
from goodword.references.models import Referee
from goodword.references.reasons import ReasonForm
from goodword.references.views import candidate_door, doors
from goodword.references.views.candidate_door import AtCheck
from goodword.steps.models import Run

FORMS: Final = ["GET", "HEAD", "POST"]


@require_safe
@candidate_door.opens(only_open=False)
def home(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """What is asked and who is named; after *Send* who has answered; at the end thanks."""
    check = at.check
    people = queries.people(check, replaced=False)
    if check.progress == Run.Progress.DECLINED:
        return doors.page(request, "references/candidate/declined.html", at)
    named = {person.referee.slot: person for person in people}
    unsent = [person for person in people if person.state == "named"]
    free = next((slot for slot in range(1, check.wanted + 1) if slot not in named), None)
    begun = any(person.state != "named" for person in people)
    return doors.page(
        request,
        "references/candidate/status.html" if begun else "references/candidate/start.html",
        at,
        slots=[(slot, named.get(slot)) for slot in range(1, check.wanted + 1)],
        people=people,
        wanted=check.wanted,
        answered=sum(person.state == "answered" for person in people),
        is_open=at.is_open,
        unsent=unsent,
        declined=next((person for person in people if person.state == "declined"), None),
        free=free,
        minutes=minutes_of(check),
        competencies=[q.competency for q in questions_of(check) if isinstance(q, Rating)],
        deadline=day_in_words(
            check.deadline_at, organisation=at.about.organisation, language=at.about.language
        ),
    )


@require_http_methods(FORMS)
@candidate_door.opens()
def referee(request: HttpRequest, at: AtCheck, *, slot: int) -> HttpResponse:
    """Name the referee of a slot, or change what was stated about them before they are written to."""
    current = nominate.in_slot(at.check, slot)
    if not 1 <= slot <= at.check.wanted or (current is not None and hasattr(current, "request")):
        return redirect("portal_check", token=at.token)
    form = RefereeForm(request.POST if request.method == "POST" else None, referee=current)
    if form.is_valid():
        assert form.details is not None
        try:
            nominate.nominate(check_id=at.check.pk, slot=slot, details=form.details, now=at.now)
        except nominate.Refused as refused:
            form.refuse(refused.problems)
        else:
            return redirect("portal_check", token=at.token)
    return doors.page(
        request, "references/candidate/referee.html", at, form=form, slot=slot, old=None, current=current
    )


@require_http_methods(FORMS)
@candidate_door.opens()
def another(request: HttpRequest, at: AtCheck, *, slot: int) -> HttpResponse:
    """Name somebody else instead of one who has not answered."""
    old = nominate.in_slot(at.check, slot)
    if old is None or not _may_be_replaced(at, old):
        return redirect("portal_check", token=at.token)
    form = RefereeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        assert form.details is not None
        try:
            replace.replace(check_id=at.check.pk, slot=slot, details=form.details, now=at.now)
        except nominate.Refused as refused:
            form.refuse(refused.problems)
        else:
            return redirect("portal_check_review", token=at.token)
    return doors.page(
        request, "references/candidate/referee.html", at, form=form, slot=slot, old=old, current=None
    )


@require_POST
@candidate_door.opens()
def remove(_request: HttpRequest, at: AtCheck, *, slot: int) -> HttpResponse:
    """Take a name back that nobody has written to."""
    nominate.remove(check_id=at.check.pk, slot=slot, now=at.now)
    return redirect("portal_check", token=at.token)


@require_http_methods(FORMS)
@candidate_door.opens()
def review(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """The very mail that each referee will get, and *Send*."""
    secret = _("(a link of their own, which only this mail has)")
    problem = ""
    if request.method == "POST":
        try:
            send.send_requests(
                check_id=at.check.pk, seen=request.POST.get("seen", ""), link=secret, now=at.now
            )
        except send.NotAsShown:
            problem = _("Something has changed since you opened this page. Please read the mails once more.")
        except send.Barred as barred:
            problem = _("%(name)s has asked not to be contacted. Please name somebody else.") % {
                "name": barred.referee.name
            }
        else:
            return redirect("portal_check", token=at.token)
    shown = send.show(at.check, now=at.now, link=secret)
    if not shown:
        return redirect("portal_check", token=at.token)
    return doors.page(
        request,
        "references/candidate/review.html",
        at,
        shown=shown,
        seen=send.fingerprint(shown),
        problem=problem,
    )


@require_http_methods(FORMS)
@candidate_door.opens()
def decline_check(request: HttpRequest, at: AtCheck) -> HttpResponse:
    """The candidate does not want to, or cannot."""
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        hint=_("Only %(recruiter)s and the hiring team read it.") % {"recruiter": at.about.recruiter.name},
    )
    if form.is_valid():
        decline.decline_check(check_id=at.check.pk, reason=form.cleaned_data["reason"], now=at.now)
        return redirect("portal_check", token=at.token)
    return doors.page(request, "references/candidate/decline.html", at, form=form)


def _may_be_replaced(at: AtCheck, old: Referee) -> bool:
    found = (person for person in queries.people(at.check, replaced=False) if person.referee.pk == old.pk)
    return any(person.may_be_replaced for person in found)

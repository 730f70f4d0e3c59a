"""The candidate's first page, the notice, their language, and declining the whole check."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts.models import Membership
from goodword.questionnaires import labels
from goodword.references import wording
from goodword.references.domain import declines, nominations, slot_changes
from goodword.references.domain.completion import RequestedReference, is_complete
from goodword.references.domain.context import CheckContext, competencies_of, day_in_words, minutes_of
from goodword.references.domain.mails import request_ref
from goodword.references.domain.self_reference import (
    asks_self_reference,
    self_reference_of,
    takes_self_reference,
)
from goodword.references.domain.slots import SlotStatus, self_reference_missing, slot_statuses
from goodword.references.flags import addresses
from goodword.references.forms import ReasonForm
from goodword.references.models import Check
from goodword.references.queries import failed_mails
from goodword.references.views import access
from goodword.references.views.access import CandidateVisit, candidate_page
from goodword.roles.models import Step
from goodword.roles.slots import ANY
from goodword.workflow.models import StepRun
from goodword.workflow.retention_notice import retention_for_candidate
from goodword.workflow.states import DONE

FORMS: Final = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, kw_only=True)
class SlotCard:
    """A slot as its card shows it. `flag`: a gentle word about the address, which is taken as it is."""

    place: SlotStatus
    heading: str
    is_any: bool
    relationship: str
    period: str
    state: str
    flag: str
    may_be_changed: bool
    may_be_replaced: bool
    may_be_questioned: bool
    #: three were named: only a member can help
    is_full: bool


@dataclass(frozen=True, kw_only=True)
class CandidateHome:
    """The first page. `stage`: "start" (nobody was written to), "missing" (there is something to do), "organisation"
    (it waits for the organisation), "waiting" (for referees), "done"."""

    stage: str
    slots: Sequence[SlotCard]
    wanted: int
    answered: int
    #: the first slot in which nobody is named
    free: int | None
    #: how many are named and not sent
    unsent: int
    held: int
    questioned: int
    #: the name of somebody who declined and was not replaced
    declined: str
    #: the name of a referee whose address reached the wrong person
    wrong_person: str
    #: "" (not asked), "asked", "needed", "done"
    own: str
    competencies: Sequence[str]
    minutes: int
    deadline: str
    #: the deadline has passed, and answers are still accepted
    is_late: bool
    #: the deadline is on hold until the organisation answers
    on_hold: bool
    reminders_left: int
    kept: str
    #: too few references are left of a completed check, because one was withdrawn
    is_short: bool


def candidate_home(check: Check, facts: CheckContext, *, now: datetime) -> CandidateHome:
    """All of it as things stand, in the language that is active."""
    places = [place for place in slot_statuses(check) if place.state != "waived"]
    requests = [place.referee.request for place in places if place.state == "out" and place.referee]
    failed = failed_mails(check, requests)
    full = nominations.full_slots(check, [place.slot for place in places])
    members = _member_addresses(check)
    cards = [_card(check, place, failed=failed, full=full, members=members) for place in places]
    if check.progress in DONE:
        cards = [card for card in cards if card.state in {"answered", "withdrawn", "sent", "begun"}]
    states = [card.state for card in cards]
    own = _self_reference_state(check, now=now)
    return CandidateHome(
        stage=_stage(check, states, own_missing=self_reference_missing(check)),
        slots=cards,
        wanted=check.wanted,
        answered=states.count("answered"),
        free=next(
            (card.place.slot.number for card in cards if card.state == "free" and not card.is_full), None
        ),
        unsent=states.count("named"),
        held=states.count("held"),
        questioned=states.count("questioned"),
        declined=_name_of_first(cards, "declined"),
        wrong_person=_name_of_first(cards, "wrong_person"),
        own=own,
        competencies=competencies_of(check),
        minutes=minutes_of(check),
        deadline=day_in_words(check.deadline_at, organisation=facts.organisation, language=facts.language),
        is_late=check.clock_stopped_at is None and check.deadline_at < now,
        on_hold=check.clock_stopped_at is not None,
        reminders_left=max(0, check.reminders_promised - check.reminders_sent),
        kept=retention_for_candidate(facts.organisation),
        is_short="withdrawn" in states and not _is_enough(check, places),
    )


def unfilled_slots(check: Check) -> list[str]:
    """Whom nobody is named for yet, each in words."""
    return [wording.one_referee(place.kind) for place in slot_statuses(check) if place.state == "free"]


def address_hint(check: Check, *, email: str, company: str) -> str:
    """A gentle word about an address that is taken all the same; empty if there is nothing to say."""
    return (
        _address_hint(check, email=email, company=company, members=_member_addresses(check)) if email else ""
    )


def _member_addresses(check: Check) -> list[str]:
    members = Membership.objects.of(check.organisation)
    return list(members.values_list("user__email", flat=True))


def _address_hint(check: Check, *, email: str, company: str, members: Collection[str]) -> str:
    organisation = check.organisation
    found = addresses.address_flag(
        addresses.NamedReferee(id=0, email=email, company=company),
        own_domains=organisation.own_domains,
        member_addresses=members,
    )
    code = found.code if found else ""
    if code == addresses.MEMBER:
        return _("This is an address at %(organisation)s. That's fine if it's correct.") % {
            "organisation": organisation.name
        }
    if code == addresses.DISPOSABLE:
        return _(
            "This looks like a temporary address. Our e-mail may not reach them; please use another if "
            "you can."
        )
    if code == addresses.FREE:
        return _("A private address is fine, but a work address is easier to trust.")
    return ""


def _card(
    check: Check, place: SlotStatus, *, failed: set[str], full: set[int], members: Collection[str]
) -> SlotCard:
    referee, state = place.referee, place.state
    if state == "out" and referee is not None:
        state = "undelivered" if request_ref(referee.request) in failed else referee.request.state
    if place.is_wrong_person:
        state = "wrong_person"
    if state == "answered" and referee is not None and referee.erased_at is not None:
        state = "withdrawn"
    known = referee if referee is not None and referee.erased_at is None else None
    open_to_names = place.state in nominations.MAY_BE_NAMED
    is_full = place.slot.number in full
    return SlotCard(
        place=place,
        heading=wording.heading(place.kind),
        is_any=place.kind == ANY,
        relationship=labels.relationships()[known.relationship] if known else "",
        period=labels.period(known.from_month, known.to_month or None) if known else "",
        state=state,
        flag=_address_hint(check, email=referee.email, company=referee.company, members=members)
        if referee and open_to_names
        else "",
        may_be_changed=open_to_names and referee is not None,
        may_be_replaced=place.state in nominations.MAY_BE_REPLACED and not is_full,
        may_be_questioned=place.state in slot_changes.MAY_BE_QUESTIONED,
        is_full=is_full,
    )


def _is_enough(check: Check, places: Sequence[SlotStatus]) -> bool:
    asked = [
        RequestedReference(
            answered=place.state == "answered" and place.referee is not None and not place.referee.erased_at,
            needed=place.is_needed,
        )
        for place in places
    ]
    return is_complete(asked, least=check.least)


def _name_of_first(cards: Sequence[SlotCard], state: str) -> str:
    return next((card.place.referee.name for card in cards if card.state == state and card.place.referee), "")


def _self_reference_state(check: Check, *, now: datetime) -> str:
    if not asks_self_reference(check):
        return ""
    own = self_reference_of(check)
    if own is not None and own.submitted_at is not None:
        return "done"
    if not takes_self_reference(check, now=now):
        return ""
    return "needed" if check.self_reference == Step.SelfReference.NEEDED else "asked"


def _stage(check: Check, states: Sequence[str], *, own_missing: bool) -> str:
    if check.progress in DONE:
        return "done"
    to_do = {"free", "named", "declined", "undelivered", "wrong_person"} & set(states)
    begun = set(states) - {"free", "named"}
    if to_do and not begun:
        return "start"
    if to_do or own_missing:
        return "missing"
    return "waiting" if {"sent", "begun"} & set(states) else "organisation"


@require_safe
@access.for_candidate(only_open=False)
def home(request: HttpRequest, at: CandidateVisit) -> HttpResponse:
    """What is asked, why, by when and who reads it; who is named; after *Send* who has answered; at the end thanks."""
    if at.check.progress == StepRun.Progress.DECLINED:
        return candidate_page(request, "references/candidate/declined.html", at)
    shown = candidate_home(at.check, at.context, now=at.now)
    return candidate_page(request, "references/candidate/home.html", at, shown=shown, is_open=at.is_open)


@require_safe
@access.for_candidate(only_open=False)
def notice(request: HttpRequest, at: CandidateVisit) -> HttpResponse:
    """What is kept of the candidate and their referees, who reads it, how long, and what rights they have."""
    shown = candidate_home(at.check, at.context, now=at.now)
    return candidate_page(request, "references/candidate/notice.html", at, shown=shown)


@require_POST
@access.for_candidate(only_open=False)
def language(request: HttpRequest, at: CandidateVisit) -> HttpResponse:
    """Back to the page where another language was chosen; access.py has stored which."""
    back, home_url = request.POST.get("back", ""), reverse("portal", args=[at.token])
    inside = back.startswith(home_url) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if inside else home_url)


@require_http_methods(FORMS)
@access.for_candidate()
def decline_check(request: HttpRequest, at: CandidateVisit) -> HttpResponse:
    """The candidate does not want to, or cannot."""
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        hint=_("Only %(recruiter)s and the hiring team read it.") % {"recruiter": at.context.recruiter.name},
    )
    if not at.switched and form.is_valid():
        declines.decline_check(check_id=at.check.pk, reason=form.cleaned_data["reason"], now=at.now)
        return redirect("portal_check", token=at.token)
    return candidate_page(request, "references/candidate/decline.html", at, form=form, form_id="decline")

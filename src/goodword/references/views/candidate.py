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
from goodword.questionnaires.domain.versions import minutes_of_version
from goodword.references import wording
from goodword.references.domain import nominations, slot_changes
from goodword.references.domain.checks import (
    CheckContext,
    SlotStatus,
    asks_only,
    competencies_of,
    deadline_in_words,
    hire_closes,
    self_reference_missing,
    slot_statuses,
    version_of,
)
from goodword.references.domain.completion import RequestedReference, is_complete
from goodword.references.domain.reminders import is_stopped
from goodword.references.domain.requests import decline_check as decline
from goodword.references.domain.self_reference import (
    asks_self_reference,
    self_reference_of,
    takes_self_reference,
)
from goodword.references.flags import rules
from goodword.references.forms import ReasonForm
from goodword.references.models import Check, ReferenceRequest
from goodword.references.queries import failed_mails
from goodword.references.views import access
from goodword.references.views.access import CandidateVisit, candidate_page
from goodword.roles.models import Step
from goodword.roles.slots import ANY
from goodword.workflow.models import DONE, StepRun
from goodword.workflow.portal import open_step_url
from goodword.workflow.retention_wording import retention_for_candidate

FORMS: Final = ["GET", "HEAD", "POST"]
#: states of cards that need the candidate
TO_DO: Final = frozenset({"free", "named", "declined", "undelivered", "wrong_person"})


@dataclass(frozen=True, kw_only=True)
class SlotCard:
    status: SlotStatus
    heading: str
    is_any: bool
    relationship: str
    period: str
    state: str
    flag: str
    may_be_changed: bool
    may_be_replaced: bool
    may_be_questioned: bool
    #: the slot takes no more nominations
    is_full: bool


@dataclass(frozen=True, kw_only=True)
class CandidateHome:
    """`stage`: "start" (nothing sent), "missing" (to do), "organisation", "waiting" (for referees) or "done"."""

    stage: str
    slots: Sequence[SlotCard]
    wanted: int
    answered: int
    free: int | None
    unsent: int
    deferred: int
    questioned: int
    #: name of a referee who declined and was not replaced
    declined: str
    #: name of a referee whose address belongs to somebody else
    wrong_person: str
    #: "", "asked", "needed" or "done"
    self_reference: str
    #: nothing else is missing
    only_self_reference: bool
    competencies: Sequence[str]
    #: the questionnaire has nothing to confirm
    asks_only: bool
    minutes: int
    deadline: str
    is_late: bool
    #: the next date in our e-mails to referees who have yet to answer, and whether it has passed
    answers_due: str
    answers_late: bool
    referees_reminded: bool
    on_hold: bool
    #: a hire closes the check, so that deferred e-mails are sent only if a member releases them
    hire_closes: bool
    reminders_left: int
    kept: str
    #: completed, but a reference has been withdrawn since
    is_short: bool


def candidate_home(check: Check, facts: CheckContext, *, now: datetime) -> CandidateHome:
    statuses = [status for status in slot_statuses(check) if status.state != "waived"]
    requests = [status.referee.request for status in statuses if status.state == "out" and status.referee]
    failed = failed_mails(check, requests)
    full = nominations.full_slots(check, [status.slot for status in statuses])
    members = _member_addresses(check)
    cards = [_card(check, status, failed=failed, full=full, members=members) for status in statuses]
    if check.progress in DONE:
        cards = [card for card in cards if card.state in {"answered", "withdrawn", "sent", "begun"}]
    states = [card.state for card in cards]
    self_reference = _self_reference_state(check, now=now)
    due = _answers_due(check, requests, now=now)
    stage = _stage(check, states, lacks_self_reference=self_reference_missing(check))
    return CandidateHome(
        stage=stage,
        slots=cards,
        wanted=check.wanted,
        answered=states.count("answered"),
        free=next(
            (card.status.slot.number for card in cards if card.state == "free" and not card.is_full), None
        ),
        unsent=states.count("named"),
        deferred=states.count("deferred"),
        questioned=states.count("questioned"),
        declined=_name_of_first(cards, "declined"),
        wrong_person=_name_of_first(cards, "wrong_person"),
        self_reference=self_reference,
        only_self_reference=(stage == "missing" and self_reference == "needed" and TO_DO.isdisjoint(states)),
        competencies=competencies_of(check),
        asks_only=asks_only(check),
        minutes=minutes_of_version(version_of(check)),
        deadline=deadline_in_words(
            check.deadline_at, organisation=facts.organisation, language=facts.language
        ),
        is_late=check.clock_stopped_at is None and check.deadline_at < now,
        answers_due=deadline_in_words(due, organisation=facts.organisation, language=facts.language),
        answers_late=due < now,
        referees_reminded=not is_stopped(check)
        and any(
            request.next_reminder_at and request.next_reminder_at <= request.deadline_at
            for request in requests
        ),
        on_hold=check.clock_stopped_at is not None,
        hire_closes=hire_closes(check),
        reminders_left=max(0, check.reminders_promised - check.reminders_sent),
        kept=retention_for_candidate(facts.organisation),
        is_short="withdrawn" in states and not _is_enough(check, statuses),
    )


def _answers_due(check: Check, requests: Sequence[ReferenceRequest], *, now: datetime) -> datetime:
    """Return when answers are due. Referees have their own deadlines, usually earlier than the check's."""
    days = [request.deadline_at for request in requests]
    return min((day for day in days if day >= now), default=max(days, default=check.deadline_at))


def unfilled_slots(check: Check) -> list[str]:
    return [wording.one_referee(status.kind) for status in slot_statuses(check) if status.state == "free"]


def address_hint(check: Check, *, email: str, company: str) -> str:
    return (
        _address_hint(check, email=email, company=company, members=_member_addresses(check)) if email else ""
    )


def _member_addresses(check: Check) -> list[str]:
    members = Membership.objects.of(check.organisation)
    return list(members.values_list("user__email", flat=True))


def _address_hint(check: Check, *, email: str, company: str, members: Collection[str]) -> str:
    organisation = check.organisation
    found = rules.address_flag(
        rules.NamedReferee(id=0, email=email, company=company),
        own_domains=organisation.own_domains,
        member_addresses=members,
    )
    code = found.code if found else ""
    if code == rules.MEMBER:
        return _("This is an address at %(organisation)s. That's fine if it's correct.") % {
            "organisation": organisation.name
        }
    if code == rules.DISPOSABLE:
        return _(
            "This looks like a temporary address. Our e-mail may not reach them; please use another if "
            "you can."
        )
    if code == rules.FREE:
        return _("A personal address is fine, but a work address is easier to trust.")
    return ""


def _card(
    check: Check, status: SlotStatus, *, failed: set[str], full: set[int], members: Collection[str]
) -> SlotCard:
    referee, state = status.referee, status.state
    if state == "out" and referee is not None:
        state = "undelivered" if referee.request.mail_ref in failed else referee.request.state
    if status.is_wrong_person:
        state = "wrong_person"
    if state == "answered" and referee is not None and referee.erased_at is not None:
        state = "withdrawn"
    known = referee if referee is not None and referee.erased_at is None else None
    open_to_names = status.state in nominations.MAY_BE_NAMED
    is_full = status.slot.number in full
    return SlotCard(
        status=status,
        heading=wording.heading(status.kind),
        is_any=status.kind == ANY,
        relationship=labels.relationships()[known.relationship] if known else "",
        period=labels.period(known.from_month, known.to_month or None) if known else "",
        state=state,
        flag=_address_hint(check, email=referee.email, company=referee.company, members=members)
        if referee and open_to_names
        else "",
        may_be_changed=open_to_names and referee is not None,
        may_be_replaced=status.state in nominations.MAY_BE_REPLACED and not is_full,
        may_be_questioned=status.state in slot_changes.MAY_BE_QUESTIONED,
        is_full=is_full,
    )


def _is_enough(check: Check, statuses: Sequence[SlotStatus]) -> bool:
    asked = [
        RequestedReference(
            answered=status.state == "answered"
            and status.referee is not None
            and not status.referee.erased_at,
            needed=status.is_needed,
        )
        for status in statuses
    ]
    return is_complete(asked, least=check.least)


def _name_of_first(cards: Sequence[SlotCard], state: str) -> str:
    return next(
        (card.status.referee.name for card in cards if card.state == state and card.status.referee), ""
    )


def _self_reference_state(check: Check, *, now: datetime) -> str:
    if not asks_self_reference(check):
        return ""
    own = self_reference_of(check)
    if own is not None and own.submitted_at is not None:
        return "done"
    if not takes_self_reference(check, now=now):
        return ""
    return "needed" if check.self_reference == Step.SelfReference.NEEDED else "asked"


def _stage(check: Check, states: Sequence[str], *, lacks_self_reference: bool) -> str:
    if check.progress in DONE:
        return "done"
    to_do = TO_DO & set(states)
    begun = set(states) - {"free", "named"}
    if to_do and not begun:
        return "start"
    if to_do or lacks_self_reference:
        return "missing"
    return "waiting" if {"sent", "begun"} & set(states) else "organisation"


@require_safe
@access.for_candidate(only_open=False)
def home(request: HttpRequest, visit: CandidateVisit) -> HttpResponse:
    if visit.check.progress == StepRun.Progress.DECLINED:
        assessment_url = open_step_url(
            visit.context.application, kind=Step.Kind.ASSESSMENT, token=visit.token, now=visit.now
        )
        return candidate_page(
            request, "references/candidate/declined.html", visit, assessment_url=assessment_url
        )
    shown = candidate_home(visit.check, visit.context, now=visit.now)
    return candidate_page(
        request, "references/candidate/home.html", visit, shown=shown, is_open=visit.is_open
    )


@require_safe
@access.for_candidate(only_open=False)
def notice(request: HttpRequest, visit: CandidateVisit) -> HttpResponse:
    shown = candidate_home(visit.check, visit.context, now=visit.now)
    return candidate_page(request, "references/candidate/notice.html", visit, shown=shown)


@require_POST
@access.for_candidate(only_open=False)
def language(request: HttpRequest, visit: CandidateVisit) -> HttpResponse:
    back, home_url = request.POST.get("back", ""), reverse("portal", args=[visit.token])
    inside = back.startswith(home_url) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if inside else home_url)


@require_http_methods(FORMS)
@access.for_candidate()
def decline_check(request: HttpRequest, visit: CandidateVisit) -> HttpResponse:
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        hint=_("Only the recruiting and hiring team read it."),
    )
    if not visit.switched and form.is_valid():
        decline(check_id=visit.check.pk, reason=form.cleaned_data["reason"], now=visit.now)
        return redirect("portal_check", token=visit.token)
    return candidate_page(request, "references/candidate/decline.html", visit, form=form, form_id="decline")

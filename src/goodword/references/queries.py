"""Checks as members see them: the overview, and for the candidate's page, each referee's answers about working together
again, dates and title."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy

from goodword.candidates.models import Application
from goodword.core.addresses import normalised
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.core.report_blocks import OutcomeAnswer, OutcomeRow
from goodword.notifications.domain.bounces import complaints
from goodword.notifications.models import Email
from goodword.questionnaires import labels
from goodword.references import wording
from goodword.references.domain.checks import SlotStatus, is_running, slot_statuses, waits_for_candidate
from goodword.references.models import Check, Referee, Reference, ReferenceRequest, SelfReference, Slot
from goodword.references.results import (
    QuestionResult,
    ReceivedReference,
    ReferenceAnswer,
    Results,
    VerifiedFact,
)
from goodword.roles.models import Step
from goodword.workflow.domain.runs import MAIL_FAILURES
from goodword.workflow.models import REOPENED, status, takes_answers

#: relationship -> letter and what it stands for
LETTERS: Final = {
    "manager": ("M", gettext_lazy("manager")),
    "peer": ("Co", gettext_lazy("colleague")),
    "direct_report": ("D", gettext_lazy("direct report")),
    "client": ("Cl", gettext_lazy("client")),
    "teacher": ("T", gettext_lazy("teacher")),
    "fellow_student": ("F", gettext_lazy("fellow student")),
    "other": ("O", gettext_lazy("other")),
}


def check_outcome(found: Results) -> list[OutcomeRow]:
    return [row for row in (_work_again(found), _dates_and_title(found)) if row is not None]


def letter(who: ReceivedReference) -> str:
    return LETTERS[who.relationship_id][0]


def _who(who: ReceivedReference) -> tuple[str, str]:
    return letter(who), f"{who.name}, {LETTERS[who.relationship_id][1]}"


def _work_again(found: Results) -> OutcomeRow | None:
    questions = [result for result in found.questions if result.asks_work_again]
    answered: set[str] = set()
    by_answer: dict[str, list[ReceivedReference]] = {
        label: [] for question in questions for _, label in question.options
    }
    for question in questions:
        for answer in _of_referees(question):
            if answer.by.id not in answered:  # the first counts, as in `work_again_questions`
                answered.add(answer.by.id)
                by_answer.setdefault(answer.words, []).append(answer.by)
    answers = [
        OutcomeAnswer(text, [_who(reference) for reference in by]) for text, by in by_answer.items() if by
    ]
    return OutcomeRow(gettext("Would work together again"), answers) if answers else None


def _dates_and_title(found: Results) -> OutcomeRow | None:
    people = {reference.id: reference for reference in found.references}
    facts: dict[str, list[VerifiedFact]] = {}
    for fact in found.verification:
        # a fact that the candidate had not stated can't differ
        if fact.kind != "relationship_confirm" and fact.stated:
            facts.setdefault(fact.reference, []).append(fact)
    differ = [people[pk] for pk, of_one in facts.items() if _verdict(of_one) == "corrected"]
    unsure = [people[pk] for pk, of_one in facts.items() if _verdict(of_one) == "unsure"]
    confirmed = [people[pk] for pk, of_one in facts.items() if _verdict(of_one) == "confirmed"]
    answers = [
        OutcomeAnswer(text, [_who(reference) for reference in by], differs=by is differ)
        for text, by in (
            (gettext("Confirmed"), confirmed),
            (gettext("Not sure"), unsure),
            (gettext("Differ"), differ),
        )
        if by
    ]
    return OutcomeRow(gettext("Dates and title"), answers) if answers else None


def _verdict(facts: Sequence[VerifiedFact]) -> str:
    verdicts = {fact.verdict for fact in facts}
    return next((verdict for verdict in ("corrected", "unsure") if verdict in verdicts), "confirmed")


def _of_referees(question: QuestionResult) -> list[ReferenceAnswer]:
    return [answer for answer in question.answers if not answer.by.is_self]


def latest_check(application: Application) -> Check | None:
    return next(iter(checks_of(application)), None)


def checks_of(application: Application) -> list[Check]:
    """The latest first."""
    return _checks(application.organisation, application.pk)


@compiled
def _checks(organisation: HasPk, application_id: int) -> QuerySet[Check]:
    rows = Check.objects.of(organisation).filter(step_request__application_id=application_id)
    return rows.select_related(
        "step_request__step", "step_request__application__candidate", "version__questionnaire", "organisation"
    ).order_by("-pk")


def progress(check: Check) -> tuple[int, int]:
    answered = Reference.objects.of(check.organisation).filter(request__check_run=check).count()
    return answered, check.wanted


def failed_mails(check: Check, requests: Sequence[ReferenceRequest]) -> set[str]:
    """The `mail_ref`s of requests whose mails all failed."""
    refs = [request.mail_ref for request in requests]
    mails = Email.objects.of(check.organisation).filter(subject_ref__in=refs)
    known = set(mails.values_list("subject_ref", "state"))
    failed = {ref for ref, state in known if state == Email.State.FAILED}
    arrived = {ref for ref, state in known if state == Email.State.SENT}
    return failed - arrived


#: attention codes that stop reminders
UNSENT = MAIL_FAILURES | {REOPENED}
_ASKED = frozenset({"out", "undelivered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOverview:
    """`state`: as in SlotStatus, or "replaced" or "ended". `trouble`: "returned" (mail bounces), "failed", or "".
    `marked_as_spam`: the referee marked our mail, so no more is sent."""

    slot: Slot | None
    asked: str
    referee: Referee | None
    request: ReferenceRequest | None
    relationship: str
    letter: str
    period: str
    state: str
    since: datetime | None
    trouble: str
    marked_as_spam: bool
    factual: bool
    late: bool
    is_overdue: bool
    is_unsent: bool
    may_remind: bool
    may_correct: bool
    may_release: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOverview:
    """`self_reference`: "off", "asked", "begun" or "in". `waits_for`: "you", "candidate", "referees" or "offer"."""

    check: Check
    slots: Sequence[SlotOverview]
    former: Sequence[SlotOverview]
    questioned: Sequence[SlotOverview]
    self_reference: str
    self_reference_needed: bool
    self_reference_since: datetime | None
    waits_for: Sequence[str]
    is_running: bool
    is_overdue: bool
    may_mark: bool
    may_remind: bool


def check_overview(check: Check, *, now: datetime) -> CheckOverview:
    """Return the overview of a check. Seven queries, however many referees there are."""
    statuses = slot_statuses(check)
    everybody = list(
        Referee.objects.of(check.organisation)
        .select_related("request__reference")
        .filter(check_run=check)
        .order_by("slot", "pk")
    )
    by_id = {referee.pk: referee for referee in everybody}
    failed = failed_mails(check, [row.request for row in everybody if hasattr(row, "request")])
    application_id = check.step_request.application_id
    complained = {address for _, address in complaints(check.organisation, [application_id])}
    running = is_running(check)
    slots = [
        _slot_overview(
            by_id.get(slot_status.referee.pk) if slot_status.referee else None,
            check=check,
            slot_status=slot_status,
            failed=failed,
            complained=complained,
            running=running,
            now=now,
        )
        for slot_status in statuses
    ]
    former = [
        _slot_overview(
            referee,
            check=check,
            slot_status=None,
            failed=failed,
            complained=complained,
            running=False,
            now=now,
        )
        for referee in everybody
        if referee.replaced_at is not None
    ]
    self_reference, self_reference_since = _self_reference(check)
    self_reference_needed = check.self_reference == Step.SelfReference.NEEDED
    waits = (
        _waits_for(statuses, lacks_self_reference=self_reference_needed and self_reference != "in")
        if running
        else []
    )
    overdue = running and status(check, now=now) == "overdue"
    return CheckOverview(
        check=check,
        slots=slots,
        former=former,
        questioned=[slot for slot in slots if slot.state == "questioned"],
        self_reference=self_reference,
        self_reference_needed=self_reference_needed,
        self_reference_since=self_reference_since,
        waits_for=waits,
        is_running=running,
        is_overdue=overdue,
        may_mark=running and any(slot.state == "answered" for slot in slots),
        may_remind="candidate" in waits
        and check.clock_stopped_at is None
        and not overdue
        and check.invited_at is not None
        and check.paused_at is None
        and check.attention not in UNSENT
        and normalised(check.step_request.application.candidate.email) not in complained
        and check.reminders_sent < check.reminders_promised,
    )


def _waits_for(statuses: Sequence[SlotStatus], *, lacks_self_reference: bool) -> list[str]:
    states = {slot_status.state for slot_status in statuses}
    found = ["you"] if "questioned" in states else []
    if waits_for_candidate(statuses, lacks_self_reference=lacks_self_reference):
        found.append("candidate")
    if "out" in states:
        found.append("referees")
    if not found and "deferred" in states:
        found.append("offer")
    return found


def _slot_overview(
    referee: Referee | None,
    *,
    check: Check,
    slot_status: SlotStatus | None,
    failed: set[str],
    complained: set[str],
    running: bool,
    now: datetime,
) -> SlotOverview:
    request: ReferenceRequest | None = getattr(referee, "request", None)
    reference = getattr(request, "reference", None)
    state, since = _state(referee, request, slot_status)
    asked = running and request is not None and request.is_out and slot_status is not None
    trouble = _trouble(request, failed) if asked or state in _ASKED else ""
    marked_as_spam = asked and referee is not None and normalised(referee.email) in complained
    left = request.reminders_promised - request.reminders_sent if request else 0
    unsent = request is not None and request.is_out and request.invited_at is None and state == "out"
    overdue = (
        request is not None
        and request.is_out
        and request.invited_at is not None
        and state in _ASKED
        and request.deadline_at < now
    )
    overdue_now = overdue and takes_answers(check, now=now)
    return SlotOverview(
        slot=slot_status.slot if slot_status else None,
        asked=wording.for_member(slot_status.slot.relationship) if slot_status else "",
        referee=referee,
        request=request,
        relationship=labels.relationships()[referee.relationship]
        if referee and not referee.erased_at
        else "",
        letter=LETTERS[referee.relationship][0] if referee and not referee.erased_at else "",
        period=labels.period(referee.from_month, referee.to_month or None)
        if referee and referee.from_month
        else "",
        state=state,
        since=request.deadline_at if overdue_now and request and not trouble else since,
        trouble=trouble,
        marked_as_spam=marked_as_spam,
        factual=reference.factual if reference else False,
        late=reference.late if reference else False,
        is_overdue=overdue_now,
        is_unsent=unsent and not trouble,
        may_remind=asked
        and not unsent
        and check.paused_at is None
        and not trouble
        and not marked_as_spam
        and not overdue
        and left > 0,
        may_correct=asked,
        may_release=running and state == "deferred",
    )


def _state(
    referee: Referee | None, request: ReferenceRequest | None, slot_status: SlotStatus | None
) -> tuple[str, datetime | None]:
    if slot_status is None:
        return "replaced", referee.replaced_at if referee else None
    slot = slot_status.slot
    if slot_status.state == "questioned":
        return "questioned", slot.cannot_at
    if slot_status.state == "waived":
        return "waived", slot.answered_at
    if referee is None:
        return "free", None
    if request is None:
        return slot_status.state, referee.deferred_at or referee.created_at
    if request.state == ReferenceRequest.State.ENDED:
        return "ended", request.settled_at
    if request.undelivered_at is not None and request.is_out:
        return "undelivered", request.undelivered_at
    if request.state == ReferenceRequest.State.BEGUN:
        return "begun", request.begun_at
    return slot_status.state, request.settled_at or request.sent_at


def _trouble(request: ReferenceRequest | None, failed: set[str]) -> str:
    if request is None:
        return ""
    if request.undelivered_at is not None:
        return "returned"
    return "failed" if request.mail_ref in failed else ""


def _self_reference(check: Check) -> tuple[str, datetime | None]:
    if check.self_reference == Step.SelfReference.OFF:
        return "off", None
    own = SelfReference.objects.of(check.organisation).filter(check_run=check).first()
    if own is None:
        return "asked", check.opened_at
    return ("in", own.submitted_at) if own.submitted_at else ("begun", own.begun_at)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from django.utils import translation
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.domain.people import choose_language
from goodword.candidates.models import Application, Candidate, public_title, recruiter_of
from goodword.core.addresses import Correspondent
from goodword.core.text import written_weekday, written_weekday_time
from goodword.core.workdays import end_of_working_day, restarted_deadline
from goodword.notifications.domain.mail_texts import about_minutes
from goodword.questionnaires.domain.versions import in_language, minutes_of_version, stored_questions
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.questions import applicable, fill_placeholders
from goodword.questionnaires.types import CONFIRMING, Question, Stated
from goodword.references.domain.reminder_times import plan_candidate_reminder
from goodword.references.models import OPEN_STATES, Check, Referee, ReferenceRequest, SelfReference, Slot
from goodword.roles.models import Step
from goodword.workflow.domain.eligibility import closing_outcome
from goodword.workflow.domain.runs import Refused, complaint_code, lock_for_member
from goodword.workflow.models import DONE, is_open, lock, takes_answers
from goodword.workflow.portal import first_offered

State = ReferenceRequest.State
AWAITING_CANDIDATE: Final = frozenset({"free", "named", "declined", "undelivered"})
#: form field added by ui/js/zone.js
ZONE_FIELD = "tz"
#: attention code: a member has to answer *I can't name anyone*
CANNOT_PROVIDE = "cannot_provide"


class CheckClosed(Exception):
    """The check or request takes no more answers, or was erased."""


def lock_open_check(check_id: int, *, now: datetime) -> Check:
    check = lock(Check, check_id)
    refuse_if_check_over(check, now=now)
    return check


def refuse_if_check_over(check: Check, *, now: datetime) -> None:
    """Raise Closed if the check no longer takes answers, which it does for at most 30 days past the deadline."""
    if not takes_answers(check, now=now):
        raise CheckClosed


def lock_request(request_id: int) -> tuple[Check, ReferenceRequest]:
    """Lock a check and then its request. All code uses this order, to avoid deadlocks. Raises CheckClosed if the
    referee was erased."""
    rows = ReferenceRequest.objects.across_organisations().filter(pk=request_id)
    check_id = rows.values_list("check_run_id", flat=True).first()
    if check_id is None:
        raise CheckClosed
    check = lock(Check, check_id)
    request = rows.select_for_update(of=("self",), no_key=True).select_related("referee").first()
    if request is None or request.referee.erased_at is not None:
        raise CheckClosed
    return check, request


def lock_open_request(request_id: int, *, now: datetime) -> tuple[Check, ReferenceRequest]:
    check, request = lock_request(request_id)
    refuse_if_request_over(check, request, now=now)
    return check, request


def refuse_if_request_over(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    if not request_takes_answers(check, request, now=now):
        raise CheckClosed


def request_takes_answers(check: Check, request: ReferenceRequest, *, now: datetime) -> bool:
    """Whether the request can be answered. While the check is unfinished: as long as it takes answers. Once it is done:
    until the request's own deadline, unless the application's outcome closes the step."""
    if not request.is_out or check.closed_at is not None:
        return False
    if check.progress in DONE:
        return now <= request.deadline_at and not closing_outcome(check, check.step_request.application)
    return takes_answers(check, now=now)


def lock_request_for_member(request_id: int, *, member: Membership) -> tuple[Check, ReferenceRequest]:
    requests = ReferenceRequest.objects.of(member.organisation)
    check_id = requests.values_list("check_run_id", flat=True).get(pk=request_id)
    check = lock_for_member(Check, check_id, member=member)
    locked = requests.select_for_update(of=("self",), no_key=True).select_related("referee")
    return check, locked.get(pk=request_id)


def refuse_unless_open(check: Check) -> None:
    if check.progress in DONE:
        raise Refused(_("This reference check is done."))
    if not is_open(check):
        raise Refused(_("This reference check is closed. Invite again to reopen it."))
    if closing_outcome(check, check.step_request.application):
        raise Refused(_("This reference check was closed because the application has ended."))


def is_running(check: Check) -> bool:
    return is_open(check) and not closing_outcome(check, check.step_request.application)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotStatus:
    """`state`: "free", "named" (not sent), "deferred" (until an offer), "out" (asked), "undelivered" (mail bounces),
    "answered", "declined", "questioned" (*I can't name anyone* awaits an answer) or "waived"."""

    slot: Slot
    referee: Referee | None
    state: str

    @property
    def kind(self) -> str:
        return self.slot.relationship

    @property
    def is_wrong_person(self) -> bool:
        request = getattr(self.referee, "request", None)
        return self.state == "declined" and request is not None and request.is_wrong_person

    @property
    def is_needed(self) -> bool:
        return self.slot.needed and not self.slot.is_waived


def slot_statuses(check: Check) -> list[SlotStatus]:
    slots = Slot.objects.of(check.organisation).filter(check_run=check).order_by("number")
    present = Referee.objects.of(check.organisation).filter(check_run=check, replaced_at=None)
    in_slot = {referee.slot: referee for referee in present.select_related("request")}
    return [
        SlotStatus(
            slot=slot, referee=in_slot.get(slot.number), state=_slot_state(slot, in_slot.get(slot.number))
        )
        for slot in slots
    ]


def slot_status(check: Check, number: int) -> SlotStatus | None:
    return next((status for status in slot_statuses(check) if status.slot.number == number), None)


def self_reference_missing(check: Check) -> bool:
    if check.self_reference != Step.SelfReference.NEEDED:
        return False
    own = SelfReference.objects.of(check.organisation).filter(check_run=check)
    return not own.exclude(submitted_at=None).exists()


def waits_for_candidate(statuses: Sequence[SlotStatus], *, lacks_self_reference: bool) -> bool:
    """Whether the candidate has to name a referee, send a request, or complete the self-reference."""
    return lacks_self_reference or any(status.state in AWAITING_CANDIDATE for status in statuses)


def waits_for_organisation(statuses: Sequence[SlotStatus], *, lacks_self_reference: bool) -> bool:
    """Whether the deadline is on hold: no request is open, and either *I can't name anyone* awaits an answer or only
    deferred referees are left."""
    states = {status.state for status in statuses}
    if "out" in states:
        return False
    if "questioned" in states:
        return True
    return "deferred" in states and not waits_for_candidate(
        statuses, lacks_self_reference=lacks_self_reference
    )


def hire_closes(check: Check) -> bool:
    return check.step_request.step.on_hire == Step.OnClose.CLOSE


def waits_for_offer(check: Check) -> bool:
    """Whether the deadline is on hold because only deferred referees are left."""
    return check.clock_stopped_at is not None and not any(
        status.state == "questioned" for status in slot_statuses(check)
    )


def _slot_state(slot: Slot, referee: Referee | None) -> str:
    if slot.is_waived:
        return "waived"
    request = getattr(referee, "request", None)
    if request is not None and request.state == State.ANSWERED:
        return "answered"
    if request is not None and request.is_out and request.undelivered_at is None:
        return "out"  # even if questioned: it bounced, and was then sent again
    if slot.is_questioned:
        return "questioned"
    if referee is None:
        return "free"
    if request is None:
        return "deferred" if referee.deferred_at is not None else "named"
    return "undelivered" if request.is_out else "declined"


def referee_deadline(check: Check, *, now: datetime, days: int | None = None) -> datetime:
    """`days`: working days; by default as the step is set now."""
    days = days or check.step_request.step.referee_deadline_days
    return end_of_working_day(now, days, calendar=check.organisation.calendar)


def store_time_zone(row: Check | ReferenceRequest, name: str) -> bool:
    """Store the time zone of a candidate (on the check) or a referee (on the request), once. Returns whether it was
    stored."""
    if row.time_zone or name not in _known_zones():
        return False
    row.time_zone = name
    if isinstance(row, Check):
        return bool(Check.objects.of(row.organisation).filter(pk=row.pk, time_zone="").update(time_zone=name))
    requests = ReferenceRequest.objects.of(row.organisation)
    return bool(requests.filter(pk=row.pk, time_zone="").update(time_zone=name))


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})


def update_check(check: Check, *, now: datetime, asked_at: datetime | None = None) -> None:
    """Set and save what follows from the slots: the check's clock, its attention and the candidate's next reminder.
    Call this after every change of a slot, referee or request, with the check locked. `asked_at`: when the candidate
    was asked for something new; the remaining reminders are counted from then."""
    statuses, lacks_self_reference = slot_statuses(check), self_reference_missing(check)
    questioned = any(status.state == "questioned" for status in statuses)
    if check.attention in {"", CANNOT_PROVIDE} and questioned and is_open(check):
        check.attention = CANNOT_PROVIDE
    elif check.attention == CANNOT_PROVIDE:
        check.attention = complaint_code(check.step_request.application) if is_open(check) else ""
    on_hold = is_open(check) and waits_for_organisation(statuses, lacks_self_reference=lacks_self_reference)
    if on_hold and check.clock_stopped_at is None:
        # the candidate may have waited since before, while other referees were being asked
        check.clock_stopped_at = _not_given_back(check, since=min([now, *_questioned_at(statuses)]))
    elif not on_hold and check.clock_stopped_at is not None:
        give_back_wait(check, since=check.clock_stopped_at, now=now)
        check.clock_stopped_at = None
    check.deadline_at = max([check.deadline_at, *_request_deadlines(check)])
    plan_candidate_reminder(
        check,
        wanted=waits_for_candidate(statuses, lacks_self_reference=lacks_self_reference) and not on_hold,
        now=now,
        asked_at=asked_at,
    )
    check.save()


def _questioned_at(statuses: Sequence[SlotStatus]) -> list[datetime]:
    """When each unanswered *I can't name anyone* was sent."""
    return [
        status.slot.cannot_at for status in statuses if status.state == "questioned" and status.slot.cannot_at
    ]


def waits_since(check: Check) -> datetime | None:
    """Since when the candidate has been waiting for the organisation, even if open requests keep the clock running."""
    return check.clock_stopped_at or min(_questioned_at(slot_statuses(check)), default=None)


def give_back_wait(check: Check, *, since: datetime, now: datetime) -> None:
    """Extend the deadline by the time that the candidate has waited for the organisation, without saving. Overlapping
    waits count once."""
    check.deadline_at = restarted_deadline(
        check.deadline_at,
        stopped_at=_not_given_back(check, since=since),
        now=now,
        calendar=check.organisation.calendar,
    )
    check.waited_until = now


def end_wait(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    """Give back the time for which *I can't name anyone* has waited for an answer, since the request is about to be
    sent again. `update_check` does so if the clock was stopped. If the request bounces again or is declined, the time
    in between is given back too: the question is still unanswered, and its page says that the time until the answer
    doesn't count."""
    status, since = slot_status(check, request.referee.slot), waits_since(check)
    is_questioned = status is not None and status.state == "questioned"
    if is_questioned and since is not None and check.clock_stopped_at is None:
        give_back_wait(check, since=since, now=now)


def _not_given_back(check: Check, *, since: datetime) -> datetime:
    return max(since, check.waited_until or since)


def candidate_is_asked(check: Check) -> bool:
    statuses, lacks_self_reference = slot_statuses(check), self_reference_missing(check)
    return (
        is_open(check)
        and waits_for_candidate(statuses, lacks_self_reference=lacks_self_reference)
        and not waits_for_organisation(statuses, lacks_self_reference=lacks_self_reference)
    )


def _request_deadlines(check: Check) -> list[datetime]:
    rows = ReferenceRequest.objects.of(check.organisation).filter(check_run=check, state__in=OPEN_STATES)
    return list(rows.values_list("deadline_at", flat=True))


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    application: Application
    candidate: Candidate
    organisation: Organisation
    recruiter: Correspondent
    title: str
    language: str


def check_context(check: Check, *, language: str = "") -> CheckContext:
    """`language`: for mails to referees, the language of their request; by default the candidate's."""
    application = (
        Application.objects.of(check.organisation)
        .select_related("candidate", "role__owner__user", "organisation")
        .get(pk=check.step_request.application_id)
    )
    return CheckContext(
        application=application,
        candidate=application.candidate,
        organisation=application.organisation,
        recruiter=recruiter_of(application),
        title=public_title(application),
        language=language or candidate_language(check, application.candidate),
    )


def version_of(check: Check, *, language: str = "") -> QuestionnaireVersion:
    return in_language(check.version, language or check.language)


def questions_of(check: Check, *, language: str = "", relationship: str = "") -> tuple[Question, ...]:
    """Return the questions with the candidate's name filled in. With `relationship`, only questions for referees with
    that relationship, whatever the answers."""
    version = version_of(check, language=language)
    questions = applicable(stored_questions(version), relationship=relationship)
    return fill_placeholders(
        questions, candidate=check.step_request.application.candidate.name, language=version.language
    )


def competencies_of(check: Check, *, language: str = "") -> list[str]:
    named = (getattr(question, "competency", "") for question in questions_of(check, language=language))
    return list(dict.fromkeys(name for name in named if name))


def asks_only(check: Check) -> bool:
    """Whether the questionnaire has no question that confirms what the candidate stated."""
    return not any(isinstance(question, CONFIRMING) for question in stored_questions(version_of(check)))


def stated_of(referee: Referee) -> Stated:
    return Stated(
        relationship=referee.relationship,
        company=referee.company,
        title=referee.candidate_title,
        from_month=referee.from_month or None,
        to_month=referee.to_month or None,
    )


def day_in_words(moment: datetime, *, organisation: Organisation, language: str) -> str:
    """Format the day in the organisation's time zone: "Tuesday 24 November", "Dienstag, 24. November"."""
    with translation.override(language):
        return written_weekday(moment.astimezone(organisation.zone))


def deadline_in_words(moment: datetime, *, organisation: Organisation, language: str) -> str:
    """For example "Tuesday 24 November, 23:59 (CET)", since the reader may be in another time zone."""
    with translation.override(language):
        return written_weekday_time(moment.astimezone(organisation.zone))


def mail_context(facts: CheckContext, check: Check) -> Mapping[str, object]:
    minutes = minutes_of_version(version_of(check, language=facts.language))
    with translation.override(facts.language):
        duration = about_minutes(minutes)
    return {
        "candidate": facts.candidate.name,
        "first_name": facts.candidate.short_name,
        "title": facts.title,
        "wanted": check.wanted,
        "minutes": minutes,
        "duration": duration,
        "deadline": deadline_in_words(
            check.deadline_at, organisation=facts.organisation, language=facts.language
        ),
        "watched": facts.organisation.watches_devices,
    }


def candidate_language(check: Check, candidate: Candidate, *, browser: Sequence[str] = ()) -> str:
    return first_offered(check.languages, candidate.chosen_language, *browser) or check.language


def referee_language(request: ReferenceRequest, *, browser: Sequence[str]) -> str:
    languages = request.check_run.languages
    return first_offered(languages, request.chosen_language, *browser) or request.language


def store_candidate_language(check: Check, *, language: str) -> None:
    Check.objects.of(check.organisation).filter(pk=check.pk).exclude(language=language).update(
        language=language
    )


def store_referee_language(request: ReferenceRequest, *, language: str) -> None:
    rows = ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk)
    rows.exclude(language=language).update(language=language)


def choose_referee_language(request: ReferenceRequest, *, language: str) -> None:
    if language not in request.check_run.languages:
        return
    rows = ReferenceRequest.objects.of(request.organisation).filter(pk=request.pk)
    rows.update(language=language, chosen_language=language)
    request.language = request.chosen_language = language


def choose_candidate_language(check: Check, candidate: Candidate, *, language: str) -> bool:
    """Set the candidate's language. Returns False if the check doesn't offer it."""
    if language not in check.languages:
        return False
    Check.objects.of(check.organisation).filter(pk=check.pk).update(language=language)
    check.language = language
    choose_language(candidate, language=language)
    return True

"""Retention rules, for both the preview and the daily run. `Months.old` counts from the end of a person's last
application, or from a later answer by them or their referees; `Months.hidden` from when their last application
disappeared from Greenhouse. A person is erased with all their applications, and not while they have an active
application, open step, unanswered request for a human review, legal hold or requested erasure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from goodword.accounts.domain import audit
from goodword.accounts.domain.organisation import RetentionSettings
from goodword.accounts.models import Organisation
from goodword.assessments.kinds.judgement.panelists import erase_old as erase_old_experts
from goodword.assessments.models import Attempt
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.domain.holds import candidates_on_hold, lock_role_holds
from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.core import events
from goodword.core.clock import months_after
from goodword.core.jobs import for_each
from goodword.core.models import Event
from goodword.greenhouse.inbox import processing
from goodword.references.flags.traces import blank_raw_traces
from goodword.references.models import Check
from goodword.workflow.models import Appeal, takes_answers_query

#: maximum people erased per run; the next run continues
AT_MOST: Final = 1000
#: earliest hour of a run in the organisation's time zone
HOUR: Final = 3
#: events that count as an answer by a candidate or a referee
ANSWERS: Final = (
    "attempt.completed",
    "attempt.declined",
    "check.cannot_provide",
    "check.declined",
    "check.requests_sent",
    "check.self_reference_received",
    "reference.received",
    "request.declined",
)

Status = Application.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Months after which each rule erases; None: never."""

    old: int | None
    hidden: int | None

    @classmethod
    def of(cls, settings: Organisation | RetentionSettings) -> "Months":
        return cls(
            old=settings.keep_months if settings.erases_old else None,
            hidden=settings.hidden_months if settings.erases_hidden else None,
        )

    def shortened_by(self, after: "Months") -> bool:
        """Whether the months in `after` could erase somebody earlier."""
        return any(
            new is not None and (was is None or new < was)
            for was, new in ((self.old, after.old), (self.hidden, after.hidden))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    candidate_id: int
    reason: Reason
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPreview:
    """The people that the next run erases or keeps. `going_on`: number of people with an active application."""

    at: datetime
    due: list[Due]
    on_hold: int
    open_steps: int
    going_on: int

    @property
    def since(self) -> datetime | None:
        return min((due.since for due in self.due), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Application:
    """`known`: the last known date in Greenhouse, used if the end has no date."""

    candidate_id: int
    status: str
    rejected_at: datetime | None
    hired_at: datetime | None
    not_visible_since: datetime | None
    erased_at: datetime | None
    answered: datetime | None
    known: datetime

    @property
    def ended(self) -> datetime | None:
        match self.status:
            case Status.REJECTED:
                return self.rejected_at or self.known
            case Status.HIRED:
                return self.hired_at or self.known
            case Status.CONVERTED:
                return self.known
        return self.not_visible_since or self.erased_at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    ended: datetime | None
    hidden: datetime | None


def preview_run(organisation: Organisation, months: Months, *, now: datetime) -> RunPreview:
    """Preview the next run, or with `months` what it would do under these settings (not before the next day)."""
    changed = months != Months.of(organisation)
    at = _run_after(_today(organisation, now), organisation) if changed else next_run(organisation, now=now)
    people = _people(organisation)
    due = _by_rules(people, months, organisation=organisation, now=at)
    kept, busy = _kept(organisation, now=at)
    return RunPreview(
        at=at,
        due=[entry for entry in due if entry.candidate_id not in kept | busy],
        on_hold=sum(entry.candidate_id in kept for entry in due),
        open_steps=sum(entry.candidate_id in busy - kept for entry in due),
        going_on=sum(person.ended is None for person in people.values()) if months.old is not None else 0,
    )


def sweep(organisation_id: int, *, now: datetime) -> int:
    """Erase in one transaction per person, unless today's run is done; after a crash, the next run continues. Returns
    the number of people erased."""
    organisation = Organisation.objects.get(pk=organisation_id)
    if not _runs_today(organisation, now=now):
        return 0
    erase_old_experts(organisation, now=now)
    due = due_now(organisation, now=now)
    done = for_each(
        [entry.candidate_id for entry in due[:AT_MOST]],
        lambda pk: erase_if_due(candidate_id=pk, organisation_id=organisation_id, now=now),
    )
    if len(due) <= AT_MOST:
        # unless a rule was changed after midnight, during this run
        unchanged = Organisation.objects.filter(
            pk=organisation_id, retention_ran_on=organisation.retention_ran_on
        )
        unchanged.update(retention_ran_on=_today(organisation, now))
    return done


def erase_if_due(*, candidate_id: int, organisation_id: int, now: datetime) -> bool:
    """Erase one person if, under their lock, they are still due and no rule has changed since the run began."""
    with transaction.atomic():
        lock_person(candidate_id)
        lock_role_holds(organisation_id)
        organisation = Organisation.objects.get(pk=organisation_id)
        if not _runs_today(organisation, now=now):
            return False
        found = next(iter(due_now(organisation, now=now, only=candidate_id)), None)
        if found is None:
            return False
        person = Candidate.objects.of(organisation).get(pk=candidate_id)
        asked = request_erasure(of=person, reason=found.reason, now=now, by="goodword", due_at=now)
        return carry_out_erasure(erasure_id=asked.pk, now=now)


def due_now(organisation: Organisation, *, now: datetime, only: int | None = None) -> list[Due]:
    """People to be erased now, longest due first; with `only`, just that person."""
    due = _by_rules(
        _people(organisation, only=only), Months.of(organisation), organisation=organisation, now=now
    )
    if not due:
        return []
    kept, busy = _kept(organisation, now=now, only=only)
    return [entry for entry in due if entry.candidate_id not in kept | busy]


def organisations_due(*, now: datetime) -> list[int]:
    rows = Organisation.objects.filter(Q(erases_old=True) | Q(erases_hidden=True)).order_by("pk")
    return [row.pk for row in rows if next_run(row, now=now) <= now]


def next_run(organisation: Organisation, *, now: datetime) -> datetime:
    """The earliest start of the next run: 3 a.m., once a day, or now if today's is overdue."""
    ran, today = organisation.retention_ran_on, _today(organisation, now)
    # tomorrow was today in the time zone that was set before; a later day was recorded while the clock was ahead
    if ran is None or not today <= ran <= today + timedelta(days=1):
        ran = today - timedelta(days=1)
    return max(now, _run_after(ran, organisation))


def _runs_today(organisation: Organisation, *, now: datetime) -> bool:
    """Whether today's run isn't done. It counts as done once a rule has changed: nothing is erased before tomorrow."""
    return _today(organisation, next_run(organisation, now=now)) == _today(organisation, now)


def _run_after(day: date, organisation: Organisation) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(HOUR), tzinfo=organisation.zone)


def _today(organisation: Organisation, now: datetime) -> date:
    return now.astimezone(organisation.zone).date()


def _by_rules(
    people: Mapping[int, _Person], months: Months, *, organisation: Organisation, now: datetime
) -> list[Due]:
    found = []
    for pk, person in people.items():
        rules = (
            (months.old, person.ended, Reason.RETENTION),
            (months.hidden, person.hidden, Reason.NOT_VISIBLE),
        )
        for after, since, reason in rules:
            if after is None or since is None:
                continue
            began = since.astimezone(organisation.zone).date()
            if months_after(began, after) <= _today(organisation, now):
                found.append(Due(candidate_id=pk, reason=reason, since=since))
                break
    return sorted(found, key=lambda due: (due.since, due.candidate_id))


def _people(organisation: Organisation, *, only: int | None = None) -> dict[int, _Person]:
    """Everybody with data, except those with a requested erasure."""
    asked = Erasure.objects.of(organisation).filter(done_at=None, cancelled_at=None).exclude(candidate=None)
    people = Candidate.objects.of(organisation).filter(erased_at=None, merged_into=None)
    people = people.exclude(pk__in=asked.values("candidate_id"))
    if only is not None:
        people = people.filter(pk=only)
    made = dict(people.values_list("pk", "created_at"))
    rows: dict[int, list[_Application]] = {pk: [] for pk in made}
    for application in _applications(organisation, only=only):
        if application.candidate_id in rows:
            rows[application.candidate_id].append(application)
    return {pk: _person(rows[pk], made=made[pk]) for pk in made}


def _applications(organisation: Organisation, *, only: int | None) -> Iterator[_Application]:
    answers = Event.objects.filter(application_id=OuterRef("pk"), name__in=ANSWERS)
    last = answers.order_by().values("application_id").annotate(last=Max("occurred_at")).values("last")
    found = Application.objects.of(organisation).filter(candidate__erased_at=None)
    if only is not None:
        found = found.filter(candidate_id=only)
    known = Greatest(F("created_at"), F("applied_at"), F("stage_entered_at"))  # ignores nulls
    for row in found.annotate(answered=Subquery(last), known=known).values(
        "candidate_id",
        "status",
        "rejected_at",
        "hired_at",
        "not_visible_since",
        "erased_at",
        "answered",
        "known",
    ):
        yield _Application(**row)


def _person(rows: list[_Application], *, made: datetime) -> _Person:
    live = [row for row in rows if row.erased_at is None]
    moments = [at for row in rows for at in (row.ended, row.answered) if at is not None]
    hidden = [
        application.not_visible_since for application in live if application.not_visible_since is not None
    ]
    return _Person(
        ended=max(moments, default=made) if all(application.ended for application in live) else None,
        hidden=max(hidden) if hidden and len(hidden) == len(live) else None,
    )


def _kept(organisation: Organisation, *, now: datetime, only: int | None = None) -> tuple[set[int], set[int]]:
    """People under a hold, and people with steps that accept answers (workflow.models.takes_answers) or a request for a
    human review that nobody has answered."""
    on_hold = candidates_on_hold(organisation)
    if only is not None:
        on_hold = on_hold.filter(pk=only)
    busy: set[int] = set()
    for rows in (Attempt.objects.of(organisation), Check.objects.of(organisation)):
        runs = rows.filter(takes_answers_query(now=now))
        if only is not None:
            runs = runs.filter(step_request__application__candidate_id=only)
        busy.update(runs.values_list("step_request__application__candidate_id", flat=True))
    appeals = Appeal.objects.of(organisation).filter(answered_at=None)
    if only is not None:
        appeals = appeals.filter(application__candidate_id=only)
    busy.update(appeals.values_list("application__candidate_id", flat=True))
    return set(on_hold.values_list("pk", flat=True)), busy


def prune(*, now: datetime, dry_run: bool) -> dict[str, int]:
    """`goodword prune`: run the deletions of the daily jobs now. Returns the numbers deleted (with `dry_run`, to
    delete)."""
    return {what: act(now) if not dry_run else _tried(act, now) for what, act in _PARTS.items()} | {
        "People past their retention period": sum(
            _due_people(organisation, now=now, dry_run=dry_run) for organisation in _organisations()
        )
    }


def _tried(act: Callable[[datetime], int], now: datetime) -> int:
    with transaction.atomic():
        number = act(now)
        transaction.set_rollback(True)
    return number


def _organisations() -> list[Organisation]:
    return list(Organisation.objects.order_by("pk"))


def _due_people(organisation: Organisation, *, now: datetime, dry_run: bool) -> int:
    if dry_run:
        return len(due_now(organisation, now=now)) if _runs_today(organisation, now=now) else 0
    erased = 0
    # each call handles a limited number of people, so other organisations get a turn
    while done := sweep(organisation.pk, now=now):
        erased += done
    return erased


_PARTS: Mapping[str, Callable[[datetime], int]] = {
    "Webhook deliveries": lambda now: processing.prune(now=now),
    "Completed reactions to events": lambda now: events.prune(now=now),
    "Entries of audit logs": lambda now: audit.prune(now=now, sign_in_days=settings.GOODWORD_SIGN_IN_DAYS),
    "Network addresses of referees and candidates": lambda now: blank_raw_traces(now=now),
    "Expired sessions": lambda now: Session.objects.filter(expire_date__lt=now).delete()[0],
}

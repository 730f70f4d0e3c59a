"""Step requests, runs, and their flags. Only `move` changes the state of a run.

Lock order: application, step request, run.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Literal

from django.db import models, transaction
from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application
from goodword.core.compiled_queries import compiled, remembered
from goodword.core.events import record
from goodword.core.models import HasPk
from goodword.core.workdays import Calendar
from goodword.roles.models import Step


class StepRequest(OrganisationOwned):
    class State(models.TextChoices):
        WAITING = "waiting"
        STARTED = "started"
        REUSED = "reused"

    class WaitingReason(models.TextChoices):
        NOTHING = ""
        DELAY = "delay"
        NO_ADDRESS = "no_address"
        MAY_NOT_EMAIL = "may_not_email"
        PROSPECT = "prospect"
        #: the candidate's name looks like a link, and nobody has confirmed it
        SUSPICIOUS_NAME = "link_in_name"
        #: the assessment has no job requirement yet; it starts when published
        UNPUBLISHED = "unpublished"
        REUSE = "reuse"
        #: nothing is sent without a click: after an undone hire or rejection, after reconciliation, or on an archived
        #: role
        CLICK = "click"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="step_requests")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="step_requests")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    waiting_reason = models.CharField(
        max_length=20, choices=WaitingReason.choices, default=WaitingReason.NOTHING, blank=True
    )
    due_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    #: request of the same person and kind whose result is offered or reused
    earlier = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "step"], name="step_request_once"),)
        indexes = (
            models.Index(fields=["due_at"], name="step_request_due", condition=models.Q(state="waiting")),
            models.Index(
                fields=["organisation", "requested_at"],
                name="step_request_waits",
                condition=models.Q(state="waiting", due_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"step request {self.pk}"

    @property
    def mail_ref(self) -> str:
        return f"step_request:{self.pk}"


class StepRun(OrganisationOwned):
    """Progress, pause and closing are separate, so a resumed or reopened run continues where it was. Only `move` writes
    them. *Overdue* follows from the deadline."""

    class Progress(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        MARKED_COMPLETE = "marked_complete"
        DECLINED = "declined"

    step_request = models.ForeignKey(StepRequest, on_delete=models.CASCADE, related_name="%(class)ss")
    progress = models.CharField(max_length=20, choices=Progress.choices, default=Progress.PENDING)
    opened_at = models.DateTimeField()
    #: when the mail server accepted the invitation; None: not sent yet
    invited_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, default="", blank=True)
    close_reason = models.CharField(max_length=60, default="", blank=True)
    #: since when the deadline is on hold, because the run waits for the organisation
    clock_stopped_at = models.DateTimeField(null=True)
    #: code of a problem that only a member can resolve
    attention = models.CharField(max_length=40, default="", blank=True)
    next_reminder_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    #: maximum reminders, as promised in the first mail
    reminders_promised = models.PositiveSmallIntegerField(default=0)
    #: when to remind, in working days, as the step was set at the first mail; None: as it is set now
    reminder_days = models.JSONField(null=True)
    #: the outcome ("rejected" or "hired") after which it continued, as the step was set then; empty if none
    continues_after = models.CharField(max_length=20, default="", blank=True)

    class Meta:
        abstract = True

    @property
    def hours(self) -> Calendar:
        """Working hours of the person it reminds: the organisation's, in their own time zone if known."""
        return self.organisation.calendar

    def renew_deadline(self, deadline: datetime, *, at: datetime) -> None:
        """Set a deadline that is counted from `at`, unless a member has set a later one."""
        raise NotImplementedError  # attempts and checks each have their own rule

    @property
    def overdue_since(self) -> datetime:
        return self.deadline_at


class Appeal(OrganisationOwned):
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField()
    opened_at = models.DateTimeField()
    answer = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(answered_at=None), name="appeal_open_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["organisation", "opened_at"],
                name="appeal_open",
                condition=models.Q(answered_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk}"


P = StepRun.Progress
UNFINISHED: Final = frozenset({P.PENDING, P.IN_PROGRESS})
DONE: Final = frozenset({P.COMPLETED, P.MARKED_COMPLETE})
#: act -> (progress before, progress after)
PROGRESS_MOVES: Final = {
    "begin": (frozenset({P.PENDING}), P.IN_PROGRESS),
    "complete": (UNFINISHED, P.COMPLETED),
    "mark_complete": (UNFINISHED, P.MARKED_COMPLETE),
    "decline": (UNFINISHED, P.DECLINED),
}
#: acts that don't change the progress of an unfinished run: act -> (must be closed, must be paused; None: either)
OTHER_MOVES: Final[dict[str, tuple[bool, bool | None]]] = {
    "pause": (False, False),
    "resume": (False, True),
    "close": (False, None),
    "reopen": (True, None),
}
#: close reasons that end when the application's outcome is undone
BY_OUTCOME: Final = frozenset({"rejected", "hired", "converted", "changed_job", "erasure"})
#: attention code after an undone rejection or hire: nothing is sent until a member clicks
REOPENED: Final = "reopened"
#: how long after the deadline answers still count
GRACE: Final = timedelta(days=30)


class MoveNotAllowed(Exception):
    pass


def is_open(run: StepRun) -> bool:
    """A paused run is open."""
    return run.progress in UNFINISHED and run.closed_at is None


def may(run: StepRun, act: str) -> bool:
    if act in PROGRESS_MOVES:
        return is_open(run) and run.progress in PROGRESS_MOVES[act][0]
    closed, paused = OTHER_MOVES[act]
    if run.progress not in UNFINISHED or (run.closed_at is not None) is not closed:
        return False
    return paused is None or (run.paused_at is not None) is paused


def awaits_click(run: StepRun) -> bool:
    return run.attention == REOPENED


def status(run: StepRun, *, now: datetime) -> str:
    if run.progress not in UNFINISHED:
        return run.progress
    if run.closed_at is not None:
        return "cancelled"
    if run.paused_at is not None:
        return "paused"
    if run.invited_at is None and run.progress == P.PENDING:
        return "unsent"
    if run.deadline_at < now and run.clock_stopped_at is None:
        return "overdue"
    return run.progress


def takes_answers(run: StepRun, *, now: datetime) -> bool:
    """Whether the run is open and at most 30 days overdue. The deadline counts only after the invitation was sent, and
    not while it is on hold."""
    clock_runs = run.clock_stopped_at is None and run.invited_at is not None
    return is_open(run) and (not clock_runs or now <= run.deadline_at + GRACE)


def takes_answers_query(*, now: datetime) -> Q:
    clock_runs = Q(clock_stopped_at=None, invited_at__isnull=False)
    return Q(progress__in=UNFINISHED, closed_at=None) & (~clock_runs | Q(deadline_at__gte=now - GRACE))


def lock[R: StepRun](model: type[R], pk: int) -> R:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A run can only be locked inside a transaction.")
    found: list[R] = _locking(model)(pk)
    if not found:
        raise model.DoesNotExist
    return found[0]


@cache
def _locking(model: type[StepRun]) -> Callable[[int], list[Any]]:
    @compiled
    def locked(pk: int) -> QuerySet[Any]:
        rows = model._default_manager.select_for_update(of=("self",), no_key=True)
        return rows.select_related("step_request__step", "organisation").filter(pk=pk)

    return locked


def lock_newest_unfinished[R: StepRun](model: type[R], step_request_id: int) -> R | None:
    found: list[R] = _locking_newest(model)(step_request_id)
    return found[0] if found else None


@cache
def _locking_newest(model: type[StepRun]) -> Callable[[int], list[Any]]:
    @compiled
    def locked(step_request_id: int) -> QuerySet[Any]:
        rows = model._default_manager.select_for_update(of=("self",), no_key=True)
        unfinished = rows.filter(step_request_id=step_request_id, progress__in=UNFINISHED)
        return unfinished.select_related("step_request__step", "organisation").order_by("-pk")[:1]

    return locked


def move(run: StepRun, act: str, *, at: datetime, by: str, reason: str = "") -> None:
    """Change and save a locked run. `by`: "candidate", "greenhouse", "member:3" or "goodword". Raises
    MoveNotAllowed."""
    if not may(run, act):
        raise MoveNotAllowed(
            f"{act} is not possible: progress {run.progress}, closed {run.closed_at}, paused {run.paused_at}"
        )
    match act:
        case "pause":
            run.paused_at = at
        case "resume":
            run.paused_at = None
        case "close":
            run.closed_at, run.closed_by, run.close_reason = at, by, reason
        case "reopen":
            run.closed_at, run.closed_by, run.close_reason, run.paused_at = None, "", "", None
        case _:
            run.progress = PROGRESS_MOVES[act][1]
            if act == "begin":
                run.begun_at = at
                run.invited_at = run.invited_at or at  # the mail has arrived, whatever the server said
            else:
                run.completed_at = at
                run.closed_by = by
                run.attention = ""
    if act not in {"begin", "resume", "reopen"}:
        run.next_reminder_at = None
    run.save()


def record_event(name: str, run: StepRun, *, by: str, at: datetime, **data: int | str | bool) -> None:
    """`data` must not contain personal data."""
    record(
        name,
        organisation_id=run.organisation_id,
        application_id=run.step_request.application_id,
        actor=by,
        at=at,
        data={"step_request_id": run.step_request_id, f"{run._meta.model_name}_id": run.pk, **data},
    )


def lock_application(application_id: int) -> Application:
    """Lock the application, and move its step requests to its role's steps. Rows that refer to it, such as mail, can
    still be inserted."""
    return remembered(("locked application", application_id), lambda: _lock_application(application_id))


def _lock_application(application_id: int) -> Application:
    found = _with_lock(application_id)
    if not found or (found[0].role is None and found[0].role_id is not None):
        # After waiting, PostgreSQL returns the row's new version with joined rows from before. If the person has been
        # merged or the role has changed, these don't match. The row is locked now, so a second query sees the new ones.
        found = _with_lock(application_id)
    if not found:
        raise Application.DoesNotExist
    _reassign_requests(found[0])
    return found[0]


@compiled
def _with_lock(application_id: int) -> QuerySet[Application]:
    return (
        Application.objects.across_organisations()
        .select_for_update(of=("self",), no_key=True)
        .select_related("candidate", "organisation", "role__owner__user")
        .filter(pk=application_id)
    )


def lock_step_request(
    step_request_id: int, *, application_id: int | None = None
) -> tuple[StepRequest, Application] | None:
    """Lock a step request and its application. Passing the application's id saves a query. Returns None if the request
    was withdrawn."""
    step_requests = StepRequest.objects.across_organisations().filter(pk=step_request_id)
    if application_id is None:
        application_id = step_requests.values_list("application_id", flat=True).first()
    if application_id is None:
        return None
    application = lock_application(application_id)
    found = _requests_with_lock(step_request_id, application_id)
    if not found:
        return None
    [step_request] = found
    step = step_request.step
    step_request.organisation = step.organisation = application.organisation
    if application.role is not None and step.role_id == application.role_id:
        step.role = application.role
    return step_request, application


@compiled
def _requests_with_lock(step_request_id: int, application_id: int) -> QuerySet[StepRequest]:
    rows = StepRequest.objects.across_organisations().select_for_update(of=("self",), no_key=True)
    return rows.select_related("step").filter(pk=step_request_id, application_id=application_id)


def _reassign_requests(application: Application) -> None:
    """Move requests to the steps of the locked application's role. Of two of a kind, the started one stays. If both
    have started, the other role's request keeps its step."""
    if application.role_id is None:
        return
    step_requests = StepRequest.objects.of(application.organisation).filter(application=application)
    strays = _strays(application.organisation, application.pk, application.role_id)
    if not strays:
        return
    home = {
        step.kind: step for step in Step.objects.of(application.organisation).filter(role=application.role_id)
    }
    for step_request in strays:
        there = (
            step_requests.select_for_update(of=("self",), no_key=True)
            .filter(step=home[step_request.step.kind])
            .first()
        )
        if there is None or _is_waiting(there):
            if there is not None:
                there.delete()
            step_request.step = home[step_request.step.kind]
            step_request.save(update_fields=["step"])
        elif _is_waiting(step_request):
            step_request.delete()


@compiled
def _strays(organisation: HasPk, application_id: int, role_id: int) -> QuerySet[StepRequest]:
    rows = StepRequest.objects.of(organisation).select_for_update(of=("self",), no_key=True)
    others = rows.select_related("step").exclude(step__role_id=role_id)
    return others.filter(application_id=application_id).order_by("pk")


def _is_waiting(step_request: StepRequest) -> bool:
    return step_request.state == StepRequest.State.WAITING


type Grade = Literal["low", "medium", "high"]
GRADES: tuple[Grade, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFinding:
    """What a rule has found. `code`: the kind of flag. `key`: what it is about. `facts`: JSON without names and network
    addresses."""

    code: str
    grade: Grade
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def strongest(grades: Iterable[str]) -> Grade | Literal["none"]:
    present = set(grades)
    return next((grade for grade in reversed(GRADES) if grade in present), "none")


class Flag(OrganisationOwned):
    """A stored finding, which members can dismiss."""

    class Grade(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    code = models.CharField(max_length=30)
    #: distinguishes flags with the same code; each is raised once
    key = models.CharField(max_length=120)
    grade = models.CharField(max_length=6, choices=Grade.choices)
    #: figures and words behind it; may contain personal data, but no network addresses
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    dismissed_note = models.TextField(default="", blank=True)

    class Meta:
        abstract = True

    @property
    def run_id(self) -> Mapping[str, int]:
        raise NotImplementedError  # references and assessments have their own models

    def update_from(self, finding: FlagFinding) -> None:
        if self.dismissed_at is not None or (self.grade, self.facts) == (finding.grade, dict(finding.facts)):
            return
        self.grade, self.facts = finding.grade, dict(finding.facts)
        self.save(update_fields=["grade", "facts"])

"""A short reasoning form under supervision. A member opens it, and the candidate takes it like a timed part
(`attempts/parts.py`).

Each change locks the row. As in a part, lost time is given back, and the task on screen is replaced unless its answer
had been saved.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.assessments.attempts import parts
from goodword.assessments.attempts.completion import AfterBreak
from goodword.assessments.attempts.parts import SEEDS
from goodword.assessments.kinds.generated import GeneratedItem, from_json, to_json
from goodword.assessments.kinds.reasoning.content import VERSION, ReasoningTest, replacement
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.reasoning.verification import (
    FORMS,
    VerificationComparison,
    compare,
    draw_verification,
    verification_form,
)
from goodword.assessments.kinds.registry import kinds_with
from goodword.assessments.models import Attempt, AttemptPart, Verification
from goodword.assessments.psychometrics import strata
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.strata import Stratum
from goodword.assessments.queries import application_of, content_of, items_of
from goodword.assessments.scoring import calibration_row_of
from goodword.candidates.models import Application
from goodword.core.compiled_queries import compiled
from goodword.core.jobs import for_first
from goodword.core.models import HasPk
from goodword.core.text import written_day
from goodword.core.validation import Json
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.workflow.domain.runs import Refused, actor
from goodword.workflow.models import DONE, StepRequest, lock_application, record_event

#: unfinished verifications end this long after their start
LONGEST: Final = timedelta(hours=12)
_OVER: Final = "The verification is over. The comparison will be on the candidate's page within a minute."


class VerificationClosed(Exception):
    """See `is_closed`."""


class Over(Exception): ...


class VerificationNotBegun(Exception):
    pass


def is_over(verification: Verification, *, now: datetime) -> bool:
    begun = verification.begun_at
    return parts.is_over(verification, now=now) or (begun is not None and now > begun + LONGEST)


def is_closed(verification: Verification) -> bool:
    """Whether it was discarded, the person is being erased, or it can no longer be started: the application has ended,
    or its tasks have changed since it was opened."""
    application = application_of(verification.part.attempt)
    if verification.discarded_at is not None or application.is_being_erased:
        return True
    return verification.begun_at is None and (bool(application.end) or verification.version != VERSION)


def awaits_verification(attempt: Attempt) -> bool:
    """Whether the candidate can still start one."""
    rows = Verification.objects.of(attempt.organisation).filter(
        part__attempt=attempt, begun_at=None, discarded_at=None
    )
    return any(
        not is_closed(row)
        for row in rows.select_related("part__attempt__step_request", "part__attempt__organisation")
    )


def tasks_of(verification: Verification) -> tuple[ReasoningTask, ...]:
    """The tasks in order, without void ones."""
    return tuple(
        ReasoningTask(id=task["id"], drawn=from_json(task["content"]), language=verification.language)
        for task in verification.tasks
        if not task["void"]
    )


def task_on_screen(verification: Verification) -> ReasoningTask:
    return tasks_of(verification)[verification.at - 1]


def begin(*, verification_id: int, device: str, now: datetime) -> Verification:
    """Draw the tasks and start the clock, unless it has started. Raises VerificationClosed and Over."""
    with transaction.atomic():
        row = _locked(verification_id, now=now)
        if row.begun_at is not None:
            return row
        row.seed = secrets.randbelow(SEEDS)
        items = _drawn(row)
        row.tasks = [_task(str(number), item) for number, item in enumerate(items, start=1)]
        row.begun_at = row.shown_at = row.seen_at = now
        row.device, row.at = device, 1
        if row.seconds is not None:
            row.ends_at = now + timedelta(seconds=row.seconds)
        row.save()
        return row


def _drawn(row: Verification) -> Sequence[GeneratedItem]:
    """Draw the items, repeating no task of the first form."""
    first = _first_form(row)
    seen = {item.task for item in first}
    assert row.seed is not None
    items = list(draw_verification(row.form, seed=row.seed))
    for place, item in enumerate(items):
        if item.task in seen:
            items[place] = replacement(item, seed=row.seed, taken=[*items, *first])
    return items


def _first_form(row: Verification) -> list[GeneratedItem]:
    return [from_json(drawn.content) for drawn in row.part.drawn.all()]


def _task(name: str, item: GeneratedItem) -> dict[str, Any]:
    return {"id": name, "content": to_json(item), "void": False}


def save_answer(*, verification_id: int, task: str, value: Json, now: datetime) -> bool:
    """Save an answer. Returns False if another task is on screen. Raises UnknownOption, VerificationClosed, Over and
    VerificationNotBegun."""
    with transaction.atomic():
        row = _running(verification_id, now=now)
        on_screen = task_on_screen(row)
        if on_screen.id != task:
            return False
        row.answers = {**row.answers, task: on_screen.check(value)}
        if not parts.is_disconnected(row, now=now):
            row.seen_at = now
        row.save(update_fields=["answers", "seen_at"])
        return True


def next_task(*, verification_id: int, task: str, now: datetime) -> Verification:
    """Leave a task; leaving the last one ends the form. Ignores a second click. Raises VerificationClosed, Over and
    VerificationNotBegun."""
    with transaction.atomic():
        row = _running(verification_id, now=now)
        if task_on_screen(row).id != task:
            return row
        if row.at >= row.items:
            _end(row, now=now)
            return row
        row.at += 1
        row.shown_at = row.seen_at = now
        row.save(update_fields=["at", "shown_at", "seen_at"])
        return row


def heartbeat(*, verification_id: int, now: datetime) -> Verification:
    """Record a heartbeat. Raises VerificationClosed, Over and VerificationNotBegun."""
    with transaction.atomic():
        row = _running(verification_id, now=now)
        if not parts.is_disconnected(row, now=now):
            row.seen_at = now
            row.save(update_fields=["seen_at"])
        return row


def resume(*, verification_id: int, now: datetime) -> Verification:
    """Continue after a lost connection and give back the lost time (for a replaced task, all time since it was shown).
    Does nothing if the connection wasn't lost. Raises VerificationClosed, Over and VerificationNotBegun."""
    with transaction.atomic():
        row = _running(verification_id, now=now)
        if not parts.is_disconnected(row, now=now):
            return row
        assert row.ends_at is not None and row.shown_at is not None and row.seen_at is not None
        after = after_break(row)
        row.ends_at += now - (row.shown_at if after == AfterBreak.REPLACED else row.seen_at)
        if after == AfterBreak.REPLACED:
            _replace(row)
        elif after == AfterBreak.NEXT:
            row.at += 1
        row.breaks += 1
        row.shown_at = row.seen_at = now
        row.save()
        if after == AfterBreak.END:
            _end(row, now=now)
        return row


def after_break(row: Verification) -> AfterBreak:
    """Return what happens after a lost connection. Tasks of an earlier version can't be replaced, so they stay."""
    if task_on_screen(row).id in row.answers:
        return AfterBreak.NEXT if row.at < row.items else AfterBreak.END
    return AfterBreak.REPLACED if row.version == VERSION else AfterBreak.SAME


def _replace(row: Verification) -> None:
    assert row.seed is not None
    void = task_on_screen(row)
    taken = [*(from_json(task["content"]) for task in row.tasks), *_first_form(row)]
    fresh = replacement(void.drawn, seed=row.seed + row.breaks + 1, taken=taken)
    place = next(at for at, task in enumerate(row.tasks) if task["id"] == void.id)
    row.tasks[place]["void"] = True
    row.tasks.insert(place + 1, _task(f"{row.at}{'ab'[row.breaks]}", fresh))


def overdue(*, now: datetime) -> QuerySet[Verification]:
    over = Q(ends_at__lt=now - parts.IN_TRANSIT) | Q(begun_at__lt=now - LONGEST)
    rows = Verification.objects.across_organisations()
    return rows.filter(over, begun_at__isnull=False, ended_at=None, discarded_at=None)


def end_overdue(*, now: datetime) -> int:
    """End overdue verifications. Returns how many were ended."""
    return for_first(overdue(now=now).order_by("begun_at"), lambda pk: _time_up(pk, now=now))


def _time_up(verification_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        row = _lock(verification_id)
        if row.ended_at is not None or row.discarded_at is not None or not is_over(row, now=now):
            return False
        _end(row, now=now)
        return True


def _lock(verification_id: int) -> Verification:
    """Lock the verification. Raises VerificationClosed if the person has been erased."""
    rows = Verification.objects.across_organisations().select_for_update(of=("self",), no_key=True)
    found = (
        rows.select_related(
            "organisation",
            "part__organisation",
            "part__version__test",
            "part__part__calibration",
            "part__attempt__step_request",
            "part__attempt__organisation",
        )
        .filter(pk=verification_id)
        .first()
    )
    if found is None:
        raise VerificationClosed
    return found


def _locked(verification_id: int, *, now: datetime) -> Verification:
    row = _lock(verification_id)
    if is_closed(row):
        raise VerificationClosed
    if is_over(row, now=now):
        raise Over
    return row


def _running(verification_id: int, *, now: datetime) -> Verification:
    row = _locked(verification_id, now=now)
    if row.begun_at is None:
        raise VerificationNotBegun
    return row


def _end(row: Verification, *, now: datetime) -> None:
    """The comparison issued here never changes."""
    part, first = row.part, row.part.scores.get(scale="")
    row.ended_at = now
    row.comparison = compare(
        items_of(part),
        tasks_of(row),
        first_solved=round(first.value or 0),
        answers=row.answers,
        calibration=_calibration_of(row),
    ).to_json()
    row.save()
    record_event("attempt.verification_completed", part.attempt, by="candidate", at=now)


def _calibration_of(row: Verification) -> CalibrationResult | None:
    """The calibration of both forms; None if their tasks have different versions, or if it differs between their
    devices."""
    part = row.part
    stored = calibration_row_of(part)
    if stored is None or stored.version != row.version:
        return None
    found = strata.from_json_if_current(stored.content)
    if found is None:
        return None
    return found.of_all([Stratum(row.language, device) for device in (part.device, row.device)])


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationStatus:
    """A verification for members, without times, which would reveal adjustments. `closed`: it can no longer be started.
    `has_link`: of an unfinished one, whether its link still works."""

    verification: Verification
    comparison: VerificationComparison | None
    over: bool
    closed: bool
    has_link: bool

    @property
    def waits(self) -> bool:
        return self.verification.begun_at is None

    @property
    def runs(self) -> bool:
        return not self.waits and not self.over


def status_of(verification: Verification, *, now: datetime) -> VerificationStatus:
    comparison = (
        VerificationComparison.from_json(verification.comparison) if verification.comparison else None
    )
    return VerificationStatus(
        verification=verification,
        comparison=comparison,
        over=is_over(verification, now=now),
        closed=verification.begun_at is None and is_closed(verification),
        has_link=comparison is None
        and _links_of(verification).filter(ended_at=None, expires_at__gt=now).exists(),
    )


def _links_of(verification: Verification) -> QuerySet[Link]:
    return Link.objects.of(verification.organisation).filter(
        purpose=Link.Purpose.VERIFICATION, subject_id=verification.pk
    )


def verifications_of(application: Application) -> QuerySet[Verification]:
    """Verifications, newest first, without discarded ones."""
    rows = Verification.objects.of(application.organisation).filter(
        part__attempt__step_request__application_id=application.pk, discarded_at=None
    )
    return rows.select_related(
        "part__attempt__step_request", "part__attempt__organisation", "opened_by__user"
    ).order_by("-pk")


def finished_part(application: Application) -> AttemptPart | None:
    """The reasoning part of the latest finished attempt with one, even if ended early."""
    return next(iter(_finished_parts(application.organisation, application.pk)), None)


@compiled
def _finished_parts(organisation: HasPk, application_id: int) -> QuerySet[AttemptPart]:
    rows = AttemptPart.objects.of(organisation).filter(
        attempt__step_request__application_id=application_id,
        attempt__progress__in=DONE,
        version__test__kind__in=kinds_with(lambda kind: kind.can_be_verified),
        ended_at__isnull=False,
    )
    rows = rows.select_related("version__test", "part", "attempt__step_request", "organisation")
    return rows.order_by("-attempt_id", "order")[:1]


def may_verify(application: Application, *, now: datetime) -> bool:
    return not why_not(application, now=now)


def why_not(application: Application, *, now: datetime) -> str:
    """A sentence for the member; "" if a verification can be opened."""
    return _why_not(application, finished_part(application), now=now)


def _why_not(application: Application, part: AttemptPart | None, *, now: datetime) -> str:
    if application.is_being_erased:
        return "This candidate's data is being erased."
    if application.end:
        return "This application is closed, so there is nothing to verify."
    if part is None:
        reused = StepRequest.objects.of(application.organisation).filter(
            application=application, state=StepRequest.State.REUSED
        )
        if reused.exists():
            return (
                "The result is reused from an earlier application. Open that application and verify it there, or "
                "invite the candidate again."
            )
        return (
            "This candidate hasn't finished a reasoning test. A verification is compared with its result, so invite "
            "the candidate to the test first."
        )
    if not part.is_whole:
        return (
            "A member ended the reasoning test before the candidate had finished, so there is no complete result to "
            "compare with. Invite the candidate again instead."
        )
    if part.version.number != VERSION:
        return (
            "The result is from an earlier version of the test, whose tasks can't be compared with the current ones. "
            "Invite the candidate again instead."
        )
    if not part.scores.filter(scale="").exists():
        return "The reasoning test has no score to compare with. Invite the candidate again instead."
    done = Verification.objects.of(application.organisation).filter(part=part, discarded_at=None).first()
    if done is not None and done.ended_at is not None:
        day = written_day(done.ended_at.astimezone(application.organisation.zone))
        return f"This result was verified on {day}. A result can be verified once."
    return _OVER if done is not None and is_over(done, now=now) else ""


def open_verification(*, application: Application, member: Membership, now: datetime) -> Verification:
    """The open verification of the result, else a new one. Raises Refused."""
    with transaction.atomic():
        locked = lock_application(application.pk)
        part = finished_part(locked)
        if reason := _why_not(locked, part, now=now):
            raise Refused(reason)
        assert part is not None  # otherwise `why_not` has a reason
        Attempt.objects.of(member.organisation).select_for_update(of=("self",), no_key=True).get(
            pk=part.attempt_id
        )
        rows = Verification.objects.of(member.organisation)
        found = rows.filter(part=part, discarded_at=None).first()
        if found is not None:
            return found
        test = content_of(part.version)
        assert isinstance(test, ReasoningTest)  # by the kind of the test
        form = verification_form(test, part.form)
        made = Verification.objects.create(
            organisation=member.organisation,
            part=part,
            opened_at=now,
            opened_by=member,
            version=VERSION,
            form=form,
            language=part.attempt.language,
            items=FORMS[form].n,
            seconds=_seconds(part, FORMS[form].n),
        )
        write_by(member, "verification.opened", now=now, details={"part": part.pk})
        record_event("attempt.verification_opened", part.attempt, by=actor(member), at=now)
        return made


def _seconds(part: AttemptPart, items: int) -> int | None:
    """The time limit: the candidate's time per task including adjustments, in whole minutes."""
    return None if part.seconds is None else -(-part.seconds * items // (part.items * 60)) * 60


class LinkInUse(Exception):
    """There is a newer link than the member has seen. The candidate may be using it."""


def latest_link(verification: Verification | None) -> int:
    """The id of the latest link; 0 if there is none."""
    if verification is None:
        return 0
    return _links_of(verification).order_by("-pk").values_list("pk", flat=True).first() or 0


def new_link(
    *, verification: Verification, member: Membership, now: datetime, seen: int | None = None
) -> str:
    """Return the URL for the supervised device, which can't be shown again. Earlier links stop working. `seen`: the
    latest link that the member knows of, so that a reloaded or outdated page doesn't end a candidate's form. Raises
    LinkInUse and Refused."""
    with transaction.atomic():
        locked = _lock_for(verification, member)
        if locked.discarded_at is not None:
            raise Refused("This verification has just been discarded. Start another.")
        if is_over(locked, now=now):
            raise Refused(_OVER)
        if seen is not None and seen != latest_link(locked):
            raise LinkInUse
        _end_links(locked, now=now)
        url = links.mint(
            organisation=member.organisation,
            purpose=Link.Purpose.VERIFICATION,
            subject_id=locked.pk,
            now=now,
            created_by=member,
        )
        write_by(member, "verification.link_created", now=now, details={"part": locked.part_id})
        return url


def discard(*, verification: Verification, reason: str, member: Membership, now: datetime) -> None:
    """Discard an unfinished verification. Finished ones stay, so that nobody can repeat it until the
    result suits them. Raises Refused."""
    with transaction.atomic():
        locked = _lock_for(verification, member)
        if locked.discarded_at is not None:
            return
        if is_over(locked, now=now):
            raise Refused("The candidate has finished, so this verification can no longer be discarded.")
        locked.discarded_at, locked.discarded_by, locked.discard_reason = now, member, reason
        locked.tasks, locked.answers = [], {}
        locked.save()
        _end_links(locked, now=now)
        write_by(member, "verification.discarded", now=now, details={"part": locked.part_id})
        record_event("attempt.verification_discarded", locked.part.attempt, by=actor(member), at=now)


def _lock_for(verification: Verification, member: Membership) -> Verification:
    rows = Verification.objects.of(member.organisation).select_for_update(of=("self",), no_key=True)
    return rows.select_related("part__attempt__step_request").get(pk=verification.pk)


def _end_links(verification: Verification, *, now: datetime) -> None:
    links.end(
        organisation=verification.organisation,
        purpose=Link.Purpose.VERIFICATION,
        subject_id=verification.pk,
        now=now,
    )

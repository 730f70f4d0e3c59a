"""Assigned attempts and access to their pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.invitations import assign
from goodword.assessments.kinds.scales.items import Statement
from goodword.assessments.models import Answer, Attempt, AttemptPart, Score
from goodword.assessments.queries import items_of
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.events import record
from goodword.core.models import Event
from goodword.core.validation import Json
from goodword.notifications.domain import links
from goodword.workflow.models import StepRequest, lock_step_request
from tests.support import factories
from tests.support.kept import kept
from tests.support.mail import mail_is_taken

STAGE = (501, "Assessment")


@kept
def application(**values: Any) -> Application:
    """An application for a role whose stage 501 starts the assessment."""
    role = factories.role(factories.organisation(name="Acme Bikes"), title="Window Washer")
    n = role.pk  # a job is linked to one role at most
    factories.automation(role, connection_id=1, job_id=n, stages={"assessment": STAGE})
    return factories.application(role, job_id=n, stage_id=STAGE[0], **values)


@kept
def assigned(of: Application | None = None, *, now: datetime = factories.NOW, sent: bool = True) -> Attempt:
    """An attempt invited at `now`. Without `sent`, the invitation is still queued."""
    of = of or application()
    step_request = StepRequest.objects.of(of.organisation).filter(application=of).first()
    step_request = step_request or factories.step_request(of, "assessment")
    with transaction.atomic():
        found = lock_step_request(step_request.pk)
        assert found is not None
        made = assign(step_request=found[0], application=found[1], now=now, by="greenhouse")
    if sent:
        mail_is_taken(of, at=now)
    made.refresh_from_db()
    return made


def part_of(attempt: Attempt, order: int = 1) -> AttemptPart:
    rows = AttemptPart.objects.of(attempt.organisation).select_related("version__test", "part", "attempt")
    return rows.get(attempt=attempt, order=order)


def statements_of(attempt: Attempt, order: int = 1) -> list[Statement]:
    return [item for item in items_of(part_of(attempt, order)) if isinstance(item, Statement)]


def answers(attempt: Attempt) -> QuerySet[Answer]:
    return Answer.objects.of(attempt.organisation).filter(part__attempt=attempt)


def scores(attempt: Attempt) -> QuerySet[Score]:
    return Score.objects.of(attempt.organisation).filter(part__attempt=attempt)


def answer_all(
    attempt: Attempt, *, value: int = 4, but: tuple[int, ...] = (), now: datetime = factories.NOW
) -> None:
    """Answer all items with `value`, except these numbers (from 1)."""
    items = enumerate(items_of(part_of(attempt)), start=1)
    save_answers(attempt, 1, {item.id: value for number, item in items if number not in but}, now=now)


def save_answers(attempt: Attempt, order: int, values: Mapping[str, Json], *, now: datetime) -> None:
    """Save answers to an untimed part: the first through the domain, the others as rows."""
    for item_id, value in list(values.items())[:1]:
        save_answer(attempt_id=attempt.pk, order=order, item_id=item_id, value=value, now=now)
    part = part_of(attempt, order)
    assert part.seconds is None
    add_answers(part, dict(list(values.items())[1:]), now=now)


def add_answers(part: AttemptPart, values: Mapping[str, Json], *, now: datetime) -> None:
    """Write answers as save_answer would."""
    items = {item.id: item for item in items_of(part)}
    seconds = None if part.shown_at is None else round((now - part.shown_at).total_seconds(), 1)
    Answer.objects.of(part.organisation).bulk_create(
        [
            Answer(
                organisation_id=part.organisation_id,
                part=part,
                item=item_id,
                value=items[item_id].check(value),
                answered_at=now,
                seconds=seconds,
            )
            for item_id, value in values.items()
        ],
        update_conflicts=True,
        unique_fields=["part", "item"],
        update_fields=["value", "answered_at", "seconds"],
    )


def tell(name: str, of: Application, *, at: datetime = factories.NOW, **data: object) -> Event:
    """Record an event of the application as the sync does."""
    with transaction.atomic():
        factories.apply_event(of, name, data)
        return record(
            name,
            organisation_id=of.organisation_id,
            application_id=of.pk,
            actor="greenhouse",
            at=at,
            data=data,
        )


def token_of(attempt: Attempt, *, now: datetime | None = None) -> str:
    """The token of a portal link created at `now`, or valid by both clocks."""
    url = links.mint(
        organisation=attempt.organisation,
        purpose="candidate",
        subject_id=attempt.step_request_id,
        now=now or max(factories.NOW, clock.now()),
    )
    return url.rstrip("/").rsplit("/", 1)[-1]


def rows(attempt: Attempt) -> dict[str, object]:
    """All of an attempt's rows that pages can change."""
    fresh = Attempt.objects.of(attempt.organisation).get(pk=attempt.pk)
    columns = {field.attname: getattr(fresh, field.attname) for field in Attempt._meta.concrete_fields}
    return columns | {
        "parts": list(fresh.parts.order_by("order").values()),
        "answers": sorted(answers(fresh).values_list("item", "value", "answered_at")),
        "scores": sorted(scores(fresh).values_list("scale", "value")),
        "events": list(Event.objects.values_list("name", flat=True).order_by("pk")),
    }

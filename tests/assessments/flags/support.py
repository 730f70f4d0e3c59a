"""Attempts, observations and flags for tests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import next_item, save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.flags.raising import on_attempt_completed
from goodword.assessments.models import Attempt, AttemptFlag, Observation, Test, TestVersion
from goodword.candidates.models import Application
from goodword.core.models import Event
from tests.assessments.plans import REASONING, PlannedTest, attempt_of
from tests.assessments.support import application, part_of, token_of
from tests.support import factories

NOW = factories.NOW
SECOND = timedelta(seconds=1)


def timed_attempt(of: Application | None = None, *, now: datetime = NOW) -> Attempt:
    """A reasoning part that has just started."""
    made = attempt_of(REASONING, of=of, now=now)
    begin_part(attempt_id=made.pk, order=1, device="computer", now=now)
    return made


def work_through(attempt: Attempt, *, seconds: float, value: str = "a", now: datetime = NOW) -> datetime:
    """Answer each task in this time and end the part. Returns the end."""
    for number in range(1, part_of(attempt).items + 1):
        now += seconds * SECOND
        item = part_of(attempt).drawn.get(position=number, voided_at=None).item
        save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=value, now=now)
        next_item(attempt_id=attempt.pk, order=1, number=number, now=now)
    finish_part(attempt_id=attempt.pk, order=1, now=now)
    return now


def custom_attempt(of: Application | None = None, *, now: datetime = NOW) -> Attempt:
    """Two texts and a choice."""
    of = of or application()
    content = {
        "kind": "questions",
        "id": "own",
        "version": "1",
        "language": "en",
        "name": "About the work",
        "questions": [
            {"id": "rope", "type": "long_text", "text": "Tell of a knot that you trust.", "required": True},
            {"id": "rain", "type": "long_text", "text": "What do you do when it rains?", "required": True},
        ],
    }
    test = Test.objects.create(
        organisation=of.organisation, key="own", kind="questions", title="About the work", created_at=NOW
    )
    TestVersion.objects.create(
        organisation=of.organisation,
        test=test,
        number="1",
        language="en",
        content=content,
        created_at=NOW,
        published_at=NOW,
    )
    return attempt_of(PlannedTest(test=test), of=of, now=now)


def raise_flags(attempt: Attempt) -> None:
    """Run the flag handler for its completion."""
    (event,) = Event.objects.filter(name="attempt.completed", data__attempt_id=attempt.pk)
    with transaction.atomic():
        on_attempt_completed(event)


def send(attempt: Attempt, fields: Mapping[str, str], *, order: int = 1, client: Client | None = None) -> Any:
    """Post an observation as the page's script does."""
    url = reverse("portal_assessment_observation", args=[token_of(attempt), order])
    return (client or Client()).post(url, fields)


def observations(attempt: Attempt) -> list[tuple[str, str, int | None]]:
    rows = Observation.objects.of(attempt.organisation).filter(part__attempt=attempt).order_by("pk")
    return list(rows.values_list("kind", "item", "amount"))


def note(attempt: Attempt, what: str, *items: str, amount: int | None = None) -> None:
    """Store an observation for each of these items."""
    part = part_of(attempt)
    for item in items:
        Observation.objects.create(
            organisation=attempt.organisation, part=part, item=item, kind=what, amount=amount, observed_at=NOW
        )


def flags(attempt: Attempt) -> list[tuple[str, str, dict[str, Any]]]:
    """The flags of an attempt, by code."""
    rows = AttemptFlag.objects.of(attempt.organisation).filter(attempt=attempt).order_by("code")
    return list(rows.values_list("code", "grade", "facts"))

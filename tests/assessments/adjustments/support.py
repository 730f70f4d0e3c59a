"""Timed attempts with a contact for adjustments, and links to their pages."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from goodword.accounts.models import Organisation
from goodword.assessments.adjustments.requests import request_adjustment
from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.core.models import Event
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from tests.assessments.plans import WORK_STYLE, PlannedTest, attempt_of
from tests.assessments.support import application
from tests.support import factories
from tests.support.kept import kept
from tests.support.mail import mail_is_taken

NOW = factories.NOW
#: twenty statements with a time limit of fifteen minutes
TIMED = replace(WORK_STYLE, minutes=15)
HANNA = ("Hanna Rehm", "hanna@acme.example")


def named(organisation: Organisation) -> None:
    name, address = HANNA
    Organisation.objects.filter(pk=organisation.pk).update(adjustments_name=name, adjustments_email=address)


@kept
def timed(*parts: PlannedTest, of: Application | None = None, **values: Any) -> Attempt:
    """An attempt with a contact for adjustments and these parts (default: one timed)."""
    of = of or application()
    named(of.organisation)
    return fresh(attempt_of(*(parts or (TIMED,)), of=of, **values))


def asked(attempt: Attempt, *, now: datetime = NOW, **values: Any) -> Adjustment:
    """An open request for 50% extra time."""
    given: dict[str, Any] = {"percent": 50, "form": False, "text": "", "may_disclose": False} | values
    waits = request_adjustment(attempt_id=attempt.pk, now=now, **given).waits
    assert waits is not None
    mail_is_taken(attempt.step_request.application, at=now)
    return waits


def fresh(attempt: Attempt) -> Attempt:
    return (
        Attempt.objects.of(attempt.organisation)
        .select_related("step_request__step", "assessment")
        .get(pk=attempt.pk)
    )


def clocks(attempt: Attempt) -> list[int | None]:
    """The time limit of each part in seconds."""
    parts = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    return list(parts.order_by("order").values_list("seconds", flat=True))


def requests(attempt: Attempt) -> list[tuple[str, int, bool, int, bool]]:
    """State, requested time and form, granted time and form of each request."""
    rows = Adjustment.objects.of(attempt.organisation).filter(attempt=attempt).order_by("pk")
    return list(
        rows.values_list("state", "wants_time", "wants_accessible_version", "percent", "accessible_version")
    )


def answer_path(row: Adjustment, **values: Any) -> str:
    """The path of a new link to the contact's page."""
    given: dict[str, Any] = {"now": max(NOW, clock.now())} | values
    url = links.mint(
        organisation=row.organisation, purpose=Link.Purpose.ADJUSTMENT, subject_id=row.pk, **given
    )
    return reverse("adjustment_answer", args=[url.rstrip("/").rsplit("/", 1)[-1]])


def everything(attempt: Attempt) -> dict[str, object]:
    """All rows that requests and answers can change."""
    row = Attempt.objects.of(attempt.organisation).filter(pk=attempt.pk).values().get()
    return {
        "attempt": row,
        "parts": list(AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt).values()),
        "requests": list(Adjustment.objects.of(attempt.organisation).order_by("pk").values()),
        "mails": list(Email.objects.of(attempt.organisation).order_by("pk").values("key", "state")),
        "events": Event.objects.count(),
    }

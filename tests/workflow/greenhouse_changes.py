"""Changes to an application in Greenhouse, and reactions in any order."""

import random
from typing import Any

from django.db import transaction

from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core.events import record, run_reaction
from goodword.core.models import Reaction
from goodword.notifications.models import Email
from goodword.references.models import Check
from goodword.roles.models import automation_of
from goodword.workflow.models import StepRun, status
from tests.support import factories

NOW = factories.NOW
MODELS: dict[str, type[Attempt] | type[Check]] = {"assessment": Attempt, "reference_check": Check}

Happening = tuple[str, dict[str, Any]]

REJECT: Happening = ("application.rejected", {"reason": ""})
UNREJECT: Happening = ("application.unrejected", {})
HIRE: Happening = ("application.hired", {})
UNHIRE: Happening = ("application.unhired", {})


def enter(stage_id: int, *, job_id: int = 31) -> Happening:
    return ("application.entered_stage", {"job_id": job_id, "stage_id": stage_id, "stage_name": "Stage"})


def leave(stage_id: int, to: int) -> Happening:
    return ("application.left_stage", {"stage_id": stage_id, "to_stage_id": to})


def change_job(to: int, *, since: int = 31) -> Happening:
    return ("application.changed_job", {"from_job_id": since, "job_id": to})


def apply_each(application: Application, *events: Happening) -> None:
    """Apply each in its own delivery."""
    for event in events:
        apply_together(application, event)


def apply_together(application: Application, *events: Happening) -> None:
    """Apply all changes in one transaction, as if they came in one Harvest response."""
    with transaction.atomic():
        for name, data in events:
            factories.apply_event(application, name, data)
            if name == "application.changed_job":
                home = automation_of(connection_id=1, job_id=data["job_id"])
                values = {"job_id": data["job_id"]} | ({"role": home.role} if home else {})
                Application.objects.of(application.organisation).filter(pk=application.pk).update(**values)
        for name, data in events:
            record(
                name,
                organisation_id=application.organisation_id,
                application_id=application.pk,
                actor="greenhouse",
                at=NOW,
                data=data,
            )


def react_in_order_of(seed: int) -> None:
    """Run all reactions in this order, without sending mail."""
    dice = random.Random(seed)
    while waiting := list(Reaction.objects.filter(state="waiting").select_related("event").order_by("pk")):
        run_reaction(dice.choice(waiting))


def run_of(application: Application, kind: str) -> StepRun | None:
    runs = MODELS[kind].objects.of(application.organisation).filter(step_request__application=application)
    assert runs.count() <= 1
    return runs.first()


def shown(application: Application, kind: str) -> str:
    """The displayed status. No mail is sent in these tests, so nobody counts as invited."""
    run = run_of(application, kind)
    state = status(run, now=NOW) if run else "none"
    return "pending" if state == "unsent" else state


def mails(application: Application) -> list[str]:
    """The states of the mails to candidate and referees."""
    rows = Email.objects.of(application.organisation).exclude(kind__endswith=".needs_attention")
    return list(rows.order_by("pk").values_list("state", flat=True))

"""Why a candidate has not been invited to a step, by their stage in Greenhouse."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from goodword.candidates.models import Application
from goodword.greenhouse.models import Finding
from goodword.roles.models import AlreadyThere, StageRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """`why`: "by_hand" (candidate or role is not linked to Greenhouse), "unmapped" (no stage of the job starts the
    step), "to_come" (with one of `stages`), "already_there" (since before the job was linked, or the stage mapped,
    `at`), "dismissed" (a member decided not to invite, `at`) or "not_invited" (in the stage, without a record).
    """

    why: Literal["by_hand", "unmapped", "to_come", "already_there", "dismissed", "not_invited"]
    stages: tuple[str, ...] = ()
    at: datetime | None = None


def before_start(application: Application, kind: str) -> Before:
    """Why the step of this kind has not started. At most three queries."""
    if application.connection_id is None or application.job_id is None:
        return Before(why="by_hand")
    rules = list(
        StageRule.objects.of(application.organisation)
        .filter(
            automation__connection_id=application.connection_id,
            automation__job_id=application.job_id,
            step__kind=kind,
        )
        .order_by("pk")
    )
    if not rules:
        return Before(why="unmapped")
    here = next((rule for rule in rules if rule.stage_id == application.stage_id), None)
    if here is None:
        return Before(why="to_come", stages=tuple(rule.stage_name for rule in rules))
    recorded = (
        AlreadyThere.objects.of(application.organisation)
        .filter(
            automation=here.automation_id,
            remote_application_id=application.remote_id or 0,
            stage_id=here.stage_id,
        )
        .first()
    )
    if recorded is None:
        return Before(why="not_invited")
    dismissed = Finding.objects.of(application.organisation).filter(
        application=application, state=Finding.State.DISMISSED, settled_at=recorded.recorded_at
    )
    return Before(why="dismissed" if dismissed.exists() else "already_there", at=recorded.recorded_at)

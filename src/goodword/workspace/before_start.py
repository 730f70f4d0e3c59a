"""Why a candidate has not been invited to a step, by their stage in Greenhouse."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import F

from goodword.accounts.models import Organisation
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


def already_in_stage(
    applications: Iterable[Application], *, organisation: Organisation
) -> set[tuple[int, str]]:
    """(application id, kind of step) of those whose `before_start` is "already_there". At most two queries."""
    found = {
        (one.connection_id, one.job_id, one.remote_id, one.stage_id): one.pk
        for one in applications
        if one.connection_id is not None and one.remote_id is not None
    }
    if not found:
        return set()
    rows = AlreadyThere.objects.of(organisation).filter(
        remote_application_id__in=[key[2] for key in found], automation__rules__stage_id=F("stage_id")
    )
    recorded = {
        (found[key], str(kind), at)
        for *where, kind, at in rows.values_list(
            "automation__connection_id",
            "automation__job_id",
            "remote_application_id",
            "stage_id",
            "automation__rules__step__kind",
            "recorded_at",
        )
        if (key := tuple(where)) in found
    }
    if not recorded:
        return set()
    dismissed = set(
        Finding.objects.of(organisation)
        .filter(application__in={pk for pk, _kind, _at in recorded}, state=Finding.State.DISMISSED)
        .values_list("application_id", "settled_at")
    )
    return {(pk, kind) for pk, kind, at in recorded if (pk, at) not in dismissed}

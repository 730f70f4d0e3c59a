"""Change the settings of a role's step: they count from then on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.roles.models import Step

#: working days
LONGEST_DEADLINE: Final = 60
#: reminders at the most; the first mail says how many
MOST_REMINDERS: Final = 5
#: minutes: 30 days
LONGEST_DELAY: Final = 30 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSettings:
    """What can be set of a step. Days are working days after the invitation."""

    delay_minutes: int
    deadline_days: int
    reminder_days: tuple[int, ...]
    on_leave: str
    on_reject: str
    on_hire: str


def settings_of(step: Step) -> StepSettings:
    """As they are."""
    return StepSettings(
        delay_minutes=step.delay_minutes,
        deadline_days=step.deadline_days,
        reminder_days=tuple(step.reminder_days),
        on_leave=step.on_leave,
        on_reject=step.on_reject,
        on_hire=step.on_hire,
    )


def change_settings(*, step: Step, settings: StepSettings, by: Membership, now: datetime) -> bool:
    """Make them so; returns whether anything changed. What did is in the audit log, before and after.

    Deadlines of who was invited before stay; reminders follow, but never more than were promised.
    """
    with transaction.atomic():
        row = Step.objects.of(step.organisation).select_for_update(of=("self",)).get(pk=step.pk)
        changed = _changed(settings_of(row), settings)
        if not changed:
            return False
        for name in changed:
            value = getattr(settings, name)
            setattr(row, name, list(value) if name == "reminder_days" else value)
        row.save(update_fields=list(changed))
        write(
            organisation=step.organisation,
            action="step.settings_changed",
            member=by,
            now=now,
            details={"role": row.role_id, "kind": row.kind, "changed": dict(changed)},
        )
        return True


def set_delay(*, step: Step, minutes: int, by: Membership, now: datetime) -> bool:
    """Only the delay between a stage and the invitation."""
    now_set = asdict(settings_of(step)) | {"delay_minutes": minutes}
    return change_settings(step=step, settings=StepSettings(**now_set), by=by, now=now)


def set_requirement(*, step: Step, text: str, by: Membership, now: datetime) -> bool:
    """Keep the requirement of the job that an assessment serves, with who said so and when; returns whether it is
    another than before. In the caller's transaction."""
    text = text.strip()
    row = Step.objects.of(step.organisation).select_for_update(of=("self",)).get(pk=step.pk)
    if text == row.requirement:
        return False
    row.requirement, row.requirement_by, row.requirement_at = text, by.user.name[:150], now
    row.save(update_fields=["requirement", "requirement_by", "requirement_at"])
    write(
        organisation=step.organisation,
        action="step.requirement_changed",
        member=by,
        now=now,
        details={"role": row.role_id},
    )
    return True


def _changed(before: StepSettings, after: StepSettings) -> Mapping[str, Any]:
    old, new = asdict(before), asdict(after)
    return {name: [_plain(old[name]), _plain(new[name])] for name in old if old[name] != new[name]}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, assert_never

from django.db import transaction

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.roles.models import Role, Step
from goodword.roles.slots import SlotSetting, slots_of, stored

#: working days
LONGEST_DEADLINE: Final = 60
MOST_REMINDERS: Final = 5
#: minutes: 30 days
LONGEST_DELAY: Final = 30 * 24 * 60


#: working days after the invitation
REMINDER_DAYS = [2, 5]
DEADLINE_DAYS = {Step.Kind.ASSESSMENT: 7, Step.Kind.REFERENCE_CHECK: 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSettings:
    """Settings that all kinds of step have. Days are working days after the invitation."""

    delay_minutes: int
    deadline_days: int
    reminder_days: tuple[int, ...]
    on_leave: str
    on_reject: str
    on_hire: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings(StepSettings):
    slots: tuple[SlotSetting, ...]
    least: int | None
    referee_deadline_days: int
    referee_reminder_days: tuple[int, ...]
    self_reference: str
    questionnaire_id: int | None
    languages: tuple[str, ...]
    candidate_may_see: bool


def settings_of(step: Step) -> StepSettings:
    settings: type[StepSettings]
    match kind := Step.Kind(step.kind):
        case Step.Kind.ASSESSMENT:
            settings = StepSettings
        case Step.Kind.REFERENCE_CHECK:
            settings = CheckSettings
        case _:
            assert_never(kind)
    return settings(**{field.name: _read(step, field.name) for field in fields(settings)})


def change_settings(*, step: Step, settings: StepSettings, by: Membership, now: datetime) -> bool:
    """Change a step's settings. Runs that have started keep their slots, deadlines and reminders. Those
    that continued after a rejection or hire stay open. Returns whether anything changed."""
    with transaction.atomic():
        row = Step.objects.of(step.organisation).select_for_update(of=("self",), no_key=True).get(pk=step.pk)
        changed = _changed(settings_of(row), settings)
        if not changed:
            return False
        for name, (_before, after) in changed.items():
            setattr(row, name, after)
        row.save(update_fields=list(changed))
        write_by(
            by,
            "step.settings_changed",
            now=now,
            details={"role": row.role_id, "kind": row.kind, "changed": dict(changed)},
        )
        return True


def set_delay(*, step: Step, minutes: int, by: Membership, now: datetime) -> bool:
    """Change only the delay between the stage move and the invitation."""
    return change_settings(
        step=step, settings=replace(settings_of(step), delay_minutes=minutes), by=by, now=now
    )


REQUIREMENT_FIELDS: Final = ("requirement", "requirement_by", "requirement_at", "requirement_scales")


def set_requirement(
    *, step: Step, text: str, scales: Sequence[str] = (), by: Membership, now: datetime
) -> bool:
    """Set which job requirement an assessment measures, with author and time. Returns whether it changed.

    `scales`: ids of the default test's scales that measure it; empty if none were chosen.
    """
    text = text.strip()
    row = Step.objects.of(step.organisation).select_for_update(of=("self",), no_key=True).get(pk=step.pk)
    if (text, list(scales)) == (row.requirement, row.requirement_scales):
        return False
    row.requirement, row.requirement_by, row.requirement_at = text, by.user.name[:150], now
    row.requirement_scales = list(scales)
    row.save(update_fields=REQUIREMENT_FIELDS)
    write_by(by, "step.requirement_changed", now=now, details={"role": row.role_id})
    return True


class NotAnOwner(Exception):
    """The member is deactivated, or a hiring manager."""


def create_role(*, title: str, owner: Membership, now: datetime) -> Role:
    """Raises NotAnOwner."""
    with transaction.atomic():
        role = add_role(title=title, owner=owner, now=now)
        write_by(owner, "role.created", now=now, details={"role": role.pk})
        return role


def add_role(*, title: str, owner: Membership, now: datetime) -> Role:
    """Create a role. Its assessments pause when candidates leave the stage; checks continue, because offers depend on
    them. Raises NotAnOwner."""
    lock_owner(owner)
    role = Role.objects.create(
        organisation=owner.organisation, title=" ".join(title.split()), owner=owner, created_at=now
    )
    for kind in Step.Kind:
        match kind:
            case Step.Kind.ASSESSMENT:
                on_leave, on_hire = Step.OnLeave.PAUSE, Step.OnClose.CLOSE
            case Step.Kind.REFERENCE_CHECK:
                on_leave, on_hire = Step.OnLeave.GO_ON, Step.OnClose.GO_ON
            case _:
                assert_never(kind)
        Step.objects.create(
            organisation=owner.organisation,
            role=role,
            kind=kind,
            deadline_days=DEADLINE_DAYS[kind],
            reminder_days=REMINDER_DAYS,
            on_leave=on_leave,
            on_hire=on_hire,
        )
    return role


def lock_owner(member: Membership) -> None:
    """Lock the member, so that deactivating them hands this role over too. Raises NotAnOwner."""
    rows = Membership.objects.of(member.organisation).select_for_update(of=("self",), no_key=True)
    locked = rows.get(pk=member.pk)
    if locked.deactivated_at is not None or not locked.may_work:
        raise NotAnOwner


def _read(step: Step, name: str) -> Any:
    value = getattr(step, name)
    if name == "slots":
        return slots_of(value)
    return tuple(value) if isinstance(value, list) else value


def _changed(before: StepSettings, after: StepSettings) -> Mapping[str, tuple[Any, Any]]:
    both = {
        field.name: (_plain(getattr(before, field.name)), _plain(getattr(after, field.name)))
        for field in fields(after)
    }
    return {name: values for name, values in both.items() if values[0] != values[1]}


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return stored(value) if value and isinstance(value[0], SlotSetting) else list(value)

"""Which stages of a linked job start which step, and who stood in them when that was said."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.roles.models import AlreadyThere, Automation, StageRule, Step

_STAGE = 200  # what the column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLink:
    """A stage that starts a step."""

    stage_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """An application that stands in a stage, by Greenhouse's ids."""

    application_id: int
    stage_id: int


def map_stages(
    automation: Automation, *, steps: Mapping[str, Step], stages: Mapping[str, Sequence[StageLink]]
) -> tuple[set[int], bool]:
    """Make the rules what is asked; returns the stages that start a step they did not start before, and
    whether a rule went."""
    wanted = {
        (steps[kind].pk, row.stage_id): row.name[:_STAGE] for kind, rows in stages.items() for row in rows
    }
    rules = StageRule.objects.of(automation.organisation).filter(automation=automation)
    there = {(rule.step_id, rule.stage_id): rule for rule in rules}
    gone = [rule.pk for key, rule in there.items() if key not in wanted]
    rules.filter(pk__in=gone).delete()
    for key, name in wanted.items():
        if key in there:
            rules.filter(pk=there[key].pk).update(stage_name=name)
        else:
            step_id, stage_id = key
            StageRule.objects.create(
                organisation=automation.organisation,
                automation=automation,
                step_id=step_id,
                stage_id=stage_id,
                stage_name=name,
            )
    return {stage_id for step_id, stage_id in wanted if (step_id, stage_id) not in there}, bool(gone)


def record_stood(
    automation: Automation, *, stood: Collection[Stood], stage_ids: Collection[int], now: datetime
) -> None:
    """Keep who of them stands in one of these stages: reconciliation never invites them."""
    AlreadyThere.objects.across_organisations().bulk_create(
        [
            AlreadyThere(
                organisation=automation.organisation,
                automation=automation,
                remote_application_id=one.application_id,
                stage_id=one.stage_id,
                recorded_at=now,
            )
            for one in stood
            if one.stage_id in stage_ids
        ],
        update_conflicts=True,
        unique_fields=["automation", "remote_application_id", "stage_id"],
        update_fields=["recorded_at"],
    )

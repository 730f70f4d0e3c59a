"""From two states of an application to the events in between."""

import pytest

from goodword.greenhouse.sync.applications import ApplicationState, changes

A, B = 501, 502


def stands(
    status: str = "active", stage: int | None = A, job: int | None = 31, reason: str = ""
) -> ApplicationState:
    name = f"stage {stage}" if stage else ""
    return ApplicationState(status=status, job_id=job, stage_id=stage, stage_name=name, reason=reason)


def names(old: ApplicationState | None, new: ApplicationState, *, arrived: bool = True) -> list[str]:
    return [name.removeprefix("application.") for name, _ in changes(old, new, arrived=arrived)]


@pytest.mark.parametrize(
    ("old", "new", "happened"),
    [
        (None, stands(), ["applied", "entered_stage"]),
        (None, stands(stage=None), ["applied"]),
        (None, stands("rejected"), ["applied", "rejected"]),
        (None, stands("hired"), ["applied", "hired"]),
        (None, stands("converted"), ["applied"]),
        (stands(), stands(), []),
        (stands("rejected"), stands("rejected", stage=B), []),
        (stands("hired"), stands("hired"), []),
        (stands(), stands(stage=B), ["left_stage", "entered_stage"]),
        (stands(stage=None), stands(), ["entered_stage"]),
        (stands(), stands(stage=None), ["left_stage"]),
        (stands(), stands("rejected"), ["rejected"]),
        (stands(), stands("rejected", stage=B), ["rejected"]),
        (stands("rejected"), stands(), ["unrejected"]),
        (stands("rejected"), stands(stage=B), ["unrejected", "left_stage", "entered_stage"]),
        (stands(), stands("hired"), ["hired"]),
        (stands("hired"), stands(), ["unhired"]),
        (stands("rejected"), stands("hired"), ["unrejected", "hired"]),
        (stands("hired"), stands("rejected"), ["unhired", "rejected"]),
        (stands(), stands("converted"), ["converted"]),
        (stands(), stands(stage=B, job=32), ["changed_job", "left_stage", "entered_stage"]),
    ],
)
def test_events_are_recorded_in_their_natural_order(
    old: ApplicationState | None, new: ApplicationState, happened: list[str]
) -> None:
    assert names(old, new) == happened


def test_a_first_reading_is_an_arrival_only_in_a_newly_entered_stage() -> None:
    assert names(None, stands(), arrived=False) == ["applied"]


def test_events_contain_the_data_that_reactions_need() -> None:
    told = dict(changes(stands(), stands(stage=B)))
    assert told == {
        "application.left_stage": {"stage_id": A, "to_stage_id": B},
        "application.entered_stage": {"job_id": 31, "stage_id": B, "stage_name": "stage 502"},
    }
    assert dict(changes(stands(), stands("rejected", reason="Withdrew"))) == {
        "application.rejected": {"reason": "Withdrew"}
    }

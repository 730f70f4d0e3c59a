"""From two states of an application to the events in between. Pure: no rows, no network.

Only states are compared, never deliveries, so it is idempotent, and deliveries in the wrong order still end in what
Harvest says now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from goodword.candidates.models import Application
from goodword.greenhouse import client as remote

Status = Application.Status

ENDED = frozenset({remote.ApplicationStatus.REJECTED, remote.ApplicationStatus.HIRED})

Change = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationState:
    """Status, job and stage of an application; `reason` of a rejection."""

    status: str
    job_id: int | None
    stage_id: int | None
    stage_name: str
    reason: str = ""


def changes(old: ApplicationState | None, new: ApplicationState, *, arrived: bool = True) -> Iterator[Change]:
    """Names and data of the events between `old` and `new`, in their natural order.

    `old` is None for a new application. `arrived`: whether being in this stage counts as an arrival: for a new one in a
    mapped stage, and never in one where it already was when it was mapped. A rejected or hired one enters no stage.
    """
    active = new.status == Status.ACTIVE
    if old is None:
        yield "application.applied", {"job_id": new.job_id}
        if active and arrived and new.stage_id is not None:
            yield _entered(new)
    else:
        if old.status == Status.REJECTED != new.status:
            yield "application.unrejected", {}
        if old.status == Status.HIRED != new.status:
            yield "application.unhired", {}
        if old.job_id != new.job_id:
            yield "application.changed_job", {"from_job_id": old.job_id, "job_id": new.job_id}
        if active and old.stage_id != new.stage_id:
            if old.stage_id is not None:
                yield "application.left_stage", {"stage_id": old.stage_id, "to_stage_id": new.stage_id}
            if new.stage_id is not None and arrived:
                yield _entered(new)
    before = old.status if old else Status.ACTIVE
    if new.status == Status.REJECTED != before:
        yield "application.rejected", {"reason": new.reason}
    if new.status == Status.HIRED != before:
        yield "application.hired", {}
    if new.status == Status.CONVERTED != before and old is not None:
        yield "application.converted", {}


def lacks_stage(application: remote.Application) -> bool:
    """Whether Greenhouse omits the stage of an ended application (v1 does after a hire, v3 may).

    Our copy then keeps its stage: otherwise undoing the rejection or hire would look like an arrival.
    """
    return application.stage_id is None and application.status in ENDED


def _entered(new: ApplicationState) -> Change:
    data = {"job_id": new.job_id, "stage_id": new.stage_id, "stage_name": new.stage_name}
    return "application.entered_stage", data


def describe(name: str, data: Mapping[str, Any]) -> str:
    """The change in a few words, for the inbox. No names of people."""
    match name:
        case "application.applied":
            return "first seen"
        case "application.entered_stage":
            return f"entered {data['stage_name']}"
        case "application.left_stage":
            return "left its stage"
        case "application.rejected":
            return f"rejected ({data['reason']})" if data["reason"] else "rejected"
        case "application.changed_job":
            return f"moved to job {data['job_id']}"
        case "candidate.changed":
            return "address, name or permission to e-mail changed"
        case _:
            return name.rpartition(".")[2]

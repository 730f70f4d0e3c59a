"""Rows for tests, one function per model, with sensible defaults."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from goodword.accounts.models import Membership, Organisation, User
from goodword.candidates.models import Application, Candidate
from goodword.roles.domain.settings import create_role
from goodword.roles.models import Automation, Role, StageRule, Step
from goodword.workflow.models import StepRequest

#: a Tuesday, ten in the morning in Berlin
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
_number = count(1)


def organisation(**values: Any) -> Organisation:
    n = next(_number)
    return Organisation.objects.create(
        **{"name": f"Acme {n}", "slug": f"acme-{n}", "created_at": NOW} | values
    )


def member(org: Organisation, *, kind: str = "recruiter", **values: Any) -> Membership:
    n = next(_number)
    user = User.objects.create_user(
        **{"email": f"person{n}@acme.example", "name": f"Person {n}", "password": PASSWORD} | values
    )
    return Membership.objects.create(organisation=org, user=user, kind=kind, created_at=NOW)


def role(org: Organisation, *, title: str = "Window Washer", owner: Membership | None = None) -> Role:
    return create_role(title=title, owner=owner or member(org, kind="admin"), now=NOW)


def step(of: Role, kind: str) -> Step:
    return Step.objects.of(of.organisation).get(role=of, kind=kind)


def automation(
    of: Role, *, connection_id: int, job_id: int, stages: dict[str, tuple[int, str]]
) -> Automation:
    """`stages`: step kind to (stage id, stage name)."""
    made = Automation.objects.create(
        organisation=of.organisation,
        role=of,
        connection_id=connection_id,
        job_id=job_id,
        job_name=of.title,
        confirmed_at=NOW,
    )
    if "assessment" in stages:
        Step.objects.of(of.organisation).filter(role=of, kind="assessment", requirement="").update(
            requirement="Washes windows"
        )
    for kind, (stage_id, name) in stages.items():
        StageRule.objects.create(
            organisation=of.organisation,
            automation=made,
            step=step(of, kind),
            stage_id=stage_id,
            stage_name=name,
        )
    return made


def candidate(org: Organisation, **values: Any) -> Candidate:
    n = next(_number)
    return Candidate.objects.create(
        **{
            "organisation": org,
            "connection_id": 1,
            "remote_id": 7000 + n,
            "first_name": "Ada",
            "last_name": f"Lovelace {n}",
            "email": f"ada{n}@mail.example",
            "created_at": NOW,
        }
        | values
    )


def application(of: Role, **values: Any) -> Application:
    n = next(_number)
    who = values.pop("candidate", None) or candidate(of.organisation)
    return Application.objects.create(
        **{
            "organisation": of.organisation,
            "candidate": who,
            "role": of,
            "connection_id": 1,
            "remote_id": 9000 + n,
            "created_at": NOW,
            "recruiter_name": "Rita Recruiter",
            "recruiter_email": "rita@acme.example",
        }
        | values
    )


def step_request(of: Application, kind: str, **values: Any) -> StepRequest:
    assert of.role is not None
    return StepRequest.objects.create(
        **{
            "organisation": of.organisation,
            "application": of,
            "step": step(of.role, kind),
            "state": StepRequest.State.STARTED,
            "requested_at": NOW,
            "started_at": NOW,
        }
        | values
    )


#: an application's status in Greenhouse after the event of this name
STATUS_AFTER = {
    "application.rejected": "rejected",
    "application.unrejected": "active",
    "application.hired": "hired",
    "application.unhired": "active",
}


def apply_event(of: Application, event: str, data: Mapping[str, Any]) -> None:
    """Update the application's row to match the event, as the sync does in the same transaction."""
    values: dict[str, Any] = {}
    if event in STATUS_AFTER:
        values["status"] = STATUS_AFTER[event]
    elif event == "application.left_stage":
        values["stage_id"] = data["to_stage_id"]
    elif event == "application.entered_stage":
        values["stage_id"] = data["stage_id"]
    if values:
        Application.objects.of(of.organisation).filter(pk=of.pk).update(**values)

"""The list endpoints of v3 with their filters."""

from typing import Any

from greenhouse_sandbox.acts.stages import current_stage
from greenhouse_sandbox.api.v3 import shapes_jobs, shapes_people
from greenhouse_sandbox.api.v3.filters import (
    Filter,
    Test,
    boolean,
    check_choice,
    choice,
    dates,
    ids,
    ids_within,
    parse_boolean,
    text,
)
from greenhouse_sandbox.api.v3.listing import Resource
from greenhouse_sandbox.api.v3.shapes_people import READ_VISIBILITY
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import CONVERTED, HIRED, IN_PROCESS, REJECTED
from greenhouse_sandbox.tokens import Bearer

STATUSES = {"active": IN_PROCESS, "rejected": REJECTED, "hired": HIRED, "converted": CONVERTED}
NOTE_TYPES = (
    "NOTE",
    "ACTIVITY",
    "INTERVIEW",
    "EMAIL",
    "FOLLOW_UP",
    "TAKE_HOME_TEST",
    "LINKEDIN_NOTE",
    "LINKEDIN_INMAIL",
    "AVAILABILITY_REQUEST",
    "MIGRATION_ERROR",
    "TOUCHPOINT",
    "FORM",
    "FEEDBACK",
)


def _status(store: Store, name: str, wanted: str) -> Test:
    """The filter says `active` where the record says `in_process`."""
    if wanted == IN_PROCESS and store.switches["in_process_filter"] == "empty":
        return lambda _row: False
    check_choice(name, wanted, STATUSES)
    return lambda row: row.status == STATUSES[wanted]


def _stage_of(member: str) -> Filter:
    """Applications by their present stage's id or name."""

    def build(store: Store, name: str, wanted: str) -> Test:
        test = ids(member)(store, name, wanted) if member == "id" else text(member)(store, name, wanted)

        def stands_there(row: Any) -> bool:
            stage = current_stage(store, row)
            return stage is not None and test(stage)

        return stands_there

    return build


def _email(_: Store, __: str, wanted: str) -> Test:
    lowered = wanted.lower()
    return lambda row: any(one["value"].lower() == lowered for one in row.email_addresses)


def _tag(_: Store, __: str, wanted: str) -> Test:
    return lambda row: wanted in row.tags


def _private(store: Store, name: str, wanted: str) -> Test:
    if not parse_boolean(name, wanted):
        return lambda row: not row.private
    if store.switches["private_filter_true"] == "only":
        return lambda row: row.private
    return lambda _row: True


def _accepted(_: Store, name: str, wanted: str) -> Test:
    """A parameter that is checked here and acted on by the visibility of the resource."""
    parse_boolean(name, wanted)
    return lambda _row: True


def _live_posts(_: Store, __: Bearer, query: dict[str, str]) -> Test:
    return lambda row: row.active or "active" in query


def _entered(store: Store, _: Bearer, __: dict[str, str]) -> Test:
    scaffolding = store.switches["stage_scaffolding"]
    return lambda row: scaffolding or row.entered_at is not None


def _own_reasons(_: Store, __: Bearer, query: dict[str, str]) -> Test:
    with_defaults = query.get("include_defaults") == "true"
    return lambda row: with_defaults or not row.default


def _persons(_: Store, __: Bearer, query: dict[str, str]) -> Test:
    with_services = query.get("show_service_accounts") == "true"
    return lambda row: with_services or not row.service_account


def _jobs(store: Store, caller: Bearer, _: dict[str, str]) -> Test:
    if store.switches["confidential_jobs"] == "visible":
        return lambda _row: True

    def on_team(row: Any) -> bool:
        team = store.job_owners.by("job_id", row.id) + store.job_hiring_managers.by("job_id", row.id)
        return any(member.user_id == caller.user.id for member in team)

    return lambda row: not row.confidential or on_team(row)


RESOURCES = (
    Resource(
        name="jobs",
        table=lambda store: store.jobs,
        shape=shapes_jobs.job,
        filters={
            "opened_at": dates("opened_at"),
            "closed_at": dates("closed_at"),
            "requisition_id": text("requisition_id"),
            "department_id": ids("department_id"),
            "office_id": ids_within("office_ids"),
            "confidential": boolean("confidential"),
            "status": choice("status", {name: name for name in ("open", "draft", "closed")}),
        },
        visible=_jobs,
    ),
    Resource(
        name="job_posts",
        table=lambda store: store.job_posts,
        shape=shapes_jobs.job_post,
        filters={
            "job_ids": ids("job_id"),
            "job_board_ids": ids("job_board_id"),
            "active": boolean("active"),
            "featured": boolean("featured"),
            "live": boolean("live"),
            "internal": boolean("internal"),
        },
        indexed={"job_ids": "job_id"},
        visible=_live_posts,
    ),
    Resource(
        name="job_interview_stages",
        table=lambda store: store.job_stages,
        shape=shapes_jobs.job_interview_stage,
        filters={"job_ids": ids("job_id"), "active": boolean("active")},
        indexed={"job_ids": "job_id"},
    ),
    Resource(
        name="applications",
        table=lambda store: store.applications,
        shape=shapes_people.application,
        filters={
            "candidate_ids": ids("candidate_id"),
            "job_ids": ids("job_id"),
            "prospective_job_ids": ids_within("prospective_job_ids"),
            "job_post_ids": ids("job_post_id"),
            "source_ids": ids("source_id"),
            "stage_ids": ids("stage_id"),
            "job_interview_stage_ids": _stage_of("id"),
            "status": _status,
            "stage_name": _stage_of("name"),
            "last_activity_at": dates("last_activity_at"),
            "prospect": boolean("prospect"),
        },
        indexed={"candidate_ids": "candidate_id", "job_ids": "job_id"},
    ),
    Resource(
        name="application_stages",
        table=lambda store: store.application_stages,
        shape=shapes_people.application_stage,
        filters={
            "application_ids": ids("application_id"),
            "job_interview_stage_ids": ids("job_stage_id"),
            "current": boolean("current"),
        },
        indexed={"application_ids": "application_id"},
        visible=_entered,
    ),
    Resource(
        name="candidates",
        table=lambda store: store.candidates,
        shape=shapes_people.candidate,
        filters={
            "last_activity_at": dates("last_activity_at"),
            "private": _private,
            "email": _email,
            "tag": _tag,
        },
    ),
    Resource(
        name="notes",
        table=lambda store: store.notes,
        shape=shapes_people.note,
        filters={
            "candidate_ids": ids("candidate_id"),
            "user_ids": ids("user_id"),
            "application_ids": ids("application_id"),
            "type": choice("type", {name: name for name in NOTE_TYPES}),
            "visibility": choice("visibility", {read: written for written, read in READ_VISIBILITY.items()}),
        },
        indexed={"candidate_ids": "candidate_id", "application_ids": "application_id"},
    ),
    Resource(
        name="rejection_reasons",
        table=lambda store: store.rejection_reasons,
        shape=shapes_jobs.rejection_reason,
        filters={"include_defaults": _accepted},
        visible=_own_reasons,
    ),
    Resource(
        name="rejection_details",
        table=lambda store: store.rejection_details,
        shape=shapes_people.rejection_detail,
        filters={
            "application_ids": ids("application_id"),
            "rejection_reason_ids": ids("rejection_reason_id"),
        },
        indexed={"application_ids": "application_id"},
    ),
    Resource(
        name="users",
        table=lambda store: store.users,
        shape=shapes_people.user,
        filters={
            "office_ids": ids_within("office_ids"),
            "department_ids": ids_within("department_ids"),
            "linked_candidate_ids": ids_within("linked_candidate_ids"),
            "deactivated": boolean("deactivated"),
            "primary_email": text("primary_email"),
            "show_service_accounts": _accepted,
        },
        visible=_persons,
    ),
    Resource(
        name="job_owners",
        table=lambda store: store.job_owners,
        shape=shapes_jobs.job_owner,
        filters={
            "user_ids": ids("user_id"),
            "job_ids": ids("job_id"),
            "type": choice("type", {name: name for name in ("sourcer", "recruiter", "coordinator")}),
        },
        indexed={"job_ids": "job_id"},
    ),
    Resource(
        name="job_hiring_managers",
        table=lambda store: store.job_hiring_managers,
        shape=shapes_jobs.job_hiring_manager,
        filters={"user_ids": ids("user_id"), "job_ids": ids("job_id")},
        indexed={"job_ids": "job_id"},
    ),
    Resource(name="departments", table=lambda store: store.departments, shape=shapes_jobs.department),
    Resource(name="offices", table=lambda store: store.offices, shape=shapes_jobs.office),
    Resource(name="sources", table=lambda store: store.sources, shape=shapes_jobs.source),
)

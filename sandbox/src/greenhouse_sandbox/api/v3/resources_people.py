from collections.abc import Callable
from typing import Any

from greenhouse_sandbox.acts.progress import current_stage
from greenhouse_sandbox.api.v3 import shapes_people, visibility
from greenhouse_sandbox.api.v3.derived import applied_tags, prospect_details
from greenhouse_sandbox.api.v3.filters import (
    Filter,
    Test,
    boolean,
    check_choice,
    choice,
    dates,
    ids,
    ids_within,
    midnights,
    no_day,
    nothing,
    only,
    option,
    parse_boolean,
    parse_ids,
)
from greenhouse_sandbox.api.v3.listing import Resource
from greenhouse_sandbox.api.v3.shapes_people import READ_VISIBILITY
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import CONVERTED, HIRED, IN_PROCESS, REJECTED, TYPES

#: status in requests -> status in responses
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
INTERVIEW_STATES = (
    "to_be_scheduled",
    "scheduled",
    "awaiting_feedback",
    "complete",
    "skipped",
    "collect_feedback",
    "to_be_sent",
    "sent",
    "received",
)
STAMPS = {"created_at": "created_at", "updated_at": "updated_at"}


def _status(store: Store, name: str, wanted: str) -> Test:
    """Rows may have the status `in_process`, but it isn't a filter: 422 or, by switch, no rows."""
    if wanted == IN_PROCESS and store.switches["in_process_filter"] == "empty":
        return lambda _row: False
    check_choice(name, wanted, STATUSES)
    return lambda row: row.status == STATUSES[wanted]


def _stage_of(member: str) -> Filter:
    def build(store: Store, name: str, wanted: str) -> Test:
        chosen: set[Any] = set(parse_ids(name, wanted)) if member == "id" else {wanted}

        def stands_there(row: Any) -> bool:
            stage = current_stage(store, row)
            return stage is not None and getattr(stage, member) in chosen

        return stands_there

    return build


def _in_stages(store: Store, name: str, wanted: str) -> list[int]:
    """Ids of the applications in these stages."""
    return _application_ids_in(store, parse_ids(name, wanted))


def _in_stages_named(store: Store, _: str, wanted: str) -> list[int]:
    """Ids of the applications in a stage with this name."""
    return _application_ids_in(
        store, [stage.id for stage in store.job_stages.rising() if stage.name == wanted]
    )


def _application_ids_in(store: Store, stage_ids: list[int]) -> list[int]:
    return [row.application_id for one in stage_ids for row in store.application_stages.by("standing", one)]


def _on_jobs(store: Store, name: str, wanted: str) -> Test:
    """Rows of applications to one of these jobs."""
    jobs = set(parse_ids(name, wanted))

    def is_on_one(row: Any) -> bool:
        application = store.applications.get(row.application_id)
        return application is not None and application.job_id in jobs

    return is_on_one


def _latest(table: str) -> Filter:
    """Schools or employers by their `latest`."""

    def build(store: Store, name: str, wanted: str) -> Test:
        asked = parse_boolean(name, wanted)

        def is_latest(row: Any) -> bool:
            rows = store.tables()[table].by("candidate_id", row.candidate_id)
            return row is max(rows, key=lambda one: (one.end_on or "9999", one.id))

        return lambda row: is_latest(row) == asked

    return build


def _email(_: Store, __: str, wanted: str) -> Test:
    return lambda row: wanted.lower() in row.addressed


def _tag(_: Store, __: str, wanted: str) -> Test:
    return lambda row: wanted in row.tags


def _private(store: Store, name: str, wanted: str) -> Test:
    if not parse_boolean(name, wanted):
        return lambda row: not row.private
    if store.switches["private_filter_true"] == "only":
        return lambda row: row.private
    return lambda _row: True


def _as(make: Callable[[str], list[Any]]) -> Callable[[str, str], list[Any]]:
    return lambda _, wanted: make(wanted)


def _status_keys(_: str, wanted: str) -> list[Any]:
    return [STATUSES[wanted]] if wanted in STATUSES else []


def _prospect_keys(name: str, wanted: str) -> list[Any]:
    return [parse_boolean(name, wanted)]


RESOURCES = (
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
            "referrer_ids": ids("referrer_id"),
            "stage_ids": ids("stage_id"),
            "job_interview_stage_ids": _stage_of("id"),
            "status": _status,
            "stage_name": _stage_of("name"),
            "custom_field_option_id": option,
            "last_activity_at": dates("last_activity_at"),
            "prospect": boolean("prospect"),
        },
        indexed={
            "candidate_ids": "candidate_id",
            "job_ids": "job_id",
            "prospective_job_ids": "considered_for",
        },
        keyed={"status": ("status", _status_keys), "prospect": ("prospect", _prospect_keys)},
        elsewhere={"job_interview_stage_ids": _in_stages, "stage_name": _in_stages_named},
        dated=STAMPS | {"last_activity_at": "last_activity_at"},
        visible=visibility.of_jobs,
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
        indexed={"application_ids": "application_id", "job_interview_stage_ids": "job_stage_id"},
        visible=visibility.entered,
    ),
    Resource(
        name="candidates",
        table=lambda store: store.candidates,
        shape=shapes_people.candidate,
        filters={
            "last_activity_at": dates("last_activity_at"),
            "custom_field_option_id": option,
            "private": _private,
            "email": _email,
            "tag": _tag,
        },
        keyed={
            "email": ("addressed", _as(lambda wanted: [wanted.lower()])),
            "tag": ("tagged", _as(lambda wanted: [wanted])),
        },
        dated=STAMPS | {"last_activity_at": "last_activity_at"},
        visible=visibility.candidates,
    ),
    Resource(
        name="candidate_educations",
        table=lambda store: store.educations,
        shape=shapes_people.education,
        filters={
            "candidate_ids": ids("candidate_id"),
            "start_at": midnights("start_on"),
            "end_at": midnights("end_on"),
            "latest": _latest("educations"),
        },
        indexed={"candidate_ids": "candidate_id"},
    ),
    Resource(
        name="candidate_employments",
        table=lambda store: store.employments,
        shape=shapes_people.employment,
        filters={"candidate_ids": ids("candidate_id"), "latest": _latest("employments")},
        indexed={"candidate_ids": "candidate_id"},
    ),
    Resource(
        name="applied_candidate_tags",
        table=applied_tags,
        shape=shapes_people.applied_tag,
        filters={"candidate_tag_ids": ids("candidate_tag_id"), "candidate_ids": ids("candidate_id")},
        indexed={"candidate_ids": "candidate_id"},
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
        name="attachments",
        table=lambda store: store.attachments,
        shape=shapes_people.attachment,
        filters={
            "application_ids": ids("application_id"),
            "candidate_ids": ids("candidate_id"),
            "type": choice("type", {name: name for name in TYPES}),
        },
        indexed={"application_ids": "application_id", "candidate_ids": "candidate_id"},
    ),
    Resource(
        name="rejection_details",
        table=lambda store: store.rejection_details,
        shape=shapes_people.rejection_detail,
        filters={
            "application_ids": ids("application_id"),
            "rejection_reason_ids": ids("rejection_reason_id"),
            "custom_field_option_id": option,
        },
        indexed={"application_ids": "application_id"},
    ),
    Resource(
        name="prospect_details",
        table=prospect_details,
        shape=shapes_people.prospect_detail,
        filters={
            "application_ids": ids("application_id"),
            "pool_ids": ids("pool_id"),
            "pool_stage_ids": ids("pool_stage_id"),
            "prospect_owner_ids": ids("prospect_owner_id"),
            "department_ids": ids("department_id"),
            "office_ids": ids("office_id"),
        },
        indexed={"application_ids": "application_id"},
    ),
    Resource(
        name="interviews",
        table=lambda store: store.interviews,
        shape=shapes_people.interview,
        filters={
            "application_ids": ids("application_id"),
            "organizer_ids": ids("organiser_id"),
            "job_interview_ids": ids("job_stage_id"),
            "job_ids": _on_jobs,
            "starts_at": dates("starts_at"),
            "ends_at": dates("starts_at"),
            "all_day_start_on": no_day,
            "all_day_end_on": no_day,
            "external_event_id": nothing,
            "status": only("scheduled", of=INTERVIEW_STATES),
        },
        indexed={"application_ids": "application_id"},
    ),
    Resource(
        name="scorecards",
        table=lambda store: store.scorecards,
        shape=shapes_people.scorecard,
        filters={
            "application_ids": ids("application_id"),
            "interviewer_ids": ids("submitted_by_id"),
            "submitter_ids": ids("submitted_by_id"),
            "interview_kit_ids": nothing,
            "interviewed_at": dates("interviewed_at"),
            "submitted_at": dates("created_at"),
            "status": choice("status", {"draft": "draft", "complete": "complete"}),
        },
        indexed={"application_ids": "application_id"},
    ),
)

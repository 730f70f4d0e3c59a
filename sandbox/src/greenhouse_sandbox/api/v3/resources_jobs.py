from greenhouse_sandbox.api.v3 import shapes_jobs, visibility
from greenhouse_sandbox.api.v3.derived import job_post_locations
from greenhouse_sandbox.api.v3.filters import (
    accepted,
    boolean,
    choice,
    dates,
    days,
    ids,
    ids_within,
    number,
    option,
    text,
)
from greenhouse_sandbox.api.v3.listing import Resource
from greenhouse_sandbox.store.applications import ACCEPTED, CREATED, DECLINED, DEPRECATED

JOB_STATES = ("open", "draft", "closed")
OWNERS = ("sourcer", "recruiter", "coordinator")
LOCATIONS = ("free_text", "office", "custom_list")
#: states of an offer
OFFER_STATES = (CREATED, ACCEPTED, DECLINED, DEPRECATED)

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
            "custom_field_option_id": option,
            "confidential": boolean("confidential"),
            "status": choice("status", {name: name for name in JOB_STATES}),
        },
        visible=visibility.jobs,
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
        visible=visibility.posts,
    ),
    Resource(
        name="job_post_locations",
        table=job_post_locations,
        shape=shapes_jobs.job_post_location,
        filters={
            "job_post_ids": ids("job_post_id"),
            "office_ids": ids("office_id"),
            "custom_location_ids": ids("custom_location_id"),
            "type": choice("type", {name: name for name in LOCATIONS}),
            "plain_text_location": text("plain_text_location"),
        },
        indexed={"job_post_ids": "job_post_id"},
    ),
    Resource(
        name="job_interview_stages",
        table=lambda store: store.job_stages,
        shape=shapes_jobs.job_interview_stage,
        filters={"job_ids": ids("job_id"), "active": boolean("active")},
        indexed={"job_ids": "job_id"},
        visible=visibility.of_jobs,
    ),
    Resource(
        name="job_owners",
        table=lambda store: store.job_owners,
        shape=shapes_jobs.job_owner,
        filters={
            "user_ids": ids("user_id"),
            "job_ids": ids("job_id"),
            "type": choice("type", {name: name for name in OWNERS}),
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
    Resource(
        name="openings",
        table=lambda store: store.openings,
        shape=shapes_jobs.opening,
        filters={
            "job_ids": ids("job_id"),
            "application_ids": ids("application_id"),
            "close_reason_ids": ids("close_reason_id"),
            "opened_at": dates("opened_at"),
            "closed_at": dates("closed_at"),
            "open": boolean("open"),
            "opening_id": text("opening_id"),
            "custom_field_option_id": option,
        },
        indexed={"job_ids": "job_id", "application_ids": "application_id"},
        visible=visibility.of_jobs,
    ),
    Resource(
        name="close_reasons",
        table=lambda store: store.close_reasons,
        shape=shapes_jobs.close_reason,
    ),
    Resource(
        name="offers",
        table=lambda store: store.offers,
        shape=shapes_jobs.offer,
        filters={
            "application_ids": ids("application_id"),
            "job_ids": ids("job_id"),
            "candidate_ids": ids("candidate_id"),
            "opening_ids": ids("opening_id"),
            "current_only": accepted,
            "status": choice("status", {name: name for name in OFFER_STATES}),
            "resolved_at": dates("resolved_at"),
            "sent_on": days("sent_on"),
            "starts_on": days("starts_on"),
            "custom_field_option_id": option,
        },
        indexed={"application_ids": "application_id", "job_ids": "job_id", "candidate_ids": "candidate_id"},
        visible=visibility.current_offers,
    ),
    Resource(
        name="departments",
        table=lambda store: store.departments,
        shape=shapes_jobs.department,
        filters={"parent_id": number("parent_id"), "external_id": text("external_id")},
    ),
    Resource(
        name="offices",
        table=lambda store: store.offices,
        shape=shapes_jobs.office,
        filters={"parent_id": number("parent_id"), "external_id": text("external_id")},
    ),
)

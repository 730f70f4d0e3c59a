"""Interviews and scorecards in v1."""

from typing import Any

from flask import Response

from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v1.body import one
from greenhouse_sandbox.api.v1.guard import requires
from greenhouse_sandbox.api.v1.listing import list_page, matching
from greenhouse_sandbox.api.v1.shapes_jobs import user_ref
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.offers import Interview, Scorecard


@requires("scheduled_interviews.list")
def scheduled_interviews() -> Response:
    """All interviews that are booked."""
    store = the_store()
    return list_page(matching(store.interviews), lambda row: _interview(store, row))


@requires("scheduled_interviews.get")
def scheduled_interview(row_id: int) -> Response:
    """One interview."""
    store = the_store()
    return json_response(_interview(store, one(store.interviews, row_id)))


@requires("scheduled_interviews.for_application")
def interviews_of(application_id: int) -> Response:
    """The interviews of an application."""
    store = the_store()
    one(store.applications, application_id)
    return list_page(
        store.interviews.by("application_id", application_id), lambda row: _interview(store, row)
    )


@requires("scorecards.list")
def scorecards() -> Response:
    """All scorecards."""
    store = the_store()
    return list_page(matching(store.scorecards), lambda row: _scorecard(store, row))


@requires("scorecards.get")
def scorecard(row_id: int) -> Response:
    """One scorecard."""
    store = the_store()
    return json_response(_scorecard(store, one(store.scorecards, row_id)))


@requires("scorecards.for_application")
def scorecards_of(application_id: int) -> Response:
    """The scorecards of an application."""
    store = the_store()
    one(store.applications, application_id)
    return list_page(
        store.scorecards.by("application_id", application_id), lambda row: _scorecard(store, row)
    )


def _interview(store: Store, row: Interview) -> dict[str, Any]:
    stage = store.job_stages.get(row.job_stage_id)
    return {
        "id": row.id,
        "application_id": row.application_id,
        "external_event_id": None,
        "start": {"date_time": milliseconds(row.starts_at)},
        "end": {"date_time": milliseconds(row.starts_at)},
        "location": None,
        "video_conferencing_url": None,
        "status": "scheduled",
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
        "interview": {"id": stage.id, "name": stage.name} if stage else None,
        "organizer": user_ref(store, row.organiser_id),
        "interviewers": [],
    }


def _scorecard(store: Store, row: Scorecard) -> dict[str, Any]:
    author = user_ref(store, row.submitted_by_id)
    return {
        "id": row.id,
        "updated_at": milliseconds(row.updated_at),
        "created_at": milliseconds(row.created_at),
        "interview": None,
        "interview_step": None,
        "candidate_id": row.candidate_id,
        "application_id": row.application_id,
        "interviewed_at": milliseconds(row.interviewed_at),
        "submitted_by": author,
        "interviewer": author,
        "submitted_at": milliseconds(row.created_at),
        "overall_recommendation": row.rating,
        "attributes": [],
        "ratings": {name: [] for name in ("definitely_not", "no", "mixed", "yes", "strong_yes")},
        "questions": [],
    }

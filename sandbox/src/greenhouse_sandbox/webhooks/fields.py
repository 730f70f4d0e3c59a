"""Custom fields, schools, employers, files and pools as web hook bodies show them."""

from typing import Any

from greenhouse_sandbox.acts.custom_fields import shown
from greenhouse_sandbox.attachment_urls import signed_url
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate

OLDER_TYPES = {"yes_no": "boolean"}


def custom_fields(store: Store, kind: str, kept: dict[str, Any]) -> dict[str, Any]:
    """All fields of that kind of record by key; a candidate's date without a value is an empty text, not null."""
    found = {}
    for key, field in shown(store, kind, kept).items():
        empty = "" if kind == "candidate" and field.get("type") == "date" else None
        value = field.get("value")
        found[key] = {
            **field,
            "type": OLDER_TYPES.get(field.get("type"), field.get("type")),
            "value": empty if value is None else value,
        }
    return found


def educations(store: Store, candidate: Candidate) -> list[dict[str, Any]]:
    """Schools by name, with dates in American order."""

    def named(option_id: int | None) -> str | None:
        option = store.custom_field_options.get(option_id)
        return option.name if option else None

    return [
        {
            "school_name": named(row.school_id),
            "degree": named(row.degree_id),
            "discipline": named(row.discipline_id),
            "start_date": american(row.start_on),
            "end_date": american(row.end_on),
        }
        for row in store.educations.by("candidate_id", candidate.id)
    ]


def employments(store: Store, candidate: Candidate) -> list[dict[str, Any]]:
    """Employers, with dates in American order."""
    return [
        {
            "company_name": row.company_name,
            "title": row.title,
            "start_date": american(row.start_on),
            "end_date": american(row.end_on),
        }
        for row in store.employments.by("candidate_id", candidate.id)
    ]


def attachments(store: Store, application: Application | None) -> list[dict[str, Any]]:
    """The files of the application, each with an address that is good for a week."""
    if application is None:
        return []
    rows = store.attachments.by("application_id", application.id)
    return [{"filename": row.filename, "url": signed_url(store, row), "type": row.type} for row in rows]


def prospect_detail(store: Store, application: Application) -> dict[str, Any]:
    """Pool, stage and owner of a prospect; nulls for a candidate."""
    pool = store.prospect_pools.get(application.prospect_pool_id)
    stage = store.prospect_pool_stages.get(application.prospect_pool_stage_id)
    owner = store.users.get(application.prospect_owner_id)
    return {
        "prospect_pool": {"id": pool.id, "name": pool.name} if pool else None,
        "prospect_stage": {"id": stage.id, "name": stage.name} if stage else None,
        "prospect_owner": {"id": owner.id, "name": owner.name} if owner else None,
    }


def american(day: str | None) -> str | None:
    """An ISO date as month/day/year."""
    if day is None:
        return None
    year, month, rest = day[:10].split("-")
    return f"{month}/{rest}/{year}"

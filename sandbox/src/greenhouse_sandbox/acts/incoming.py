"""An application or a prospect with all that an API caller may say about it."""

from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.apply import add_prospect, apply_to_job
from greenhouse_sandbox.acts.credit import credit, referrer
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate

LINKS: dict[str, str] = {
    "source_id": "sources",
    "recruiter_id": "users",
    "coordinator_id": "users",
    "referrer_id": "referrers",
    "prospect_pool_id": "prospect_pools",
    "prospect_pool_stage_id": "prospect_pool_stages",
    "prospect_owner_id": "users",
    "prospective_department_id": "departments",
    "prospective_office_id": "offices",
}
"""Member that links an application to a record of a table."""


def apply(
    store: Store, candidate: Candidate, wanted: dict[str, Any], *, actor_id: int | None, now: datetime
) -> Application:
    """An application to `job_id`, or with `prospect` a prospect for `job_ids`. Fires the web hook."""
    links, fields = checked_links(store, wanted), {}
    if wanted.get("custom_fields"):
        fields = with_values(store, "application", {}, wanted["custom_fields"])
    if str(wanted.get("prospect", "")).lower() == "true":
        jobs = [_id("job_ids", one) for one in wanted.get("job_ids") or []]
        application = add_prospect(store, candidate, job_ids=jobs, actor_id=actor_id, now=now)
    else:
        if wanted.get("job_id") is None:
            raise RefusedError("job_id", "is missing")
        stage = wanted.get("initial_stage_id")
        application = apply_to_job(
            store,
            candidate,
            job_id=_id("job_id", wanted["job_id"]),
            stage_id=_id("initial_stage_id", stage) if stage is not None else None,
            source_id=links.get("source_id"),
            actor_id=actor_id,
            now=now,
        )
    set_links(store, application, links)
    application.custom_fields = {**application.custom_fields, **fields}
    store.applications.changed(application, now)
    return application


def checked_links(store: Store, wanted: dict[str, Any]) -> dict[str, int | None]:
    """The links that `wanted` names; RefusedError if one leads nowhere, or to a stage of another pool."""
    tables = store.tables()
    links: dict[str, int | None] = {}
    for name, table in LINKS.items():
        if name in wanted:
            value = wanted[name]
            links[name] = None if value is None else _id(name, value)
            if value is not None and tables[table].get(links[name]) is None:
                raise RefusedError(name, "does not exist")
    stage = store.prospect_pool_stages.get(links.get("prospect_pool_stage_id"))
    if stage is not None and stage.prospect_pool_id != links.get("prospect_pool_id", stage.prospect_pool_id):
        raise RefusedError("prospect_pool_stage_id", "is not a stage of the pool")
    return links


def set_links(store: Store, application: Application, links: dict[str, int | None]) -> None:
    """Put the links on the application, in silence."""
    for name, value in links.items():
        if name == "referrer_id":
            credit(application, referrer(store, value) if value is not None else None)
        else:
            setattr(application, name, value)


def _id(name: str, value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal():
        raise RefusedError(name, f"`{value}` is not an integer")
    return int(str(value))

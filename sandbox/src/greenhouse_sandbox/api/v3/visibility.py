from typing import Any

from greenhouse_sandbox.api.v3.filters import Test
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.tokens import Bearer


def jobs(store: Store, caller: Bearer, _: dict[str, str]) -> Test:
    """If a switch says so, show confidential jobs only to their hiring team."""
    may_see = _may_see(store, caller)
    return lambda row: may_see(row.id)


def of_jobs(store: Store, caller: Bearer, _: dict[str, str]) -> Test:
    may_see = _may_see(store, caller)
    return lambda row: may_see(row.job_id)


def posts(store: Store, caller: Bearer, query: dict[str, str]) -> Test:
    """Show deleted posts only if the query has `active`."""
    may_see = _may_see(store, caller)
    return lambda row: (row.active or "active" in query) and may_see(row.job_id)


def entered(store: Store, _: Bearer, __: dict[str, str]) -> Test:
    """Show stages that were never entered only if scaffolding is switched on."""
    scaffolding = store.switches["stage_scaffolding"]
    return lambda row: scaffolding or row.entered_at is not None


def own_reasons(_: Store, __: Bearer, query: dict[str, str]) -> Test:
    """Show Greenhouse's own reasons only with `include_defaults=true`."""
    with_defaults = query.get("include_defaults") == "true"
    return lambda row: with_defaults or not row.default


def persons(_: Store, __: Bearer, query: dict[str, str]) -> Test:
    """Show service accounts only with `show_service_accounts=true`."""
    with_services = query.get("show_service_accounts") == "true"
    return lambda row: with_services or not row.service_account


def candidates(store: Store, _: Bearer, __: dict[str, str]) -> Test:
    """Show private candidates unless a switch hides them."""
    hidden = store.switches["private_candidates"] == "hidden"
    return lambda row: not (hidden and row.private)


def current_offers(store: Store, _: Bearer, query: dict[str, str]) -> Test:
    """With `current_only=true`, show only the latest version of each application's offer."""
    if query.get("current_only") != "true":
        return lambda _row: True

    def is_latest(row: Any) -> bool:
        others = store.offers.by("application_id", row.application_id)
        return bool(row.version == max(other.version for other in others))

    return is_latest


def _may_see(store: Store, caller: Bearer) -> Test:
    if store.switches["confidential_jobs"] == "visible":
        return lambda _job_id: True

    def may_see(job_id: int | None) -> bool:
        job = store.jobs.get(job_id)
        if job is None or not job.confidential:
            return True
        team = store.job_owners.by("job_id", job.id) + store.job_hiring_managers.by("job_id", job.id)
        return any(member.user_id == caller.user.id for member in team)

    return may_see

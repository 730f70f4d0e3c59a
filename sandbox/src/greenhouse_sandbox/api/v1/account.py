"""The account in v1: fields, education, reasons, roles, pools, tags."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from greenhouse_sandbox.api.answers import json_response, one
from greenhouse_sandbox.api.v1 import shapes_jobs
from greenhouse_sandbox.api.v1.listing import flag, list_page
from greenhouse_sandbox.api.v1.requests import requires, validation_error
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import CustomField, CustomFieldOption
from greenhouse_sandbox.store.jobs import Department, Office
from greenhouse_sandbox.store.people import ProspectPool, UserRole
from greenhouse_sandbox.store.table import Table


@requires("custom_fields.list")
def custom_fields(field_type: str | None = None) -> Response:
    """Fields of one type, or all; with `include_inactive=true` archived ones, too."""
    store = the_store()
    rows = (
        list(store.custom_fields.rising())
        if field_type is None
        else store.custom_fields.by("field_type", field_type)
    )
    with_inactive = flag("include_inactive") is True
    return list_page(
        [row for row in rows if row.active or with_inactive], lambda row: _field(store, row), only_next=True
    )


@requires("custom_fields.get")
def custom_field(field_id: int) -> Response:
    store = the_store()
    return json_response(_field(store, one(store.custom_fields, field_id)))


@requires("custom_fields.options")
def custom_field_options(field_id: int) -> Response:
    """`type` is active (default), inactive or all."""
    store = the_store()
    one(store.custom_fields, field_id)
    wanted = request.args.get("type", "active")
    rows = store.custom_field_options.by("custom_field_id", field_id)
    if wanted != "all":
        rows = [row for row in rows if row.active == (wanted != "inactive")]
    return list_page(rows, _option, only_next=True)


def education(key: str) -> Callable[[], Response]:
    """All schools, degrees or disciplines, which are the options of a standard field."""

    @requires({"school_name": "schools", "degree": "degrees", "discipline": "disciplines"}[key] + ".list")
    def view() -> Response:
        store = the_store()
        fields = [row.id for row in store.custom_fields.by("name_key", key) if row.field_type == "standard"]
        rows = [
            option for field in fields for option in store.custom_field_options.by("custom_field_id", field)
        ]
        return list_page([row for row in rows if row.active], _school)

    return view


@requires("close_reasons.list")
def close_reasons() -> Response:
    return list_page(the_store().close_reasons, lambda row: {"id": row.id, "name": row.name})


@requires("user_roles.list")
def user_roles() -> Response:
    return list_page(the_store().user_roles, _role, only_next=True)


@requires("user_roles.list")
def user_role(role_id: int) -> Response:
    return json_response(_role(one(the_store().user_roles, role_id)))


@requires("users.job_permissions")
def job_permissions(user_id: int) -> Response:
    store = the_store()
    one(store.users, user_id)
    rows = store.user_job_permissions.by("user_id", user_id)
    return list_page(rows, lambda row: {"id": row.id, "job_id": row.job_id, "user_role_id": row.role_id})


@requires("users.future_job_permissions")
def future_job_permissions(user_id: int) -> Response:
    """Always empty here."""
    one(the_store().users, user_id)
    return list_page([], lambda row: row)


@requires("prospect_pools.list")
def prospect_pools() -> Response:
    store = the_store()
    return list_page(store.prospect_pools, lambda row: _pool(store, row))


@requires("prospect_pools.get")
def prospect_pool(pool_id: int) -> Response:
    store = the_store()
    return json_response(_pool(store, one(store.prospect_pools, pool_id)))


@requires("tags.list")
def tags() -> Response:
    return list_page(the_store().candidate_tags, lambda row: {"id": row.id, "name": row.name})


def nothing(permission: str, *, only_next: bool = False) -> Callable[..., Response]:
    @requires(permission)
    def view(**_: int) -> Response:
        return list_page([], lambda row: row, only_next=only_next)

    return view


@requires("eeoc.list")
def eeoc_of(application_id: int) -> Response:
    application = one(the_store().applications, application_id)
    answers = ("race", "gender", "veteran_status", "disability_status", "submitted_at")
    return json_response(
        {"application_id": application.id, "candidate_id": application.candidate_id} | dict.fromkeys(answers)
    )


@requires("departments.list")
def departments() -> Response:
    """All departments, or those with an `external_id`, as a list or, with `render_as=tree`, nested."""
    store = the_store()
    return _places(store, store.departments, shapes_jobs.department, shapes_jobs.department_tree)


@requires("departments.get")
def one_department(row_id: int) -> Response:
    store = the_store()
    shape = shapes_jobs.department_tree if _as_tree() else shapes_jobs.department
    return json_response(shape(store, one(store.departments, row_id)))


@requires("offices.list")
def offices() -> Response:
    store = the_store()
    return _places(store, store.offices, shapes_jobs.office, shapes_jobs.office_tree)


@requires("offices.get")
def one_office(row_id: int) -> Response:
    store = the_store()
    shape = shapes_jobs.office_tree if _as_tree() else shapes_jobs.office
    return json_response(shape(store, one(store.offices, row_id)))


def _places[R: (Department, Office)](
    store: Store, table: Table[R], flat: Callable[[Store, R], Any], tree: Callable[[Store, R], Any]
) -> Response:
    rows = list(table.rising())
    if "external_id" in request.args:
        rows = [row for row in rows if row.external_id == request.args["external_id"]]
    if not _as_tree():
        return list_page(rows, lambda row: flat(store, row))
    shown = {row.id for row in rows}
    return list_page([row for row in rows if row.parent_id not in shown], lambda row: tree(store, row))


def _as_tree() -> bool:
    wanted = request.args.get("render_as", "list")
    if wanted not in {"list", "tree"}:
        raise validation_error("render_as", "Must be one of: list, tree")
    return wanted == "tree"


def _field(store: Store, row: CustomField) -> dict[str, Any]:
    options = [option for option in store.custom_field_options.by("custom_field_id", row.id) if option.active]
    return {
        "id": row.id,
        "name": row.name,
        "active": row.active,
        "field_type": row.field_type,
        "priority": row.sort_order,
        "value_type": row.value_type,
        "private": row.private,
        "required": row.required,
        "require_approval": row.require_approval,
        "trigger_new_version": row.trigger_new_version,
        "name_key": row.name_key,
        "description": row.description,
        "expose_in_job_board_api": False,
        "api_only": bool(row.api_only),
        "offices": [],
        "departments": [],
        "template_token_string": f"{{{{{row.name_key.upper()}}}}}",
        "custom_field_options": [_option(option) for option in options],
    }


def _option(row: CustomFieldOption) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "priority": row.sort_order, "external_id": row.external_id}


def _school(row: CustomFieldOption) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "priority": row.sort_order}


def _role(row: UserRole) -> dict[str, Any]:
    return {"id": row.id, "type": row.role_type, "name": row.name}


def _pool(store: Store, row: ProspectPool) -> dict[str, Any]:
    stages = store.prospect_pool_stages.by("prospect_pool_id", row.id)
    return {
        "id": row.id,
        "name": row.name,
        "active": row.active,
        "prospect_stages": [{"id": stage.id, "name": stage.name} for stage in stages],
    }

"""Writing custom fields and their options."""

from typing import Any

from flask import Response

from greenhouse_sandbox.acts.field_definitions import add_option, define_field, edit_field, edit_option
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3 import shapes_account
from greenhouse_sandbox.api.v3.body import json_body, optional_int, optional_text, required_int, required_text
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.fields import CustomFieldOption


@requires("harvest:custom_fields:create")
def create_custom_field() -> Response:
    """A new field. 201 with the record."""
    store = the_store()
    body = json_body()
    field = define_field(
        store,
        name=required_text(body, "name"),
        field_type=required_text(body, "field_type"),
        value_type=required_text(body, "value_type"),
        private=bool(body.get("private", False)),
        required=bool(body.get("required", False)),
        description=optional_text(body, "description"),
        now=store.clock.now(),
    )
    return json_response(shapes_account.custom_field(store, field), 201)


@requires("harvest:custom_fields:update")
def update_custom_field(field_id: int) -> Response:
    """Change what is given. 200 with the record."""
    store = the_store()
    field = one(store.custom_fields, field_id)
    edit_field(store, field, json_body(), now=store.clock.now())
    return json_response(shapes_account.custom_field(store, field))


@requires("harvest:custom_fields:destroy")
def destroy_custom_field(field_id: int) -> Response:
    """Archive a field: it stays, inactive. 204."""
    store = the_store()
    edit_field(store, one(store.custom_fields, field_id), {"active": False}, now=store.clock.now())
    return Response(status=204)


@requires("harvest:custom_field_options:create")
def create_custom_field_option() -> Response:
    """A new choice of `custom_field_id`. 201 with the record."""
    return json_response(shapes_account.custom_field_option(the_store(), make_option(json_body())), 201)


@requires("harvest:custom_field_options:update")
def update_custom_field_option(option_id: int) -> Response:
    """Name, order, external id. 200 with the record."""
    store = the_store()
    option = one(store.custom_field_options, option_id)
    edit_option(store, option, json_body(), now=store.clock.now())
    return json_response(shapes_account.custom_field_option(store, option))


@requires("harvest:custom_field_options:destroy")
def destroy_custom_field_option(option_id: int) -> Response:
    """Remove a choice: it stays, inactive. 204."""
    store = the_store()
    option = one(store.custom_field_options, option_id)
    edit_option(store, option, {"active": False}, now=store.clock.now())
    return Response(status=204)


def make_option(body: dict[str, Any]) -> CustomFieldOption:
    """The choice that a body asks for."""
    store = the_store()
    field = store.custom_fields.get(required_int(body, "custom_field_id"))
    if field is None:
        raise invalid("custom_field_id", "does not exist")
    return add_option(
        store,
        field,
        name=required_text(body, "name"),
        sort_order=optional_int(body, "sort_order"),
        external_id=optional_text(body, "external_id"),
        now=store.clock.now(),
    )

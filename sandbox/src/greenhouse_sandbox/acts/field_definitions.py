"""Custom fields and their options are defined, changed and archived."""

import re
from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.fields import FIELD_TYPES, SELECTS, VALUE_TYPES, CustomField, CustomFieldOption

EDITABLE = ("name", "private", "required", "description", "require_approval", "active")


def define_field(
    store: Store,
    *,
    name: str,
    field_type: str,
    value_type: str,
    now: datetime,
    options: tuple[str, ...] = (),
    internal_type: str | None = None,
    private: bool = False,
    required: bool = False,
    description: str | None = None,
) -> CustomField:
    """A new field with its options. Its key follows from the name and never changes."""
    if not name.strip():
        raise RefusedError("name", "is missing")
    if field_type not in FIELD_TYPES:
        raise RefusedError("field_type", f"must be one of: {', '.join(FIELD_TYPES)}")
    if value_type not in VALUE_TYPES:
        raise RefusedError("value_type", f"must be one of: {', '.join(VALUE_TYPES)}")
    others = store.custom_fields.by("field_type", field_type)
    if any(one.active and one.name == name for one in others):
        raise RefusedError("name", "has already been taken")
    field = store.custom_fields.insert(
        CustomField(
            id=store.custom_fields.new_id(),
            created_at=now,
            updated_at=now,
            field_type=field_type,
            name=name,
            name_key=_key({one.name_key for one in others}, name),
            value_type=value_type,
            sort_order=len(others),
            internal_type=internal_type,
            private=private,
            required=required,
            description=description,
        )
    )
    for option in options:
        add_option(store, field, name=option, now=now)
    return field


def edit_field(store: Store, field: CustomField, changes: dict[str, Any], *, now: datetime) -> None:
    """Change what is given of EDITABLE."""
    for name, value in changes.items():
        if name in EDITABLE:
            setattr(field, name, value)
    store.custom_fields.changed(field, now)


def add_option(
    store: Store,
    field: CustomField,
    *,
    name: str,
    now: datetime,
    sort_order: int | None = None,
    external_id: str | None = None,
) -> CustomFieldOption:
    """A new choice; of the same name as one that is there, that one."""
    if field.value_type not in SELECTS:
        raise RefusedError("custom_field_id", "is not a select field")
    if not name.strip():
        raise RefusedError("name", "is missing")
    options = store.custom_field_options.by("custom_field_id", field.id)
    known = next((one for one in options if one.active and one.name == name), None)
    return known or store.custom_field_options.insert(
        CustomFieldOption(
            id=store.custom_field_options.new_id(),
            created_at=now,
            updated_at=now,
            custom_field_id=field.id,
            name=name,
            sort_order=len(options) if sort_order is None else sort_order,
            external_id=external_id,
        )
    )


def edit_option(
    store: Store, option: CustomFieldOption, changes: dict[str, Any], *, now: datetime
) -> CustomFieldOption:
    """Change name, order, external id or whether it can be chosen."""
    for name in ("name", "sort_order", "external_id", "active"):
        if name in changes:
            setattr(option, name, changes[name])
    store.custom_field_options.changed(option, now)
    return option


def _key(taken: set[str], name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "field"
    key, number = plain, 1
    while key in taken:
        number += 1
        key = f"{plain}_{number}"
    return key

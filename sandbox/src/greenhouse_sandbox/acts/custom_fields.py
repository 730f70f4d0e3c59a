"""Custom fields, their options and their values."""

import re
from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import FIELD_TYPES, SELECTS, VALUE_TYPES, CustomField, CustomFieldOption

RANGES = ("currency_range", "number_range")
#: fields of a custom field that can be edited
EDITABLE = ("name", "private", "required", "description", "require_approval", "active")


def with_values(
    store: Store, field_type: str, kept: dict[str, Any], wanted: object, *, member: str = "custom_fields"
) -> dict[str, Any]:
    """`kept` with the values of `wanted`: `{"id" or "custom_field_id" or "name_key", "value", ...}`.

    An option is given by id or name; `"delete_value": "true"` removes a value. RefusedError names `member`.
    """
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise RefusedError(member, "must be an array of objects")
    result = dict(kept)
    for entry in wanted:
        field = _field(store, field_type, entry, member)
        if str(entry.get("delete_value")).lower() == "true":
            result.pop(field.name_key, None)
            continue
        value = _value(store, field, entry, member)
        result[field.name_key] = {"name": field.name, "type": field.value_type, "value": value}
    return result


def shown(store: Store, field_type: str, kept: dict[str, Any]) -> dict[str, Any]:
    """All active fields of that type with their values; null where a record has none."""
    fields = [field for field in store.custom_fields.by("field_type", field_type) if field.active]
    empty = {
        field.name_key: {"name": field.name, "type": field.value_type, "value": None} for field in fields
    }
    return empty | kept


def _field(store: Store, field_type: str, entry: dict[str, Any], member: str) -> CustomField:
    by_id = entry.get("custom_field_id", entry.get("id"))
    if by_id is not None:
        found = store.custom_fields.get(whole_number(by_id))
    else:
        named = store.custom_fields.by("name_key", entry.get("name_key"))
        found = next((field for field in named if field.field_type == field_type), None)
    if found is None or found.field_type != field_type or not found.active:
        raise RefusedError(member, f"names no {field_type} field: {by_id or entry.get('name_key')}")
    return found


def _value(store: Store, field: CustomField, entry: dict[str, Any], member: str) -> Any:
    value = entry.get("value")
    if field.value_type in SELECTS:
        many = field.value_type == "multi_select"
        labels = [
            _label(store, field, one, member) for one in (value if isinstance(value, list) else [value])
        ]
        return labels if many else labels[0]
    if field.value_type in RANGES:
        return {name: entry[name] for name in ("min_value", "max_value", "unit") if name in entry}
    if field.value_type == "currency":
        return value if isinstance(value, dict) else {"amount": str(value), "unit": entry.get("unit")}
    if field.value_type == "user":
        user = store.users.get(whole_number(value))
        if user is None:
            raise RefusedError(member, f"names no user: {value}")
        return {
            "user_id": user.id,
            "name": user.name,
            "email": user.primary_email,
            "employee_id": user.employee_id,
        }
    return value


def _label(store: Store, field: CustomField, wanted: object, member: str) -> str:
    options = [
        option for option in store.custom_field_options.by("custom_field_id", field.id) if option.active
    ]
    found = next(
        (option for option in options if str(option.id) == str(wanted) or option.name == wanted), None
    )
    if found is None:
        raise RefusedError(member, f"has no option {wanted} for {field.name_key}")
    return found.name


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
    """Create a custom field. Its key is derived from its name and never changes."""
    if not name.strip():
        raise RefusedError("name", "is missing")
    if field_type not in FIELD_TYPES:
        raise RefusedError("field_type", f"must be one of: {', '.join(FIELD_TYPES)}")
    if value_type not in VALUE_TYPES:
        raise RefusedError("value_type", f"must be one of: {', '.join(VALUE_TYPES)}")
    others = store.custom_fields.by("field_type", field_type)
    if any(other.active and other.name == name for other in others):
        raise RefusedError("name", "has already been taken")
    field = store.custom_fields.insert(
        CustomField(
            id=store.custom_fields.new_id(),
            created_at=now,
            updated_at=now,
            field_type=field_type,
            name=name,
            name_key=_key({other.name_key for other in others}, name),
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
    """Add an option, or return the one that already has this name."""
    if field.value_type not in SELECTS:
        raise RefusedError("custom_field_id", "is not a select field")
    if not name.strip():
        raise RefusedError("name", "is missing")
    options = store.custom_field_options.by("custom_field_id", field.id)
    known = next((option for option in options if option.active and option.name == name), None)
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
    """Change an option's name, order, external id, or whether it can be chosen."""
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

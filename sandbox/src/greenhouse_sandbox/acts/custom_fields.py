"""Values of custom fields, as records keep them: name key to `{"name", "type", "value"}`."""

from typing import Any

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.fields import SELECTS, CustomField

RANGES = ("currency_range", "number_range")


def with_values(
    store: Store, field_type: str, kept: dict[str, Any], wanted: object, *, member: str = "custom_fields"
) -> dict[str, Any]:
    """`kept` with the values of `wanted`, a list of `{"id" or "custom_field_id" or "name_key", "value", ...}`.

    An option is given by id or by name; `"delete_value": "true"` takes a value away. RefusedError about `member`.
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
    """All active fields of that type with their values, null where a record has none."""
    fields = [one for one in store.custom_fields.by("field_type", field_type) if one.active]
    empty = {one.name_key: {"name": one.name, "type": one.value_type, "value": None} for one in fields}
    return empty | kept


def _field(store: Store, field_type: str, entry: dict[str, Any], member: str) -> CustomField:
    by_id = entry.get("custom_field_id", entry.get("id"))
    if by_id is not None:
        found = store.custom_fields.get(int(str(by_id))) if str(by_id).isdecimal() else None
    else:
        named = store.custom_fields.by("name_key", entry.get("name_key"))
        found = next((one for one in named if one.field_type == field_type), None)
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
        user = store.users.get(int(str(value))) if str(value).isdecimal() else None
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
    options = [one for one in store.custom_field_options.by("custom_field_id", field.id) if one.active]
    found = next((one for one in options if str(one.id) == str(wanted) or one.name == wanted), None)
    if found is None:
        raise RefusedError(member, f"has no option {wanted} for {field.name_key}")
    return found.name

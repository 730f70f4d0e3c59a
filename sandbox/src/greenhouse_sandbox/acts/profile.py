"""What is known about a person is checked and kept."""

from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.persons import update_candidate
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import Candidate

TEXTS = ("first_name", "last_name", "preferred_name", "company", "title", "time_zone")
TRUTHS = ("private", "can_email")
CONTACTS: dict[str, tuple[str, ...]] = {
    "phone_numbers": ("home", "work", "mobile", "skype", "other"),
    "addresses": ("home", "work", "other"),
    "email_addresses": ("personal", "work", "other"),
    "website_addresses": ("personal", "company", "portfolio", "blog", "other"),
    "social_media_addresses": (),
}
"""Collection to the types that an entry can have; the last one is taken where none is given."""


def checked_profile(
    store: Store, wanted: dict[str, Any], *, kept_fields: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The members of a candidate that `wanted` names, as they are kept. RefusedError about the first wrong one.

    Collections are meant whole. Custom field values are put over `kept_fields`.
    """
    changes: dict[str, Any] = {}
    for name in TEXTS:
        if name in wanted:
            changes[name] = _text(name, wanted[name])
    for name in TRUTHS:
        if name in wanted:
            changes[name] = _truth(name, wanted[name])
    for name, types in CONTACTS.items():
        if name in wanted:
            changes[name] = _contacts(name, wanted[name], types)
    if "tags" in wanted:
        changes["tags"] = _tags(wanted["tags"])
    if wanted.get("custom_fields") is not None:
        changes["custom_fields"] = with_values(store, "candidate", kept_fields or {}, wanted["custom_fields"])
    return changes


def set_profile(store: Store, candidate: Candidate, changes: dict[str, Any], *, now: datetime) -> None:
    """Keep what `checked_profile` made, in silence."""
    for name, value in changes.items():
        setattr(candidate, name, value)
    store.candidates.changed(candidate, now)


def edit_profile(store: Store, candidate: Candidate, changes: dict[str, Any], *, now: datetime) -> None:
    """Keep what `checked_profile` made. Fires the web hook."""
    set_profile(store, candidate, changes, now=now)
    update_candidate(store, candidate, now=now)


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise RefusedError(name, f"`{value}` is not a string")
    if name in {"first_name", "last_name"} and not (value or "").strip():
        raise RefusedError(name, "is missing")
    return value


def _truth(name: str, value: object) -> bool:
    if str(value).lower() not in {"true", "false"}:
        raise RefusedError(name, f"`{value}` is not a boolean")
    return str(value).lower() == "true"


def _contacts(name: str, value: object, types: tuple[str, ...]) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise RefusedError(name, "is not an array")
    kept = []
    for entry in value:
        text = entry.get("value") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(text, str) or not text.strip():
            raise RefusedError(name, "must have a value in each entry")
        kind = entry.get("type") or (types[-1] if types else None)
        if types and kind not in types:
            raise RefusedError(name, f"must have a type that is one of: {', '.join(types)}")
        kept.append({"value": text} | ({"type": str(kind)} if types else {}))
    return kept


def _tags(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RefusedError("tags", "is not an array of strings")
    return list(dict.fromkeys(value))

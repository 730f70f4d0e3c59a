from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.applications import (
    delete_application,
    forget_application,
    forget_background,
    forget_files,
)
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.store.table import Table
from greenhouse_sandbox.webhooks.emit import (
    emit_candidate_anonymized,
    emit_candidate_deleted,
    emit_candidate_merged,
    emit_candidate_updated,
)

TEXTS = ("first_name", "last_name", "preferred_name", "company", "title", "time_zone")
TRUTHS = ("private", "can_email")
#: Collection -> possible types of its entries; the last one is the default.
CONTACTS: dict[str, tuple[str, ...]] = {
    "phone_numbers": ("home", "work", "mobile", "skype", "other"),
    "addresses": ("home", "work", "other"),
    "email_addresses": ("personal", "work", "other"),
    "website_addresses": ("personal", "company", "portfolio", "blog", "other"),
    "social_media_addresses": (),
}
#: names of data groups that Greenhouse accepts
FIELDS = (
    "full_name",
    "preferred_name",
    "current_company",
    "current_title",
    "tags",
    "phone_numbers",
    "emails",
    "email_addresses",
    "social_media_links",
    "websites",
    "addresses",
    "location",
    "custom_candidate_fields",
    "source",
    "recruiter",
    "coordinator",
    "attachments",
    "application_questions",
    "referral_questions",
    "notes",
    "rejection_notes",
    "activity_items",
    "innotes",
    "inmails",
    "rejection_reason",
    "scorecards_and_interviews",
    "offers",
    "credited_to",
    "headline",
    "all_offer_versions",
    "follow_up_reminders",
    "custom_application_fields",
    "education",
    "employment",
    "candidate_stage_data",
    "prospect_jobs",
    "prospect_owner",
    "custom_rejection_question_fields",
    "touchpoints",
    "prospect_source",
    "prospect_pool_and_stage",
    "prospect_offices",
    "prospect_offices_and_departments",
    "match_score_reasoning",
    "identity_verification",
    "third_party_integrations",
)
LISTS = {
    "tags": "tags",
    "phone_numbers": "phone_numbers",
    "emails": "email_addresses",
    "email_addresses": "email_addresses",
    "social_media_links": "social_media_addresses",
    "websites": "website_addresses",
    "addresses": "addresses",
}
BLANKS = {"preferred_name": "preferred_name", "current_company": "company", "current_title": "title"}


def checked_profile(
    store: Store, wanted: dict[str, Any], *, kept_fields: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The validated fields of `wanted`; custom field values extend `kept_fields`. Raises RefusedError."""
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
    """Store the result of `checked_profile`. Fires no webhook."""
    for name, value in changes.items():
        setattr(candidate, name, value)
    store.candidates.changed(candidate, now)


def edit_profile(store: Store, candidate: Candidate, changes: dict[str, Any], *, now: datetime) -> None:
    """Store the result of `checked_profile`. Fires the webhook."""
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


def anonymise_fields(store: Store, candidate: Candidate, fields: list[str], *, now: datetime) -> None:
    """Blank these data groups; the id and the applications stay. Fires the webhook with the groups."""
    if not fields:
        raise RefusedError("fields", "is missing")
    for name in fields:
        if name not in FIELDS:
            raise RefusedError("fields", f"`{name}` cannot be anonymized")
    for name in fields:
        if name in LISTS:
            setattr(candidate, LISTS[name], [])
        elif name in BLANKS:
            setattr(candidate, BLANKS[name], None)
    if "full_name" in fields:
        candidate.first_name, candidate.last_name = "Anonymized", str(candidate.id)
    if "custom_candidate_fields" in fields:
        candidate.custom_fields = {}
    _blank_belongings(store, candidate, set(fields), now)
    store.candidates.changed(candidate, now)
    emit_candidate_anonymized(store, candidate, fields)


def _blank_belongings(store: Store, candidate: Candidate, fields: set[str], now: datetime) -> None:
    for note in store.notes.by("candidate_id", candidate.id):
        if (note.type == "ACTIVITY" and "activity_items" in fields) or (
            note.type == "NOTE" and "notes" in fields
        ):
            note.body = note.subject = None
            store.notes.changed(note, now)
    for application in store.applications.by("candidate_id", candidate.id):
        if "attachments" in fields:
            forget_files(store, application.id, now=now)
        if "application_questions" in fields:
            application.answers = []
        if "location" in fields:
            application.location_address = None
        if "custom_application_fields" in fields:
            application.custom_fields = {}
        store.applications.changed(application, now)
    if "education" in fields:
        store.educations.delete_by("candidate_id", candidate.id)
    if "employment" in fields:
        store.employments.delete_by("candidate_id", candidate.id)


def update_candidate(
    store: Store,
    candidate: Candidate,
    *,
    now: datetime,
    first_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
    private: bool | None = None,
) -> None:
    """Change the name, first e-mail address (empty removes it) or privacy of a candidate. Fires the webhook."""
    if first_name is not None:
        candidate.first_name = first_name
    if last_name is not None:
        candidate.last_name = last_name
    if email is not None:
        rest = candidate.email_addresses[1:]
        candidate.email_addresses = ([{"value": email, "type": "personal"}] if email else []) + rest
    if private is not None:
        candidate.private = private
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)


def anonymise_candidate(store: Store, candidate: Candidate, *, now: datetime) -> None:
    """Blank a person's name, addresses and numbers; the id and the applications stay. Fires the webhook."""
    candidate.first_name, candidate.last_name = "", ""
    candidate.email_addresses, candidate.phone_numbers = [], []
    candidate.addresses, candidate.website_addresses, candidate.social_media_addresses = [], [], []
    store.candidates.changed(candidate, now)
    emit_candidate_anonymized(store, candidate, ["full_name", "emails", "phone_numbers", "addresses"])


def delete_candidate(store: Store, candidate: Candidate) -> None:
    """Remove a person with their applications and feed. Fires the webhook."""
    applications = store.applications.by("candidate_id", candidate.id)
    forget_candidate(store, candidate)
    emit_candidate_deleted(store, candidate, applications)


def forget_candidate(store: Store, candidate: Candidate) -> None:
    """Remove a person and everything that belongs to them. Fires no webhook."""
    store.notes.delete_by("candidate_id", candidate.id)
    for application in store.applications.by("candidate_id", candidate.id):
        forget_application(store, application)
    forget_background(store, candidate)
    store.candidates.delete(candidate.id)


def merge_candidates(store: Store, loser: Candidate, winner: Candidate, *, now: datetime) -> None:
    """Move the loser's applications and feed to the winner, then remove the loser. Fires the webhook."""
    if loser.id == winner.id:
        raise RefusedError("candidate_id", "cannot be merged with itself")
    theirs = store.applications.by("candidate_id", loser.id)
    known_jobs = {one.job_id for one in store.applications.by("candidate_id", winner.id) if one.job_id}
    for application in theirs:
        if application.job_id in known_jobs and store.switches["merge_same_job"] == "delete":
            delete_application(store, application)
            continue
        application.candidate_id = winner.id
        store.applications.changed(application, now)
    _hand_over(store, loser, winner, now)
    winner.tags = list(dict.fromkeys([*winner.tags, *loser.tags]))
    store.candidates.delete(loser.id)
    store.candidates.changed(winner, now)
    emit_candidate_merged(store, loser, theirs[-1] if theirs else None, winner.id)


def _hand_over(store: Store, loser: Candidate, winner: Candidate, now: datetime) -> None:
    tables: tuple[Table[Any], ...] = (
        store.offers,
        store.interviews,
        store.scorecards,
        store.attachments,
        store.educations,
        store.employments,
        store.notes,
    )
    for table in tables:
        for row in table.by("candidate_id", loser.id):
            row.candidate_id = winner.id
            table.changed(row, now)

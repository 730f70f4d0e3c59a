"""Chosen details of a person are blanked."""

from datetime import datetime

from greenhouse_sandbox.acts.belongings import forget_files
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.webhooks.emit import emit_candidate_anonymized

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
"""The names of data groups that Greenhouse takes."""

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


def anonymise_fields(store: Store, candidate: Candidate, fields: list[str], *, now: datetime) -> None:
    """Blank these data groups; the id and the applications stay. Fires the web hook with the groups."""
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
        for school in store.educations.by("candidate_id", candidate.id):
            store.educations.delete(school.id)
    if "employment" in fields:
        for employer in store.employments.by("candidate_id", candidate.id):
            store.employments.delete(employer.id)

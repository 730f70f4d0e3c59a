"""The account of the demo world: who works there and how it is organised."""

from datetime import UTC, datetime

from greenhouse_sandbox.store.hiring import Department, Office, RejectionReason, Source
from greenhouse_sandbox.store.people import User
from greenhouse_sandbox.store.store import Store

FOUNDED = datetime(2026, 3, 2, 9, 0, 0, 125000, tzinfo=UTC)

USERS: list[tuple[str, str, str, bool, bool]] = [
    ("Maya", "Okafor", "Head of Talent", True, False),
    ("Jonas", "Lindqvist", "Senior Recruiter", False, False),
    ("Priya", "Raman", "Recruiter", False, False),
    ("Elise", "Vermeer", "Recruiting Coordinator", False, False),
    ("Tomás", "Herrera", "VP Sales", False, False),
    ("Aiko", "Tanaka", "Data Platform Lead", False, False),
    ("Sam", "Whitlock", "Site Reliability", True, False),
    ("Dana", "Kessler", "Recruiter", False, True),
]
"""First name, last name, title, Site Admin, deactivated."""

DEPARTMENTS = [
    ("Sales", "dept-sales"),
    ("Engineering", "dept-eng"),
    ("Operations", None),
    ("Customer Success", "dept-cs"),
]
OFFICES = [
    ("Amsterdam", "Amsterdam, Netherlands", "ams"),
    ("New York", "New York, NY", "nyc"),
    ("Remote", None, None),
]
SOURCES = [
    ("LinkedIn (Prospecting)", "Prospecting"),
    ("Jobs page on your website", "Company marketing"),
    ("Referral", "Referrals"),
    ("Agency", "Agencies"),
]
REASONS = [
    ("Lacking skills or qualifications", "WE_REJECTED_THEM", False),
    ("Another candidate was a better fit", "WE_REJECTED_THEM", False),
    ("Position closed", "WE_REJECTED_THEM", False),
    ("Accepted another offer", "THEY_REJECTED_US", False),
    ("Withdrew", "THEY_REJECTED_US", False),
    ("Other (add notes below)", "NONE_SPECIFIED", True),
    ("Hired for another job", "WE_REJECTED_THEM", True),
]


def seed_account(store: Store) -> None:
    """Users, departments, offices, sources and rejection reasons."""
    for number, (first, last, title, admin, deactivated) in enumerate(USERS):
        email = f"{first}.{last}@acornoak.example".lower().replace("á", "a")
        store.users.insert(
            User(
                id=store.users.new_id(),
                created_at=FOUNDED,
                updated_at=FOUNDED,
                first_name=first,
                last_name=last,
                primary_email=email,
                emails=[email],
                job_title=title,
                site_admin=admin,
                deactivated=deactivated,
                employee_id=f"AO-{100 + number}",
            )
        )
    store.acting_user_id = next(store.users.rising()).id
    for name, external in DEPARTMENTS:
        store.departments.insert(
            Department(
                id=store.departments.new_id(),
                name=name,
                external_id=external,
                created_at=FOUNDED,
                updated_at=FOUNDED,
            )
        )
    for name, location, external in OFFICES:
        store.offices.insert(
            Office(
                id=store.offices.new_id(),
                name=name,
                location=location,
                external_id=external,
                created_at=FOUNDED,
                updated_at=FOUNDED,
            )
        )
    types = {name: 4_086_000_002 + 1000 * place for place, name in enumerate(dict(SOURCES).values())}
    for name, kind in SOURCES:
        store.sources.insert(
            Source(
                id=store.sources.new_id(),
                name=name,
                type_id=types[kind],
                type_name=kind,
                created_at=FOUNDED,
                updated_at=FOUNDED,
            )
        )
    for name, key, default in REASONS:
        store.rejection_reasons.insert(
            RejectionReason(
                id=store.rejection_reasons.new_id(),
                name=name,
                type_key=key,
                default=default,
                created_at=FOUNDED,
                updated_at=FOUNDED,
            )
        )

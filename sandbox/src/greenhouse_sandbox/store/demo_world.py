"""The demo world's account and jobs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from greenhouse_sandbox.store.jobs import (
    Department,
    Job,
    JobHiringManager,
    JobOwner,
    JobPost,
    JobStage,
    Office,
    RejectionReason,
    Source,
)
from greenhouse_sandbox.store.people import User
from greenhouse_sandbox.store.store import Store

FOUNDED = datetime(2026, 3, 2, 9, 0, 0, 125000, tzinfo=UTC)
#: first name, last name, title, Site Admin, deactivated
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
BOARD = 4_055_000_002
STAGES = ["Application Review", "Phone Screen", "Assessment", "Reference Check", "Offer"]


def seed_account(store: Store) -> None:
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


@dataclass(frozen=True)
class JobPlan:
    name: str
    requisition: str | None
    department: int
    offices: tuple[int, ...]
    recruiter: int
    posts: tuple[tuple[str, bool, bool, str], ...]
    status: str = "open"
    manager: int = 4
    stages: tuple[str, ...] = tuple(STAGES)
    confidential: bool = False


PLANS = [
    JobPlan(
        "Senior Account Manager",
        "SAM-101",
        0,
        (0,),
        1,
        (
            ("Senior Account Manager", True, False, "Amsterdam"),
            ("Key Account Manager, DACH", True, False, "Remote, Germany"),
            ("Senior Account Manager (internal)", False, True, "Amsterdam"),
        ),
    ),
    JobPlan(
        "Senior Account Manager",
        "SAM-204",
        0,
        (1, 2),
        2,
        (("Senior Account Manager, New York", True, False, "New York"),),
    ),
    JobPlan(
        "Data Engineer",
        "ENG-310",
        1,
        (0, 2),
        1,
        (("Data Engineer (Python)", True, False, "Amsterdam or remote"),),
        manager=5,
        stages=(
            "Application Review",
            "Phone Screen",
            "Take Home Test",
            "Assessment",
            "Face to Face",
            "Reference Check",
            "Offer",
        ),
    ),
    JobPlan(
        "Customer Success Lead", None, 3, (1,), 2, (("Customer Success Lead", False, False, "New York"),)
    ),
    JobPlan("Warehouse Supervisor", "OPS-007", 2, (0,), 2, (), status="draft"),
    JobPlan(
        "Office Manager",
        "OPS-002",
        2,
        (1,),
        2,
        (("Office Manager", False, False, "New York"),),
        status="closed",
    ),
]


ASKED = {
    "Senior Account Manager": (
        (
            "Lead a portfolio of 40 mid-size customers",
            "Prepare renewals and plan the year with each customer",
        ),
        (
            "You keep what was agreed with customers, and follow up without being asked",
            "You plan your week yourself and set priorities between accounts",
            "You stay fair and clear in a difficult negotiation",
            "At least 5 years of experience in B2B sales",
            "Fluent English and German",
        ),
    ),
    "Data Engineer": (
        (
            "Build the pipelines that our analysts work with",
            "Keep data correct, documented and cheap to query",
        ),
        (
            "You break a complex problem into parts and reason from the data",
            "You write careful, tested code and explain it to the team",
            "3+ years of Python and SQL",
        ),
    ),
    "Customer Success Lead": (
        ("Lead a team of six", "Decide which escalations come first"),
        (
            "You listen to customers before you propose something",
            "You organise the work of a team reliably",
            "Degree in business or similar",
        ),
    ),
}


def _content(title: str, plan: JobPlan) -> str:
    """A post as recruiters write them: tasks, requirements, and what the company offers."""
    tasks, asked = ASKED.get(plan.name, ((), ()))
    parts = [f"<p>We are looking for a <b>{title}</b> to join us.</p>"]
    for heading, lines in (
        ("What you'll do", tasks),
        ("What you bring", asked),
        ("What we offer", ("30 days of holiday", "A budget for learning")),
    ):
        if lines:
            items = "".join(f"<li>{line}</li>" for line in lines)
            parts.append(f"<p><strong>{heading}</strong></p><ul>{items}</ul>")
    return "".join(parts)


def seed_jobs(store: Store) -> None:
    for number, plan in enumerate(PLANS):
        _make_job(store, plan, number)


def _make_job(store: Store, plan: JobPlan, number: int) -> None:
    users = [user.id for user in store.users.rising()]
    made = FOUNDED + timedelta(days=10 * number, minutes=7 * number)
    job = store.jobs.insert(
        Job(
            id=store.jobs.new_id(),
            name=plan.name,
            requisition_id=plan.requisition,
            status=plan.status,
            confidential=plan.confidential,
            opened_at=None if plan.status == "draft" else made,
            closed_at=made + timedelta(days=40) if plan.status == "closed" else None,
            department_id=list(store.departments.rising())[plan.department].id,
            office_ids=[list(store.offices.rising())[place].id for place in plan.offices],
            custom_fields={
                "employment_type": {"name": "Employment Type", "type": "single_select", "value": "Full-time"}
            },
            created_at=made,
            updated_at=made,
        )
    )
    for title, live, internal, location in plan.posts:
        store.job_posts.insert(
            JobPost(
                id=store.job_posts.new_id(),
                title=title,
                job_id=job.id,
                job_board_id=BOARD,
                internal=internal,
                live=live,
                location=location,
                first_published_at=made if live else None,
                content=_content(title, plan),
                questions=_questions(),
                created_at=made,
                updated_at=made,
            )
        )
    for order, name in enumerate(plan.stages):
        store.job_stages.insert(
            JobStage(
                id=store.job_stages.new_id(),
                job_id=job.id,
                name=name,
                sort_order=order,
                created_at=made,
                updated_at=made,
            )
        )
    for user_id, kind in ((users[plan.recruiter], "recruiter"), (users[3], "coordinator")):
        store.job_owners.insert(
            JobOwner(
                id=store.job_owners.new_id(),
                job_id=job.id,
                user_id=user_id,
                type=kind,
                responsible=True,
                created_at=made,
                updated_at=made,
            )
        )
    store.job_hiring_managers.insert(
        JobHiringManager(
            id=store.job_hiring_managers.new_id(),
            job_id=job.id,
            user_id=users[plan.manager],
            created_at=made,
            updated_at=made,
        )
    )


def _questions() -> list[dict[str, object]]:
    return [
        {
            "id": None,
            "description": None,
            "answer_type": kind,
            "required": True,
            "private": False,
            "label": label,
            "name": name,
            "options": [],
        }
        for label, name, kind in (
            ("First Name", "first_name", "short_text"),
            ("Last Name", "last_name", "short_text"),
            ("Email", "email", "short_text"),
            ("Resume/CV", "resume", "attachment"),
        )
    ]

"""The jobs of a world of any size."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from greenhouse_sandbox.store.hiring import Job, JobHiringManager, JobOwner, JobPost, JobStage
from greenhouse_sandbox.store.seed_account import FOUNDED
from greenhouse_sandbox.store.seed_jobs import BOARD, STAGES
from greenhouse_sandbox.store.seed_names import LEVELS, TITLES
from greenhouse_sandbox.store.store import Store

DAYS = 240
"""How long the story lasts, from FOUNDED."""

PER_JOB = 250
"""Applications for each job, roughly."""

FEWEST = 6
MORE_STAGES = ("Take Home Test", "Face to Face", "Team Interview")
PLACES = ("Amsterdam", "New York", "Remote")


@dataclass(frozen=True)
class MadeJob:
    """What applications need to know of a job. `closed_at` is none if it is open at the end."""

    id: int
    opened_at: datetime
    closed_at: datetime | None
    stage_ids: list[int]
    post_id: int
    recruiter_id: int
    coordinator_id: int


def make_jobs(store: Store, applications: int, users: list[int], chance: Random) -> list[MadeJob]:
    """Jobs that open one after the other, each for a few months, oldest first."""
    number = max(FEWEST, applications // PER_JOB)
    before = timedelta(days=60)
    made = []
    for place in range(number):
        opened_at = FOUNDED - before + (timedelta(days=DAYS - 10) + before) * (place / number)
        made.append(_make_job(store, place, opened_at, users, chance))
    return made


def _make_job(store: Store, place: int, opened_at: datetime, users: list[int], chance: Random) -> MadeJob:
    closes_at = opened_at + timedelta(days=70)
    closed_at = closes_at if closes_at < FOUNDED + timedelta(days=DAYS) else None
    name = chance.choice(LEVELS) + TITLES[place % len(TITLES)]
    departments = [row.id for row in store.departments.rising()]
    offices = [row.id for row in store.offices.rising()]
    where = chance.randrange(len(offices)) if offices else 0
    job = store.jobs.insert(
        Job(
            id=store.jobs.new_id(),
            name=name,
            requisition_id=f"REQ-{1000 + place}",
            status="closed" if closed_at else "open",
            confidential=chance.random() < 0.02,
            opened_at=opened_at,
            closed_at=closed_at,
            department_id=chance.choice(departments) if departments else None,
            office_ids=[offices[where]] if offices else [],
            custom_fields={
                "employment_type": {"name": "Employment Type", "type": "single_select", "value": "Full-time"}
            },
            created_at=opened_at,
            updated_at=closed_at or opened_at,
        )
    )
    names = list(STAGES)
    if chance.random() < 0.4:
        names.insert(2, chance.choice(MORE_STAGES))
    stage_ids = []
    for order, stage_name in enumerate(names):
        stage = store.job_stages.insert(
            JobStage(
                id=store.job_stages.new_id(),
                job_id=job.id,
                name=stage_name,
                sort_order=order,
                created_at=opened_at,
                updated_at=opened_at,
            )
        )
        stage_ids.append(stage.id)
    post = store.job_posts.insert(
        JobPost(
            id=store.job_posts.new_id(),
            title=name,
            job_id=job.id,
            job_board_id=BOARD,
            live=closed_at is None,
            location=PLACES[where % len(PLACES)],
            first_published_at=opened_at,
            content=f"<p>We are looking for a <b>{name}</b>.</p>",
            created_at=opened_at,
            updated_at=closed_at or opened_at,
        )
    )
    recruiter_id, coordinator_id = chance.choice(users), chance.choice(users)
    for user_id, kind in ((recruiter_id, "recruiter"), (coordinator_id, "coordinator")):
        store.job_owners.insert(
            JobOwner(
                id=store.job_owners.new_id(),
                job_id=job.id,
                user_id=user_id,
                type=kind,
                responsible=True,
                created_at=opened_at,
                updated_at=opened_at,
            )
        )
    store.job_hiring_managers.insert(
        JobHiringManager(
            id=store.job_hiring_managers.new_id(),
            job_id=job.id,
            user_id=chance.choice(users),
            created_at=opened_at,
            updated_at=opened_at,
        )
    )
    return MadeJob(job.id, opened_at, closed_at, stage_ids, post.id, recruiter_id, coordinator_id)

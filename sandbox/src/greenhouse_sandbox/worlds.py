"""The worlds a sandbox can start with. Ids, names and times are the same at every start."""

from datetime import timedelta

from greenhouse_sandbox.acts.applications import add_candidate, add_prospect, apply_to_job
from greenhouse_sandbox.acts.feed import add_note
from greenhouse_sandbox.acts.organisation import add_defaults
from greenhouse_sandbox.acts.progress import hire, move, pipeline, reject
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.demo_world import FOUNDED, seed_account, seed_jobs
from greenhouse_sandbox.store.sized_world import LARGEST, seed_sized

WORLDS = ("demo", "empty", "sized")
#: first name, last name, indices of job and stage
PEOPLE: list[tuple[str, str, int, int]] = [
    ("Hannah", "Brandt", 0, 0),
    ("Łukasz", "Żółkiewski", 0, 1),
    ("山田", "花子", 0, 0),
    ("Noor", "el-Amrani", 0, 4),
    ("محمد", "الحسن", 1, 0),
    ("Grace", "O'Malley", 1, 1),
    ("Ольга", "Петрова", 2, 0),
    ("Zoë", "Nguyễn 🌻", 2, 1),
    ("Marcus", "Adeyemi", 2, 3),
    ("अनन्या", "शर्मा", 3, 0),
]
PROSPECTS: list[tuple[str, str, list[int]]] = [("Ingrid", "Solheim", [0]), ("Rafael", "Monteiro", [])]


def seed(store: Store, world: str = "demo", *, applications: int | None = None, random: int = 0) -> None:
    """`demo` has jobs and people, `empty` neither, `sized` that many `applications`. Raises ValueError for an unknown
    world."""
    if world.isdecimal():
        world, applications = "sized", int(world)
    if world not in WORLDS:
        raise ValueError(f"There is no world {world!r}. Known: {', '.join(WORLDS)}.")
    if world == "sized" and not (isinstance(applications, int) and 0 < applications <= LARGEST):
        raise ValueError(f"A sized world takes a number of applications from 1 to {LARGEST}.")
    store.clear()
    seed_account(store)
    if world == "demo":
        seed_jobs(store)
        _seed_people(store)
    if world == "sized" and applications:
        seed_sized(store, applications, random)
    add_defaults(store)


def _seed_people(store: Store) -> None:
    jobs = list(store.jobs.rising())
    source = next(store.sources.rising()).id
    when = FOUNDED + timedelta(days=180)
    for number, (first, last, job_place, stage_place) in enumerate(PEOPLE):
        when += timedelta(hours=5, minutes=number)
        candidate = add_candidate(
            store,
            first_name=first,
            last_name=last,
            email=f"candidate{number + 1}@people.example",
            phone=f"+31 20 555 01{number:02}",
            tags=["Imported"] if number % 3 == 0 else [],
            now=when,
        )
        job = jobs[job_place]
        application = apply_to_job(store, candidate, job_id=job.id, source_id=source, actor_id=None, now=when)
        recruiter = application.recruiter_id
        stages = pipeline(store, job.id)
        if stage_place:
            move(store, application, stages[stage_place], actor_id=recruiter, now=when + timedelta(days=2))
        if number == 3:
            hire(store, application, actor_id=recruiter, now=when + timedelta(days=20))
        if number == 5:
            reason = next(store.rejection_reasons.rising()).id
            reject(
                store,
                application,
                reason_id=reason,
                notes="",
                actor_id=recruiter,
                now=when + timedelta(days=6),
            )
        if number == 1:
            add_note(
                store,
                candidate_id=candidate.id,
                application_id=application.id,
                body="Good first call. Portfolio: https://portfolio.example/lz",
                user_id=recruiter,
                visibility="public",
                now=when + timedelta(days=3),
            )
    for first, last, places in PROSPECTS:
        when += timedelta(hours=3)
        email = f"{first}.{last}@people.example".lower()
        candidate = add_candidate(store, first_name=first, last_name=last, email=email, now=when)
        add_prospect(store, candidate, job_ids=[jobs[place].id for place in places], actor_id=None, now=when)

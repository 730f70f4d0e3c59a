"""Generates an account of any size. The same size and seed give the same data, ids and times. Ids rise with time."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from greenhouse_sandbox.store.applications import (
    ACCEPTED,
    CONVERTED,
    HIRED,
    IN_PROCESS,
    REJECTED,
    Application,
    ApplicationStage,
    Note,
    Offer,
    RejectionDetail,
)
from greenhouse_sandbox.store.demo_world import BOARD, FOUNDED, STAGES
from greenhouse_sandbox.store.jobs import Job, JobHiringManager, JobOwner, JobPost, JobStage
from greenhouse_sandbox.store.people import Candidate, User
from greenhouse_sandbox.store.store import Store

FIRST: list[tuple[str, str]] = [
    ("Ada", "ada"), ("Aaliyah", "aaliyah"), ("Agnieszka", "agnieszka"), ("Ahmed", "ahmed"), ("Aiko", "aiko"),
    ("Alejandro", "alejandro"), ("Amara", "amara"), ("Anaïs", "anais"), ("Ananya", "ananya"), ("André", "andre"),
    ("Beatriz", "beatriz"), ("Björn", "bjorn"), ("Callum", "callum"), ("Chidi", "chidi"), ("Chloé", "chloe"),
    ("Daniel", "daniel"), ("Deniz", "deniz"), ("Dmitri", "dmitri"), ("Elif", "elif"), ("Emma", "emma"),
    ("Fatima", "fatima"), ("Félix", "felix"), ("Freya", "freya"), ("Giulia", "giulia"), ("Grace", "grace"),
    ("Hana", "hana"), ("Hugo", "hugo"), ("Ibrahim", "ibrahim"), ("Ines", "ines"), ("Jakub", "jakub"),
    ("Jin-woo", "jinwoo"), ("Josephine", "josephine"), ("Kaito", "kaito"), ("Karim", "karim"), ("Lars", "lars"),
    ("Leila", "leila"), ("Liam", "liam"), ("Lucía", "lucia"), ("Mateo", "mateo"), ("Mei", "mei"),
    ("Mohammed", "mohammed"), ("Nadia", "nadia"), ("Nikhil", "nikhil"), ("Noah", "noah"), ("Noor", "noor"),
    ("Olivia", "olivia"), ("Oluwaseun", "oluwaseun"), ("Pavel", "pavel"), ("Priya", "priya"), ("Rosa", "rosa"),
    ("Samuel", "samuel"), ("Saoirse", "saoirse"), ("Sofía", "sofia"), ("Søren", "soren"), ("Tariq", "tariq"),
    ("Thandiwe", "thandiwe"), ("Tuấn", "tuan"), ("Yusuf", "yusuf"), ("Zoë", "zoe"), ("花子", "hanako"),
    ("محمد", "mohammad"), ("Ольга", "olga"), ("अर्जुन", "arjun"), ("נועה", "noa"),
]  # fmt: skip
LAST: list[tuple[str, str]] = [
    ("Abebe", "abebe"), ("Adeyemi", "adeyemi"), ("Åkesson", "akesson"), ("Andersson", "andersson"),
    ("Baker", "baker"), ("Bianchi", "bianchi"), ("Brandt", "brandt"), ("Byrne", "byrne"), ("Chen", "chen"),
    ("Costa", "costa"), ("Demir", "demir"), ("de Vries", "devries"), ("Dubois", "dubois"), ("El-Amrani", "elamrani"),
    ("Fischer", "fischer"), ("Fernández", "fernandez"), ("García", "garcia"), ("Grant", "grant"), ("Haddad", "haddad"),
    ("Hansen", "hansen"), ("Hughes", "hughes"), ("Ito", "ito"), ("Ivanova", "ivanova"), ("Jansen", "jansen"),
    ("Johnson", "johnson"), ("Kaya", "kaya"), ("Kim", "kim"), ("Kowalski", "kowalski"), ("Kumar", "kumar"),
    ("Larsen", "larsen"), ("Lefèvre", "lefevre"), ("Lindqvist", "lindqvist"), ("Martin", "martin"),
    ("Mbeki", "mbeki"), ("Meyer", "meyer"), ("Moreau", "moreau"), ("Müller", "muller"), ("Nakamura", "nakamura"),
    ("Nguyễn", "nguyen"), ("Novák", "novak"), ("O'Connor", "oconnor"), ("Okafor", "okafor"), ("Patel", "patel"),
    ("Pereira", "pereira"), ("Popescu", "popescu"), ("Quinn", "quinn"), ("Rossi", "rossi"), ("Sánchez", "sanchez"),
    ("Schmidt", "schmidt"), ("Sharma", "sharma"), ("Silva", "silva"), ("Singh", "singh"), ("Smith", "smith"),
    ("Sørensen", "sorensen"), ("Tanaka", "tanaka"), ("Taylor", "taylor"), ("Van den Berg", "vandenberg"),
    ("Virtanen", "virtanen"), ("Wang", "wang"), ("Williams", "williams"), ("Yılmaz", "yilmaz"), ("Zhang", "zhang"),
    ("Żółkiewski", "zolkiewski"), ("山田", "yamada"),
]  # fmt: skip
TITLES = [
    "Account Executive", "Account Manager", "Accountant", "Backend Engineer", "Business Analyst",
    "Customer Success Manager", "Data Analyst", "Data Engineer", "Field Technician", "Finance Manager",
    "Frontend Engineer", "HR Business Partner", "Legal Counsel", "Machine Operator", "Marketing Manager",
    "Nurse", "Office Manager", "Operations Lead", "Product Designer", "Product Manager", "QA Engineer",
    "Recruiter", "Sales Representative", "Security Engineer", "Site Reliability Engineer", "Store Manager",
    "Support Specialist", "Technical Writer", "Warehouse Associate", "Warehouse Supervisor",
]  # fmt: skip
LEVELS = ["", "", "", "Junior ", "Senior ", "Lead "]
COMPANIES = [
    "Northwind",
    "Halden Group",
    "Brightwater",
    "Kestrel & Sons",
    "Lumen Works",
    "Oakfield",
    "Tideline",
    None,
]
#: duration of the simulated history, from FOUNDED
DAYS = 240
#: approximate applications per job
PER_JOB = 250
FEWEST = 6
MORE_STAGES = ("Take Home Test", "Face to Face", "Team Interview")
PLACES = ("Amsterdam", "New York", "Remote")
LARGEST = 5_000_000
#: applications per user that is added to the demo's users
PER_USER = 1500
ONCE_MORE, PROSPECT, CONVERTED_SHARE = 0.08, 0.04, 0.2
NOTED = 0.2
REMARKS = (
    "Good first call, wants to hear from us this week.",
    "Strong portfolio. Ask about the gap in 2024.",
    "Salary expectations are above the range.",
    "Prefers to work from home three days a week.",
    "Referred by a former colleague of the team.",
)


@dataclass(frozen=True)
class MadeJob:
    id: int
    opened_at: datetime
    closed_at: datetime | None
    stage_ids: list[int]
    post_id: int
    recruiter_id: int
    coordinator_id: int


def make_jobs(store: Store, applications: int, users: list[int], chance: Random) -> list[MadeJob]:
    """Jobs that open one after another, each for a few months, oldest first."""
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


@dataclass
class Outcome:
    """An application's final status, and when it entered each stage."""

    status: str
    entered: list[datetime]
    ended_at: datetime | None


def seed_sized(store: Store, number: int, seed: int) -> None:
    """Fill the store with `number` applications, generated from `seed`."""
    with _no_collection():
        chance = Random(f"{number}/{seed}")  # noqa: S311  (to be repeated, no secret)
        users = _make_users(store, 2 + number // PER_USER, chance)
        jobs = make_jobs(store, number, users, chance)
        _make_people(store, number, jobs, chance)


def _make_users(store: Store, number: int, chance: Random) -> list[int]:
    """Return the ids of all who can own jobs."""
    for place in range(number):
        (first, ascii_first), (last, ascii_last) = chance.choice(FIRST), chance.choice(LAST)
        email = f"{ascii_first}.{ascii_last}{place}@acornoak.example"
        store.users.insert(
            User(
                id=store.users.new_id(),
                created_at=FOUNDED,
                updated_at=FOUNDED,
                first_name=first,
                last_name=last,
                primary_email=email,
                emails=[email],
                job_title="Recruiter",
                employee_id=f"AO-{200 + place}",
            )
        )
    return [user.id for user in store.users.rising() if not user.deactivated]


def _make_people(store: Store, number: int, jobs: list[MadeJob], chance: Random) -> None:
    span = timedelta(days=DAYS)
    sources = [source.id for source in store.sources.rising()]
    reasons = [reason.id for reason in store.rejection_reasons.rising()]
    first_open = last_open = 0
    candidate: Candidate | None = None
    make = _Maker(store, chance)
    for place in range(number):
        now = FOUNDED + span * ((place + chance.random()) / number)
        while last_open + 1 < len(jobs) and jobs[last_open + 1].opened_at <= now:
            last_open += 1
        while first_open < last_open and (ends := jobs[first_open].closed_at) and ends <= now:
            first_open += 1
        job = jobs[first_open + int(chance.random() * (last_open - first_open + 1))]
        if candidate is None or chance.random() >= ONCE_MORE:
            candidate = make.candidate(place, now)
        source_id = sources[int(chance.random() * len(sources))]
        if chance.random() < PROSPECT:
            make.prospect(candidate, job, source_id, now)
            continue
        outcome = _outcome(job, now, chance)
        application = make.application(candidate, job, source_id, outcome, now)
        if outcome.status == REJECTED:
            reason_id = reasons[int(chance.random() * len(reasons))]
            make.rejection(application, reason_id, outcome.ended_at or now)
        elif outcome.status == HIRED:
            make.offer(application, outcome.ended_at or now)
        if chance.random() < NOTED:
            make.note(application, outcome.entered[-1])
    make.keep()


def _outcome(job: MadeJob, applied_at: datetime, chance: Random) -> Outcome:
    end = FOUNDED + timedelta(days=DAYS)
    entered, now = [applied_at], applied_at
    while len(entered) < len(job.stage_ids) and chance.random() < 0.45:
        now += timedelta(days=0.2 + 9 * chance.random())
        if now >= end:
            break
        entered.append(now)
    ended_at = entered[-1] + timedelta(days=0.5 + 14 * chance.random())
    if len(entered) == len(job.stage_ids) and ended_at < end and chance.random() < 0.7:
        return Outcome(HIRED, entered, ended_at)
    stays = 0.05 if job.closed_at else 0.35
    if ended_at < end and chance.random() >= stays:
        return Outcome(REJECTED, entered, ended_at)
    return Outcome(IN_PROCESS, entered, None)


class _Maker:
    """Creates rows and inserts them in bulk, which is faster."""

    def __init__(self, store: Store, chance: Random) -> None:
        self._store = store
        self._random: Callable[[], float] = chance.random
        self._candidates: list[Candidate] = []
        self._applications: list[Application] = []
        self._stages: list[ApplicationStage] = []
        self._notes: list[Note] = []
        self._rejections: list[RejectionDetail] = []
        self._offers: list[Offer] = []

    def candidate(self, place: int, now: datetime) -> Candidate:
        first, ascii_first = FIRST[int(self._random() * len(FIRST))]
        last, ascii_last = LAST[int(self._random() * len(LAST))]
        worked = self._random() < 0.7
        row = Candidate(
            id=self._store.candidates.new_id(),
            created_at=now,
            updated_at=now,
            first_name=first,
            last_name=last,
            company=COMPANIES[int(self._random() * len(COMPANIES))] if worked else None,
            title=(LEVELS[place % 6] + TITLES[place % len(TITLES)]) if worked else None,
            last_activity_at=now,
            private=self._random() < 0.01,
            email_addresses=[
                {"value": f"{ascii_first}.{ascii_last}.{place + 1}@people.example", "type": "personal"}
            ],
            phone_numbers=[{"value": f"+31 20 555 {place % 10000:04}", "type": "mobile"}] if worked else [],
        )
        self._candidates.append(row)
        return row

    def application(
        self, candidate: Candidate, job: MadeJob, source_id: int, outcome: Outcome, now: datetime
    ) -> Application:
        """Create an application with the stages that it went through."""
        new_id, last = self._store.application_stages.new_id, len(outcome.entered) - 1
        touched = outcome.ended_at or outcome.entered[-1]
        row = Application(
            id=self._store.applications.new_id(),
            created_at=now,
            updated_at=touched,
            candidate_id=candidate.id,
            job_id=job.id,
            status=outcome.status,
            job_post_id=job.post_id,
            source_id=source_id,
            recruiter_id=job.recruiter_id,
            coordinator_id=job.coordinator_id,
            hired_at=outcome.ended_at if outcome.status == HIRED else None,
            last_activity_at=touched,
        )
        for place, entered_at in enumerate(outcome.entered):
            over = outcome.entered[place + 1] if place < last else None
            if place == last and outcome.status == REJECTED:
                over = outcome.ended_at
            stage = ApplicationStage(
                id=new_id(),
                created_at=now,
                updated_at=over or entered_at,
                application_id=row.id,
                job_stage_id=job.stage_ids[place],
                entered_at=entered_at,
                exited_at=over,
                current=place == last,
            )
            self._stages.append(stage)
            row.stage_id = stage.id
        self._applications.append(row)
        candidate.last_activity_at = candidate.updated_at = max(candidate.updated_at, touched)
        return row

    def prospect(self, candidate: Candidate, job: MadeJob, source_id: int, now: datetime) -> None:
        """A prospect for no job or one, or one already converted."""
        converted = self._random() < CONVERTED_SHARE
        self._applications.append(
            Application(
                id=self._store.applications.new_id(),
                created_at=now,
                updated_at=now,
                candidate_id=candidate.id,
                job_id=None,
                status=CONVERTED if converted else IN_PROCESS,
                prospect=True,
                prospective_job_ids=[job.id] if self._random() < 0.6 else [],
                source_id=source_id,
                last_activity_at=now,
            )
        )

    def rejection(self, application: Application, reason_id: int, when: datetime) -> None:
        application.rejected_at, application.rejection_reason_id = when, reason_id
        self._rejections.append(
            RejectionDetail(
                id=self._store.rejection_details.new_id(),
                created_at=when,
                updated_at=when,
                application_id=application.id,
                rejected_by_id=application.recruiter_id,
                rejection_note_id=None,
                rejection_reason_id=reason_id,
                rejected_at=when,
            )
        )

    def offer(self, application: Application, when: datetime) -> None:
        made = when - timedelta(days=2)
        self._offers.append(
            Offer(
                id=self._store.offers.new_id(),
                created_at=made,
                updated_at=when,
                application_id=application.id,
                job_id=application.job_id,
                candidate_id=application.candidate_id,
                status=ACCEPTED,
                user_id=application.recruiter_id,
                sent_on=made.date().isoformat(),
                starts_on=(when + timedelta(days=30)).date().isoformat(),
                resolved_at=when,
            )
        )

    def note(self, application: Application, when: datetime) -> None:
        self._notes.append(
            Note(
                id=self._store.notes.new_id(),
                created_at=when,
                updated_at=when,
                candidate_id=application.candidate_id,
                application_id=application.id,
                body=REMARKS[int(self._random() * len(REMARKS))],
                user_id=application.recruiter_id,
                visibility="public" if self._random() < 0.7 else "private",
            )
        )

    def keep(self) -> None:
        self._store.candidates.extend(self._candidates)
        self._store.applications.extend(self._applications)
        self._store.application_stages.extend(self._stages)
        self._store.notes.extend(self._notes)
        self._store.rejection_details.extend(self._rejections)
        self._store.offers.extend(self._offers)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause garbage collection: there are millions of new objects, and none is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

"""Random histories of candidates in Greenhouse and of their deliveries."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import strategies as st

from greenhouse_sandbox.acts import applications, candidates, progress
from greenhouse_sandbox.acts.applications import delete_application
from greenhouse_sandbox.acts.progress import pipeline
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.store.people import Candidate as RemoteCandidate
from tests.greenhouse.world import World

PEOPLE, JOBS, STAGES, APPLICATIONS = 3, 3, 5, 5

#: what happens to an event's deliveries
FATES = ("now", "late", "lost", "twice", "again under another id", "late and twice")

Happening = tuple[str, int, int]


def happenings() -> st.SearchStrategy[Happening]:
    """An event: its kind, the person, and a stage or another person."""

    def kind(name: str, whom: int, where: int = 1) -> st.SearchStrategy[Happening]:
        return st.tuples(st.just(name), st.integers(0, whom - 1), st.integers(0, where - 1))

    return st.one_of(
        kind("apply", PEOPLE, JOBS),
        kind("move", APPLICATIONS, STAGES),
        kind("move", APPLICATIONS, STAGES),  # the most frequent events
        kind("reject", APPLICATIONS),
        kind("unreject", APPLICATIONS),
        kind("hire", APPLICATIONS),
        kind("unhire", APPLICATIONS),
        kind("transfer", APPLICATIONS, JOBS),
        kind("take off the job", APPLICATIONS),
        kind("merge", PEOPLE, PEOPLE),
        kind("delete", PEOPLE),
    )


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An event, what happens to its deliveries, and whether the workers run afterwards."""

    happens: Happening
    fate: str
    worked: bool
    reacted: bool


#: nothing else can happen before somebody applies
moments = st.builds(
    Moment,
    happens=happenings(),
    fate=st.sampled_from(FATES),
    worked=st.booleans(),
    reacted=st.booleans(),
)
histories = st.lists(moments, min_size=3, max_size=14)


@dataclass
class Story:
    """A history played in a world: its people and late deliveries."""

    world: World
    people: dict[int, RemoteCandidate] = field(default_factory=dict)
    applications: list[RemoteApplication] = field(default_factory=list)
    late: list[tuple[bytes, str]] = field(default_factory=list)

    def play(self, moment: Moment) -> None:
        """Carry out the event, if possible, and send its deliveries."""
        with suppress(RefusedError):  # Greenhouse does not allow every event at any time
            self._happen(*moment.happens)
        for body, event_id in self.world.outgoing():
            self._send(body, event_id, moment.fate)

    def deliver_late(self, order: list[int]) -> None:
        """Send the late deliveries in another order."""
        for place in sorted(range(len(self.late)), key=lambda one: (order[one % len(order)], one)):
            assert self.world.post(*self.late[place]) == 200
        self.late.clear()

    def there(self) -> Iterator[tuple[RemoteApplication, RemoteApplication | None]]:
        """Each application with Greenhouse's row, if it still has one."""
        for application in self.applications:
            yield application, self.world.greenhouse.store.applications.get(application.id)

    def _send(self, body: bytes, event_id: str, fate: str) -> None:
        copies = {
            "now": 1,
            "late": 0,
            "lost": 0,
            "twice": 2,
            "again under another id": 1,
            "late and twice": 1,
        }
        for _ in range(copies[fate]):
            assert self.world.post(body, event_id) == 200
        if fate == "again under another id":
            assert self.world.post(body, f"{event_id}-again") == 200
        if fate.startswith("late"):
            self.late.append((body, event_id))

    def _happen(self, kind: str, whom: int, where: int) -> None:
        world, store = self.world, self.world.greenhouse.store
        now = world.greenhouse.now()
        if kind == "apply":
            if len(self.applications) < APPLICATIONS:
                self.applications.append(world.greenhouse.application(self._person(whom), job=where))
        elif kind == "merge":
            loser, winner = self.people.get(whom), self.people.get(where)
            if loser is not None and winner is not None and loser is not winner:
                candidates.merge_candidates(store, loser, winner, now=now)
                del self.people[whom]
        elif kind == "delete":
            if (person := self.people.pop(whom, None)) is not None:
                candidates.delete_candidate(store, person)
        elif whom < len(self.applications):
            one = store.applications.get(self.applications[whom].id)
            if one is not None:
                self._progress(kind, one, where)

    def _progress(self, kind: str, one: RemoteApplication, where: int) -> None:
        world, store = self.world, self.world.greenhouse.store
        now = world.greenhouse.now()
        match kind:
            case "move":
                stage = pipeline(store, one.job_id)[where]
                progress.move(store, one, stage, actor_id=None, now=now)
            case "reject":
                world.reject(one)
            case "unreject":
                progress.unreject(store, one, actor_id=None, now=now)
            case "hire":
                progress.hire(store, one, actor_id=None, now=now)
            case "unhire":
                progress.unhire(store, one, actor_id=None, now=now)
            case "transfer":
                job = list(store.jobs.rising())[where]
                applications.transfer(store, one, job_id=job.id, actor_id=None, now=now)
            case "take off the job":
                delete_application(store, one)

    def _person(self, whom: int) -> RemoteCandidate:
        if whom not in self.people:
            name = f"person{whom}-{len(self.applications)}"
            self.people[whom] = self.world.greenhouse.candidate(
                first_name=name, email=f"{name}@people.example"
            )
        return self.people[whom]

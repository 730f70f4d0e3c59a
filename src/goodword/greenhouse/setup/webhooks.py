"""The webhooks to create in Greenhouse, and which of them have shown themselves by their ping."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.greenhouse.models import Connection, Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A webhook as it is to be typed in: name and event (*When*). `without`: what is not followed if it is left out."""

    action: str
    name: str
    when: str
    without: str = ""


#: the four of the set-up article, letter by letter
NEEDED = (
    Wanted(
        action="candidate_stage_change",
        name="Goodword Candidate Stage Change",
        when="Candidate has changed stage",
    ),
    Wanted(action="hire_candidate", name="Goodword Candidate Hired", when="Candidate has been hired"),
    Wanted(
        action="reject_candidate",
        name="Goodword Candidate Rejected",
        when="Candidate or Prospect has been rejected",
    ),
    Wanted(
        action="new_candidate_application",
        name="Goodword Candidate Has Submitted Application",
        when="Candidate has submitted application",
    ),
)
ADVISED = (
    Wanted(
        action="unreject_candidate",
        name="Goodword Candidate Unrejected",
        when="Candidate or Prospect has been unrejected",
        without="A rejection that is taken back is not noticed, and the steps stay closed.",
    ),
    Wanted(
        action="unhire_candidate",
        name="Goodword Candidate Unhired",
        when="Candidate has been unhired",
        without="A hire that is taken back is not noticed, and the steps stay closed.",
    ),
    Wanted(
        action="merge_candidate",
        name="Goodword Candidate Merged",
        when="Candidate has been merged",
        without="Which profile was kept in a merge shows here only with that candidate's next event.",
    ),
    Wanted(
        action="delete_candidate",
        name="Goodword Candidate Deleted",
        when="Candidate or Prospect has been deleted",
        without="That a candidate is no longer visible in Greenhouse is not marked here. Erasing is done by hand.",
    ),
    Wanted(
        action="candidate_anonymized",
        name="Goodword Candidate Anonymised",
        when="Candidate or Prospect has been anonymized",
        without="Name and address stay here as they were. Erasing results is done by hand.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A wanted webhook and since when it is in place (None: its ping has not come yet)."""

    wanted: Wanted
    since: datetime | None

    @property
    def state(self) -> str:
        """As the components name it; an advised one is not waited for."""
        if self.since:
            return "granted"
        return "untested" if self.wanted.without else "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All webhooks of a connection: the wanted ones in order, and those that fit none."""

    needed: Sequence[Line]
    advised: Sequence[Line]
    unknown: Sequence[Webhook]

    @property
    def in_place(self) -> int:
        """How many of the needed ones have shown themselves."""
        return sum(1 for line in self.needed if line.since)

    @property
    def complete(self) -> bool:
        """Whether all needed ones have."""
        return self.in_place == len(self.needed)

    @property
    def lines(self) -> list[Line]:
        """Needed and advised."""
        return [*self.needed, *self.advised]


def standing(connection: Connection) -> Standing:
    """What has shown itself so far."""
    rows = list(
        Webhook.objects.of(connection.organisation).filter(connection=connection).order_by("pinged_at")
    )
    known = {wanted.action for wanted in (*NEEDED, *ADVISED)}
    since = {row.action: row.pinged_at for row in rows}
    return Standing(
        needed=[Line(wanted=wanted, since=since.get(wanted.action)) for wanted in NEEDED],
        advised=[Line(wanted=wanted, since=since.get(wanted.action)) for wanted in ADVISED],
        unknown=[row for row in rows if row.action not in known],
    )

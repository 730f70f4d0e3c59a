"""What a delivery was about and what it led to, in words and with the rows to go to; for a page of many at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, Candidate
from goodword.greenhouse.inbox.actions import words
from goodword.greenhouse.models import InboxEvent
from goodword.roles.models import Role

#: the events that a delivery can lead to at once, as they stand on the timeline
EVENTS = {
    "application.applied": "Seen for the first time",
    "application.changed_job": "Moved to another job",
    "application.converted": "The prospect became a candidate",
    "application.entered_stage": "Entered a stage",
    "application.hired": "Hired",
    "application.left_stage": "Left a stage",
    "application.rejected": "Rejected",
    "application.unhired": "Hiring taken back",
    "application.unrejected": "Rejection taken back",
    "candidate.name_confirmed": "Name confirmed",
    "candidate.changed": "Address, name or permission to e-mail changed",
    "candidate.merged": "Joined to another profile",
    "erasure.asked": "To be erased",
    "erasure.cancelled": "Kept after all",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A delivery in the list. `application` is ours, to link to; `who` its person's name, or Greenhouse's ids."""

    event: InboxEvent
    words: str
    who: str
    application: Application | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caused:
    """One thing that a delivery led to: to an application of ours, or to a role. One that is gone has neither."""

    application: Application | None = None
    role: Role | None = None
    happened: list[str]


def lines(events: Iterable[InboxEvent], *, organisation: Organisation) -> list[Line]:
    """The deliveries of a page with the people they are about: two queries, however many."""
    events = list(events)
    applications = Application.objects.of(organisation).select_related("candidate")
    by_application = {
        (row.connection_id, row.remote_id): row
        for row in applications.filter(
            remote_id__in=[e.remote_application_id for e in events if e.remote_application_id]
        )
    }
    people = Candidate.objects.of(organisation).filter(
        remote_id__in=[e.remote_candidate_id for e in events if e.remote_candidate_id]
    )
    by_person = {(row.connection_id, row.remote_id): row for row in people}
    found = []
    for event in events:
        application = by_application.get((event.connection_id, event.remote_application_id))
        person = by_person.get((event.connection_id, event.remote_candidate_id))
        if application is not None:
            person = application.candidate
        who = person.name if person is not None else _ids(event)
        found.append(Line(event=event, words=words(event.action), who=who, application=application))
    return found


def caused(event: InboxEvent, *, organisation: Organisation) -> list[Caused]:
    """What a delivery led to: two queries, however much."""
    applications = Application.objects.of(organisation).select_related("candidate", "role")
    ours = applications.in_bulk([entry["application"] for entry in event.caused if "application" in entry])
    roles = Role.objects.of(organisation).in_bulk(
        [entry["role"] for entry in event.caused if "role" in entry]
    )
    return [
        Caused(
            application=ours.get(entry.get("application")),
            role=roles.get(entry.get("role")),
            happened=[EVENTS.get(name, name) for name in entry.get("events", [])],
        )
        for entry in event.caused
    ]


def _ids(event: InboxEvent) -> str:
    if event.remote_application_id is not None:
        return f"Application {event.remote_application_id}"
    return f"Candidate {event.remote_candidate_id}" if event.remote_candidate_id is not None else ""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Min, Q, QuerySet

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, Candidate
from goodword.core.searching import contains_words
from goodword.greenhouse.client.records import LARGEST_ID
from goodword.greenhouse.inbox.payload import label, matching_actions
from goodword.greenhouse.models import Connection, Delivery
from goodword.roles.models import Role

State = Delivery.State

PAGE = 50

MAX_PEOPLE = 200

MAX_FAILURES = 5

#: events that a delivery can cause directly, worded as on the timeline
EVENT_LABELS = {
    "application.adopted": "Joined with a candidate added here",
    "application.applied": "First seen",
    "application.changed_job": "Moved to another job",
    "application.converted": "Prospect converted",
    "application.entered_stage": "Entered a stage",
    "application.hired": "Hired",
    "application.left_stage": "Left a stage",
    "application.rejected": "Rejected",
    "application.unhired": "Hire undone",
    "application.unrejected": "Rejection undone",
    "candidate.name_confirmed": "Name confirmed",
    "candidate.changed": "Address, name or permission to e-mail changed",
    "candidate.merged": "Merged into another profile",
    "erasure.requested": "Erasure requested",
    "erasure.cancelled": "Erasure cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    rows: list[Delivery]
    older: int | None
    newer: int | None


def search(
    organisation: Organisation, *, query: str = "", connection_id: int | None = None
) -> QuerySet[Delivery]:
    """Search by Greenhouse ID, event ID or label, or a candidate's name or address."""
    rows = Delivery.objects.of(organisation)
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    return rows.filter(_matches(organisation, query)) if query else rows


def count_by_state(rows: QuerySet[Delivery]) -> dict[str, int]:
    by_state = rows.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(Delivery.State.values, 0) | dict(by_state)


def page_of(rows: QuerySet[Delivery], *, before: int | None = None, after: int | None = None) -> DeliveryPage:
    rows = rows.select_related("connection").defer("body")
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        more, found = len(found) > PAGE, found[:PAGE][::-1]
        return DeliveryPage(
            rows=found,
            older=found[-1].pk if found else None,
            newer=found[0].pk if more else None,
        )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return DeliveryPage(
        rows=found,
        older=found[-1].pk if more else None,
        newer=found[0].pk if before is not None and found else None,
    )


def _matches(organisation: Organisation, query: str) -> Q:
    conditions = [Q(event_id=query)]
    if query.isascii() and query.isdecimal() and 0 < int(query) <= LARGEST_ID:
        number = int(query)
        conditions += [Q(remote_application_id=number), Q(remote_candidate_id=number)]
    if actions := matching_actions(query):
        conditions.append(Q(action__in=actions))
    else:
        conditions.append(Q(action=query))
    people = list(_people_named(organisation, query))
    if people:
        applications = Application.objects.of(organisation).filter(candidate__in=[pk for pk, _ in people])
        remote = applications.exclude(remote_id=None).values_list("remote_id", flat=True)
        conditions += [
            Q(remote_candidate_id__in=[remote_id for _, remote_id in people if remote_id]),
            Q(remote_application_id__in=list(remote)),
        ]
    return reduce(or_, conditions)


def _people_named(organisation: Organisation, query: str) -> Iterable[tuple[int, int | None]]:
    found = Candidate.objects.of(organisation).filter(contains_words(query, "searched"))
    return found.order_by("pk").values_list("pk", "remote_id")[:MAX_PEOPLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    delivery: Delivery
    label: str
    who: str
    application: Application | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEffect:
    application: Application | None = None
    role: Role | None = None
    events: list[str]


def list_entries(deliveries: Iterable[Delivery], *, organisation: Organisation) -> list[ListEntry]:
    deliveries = list(deliveries)
    applications = Application.objects.of(organisation).select_related("candidate")
    by_application = {
        (row.connection_id, row.remote_id): row
        for row in applications.filter(
            remote_id__in=[
                delivery.remote_application_id for delivery in deliveries if delivery.remote_application_id
            ]
        )
    }
    people = Candidate.objects.of(organisation).filter(
        remote_id__in=[
            delivery.remote_candidate_id for delivery in deliveries if delivery.remote_candidate_id
        ]
    )
    by_person = {(row.connection_id, row.remote_id): row for row in people}
    entries = []
    for delivery in deliveries:
        application = by_application.get((delivery.connection_id, delivery.remote_application_id))
        person = by_person.get((delivery.connection_id, delivery.remote_candidate_id))
        if application is not None:
            person = application.candidate
        who = person.name if person is not None else _ids(delivery)
        entries.append(
            ListEntry(delivery=delivery, label=label(delivery.action), who=who, application=application)
        )
    return entries


def effects_of(delivery: Delivery, *, organisation: Organisation) -> list[DeliveryEffect]:
    applications = Application.objects.of(organisation).select_related("candidate", "role")
    ours = applications.in_bulk([entry["application"] for entry in delivery.caused if "application" in entry])
    roles = Role.objects.of(organisation).in_bulk(
        [entry["role"] for entry in delivery.caused if "role" in entry]
    )
    return [
        DeliveryEffect(
            application=ours.get(entry.get("application")),
            role=roles.get(entry.get("role")),
            events=[EVENT_LABELS.get(name, name) for name in entry.get("events", [])],
        )
        for entry in delivery.caused
    ]


def _ids(delivery: Delivery) -> str:
    if delivery.remote_application_id is not None:
        return f"Application {delivery.remote_application_id}"
    return f"Candidate {delivery.remote_candidate_id}" if delivery.remote_candidate_id is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxHealth:
    waiting: int
    oldest: datetime | None
    next_try: datetime | None
    failed: int
    handled_in_a_day: int
    latest_failures: tuple[Delivery, ...]


def inbox_health(connection: Connection, *, now: datetime) -> InboxHealth:
    rows = Delivery.objects.of(connection.organisation).filter(connection=connection)
    waits, failed = Q(state=State.RECEIVED), Q(state=State.FAILED)
    lately = Q(state=State.HANDLED, handled_at__gt=now - timedelta(days=1))
    counted = rows.aggregate(
        waiting=Count("pk", filter=waits),
        oldest=Min("received_at", filter=waits),
        next_try=Min("not_before", filter=waits),
        failed=Count("pk", filter=failed),
        handled_in_a_day=Count("pk", filter=lately),
    )
    latest = rows.filter(failed).defer("body").order_by("-pk")[:MAX_FAILURES]
    return InboxHealth(**counted, latest_failures=tuple(latest))


def has_waiting_deliveries(application: Application) -> bool:
    """Whether a delivery about the application or its candidate hasn't been processed, as while Harvest is down."""
    if application.connection_id is None or application.remote_id is None:
        return False
    whose = Q(remote_application_id=application.remote_id)
    if application.candidate.remote_id is not None:
        whose |= Q(remote_candidate_id=application.candidate.remote_id)
    waiting = Delivery.objects.of(application.organisation).filter(
        whose, connection_id=application.connection_id, state=Delivery.State.RECEIVED
    )
    return waiting.exists()

"""Finding deliveries: by Greenhouse's ids, the event's id, a candidate's name, or the words of the event."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, Candidate
from goodword.greenhouse.inbox.actions import called
from goodword.greenhouse.inbox.values import LARGEST_ID
from goodword.greenhouse.models import InboxEvent

PAGE = 50

#: so many people of one name, or part of it, are looked for
PEOPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of deliveries, newest first; `older` and `newer` are ids to go on from, None at the ends."""

    rows: list[InboxEvent]
    older: int | None
    newer: int | None


def found(
    organisation: Organisation, *, query: str = "", connection_id: int | None = None
) -> QuerySet[InboxEvent]:
    """The deliveries that a search means, of one connection or of all."""
    rows = InboxEvent.objects.of(organisation)
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    return rows.filter(_meant(organisation, query)) if query else rows


def counted(rows: QuerySet[InboxEvent]) -> dict[str, int]:
    """How many there are in each state."""
    by_state = rows.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(InboxEvent.State.values, 0) | dict(by_state)


def page_of(rows: QuerySet[InboxEvent], *, before: int | None = None, after: int | None = None) -> Page:
    """One page, by the id to start from and not by number: the thousandth costs no more than the first."""
    rows = rows.select_related("connection").defer("body")
    if after is not None:
        shown = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        more, shown = len(shown) > PAGE, shown[:PAGE][::-1]
        return Page(
            rows=shown,
            older=shown[-1].pk if shown else None,
            newer=shown[0].pk if more else None,
        )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    shown = list(rows.order_by("-pk")[: PAGE + 1])
    more, shown = len(shown) > PAGE, shown[:PAGE]
    return Page(
        rows=shown,
        older=shown[-1].pk if more else None,
        newer=shown[0].pk if before is not None and shown else None,
    )


def _meant(organisation: Organisation, query: str) -> Q:
    wanted = [Q(event_id=query)]
    if query.isascii() and query.isdecimal() and 0 < int(query) <= LARGEST_ID:
        number = int(query)
        wanted += [Q(remote_application_id=number), Q(remote_candidate_id=number)]
    if actions := called(query):
        wanted.append(Q(action__in=actions))
    else:
        wanted.append(Q(action=query))
    people = list(_named(organisation, query))
    if people:
        applications = Application.objects.of(organisation).filter(candidate__in=[pk for pk, _ in people])
        remote = applications.exclude(remote_id=None).values_list("remote_id", flat=True)
        wanted += [
            Q(remote_candidate_id__in=[one for _, one in people if one]),
            Q(remote_application_id__in=list(remote)),
        ]
    return reduce(or_, wanted)


def _named(organisation: Organisation, query: str) -> Iterable[tuple[int, int | None]]:
    """Ids, ours and Greenhouse's, of the people whose name contains the query."""
    shown_first = Coalesce(NullIf(F("preferred_name"), Value("")), F("first_name"))
    people = Candidate.objects.of(organisation).annotate(
        shown=Concat(shown_first, Value(" "), F("last_name")),
        full=Concat(F("first_name"), Value(" "), F("last_name")),
    )
    words = " ".join(query.split())
    fit = people.filter(Q(shown__icontains=words) | Q(full__icontains=words))
    return fit.order_by("pk").values_list("pk", "remote_id")[:PEOPLE]

"""The daily mail. It only contains roles and counts, because mails without an application aren't erased with a
person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse

from goodword.accounts.models import Membership, Organisation
from goodword.core.addresses import Correspondent
from goodword.core.jobs import for_each
from goodword.core.workdays import into_working_hours
from goodword.notifications.domain.queue import queue, updated_when_sent
from goodword.notifications.models import Email
from goodword.reports.domain.reviews import to_review
from goodword.roles.models import visible_roles
from goodword.workspace.needs_you.needs import Hidden, Needs, Urgency, Viewer, collect, hidden_ids
from goodword.workspace.needs_you.sources import SOURCES

KIND: Final = "workspace.digest"
#: maximum needs per urgency that are sorted by role
AT_MOST: Final = 500
#: maximum roles to list
ROLES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCounts:
    role: str
    needs: Mapping[Urgency, int]
    results: int

    @property
    def total(self) -> int:
        return sum(self.needs.values()) + self.results

    @property
    def counts(self) -> list[dict[str, Any]]:
        return _counts({urgency: (n, str(n)) for urgency, n in self.needs.items()}, self.results)


def send_digests(*, now: datetime) -> int:
    """Send digests on working days, in working hours. Returns the number of members mailed."""
    return for_each(list(_members_due(now=now)), lambda pk: send_digest(member_id=pk, now=now))


def _members_due(*, now: datetime) -> Iterable[int]:
    for organisation in Organisation.objects.order_by("pk"):
        if into_working_hours(now, calendar=organisation.calendar) > now:
            continue
        today = now.astimezone(organisation.zone).date()
        yield from (
            Membership.objects.of(organisation)
            .filter(
                # a later day was written while the clock was ahead
                Q(digest_on=None) | ~Q(digest_on=today),
                daily_digest=True,
                deactivated_at=None,
                user__is_active=True,
                kind__in=(Membership.Kind.ADMIN, Membership.Kind.RECRUITER),
            )
            .order_by("pk")
            .values_list("pk", flat=True)
        )


def send_digest(*, member_id: int, now: datetime) -> bool:
    """Send a digest once a day. Returns whether there was something to mail."""
    with transaction.atomic():
        member = (
            Membership.objects.across_organisations()
            .select_for_update(of=("self",), no_key=True)
            .select_related("user", "organisation")
            .get(pk=member_id)
        )
        zone = member.organisation.zone
        today = now.astimezone(zone).date()
        wanted = member.daily_digest and member.deactivated_at is None
        if not wanted or member.digest_on == today:
            return False
        member.digest_on = today
        member.save(update_fields=["digest_on"])
        viewer = Viewer(member=member, mine=True, now=now)
        hidden = Hidden(ids=hidden_ids(member, now=now))
        needs = collect(viewer, SOURCES, at_most=AT_MOST, hidden=hidden)
        roles = _by_role(needs, member)
        results = to_review(member, mine=True).count()
        if not needs.total and not results:
            return False
        path = reverse("needs_you", args=[member.organisation.slug])
        queue(
            organisation=member.organisation,
            kind=KIND,
            key=f"member:{member.pk}:digest:{today.isoformat()}",
            to=Correspondent(name=member.user.name, address=member.user.email),
            sender=Correspondent(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
            template="workspace/mail/digest",
            context=_context(needs, roles, results)
            | {"page_url": f"{settings.GOODWORD_BASE_URL}{path}?roles=mine"},
            member=member,
            # superseded by tomorrow's
            not_after=datetime.combine(today + timedelta(days=1), time(), tzinfo=zone),
            now=now,
        )
        return True


@updated_when_sent(KIND)
def is_still_true(email: Email, member: Membership) -> bool:
    """Return whether the member still wants it and can see its roles. Tomorrow's digest has the current ones."""
    if not (member.daily_digest and member.may_work):
        return False
    titles = {role["title"] for role in email.context["roles"]}
    seen = visible_roles(member).filter(title__in=titles).values_list("title", flat=True)
    return titles <= set(seen)


def _context(needs: Needs, roles: list[RoleCounts], results: int) -> dict[str, Any]:
    return {
        "counts": _counts(
            {urgency: (needs.counts[urgency], needs.text(urgency)) for urgency in Urgency}, results
        ),
        "roles": [{"title": row.role, "counts": row.counts} for row in roles[:ROLES]],
        "more": max(len(roles) - ROLES, 0),
    }


def _counts(counted: Mapping[Urgency, tuple[int, str]], results: int) -> list[dict[str, Any]]:
    """Return the counts above zero; the mail puts them into words."""
    rows = [(urgency.value, n, text) for urgency, (n, text) in counted.items()]
    rows.append(("results", results, str(results)))
    return [{"kind": kind, "n": n, "text": text} for kind, n, text in rows if n]


def _by_role(needs: Needs, member: Membership) -> list[RoleCounts]:
    counts = {
        urgency: Counter(need.role for need in shown if need.role) for urgency, shown in needs.shown.items()
    }
    titles = (
        to_review(member, mine=True)
        .values("step_request__application__role__title")
        .annotate(n=Count("pk"))
        .order_by()
        .values_list("step_request__application__role__title", "n")
    )
    results = Counter({str(title): n for title, n in titles})
    found = [
        RoleCounts(
            role=role,
            needs={urgency: counts[urgency][role] for urgency in Urgency},
            results=results[role],
        )
        for role in {*results, *(role for found in counts.values() for role in found)}
    ]
    return sorted(found, key=lambda row: (-row.total, row.role))

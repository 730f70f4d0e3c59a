"""Selects the candidates of a list: visible to the member and matching the query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils import timezone

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.candidates.models import Application, sees_private_candidates
from goodword.core.searching import contains_words
from goodword.core.text import clean_text, without_accents
from goodword.roles.models import Role, visible_roles
from goodword.workspace.lists.query import STEPS, ListQuery, in_state
from goodword.workspace.models import ListedApplication
from goodword.workspace.search import matching_name

#: run the deferred triggers now, within a transaction
_SETTLE: Final = (
    "SET CONSTRAINTS list_application, listed_application_changed, listed_application_rows IMMEDIATE"
)


FEW: Final = 2_000


@dataclass(frozen=True, kw_only=True)
class VisibleScope:
    """`visible_applications` expressed in ids, since subqueries keep PostgreSQL from reading indexes in order. `roles`:
    only these; None: all but `hidden`. `private_of`: roles whose private candidates are visible; None: all."""

    member: Membership
    roles: Sequence[int] | None
    hidden: Sequence[int] = ()
    private_of: Sequence[int] | None = None

    @classmethod
    def of(cls, member: Membership, role: Role | None) -> Self:
        """`role`: visible to the member."""
        if member.is_admin:
            return cls(member=member, roles=None if role is None else [role.pk])
        if role is not None:
            sees_all = sees_private_candidates(role, member)
            return cls(member=member, roles=[role.pk], private_of=None if sees_all else [])
        visible = set(visible_roles(member).values_list("pk", flat=True))
        every = Role.objects.of(member.organisation)
        theirs = set(every.filter(Q(owner=member) | Q(viewers=member)).values_list("pk", flat=True))
        if not member.may_work:
            return cls(member=member, roles=sorted(visible), private_of=sorted(theirs))
        hidden = set(every.values_list("pk", flat=True)) - visible
        return cls(member=member, roles=None, hidden=sorted(hidden), private_of=sorted(theirs))

    def rows(self) -> QuerySet[ListedApplication]:
        if connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(_SETTLE)
        rows = ListedApplication.objects.of(self.member.organisation)
        if self.roles is None:
            rows = rows.filter(role__isnull=False)
            rows = rows.exclude(role__in=self.hidden) if self.hidden else rows
        elif len(self.roles) == 1:
            rows = rows.filter(role=self.roles[0])
        else:
            rows = rows.filter(role__in=self.roles)
        if self.private_of is None:
            return rows
        return rows.filter(
            Q(private=False) | Q(role__in=self.private_of) if self.private_of else Q(private=False)
        )

    def values(self, column: str) -> list[str]:
        """The distinct values of an indexed text column, sorted, without reading a row per candidate."""
        everywhere = "role_id IS NOT NULL AND role_id <> ALL(%(hidden)s)"
        here = everywhere if self.roles is None else "role_id = scope"
        if self.private_of is not None:
            here += " AND (NOT private OR role_id = ANY(%(private_of)s))"
        smallest = (
            f"SELECT min({column}) FROM workspace_listedapplication "  # noqa: S608  # columns of the model
            f"WHERE organisation_id = %(organisation)s AND {here}"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE found(scope, value) AS ("  # noqa: S608  # as above
                f"SELECT scope, ({smallest}) FROM unnest(%(scopes)s::bigint[]) AS scope "
                f"UNION ALL SELECT scope, ({smallest} AND {column} > value) FROM found WHERE value IS NOT NULL"
                ") SELECT DISTINCT value FROM found WHERE value <> ''",
                {
                    "organisation": self.member.organisation_id,
                    "hidden": list(self.hidden),
                    "private_of": list(self.private_of or ()),
                    "scopes": [0] if self.roles is None else list(self.roles),
                },
            )
            return sorted((value for (value,) in cursor.fetchall()), key=without_accents)


def filtered(scope: VisibleScope, query: ListQuery, *, few: bool = False) -> QuerySet[ListedApplication]:
    """Apply all filters except the chips. `few`: whether at most FEW rows match, see `_named`."""
    rows = scope.rows()
    if query.q:
        rows = _named(rows, scope, query.q, few=few)
    if query.stage:
        rows = rows.filter(stage_name__in=_written(scope, "stage_name", query.stage))
    if query.recruiter:
        rows = rows.filter(recruiter_name__in=_written(scope, "recruiter_name", query.recruiter))
    if query.owner is not None:
        rows = rows.filter(role__owner=query.owner)
    if query.since is not None:
        rows = rows.filter(created_at__gte=_midnight(query.since))
    if query.until is not None:
        rows = rows.filter(created_at__lt=_midnight(query.until) + timedelta(days=1))
    return rows


def _written(scope: VisibleScope, column: str, chosen: str) -> list[str]:
    """The stored values of a column, such as "Phone  screen", that match a cleaned value of a request."""
    return [value for value in scope.values(column) if clean_text(value, one_line=True) == chosen]


def chosen(
    rows: QuerySet[ListedApplication], query: ListQuery, *, now: datetime
) -> QuerySet[ListedApplication]:
    if query.status:
        rows = rows.filter(status=query.status)
    for step in STEPS:
        if name := getattr(query, step):
            rows = rows.filter(in_state(step, name, now=now))
    return rows


def _named(
    rows: QuerySet[ListedApplication], scope: VisibleScope, text: str, *, few: bool
) -> QuerySet[ListedApplication]:
    """Pass the ids as an array if few match, so PostgreSQL finds them first and sorts them. It often expects more
    matches and would read all rows in order until the page is full."""
    found = matching_name(Application.objects.of(scope.member.organisation), text)
    if scope.roles is not None and len(scope.roles) == 1:
        ids = found.filter(role=scope.roles[0]).values("pk")
        if not few:
            return rows.filter(application__in=ids)
        is_found = Func(
            F("application_id"),
            ArraySubquery(ids),
            arg_joiner=" = ANY (",
            template="%(expressions)s)",
            output_field=BooleanField(),
        )
        return rows.filter(is_found)
    roles = Role.objects.of(scope.member.organisation).filter(contains_words(text, "plain_title"))
    return rows.filter(
        Q(application__in=found.values("pk")) | Q(role__in=list(roles.values_list("pk", flat=True)))
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def role_of(request: MemberRequest, pk: int | None) -> Role | None:
    return None if pk is None else access.get_or_404(visible_roles(request.member), pk)

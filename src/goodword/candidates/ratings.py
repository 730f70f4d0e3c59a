"""Ratings after hire: who to rate, and imports of CSV files. A file is read into rows that don't count until a member
confirms them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.candidates.people_files import PersonKey
from goodword.candidates.rating_files import RatedLine, RatingScale
from goodword.core.addresses import normalised
from goodword.core.clock import latest_day
from goodword.core.rows import locked_to_delete

#: days after the hire from which people can be rated
DAYS: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToRate:
    name: str
    email: str
    role: str
    hired_on: date


def people_to_rate(
    organisation: Organisation, *, now: datetime, refused: Collection[int] = ()
) -> list[PersonToRate]:
    """People to rate, by role and name, each with their latest hire, since imported ratings count for that one.
    Those without an address are left out, since a file can't identify them. `refused`: applications of people who must
    not be rated."""
    confirmed = PerformanceRating.objects.of(organisation).filter(of__confirmed_at__isnull=False)
    rated = set(confirmed.values_list("application_id", flat=True))
    rows = (
        Application.objects.of(organisation)
        .filter(status=Application.Status.HIRED, erasure_requested_at=None, erased_at=None, prospect=False)
        .exclude(candidate__email="")
        .select_related("candidate", "role")
        .order_by(F("hired_at").desc(nulls_last=True), "-pk")
    )
    latest: dict[str, Application] = {}
    objected: set[str] = set()
    for row in rows:
        address = normalised(row.candidate.email)
        latest.setdefault(address, row)
        if row.pk in refused:
            objected.add(address)
    found = [
        PersonToRate(
            name=row.candidate.name,
            email=row.candidate.email,
            role=row.role.title if row.role else "",
            hired_on=timezone.localdate(row.hired_at, organisation.zone),
        )
        for address, row in latest.items()
        if address not in objected
        and row.pk not in rated
        and row.hired_at is not None
        and row.hired_at <= now - timedelta(days=DAYS)
    ]
    return sorted(found, key=lambda person: (person.role.casefold(), person.name.casefold(), person.email))


#: for uploads that nobody confirmed
KEPT_FOR: Final = timedelta(days=7)
UNKNOWN, NOT_HIRED, EARLY, FUTURE, REFUSED = "unknown", "not_hired", "early", "future", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionCount:
    criterion: str
    ratings: int
    people: int
    raters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Application:
    pk: int
    is_hired: bool
    hired_on: date | None


def read_into_rows(
    lines: Sequence[RatedLine],
    scale: RatingScale,
    *,
    organisation: Organisation,
    member: Membership,
    now: datetime,
    refused: Collection[int] = (),
) -> RatingImport:
    """Store the ratings of people who were hired. They count once confirmed. `refused`: applications of people who must
    not be rated."""
    today = latest_day(now)  # raters may be elsewhere
    applications = _applications(organisation, {line.person for line in lines})
    left_out: defaultdict[str, list[int]] = defaultdict(list)
    rows: list[tuple[RatedLine, int]] = []
    for line in lines:
        pk, why = _hired(applications.get(line.person, ()), line.rated_on, today, refused)
        if pk is None:
            left_out[why].append(line.line)
        else:
            rows.append((line, pk))
    with transaction.atomic():
        made = RatingImport.objects.create(
            organisation=organisation,
            lowest=scale.lowest,
            highest=scale.highest,
            left_out=left_out,
            created_by=member,
            created_at=now,
        )
        PerformanceRating.objects.of(organisation).bulk_create(
            PerformanceRating(
                organisation=organisation,
                of=made,
                application_id=pk,
                criterion=criterion,
                value=value,
                rater=line.rater,
                rated_on=line.rated_on,
            )
            for line, pk in rows
            for criterion, value in line.values.items()
        )
        return made


def _applications(
    organisation: Organisation, people: Collection[PersonKey]
) -> Mapping[PersonKey, Sequence[_Application]]:
    by = next(iter(people)).by
    column = {"email": "candidate__email", "candidate": "candidate__remote_id", "application": "remote_id"}[
        by
    ]
    rows = Application.objects.of(organisation).filter(
        erasure_requested_at=None, erased_at=None, prospect=False
    )
    latest_first = rows.order_by(F("hired_at").desc(nulls_last=True), "-pk")
    found: defaultdict[PersonKey, list[_Application]] = defaultdict(list)
    for value, pk, status, hired_at in latest_first.values_list(column, "pk", "status", "hired_at"):
        person = PersonKey.of(by, str(value or ""))
        if person in people:
            hired_on = timezone.localdate(hired_at, organisation.zone) if hired_at else None
            is_hired = status == Application.Status.HIRED
            found[person].append(_Application(pk=pk, is_hired=is_hired, hired_on=hired_on))
    return found


def _hired(
    applications: Sequence[_Application], rated_on: date, today: date, refused: Collection[int]
) -> tuple[int | None, str]:
    """Return the latest hire before the rating, or why there is none."""
    if not applications:
        return None, UNKNOWN
    hired = [application for application in applications if application.is_hired]
    if not hired:
        return None, NOT_HIRED
    if any(application.pk in refused for application in hired):
        return None, REFUSED
    if rated_on > today:
        return None, FUTURE
    for application in hired:
        if application.hired_on is None or application.hired_on <= rated_on:
            return application.pk, ""
    return None, EARLY


def is_ratable_hire(application: Application, *, organisation: Organisation, now: datetime) -> bool:
    return (
        organisation.rates_hires
        and application.status == Application.Status.HIRED
        and application.hired_at is not None
        and application.hired_at <= now - timedelta(days=DAYS)
        and not application.is_being_erased
    )


def stored_rating_date(application: Application, member: Membership) -> date | None:
    rows = PerformanceRating.objects.of(application.organisation).filter(
        application=application, rater__same_address=member.user.email, of__confirmed_at__isnull=False
    )
    return rows.order_by("rated_on").values_list("rated_on", flat=True).first()


def rate(
    *, application: Application, values: Mapping[str, int], scale: RatingScale, by: Membership, now: datetime
) -> bool:
    """Store a member's ratings by criterion, once. Returns False if they have rated the person before."""
    with transaction.atomic():
        row = (
            Application.objects.of(by.organisation)
            .select_for_update(of=("self",), no_key=True)
            .select_related("organisation")
            .get(pk=application.pk)
        )
        if (
            not values
            or not is_ratable_hire(row, organisation=row.organisation, now=now)
            or stored_rating_date(row, by) is not None
        ):
            return False
        store(row, values=values, scale=scale, rater=by.user.email, by=by, now=now)
        write_by(by, "hire.rated", now=now, details={"application": row.pk})
        return True


def store(
    application: Application,
    *,
    values: Mapping[str, int],
    scale: RatingScale,
    rater: str,
    by: Membership | None,
    now: datetime,
) -> None:
    """Store one person's ratings by criterion. They count immediately. `by`: the rater, if a member."""
    organisation = application.organisation
    made = RatingImport.objects.create(
        organisation=organisation,
        lowest=scale.lowest,
        highest=scale.highest,
        created_by=by,
        created_at=now,
        confirmed_at=now,
    )
    PerformanceRating.objects.of(organisation).bulk_create(
        PerformanceRating(
            organisation=organisation,
            of=made,
            application=application,
            criterion=criterion,
            value=value,
            rater=rater,
            rated_on=timezone.localdate(now, organisation.zone),
        )
        for criterion, value in values.items()
    )


def is_rated(application: Application) -> bool:
    rows = PerformanceRating.objects.of(application.organisation).filter(application=application)
    return rows.filter(of__confirmed_at__isnull=False).exists()


def counts_of(of: RatingImport) -> list[CriterionCount]:
    rows = PerformanceRating.objects.of(of.organisation).filter(of=of).order_by("criterion")
    counted = rows.values("criterion").annotate(
        ratings=Count("pk"),
        people=Count("application__candidate", distinct=True),
        raters=Count(Lower("rater"), distinct=True),
    )
    return [CriterionCount(**row) for row in counted]


def imports_of(organisation: Organisation) -> QuerySet[RatingImport]:
    """Confirmed imports, newest first."""
    rows = RatingImport.objects.of(organisation).filter(confirmed_at__isnull=False)
    return (
        rows.select_related("created_by__user")
        .annotate(n=Count("ratings"), people=Count("ratings__application__candidate", distinct=True))
        .order_by("-confirmed_at", "-pk")
    )


def replaced_by(of: RatingImport) -> int:
    return len(_replaced(of))


def confirm(of: RatingImport, *, by: Membership, now: datetime, refused: Collection[int] = ()) -> bool:
    """Let the import's ratings replace earlier ones of the same person, rater, date and criterion. Ratings of people
    who were refused or erased since the upload, or whose hire was undone, are deleted. Returns False if already done or
    nothing is left."""
    with transaction.atomic():
        # of two imports confirmed at the same time, the second replaces the first
        Organisation.objects.select_for_update(no_key=True).get(pk=of.organisation_id)
        row = (
            RatingImport.objects.of(of.organisation)
            .select_for_update(of=("self",), no_key=True)
            .filter(pk=of.pk)
            .first()
        )
        ratings = PerformanceRating.objects.of(of.organisation).filter(of=of)
        if row is None or row.confirmed_at is not None:
            return False
        hired = Application.objects.of(of.organisation).filter(
            status=Application.Status.HIRED, erasure_requested_at=None, erased_at=None
        )
        ratings.filter(Q(application__in=refused) | ~Q(application__in=hired.values("pk"))).delete()
        if not ratings.exists():
            return False
        replaced = _replaced(row)
        PerformanceRating.objects.of(of.organisation).filter(pk__in=replaced).delete()
        row.confirmed_at = now
        row.save(update_fields=["confirmed_at"])
        write_by(
            by, "ratings.imported", now=now, details={"ratings": ratings.count(), "replaced": len(replaced)}
        )
        return True


def discard(of: RatingImport, *, by: Membership, now: datetime, only_unconfirmed: bool = False) -> bool:
    """Delete the ratings. Idempotent. Returns False if they have been confirmed and `only_unconfirmed`."""
    with transaction.atomic():
        row = (
            RatingImport.objects.of(of.organisation).select_for_update(of=("self",)).filter(pk=of.pk).first()
        )
        if row is None:
            return True
        n = PerformanceRating.objects.of(of.organisation).filter(of=row).count()
        confirmed = row.confirmed_at is not None
        if confirmed and only_unconfirmed:
            return False
        row.delete()
        if confirmed:
            write_by(by, "ratings.deleted", now=now, details={"ratings": n})
        return True


def unconfirmed(*, now: datetime) -> QuerySet[RatingImport]:
    rows = RatingImport.objects.across_organisations().filter(created_at__lt=now - KEPT_FOR)
    return rows.filter(confirmed_at=None)


def delete_unconfirmed(*, now: datetime) -> int:
    with transaction.atomic():
        # waits for an import that is just being confirmed, which is then no longer selected
        return locked_to_delete(unconfirmed(now=now)).delete()[0]


def _replaced(of: RatingImport) -> list[int]:
    """Ids of the ratings that this import replaces: those with the same scale, person, rater, date and criterion,
    ignoring case. If both stayed, only the older one would count."""
    known = PerformanceRating.objects.of(of.organisation)
    new = {_identity(row) for row in known.filter(of=of)}
    counted = known.filter(
        of__confirmed_at__isnull=False, of__lowest=of.lowest, of__highest=of.highest
    ).filter(application__in={application for application, *_more in new})
    return [row.pk for row in counted if _identity(row) in new]


def _identity(row: PerformanceRating) -> tuple[int, str, str, date]:
    return row.application_id, row.criterion.casefold(), row.rater.casefold(), row.rated_on

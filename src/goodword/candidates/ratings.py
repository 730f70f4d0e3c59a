"""Ratings after hire: who to rate, and imports of CSV files. A file is read into rows that don't count until a member
confirms them."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.candidates.people_files import (
    PersonColumn,
    PersonKey,
    in_lines,
    is_person_column,
    person_column,
    plain_heading,
    read_rows,
)
from goodword.core.addresses import normalised
from goodword.core.clock import latest_day
from goodword.core.csv_files import UnreadableFile
from goodword.core.rows import locked_to_delete
from goodword.core.text import clean_text

MOST_CRITERIA: Final = 10
LONGEST_CRITERION: Final = 100
#: from here on, "1,000" may be 1000 or 1
THOUSAND: Final = 1000
#: the longest valid address
LONGEST_RATER: Final = 254
_RATER: Final = frozenset({"rater", "ratedby", "manager"})
#: columns that only help people fill in the file
_IGNORED: Final = frozenset({"name", "firstname", "lastname", "role", "hiredon"})
_DATE: Final = frozenset({"date", "ratedon", "dateofrating", "ratingdate"})
_YEAR, _MONTH, _DAY = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
#: a time may follow the day
_CERTAIN: Final = (
    re.compile(rf"{_YEAR}-{_MONTH}-{_DAY}(?:[T ][\d:.Z+-]+)?"),
    re.compile(rf"{_DAY}\.{_MONTH}\.{_YEAR}"),
)
_SLASHED: Final = (re.compile(f"{_DAY}/{_MONTH}/{_YEAR}"), re.compile(f"{_MONTH}/{_DAY}/{_YEAR}"))


@dataclass(frozen=True, slots=True)
class RatingScale:
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.lowest:g}–{self.highest:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedLine:
    """`values`: ratings by criterion, without empty ones."""

    line: int
    person: PersonKey
    rater: str
    rated_on: date
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    person: PersonColumn
    rater: int
    date: int
    criteria: Mapping[str, int]
    n: int


class _Problem(Exception):
    pass


def read_ratings(raw: bytes, scale: RatingScale) -> list[RatedLine]:
    """Read ratings. Every column except person, rater, date and _IGNORED contains ratings by the criterion in its
    heading. Lines without a rating are skipped. Raises UnreadableFile."""
    first, lines = read_rows(raw)
    columns, rows = _columns_of(first), list(lines)
    formats = _formats_of(cells[columns.date].strip() for _line, cells in rows if len(cells) == columns.n)
    found: list[RatedLine] = []
    seen: set[tuple[PersonKey, str, date]] = set()
    problems: defaultdict[str, list[int]] = defaultdict(list)
    for line, cells in rows:
        try:
            if len(cells) == columns.n and not any(
                cells[place].strip() for place in columns.criteria.values()
            ):
                continue
            read = _read_line(line, cells, columns, scale, formats)
        except _Problem as problem:
            problems[str(problem)].append(line)
            continue
        key = read.person, read.rater.casefold(), read.rated_on
        if key in seen:
            problems[_("a second line for the same person, rater and date")].append(line)
        seen.add(key)
        found.append(read)
    if problems:
        raise UnreadableFile(" ".join(f"{in_lines(numbers)}: {what}." for what, numbers in problems.items()))
    if not found:
        raise UnreadableFile(_("The file contains no ratings."))
    return found


def _columns_of(first: Sequence[str]) -> _Columns:
    heading = [plain_heading(cell) for cell in first]
    person = person_column(first)
    rater = next((place for place, name in enumerate(heading) if name in _RATER), None)
    day = next((place for place, name in enumerate(heading) if name in _DATE), None)
    if person is None or rater is None or day is None:
        raise UnreadableFile(
            _(
                "The first row must name the columns: Rater, Date, one of E-mail, Greenhouse candidate ID and "
                "Greenhouse application ID, and a column for each rating."
            )
        )
    criteria: dict[str, int] = {}
    for place, cell in enumerate(first):
        name = clean_text(cell, one_line=True)
        if place in {rater, day} or is_person_column(cell) or heading[place] in _IGNORED or not name:
            continue
        if name.casefold() in {known.casefold() for known in criteria}:
            raise UnreadableFile(_("Two columns are called “%(name)s”.") % {"name": name})
        if len(name) > LONGEST_CRITERION:
            sentence = _("The heading “%(name)s” is too long: use at most %(n)s characters.")
            raise UnreadableFile(sentence % {"name": f"{name[:40]}…", "n": LONGEST_CRITERION})
        criteria[name] = place
    if not criteria:
        raise UnreadableFile(
            _("There is no column with ratings. Name it after what is rated, such as Overall.")
        )
    if len(criteria) > MOST_CRITERIA:
        raise UnreadableFile(_("The file has more than %(n)s columns with ratings.") % {"n": MOST_CRITERIA})
    return _Columns(person=person, rater=rater, date=day, criteria=criteria, n=len(first))


def _read_line(
    line: int, cells: Sequence[str], columns: _Columns, scale: RatingScale, formats: Sequence[re.Pattern[str]]
) -> RatedLine:
    if len(cells) != columns.n:
        raise _Problem(_("the number of cells differs from the first row"))
    person = columns.person.read(cells)
    if person is None:
        raise _Problem(columns.person.why_unread(cells))
    rater = clean_text(cells[columns.rater], one_line=True)
    if not rater:
        raise _Problem(_("the rater is missing"))
    if len(rater) > LONGEST_RATER:
        raise _Problem(_("the rater has more than %(n)s characters") % {"n": LONGEST_RATER})
    return RatedLine(
        line=line,
        person=person,
        rater=rater,
        rated_on=_date(cells[columns.date].strip(), formats),
        values={
            name: _value(cells[place].strip(), name, scale)
            for name, place in columns.criteria.items()
            if cells[place].strip()
        },
    )


def _formats_of(dates: Iterable[str]) -> Sequence[re.Pattern[str]]:
    """Return the formats of the file's dates. Excel rewrites typed dates in its region's format, such as 28/11/2026 or
    11/28/2026. A day above 12 shows which one it is; otherwise both stay possible."""
    slashed = [text for text in dates if any(_day(text, pattern) for pattern in _SLASHED)]
    fitting = [pattern for pattern in _SLASHED if all(_day(text, pattern) for text in slashed)]
    return *_CERTAIN, *fitting


def _day(text: str, written: re.Pattern[str]) -> date | None:
    found = written.fullmatch(text)
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        return None


def _date(text: str, formats: Sequence[re.Pattern[str]]) -> date:
    found = {day for pattern in formats if (day := _day(text, pattern))}
    if len(found) > 1:
        raise _Problem(
            _("the date may be day/month or month/day; write 2026-11-28, in a cell formatted as text")
        )
    if not found:
        raise _Problem(_("the date can't be read; use the format 2026-11-28"))
    return found.pop()


def _value(text: str, criterion: str, scale: RatingScale) -> float:
    if scale.highest >= THOUSAND and re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", text):
        raise _Problem(
            _("“%(name)s” may have a thousands separator; write 1000 or 1.0") % {"name": criterion}
        )
    plain = text.replace(",", ".")
    value = float(plain) if re.fullmatch(r"[+-]?\d{1,9}(\.\d{1,9})?", plain) else None
    if value is None or not scale.lowest <= value <= scale.highest:
        raise _Problem(
            _("“%(name)s” isn't a number from %(lowest)s to %(highest)s")
            % {"name": criterion, "lowest": f"{scale.lowest:g}", "highest": f"{scale.highest:g}"}
        )
    return value


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
            made_by=member,
            made_at=now,
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
        made_by=by,
        made_at=now,
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
        rows.select_related("made_by__user")
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
    rows = RatingImport.objects.across_organisations().filter(made_at__lt=now - KEPT_FOR)
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

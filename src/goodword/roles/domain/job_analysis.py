"""A role's job requirements, their ratings and measures, and members' confirmations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.roles.models import JobAnalysis, JobRequirement, RequirementRating, Role

MOST: Final = 40
#: importance or criticality from which a requirement needs a measure, and up to which it needs none
IMPORTANT: Final = 4
UNIMPORTANT: Final = 2
ADDED, CHANGED, REMOVED = "job_requirement.added", "job_requirement.changed", "job_requirement.removed"
RATED: Final = "job_requirement.rated"


class TooManyRequirements(Exception):
    pass


class SameText(Exception):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A requirement with its author and time, which may have been entered elsewhere first."""

    text: str
    measures: Sequence[str]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingInput:
    importance: int
    criticality: int
    at_entry: bool
    basis: str


def may_change(role: Role, member: Membership) -> bool:
    return member.is_admin or role.owner_id == member.pk


def requirements_of(role: Role) -> list[JobRequirement]:
    rows = JobRequirement.objects.of(role.organisation).filter(role=role)
    return list(rows.prefetch_related("ratings").order_by("pk"))


def ratings_of(requirement: JobRequirement) -> list[RequirementRating]:
    """Return the requirement's ratings, newest first."""
    return sorted(requirement.ratings.all(), key=lambda rating: rating.pk, reverse=True)


def same_text(text: str) -> str:
    """Normalise a text for comparison, ignoring case and spaces."""
    return " ".join(text.split()).casefold()


def add(*, role: Role, text: str, measures: Sequence[str], by: Membership, now: datetime) -> JobRequirement:
    """Add a requirement. Raises TooManyRequirements and SameText."""
    with transaction.atomic():
        _lock(role)
        entered = Entered(text=text, measures=measures, by=by.user.name, at=now)
        [made] = _create(role, [entered])
        _audit(ADDED, role, by=by, now=now)
        return made


def add_missing(*, role: Role, entered: Sequence[Entered], by: Membership, now: datetime) -> int:
    """Add the requirements that the role lacks, with their authors and times. Returns how many. Raises
    TooManyRequirements."""
    with transaction.atomic():
        _lock(role)
        known = {same_text(requirement.text) for requirement in requirements_of(role)}
        missing = {
            same_text(requirement.text): requirement
            for requirement in reversed(entered)
            if same_text(requirement.text) not in known
        }
        if not missing:
            return 0
        made = _create(role, list(reversed(missing.values())))
        _audit(ADDED, role, by=by, now=now, requirements=len(made))
        return len(made)


def change(
    requirement: JobRequirement, *, text: str, measures: Sequence[str], by: Membership, now: datetime
) -> bool:
    """Change a requirement. Returns whether anything changed. Raises SameText."""
    with transaction.atomic():
        role = requirement.role
        _lock(role)
        row = JobRequirement.objects.of(role.organisation).get(pk=requirement.pk)
        if (row.text, row.measures) == (text, list(measures)):
            return False
        _refuse_same(role, [text], but=row)
        row.text, row.measures, row.entered_by, row.entered_at = text, list(measures), by.user.name, now
        row.save(update_fields=["text", "measures", "entered_by", "entered_at"])
        _audit(CHANGED, role, by=by, now=now)
        return True


def rate(requirement: JobRequirement, rating: RatingInput, *, by: Membership, now: datetime) -> bool:
    """Rate how important a requirement is, and keep earlier ratings. Returns whether anything changed."""
    with transaction.atomic():
        role = requirement.role
        _lock(role)
        row = JobRequirement.objects.of(role.organisation).get(pk=requirement.pk)
        values = {name: getattr(rating, name) for name in rating.__slots__}
        if (last := ratings_of(row)[:1]) and all(
            getattr(last[0], name) == value for name, value in {**values, "text": row.text}.items()
        ):
            return False
        RequirementRating.objects.create(
            organisation=role.organisation,
            requirement=row,
            text=row.text,
            entered_by=by.user.name[:150],
            entered_at=now,
            **values,
        )
        _audit(RATED, role, by=by, now=now)
        return True


def remove(requirement: JobRequirement, *, by: Membership, now: datetime) -> None:
    with transaction.atomic():
        # locked before its ratings are found, or one that is just being added would block the deletion
        rows = JobRequirement.objects.of(requirement.organisation).select_for_update(of=("self",))
        row = rows.filter(pk=requirement.pk).first()
        if row is not None:
            row.delete()
            _audit(REMOVED, requirement.role, by=by, now=now)


def confirm(
    *, role: Role, basis: str, matrix: Mapping[str, Any], by: Membership, now: datetime
) -> JobAnalysis:
    with transaction.atomic():
        _lock(role)
        last = confirmations_of(role)[:1]
        made = JobAnalysis.objects.create(
            organisation=role.organisation,
            role=role,
            number=last[0].number + 1 if last else 1,
            basis=basis,
            matrix=dict(matrix),
            confirmed_by=by.user.name,
            confirmed_at=now,
        )
        _audit("job_analysis.confirmed", role, by=by, now=now, number=made.number)
        return made


def confirmations_of(role: Role) -> list[JobAnalysis]:
    """Return the role's confirmed analyses, newest first."""
    return list(JobAnalysis.objects.of(role.organisation).filter(role=role).order_by("-number"))


def copy_requirements(role: Role, *, to: Role) -> None:
    _create(
        to,
        [
            Entered(
                text=requirement.text,
                measures=requirement.measures,
                by=requirement.entered_by,
                at=requirement.entered_at,
            )
            for requirement in requirements_of(role)
        ],
    )


def _create(role: Role, entered: Sequence[Entered]) -> list[JobRequirement]:
    if len(requirements_of(role)) + len(entered) > MOST:
        raise TooManyRequirements
    _refuse_same(role, [requirement.text for requirement in entered])
    return [
        JobRequirement.objects.create(
            organisation=role.organisation,
            role=role,
            text=requirement.text,
            measures=list(requirement.measures),
            entered_by=requirement.by[:150],
            entered_at=requirement.at,
        )
        for requirement in entered
    ]


def _refuse_same(role: Role, texts: Sequence[str], *, but: JobRequirement | None = None) -> None:
    known = {same_text(requirement.text) for requirement in requirements_of(role) if requirement != but}
    if any(same_text(text) in known for text in texts):
        raise SameText


def _lock(role: Role) -> None:
    Role.objects.of(role.organisation).select_for_update(of=("self",), no_key=True).get(pk=role.pk)


def _audit(action: str, role: Role, *, by: Membership, now: datetime, **more: int) -> None:
    write_by(by, action, now=now, details={"role": role.pk, **more})

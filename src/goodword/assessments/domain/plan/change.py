"""Say how one test of the draft is given, what it is held against, and which requirement it serves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.domain.plan.held import NotPossible, held, part_of
from goodword.assessments.models import AssessmentPart, Calibration, NormSet, Test
from goodword.assessments.offered import (
    content_of_number,
    forms_of,
    may_be_timed,
    newest_calibration,
    newest_norms,
)
from goodword.roles.models import Step

#: the newest that there is for the version and form that were chosen; none if there is none
NEWEST: Final = "newest"
MOST_MINUTES: Final = 240
REQUIREMENT_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChoice:
    """How a test is given; the meanings stand at the columns of `AssessmentPart`. Norms and calibrations are named
    by their id, as "newest", or None for none."""

    number: str
    form: str
    minutes: int | None
    requirement: str
    two_raters: bool = False
    norms: int | Literal["newest"] | None = NEWEST
    calibration: int | Literal["newest"] | None = NEWEST


def change_part(
    *, step: Step, part_id: int, choice: PartChoice, revision: int, by: Membership, now: datetime
) -> AssessmentPart:
    """Make it so. A requirement in other words than before was said by `by`, now.

    Raises `held.NoDraft`, `held.Stale`, LookupError if the part has gone, and `held.NotPossible`.
    """
    with held(step, revision=revision) as draft:
        part = part_of(draft, part_id)
        try:
            content = content_of_number(part.test, choice.number)
        except LookupError:
            raise NotPossible(
                "number", _("This version is not published. Choose one of those offered.")
            ) from None
        if choice.form not in {form.id for form in forms_of(content)}:
            raise NotPossible("form", _("This version has no such form. Choose one of those offered."))
        part.number, part.form = choice.number, choice.form
        part.minutes = _minutes(part.test, choice.minutes)
        if choice.two_raters and part.test.kind != Test.Kind.QUESTIONS:
            raise NotPossible("two_raters", _("Only answers to custom questions are marked by people."))
        part.two_raters = choice.two_raters
        part.norms = _norms(part, choice.norms)
        part.calibration = _calibration(part, choice.calibration)
        name_requirement(part, choice.requirement, by=by, now=now)
        part.save()
        return part


def name_requirement(part: AssessmentPart, text: str, *, by: Membership, now: datetime) -> None:
    """Let a part serve this requirement, said by `by`, unless it was said before. The part is not saved.

    Raises `held.NotPossible` for one that is too long.
    """
    text = text.strip()
    if len(text) > REQUIREMENT_LENGTH:
        said = _("Enter at most %(most)d characters.") % {"most": REQUIREMENT_LENGTH}
        raise NotPossible("requirement", said)
    if text == part.requirement:
        return
    part.requirement = text
    part.requirement_by = by.user.name[:150] if text else ""
    part.requirement_at = now if text else None


def _minutes(test: Test, minutes: int | None) -> int | None:
    if minutes is None:
        return None
    if not may_be_timed(test):
        raise NotPossible("minutes", _("A test of scales has no clock."))
    if not 1 <= minutes <= MOST_MINUTES:
        raise NotPossible(
            "minutes", _("Write 1 to %(most)d minutes, or nothing for no clock.") % {"most": MOST_MINUTES}
        )
    return minutes


def _norms(part: AssessmentPart, chosen: int | Literal["newest"] | None) -> NormSet | None:
    if chosen is None:
        return None
    if chosen == NEWEST:
        return newest_norms(part.test, number=part.number, form=part.form)
    rows = NormSet.objects.of(part.organisation).filter(test=part.test, version=part.number, form=part.form)
    found = rows.filter(pk=chosen).first()
    if found is None:
        raise NotPossible(
            "norms", _("These norms are of another version or form. Choose the newest, or none.")
        )
    return found


def _calibration(part: AssessmentPart, chosen: int | Literal["newest"] | None) -> Calibration | None:
    if chosen is None:
        return None
    if chosen == NEWEST:
        return newest_calibration(part.test, number=part.number)
    rows = Calibration.objects.of(part.organisation).filter(test=part.test, version=part.number)
    found = rows.filter(pk=chosen).first()
    if found is None:
        raise NotPossible(
            "calibration", _("This calibration is of another version. Choose the newest, or none.")
        )
    return found

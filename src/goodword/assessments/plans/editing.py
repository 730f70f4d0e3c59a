from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.kinds.health import health_scales
from goodword.assessments.kinds.registry import Content, kind_named
from goodword.assessments.models import Assessment, AssessmentPart, Calibration, NormSet, Test
from goodword.assessments.plans.versions import (
    built_by_member,
    content_of_number,
    default_part,
    draft_of,
    has_lapsed,
    newest_calibration,
    newest_norms,
    newest_version_number,
    next_number,
    proposed_form,
    proposed_minutes,
    whole_form,
    with_scales,
)
from goodword.drafts.versions import VersionedDrafts
from goodword.roles.models import Step

UP: Literal[-1] = -1
DOWN: Literal[1] = 1
#: choice of the newest norms or calibration for the chosen version and form
NEWEST: Final = "newest"
MAX_MINUTES: Final = 240
MAX_REQUIREMENT_LENGTH: Final = 1000


class InvalidSetting(Exception):
    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class PlanDrafts(VersionedDrafts[Step, Assessment]):
    name = "assessment"

    def lock(self, owner: Step) -> Step:
        rows = Step.objects.of(owner.organisation).select_related("organisation")
        return rows.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)

    def find(self, owner: Step) -> Assessment | None:
        return draft_of(owner)

    def delete(self, draft: Assessment) -> bool:
        draft.delete()
        return True

    def details(self, draft: Assessment) -> dict[str, Any]:
        return {"role": draft.step.role_id, "version": draft.number}


DRAFTS = PlanDrafts()


@contextmanager
def locked_draft(step: Step, *, revision: int) -> Iterator[Assessment]:
    """Lock the draft for changes in one transaction, and increase its revision."""
    with DRAFTS.locked_draft(step, revision=revision) as draft:
        yield draft
        Assessment.objects.of(step.organisation).filter(pk=draft.pk).update(revision=revision + 1)


def part_of(draft: Assessment, part_id: int) -> AssessmentPart:
    rows = AssessmentPart.objects.of(draft.organisation).select_related("test__organisation")
    found = rows.filter(assessment=draft, pk=part_id).first()
    if found is None:
        raise LookupError(f"Assessment {draft.pk} has no part {part_id}.")
    return found


def in_order(draft: Assessment) -> list[AssessmentPart]:
    rows = AssessmentPart.objects.of(draft.organisation).select_related("test__organisation")
    return list(rows.filter(assessment=draft).order_by("order"))


def renumber(draft: Assessment, parts: list[AssessmentPart]) -> None:
    for place, part in enumerate(parts, start=1):
        part.order = place
    AssessmentPart.objects.of(draft.organisation).bulk_update(parts, ["order"])


_SETTINGS: Final = ("total", "total_reason", "more_time", "shares_result", "retake_months")


def begin_draft(*, step: Step, by: Membership, now: datetime, empty: bool = False) -> Assessment:
    """The open draft, else a new one like the current version, or with the default test. `empty`: without tests."""

    def create(locked: Step) -> Assessment:
        newest = built_by_member(locked)
        draft = Assessment(
            organisation=locked.organisation,
            step=locked,
            number=next_number(locked),
            created_at=now,
            created_by=by,
        )
        if newest is not None:
            for name in _SETTINGS:
                setattr(draft, name, getattr(newest, name))
        if empty:
            draft.total, draft.total_reason = Assessment.Total.OFF, ""
        draft.save()
        if not empty:
            for part in list(newest.parts.order_by("order")) if newest else [default_part(locked, now=now)]:
                part.pk, part.assessment = None, draft
                part.save(force_insert=True)
        return draft

    return DRAFTS.begin_with(step, create)


def copy_plan(*, step: Step, to: Step, by: Membership, now: datetime) -> Assessment | None:
    """Copy another role's draft, else its assessment, to a draft on a new role's step.

    None if no member has built one, since the default assessment follows from the job requirement.
    """
    like = draft_of(step) or built_by_member(step)
    if like is None:
        return None
    draft = Assessment(
        organisation=to.organisation, step=to, number=next_number(to), created_at=now, created_by=by
    )
    for name in _SETTINGS:
        setattr(draft, name, getattr(like, name))
    draft.save()
    for part in in_order(like):
        part.pk, part.assessment = None, draft
        part.health_confirmed_by, part.health_confirmed_at = "", None  # the confirmation was for another job
        part.save(force_insert=True)
    return draft


def add_part(*, step: Step, test_id: int, revision: int) -> AssessmentPart:
    """Append the newest version of a test, with its proposed form, time limit and norms.

    Raises `NoDraft`, `StaleDraft`, LookupError for an unknown test, and `InvalidSetting` for an unsuitable test.
    """
    with locked_draft(step, revision=revision) as draft:
        test = Test.objects.of(draft.organisation).select_related("organisation").filter(pk=test_id).first()
        if test is None:
            raise LookupError(f"Organisation {draft.organisation_id} has no test {test_id}.")
        number = newest_version_number(test)
        if test.archived_at is not None or number is None:
            raise InvalidSetting("test", _("“%(test)s” is no longer offered.") % {"test": test.title})
        parts = in_order(draft)
        if any(part.test_id == test.pk for part in parts):
            raise InvalidSetting("test", _("“%(test)s” is already in the assessment.") % {"test": test.title})
        content = content_of_number(test, number)
        form = proposed_form(content)
        return AssessmentPart.objects.create(
            organisation=draft.organisation,
            assessment=draft,
            order=len(parts) + 1,
            test=test,
            number=number,
            form=form.id,
            minutes=proposed_minutes(content, form),
            norms=newest_norms(test, number=number, form=form.id),
            calibration=newest_calibration(test, number=number),
        )


def move_part(*, step: Step, part_id: int, by: Literal[-1, 1], revision: int) -> int:
    """Move a part. Returns its place, from 1. Raises `NoDraft`, `StaleDraft`, and LookupError for a removed part."""
    with locked_draft(step, revision=revision) as draft:
        moved = part_of(draft, part_id)
        parts = in_order(draft)
        place = [part.pk for part in parts].index(moved.pk)
        to = min(max(place + by, 0), len(parts) - 1)
        parts.insert(to, parts.pop(place))
        renumber(draft, parts)
        return to + 1


def remove_part(*, step: Step, part_id: int, revision: int) -> None:
    with locked_draft(step, revision=revision) as draft:
        part_of(draft, part_id).delete()
        renumber(draft, in_order(draft))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChoice:
    """Settings of a test, as in `AssessmentPart`. `norms` and `calibration`: an id, "newest", or None.

    `form`: the form with all its scales. `scales`: the selected scales; if empty, all but emotional stability.
    """

    number: str
    form: str
    minutes: int | None
    requirement: str
    scales: tuple[str, ...] = ()
    confirms_health: bool = False
    two_raters: bool = False
    norms: int | Literal["newest"] | None = NEWEST
    calibration: int | Literal["newest"] | None = NEWEST


def change_part(
    *, step: Step, part_id: int, choice: PartChoice, revision: int, by: Membership, now: datetime
) -> AssessmentPart:
    """Change a part's settings. `by` is recorded for a changed requirement. Raises the same as `move_part`, and
    `InvalidSetting`."""
    with locked_draft(step, revision=revision) as draft:
        part = part_of(draft, part_id)
        try:
            content = content_of_number(part.test, choice.number)
        except LookupError:
            raise InvalidSetting("number", _("This version isn't published. Choose another.")) from None
        if choice.form not in {form.id for form in content.offers()}:
            raise InvalidSetting("form", _("This version doesn't have that form. Choose another."))
        part.number, part.form = choice.number, _form(content, choice)
        _confirm_health(part, content, confirmed=choice.confirms_health, by=by, now=now)
        part.minutes = _minutes(part.test, choice.minutes)
        if choice.two_raters and not kind_named(part.test.kind).has_rubrics:
            raise InvalidSetting("two_raters", _("Only answers to custom questions are marked by people."))
        part.two_raters = choice.two_raters
        part.norms = _norms(part, choice.norms)
        part.calibration = _calibration(part, choice.calibration)
        set_part_requirement(part, choice.requirement, by=by, now=now)
        part.save()
        return part


def _form(content: Content, choice: PartChoice) -> str:
    try:
        return with_scales(content, choice.form, choice.scales)
    except LookupError:
        raise InvalidSetting("scales", _("This version doesn't have that scale. Choose again.")) from None


def narrow_to_scales(part: AssessmentPart, scales: Sequence[str]) -> None:
    """Change the part's scales. Norms belong to a selection of scales, so it gets the newest ones for these."""
    content = content_of_number(part.test, part.number)
    form = with_scales(content, whole_form(content, part.form), scales)
    if form != part.form:
        part.form = form
        part.norms = newest_norms(part.test, number=part.number, form=form)


def _confirm_health(
    part: AssessmentPart, content: Content, *, confirmed: bool, by: Membership, now: datetime
) -> None:
    if not health_scales(content, part.form):
        part.health_confirmed_by, part.health_confirmed_at = "", None
        return
    if not confirmed:
        raise InvalidSetting(
            "confirms_health", _("Confirm that you have read the warning, or leave out emotional stability.")
        )
    if part.health_confirmed_at is None:
        part.health_confirmed_by, part.health_confirmed_at = by.user.name[:150], now


def set_part_requirement(part: AssessmentPart, text: str, *, by: Membership, now: datetime) -> None:
    text = text.strip()
    if len(text) > MAX_REQUIREMENT_LENGTH:
        message = _("Enter at most %(most)d characters.") % {"most": MAX_REQUIREMENT_LENGTH}
        raise InvalidSetting("requirement", message)
    if text == part.requirement:
        return
    part.requirement = text
    part.requirement_by = by.user.name[:150] if text else ""
    part.requirement_at = now if text else None


def _minutes(test: Test, minutes: int | None) -> int | None:
    if minutes is None:
        return None
    if not kind_named(test.kind).may_be_timed:
        raise InvalidSetting("minutes", _("Scales can't be timed."))
    if not 1 <= minutes <= MAX_MINUTES:
        raise InvalidSetting(
            "minutes",
            _("Enter 1 to %(most)d minutes, or leave empty for no time limit.") % {"most": MAX_MINUTES},
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
        raise InvalidSetting(
            "norms", _("These norms belong to another version or form. Choose the newest or none.")
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
        raise InvalidSetting(
            "calibration", _("This calibration belongs to another version. Choose the newest or none.")
        )
    if has_lapsed(found):
        raise InvalidSetting(
            "calibration",
            _(
                "This calibration was made with an earlier rule and gives no results. Choose the newest or none."
            ),
        )
    return found

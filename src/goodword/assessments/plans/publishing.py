from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.adjustments.contacts import contact_of_role
from goodword.assessments.kinds.health import health_scales
from goodword.assessments.kinds.judgement.drafts import make_open_texts_of
from goodword.assessments.kinds.registry import kind_of
from goodword.assessments.models import Assessment, AssessmentPart
from goodword.assessments.plans.editing import (
    DRAFTS,
    InvalidSetting,
    in_order,
    locked_draft,
    narrow_to_scales,
    set_part_requirement,
)
from goodword.assessments.plans.versions import content_of_number, next_number
from goodword.drafts.versions import Publication
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import Role, Step

#: maximum retake interval: automation would bypass a longer one by reusing results (workflow.domain.step_requests)
MAX_RETAKE_MONTHS: Final = 12
MAX_WEIGHT: Final = 100
MAX_REASON_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of an `Assessment`. `weights`: whole numbers from 1, by part id."""

    total: str = Assessment.Total.OFF
    total_reason: str = ""
    weights: Mapping[int, int]
    more_time: int = Assessment.MoreTime.ASK
    shares_result: bool = False
    retake_months: int = 6


def change_settings(*, step: Step, settings: Settings, revision: int) -> None:
    """Change settings. Reason and weights are only stored for a weighted total. Raises `NoDraft`, `StaleDraft`,
    `InvalidSetting`."""
    with locked_draft(step, revision=revision) as draft:
        parts = in_order(draft)
        weighted = settings.total == Assessment.Total.WEIGHTS
        if settings.total not in Assessment.Total.values:
            raise InvalidSetting("total", _("Choose one of the options."))
        if settings.more_time not in Assessment.MoreTime.values:
            raise InvalidSetting("more_time", _("Choose one of the options."))
        if not 0 <= settings.retake_months <= MAX_RETAKE_MONTHS:
            raise InvalidSetting(
                "retake_months", _("Enter 0 to %(most)d months.") % {"most": MAX_RETAKE_MONTHS}
            )
        draft.total = settings.total
        draft.total_reason = settings.total_reason.strip() if weighted else ""
        draft.more_time, draft.shares_result = settings.more_time, settings.shares_result
        draft.retake_months = settings.retake_months
        for part in parts:
            part.weight = settings.weights.get(part.pk) if weighted and enters_total(part) else None
        if problem := total_problem(draft, parts):
            raise problem
        draft.save()
        AssessmentPart.objects.of(draft.organisation).bulk_update(parts, ["weight"])


def enters_total(part: AssessmentPart) -> bool:
    content = content_of_number(part.test, part.number)
    return kind_of(content).is_right_or_wrong(content)


def total_problem(draft: Assessment, parts: list[AssessmentPart]) -> InvalidSetting | None:
    if draft.total == Assessment.Total.OFF:
        return None
    entering = [part for part in parts if enters_total(part)]
    if not entering:
        return InvalidSetting(
            "total",
            _(
                "A total needs a test with right and wrong answers. Choose no total, or add such a test first."
            ),
        )
    if draft.total == Assessment.Total.WEIGHTS:
        for part in entering:
            if part.weight is None or not 1 <= part.weight <= MAX_WEIGHT:
                message = _("Enter a whole number from 1 to %(most)d.") % {"most": MAX_WEIGHT}
                return InvalidSetting(weight_field(part), message)
        if not draft.total_reason or len(draft.total_reason) > MAX_REASON_LENGTH:
            return InvalidSetting(
                "total_reason",
                _("Give a reason for the weights, in at most %(most)d characters.")
                % {"most": MAX_REASON_LENGTH},
            )
    return None


def weight_field(part: AssessmentPart) -> str:
    return f"weight_{part.pk}"


class Unfinished(Exception):
    def __init__(self, problems: Sequence[InvalidSetting]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


def publish(
    *,
    step: Step,
    revision: int,
    by: Membership,
    now: datetime,
    requirements: Mapping[int, str] | None = None,
    scales: Mapping[int, Sequence[str]] | None = None,
) -> Assessment:
    """Make the draft the current version. Assigned attempts keep theirs. Raises `NoDraft`, `StaleDraft`, `Unfinished`.

    `requirements`: missing requirements by part id. `scales`: ids of the scales that measure them. The step's
    requirement, which lower layers check before starting it, becomes the joined requirements of all tests.
    """

    def check(draft: Assessment) -> Publication:
        parts = in_order(draft)
        for part in parts:
            if not part.requirement and (text := (requirements or {}).get(part.pk, "")):
                set_part_requirement(part, text, by=by, now=now)
                if chosen := (scales or {}).get(part.pk):
                    narrow_to_scales(part, chosen)
                part.save()
        if problems := problems_of(draft, parts):
            raise Unfinished(problems)
        # a default may have been created in the meantime; the highest number counts
        if Assessment.objects.of(draft.organisation).filter(step=step, number__gt=draft.number).exists():
            draft.number = next_number(step)
        set_requirement(step=step, text=joined_requirements(parts), by=by, now=now)
        tests = [part.test.key for part in parts]
        return Publication(rows=[draft], details={"assessment": draft.pk, "tests": tests})

    with transaction.atomic():
        made = DRAFTS.publish(step, revision=revision, check=check, by=by, now=now)
        make_open_texts_of([part.test_id for part in in_order(made)], now=now)
    return made


def problems_of(draft: Assessment, parts: list[AssessmentPart]) -> list[InvalidSetting]:
    """Return what prevents publication. Missing requirements are errors of `requirement_field`."""
    if not parts:
        return [InvalidSetting("tests", _("Add a test before you publish."))]
    found = [
        InvalidSetting(
            requirement_field(part),
            _("Enter which job requirement “%(test)s” assesses.") % {"test": part.test.title},
        )
        for part in parts
        if not part.requirement
    ]
    found += [
        InvalidSetting(
            "tests",
            _(
                "“%(test)s” measures emotional stability. Open the test in the draft, and confirm the warning "
                "or leave out that scale."
            )
            % {"test": part.test.title},
        )
        for part in parts
        if part.health_confirmed_at is None
        and health_scales(content_of_number(part.test, part.number), part.form)
    ]
    problem = total_problem(draft, parts)
    return [*found, problem] if problem else found


def requirement_field(part: AssessmentPart) -> str:
    return f"requirement_{part.pk}"


def joined_requirements(parts: Sequence[AssessmentPart]) -> str:
    return "; ".join(dict.fromkeys(part.requirement for part in parts))


def reader_warning(role: Role) -> str:
    named, contact = role.organisation.adjustments_email, contact_of_role(role)
    if contact is not None and contact.address == named:
        return ""
    if named:
        first = _("%(name)s is named for adjustment requests but is hiring for this role.") % {
            "name": role.organisation.adjustments_name
        }
    else:
        first = _("No contact outside the hiring team is set for adjustment requests.")
    if contact is None:
        return first + " " + _("The recruiter reads them. Candidates see this, and some won't ask.")
    return (
        first
        + " "
        + _("%(name)s, an admin who isn't hiring for this role, reads them.") % {"name": contact.name}
    )

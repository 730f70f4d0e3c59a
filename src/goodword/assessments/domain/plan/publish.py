"""Publish the draft: from then on it is what invitations give."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.assessments.adjustments.contacts import contact_of_role
from goodword.assessments.domain.default import next_number
from goodword.assessments.domain.plan.change import name_requirement
from goodword.assessments.domain.plan.held import NotPossible, held, in_order
from goodword.assessments.domain.plan.settings import total_problem
from goodword.assessments.models import Assessment, AssessmentPart
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import Role, Step


class Unfinished(Exception):
    """It cannot be published yet, for these reasons; nothing was changed."""

    def __init__(self, problems: Sequence[NotPossible]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


def publish(
    *, step: Step, revision: int, by: Membership, now: datetime, requirements: Mapping[int, str] | None = None
) -> Assessment:
    """Make the draft the version that counts. Attempts that were assigned keep theirs.

    `requirements` names them, by the id of the part, where they are still missing. The step's own requirement, which
    lower layers ask for before they begin anything, becomes those of all tests together.

    Raises `held.NoDraft`, `held.Stale`, and `Unfinished` for an assessment without tests, for a test without a
    requirement, and for a total that cannot be.
    """
    with held(step, revision=revision) as draft:
        parts = in_order(draft)
        for part in parts:
            if not part.requirement and (text := (requirements or {}).get(part.pk, "")):
                name_requirement(part, text, by=by, now=now)
                part.save()
        if problems := problems_of(draft, parts):
            raise Unfinished(problems)
        # one may have been made by itself since the draft was begun: the newest is what counts
        if Assessment.objects.of(draft.organisation).filter(step=step, number__gt=draft.number).exists():
            draft.number = next_number(step)
        draft.published_at, draft.published_by = now, by
        draft.save(update_fields=["number", "published_at", "published_by"])
        set_requirement(step=step, text=together(parts), by=by, now=now)
        write(
            organisation=draft.organisation,
            action="assessment.published",
            member=by,
            now=now,
            details={
                "role": step.role_id,
                "assessment": draft.pk,
                "version": draft.number,
                "tests": [part.test.key for part in parts],
            },
        )
        return draft


def problems_of(draft: Assessment, parts: list[AssessmentPart]) -> list[NotPossible]:
    """What stands between a draft and its publication; a missing requirement at the field `requirement_field`."""
    if not parts:
        return [NotPossible("tests", _("An assessment without tests cannot be published. Add a test first."))]
    found = [
        NotPossible(
            requirement_field(part),
            _("Say which requirement of the job “%(test)s” serves. Without it nothing is published.")
            % {"test": part.test.title},
        )
        for part in parts
        if not part.requirement
    ]
    problem = total_problem(draft, parts)
    return [*found, problem] if problem else found


def requirement_field(part: AssessmentPart) -> str:
    """The name of the field that asks for its requirement."""
    return f"requirement_{part.pk}"


def together(parts: Sequence[AssessmentPart]) -> str:
    """The requirements of all parts, each once."""
    return "; ".join(dict.fromkeys(part.requirement for part in parts))


def reader_warning(role: Role) -> str:
    """The warning that only the hiring team reads requests, and who does; empty if somebody outside is named."""
    named, contact = role.organisation.adjustments_email, contact_of_role(role)
    if contact is not None and contact.address == named:
        return ""
    if named:
        first = _("%(name)s is named for adjustment requests, but hires for this role.") % {
            "name": role.organisation.adjustments_name
        }
    else:
        first = _("Nobody outside the hiring team is named to answer adjustment requests.")
    if contact is None:
        return first + " " + _("The recruiter reads them. Candidates see this, and some will not ask.")
    return (
        first
        + " "
        + _("%(name)s reads them, as an admin who does not hire for this role.") % {"name": contact.name}
    )

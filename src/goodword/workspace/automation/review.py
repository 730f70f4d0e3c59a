"""The third page of the wizard in sentences, one a row."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.greenhouse.setup.catalogue import Job, Stage
from goodword.roles.models import Role, Step
from goodword.workspace.automation.draft import Draft


def sentences(
    role: Role, *, job: Job, draft: Draft, stages: Mapping[int, Stage], by: Membership
) -> list[str]:
    """What Confirm will make so."""
    post = job.post(draft.post)
    said = {
        "job": f"{job.name} ({', '.join(job.details)})",
        "role": role.title,
        "title": post.title if post else role.title,
        "requirement": draft.requirement,
        "person": by.user.name,
    }
    rows = [
        _("The Greenhouse job %(job)s belongs to the role “%(role)s”.") % said,
        _("Candidates and referees see the title “%(title)s”.") % said,
        _starts(draft, stages, Step.Kind.ASSESSMENT),
        _starts(draft, stages, Step.Kind.REFERENCE_CHECK),
    ]
    if draft.assessment is not None:
        rows.append(
            _("The assessment serves this requirement: “%(requirement)s”, said by %(person)s.") % said
        )
    return rows


def _starts(draft: Draft, stages: Mapping[int, Stage], kind: Step.Kind) -> str:
    stage_id = draft.stages.get(kind)
    check = kind == Step.Kind.REFERENCE_CHECK
    if stage_id is None:
        return _("No stage starts the reference check.") if check else _("No stage starts the assessment.")
    stage = {"stage": stages[stage_id].name}
    if check:
        return _("A move to “%(stage)s” starts the reference check.") % stage
    return _("A move to “%(stage)s” starts the assessment.") % stage

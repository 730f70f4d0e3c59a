"""Throw the draft away."""

from datetime import datetime

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.assessments.domain.plan.held import held
from goodword.roles.models import Step


def discard_draft(*, step: Step, revision: int, by: Membership, now: datetime) -> None:
    """Delete it; what was published stays. Raises `held.NoDraft` and `held.Stale`."""
    with held(step, revision=revision) as draft:
        write(
            organisation=draft.organisation,
            action="assessment.draft_discarded",
            member=by,
            now=now,
            details={"role": step.role_id, "version": draft.number},
        )
        draft.delete()

"""Unpublished assessments in an automation's review: what to publish, or what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.assessments.models import Assessment
from goodword.assessments.plans.editing import in_order
from goodword.assessments.plans.publishing import problems_of, reader_warning
from goodword.assessments.plans.versions import (
    PlannedPart,
    built_by_member,
    draft_of,
    planned,
    planned_parts,
)
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.roles.models import Step
from goodword.workflow.domain.eligibility import is_unpublished
from goodword.workspace.automation.draft import AutomationDraft
from goodword.workspace.job_requirements import joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """`draft`: a member's, or None for the default test. `problems`: what it lacks. `waits`: candidates wait until it
    is published; otherwise they get the default test."""

    draft: Assessment | None
    parts: Sequence[PlannedPart]
    problems: Sequence[str]
    waits: bool

    @property
    def reader_warning(self) -> str:
        """A warning about who reads adjustment requests, if a part is timed. Empty without a draft to publish."""
        if self.publishable is None or not any(part.timed for part in self.parts):
            return ""
        return reader_warning(self.publishable.step.role)

    @property
    def asks(self) -> bool:
        return self.draft is None

    @property
    def publishable(self) -> Assessment | None:
        return None if self.problems else self.draft


def unpublished(step: Step, *, now: datetime) -> Unpublished | None:
    """None if a version is published."""
    if built_by_member(step) is not None:
        return None
    waits, draft = is_unpublished(step), draft_of(step)
    if draft is not None:
        problems = [problem.sentence for problem in problems_of(draft, in_order(draft))]
        return Unpublished(draft=draft, parts=planned_parts(draft), problems=problems, waits=waits)
    if not waits:
        return None
    return Unpublished(draft=None, parts=planned(step, now=now), problems=(), waits=True)


def proposed_requirements(connection: Connection, job_id: int, draft: AutomationDraft) -> tuple[str, ...]:
    """From the texts of the job's posts, the chosen one first. Raises HarvestError."""
    contents = catalogue.post_contents(connection, job_id)
    return joined([contents[post] for post in sorted(contents, key=lambda post: (post != draft.post, post))])

"""Attempts in any state of a run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from goodword.assessments.models import Assessment, Attempt
from goodword.roles.models import Role
from goodword.workflow.models import StepRun
from tests.support import factories

NOW = factories.NOW
DEADLINE = datetime(2026, 3, 12, 22, 59, tzinfo=UTC)
P = StepRun.Progress


@dataclass
class Runs:
    role: Role
    assessment: Assessment

    @classmethod
    def made(cls) -> Self:
        role = factories.role(factories.organisation())
        assessment = Assessment.objects.create(
            organisation=role.organisation,
            step=factories.step(role, "assessment"),
            number=1,
            created_at=NOW,
            published_at=NOW,
        )
        return cls(role, assessment)

    def run_in(self, progress: P, closed: bool, paused: bool) -> Attempt:
        step_request = factories.step_request(factories.application(self.role), "assessment")
        return Attempt.objects.create(
            organisation=step_request.organisation,
            step_request=step_request,
            assessment=self.assessment,
            progress=progress,
            opened_at=NOW,
            invited_at=NOW,
            deadline_at=DEADLINE,
            closed_at=NOW if closed else None,
            closed_by="greenhouse" if closed else "",
            close_reason="rejected" if closed else "",
            paused_at=NOW if paused else None,
            attention="mail_failed",
            next_reminder_at=NOW + timedelta(days=2),
        )

"""Reads what an application's row in Harvest v3 lacks.

`job_interview_stage_id` and `rejection_reason_id` came in the summer of 2026 and may be absent; the name of a rejection
reason is never in the row. Read per page, so that a sync pays one call for fifty applications.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from goodword.greenhouse.client import paging
from goodword.greenhouse.client.errors import Forbidden
from goodword.greenhouse.client.permissions import (
    APPLICATION_STAGES,
    REJECTION_DETAILS,
    REJECTION_REASONS,
)
from goodword.greenhouse.client.records import Record
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.types import Application, ApplicationStatus
from goodword.greenhouse.client.v3 import records


class Completion:
    """Completes applications. Caches the names of rejection reasons."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reasons: dict[int, str] | None = None

    def applications(self, page: Sequence[Record]) -> Iterator[Application]:
        """The applications of one page, in its order."""
        found = [records.application_of(record) for record in page]
        stages = self.stages(
            [
                a.id
                for a, r in zip(found, page, strict=True)
                if not r.has("job_interview_stage_id") and not a.prospect
            ]
        )
        reasons = self._reason_ids(
            [
                a.id
                for a, r in zip(found, page, strict=True)
                if a.status is ApplicationStatus.REJECTED and not r.has("rejection_reason_id")
            ]
        )
        for application in found:
            completed = application
            if stage := stages.get(application.id):
                completed = replace(
                    completed,
                    stage_id=stage.id_or_none("job_interview_stage_id"),
                    stage_entered_at=stage.moment("entered_at"),
                )
            reason_id = completed.rejection_reason_id or reasons.get(application.id)
            if reason_id is not None:
                name = self._reason_name(reason_id)
                completed = replace(completed, rejection_reason_id=reason_id, rejection_reason_name=name)
            yield completed

    def current_stage(self, application_id: int) -> Record | None:
        """The application's row for its current stage."""
        return self.stages([application_id]).get(application_id)

    def stages(self, application_ids: Sequence[int]) -> dict[int, Record]:
        """Current stage rows by application, fifty per call. Raises Forbidden without the permission."""
        rows = paging.rows_of(
            self._session,
            "/application_stages",
            APPLICATION_STAGES,
            by="application_ids",
            ids=application_ids,
            params={"current": "true"},
        )
        # There are rows for stages never entered, too, so the filter is checked.
        return {row.id("application_id"): row for row in rows if row.flag("current")}

    def _reason_ids(self, application_ids: Sequence[int]) -> dict[int, int]:
        """Rejection reasons by application; none without the permission, since the rejection itself is known."""
        rows = paging.rows_of(
            self._session,
            "/rejection_details",
            REJECTION_DETAILS,
            by="application_ids",
            ids=application_ids,
        )
        try:
            return {
                row.id("application_id"): reason_id
                for row in rows
                if (reason_id := row.id_or_none("rejection_reason_id")) is not None
            }
        except Forbidden:
            return {}

    def _reason_name(self, reason_id: int) -> str | None:
        if self._reasons is None or reason_id not in self._reasons:
            self._reasons = paging.names(
                self._session, "/rejection_reasons", REJECTION_REASONS, include_defaults=True
            )
        return self._reasons.get(reason_id)

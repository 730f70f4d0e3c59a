"""A ready report whose note is queued."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from goodword.core import clock
from goodword.core.events import record
from goodword.greenhouse.activity_feed.notes import on_report_ready
from goodword.greenhouse.activity_feed.outcomes import REFUSED_WAITS, requeue_interrupted
from goodword.greenhouse.activity_feed.posting import post
from goodword.greenhouse.models import ActivityFeedNote
from goodword.reports.models import Report
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.store.applications import Note
from tests.greenhouse.world import World
from tests.support import factories

CODE = "GW-7F3K-Q2"


@dataclass
class Story:
    """An application with a report; `now` is when the note was queued."""

    world: World
    remote: RemoteApplication
    report: Report
    now: datetime

    @property
    def note(self) -> ActivityFeedNote:
        """The note's current row."""
        return ActivityFeedNote.objects.of(self.world.organisation).get()

    def try_to_post(self, *, after: timedelta = timedelta(0)) -> None:
        """Let a worker try to post the note."""
        post(note_id=self.note.pk, now=self.now + after)

    def retry_for_an_hour(self) -> None:
        """Retry whenever due, until the note fails."""
        for done in range(len(REFUSED_WAITS) + 1):
            self.try_to_post(after=sum(REFUSED_WAITS[:done], timedelta(0)))

    def sweep(self, *, after: timedelta) -> None:
        """Run the sweep and the job it queues, at another time."""
        self.requeue(after=after)
        self.try_to_post(after=after)

    def requeue(self, *, after: timedelta) -> None:
        """Requeue the notes of dead workers, as the sweep does first."""
        requeue_interrupted(now=self.now + after)

    def notes(self) -> list[Note]:
        """The notes on the candidate's Activity Feed, oldest first."""
        rows = self.world.greenhouse.store.notes.by("candidate_id", self.remote.candidate_id)
        return [row for row in rows if row.type == "NOTE"]


def ready(world: World, *, kind: str = "reference_check", version: int = 1, code: str = CODE) -> Report:
    """A report on the world's only application, without its note."""
    application = world.role.applications.get()
    step_request = application.step_requests.filter(step__kind=kind).first() or factories.step_request(
        application, kind
    )
    snapshot: dict[str, Any] = {"kind": kind}
    if kind == "reference_check":
        snapshot["check"] = {"asked": 2, "received": 2}
    return Report.objects.create(
        organisation=world.organisation,
        step_request=step_request,
        version=version,
        code=code,
        snapshot=snapshot,
        state=Report.State.READY,
        created_at=factories.NOW,
        ready_at=factories.NOW,
    )


def react_to_ready_report(report: Report, *, now: datetime) -> None:
    """Run the reaction to a ready report."""
    with transaction.atomic():
        event = record(
            "report.ready",
            organisation_id=report.organisation_id,
            application_id=report.step_request.application_id,
            actor="goodword",
            at=now,
            data={
                "step_request_id": report.step_request_id,
                "report_id": report.pk,
                "version": report.version,
                "code": report.code,
            },
        )
        on_report_ready(event)


def open_story(world: World, **values: Any) -> Story:
    """Ada's report is ready and her note is queued."""
    remote = world.apply(first_name="Ada", last_name="Lovelace")
    world.deliver()
    world.line.calls.clear()
    report = ready(world, **values)
    now = clock.now()
    react_to_ready_report(report, now=now)
    return Story(world, remote, report, now)

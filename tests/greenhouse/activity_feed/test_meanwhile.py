"""What happens while a worker is about to post a note, or while the note waits."""

from collections.abc import Callable
from datetime import timedelta

import httpx2

from goodword.core.personal_data import Subject
from goodword.greenhouse.activity_feed.posting import post
from goodword.greenhouse.models import ActivityFeedNote
from goodword.greenhouse.personal_data import erase_notes
from goodword.greenhouse.setup.connections import disconnect
from goodword.notifications.models import Link
from goodword.reports.models import Report
from tests.greenhouse.activity_feed.story import CODE, Story, ready
from tests.support import factories


def during_the_lookup(story: Story, act: Callable[[], object]) -> None:
    """Let a worker post the note, and act when it looks up the application."""

    def once(request: httpx2.Request) -> None:
        if "applications" in request.url.path:
            story.world.line.after = lambda _: None
            act()

    story.world.line.after = once
    story.try_to_post()


def test_nothing_is_posted_about_a_person_erased_at_that_moment(story: Story) -> None:
    application = story.report.step_request.application
    subject = Subject(organisation_id=application.organisation_id, application_ids=(application.pk,))
    during_the_lookup(story, lambda: erase_notes.erase(subject, story.now))
    assert (story.note.state, story.notes()) == ("cancelled", [])
    assert not Link.objects.of(story.world.organisation).filter(purpose=Link.Purpose.REPORT).exists()


def test_nothing_is_posted_about_a_person_erased_while_the_next_author_is_tried(story: Story) -> None:
    application = story.report.step_request.application
    subject = Subject(organisation_id=application.organisation_id, application_ids=(application.pk,))
    story.world.fail(kind="fail", method="POST", path="/v3/notes", status=422, times=1)

    def refused(request: httpx2.Request) -> None:
        if request.method == "POST" and request.url.path == "/v3/notes":
            story.world.line.after = lambda _: None
            erase_notes.erase(subject, story.now)

    story.world.line.after = refused
    story.try_to_post()
    assert (story.note.state, story.notes()) == ("cancelled", [])


def test_nothing_is_posted_with_a_key_that_was_disconnected_at_that_moment(story: Story) -> None:
    admin = factories.member(story.world.organisation, kind="admin")
    during_the_lookup(story, lambda: disconnect(story.world.connection, member=admin, now=story.now))
    assert (story.note.state, story.note.failure_reason) == ("failed", "disconnected")
    assert story.notes() == []


def test_a_claim_that_another_worker_has_taken_over_posts_nothing(story: Story) -> None:
    def taken_over() -> None:
        notes = ActivityFeedNote.objects.of(story.world.organisation)
        notes.update(attempts=story.note.attempts + 1, outcome_unknown=True)

    during_the_lookup(story, taken_over)
    assert (story.note.state, story.notes()) == ("sending", [])


def redact(report: Report) -> None:
    Report.objects.of(report.organisation).filter(pk=report.pk).update(state=Report.State.REDACTED)


def test_the_note_links_to_the_version_without_a_referee_erased_before_it_was_posted(story: Story) -> None:
    redact(story.report)
    new = ready(story.world, version=2, code="GW-0002")
    story.try_to_post()
    [body] = [note.body or "" for note in story.notes()]
    assert "Report (PDF), version 2: " in body
    assert body.splitlines()[-1] == "GW-0002"
    assert (story.note.state, story.note.report_id) == ("sent", new.pk)
    link = Link.objects.of(story.world.organisation).get(purpose=Link.Purpose.REPORT)
    assert link.subject_id == new.pk


def test_a_note_waits_for_the_version_without_an_erased_referee(story: Story) -> None:
    new = ready(story.world, version=2, code="GW-0002")
    rows = Report.objects.of(new.organisation).filter(pk=new.pk)
    rows.update(state=Report.State.BUILDING)
    during_the_lookup(story, lambda: redact(story.report))
    assert (story.note.state, story.note.attempts, story.notes()) == ("queued", 0, [])
    assert (
        story.note.last_error == "A referee was erased from the report. The note waits for the new version."
    )
    story.try_to_post(after=timedelta(minutes=2))
    assert story.notes() == []
    rows.update(state=Report.State.READY)
    story.try_to_post(after=timedelta(minutes=4))
    assert len(story.notes()) == 1


def test_a_note_that_may_have_arrived_is_searched_for_by_its_own_code(story: Story) -> None:
    story.world.fail(kind="fail_after", method="POST", path="/v3/notes", status=502)
    story.try_to_post()
    redact(story.report)
    ready(story.world, version=2, code="GW-0002")
    post(note_id=story.note.pk, now=story.now + timedelta(minutes=5))
    assert (story.note.state, story.note.marker) == ("sent", CODE)
    assert len(story.notes()) == 1

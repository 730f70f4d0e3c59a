"""A write that lands long after it failed: the duplicate is found and shown."""

from datetime import timedelta

import httpx2
import pytest

from goodword.core.personal_data import Subject
from goodword.greenhouse.activity_feed import posting
from goodword.greenhouse.activity_feed.notes import activity_feed_status
from goodword.greenhouse.activity_feed.outcomes import DUPLICATE_SEARCHES, UNKNOWN_WAIT
from goodword.greenhouse.models import Connection
from goodword.greenhouse.personal_data import erase_notes
from goodword.reports.models import Report
from greenhouse_sandbox.acts.feed import add_note
from tests.greenhouse.activity_feed.story import CODE, Story, ready
from tests.support.jobs import event_names

FIRST_LOOK = UNKNOWN_WAIT + DUPLICATE_SEARCHES[0]


class DelayedWrite:
    """The first write does not arrive until `land` is called."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.request: httpx2.Request | None = None
        story.world.line.before = self._hold

    def _hold(self, request: httpx2.Request) -> None:
        if request.method == "POST" and request.url.path == "/v3/notes" and self.request is None:
            self.request = request
            raise httpx2.ReadTimeout("no answer", request=request)

    def land(self) -> None:
        """The first write arrives after all."""
        assert self.request is not None
        assert self.story.world.line.inner.handle_request(self.request).status_code == 201


def late(story: Story) -> DelayedWrite:
    """The note was written a second time, because the first write was missing."""
    held = DelayedWrite(story)
    story.try_to_post()
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (story.note.state, len(story.notes())) == ("sent", 1)
    return held


def look(story: Story, *, after: timedelta) -> int:
    return posting.search_due(now=story.now + after)


def shown(story: Story) -> list[int]:
    health = activity_feed_status(story.world.connection)
    return [pk for post in health.duplicated for pk in post.duplicate_remote_ids]


def test_the_feed_of_a_person_erased_during_a_search_is_not_searched_again(story: Story) -> None:
    held = late(story)
    held.land()
    application = story.report.step_request.application
    subject = Subject(organisation_id=application.organisation_id, application_ids=(application.pk,))

    def erase(_: httpx2.Request) -> None:
        erase_notes.erase(subject, story.now)

    story.world.line.after = erase
    assert look(story, after=FIRST_LOOK) == 0
    assert (story.note.search_duplicates_at, shown(story)) == (None, [])


def test_no_search_is_planned_for_a_person_erased_while_their_note_is_written(story: Story) -> None:
    DelayedWrite(story)
    story.try_to_post()
    application = story.report.step_request.application
    subject = Subject(organisation_id=application.organisation_id, application_ids=(application.pk,))

    def erase(request: httpx2.Request) -> None:
        if request.method == "POST" and request.url.path == "/v3/notes":
            type(application).objects.of(application.organisation).update(erased_at=story.now)
            erase_notes.erase(subject, story.now)

    story.world.line.after = erase
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (story.note.state, story.note.search_duplicates_at) == ("sent", None)


def test_a_late_write_is_found_and_shown_until_acknowledged(story: Story) -> None:
    held = late(story)
    held.land()
    assert look(story, after=FIRST_LOOK - timedelta(seconds=1)) == 0
    assert look(story, after=FIRST_LOOK) == 1
    kept, double = story.notes()
    assert (story.note.remote_id, story.note.duplicate_remote_ids) == (kept.id, [double.id])
    assert shown(story) == [double.id]
    assert event_names().count("note.duplicated") == 1

    assert posting.mark_seen(story.note, now=story.now) is True
    assert shown(story) == []
    assert posting.mark_seen(story.note, now=story.now) is False


def test_a_late_write_about_a_version_with_an_erased_referee_is_found_too(story: Story) -> None:
    held = DelayedWrite(story)
    story.try_to_post()
    Report.objects.of(story.world.organisation).update(state=Report.State.REDACTED)
    ready(story.world, version=2, code="GW-0002")
    story.try_to_post(after=UNKNOWN_WAIT)
    [note] = story.notes()
    assert "Report (PDF), version 2: " in (note.body or "")
    held.land()
    assert look(story, after=FIRST_LOOK) == 1
    assert len(shown(story)) == 1


@pytest.mark.world
def test_a_write_that_lands_a_day_later_is_found_too(story: Story) -> None:
    held = late(story)
    assert [look(story, after=UNKNOWN_WAIT + wait) for wait in DUPLICATE_SEARCHES[:-1]] == [0, 0]
    held.land()
    assert look(story, after=UNKNOWN_WAIT + DUPLICATE_SEARCHES[-1]) == 1
    assert story.note.search_duplicates_at is None
    assert len(story.note.duplicate_remote_ids) == 1


@pytest.mark.world
def test_a_duplicate_is_recorded_once(story: Story) -> None:
    late(story).land()
    for wait in DUPLICATE_SEARCHES:
        look(story, after=UNKNOWN_WAIT + wait)
    assert event_names().count("note.duplicated") == 1
    assert len(story.note.duplicate_remote_ids) == 1


def test_two_notes_found_by_the_first_search_are_recorded_at_once(story: Story) -> None:
    held = DelayedWrite(story)
    story.try_to_post()
    held.land()
    held.land()
    story.try_to_post(after=UNKNOWN_WAIT)
    first, second = story.notes()
    assert (story.note.remote_id, story.note.duplicate_remote_ids) == (first.id, [second.id])


def test_a_note_posted_at_once_is_not_searched_for(story: Story) -> None:
    story.try_to_post()
    assert story.note.search_duplicates_at is None


@pytest.mark.world
def test_a_quoted_code_is_not_a_duplicate(story: Story) -> None:
    late(story)
    store, now = story.world.greenhouse.store, story.world.greenhouse.now()
    add_note(
        store,
        candidate_id=story.remote.candidate_id,
        application_id=None,
        body=f"I have read {CODE}\nand would hire her.",
        user_id=None,
        visibility="public",
        now=now,
    )
    assert look(story, after=FIRST_LOOK) == 0
    assert shown(story) == []


def test_a_feed_that_cannot_be_read_is_searched_later(story: Story) -> None:
    late(story).land()
    story.world.fail(kind="fail", path="/v3", status=503, times=2)
    assert look(story, after=FIRST_LOOK) == 0
    assert story.note.search_duplicates_at == story.now + FIRST_LOOK + posting.SEARCH_LEASE
    assert look(story, after=FIRST_LOOK + posting.SEARCH_LEASE) == 1


@pytest.mark.world
def test_searching_an_unreadable_feed_ends_after_a_week(story: Story) -> None:
    late(story)
    story.world.greenhouse.row.revoked = True
    assert look(story, after=posting.GIVE_UP_SEARCH + UNKNOWN_WAIT) == 0
    assert story.note.search_duplicates_at is None


def test_a_disconnected_greenhouse_is_not_searched(story: Story) -> None:
    late(story)
    Connection.objects.of(story.world.organisation).update(state=Connection.State.DISCONNECTED)
    story.world.line.calls.clear()
    assert look(story, after=FIRST_LOOK) == 0
    assert (story.note.search_duplicates_at, story.world.line.calls) == (None, [])


@pytest.mark.world
def test_two_workers_search_once(story: Story) -> None:
    late(story).land()
    story.world.line.calls.clear()
    assert look(story, after=FIRST_LOOK) == 1
    seen = len(story.world.line.calls)
    assert look(story, after=FIRST_LOOK) == 0
    assert len(story.world.line.calls) == seen


def test_the_job_searches_where_it_is_due(story: Story) -> None:
    late(story)
    story.world.line.calls.clear()
    posting.search_duplicates.run()
    assert story.world.line.calls == []

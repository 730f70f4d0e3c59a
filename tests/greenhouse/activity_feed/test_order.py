"""The last note on the feed is about the newest report."""

from datetime import timedelta

import httpx2
import pytest

from goodword.core import outbox
from goodword.greenhouse.activity_feed.notes import drop, retry
from goodword.greenhouse.activity_feed.outcomes import INTERRUPTED_AFTER, SUPERSEDED, UNKNOWN_WAIT
from goodword.greenhouse.activity_feed.posting import NEWER_WAITS, OLDER_WAITS, post
from goodword.greenhouse.models import ActivityFeedNote
from tests.greenhouse.activity_feed.story import CODE, Story, react_to_ready_report, ready
from tests.greenhouse.world import Killed
from tests.support.jobs import event_names

AGAIN = "GW-0002"


@pytest.fixture
def older(story: Story) -> ActivityFeedNote:
    """Queued, as is the note of a newer version of the report."""
    note = story.note
    react_to_ready_report(ready(story.world, version=2, code=AGAIN), now=story.now)
    return note


@pytest.fixture
def newer(story: Story, older: ActivityFeedNote) -> ActivityFeedNote:
    return ActivityFeedNote.objects.of(story.world.organisation).exclude(pk=older.pk).get()


def posted(story: Story, note: ActivityFeedNote, *, after: timedelta = timedelta(0)) -> tuple[str, timedelta]:
    """Let a worker try. Returns the note's state, and its time to wait."""
    post(note_id=note.pk, now=story.now + after)
    note.refresh_from_db()
    return note.state, note.not_before - story.now - after


def codes(story: Story) -> list[str]:
    return [(note.body or "").splitlines()[-1] for note in story.notes()]


def test_a_note_that_waited_does_not_follow_a_newer_one(
    story: Story, older: ActivityFeedNote, newer: ActivityFeedNote
) -> None:
    story.world.fail(kind="fail", method="POST", path="/v3/notes", status=403)
    assert posted(story, older)[0] == "queued"
    assert posted(story, newer)[0] == "sent"
    assert posted(story, older, after=timedelta(hours=1))[0] == "cancelled"
    assert codes(story) == [AGAIN]
    assert event_names()[-2:] == ["note.posted", "note.superseded"]


def test_a_failed_note_needs_nobody_after_a_newer_one(
    story: Story, older: ActivityFeedNote, newer: ActivityFeedNote
) -> None:
    ActivityFeedNote.objects.of(story.world.organisation).filter(pk=older.pk).update(state="failed")
    posted(story, newer)
    older.refresh_from_db()
    assert (older.state, older.last_error) == ("cancelled", SUPERSEDED)
    assert not retry(older, now=story.now)
    assert event_names()[-2:] == ["note.posted", "note.superseded"]


def test_a_note_that_may_have_arrived_before_the_newer_one_is_still_found(
    story: Story, older: ActivityFeedNote, newer: ActivityFeedNote
) -> None:
    story.world.fail(kind="fail_after", method="POST", path="/v3/notes", status=502)
    assert posted(story, older)[0] == "queued"
    posted(story, newer)
    assert posted(story, older, after=timedelta(minutes=5))[0] == "sent"
    assert codes(story) == [CODE, AGAIN]


@pytest.mark.parametrize("dies", [False, True], ids=["an error", "a dead worker"])
def test_a_newer_note_that_may_have_arrived_is_waited_for(
    story: Story, older: ActivityFeedNote, newer: ActivityFeedNote, *, dies: bool
) -> None:
    if dies:
        story.world.fail(kind="fail", method="POST", path="/v3/notes", status=403)
        posted(story, older)

        def die(request: httpx2.Request) -> None:
            if request.url.path == "/v3/notes":
                raise Killed

        story.world.line.after = die
        with pytest.raises(Killed):
            posted(story, newer)
        story.world.line.after = lambda _: None
        later = INTERRUPTED_AFTER
        story.requeue(after=later)
    else:
        story.world.fail(kind="fail_after", method="POST", path="/v3/notes", status=502)
        assert posted(story, newer)[0] == "queued"
        later = UNKNOWN_WAIT
    state, wait = posted(story, older, after=later)
    assert state == "queued" and wait >= OLDER_WAITS
    assert posted(story, newer, after=later)[0] == "sent"
    assert posted(story, older, after=later + wait)[0] == "cancelled"
    assert codes(story) == [AGAIN]


def test_a_note_after_a_newer_one_asks_greenhouse_nothing(
    story: Story, older: ActivityFeedNote, newer: ActivityFeedNote
) -> None:
    posted(story, newer)
    story.world.line.calls.clear()
    assert posted(story, older)[0] == "cancelled"
    assert story.world.line.calls == []


def test_two_notes_posted_at_the_same_time_are_put_in_order(
    story: Story, older: ActivityFeedNote, newer: ActivityFeedNote
) -> None:
    assert outbox.claim(ActivityFeedNote, older.pk, now=story.now)
    assert posted(story, newer) == ("queued", NEWER_WAITS)
    ActivityFeedNote.objects.of(story.world.organisation).filter(pk=older.pk).update(state="queued")
    assert outbox.claim(ActivityFeedNote, newer.pk, now=story.now + NEWER_WAITS)
    assert posted(story, older) == ("queued", OLDER_WAITS)
    ActivityFeedNote.objects.of(story.world.organisation).filter(pk=newer.pk).update(state="queued")
    assert posted(story, older, after=OLDER_WAITS)[0] == "sent"
    assert posted(story, newer, after=NEWER_WAITS)[0] == "sent"
    assert codes(story) == [CODE, AGAIN]
    assert [note.attempts for note in ActivityFeedNote.objects.of(story.world.organisation)] == [2, 2]


def test_a_newer_note_that_failed_holds_up_no_older_one(
    story: Story, older: ActivityFeedNote, newer: ActivityFeedNote
) -> None:
    rows = ActivityFeedNote.objects.of(story.world.organisation)
    rows.filter(pk=newer.pk).update(state="failed")
    assert drop(newer, by="member:1", now=story.now)
    assert posted(story, older)[0] == "sent"

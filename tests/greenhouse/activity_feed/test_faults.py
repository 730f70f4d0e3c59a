"""One note per report version, whatever fails and wherever a worker dies."""

import threading
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from django.db import connection as database

from goodword.core import outbox, process
from goodword.core.models import Reaction
from goodword.greenhouse.activity_feed import outcomes, posting
from goodword.greenhouse.activity_feed.notes import retry, retry_all
from goodword.greenhouse.activity_feed.outcomes import UNKNOWN_WAIT
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.notifications.models import Link
from greenhouse_sandbox.faults import KINDS
from tests.contract.greenhouse import ALL
from tests.greenhouse.activity_feed.story import Story
from tests.greenhouse.world import Killed, World
from tests.support.jobs import event_names, waiting

SOON = timedelta(minutes=1)
DEAD = outcomes.INTERRUPTED_AFTER

#: the calls of a posting, in order
CALLS = ("/token", "/v3/applications", "/v3/users", "/v3/notes")


def state(story: Story) -> tuple[str, bool]:
    return story.note.state, story.note.outcome_unknown


def die_at(story: Story, path: str, *, after: bool) -> None:
    def dies(request: httpx2.Request) -> None:
        if request.url.path == path:
            raise Killed

    if after:
        story.world.line.after = dies
    else:
        story.world.line.before = dies
    with pytest.raises(Killed):
        story.try_to_post()
    story.world.line.before = story.world.line.after = lambda _: None


@pytest.mark.parametrize("path", ["/v3/applications", "/v3/notes"])
def test_another_worker_can_post_the_note_of_a_stopping_one_at_once(story: Story, path: str) -> None:
    def stop(request: httpx2.Request) -> None:
        if request.url.path == path:
            raise process.Stopped

    story.world.line.before = stop
    with pytest.raises(process.Stopped):
        story.try_to_post()
    story.world.line.before = lambda _: None
    assert (state(story), story.note.attempts) == (("queued", False), 0)
    story.try_to_post()
    assert (story.note.state, len(story.notes())) == ("sent", 1)


@pytest.mark.matrix
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("path", CALLS)
def test_a_worker_that_dies_at_any_call_leaves_one_note(story: Story, path: str, after: bool) -> None:
    Connection.objects.of(story.world.organisation).update(token="")
    die_at(story, path, after=after)
    assert state(story) == ("sending", False)
    assert len(story.notes()) == (1 if (path, after) == ("/v3/notes", True) else 0)

    story.sweep(after=DEAD - timedelta(seconds=1))
    assert state(story) == ("sending", False)
    story.sweep(after=DEAD)
    assert state(story) == ("sent", False)
    [note] = story.notes()
    assert story.note.remote_id == note.id
    assert event_names().count("note.posted") == 1


def test_a_note_that_fails_after_an_interruption_is_searched_for_before_a_retry(story: Story) -> None:
    ActivityFeedNote.objects.of(story.world.organisation).update(attempts=len(outbox.RETRY_DELAYS))
    die_at(story, "/v3/notes", after=True)
    story.requeue(after=DEAD)
    assert state(story) == ("failed", True)
    retry(story.note, now=story.now + DEAD)
    story.try_to_post(after=DEAD)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_a_worker_that_dies_right_after_its_claim_leaves_one_note(story: Story) -> None:
    assert outbox.claim(ActivityFeedNote, story.note.pk, now=story.now) is not None
    story.sweep(after=DEAD)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_a_settled_note_is_not_posted_again(story: Story) -> None:
    story.try_to_post()
    story.sweep(after=DEAD * 3)
    assert len(story.notes()) == 1


def test_links_of_earlier_attempts_stay_valid(story: Story) -> None:
    die_at(story, "/v3/notes", after=True)
    story.sweep(after=DEAD)
    [link] = Link.objects.of(story.world.organisation)
    assert link.ended_at is None
    assert [note.id for note in story.notes()] == [story.note.remote_id]


@pytest.mark.matrix
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failure_of_greenhouse_after_it_wrote_leaves_one_note(story: Story, status: int) -> None:
    story.world.fail(kind="fail_after", method="POST", path="/v3/notes", status=status)
    story.try_to_post()
    assert state(story) == ("queued", True)
    assert story.note.not_before - story.now == UNKNOWN_WAIT
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_an_answer_that_cannot_be_read_leaves_one_note(story: Story) -> None:
    story.world.fail(kind="garbage", method="POST", path="/v3/notes")
    story.try_to_post()
    assert state(story) == ("queued", True)
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_a_note_is_posted_once_maintenance_is_over(story: Story) -> None:
    story.world.fail(kind="fail", path="/v3", status=200, body="<html>", times=99)
    story.try_to_post()
    assert state(story) == ("queued", False)
    assert story.note.last_error.startswith("Greenhouse's API did not return data.")
    story.world.greenhouse.sandbox.faults.clear()
    story.try_to_post(after=story.note.not_before - story.now)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_a_failure_before_it_wrote_leaves_one_note_too(story: Story) -> None:
    story.world.fail(kind="fail", method="POST", path="/v3/notes", status=503)
    story.try_to_post()
    assert (state(story), len(story.notes())) == (("queued", True), 0)
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_a_connection_that_breaks_after_it_wrote_leaves_one_note(story: Story) -> None:
    def breaks(request: httpx2.Request) -> None:
        if request.method == "POST" and request.url.path == "/v3/notes":
            raise httpx2.ReadTimeout("no answer", request=request)

    story.world.line.after = breaks
    story.try_to_post()
    story.world.line.after = lambda _: None
    assert (state(story), len(story.notes())) == (("queued", True), 1)
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_v1_leaves_one_note_too(either: World, story: Story) -> None:
    either.fail(kind="fail_after", method="POST", path=f"/{either.greenhouse.version}", status=503)
    story.try_to_post()
    assert (state(story), len(story.notes())) == (("queued", True), 1)
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_an_unknown_outcome_stays_unknown_while_the_feed_is_unreadable(story: Story) -> None:
    story.world.fail(kind="fail_after", method="POST", path="/v3/notes", status=503)
    story.try_to_post()
    story.world.fail(kind="fail", method="GET", path="/v3/notes", status=503, times=2)
    story.try_to_post(after=UNKNOWN_WAIT)
    assert state(story) == ("queued", True)
    story.try_to_post(after=timedelta(hours=1))
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_an_unknown_outcome_stays_unknown_while_a_note_cannot_be_read(either: World, story: Story) -> None:
    either.fail(kind="fail_after", method="POST", path=f"/{either.greenhouse.version}", status=503)
    story.try_to_post()

    def without_ids(path: str, data: Any) -> Any:
        if path.endswith("/notes") and isinstance(data, list):
            return [row | {"id": None} for row in data]
        if path.endswith("/activity_feed"):
            return data | {"notes": [row | {"id": None} for row in data["notes"]]}
        return data

    either.line.edit = without_ids
    story.try_to_post(after=UNKNOWN_WAIT)
    assert (state(story), len(story.notes())) == (("queued", True), 1)
    either.line.edit = None
    story.try_to_post(after=timedelta(hours=1))
    assert (state(story), len(story.notes())) == (("sent", False), 1)


@pytest.mark.world
def test_an_outage_is_retried_and_then_needs_attention(story: Story) -> None:
    story.world.fail(kind="fail", path="/v3/applications", status=503, times=100)
    waits = []
    while story.note.state == "queued":
        waits.append(story.note.not_before - story.now)
        story.try_to_post(after=story.note.not_before - story.now)
    assert [later - earlier for earlier, later in pairwise(waits)] == list(outbox.RETRY_DELAYS)
    assert state(story) == ("failed", False)
    assert event_names().count("note.needs_attention") == 1


def test_waiting_for_the_rate_limit_does_not_count_as_an_attempt(story: Story) -> None:
    story.world.fail(kind="fail", method="POST", path="/v3/notes", status=429, seconds=20)
    for _ in range(len(outbox.RETRY_DELAYS) + 2):
        story.try_to_post(after=story.note.not_before - story.now)
        assert (state(story), story.note.counted_attempts) == (("queued", False), 0)
    assert story.note.not_before - story.now < timedelta(minutes=10)


def test_a_rate_limit_is_waited_out(story: Story) -> None:
    story.world.fail(kind="fail", method="POST", path="/v3/notes", status=429, seconds=200)
    story.try_to_post()
    assert state(story) == ("queued", False)
    assert story.note.not_before - story.now == timedelta(seconds=200)


@pytest.mark.world
def test_a_missing_permission_needs_attention_and_a_retry_posts_the_note(story: Story) -> None:
    story.world.greenhouse.tick(*ALL - {"Activity Feed"})
    story.retry_for_an_hour()
    assert state(story) == ("failed", False)
    assert story.note.last_error.startswith("Greenhouse does not let this key use Activity Feed.")
    assert event_names().count("note.needs_attention") == 1

    story.world.greenhouse.tick(*ALL)
    before = len(waiting())
    assert retry(story.note, now=story.now + SOON) is True
    assert waiting()[before:] == [("greenhouse.activity_feed.post", {"note_id": story.note.pk})]
    story.try_to_post(after=SOON)
    assert (state(story), len(story.notes())) == (("sent", False), 1)
    assert retry(story.note, now=story.now + SOON) is False


def test_a_revoked_credential_needs_attention_and_all_its_notes_are_posted_afterwards(story: Story) -> None:
    story.world.greenhouse.row.revoked = True
    story.try_to_post()
    assert state(story) == ("failed", False)
    story.world.greenhouse.row.revoked = False
    assert retry_all(story.world.connection, now=story.now + SOON) == 1
    story.try_to_post(after=SOON)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_a_missing_application_needs_attention(story: Story) -> None:
    story.world.greenhouse.store.applications.delete(story.remote.id)
    story.try_to_post()
    assert state(story) == ("failed", False)
    assert story.note.last_error == (
        "Greenhouse no longer shows this application. Check in Greenhouse whether the candidate was deleted, "
        "merged or made private, then try again."
    )


def test_in_v1_a_note_without_an_author_needs_attention(either: World, story: Story) -> None:
    next(
        user for user in either.greenhouse.store.users.rising() if user.first_name == "Jonas"
    ).deactivated = True
    story.try_to_post()
    assert story.note.state == ("sent" if either.greenhouse.version == "v3" else "failed")
    if either.greenhouse.version == "v1":
        assert story.note.last_error.startswith("A note in Greenhouse needs an author")


def test_a_disconnected_greenhouse_is_not_called(story: Story) -> None:
    Connection.objects.of(story.world.organisation).update(state=Connection.State.DISCONNECTED)
    story.try_to_post()
    assert (state(story), story.world.line.calls) == (("failed", False), [])


def test_a_slow_worker_does_not_begin_to_write(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.greenhouse.activity_feed.posting.WRITE_WITHIN", -1.0)
    story.try_to_post()
    assert (state(story), story.notes()) == (("queued", False), [])
    monkeypatch.undo()
    story.try_to_post(after=SOON)
    assert (state(story), len(story.notes())) == (("sent", False), 1)


def test_a_worker_whose_row_was_taken_settles_nothing(story: Story) -> None:
    def taken(request: httpx2.Request) -> None:
        if request.url.path == "/v3/notes":
            story.world.line.after = lambda _: None
            story.sweep(after=DEAD)  # the other worker finds the note

    story.world.line.after = taken
    story.try_to_post()
    assert (state(story), len(story.notes())) == (("sent", False), 1)
    assert event_names().count("note.posted") == 1


def test_a_note_that_keeps_killing_its_worker_needs_attention(story: Story) -> None:
    moment = timedelta(0)
    for _ in range(len(outbox.RETRY_DELAYS) + 1):
        assert outbox.claim(ActivityFeedNote, story.note.pk, now=story.now + moment) is not None
        moment += DEAD
        story.requeue(after=moment)
    assert state(story)[0] == "failed"
    assert event_names().count("note.needs_attention") == 1


def test_the_sweep_queues_a_job_for_what_is_due_once(story: Story) -> None:
    Reaction.objects.update(state="done")
    with database.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")
    for _ in range(2):
        posting.sweep.run()
    assert waiting() == [("greenhouse.activity_feed.post", {"note_id": story.note.pk})]


@pytest.mark.matrix
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_after_any_fault_there_is_one_note_or_a_known_duplicate(story: Story, kind: str) -> None:
    story.world.fail(kind=kind, path="/v3/notes", seconds=0, status=503, times=2)
    moment = timedelta(0)
    while story.note.state == "queued":
        moment = story.note.not_before - story.now
        story.try_to_post(after=moment)
    assert story.note.state == "sent"
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):  # the late write
            thread.join()
    for wait in outcomes.DUPLICATE_SEARCHES:
        posting.search_due(now=story.now + moment + wait)
    stands = {story.note.remote_id, *story.note.duplicate_remote_ids}
    assert {note.id for note in story.notes()} == stands

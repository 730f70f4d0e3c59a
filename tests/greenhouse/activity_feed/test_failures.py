"""Failed notes: reason, explanation and remedy of each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from goodword.candidates.models import Application
from goodword.core import outbox
from goodword.greenhouse.activity_feed.notes import (
    activity_feed_status,
    drop,
    queue_test_note,
    retry,
    retry_all,
)
from goodword.greenhouse.activity_feed.outcomes import REFUSED_WAITS, Remedy, help_for
from goodword.greenhouse.activity_feed.posting import post as act
from goodword.greenhouse.models import ActivityFeedNote, Connection
from tests.contract.greenhouse import ALL
from tests.greenhouse.activity_feed.story import Story
from tests.greenhouse.world import World
from tests.support import factories
from tests.support.jobs import event_names, waiting

LATER = timedelta(minutes=5)


def ending(story: Story) -> tuple[str, str, Remedy, bool]:
    post = story.note
    end = help_for(post)
    return post.state, post.failure_reason, end.remedy, end.can_retry


def try_out(world: World, candidate_id: int) -> ActivityFeedNote:
    admin = factories.member(world.organisation, kind="admin")
    post = queue_test_note(
        world.connection, candidate_remote_id=candidate_id, member=admin, now=world.greenhouse.now()
    )
    assert ("greenhouse.activity_feed.post", {"note_id": post.pk}) in waiting()
    act(note_id=post.pk, now=world.greenhouse.now() + LATER)
    post.refresh_from_db()
    return post


@pytest.mark.world
def test_a_missing_permission_is_retried_for_an_hour_and_then_reported(either: World, story: Story) -> None:
    v3 = either.greenhouse.version == "v3"
    either.greenhouse.tick(*ALL - {"Activity Feed" if v3 else "Applications"})
    tried = timedelta(0)
    for wait in REFUSED_WAITS:
        story.try_to_post(after=tried)
        post = story.note
        assert (post.state, post.not_before - story.now) == ("queued", tried + wait)
        tried += wait
    assert (tried > timedelta(hours=1), event_names().count("note.needs_attention")) == (True, 0)
    story.try_to_post(after=tried)
    assert ending(story) == ("failed", "not_permitted" if v3 else "key", Remedy.INTEGRATIONS, True)
    assert event_names().count("note.needs_attention") == 1


@pytest.mark.parametrize("path", ["/v3/applications", "/v3/notes"])
def test_a_single_refusal_is_retried_silently(story: Story, path: str) -> None:
    story.world.fail(kind="fail", path=path, status=403, times=1)
    story.try_to_post()
    story.try_to_post(after=REFUSED_WAITS[0])
    assert (story.note.state, len(story.notes()), event_names().count("note.needs_attention")) == (
        "sent",
        1,
        0,
    )


def test_refusals_are_counted_separately_from_other_failures(story: Story) -> None:
    ActivityFeedNote.objects.update(attempts=len(outbox.RETRY_DELAYS))
    story.world.fail(kind="fail", path="/v3/notes", status=403, times=1)
    story.try_to_post()
    assert story.note.state == "queued"
    story.try_to_post(after=REFUSED_WAITS[0])
    assert (story.note.state, len(story.notes())) == ("sent", 1)


@pytest.mark.world
def test_a_new_key_posts_refused_notes_at_once(story: Story) -> None:
    story.world.fail(kind="fail", path="/v3/notes", status=403, times=1)
    story.try_to_post()
    retry_all(story.world.connection, now=story.now)
    story.try_to_post()
    assert story.note.state == "sent"


def test_a_refused_test_note_fails_at_once(world: World, story: Story) -> None:
    ActivityFeedNote.objects.all().delete()
    queue_test_note(
        world.connection,
        candidate_remote_id=story.remote.candidate_id,
        member=world.role.owner,
        now=story.now,
    )
    world.fail(kind="fail", path="/v3/notes", status=403, times=1)
    story.try_to_post()
    assert ending(story) == ("failed", "not_permitted", Remedy.INTEGRATIONS, True)


def test_a_revoked_key_fails_the_note(story: Story) -> None:
    story.world.greenhouse.row.revoked = True
    story.try_to_post()
    assert ending(story) == ("failed", "key", Remedy.INTEGRATIONS, True)


def test_a_disconnected_account_fails_the_note(story: Story) -> None:
    Connection.objects.of(story.world.organisation).update(state=Connection.State.DISCONNECTED)
    story.try_to_post()
    assert ending(story) == ("failed", "disconnected", Remedy.INTEGRATIONS, False)


def test_an_invisible_application_fails_the_note(story: Story) -> None:
    story.world.greenhouse.store.applications.delete(story.remote.id)
    story.try_to_post()
    assert ending(story) == ("failed", "not_visible", Remedy.DROP, True)


def test_a_deleted_application_fails_the_note(story: Story) -> None:
    story.world.greenhouse.store.applications.delete(story.remote.id)
    Application.objects.of(story.world.organisation).update(erasure_requested_at=timezone.now())
    story.try_to_post()
    assert ending(story) == ("failed", "deleted", Remedy.DROP, False)
    assert retry_all(story.world.connection, now=story.now) == 0


def test_a_note_without_an_author_fails(either: World, story: Story) -> None:
    for user in either.greenhouse.store.users.rising():
        user.deactivated = user.first_name == "Jonas" or user.deactivated
    story.try_to_post()
    wanted = ("sent", "", Remedy.NONE, True)
    if either.greenhouse.version == "v1":
        wanted = ("failed", "no_author", Remedy.AUTHOR, True)
    assert ending(story) == wanted


def test_a_note_that_greenhouse_refuses_as_invalid_fails(story: Story) -> None:
    story.world.fail(kind="fail", method="POST", path="/v3/notes", status=422, times=9)
    story.try_to_post()
    assert ending(story) == ("failed", "refused", Remedy.AUTHOR, True)


@pytest.mark.world
def test_a_note_fails_after_hours_of_outage(story: Story) -> None:
    story.world.fail(kind="fail", path="/v3/applications", status=503, times=100)
    while story.note.state == "queued":
        story.try_to_post(after=story.note.not_before - story.now)
    assert ending(story) == ("failed", "unreachable", Remedy.NONE, True)


@pytest.mark.world
def test_a_retried_note_has_no_failure_reason(story: Story) -> None:
    story.world.greenhouse.tick(*ALL - {"Activity Feed"})
    story.retry_for_an_hour()
    assert retry(story.note, now=story.now) is True
    assert ending(story)[:2] == ("queued", "")


@pytest.mark.world
def test_a_note_retried_after_refusals_waits_like_a_new_one(story: Story) -> None:
    story.world.greenhouse.tick(*ALL - {"Activity Feed"})
    story.retry_for_an_hour()
    retry(story.note, now=story.now)
    story.world.fail(kind="fail", path="/v3/applications", status=503, times=100)
    story.try_to_post()
    assert story.note.not_before == story.now + outbox.RETRY_DELAYS[0]


def test_a_dropped_note_no_longer_needs_attention(story: Story) -> None:
    story.world.greenhouse.store.applications.delete(story.remote.id)
    story.try_to_post()
    assert [post.pk for post in activity_feed_status(story.world.connection).failed] == [story.note.pk]
    assert drop(story.note, by="member:1", now=story.now) is True
    assert activity_feed_status(story.world.connection).failed_count == 0
    assert drop(story.note, by="member:1", now=story.now) is False
    assert retry(story.note, now=story.now) is False
    assert event_names().count("note.dropped") == 1


def test_a_test_note_shows_that_writing_works(either: World) -> None:
    candidate = either.greenhouse.candidate()
    Connection.objects.of(either.organisation).update(
        note_author_remote_id=next(either.greenhouse.store.users.rising()).id
    )
    either.connection.refresh_from_db()
    post = try_out(either, candidate.id)
    [note] = either.greenhouse.store.notes.by("candidate_id", candidate.id)
    assert (post.state, post.remote_id) == ("sent", note.id)
    assert note.body == (
        f"A test note from Goodword for {either.organisation.name}: "
        f"writing to the Activity Feed works.\n{post.marker}"
    )
    assert note.visibility == "private"
    assert Connection.objects.of(either.organisation).get().writing_tested_at is not None


def test_a_test_note_to_an_unknown_candidate_fails(world: World) -> None:
    post = try_out(world, 12345)
    assert (post.state, post.failure_reason) == ("failed", "not_visible")
    assert post.last_error == "Greenhouse shows no candidate with this ID. Check the ID, then try again."


def test_in_v1_a_test_note_needs_an_author(either: World) -> None:
    post = try_out(either, either.greenhouse.candidate().id)
    wanted = ("sent", "") if either.greenhouse.version == "v3" else ("failed", "no_author")
    assert (post.state, post.failure_reason) == wanted

"""The note on the Activity Feed: text, author, visibility, link."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.greenhouse.activity_feed import posting
from goodword.greenhouse.activity_feed.notes import queue_missed
from goodword.greenhouse.activity_feed.wording import values_of
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.notifications.domain import links
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.models import Email, Link
from goodword.references.models import Check
from goodword.reports.domain.reviews import mail_recruiter_on_report
from goodword.reports.domain.versions import reuse
from goodword.workflow.models import StepRequest
from tests.contract.greenhouse import ALL
from tests.greenhouse.activity_feed.story import CODE, Story, open_story, react_to_ready_report, ready
from tests.greenhouse.world import World
from tests.references.answered import version
from tests.support import factories
from tests.support.jobs import event_names, waiting


def users(world: World) -> list[Any]:
    return list(world.greenhouse.store.users.rising())


def link_in(body: str | None) -> str:
    assert body is not None
    return body.splitlines()[1].rpartition(" ")[2]


def test_a_ready_report_becomes_a_private_note_by_the_recruiter(either: World, story: Story) -> None:
    story.try_to_post()
    [note] = story.notes()
    link = link_in(note.body)
    assert note.body == (
        f"Reference check for Ada Lovelace completed: 2 of 2 references are in.\nReport (PDF): {link}\n{CODE}"
    )
    assert (note.visibility, note.user_id) == ("private", users(either)[1].id)
    assert (story.note.state, story.note.remote_id, story.note.author_remote_id) == (
        "sent",
        note.id,
        users(either)[1].id,
    )
    event = Event.objects.get(name="note.posted")
    assert event.data == {"report_id": story.report.pk, "remote_id": note.id}
    assert event.application_id == story.report.step_request.application_id


def test_the_note_belongs_to_the_application(story: Story) -> None:
    story.try_to_post()
    assert story.notes()[0].application_id == story.remote.id


@pytest.mark.parametrize(
    ("progress", "received", "sentence"),
    [
        ("marked_complete", 1, "closed early: 1 of 2 references are in."),
        ("completed", 1, "completed: 1 of 2 references are in."),
        ("marked_complete", 2, "completed: 2 of 2 references are in."),
    ],
)
def test_only_a_check_that_a_member_ended_with_references_missing_was_closed_early(
    story: Story, progress: str, received: int, sentence: str
) -> None:
    story.report.snapshot = {"check": {"asked": 2, "received": received}}
    story.report.check_run = check_of(story.report.step_request, progress, now=story.now)
    story.report.save()
    story.try_to_post()
    [note] = story.notes()
    assert note.body is not None
    assert note.body.splitlines()[0] == f"Reference check for Ada Lovelace {sentence}"


def check_of(step_request: StepRequest, progress: str, *, now: datetime) -> Check:
    return Check.objects.create(
        organisation=step_request.organisation,
        step_request=step_request,
        version=version(step_request.organisation),
        wanted=2,
        least=1,
        progress=progress,
        opened_at=now,
        completed_at=now,
        deadline_at=now,
    )


@pytest.mark.world
@pytest.mark.parametrize(
    ("progress", "how"), [("marked_complete", "closed early"), ("completed", "completed")]
)
def test_a_reused_check_was_closed_early_if_the_earlier_one_was(
    story: Story, progress: str, how: str
) -> None:
    earlier, now = story.report, story.now
    earlier.check_run = check_of(earlier.step_request, progress, now=now)
    earlier.snapshot = {
        "kind": "reference_check",
        "redacted": False,
        "role": {"title": "Window Washer"},
        "check": {"asked": 2, "received": 1, "completed_at_text": "3 March 2026"},
    }
    earlier.save()
    application = earlier.step_request.application
    again = factories.application(factories.role(story.world.organisation), candidate=application.candidate)
    step_request = factories.step_request(
        again,
        "reference_check",
        state=StepRequest.State.WAITING,
        waiting_reason=StepRequest.WaitingReason.REUSE,
        earlier=earlier.step_request,
    )
    report = reuse(step_request=step_request, member=factories.member(story.world.organisation), now=now)
    assert values_of(report)["outcome"] == (
        f"{how}: 1 of 2 references are in, taken over from an earlier application"
    )


@pytest.mark.world
def test_each_version_has_its_own_note(world: World, story: Story) -> None:
    story.try_to_post()
    second = ready(world, version=2, code="GW-0002")
    react_to_ready_report(second, now=story.now)
    posting.post_note.run(note_id=ActivityFeedNote.objects.of(world.organisation).get(report=second).pk)
    bodies = [note.body for note in story.notes()]
    assert len(bodies) == 2
    assert bodies[1] == (
        "Reference check for Ada Lovelace completed: 2 of 2 references are in.\n"
        f"Report (PDF), version 2: {link_in(bodies[1])}\nGW-0002"
    )


def test_posting_marks_writing_as_tested(world: World, story: Story) -> None:
    assert Connection.objects.of(world.organisation).get().writing_tested_at is None
    story.try_to_post()
    assert Connection.objects.of(world.organisation).get().writing_tested_at == story.now


def test_the_reaction_queues_one_note_and_its_job_however_often_it_runs(world: World, story: Story) -> None:
    react_to_ready_report(story.report, now=story.now)
    assert ActivityFeedNote.objects.of(world.organisation).count() == 1
    assert [job for job in waiting() if job[0] == "greenhouse.activity_feed.post"] == [
        ("greenhouse.activity_feed.post", {"note_id": story.note.pk})
    ]


def test_a_deactivated_recruiter_leaves_the_note_to_the_jobs_recruiter(either: World, story: Story) -> None:
    story.remote.recruiter_id = users(either)[7].id
    story.try_to_post()
    assert story.notes()[0].user_id == users(either)[1].id


def test_without_a_recruiter_the_user_chosen_by_an_admin_is_the_author(either: World, story: Story) -> None:
    users(either)[1].deactivated = True
    Connection.objects.of(either.organisation).update(note_author_remote_id=users(either)[2].id)
    story.try_to_post()
    assert story.notes()[0].user_id == users(either)[2].id


def test_without_either_v3_writes_as_the_user_it_acts_as(world: World, story: Story) -> None:
    users(world)[1].deactivated = True
    story.try_to_post()
    assert story.notes()[0].user_id == world.greenhouse.row.service_user_id
    assert story.note.state == "sent"


def test_without_permission_to_read_users_greenhouse_decides_about_the_author(
    world: World, story: Story
) -> None:
    world.greenhouse.tick(*ALL - {"Users"})
    story.remote.recruiter_id = 1  # unknown user: the write is refused, and the next author is tried
    story.try_to_post()
    assert story.notes()[0].user_id == users(world)[1].id


def test_a_merged_candidates_note_goes_to_the_person_who_is_left(world: World, story: Story) -> None:
    other = world.greenhouse.candidate()
    story.remote.candidate_id = other.id
    world.greenhouse.store.applications.changed(story.remote, world.greenhouse.now())
    story.try_to_post()
    assert [note.candidate_id for note in story.notes()] == [other.id]


@pytest.mark.world
@pytest.mark.parametrize("candidate", ["another", "of the same id"])
def test_no_note_is_written_to_somebody_who_has_the_id_in_another_account(
    world: World, story: Story, candidate: str
) -> None:
    store = world.greenhouse.store
    store.applications.delete(story.remote.id)
    story.remote.created_at -= timedelta(days=400)
    if candidate == "another":
        story.remote.candidate_id = world.greenhouse.candidate(email="eve@b.example").id
    else:
        person = store.candidates.get(story.remote.candidate_id)
        assert person is not None
        person.created_at -= timedelta(days=500)
        person.email_addresses = [{"value": "eve@b.example", "type": "personal"}]
    store.applications.insert(story.remote)
    story.try_to_post()
    assert (story.notes(), story.note.state, story.note.failure_reason) == ([], "failed", "not_visible")
    assert "ID belongs to another person" in story.note.last_error


@pytest.mark.world
def test_a_changed_date_of_application_does_not_stop_the_note(world: World, story: Story) -> None:
    story.remote.created_at -= timedelta(days=400)
    story.try_to_post()
    assert [note.candidate_id for note in story.notes()] == [story.remote.candidate_id]


@pytest.mark.world
@pytest.mark.parametrize("names", ["note.posted", "note.needs_attention"])
def test_the_timeline_shows_each_event_once(world: World, story: Story, names: str) -> None:
    if names == "note.needs_attention":
        world.greenhouse.tick(*ALL - {"Activity Feed"})
    for _ in range(2):
        story.retry_for_an_hour()
    assert event_names().count(names) == 1


@pytest.mark.world
def test_the_link_opens_the_report_for_as_long_as_the_organisation_says(world: World) -> None:
    world.organisation.report_link_days = 30
    world.organisation.save()
    story = open_story(world)
    story.try_to_post()
    address = link_in(story.notes()[0].body)
    link = links.resolve(address.rstrip("/").rpartition("/")[2], purpose=Link.Purpose.REPORT)
    assert link is not None
    assert "/s/" in address
    assert (link.subject_id, link.expires_at) == (story.report.pk, story.now + timedelta(days=30))


@pytest.mark.world
def test_an_assessments_note_has_no_score_and_no_count(world: World) -> None:
    story = open_story(world, kind="assessment")
    story.try_to_post()
    body = story.notes()[0].body
    assert body == f"Assessment for Ada Lovelace completed.\nReport (PDF): {link_in(body)}\n{CODE}"


@pytest.mark.world
def test_a_quoted_name_is_not_a_link(world: World) -> None:
    story = open_story(world, kind="assessment")
    candidate = story.report.step_request.application.candidate
    candidate.last_name = "https://evil.example/win"
    candidate.save()
    story.try_to_post()
    [note] = story.notes()
    assert note.body is not None
    assert note.body.splitlines()[0] == "Assessment for Ada https[:]//evil[.]example/win completed."


@pytest.mark.world
def test_the_organisation_chooses_the_visibility(world: World) -> None:
    world.organisation.note_visibility = "public"
    world.organisation.save()
    story = open_story(world)
    story.try_to_post()
    assert story.notes()[0].visibility == "public"


@pytest.mark.world
def test_a_note_that_waited_has_the_visibility_chosen_since(world: World) -> None:
    world.organisation.note_visibility = "public"
    world.organisation.save()
    story = open_story(world)
    world.fail(kind="fail", path="/v3/applications", status=503, times=100)
    story.try_to_post()
    world.greenhouse.sandbox.faults.clear()
    world.organisation.note_visibility = "admin_only"
    world.organisation.save()
    story.try_to_post(after=timedelta(hours=1))
    assert ([note.visibility for note in story.notes()], story.note.visibility) == (
        ["admin_only"],
        "admin_only",
    )


@pytest.mark.world
def test_a_manually_added_candidate_gets_no_note(world: World) -> None:
    world.apply()
    world.deliver()
    Application.objects.of(world.organisation).update(remote_id=None)
    react_to_ready_report(ready(world), now=world.greenhouse.now())
    assert ActivityFeedNote.objects.of(world.organisation).count() == 0
    assert not _mail_mentions_note(world)


def test_the_recruiters_mail_mentions_the_note(world: World, story: Story) -> None:
    assert _mail_mentions_note(world)


def _mail_mentions_note(world: World) -> bool:
    with transaction.atomic():
        mail_recruiter_on_report(Event.objects.get(name="report.ready"))
    mail = Email.objects.of(world.organisation).get(kind="reports.completed")
    return "A note with the link is posted to the Activity Feed" in render(mail, link="x").text


@pytest.mark.world
def test_results_of_a_disconnected_time_get_their_notes_later(world: World) -> None:
    world.apply()
    world.deliver()
    Connection.objects.of(world.organisation).update(state=Connection.State.DISCONNECTED)
    ready(world, version=1, code="GW-7F3K-Q1")
    ready(world, version=2, code="GW-7F3K-Q2")
    assessed = ready(world, kind="assessment", code="GW-7F3K-A1")
    queue_missed(world.connection.pk, now=world.greenhouse.now())
    assert ActivityFeedNote.objects.of(world.organisation).count() == 0

    Connection.objects.of(world.organisation).update(state=Connection.State.ACTIVE)
    for _ in range(2):
        queue_missed(world.connection.pk, now=world.greenhouse.now())
        queued = ActivityFeedNote.objects.of(world.organisation).order_by("pk")
        assert [note.marker for note in queued] == ["GW-7F3K-Q2", "GW-7F3K-A1"]
    assert queued[1].report == assessed


@pytest.mark.world
def test_no_note_is_queued_later_about_somebody_who_is_being_erased(world: World) -> None:
    world.apply()
    world.deliver()
    ready(world)
    world.role.applications.update(erasure_requested_at=world.greenhouse.now())
    queue_missed(world.connection.pk, now=world.greenhouse.now())
    assert ActivityFeedNote.objects.of(world.organisation).count() == 0


@pytest.mark.world
def test_nothing_is_queued_for_a_connection_that_ended(world: World) -> None:
    world.apply()
    world.deliver()
    Connection.objects.of(world.organisation).update(state=Connection.State.DISCONNECTED)
    react_to_ready_report(ready(world), now=world.greenhouse.now())
    assert ActivityFeedNote.objects.of(world.organisation).count() == 0
    assert not _mail_mentions_note(world)

"""*Don't contact me again* applies to the whole organisation, permanently and immediately."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from goodword.candidates.models import Application
from goodword.notifications.models import Email, Link
from goodword.references.domain import referee_erasure
from goodword.references.domain.mails import REQUEST_REMINDER, mail_referee
from goodword.references.domain.requests import has_opted_out
from goodword.references.domain.requests import opt_out as opt_out_of
from goodword.references.models import DoNotContact
from goodword.roles.models import Step
from goodword.workflow.domain.step_requests import request_step
from tests.references.answered import data_path
from tests.references.story import (
    MANAGER,
    NOW,
    Story,
    answer,
    candidate_path,
    get,
    mails_to,
    named,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"


def second_story(first: Story) -> Story:
    """Another candidate of the role names the same referees."""
    assert first.application.role is not None

    story = Story(factories.application(first.application.role))
    with transaction.atomic():
        request_step(
            application=story.application,
            step=factories.step(first.application.role, Step.Kind.REFERENCE_CHECK),
            at=NOW,
            by="greenhouse",
        )
    run_jobs()
    named(story)
    press_send(story)
    return story


@kept
def two_stories() -> tuple[Story, Story]:
    """Two candidates of a role wait for the same referees."""
    first = sent()
    return first, second_story(first)


def opt_out(path: str) -> None:
    post(f"{path}no/", {"d-why": "would_rather_not", "d-opt_out": "on"})
    run_jobs()


@pytest.mark.world
def test_an_opt_out_asks_other_candidates_for_another_referee() -> None:
    first, second = two_stories()
    path = referee_path(MARIA)  # of the second
    opt_out(path)
    assert [request.state for request in first.requests] == ["declined", "sent"]
    assert [request.state for request in second.requests] == ["declined", "sent"]
    for story in (first, second):
        assert mails_to(story.application.candidate.email)[-1].subject == "Please name another referee"
    assert event_names().count("request.opted_out") == 1


@pytest.mark.world
def test_started_requests_stay_open_after_an_opt_out_without_reminders() -> None:
    first = sent()
    begun = referee_path(MARIA)
    post(f"{begun}begin/")
    second_story(first)
    opt_out(referee_path(MARIA))
    request = first.requests[0]
    assert (request.state, request.next_reminder_at) == ("begun", None)
    answer(begun)
    assert len(first.references) == 1


@pytest.mark.main_case
def test_an_opt_out_cancels_queued_mail_of_all_checks() -> None:
    first, second = two_stories()
    request = first.requests[0]
    mail_referee(request, check=first.check, kind=REQUEST_REMINDER, key="reminder:9", now=NOW)
    post(f"{referee_path(MARIA)}no/", {"d-why": "not_me", "d-opt_out": "on"})
    waiting = Email.objects.of(first.application.organisation).filter(
        to_address=MARIA, state=Email.State.QUEUED
    )
    assert list(waiting) == []
    run_jobs()
    assert len(mails_to(MARIA)) == 2
    assert second.requests[0].state == "declined"


@pytest.mark.world
def test_an_opt_out_applies_to_one_organisation() -> None:
    story, other = sent(), sent()
    opt_out(referee_path(MARIA))
    assert [request.state for request in story.requests] == ["sent", "sent"]
    assert has_opted_out(organisation=other.application.organisation, address=MARIA)
    assert not has_opted_out(organisation=story.application.organisation, address=MARIA)


@pytest.mark.parametrize("why", ["would_rather_not", "not_me"])
def test_the_page_after_declining_confirms_an_opt_out_once(why: str) -> None:
    sent()
    path, confirmed = referee_path(MARIA), "won&#x27;t write to this address about any candidate."
    client = Client()
    page = client.post(f"{path}no/", {"d-why": why, "d-opt_out": "on"}, follow=True).content.decode()
    assert confirmed in page
    assert confirmed not in client.get(path).content.decode()


@pytest.mark.world
def test_a_referee_can_opt_out_after_answering() -> None:
    story = sent()
    path = referee_path(MARIA)
    answer(path)
    assert "Don't contact me again" in get(path).content.decode()
    for _ in range(2):
        assert post(f"{path}opt-out/").url == path
    run_jobs()
    assert has_opted_out(organisation=story.application.organisation, address=MARIA)
    assert (len(story.references), story.requests[0].state) == (1, "answered")
    assert event_names().count("request.opted_out") == 1
    assert "Don't contact me again" not in get(path).content.decode()
    assert get(f"{path}opt-out/").status_code == 405


@pytest.mark.world
def test_an_opt_out_survives_erasure_and_key_rotation(settings: Any) -> None:
    story = sent()
    organisation = story.application.organisation
    opt_out(referee_path(MARIA))
    referee_erasure.erase_referee(referee_id=story.requests[0].referee_id, by="member:1", now=NOW)
    settings.GOODWORD_FIELD_KEYS = {"new": b"n" * 32} | settings.GOODWORD_FIELD_KEYS
    assert has_opted_out(organisation=organisation, address=MARIA)
    page = post(f"{candidate_path(story)}1/", MANAGER | {"r-email": MARIA})
    assert "This person has asked not to be contacted." in page.content.decode()
    assert [request.state for request in story.requests] == ["declined", "sent"]
    assert DoNotContact.objects.of(organisation).count() == 1


@pytest.mark.world
def test_erasing_with_an_opt_out_ends_requests_of_other_checks() -> None:
    first, second = two_stories()
    maria = second.requests[0]
    path = data_path(Link.Purpose.REFEREE_DATA, maria.check_run, maria.pk, MARIA)
    assert post(f"{path}erase/", {"opt_out": "on"}).status_code == 200
    run_jobs()
    assert [request.state for request in first.requests] == ["declined", "sent"]
    assert [request.state for request in second.requests] == ["ended", "sent"]


@pytest.mark.world
def test_an_opt_out_while_a_check_is_closed_counts_once_it_is_reopened() -> None:
    story = sent()
    story.happens("application.rejected", reason="x")
    opt_out_of(request_id=story.requests[0].pk, now=NOW)
    story.happens("application.unrejected")
    assert [(request.state, request.why) for request in story.requests] == [
        ("declined", "would_rather_not"),
        ("sent", ""),
    ]


@pytest.mark.world
def test_the_candidate_is_asked_for_another_when_the_check_reopens_by_itself() -> None:
    story = sent()
    application = Application.objects.of(story.application.organisation).filter(pk=story.application.pk)
    [(role, job)] = application.values_list("role_id", "job_id")
    application.update(role=None, job_id=999)
    story.happens("application.changed_job", from_job_id=job, job_id=999)
    assert story.check.close_reason == "changed_job"
    opt_out_of(request_id=story.requests[0].pk, now=NOW)
    application.update(role=role, job_id=job)
    story.happens("application.changed_job", from_job_id=999, job_id=job)
    assert story.check.closed_at is None
    assert [request.state for request in story.requests] == ["declined", "sent"]
    assert story.application.emails.filter(kind="references.another").exists()

"""Inviting a candidate again."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from goodword.candidates.models import Application
from goodword.core.text import written_weekday
from goodword.references.domain.invitations import CannotInvite, invite_again
from goodword.references.domain.member_actions import extend_check
from goodword.references.models import Check, ReferenceRequest
from goodword.workflow.models import StepRequest
from tests.references.story import (
    NOW,
    Story,
    answer,
    candidate_path,
    get,
    mails_to,
    opened,
    post,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=6)
MARIA, PAUL = "maria@globex.example", "paul@globex.example"


def again(story: Story) -> None:
    step_request = story.check.step_request
    with time_machine.travel(LATER, tick=False):
        member = factories.member(story.application.organisation)
        invite_again(step_request=step_request, member=member, after=story.check.pk, now=LATER)
        run_jobs()


@pytest.mark.main_case
def test_before_sending_the_candidate_is_invited_again_with_a_new_deadline() -> None:
    story = opened()
    old = story.check.deadline_at
    again(story)
    check = story.check
    assert check.deadline_at > old
    assert check.next_reminder_at == LATER + timedelta(days=2)
    assert (
        len(mails_to(story.application.candidate.email)),
        Check.objects.of(check.organisation).count(),
    ) == (2, 1)
    assert event_names().count("check.invited_again") == 1


@pytest.mark.world
def test_inviting_again_keeps_later_deadlines() -> None:
    story = sent()
    member = factories.member(story.application.organisation)
    until = extend_check(check_id=story.check.pk, days=30, referees=True, member=member, now=NOW).deadline_at
    again(story)
    assert story.check.deadline_at == until
    requests = ReferenceRequest.objects.of(member.organisation)
    assert set(requests.values_list("deadline_at", flat=True)) == {until}
    day = written_weekday(until.astimezone(member.organisation.zone))
    assert f"by {day}" in " ".join(str(mails_to(MARIA)[-1].body).split())


@pytest.mark.main_case
def test_after_sending_only_referees_without_an_answer_are_invited_again() -> None:
    story = sent()
    answer(referee_path(MARIA))
    again(story)
    assert [len(mails_to(address)) for address in (story.application.candidate.email, MARIA, PAUL)] == [
        1,
        1,
        2,
    ]
    assert story.requests[1].next_reminder_at == LATER + timedelta(days=2)


@pytest.mark.world
def test_after_a_refusal_the_candidate_is_asked_for_another_referee() -> None:
    story = sent()
    answer(referee_path(MARIA))
    post(f"{referee_path(PAUL)}no/", {"d-why": "would_rather_not"})
    run_jobs()
    again(story)
    assert [message.subject for message in mails_to(story.application.candidate.email)][1:] == [
        "Please name another referee",
        "Please name another referee",
    ]


@pytest.mark.world
def test_after_a_wrong_recipient_the_candidate_is_asked_for_the_address() -> None:
    story = sent()
    answer(referee_path(MARIA))
    post(f"{referee_path(PAUL)}no/", {"d-why": "not_me"})
    run_jobs()
    again(story)
    first, second = mails_to(story.application.candidate.email)[1:]
    assert first.subject == second.subject == "Please check the address of Paul Meier"
    assert PAUL in str(second.body)


@pytest.mark.world
def test_inviting_again_reopens_a_check_closed_by_a_rejection() -> None:
    story = sent()
    answer(referee_path(MARIA))
    story.happens("application.rejected", reason="x")
    # unrejected; its reactions run after the click
    factories.apply_event(story.application, "application.unrejected", {})
    again(story)
    check = story.check
    assert (check.closed_at, [request.state for request in story.requests]) == (None, ["answered", "sent"])
    assert len(mails_to(PAUL)) == 2
    assert b"Nothing is needed" not in get(referee_path(PAUL)).content


@pytest.mark.world
def test_inviting_again_after_completion_opens_a_new_check() -> None:
    story = opened()
    first = story.check
    post(f"{candidate_path(story)}decline/")
    run_jobs()
    again(story)
    assert story.check != first
    assert story.check.step_request == first.step_request
    assert len(mails_to(story.application.candidate.email)) == 2
    first.refresh_from_db()
    assert first.progress == "declined"


@pytest.mark.world
@pytest.mark.parametrize("status", ["rejected", "hired", "converted"])
def test_ended_applications_cannot_be_invited(status: str) -> None:
    story = opened()
    Application.objects.of(story.application.organisation).update(status=status)
    with pytest.raises(CannotInvite) as hindered:
        again(story)
    assert (hindered.value.reason, len(mail.outbox), story.check.invited_again) == (status, 1, 0)


@pytest.mark.world
def test_candidates_who_may_not_be_mailed_are_not_invited() -> None:
    story = opened()
    candidate = story.application.candidate
    candidate.can_email = False
    candidate.save()
    with pytest.raises(CannotInvite) as hindered:
        again(story)
    assert hindered.value.reason == "may_not_email"
    assert len(mail.outbox) == 1


@pytest.mark.world
def test_members_of_another_organisation_cannot_act() -> None:
    story = opened()
    stranger = factories.member(factories.organisation())
    with pytest.raises(StepRequest.DoesNotExist):
        invite_again(step_request=story.check.step_request, member=stranger, now=LATER)
    run_jobs()
    assert (len(mail.outbox), story.check.invited_again) == (1, 0)


@pytest.mark.world
def test_opted_out_referees_are_not_invited_again() -> None:
    story = sent()
    path = referee_path(PAUL)
    post(f"{path}begin/")
    post(f"{path}opt-out/")
    run_jobs()
    again(story)
    assert [len(mails_to(address)) for address in (MARIA, PAUL)] == [2, 1]
    assert story.requests[1].state == "begun"


@pytest.mark.world
def test_inviting_twice_sends_a_referee_one_mail() -> None:
    story = sent()
    with time_machine.travel(LATER, tick=False):
        for _ in range(2):
            invite_again(
                step_request=story.check.step_request,
                member=factories.member(story.application.organisation),
                now=LATER,
            )
        run_jobs()
    assert len(mails_to(MARIA)) == 2

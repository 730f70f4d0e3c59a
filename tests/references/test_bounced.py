"""Mail that bounces or is marked as spam."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.notifications.domain.bounces import note_bounced, note_complained
from goodword.notifications.models import Email
from goodword.references.domain.invitations import invite_again, mailed_again, open_check
from goodword.references.domain.member_actions import cancel_check, correct_address
from goodword.references.domain.reminders import (
    remind_candidate_now,
    remind_candidates,
    remind_referee_now,
    remind_referees,
)
from goodword.references.domain.slot_changes import answer_cannot, cannot_provide
from goodword.references.models import ReferenceRequest
from goodword.references.queries import check_overview
from goodword.workflow.domain.runs import Refused
from goodword.workspace.needs_you.needs import Urgency, Viewer, collect
from goodword.workspace.needs_you.sources import SOURCES
from tests.references.story import (
    MANAGER,
    NOW,
    Story,
    candidate_path,
    get,
    mails_to,
    named,
    opened,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

MARIA, PAUL, RITA = "maria@globex.example", "paul@globex.example", "rita@acme.example"
NEUTRAL = "There is nothing to do here at the moment"


def mail_to(address: str) -> Email:
    return Email.objects.across_organisations().filter(to_address=address).latest("pk")


def comes_back(address: str, *, at: datetime = NOW) -> None:
    note_bounced(email_id=mail_to(address).pk, reason="550 5.1.1 No such user", now=at)
    run_jobs()


def complains(address: str) -> None:
    note_complained(email_id=mail_to(address).pk, now=NOW)
    run_jobs()


def complains_about_another(address: str) -> None:
    """The person marks the mail about another step or request of the application as spam."""
    other = mail_to(address)
    other.pk, other.key, other.subject_ref, other.link_subject_id = None, "other", "other:0", 0
    other.save()
    note_complained(email_id=other.pk, now=NOW)
    run_jobs()


def days_pass(days: int) -> None:
    """Run the sweeps every six hours and send the mail."""
    for quarter in range(1, days * 4 + 1):
        now = NOW + timedelta(hours=6 * quarter)
        with time_machine.travel(now, tick=False):
            remind_candidates(now=now)
            remind_referees(now=now)
            run_jobs()


def state(request: ReferenceRequest) -> tuple[str, Any, Any, Any]:
    return request.state, request.undelivered_at, request.next_reminder_at, request.slow_at


@pytest.mark.main_case
def test_a_bounced_request_revokes_the_link_and_asks_the_candidate_for_another_address() -> None:
    story = sent()
    path = referee_path(MARIA)
    comes_back(MARIA)
    maria, paul = story.requests
    assert state(maria) == ("sent", NOW, None, None)
    assert (paul.undelivered_at, paul.next_reminder_at is not None) == (None, True)
    assert NEUTRAL in get(path).content.decode()
    asked = mails_to(story.application.candidate.email)[-1]
    assert asked.subject == "Our e-mail to Maria Schmidt wasn't delivered"
    assert mails_to(RITA) == []
    assert [slot.trouble for slot in check_overview(story.check, now=NOW).slots] == ["returned", ""]


@pytest.mark.world
def test_the_candidate_is_asked_once_and_no_reminder_follows_a_bounce() -> None:
    story = sent()
    comes_back(MARIA)
    comes_back(MARIA)
    days_pass(10)
    assert event_names().count("email.bounced") == 1
    assert len(mails_to(MARIA)) == 1
    assert [str(m.subject) for m in mails_to(story.application.candidate.email)].count(
        "Our e-mail to Maria Schmidt wasn't delivered"
    ) == 1


@pytest.mark.world
def test_a_rejection_by_the_first_mail_server_counts_as_a_bounce() -> None:
    story = sent()
    email = mail_to(MARIA)
    Email.objects.across_organisations().filter(pk=email.pk).update(
        state="failed", bounced_at=NOW, bounce_reason="550 unknown", last_error="550 unknown"
    )
    story.happens("email.failed", email_id=email.pk, kind=email.kind, subject_ref=email.subject_ref)
    assert story.requests[0].undelivered_at == NOW
    assert len(mails_to(story.application.candidate.email)) == 2
    assert mails_to(RITA) == []


@pytest.mark.world
def test_a_fault_of_the_mail_server_revokes_no_link_and_asks_the_candidate_for_nothing() -> None:
    story = sent()
    before = len(mails_to(story.application.candidate.email))
    path, email = referee_path(MARIA), mail_to(MARIA)
    Email.objects.across_organisations().filter(pk=email.pk).update(state="failed", last_error="554 no")
    story.happens("email.failed", email_id=email.pk, kind=email.kind, subject_ref=email.subject_ref)
    assert story.requests[0].undelivered_at is None
    assert NEUTRAL not in get(path).content.decode()
    assert len(mails_to(story.application.candidate.email)) == before


@pytest.mark.world
def test_the_check_continues_with_another_referee() -> None:
    story = sent()
    comes_back(MARIA)
    response = post(f"{candidate_path(story)}1/another/", MANAGER | {"r-email": "nora@globex.example"})
    assert response.status_code == 302
    press_send(story)
    assert len(mails_to("nora@globex.example")) == 1


@pytest.mark.world
def test_a_member_sends_a_bounced_request_again_with_a_new_link() -> None:
    story = sent()
    old = referee_path(MARIA)
    comes_back(MARIA)
    application, member = story.application, factories.member(story.application.organisation)
    address = [application.organisation.slug, application.pk, story.requests[0].referee_id]
    again = signed_in(member).post(reverse("referee_send_again", args=address), follow=True)
    twice = signed_in(member).post(reverse("referee_send_again", args=address), follow=True)
    assert [str(message) for page in (again, twice) for message in page.context["messages"]] == [
        "Resending 1 e-mail.",
        "Not sent: the e-mail is already being sent or is no longer needed.",
    ]
    run_jobs()
    maria, paul = story.requests
    assert state(maria) == state(paul)
    assert [NEUTRAL in get(path).content.decode() for path in (old, referee_path(MARIA))] == [True, False]


def questioned() -> tuple[Story, Membership]:
    """Maria's mail has bounced, and the candidate can't name anyone else. With an admin."""
    story = sent()
    comes_back(MARIA)
    cannot_provide(check_id=story.check.pk, slot=1, reason="I have no other address.", now=NOW)
    return story, factories.member(story.application.organisation, kind="admin")


def send_again(story: Story, by: Membership) -> None:
    address = [story.application.organisation.slug, story.application.pk, story.requests[0].referee_id]
    signed_in(by).post(reverse("referee_send_again", args=address))
    run_jobs()


@pytest.mark.world
@pytest.mark.parametrize("corrected", ["", "maria.schmidt@globex.example"])
def test_a_bounced_request_sent_again_needs_no_answer_about_its_slot_unless_it_bounces_again(
    corrected: str,
) -> None:
    story, admin = questioned()
    assert shown(story, admin) == (["questioned", "out"], "cannot_provide", ["request", "slot"])
    if corrected:
        correct_address(request_id=story.requests[0].pk, address=corrected, member=admin, now=NOW)
        run_jobs()
    else:
        send_again(story, admin)
    assert shown(story, admin) == (["out", "out"], "", [])
    mailed = len(mails_to(story.application.candidate.email))
    comes_back(corrected or MARIA)
    assert shown(story, admin) == (["questioned", "out"], "cannot_provide", ["request", "slot"])
    assert len(mails_to(story.application.candidate.email)) == mailed  # they have said that they can't


@pytest.mark.world
def test_a_candidate_may_still_name_another_after_a_bounced_request_was_sent_again() -> None:
    story, admin = questioned()
    send_again(story, admin)
    post(f"{candidate_path(story)}1/another/", MANAGER | {"r-email": "nora@globex.example"})
    assert shown(story, admin) == (["named", "out"], "", [])


def shown(story: Story, by: Membership) -> tuple[list[str], str, list[str]]:
    """The states of the slots, what the check needs, and the rows on Home."""
    overview = check_overview(story.check, now=NOW)
    found = collect(Viewer(member=by, mine=False, now=NOW), SOURCES, at_most=9, hidden=None)
    rows = sorted(need.source for urgency in Urgency for need in found.shown[urgency])
    return [slot.state for slot in overview.slots], overview.check.attention, rows


@pytest.mark.world
def test_a_late_bounce_of_an_old_address_does_not_affect_the_new_one() -> None:
    story = sent()
    old = mail_to(MARIA)
    member = factories.member(story.application.organisation)
    correct_address(
        request_id=story.requests[0].pk, address="maria.schmidt@globex.example", member=member, now=NOW
    )
    run_jobs()
    note_bounced(email_id=old.pk, reason="550", now=NOW)
    run_jobs()
    assert story.requests[0].undelivered_at is None
    assert len(mails_to(story.application.candidate.email)) == 1


@pytest.mark.world
def test_a_referee_who_has_started_keeps_the_link_when_a_reminder_bounces() -> None:
    story = sent()
    path = referee_path(MARIA)
    assert post(f"{path}begin/").status_code == 302
    days_pass(3)
    comes_back(MARIA, at=NOW + timedelta(days=3))
    maria = story.requests[0]
    assert state(maria) == ("begun", None, None, None)
    assert NEUTRAL not in get(path).content.decode()
    days_pass(10)
    assert len(mails_to(MARIA)) == 2


@pytest.mark.world
def test_bounces_after_an_answer_or_an_erasure_change_nothing() -> None:
    story = sent()
    story.requests[0].delete()
    ReferenceRequest.objects.of(story.application.organisation).update(state="answered")
    comes_back(MARIA)
    comes_back(PAUL)
    assert story.requests[0].undelivered_at is None
    assert len(mails_to(story.application.candidate.email)) == 1


@pytest.mark.main_case
def test_a_bounced_candidate_mail_stops_reminders_and_notifies_the_recruiter() -> None:
    story = opened()
    comes_back(story.application.candidate.email)
    assert (story.check.attention, story.check.next_reminder_at) == ("undelivered", None)
    (told,) = mails_to(RITA)
    assert "The mail server said: 550 5.1.1 No such user" in str(told.body)
    days_pass(10)
    assert len(mail.outbox) == 2


@pytest.mark.world
def test_inviting_again_works_after_the_address_was_corrected() -> None:
    story = opened()
    comes_back(story.application.candidate.email)
    who = story.application.candidate
    who.email = "new@mail.example"
    who.save()
    member = factories.member(story.application.organisation)
    invite_again(step_request=story.check.step_request, member=member, now=NOW)
    run_jobs()
    assert (story.check.attention, len(mails_to("new@mail.example"))) == ("", 1)
    assert story.check.next_reminder_at == datetime.fromisoformat("2026-03-05T09:00Z")


@pytest.mark.world
def test_a_spam_complaint_stops_a_referees_mail_but_not_the_link() -> None:
    story = sent()
    path = referee_path(MARIA)
    complains(MARIA)
    assert state(story.requests[0]) == ("sent", None, None, None)
    member = factories.member(story.application.organisation)
    check = invite_again(step_request=story.check.step_request, member=member, now=NOW)
    assert mailed_again(check) == (1, False)
    run_jobs()
    days_pass(12)
    assert (len(mails_to(MARIA)), len(mails_to(PAUL)) > 1) == (1, True)
    assert NEUTRAL not in get(path).content.decode()
    [maria, *_others] = check_overview(story.check, now=NOW).slots
    assert (maria.marked_as_spam, maria.is_unsent) == (True, False)


@pytest.mark.main_case
def test_a_referee_who_marked_our_mail_as_spam_cannot_be_reminded() -> None:
    story = sent()
    complains(MARIA)
    with pytest.raises(Refused) as refused:
        remind_referee_now(request_id=story.requests[0].pk, member=story.owner, now=NOW + timedelta(hours=1))
    assert str(refused.value) == "This person marked our e-mail as spam, so we no longer e-mail them."
    assert story.requests[0].reminders_sent == 0


@pytest.mark.world
def test_a_complaint_about_another_mail_does_not_use_up_a_reminder_of_a_referee() -> None:
    story = sent()
    complains_about_another(MARIA)
    with pytest.raises(Refused) as refused:
        remind_referee_now(request_id=story.requests[0].pk, member=story.owner, now=NOW + timedelta(hours=1))
    assert str(refused.value) == "This person marked our e-mail as spam, so we no longer e-mail them."
    days_pass(12)
    assert [request.reminders_sent for request in story.requests] == [0, 2]
    assert [
        (slot.marked_as_spam, slot.may_remind) for slot in check_overview(story.check, now=NOW).slots
    ] == [(True, False), (False, False)]


@pytest.mark.world
def test_a_spam_complaint_stops_the_candidates_mail_and_needs_attention() -> None:
    story = opened()
    complains(story.application.candidate.email)
    days_pass(10)
    assert (story.check.attention, len(mail.outbox)) == ("complained", 1)


@pytest.mark.world
def test_a_candidates_complaint_about_another_step_stops_the_reminders_of_this_one() -> None:
    story = opened()
    complains_about_another(story.application.candidate.email)
    assert story.check.attention == "complained"
    with pytest.raises(Refused) as refused:
        remind_candidate_now(check_id=story.check.pk, member=story.owner, now=NOW + timedelta(hours=1))
    assert str(refused.value) == "This person marked our e-mail as spam, so we no longer e-mail them."
    days_pass(10)
    assert (story.check.reminders_sent, check_overview(story.check, now=NOW).may_remind) == (0, False)


@pytest.mark.world
def test_a_candidate_who_marked_our_mail_as_spam_is_still_not_reminded_once_invited_again() -> None:
    story = sent()
    complains(story.application.candidate.email)
    invite_again(step_request=story.check.step_request, member=story.owner, now=NOW)
    run_jobs()
    assert story.check.attention == "complained"


@pytest.mark.world
def test_a_candidate_who_marked_our_mail_as_spam_is_not_promised_a_new_invitation() -> None:
    story = opened()
    complains(story.application.candidate.email)
    check = invite_again(step_request=story.check.step_request, member=story.owner, now=NOW)
    assert mailed_again(check) == (0, False)


@pytest.mark.world
def test_a_complaint_needs_attention_once_i_cannot_name_anyone_is_answered() -> None:
    story = opened()
    check_id = story.check.pk
    cannot_provide(check_id=check_id, slot=1, reason="They retired.", now=NOW)
    complains(story.application.candidate.email)
    assert story.check.attention == "cannot_provide"
    answer_cannot(check_id=check_id, slot=1, answer="waived", note="", member=story.owner, now=NOW)
    run_jobs()
    assert (story.check.attention, check_overview(story.check, now=NOW).may_remind) == ("complained", False)


@pytest.mark.world
def test_reminding_is_not_offered_after_a_complaint_while_i_cannot_name_anyone_waits() -> None:
    story = sent(named(opened(step={"self_reference": "needed"})))
    comes_back(MARIA)
    cannot_provide(check_id=story.check.pk, slot=1, reason="They retired.", now=NOW)
    assert check_overview(story.check, now=NOW).may_remind
    complains(story.application.candidate.email)
    assert (story.check.attention, check_overview(story.check, now=NOW).may_remind) == (
        "cannot_provide",
        False,
    )
    check = invite_again(step_request=story.check.step_request, member=story.owner, now=NOW)
    assert mailed_again(check) == (1, False)


@pytest.mark.world
def test_a_check_cancelled_before_a_spam_complaint_says_that_nothing_is_sent_once_reopened() -> None:
    story = opened()
    cancel_check(check_id=story.check.pk, member=story.owner, now=NOW)
    complains(story.application.candidate.email)
    check = invite_again(step_request=story.check.step_request, member=story.owner, now=NOW)
    assert (mailed_again(check), story.check.attention) == ((0, False), "complained")


@pytest.mark.world
def test_a_check_opened_after_a_spam_complaint_says_that_nothing_is_sent() -> None:
    story = opened()
    complains(story.application.candidate.email)
    step_request = story.check.step_request
    story.check.delete()
    open_check(step_request=step_request, now=NOW, by="greenhouse")
    run_jobs()
    assert (story.check.attention, len(mail.outbox)) == ("complained", 1)


@pytest.mark.world
def test_a_member_can_correct_a_wrong_address() -> None:
    story = opened()
    comes_back(story.application.candidate.email)
    complains(RITA)
    member = factories.member(story.application.organisation)
    invite_again(step_request=story.check.step_request, member=member, now=NOW)
    run_jobs()
    comes_back(story.application.candidate.email)
    assert len(mails_to(RITA)) == 2
    assert event_names().count("email.complained") == 1

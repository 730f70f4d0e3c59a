"""Slots: relationships, *I can't name anyone*, adding slots, completion."""

import html
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from goodword.accounts.models import Membership
from goodword.core.models import Event
from goodword.core.workdays import days_left
from goodword.notifications.domain.bounces import note_bounced
from goodword.notifications.models import Email, Link
from goodword.references.domain import checks
from goodword.references.domain.invitations import invite_again
from goodword.references.domain.member_actions import cancel_check, correct_address, extend_check
from goodword.references.domain.slot_changes import add_slot, answer_cannot, cannot_provide, slots_of
from goodword.references.models import Check, Slot
from goodword.workflow.domain.runs import Refused
from tests.references.story import (
    MANAGER,
    NOW,
    PEER,
    Story,
    answer,
    candidate_path,
    get,
    html_of,
    mails_to,
    opened,
    post,
    press_send,
    referee_path,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"
MANAGER_AND_PEER = [
    {"relationship": "manager", "count": 1, "needed": True, "hint": "From your last job."},
    {"relationship": "peer", "count": 1, "needed": False, "hint": ""},
]


def asking(slots: list[dict[str, Any]] | None = None, **step: Any) -> Story:
    return opened(step={"slots": slots or MANAGER_AND_PEER, **step})


def member(story: Story) -> Membership:
    return factories.member(story.application.organisation)


def cannot(story: Story, slot: int = 1) -> None:
    assert (
        post(f"{candidate_path(story)}{slot}/cannot/", {"c-reason": "My manager has died."}).status_code
        == 302
    )
    run_jobs()


def decide(story: Story, what: str, *, slot: int = 1, days: int = 0) -> Slot:
    now = NOW + timedelta(days=days)
    with time_machine.travel(now, tick=False):
        found = answer_cannot(
            check_id=story.check.pk,
            slot=slot,
            answer=what,
            note="We understand.",
            member=member(story),
            now=now,
        )
        run_jobs()
    return found


def name_and_send(story: Story, slot: int, details: dict[str, Any]) -> None:
    assert post(f"{candidate_path(story)}{slot}/", details).status_code == 302
    press_send(story)


def bounced(story: Story, address: str, *, at: datetime) -> None:
    email = Email.objects.of(story.application.organisation).filter(to_address=address).latest("pk")
    note_bounced(email_id=email.pk, reason="550 5.1.1 No such user", now=at)
    run_jobs()


def states(story: Story) -> list[str]:
    return [slot.state for slot in get(candidate_path(story)).context["shown"].slots]


def to_candidate(story: Story) -> list[str]:
    return [str(message.subject) for message in mails_to(story.application.candidate.email)]


@pytest.mark.world
def test_invitation_and_page_list_the_referees_wanted() -> None:
    story = asking()
    (message,) = mails_to(story.application.candidate.email)
    page = get(candidate_path(story)).content.decode()
    for part in (" ".join(str(message.body).split()), " ".join(html_of(message).split())):
        for words in ("1 manager of yours", "1 colleague", "needed", "From your last job.", "twice at most"):
            assert words in part
    for words in ("A manager of yours", "A colleague", "Needed", "From your last job."):
        assert words in page


@pytest.mark.world
def test_the_slots_relationship_cannot_be_overridden() -> None:
    story = asking()
    post(f"{candidate_path(story)}1/", MANAGER | {"r-relationship": "client"})
    post(f"{candidate_path(story)}2/", PEER | {"r-relationship": "manager"})
    found = story.check.referees.order_by("slot").values_list("relationship", flat=True)
    assert list(found) == ["manager", "peer"]


@pytest.mark.main_case
def test_cannot_provide_notifies_the_recruiter_once_and_stops_the_clock() -> None:
    story = asking()
    cannot(story)
    post(f"{candidate_path(story)}1/cannot/", {"c-reason": "Once more."})
    run_jobs()
    check = story.check
    assert (check.attention, check.clock_stopped_at, check.next_reminder_at) == ("cannot_provide", NOW, None)
    asked = mails_to("rita@acme.example")
    assert [message.subject for message in asked] == [
        f"{story.application.candidate.name} can't name a referee (Window Washer)"
    ]
    for part in (str(asked[0].body), html_of(asked[0])):
        assert "My manager has died." in part
        assert "Manager" in part
    assert states(story) == ["questioned", "free"]
    assert event_names().count("check.cannot_provide") == 1


@pytest.mark.world
def test_no_deadline_is_shown_while_the_organisation_has_to_answer() -> None:
    story = asking()
    cannot(story)
    page = " ".join(get(candidate_path(story)).content.decode().split())
    assert "Your deadline is on hold until Acme answers." in page
    assert "below by <strong>" not in page


def test_overdue_pages_say_that_answers_are_still_possible() -> None:
    story = asking()
    with time_machine.travel(story.check.deadline_at + timedelta(hours=20), tick=False):
        page = " ".join(get(candidate_path(story)).content.decode().split())
    assert "The deadline was" in page
    assert "you can still do this." in page
    assert "Please name them by" not in page


def test_cannot_provide_requires_a_reason() -> None:
    story = asking()
    page = post(f"{candidate_path(story)}1/cannot/", {"c-reason": " "})
    assert page.context["form"].errors == {"reason": ["Please say why in a few words."]}
    assert (story.check.attention, len(mail.outbox)) == ("", 1)


@pytest.mark.main_case
def test_waiving_removes_the_slot_and_restarts_the_clock() -> None:
    story = asking()
    before = story.check.deadline_at
    cannot(story)
    decide(story, "waived", days=7)
    check = story.check
    assert (check.wanted, check.least, check.attention, check.clock_stopped_at) == (1, 1, "", None)
    assert check.deadline_at == before + timedelta(days=7)
    assert states(story) == ["free"]
    assert to_candidate(story)[-1] == "An answer about your references"


@pytest.mark.world
@pytest.mark.parametrize("answers_after", [None, 3], ids=["the other referee is being asked", "and answers"])
def test_the_time_until_the_answer_does_not_count(answers_after: int | None) -> None:
    story = asking()
    name_and_send(story, 2, PEER)
    before = story.check.deadline_at
    page = " ".join(html.unescape(get(f"{candidate_path(story)}1/cannot/").content.decode()).split())
    assert "The time until then doesn't count towards your deadline." in page
    cannot(story)
    assert story.check.clock_stopped_at is None
    if answers_after:
        with time_machine.travel(NOW + timedelta(days=answers_after), tick=False):
            answer(referee_path(PAUL))
        assert story.check.clock_stopped_at == NOW
    decide(story, "still_asked", days=7)
    assert story.check.deadline_at == before + timedelta(days=7)


@pytest.mark.world
@pytest.mark.parametrize("answers_after", [None, 5], ids=["the other referee is being asked", "and answers"])
def test_overlapping_waits_are_counted_once(answers_after: int | None) -> None:
    two_managers = {**MANAGER_AND_PEER[0], "count": 2}
    story = asking([two_managers, MANAGER_AND_PEER[1]])
    name_and_send(story, 3, PEER)
    before = story.check.deadline_at
    cannot(story, 1)
    cannot(story, 2)
    decide(story, "still_asked", slot=1, days=3)
    assert story.check.deadline_at == before + timedelta(days=3)
    if answers_after:
        with time_machine.travel(NOW + timedelta(days=answers_after), tick=False):
            answer(referee_path(PAUL))
    decide(story, "still_asked", slot=2, days=7)
    assert story.check.deadline_at == before + timedelta(days=7)


@pytest.mark.world
@pytest.mark.parametrize("then", ["replaced", "bounced again", "declined"])
def test_a_wait_that_ends_when_the_request_is_sent_again_is_given_back(then: str) -> None:
    story = asking(deadline_days=20, referee_deadline_days=5)
    path = candidate_path(story)
    post(f"{path}1/", MANAGER)
    name_and_send(story, 2, PEER)
    bounced(story, MARIA, at=NOW)
    cannot(story)
    before = story.check.deadline_at
    later = NOW + timedelta(days=7)
    with time_machine.travel(later, tick=False):
        correct_address(
            request_id=story.requests[0].pk, address="m@globex.example", member=member(story), now=later
        )
        run_jobs()
    assert story.check.deadline_at == before + timedelta(days=7)
    latest = later + timedelta(days=1)
    with time_machine.travel(latest, tick=False):
        if then == "replaced":
            details = MANAGER | {"r-name": "Nora Neu", "r-email": "nora@globex.example"}
            assert post(f"{path}1/another/", details).status_code == 302
        else:
            if then == "bounced again":
                bounced(story, "m@globex.example", at=latest)
            else:
                post(f"{referee_path('m@globex.example')}no/", {"d-why": "would_rather_not"})
                run_jobs()
            decide(story, "still_asked", days=8)
    assert story.check.deadline_at == before + timedelta(days=7 if then == "replaced" else 8)


@pytest.mark.world
def test_waits_are_given_back_since_the_earliest_unanswered_question() -> None:
    story = asking([{"relationship": "any", "count": 3, "needed": False, "hint": ""}], deadline_days=20)
    name_and_send(story, 3, PEER)
    before = story.check.deadline_at
    cannot(story, 1)
    with time_machine.travel(NOW + timedelta(days=6), tick=False):
        cannot(story, 2)
    decide(story, "still_asked", slot=2, days=7)
    decide(story, "still_asked", slot=1, days=14)
    assert story.check.deadline_at == before + timedelta(days=14)


@pytest.mark.world
def test_a_reopened_check_has_no_wait_counted_twice() -> None:
    story = asking()
    before = story.check.deadline_at
    cannot(story)
    later = NOW + timedelta(days=2)
    story.happens("application.rejected", reason="x", at=later)
    story.happens("application.unrejected", at=later)
    assert (story.check.clock_stopped_at, story.check.deadline_at) == (later, before + timedelta(days=2))
    decide(story, "still_asked", days=7)
    assert story.check.deadline_at == before + timedelta(days=7)


@pytest.mark.world
@pytest.mark.parametrize("asked", [False, True], ids=["nobody else", "another referee"])
@pytest.mark.parametrize("how", ["undone", "invite again"])
def test_waits_before_a_new_deadline_are_not_added_to_it(asked: bool, how: str) -> None:
    story = asking()
    if asked:
        name_and_send(story, 2, PEER)
    cannot(story)
    closed, reopened = NOW + timedelta(days=2), NOW + timedelta(days=30)
    if how == "undone":
        story.happens("application.rejected", reason="x", at=closed)
        story.happens("application.unrejected", at=reopened)
    else:
        cancel_check(check_id=story.check.pk, member=member(story), now=closed)
        invite_again(step_request=story.check.step_request, member=member(story), now=reopened)
    renewed = story.check.deadline_at
    assert renewed > reopened
    decide(story, "still_asked", days=31)
    assert story.check.deadline_at <= renewed + timedelta(days=3)  # a wait of a day, perhaps over a weekend


@pytest.mark.world
@pytest.mark.parametrize("asked", [False, True], ids=["nobody else", "another referee"])
def test_an_extended_deadline_counts_from_the_extension_and_takes_no_days_away(asked: bool) -> None:
    story = asking()
    if asked:
        name_and_send(story, 2, PEER)
    cannot(story)
    left = days_left(story.check.deadline_at, now=NOW, calendar=story.check.organisation.calendar)
    assert left > 3
    now = NOW + timedelta(days=21)
    for days in (3, left + 5):
        extend_check(check_id=story.check.pk, days=days, member=member(story), now=now)
        given = days_left(story.check.deadline_at, now=now, calendar=story.check.organisation.calendar)
        assert given == max(left, days)
        extended = Event.objects.filter(name="check.extended").latest("pk")
        assert extended.data["until"] == story.check.deadline_at.isoformat()
    until = story.check.deadline_at
    decide(story, "still_asked", days=22)
    assert story.check.deadline_at <= until + timedelta(days=3)  # a wait of a day, perhaps over a weekend


@pytest.mark.world
def test_waiving_sends_no_mail_if_nothing_is_left_to_do() -> None:
    story = asking()
    name_and_send(story, 2, PEER)
    cannot(story)
    decide(story, "waived")
    assert to_candidate(story) == ["Your references for Window Washer at Acme"]


@pytest.mark.world
def test_waiving_the_last_missing_referee_completes_the_check() -> None:
    story = asking()
    name_and_send(story, 2, PEER)
    answer(referee_path(PAUL))
    cannot(story)
    assert story.check.progress == "in_progress"
    decide(story, "waived")
    assert (story.check.progress, event_names().count("check.completed")) == ("completed", 1)


@pytest.mark.world
def test_waiving_a_referee_whose_mail_bounces_ends_the_request_and_its_link() -> None:
    story = asking()
    path = candidate_path(story)
    post(f"{path}1/", MANAGER)
    post(f"{path}2/", PEER)
    press_send(story)
    email = Email.objects.of(story.application.organisation).get(subject_ref=story.requests[0].mail_ref)
    note_bounced(email_id=email.pk, reason="550 5.1.1 No such user", now=NOW)
    run_jobs()
    cannot(story)
    decide(story, "waived")
    assert [(request.state, request.why) for request in story.requests] == [
        ("ended", "replaced"),
        ("sent", ""),
    ]
    links = Link.objects.of(story.application.organisation).filter(subject_id=story.requests[0].pk)
    assert not links.filter(purpose=Link.Purpose.REFEREE, ended_at=None).exists()
    answer(referee_path(PAUL))
    assert story.check.progress == "completed"


@pytest.mark.world
def test_the_only_referee_cannot_be_waived() -> None:
    story = asking(MANAGER_AND_PEER[:1])
    cannot(story)
    with pytest.raises(Refused):
        decide(story, "waived")
    assert (story.check.wanted, story.check.attention) == (1, "cannot_provide")


@pytest.mark.world
def test_accepting_any_referee_changes_the_slot() -> None:
    story = asking()
    cannot(story)
    decide(story, "any")
    (first, _) = slots_of(story.check)
    assert (first.relationship, first.needed, first.answer) == ("any", False, "any")
    name_and_send(story, 1, MANAGER | {"r-relationship": "client"})
    assert story.requests[0].referee.relationship == "client"


@pytest.mark.world
def test_asking_again_sends_the_members_note() -> None:
    story = asking()
    cannot(story)
    decide(story, "still_asked")
    message = mails_to(story.application.candidate.email)[-1]
    for part in (str(message.body), html_of(message)):
        assert "We understand." in part
        assert "would still like to hear from a manager of yours" in part
    assert states(story) == ["free", "free"]
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        cannot(story)
    assert len(mails_to("rita@acme.example")) == 2


@pytest.mark.world
def test_an_answer_after_the_deadline_gives_no_past_date() -> None:
    story = asking()
    late = (story.check.deadline_at - NOW).days + 4
    with time_machine.travel(NOW + timedelta(days=late), tick=False):
        cannot(story)
    decide(story, "still_asked", days=late + 2)
    message = mails_to(story.application.candidate.email)[-1]
    for part in (str(message.body), html_of(message)):
        assert "The deadline was" in part and "but you can still do this." in part
        assert "Please finish by" not in part


@pytest.mark.world
def test_the_first_answer_of_a_member_counts() -> None:
    story = asking()
    cannot(story)
    decide(story, "any")
    with pytest.raises(Refused, match="has already answered"):
        decide(story, "waived")
    assert (story.check.wanted, event_names().count("check.cannot_provide_answered")) == (2, 1)


@pytest.mark.world
def test_cannot_provide_is_refused_for_contacted_referees() -> None:
    story = asking()
    name_and_send(story, 1, MANAGER)
    assert get(f"{candidate_path(story)}1/cannot/").url == candidate_path(story)
    with pytest.raises(checks.CheckClosed):
        cannot_provide(check_id=story.check.pk, slot=1, reason="x", now=NOW)


@pytest.mark.world
def test_adding_a_slot_mails_the_candidate_and_is_waited_for() -> None:
    story = asking()
    name_and_send(story, 1, MANAGER)
    name_and_send(story, 2, PEER)
    add_slot(
        check_id=story.check.pk,
        relationship="client",
        hint="Somebody you sold to.",
        needed=False,
        member=member(story),
        now=NOW,
    )
    run_jobs()
    check = story.check
    assert (check.wanted, check.least, len(slots_of(check))) == (3, 3, 3)
    assert check.next_reminder_at == NOW + timedelta(days=2)
    message = mails_to(story.application.candidate.email)[-1]
    assert message.subject == "One more referee, please"
    for part in (str(message.body), html_of(message)):
        assert "a client" in part
        assert "Somebody you sold to." in part
    for address in (MARIA, PAUL):
        answer(referee_path(address))
    assert story.check.progress == "in_progress"
    name_and_send(story, 3, MANAGER | {"r-name": "Cleo", "r-email": "cleo@client.example"})
    answer(referee_path("cleo@client.example"))
    assert story.check.progress == "completed"


@pytest.mark.world
def test_slots_cannot_be_added_after_completion_or_beyond_ten() -> None:
    story = asking([{"relationship": "any", "count": 10, "needed": False, "hint": ""}])
    add: dict[str, Any] = {
        "relationship": "any",
        "hint": "",
        "needed": False,
        "member": member(story),
        "now": NOW,
    }
    with pytest.raises(Refused):
        add_slot(check_id=story.check.pk, **add)
    post(f"{candidate_path(story)}decline/")
    with pytest.raises(checks.CheckClosed):
        add_slot(check_id=story.check.pk, **add)
    assert len(slots_of(story.check)) == 10


@pytest.mark.world
def test_checks_wait_for_needed_referees_only() -> None:
    story = asking(least=1)
    name_and_send(story, 2, PEER)
    name_and_send(story, 1, MANAGER)
    answer(referee_path(PAUL))
    assert story.check.progress == "in_progress"
    story = asking(least=1)
    name_and_send(story, 2, PEER | {"r-email": "peer@globex.example"})
    name_and_send(story, 1, MANAGER | {"r-email": "boss@globex.example"})
    answer(referee_path("boss@globex.example"))
    late = story.requests[0]
    assert (story.check.progress, late.state, late.next_reminder_at) == ("completed", "sent", None)
    answer(referee_path("peer@globex.example"))
    assert [reference.late for reference in story.references if reference.request_id == late.pk] == [True]
    assert event_names(story.application.pk).count("check.answered_late") == 1
    versions = story.check.step_request.reports.order_by("version").values_list("version", flat=True)
    assert list(versions) == [1, 2]


@pytest.mark.world
def test_answers_after_the_requests_deadline_are_refused() -> None:
    story = asking(least=1)
    name_and_send(story, 2, PEER)
    name_and_send(story, 1, MANAGER)
    answer(referee_path(MARIA))
    with time_machine.travel(story.requests[0].deadline_at + timedelta(minutes=1), tick=False):
        assert b"There is nothing to do here" in get(referee_path(PAUL)).content


@pytest.mark.world
def test_members_of_another_organisation_cannot_act() -> None:
    story = asking()
    cannot(story)
    stranger = factories.member(factories.organisation())
    with pytest.raises(Check.DoesNotExist):
        answer_cannot(check_id=story.check.pk, slot=1, answer="any", note="", member=stranger, now=NOW)
    with pytest.raises(Check.DoesNotExist):
        add_slot(check_id=story.check.pk, relationship="any", hint="", needed=False, member=stranger, now=NOW)
    assert (story.check.attention, story.check.wanted) == ("cannot_provide", 2)

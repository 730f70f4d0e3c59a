"""Slots by kind: who may stand in them, *I can't name anyone* and its answers, one more, and completion by them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from goodword.accounts.models import Membership
from goodword.references.domain import locking
from goodword.references.domain.locking import Refused
from goodword.references.domain.slot_changes import add_slot, answer_cannot, cannot_provide, slots_of
from goodword.references.models import Check, Slot
from tests.references.story import (
    MANAGER,
    NOW,
    PEER,
    Story,
    answer,
    candidate_door,
    get,
    html_of,
    mails_to,
    opened,
    post,
    press_send,
    referee_door,
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
        post(f"{candidate_door(story)}{slot}/cannot/", {"c-reason": "My manager has died."}).status_code
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
    assert post(f"{candidate_door(story)}{slot}/", details).status_code == 302
    press_send(story)


def states(story: Story) -> list[str]:
    return [slot.state for slot in get(candidate_door(story)).context["shown"].slots]


def to_candidate(story: Story) -> list[str]:
    return [str(message.subject) for message in mails_to(story.application.candidate.email)]


def test_the_invitation_and_the_page_say_who_is_asked_for() -> None:
    story = asking()
    (message,) = mails_to(story.application.candidate.email)
    page = get(candidate_door(story)).content.decode()
    for part in (" ".join(str(message.body).split()), " ".join(html_of(message).split())):
        for words in ("1 manager of yours", "1 colleague", "needed", "From your last job.", "twice at most"):
            assert words in part
    for words in ("A manager of yours", "A colleague", "Needed", "From your last job."):
        assert words in page


def test_who_stands_in_a_slot_of_a_kind_has_that_kind_whatever_is_sent() -> None:
    story = asking()
    post(f"{candidate_door(story)}1/", MANAGER | {"r-relationship": "client"})
    post(f"{candidate_door(story)}2/", PEER | {"r-relationship": "manager"})
    found = story.check.referees.order_by("slot").values_list("relationship", flat=True)
    assert list(found) == ["manager", "peer"]


def test_saying_that_one_cannot_asks_the_recruiter_once_and_stops_the_clock() -> None:
    story = asking()
    cannot(story)
    post(f"{candidate_door(story)}1/cannot/", {"c-reason": "Once more."})
    run_jobs()
    check = story.check
    assert (check.attention, check.clock_stopped_at, check.next_reminder_at) == ("cannot_provide", NOW, None)
    asked = mails_to("rita@acme.example")
    assert [message.subject for message in asked] == [
        f"{story.application.candidate.name} cannot name a referee (Window Washer)"
    ]
    for part in (str(asked[0].body), html_of(asked[0])):
        assert "My manager has died." in part
        assert "Manager" in part
    assert states(story) == ["questioned", "free"]
    assert event_names().count("check.cannot_provide") == 1


def test_while_the_organisation_has_to_answer_no_page_names_a_deadline() -> None:
    story = asking()
    cannot(story)
    page = " ".join(get(candidate_door(story)).content.decode().split())
    assert "Your deadline is on hold until Acme answers." in page
    assert "below by <strong>" not in page


def test_past_the_deadline_the_page_says_that_it_can_still_be_done() -> None:
    story = asking()
    with time_machine.travel(story.check.deadline_at + timedelta(hours=20), tick=False):
        page = " ".join(get(candidate_door(story)).content.decode().split())
    assert "The deadline was" in page
    assert "you can still do this." in page
    assert "Please name them by" not in page


def test_a_reason_is_wanted_and_what_was_typed_stays() -> None:
    story = asking()
    page = post(f"{candidate_door(story)}1/cannot/", {"c-reason": " "})
    assert page.context["form"].errors == {"reason": ["Say why in a few words; the answer depends on it."]}
    assert (story.check.attention, len(mail.outbox)) == ("", 1)


def test_waived_the_slot_is_gone_and_the_clock_goes_on_with_the_days_that_were_left() -> None:
    story = asking()
    before = story.check.deadline_at
    cannot(story)
    decide(story, "waived", days=7)
    check = story.check
    assert (check.wanted, check.least, check.attention, check.clock_stopped_at) == (1, 1, "", None)
    assert check.deadline_at == before + timedelta(days=7)
    assert states(story) == ["free"]
    assert to_candidate(story)[-1] == "An answer about your references"


def test_waived_with_nothing_left_to_do_nobody_is_written_to() -> None:
    story = asking()
    name_and_send(story, 2, PEER)
    cannot(story)
    decide(story, "waived")
    assert to_candidate(story) == ["Your references for Window Washer at Acme"]


def test_waived_as_the_last_thing_that_was_missing_completes_the_check() -> None:
    story = asking()
    name_and_send(story, 2, PEER)
    answer(referee_door(PAUL))
    cannot(story)
    assert story.check.progress == "in_progress"
    decide(story, "waived")
    assert (story.check.progress, event_names().count("check.completed")) == ("completed", 1)


def test_the_only_referee_is_not_waived() -> None:
    story = asking(MANAGER_AND_PEER[:1])
    cannot(story)
    with pytest.raises(Refused):
        decide(story, "waived")
    assert (story.check.wanted, story.check.attention) == (1, "cannot_provide")


def test_any_other_will_do() -> None:
    story = asking()
    cannot(story)
    decide(story, "any")
    (first, _) = slots_of(story.check)
    assert (first.relationship, first.needed, first.answer) == ("any", False, "any")
    name_and_send(story, 1, MANAGER | {"r-relationship": "client"})
    assert story.requests[0].referee.relationship == "client"


def test_still_asked_with_a_word_of_the_member_and_it_can_be_said_again() -> None:
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


def test_the_first_answer_counts() -> None:
    story = asking()
    cannot(story)
    decide(story, "any")
    decide(story, "waived")
    assert (story.check.wanted, event_names().count("check.cannot_answered")) == (2, 1)


def test_who_is_asked_or_has_answered_is_not_said_to_be_impossible() -> None:
    story = asking()
    name_and_send(story, 1, MANAGER)
    assert get(f"{candidate_door(story)}1/cannot/").url == candidate_door(story)
    with pytest.raises(locking.Closed):
        cannot_provide(check_id=story.check.pk, slot=1, reason="x", now=NOW)


def test_one_more_is_asked_for_by_mail_and_waited_for() -> None:
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
        answer(referee_door(address))
    assert story.check.progress == "in_progress"
    name_and_send(story, 3, MANAGER | {"r-name": "Cleo", "r-email": "cleo@client.example"})
    answer(referee_door("cleo@client.example"))
    assert story.check.progress == "completed"


def test_one_more_is_not_asked_for_once_it_is_done_nor_beyond_ten() -> None:
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
    post(f"{candidate_door(story)}decline/")
    with pytest.raises(locking.Closed):
        add_slot(check_id=story.check.pk, **add)
    assert len(slots_of(story.check)) == 10


def test_a_needed_kind_is_waited_for_and_one_that_is_not_may_come_late() -> None:
    story = asking(least=1)
    name_and_send(story, 2, PEER)
    name_and_send(story, 1, MANAGER)
    answer(referee_door(PAUL))
    assert story.check.progress == "in_progress"
    story = asking(least=1)
    name_and_send(story, 2, PEER | {"r-email": "peer@globex.example"})
    name_and_send(story, 1, MANAGER | {"r-email": "boss@globex.example"})
    answer(referee_door("boss@globex.example"))
    late = story.requests[0]
    assert (story.check.progress, late.state, late.next_reminder_at) == ("completed", "sent", None)
    answer(referee_door("peer@globex.example"))
    assert [reference.late for reference in story.references if reference.request_id == late.pk] == [True]
    assert event_names(story.application.pk).count("check.answered_late") == 1
    versions = story.check.step_request.reports.order_by("version").values_list("version", flat=True)
    assert list(versions) == [1, 2]


def test_after_its_own_deadline_a_late_answer_is_not_taken_any_more() -> None:
    story = asking(least=1)
    name_and_send(story, 2, PEER)
    name_and_send(story, 1, MANAGER)
    answer(referee_door(MARIA))
    with time_machine.travel(story.requests[0].deadline_at + timedelta(minutes=1), tick=False):
        assert b"There is nothing to do here" in get(referee_door(PAUL)).content


def test_a_member_of_another_organisation_reaches_nothing() -> None:
    story = asking()
    cannot(story)
    stranger = factories.member(factories.organisation())
    with pytest.raises(Check.DoesNotExist):
        answer_cannot(check_id=story.check.pk, slot=1, answer="any", note="", member=stranger, now=NOW)
    with pytest.raises(Check.DoesNotExist):
        add_slot(check_id=story.check.pk, relationship="any", hint="", needed=False, member=stranger, now=NOW)
    assert (story.check.attention, story.check.wanted) == ("cannot_provide", 2)

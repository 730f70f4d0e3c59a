"""A recruiter's actions on a reference check."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import pytest_django
import time_machine
from bs4 import BeautifulSoup
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.core.models import Event
from goodword.notifications.domain.bounces import note_complained
from goodword.notifications.models import Email
from goodword.references.domain.slot_changes import cannot_provide
from goodword.references.models import Check, Referee, ReferenceRequest, Slot
from tests.references.story import FACTS, NOW, PEER, Story, opened, post, referee_path, sent
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.support.shared import shared_world
from tests.workspace.applications import path
from tests.workspace.referee_states import asks_for_seven, check_with_all_states

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

LATER = NOW + timedelta(hours=1)
#: actions on a check: URL name and form data
OF_CHECK: list[tuple[str, dict[str, Any]]] = [
    ("check_pause", {}),
    ("check_resume", {}),
    ("check_remind", {}),
    ("check_extend_deadline", {"days": "30"}),
    ("check_mark_complete", {"reason": "Enough is known."}),
    ("check_cancel", {}),
    ("check_one_more", {"relationship": "client", "hint": "from last year", "seen": "2"}),
    ("check_answer", {"answer": "waived", "note": "Never mind."}),
]
OF_REFEREE: list[tuple[str, dict[str, Any]]] = [
    ("referee_remind", {}),
    ("referee_release", {}),
    ("referee_extend_deadline", {"days": "30"}),
    ("referee_address", {"address": "new@globex.example"}),
]
World = tuple[Story, list[EmailMessage]]
WITH_FORM = {
    "referee_release",
    "check_extend_deadline",
    "check_mark_complete",
    "check_cancel",
    "check_one_more",
    "check_answer",
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[World]:
    @time_machine.travel(NOW, tick=False)
    def build() -> World:
        return sent(), list(mail.outbox)

    yield from shared_world(django_db_blocker, build)


@pytest.fixture
def story(db: None, world: World) -> Story:
    story, mails = deepcopy(world)
    mail.outbox.extend(mails)
    return story


@pytest.fixture
def rita(story: Story) -> Membership:
    return factories.member(story.application.organisation)


def address(story: Story, name: str, *, slot: int = 1) -> str:
    org, application = story.application.organisation, story.application.pk
    if name == "check_answer":
        return path(name, org, application, story.check.pk, slot)
    if name.startswith("check"):
        return path(name, org, application, story.check.pk)
    return path(name, org, application, story.requests[0].referee_id)


def do(who: Membership, story: Story, name: str, data: dict[str, Any] | None = None) -> Any:
    with time_machine.travel(LATER, tick=False):
        return signed_in(who).post(address(story, name), data or {}, follow=True)


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def wrong(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [" ".join(line.get_text().split()) for line in page.select(".error-summary li")]


def state(story: Story) -> list[Any]:
    """All rows that an action can change."""
    org = story.application.organisation
    rows = [
        list(model.objects.of(org).order_by("pk").values())
        for model in (Check, Slot, Referee, ReferenceRequest)
    ]
    return [*rows, Event.objects.count(), AuditEntry.objects.of(org).count()]


def people(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [" ".join(row.get_text(" ").split()) for row in page.select("#referees .referee")]


def shown(who: Membership, story: Story) -> Any:
    with time_machine.travel(LATER, tick=False):
        return signed_in(who).get(path("candidate", story.application.organisation, story.application.pk))


def answer(address: str) -> None:
    assert post(f"{referee_path(address)}facts/", FACTS).status_code == 302
    run_jobs()


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "data"), [*OF_CHECK, *OF_REFEREE])
def test_actions_need_a_recruiter_of_the_organisation(story: Story, name: str, data: dict[str, Any]) -> None:
    org = story.application.organisation
    watching = factories.member(org, kind="hiring_manager")
    story.check.step_request.step.role.viewers.add(watching)
    target, before = address(story, name), state(story)
    for client, status in [
        (signed_in(watching), 403),
        (signed_in(factories.member(factories.organisation(), kind="admin")), 404),
        (Client(), 302),
    ]:
        assert client.post(target, data).status_code == status
        assert client.get(target).status_code in {status, 405}
    assert state(story) == before


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "data"), [*OF_CHECK, *OF_REFEREE])
def test_checks_of_another_candidate_are_not_found(story: Story, name: str, data: dict[str, Any]) -> None:
    org = story.application.organisation
    other = factories.application(story.check.step_request.step.role)
    target = address(story, name).replace(f"/{story.application.pk}/", f"/{other.pk}/", 1)
    before = state(story)
    assert signed_in(factories.member(org)).post(target, data).status_code == 404
    assert state(story) == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    "name", sorted(WITH_FORM - {"check_answer"} | {"referee_extend_deadline", "referee_address"})
)
def test_opening_an_action_page_changes_nothing(story: Story, rita: Membership, name: str) -> None:
    before = state(story)
    response = signed_in(rita).get(address(story, name))
    assert response.status_code == 200
    assert story.application.candidate.name in response.content.decode()
    assert state(story) == before


@pytest.mark.world
def test_pause_and_resume_are_one_click_each(story: Story, rita: Membership) -> None:
    found = []
    for name in ("check_pause", "check_resume"):
        [sentence] = messages_of(do(rita, story, name))
        found.append((sentence, story.check.paused_at))
    assert found == [
        ("Paused. No reminders are sent; links still work.", LATER),
        ("Resumed. Reminders whose day hasn't passed will be sent.", None),
    ]
    assert list(
        AuditEntry.objects.of(rita.organisation)
        .filter(member=rita)
        .order_by("pk")
        .values_list("action", "details")
    ) == [("check.paused", {"check": story.check.pk}), ("check.resumed", {"check": story.check.pk})]


@pytest.mark.world
def test_refusals_give_a_reason_and_change_nothing(story: Story, rita: Membership) -> None:
    before = state(story)
    assert messages_of(do(rita, story, "check_remind")) == ["The candidate has nothing left to do."]
    no = do(rita, story, "check_mark_complete", {"reason": "Enough"})
    assert wrong(no) == ["No reference is in yet, so there is nothing to report. Cancel the check instead."]
    assert "Enough</textarea>" in no.content.decode()
    assert state(story) == before


@pytest.mark.world
def test_a_referee_is_reminded_in_one_click(story: Story, rita: Membership) -> None:
    assert messages_of(do(rita, story, "referee_remind")) == ["Reminder on its way. 1 left."]
    assert messages_of(do(rita, story, "referee_remind")) == [
        "An e-mail was just sent or is about to be. Wait ten minutes."
    ]
    assert story.requests[0].reminders_sent == 1


@pytest.mark.world
def test_deadlines_can_be_extended_for_all_and_for_one(story: Story, rita: Membership) -> None:
    before = [request.deadline_at for request in story.requests]
    do(rita, story, "referee_extend_deadline", {"days": "30"})
    [first, second] = [request.deadline_at for request in story.requests]
    assert (first > before[0], second) == (True, before[1])
    do(rita, story, "check_extend_deadline", {"days": "30", "referees": "on"})
    assert {request.deadline_at for request in story.requests} == {first}
    for name in ("referee_extend_deadline", "check_extend_deadline"):
        again = do(rita, story, name, {"days": "30", "referees": "on"})
        assert wrong(again) == ["The deadline is already Tuesday 14 April. Choose a later one."]


@pytest.mark.matrix
@pytest.mark.parametrize("days", ["", "0", "61", "soon"])
def test_invalid_numbers_of_days_are_refused(story: Story, rita: Membership, days: str) -> None:
    before = state(story)
    response = do(rita, story, "check_extend_deadline", {"days": days})
    assert wrong(response) == ["Working days from today: Choose 1 to 60 working days."]
    assert state(story) == before


@pytest.mark.world
def test_marking_complete_shows_the_reason_to_members(story: Story, rita: Membership) -> None:
    answer("maria@globex.example")
    do(rita, story, "check_mark_complete", {"reason": "Enough <b>is</b> known."})
    assert story.check.progress == "marked_complete"
    assert "Enough &lt;b&gt;is&lt;/b&gt; known." in shown(rita, story).content.decode()


@pytest.mark.world
def test_cancelling_names_the_member(story: Story, rita: Membership) -> None:
    assert messages_of(do(rita, story, "check_cancel")) == ["Cancelled. No more e-mails are sent."]
    assert "cancelled by a member" in shown(rita, story).content.decode()


@pytest.mark.world
def test_a_double_click_adds_one_referee(story: Story, rita: Membership) -> None:
    wanted = {"relationship": "client", "hint": "from last year", "needed": "on", "seen": "2"}
    for _ in range(2):
        do(rita, story, "check_one_more", wanted)
    added = (
        Slot.objects.of(rita.organisation)
        .filter(check_run=story.check)
        .values_list("number", "relationship", "needed", "hint")
    )
    assert list(added.order_by("number"))[2:] == [(3, "client", True, "from last year")]
    odd = do(rita, story, "check_one_more", {"relationship": "aunt", "seen": "3"})
    assert wrong(odd) == ["Kind of referee: Choose a kind of referee."]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "E-mail address: Enter an e-mail address."),
        ("nobody", "E-mail address: Enter an e-mail address in the form name@example.com."),
        ("paul@globex.example", "Another referee of this candidate has this address."),
    ],
)
def test_an_invalid_address_is_refused_and_kept_in_the_form(
    story: Story, rita: Membership, typed: str, sentence: str
) -> None:
    before = state(story)
    response = do(rita, story, "referee_address", {"address": typed})
    assert wrong(response) == [sentence]
    [field] = BeautifulSoup(response.content, "html.parser").select("[name=address]")
    assert (field.get("value", ""), state(story)) == (typed, before)


@pytest.mark.world
def test_another_members_correction_is_not_replaced_unseen(story: Story, rita: Membership) -> None:
    """It would delete what the referee has written since."""
    page = BeautifulSoup(signed_in(rita).get(address(story, "referee_address")).content, "html.parser")
    seen = str(page.select("[name=seen]")[0]["value"])
    do(factories.member(rita.organisation), story, "referee_address", {"address": "right@globex.example"})
    before = state(story)
    typed = {"address": "other@globex.example", "seen": seen}
    response = do(rita, story, "referee_address", typed)
    [sentence] = wrong(response)
    assert "Somebody else has changed this in the meantime: E-mail address (now right@globex.ex" in sentence
    assert response.context["form"]["address"].value() == "other@globex.example"
    assert state(story) == before
    again = do(rita, story, "referee_address", {"address": "right@globex.example", "seen": seen})
    assert messages_of(again) == ["Corrected. A new request is on its way; the old link no longer works."]
    assert story.requests[0].sent_again == 1


@pytest.mark.world
def test_an_address_is_corrected(story: Story, rita: Membership) -> None:
    assert messages_of(do(rita, story, "referee_address", {"address": "m@globex.example"})) == [
        "Corrected. A new request is on its way; the old link no longer works."
    ]
    assert story.requests[0].referee.email == "m@globex.example"


# --- what the page shows


@pytest.mark.main_case
def test_each_referee_has_a_line_with_actions(story: Story, rita: Membership) -> None:
    answer("paul@globex.example")
    ReferenceRequest.objects.of(rita.organisation).filter(pk=story.requests[0].pk).update(undelivered_at=NOW)
    where = "Globex · April 2021 to August 2023 · as Engineer ·"
    assert people(shown(rita, story)) == [
        (
            f"M Maria Schmidt Manager {where} maria@globex.example "
            "E-mail bounced Tue 3 Mar, 10:00 Send again Correct address Correct address Extend deadline"
        ),
        (
            f"Co Paul Meier Colleague {where} paul@globex.example Answered Tue 3 Mar, 10:00 Dates and title only"
        ),
    ]


@pytest.mark.world
def test_each_state_has_a_label_and_actions() -> None:
    role = factories.role(factories.organisation())
    asks_for_seven(role)
    check = check_with_all_states(factories.application(role))
    client = signed_in(factories.member(role.organisation))
    response = client.get(path("candidate", role.organisation, check.step_request.application_id))
    page = BeautifulSoup(response.content, "html.parser")
    found = [
        (
            row.select(".status__word")[0].get_text(),
            [act.get_text(strip=True) for act in row.select(".referee__acts > :is(a, form)")],
        )
        for row in page.select("#referees .referee")
    ]
    assert found == [
        ("Answered", []),
        ("E-mail bounced", ["Send again", "Correct address"]),
        ("Started", ["Remind"]),
        ("On hold until an offer", ["Contact now"]),
        ("Declined", []),
        ("Not named yet", []),
        ("Cannot provide", []),
        ("Requested", []),
    ]
    facts = [" ".join(row.get_text(" ").split()) for row in page.select("#reference_check .kv__row")]
    assert facts[3:] == [
        "Waiting for your answer , the candidate, referees",
        "References needed 6 of 7",
    ]


@pytest.mark.world
def test_hiring_managers_see_referees_without_buttons(story: Story, rita: Membership) -> None:
    watching = factories.member(rita.organisation, kind="hiring_manager")
    story.check.step_request.step.role.viewers.add(watching)
    page = BeautifulSoup(shown(watching, story).content, "html.parser")
    assert len(page.select("#referees .referee")) == 2
    assert page.select("#reference_check form, #referees :is(form, a.menu__item)") == []
    assert len(BeautifulSoup(shown(rita, story).content, "html.parser").select("#referees form")) > 0


@pytest.mark.world
def test_a_missing_referee_is_answered_on_the_candidates_page(rita: Membership) -> None:
    story = opened()
    rita = factories.member(story.application.organisation)
    cannot_provide(check_id=story.check.pk, slot=1, reason="My <i>manager</i> has died.", now=NOW)
    page = shown(rita, story).content.decode()
    assert "My &lt;i&gt;manager&lt;/i&gt; has died." in page
    assert "your answer" in page
    with time_machine.travel(LATER, tick=False):
        response = signed_in(rita).post(
            address(story, "check_answer"),
            {"answer": "waived", "note": "I am sorry.\nTake care."},
            follow=True,
        )
    assert messages_of(response) == ["Answer saved."]
    slot = Slot.objects.of(rita.organisation).get(check_run=story.check, number=1)
    assert (slot.answer, slot.answer_note, slot.answered_by) == ("waived", "I am sorry.\nTake care.", rita)
    assert wrong(do(rita, story, "check_answer", {"answer": "explode", "note": "x"})) == [
        "Your answer: Choose an answer."
    ]


@pytest.mark.world
def test_the_second_of_two_different_answers_is_refused_and_kept(rita: Membership) -> None:
    story = opened()
    rita, tom = (
        factories.member(story.application.organisation, name=name) for name in ("Rita Roe", "Tom Tam")
    )
    cannot_provide(check_id=story.check.pk, slot=1, reason="Nobody is left.", now=NOW)
    waived = {"answer": "waived", "note": "Never mind."}
    asked = {"answer": "still_asked", "note": "Try the deputy."}
    assert messages_of(do(rita, story, "check_answer", waived)) == ["Answer saved."]
    before = state(story)
    response = do(tom, story, "check_answer", asked)
    assert wrong(response) == ["Rita Roe has already answered. Your answer was not sent."]
    assert "Try the deputy." in response.content.decode()
    assert state(story) == before


@pytest.mark.world
def test_a_referee_on_hold_is_contacted_only_after_a_question(story: Story, rita: Membership) -> None:
    referee = story.requests[1].referee
    Referee.objects.of(rita.organisation).filter(pk=referee.pk).update(deferred_at=NOW, after_offer=True)
    story.requests[1].delete()
    assert "On hold until an offer Tue 3 Mar, 10:00 Contact now" in people(shown(rita, story))[1]
    target = path("referee_release", rita.organisation, story.application.pk, referee.pk)
    (link,) = BeautifulSoup(shown(rita, story).content, "html.parser").select("#referees .referee__acts > a")
    assert (link["href"], link["aria-label"]) == (target, f"Contact {referee.name} now")
    page = signed_in(rita).get(target).content.decode()
    assert "only if you have made an offer, or the candidate has agreed." in " ".join(page.split())
    assert ReferenceRequest.objects.of(rita.organisation).filter(referee=referee).count() == 0
    with time_machine.travel(LATER, tick=False):
        for _ in range(2):
            response = signed_in(rita).post(target, follow=True)
            assert messages_of(response) == ["Request on its way to this referee."]
    assert ReferenceRequest.objects.of(rita.organisation).filter(referee=referee).count() == 1


@pytest.mark.world
@pytest.mark.parametrize(
    ("on_hire", "waits_for"),
    [
        ("close", "your approval to contact"),
        ("go_on", "the hire, or your approval to contact"),
    ],
)
def test_a_check_waits_for_the_hire_only_if_the_hire_releases_e_mails(
    story: Story, rita: Membership, on_hire: str, waits_for: str
) -> None:
    for request in story.requests:
        Referee.objects.of(rita.organisation).filter(pk=request.referee_id).update(
            deferred_at=NOW, after_offer=True
        )
        request.delete()
    step = story.check.step_request.step
    step.on_hire = on_hire
    step.save()
    page = BeautifulSoup(shown(rita, story).content, "html.parser")
    value = page.select_one('dt:-soup-contains("Waiting for") + dd')
    assert value is not None
    assert value.get_text() == waits_for


@pytest.mark.world
def test_the_number_of_queries_does_not_grow_with_referees(rita: Membership, story: Story) -> None:
    answer("paul@globex.example")

    def queries() -> int:
        client = signed_in(rita)
        target = path("candidate", rita.organisation, story.application.pk)
        client.get(target)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(target).status_code == 200
        return len(caught)

    before = queries()
    for number in (3, 4):
        Slot.objects.create(
            organisation=rita.organisation, check_run=story.check, number=number, relationship="peer"
        )
        referee = Referee.objects.of(rita.organisation).get(email=PEER["r-email"])
        referee.pk, referee.slot, referee.email = None, number, f"p{number}@globex.example"
        referee.save()
        request = ReferenceRequest.objects.of(rita.organisation).get(pk=story.requests[0].pk)
        request.pk, request.referee = None, referee
        request.save()
    assert len(people(shown(rita, story))) == 4
    assert queries() == before


@pytest.mark.world
def test_a_spam_complaint_replaces_the_offer_to_remind_the_referee(rita: Membership, story: Story) -> None:
    maria = Email.objects.of(rita.organisation).get(to_address="maria@globex.example")
    note_complained(email_id=maria.pk, now=NOW)
    marked, other = people(shown(rita, story))
    sentence = "Marked our e-mail as spam, so no more are sent"
    assert [(sentence in row, "Remind" in row.split()) for row in (marked, other)] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.world
def test_inviting_again_says_when_nobody_is_mailed() -> None:
    story = opened()
    member = factories.member(story.application.organisation)
    for slot in (1, 2):
        cannot_provide(check_id=story.check.pk, slot=slot, reason="They have all left.", now=NOW)
    run_jobs()
    before = Email.objects.of(member.organisation).count()
    where = path("step_invite_again", member.organisation, story.application.pk, story.check.step_request_id)
    page = signed_in(member).post(where, follow=True).content.decode()
    assert "Deadline extended. No e-mail was sent; see the reason below." in page
    assert Email.objects.of(member.organisation).count() == before


def acts(who: Membership, story: Story) -> tuple[list[str], list[str]]:
    """The buttons of the check, and its menu."""
    page = BeautifulSoup(shown(who, story).content, "html.parser")
    bar = page.select_one("#reference_check .check__acts")
    assert bar is not None
    menu = [" ".join(tag.get_text().split()) for tag in bar.select(".menu__item")]
    for tag in bar.select(".menu"):
        tag.decompose()
    return [" ".join(tag.get_text().split()) for tag in bar.select(".button")], menu


def test_a_check_that_only_waits_for_referees_has_invite_again_in_its_menu(
    story: Story, rita: Membership
) -> None:
    assert acts(rita, story) == (
        [],
        ["Extend deadline", "Add a referee", "Pause", "Invite again", "Cancel"],
    )


@pytest.mark.matrix
@pytest.mark.parametrize(
    "problem",
    [
        {"attention": "undelivered"},
        {"attention": "reopened"},
        {"closed_at": NOW, "close_reason": "member"},
    ],
)
def test_invite_again_is_a_button_if_the_invitation_has_a_problem(
    story: Story, rita: Membership, problem: dict[str, Any]
) -> None:
    Check.objects.of(rita.organisation).filter(pk=story.check.pk).update(**problem)
    buttons, menu = acts(rita, story)
    assert ("Invite again" in buttons, "Invite again" in menu) == (True, False)


@pytest.mark.world
def test_invite_again_is_a_button_if_the_candidate_cannot_be_reminded() -> None:
    story = opened()
    rita = factories.member(story.application.organisation)
    assert acts(rita, story)[0] == ["Remind candidate"]
    Check.objects.of(rita.organisation).update(reminders_sent=9)
    assert acts(rita, story) == (
        ["Invite again"],
        ["Extend deadline", "Add a referee", "Pause", "Cancel"],
    )

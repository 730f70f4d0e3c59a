"""Members' actions on a check: atomic, idempotent, refused with a reason."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import transaction

from goodword.accounts.models import Membership
from goodword.core.models import Event
from goodword.core.personal_data import ExportReader, ExportRequest
from goodword.notifications.domain.bounces import note_complained
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.models import Email, Link
from goodword.references.domain.completion import mark_complete
from goodword.references.domain.member_actions import (
    cancel_check,
    correct_address,
    extend_check,
    extend_request,
    pause_check,
    resume_check,
)
from goodword.references.domain.reminders import (
    mail_all_about_slow_referees,
    remind_candidate_now,
    remind_referee,
    remind_referee_now,
    remind_referees,
)
from goodword.references.domain.requests import store_opt_out
from goodword.references.models import Check, ReferenceRequest
from goodword.references.personal_data import export as references_export
from goodword.reports.models import Report
from goodword.workflow.domain.runs import Refused
from goodword.workflow.models import status
from tests.references.story import FACTS, NOW, Story, get, mails_to, opened, post, referee_path, sent
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
NEUTRAL = "There is nothing to do here at the moment"


@pytest.fixture
def story() -> Story:
    return sent()


@pytest.fixture
def rita(story: Story) -> Membership:
    return factories.member(story.application.organisation)


def events(story: Story, *names: str) -> list[tuple[str, str]]:
    rows = Event.objects.filter(application_id=story.application.pk, name__in=names).order_by("pk")
    return [(event.name, event.actor) for event in rows]


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return str(no.value)


def answer_facts(story: Story) -> None:
    assert post(f"{referee_path('maria@globex.example')}facts/", FACTS).status_code == 302
    run_jobs()
    assert len(story.references) == 1


def deliver(at: datetime) -> None:
    """Send what is queued."""
    with time_machine.travel(at, tick=False):
        run_jobs()


def by(who: Membership) -> str:
    return f"member:{who.pk}"


# --- pause and resume


@pytest.mark.world
def test_a_paused_check_sends_no_reminders_but_links_work(story: Story, rita: Membership) -> None:
    referee = referee_path("maria@globex.example")
    for _ in range(2):
        pause_check(check_id=story.check.pk, member=rita, now=LATER)
    assert (status(story.check, now=LATER), story.check.paused_at) == ("paused", LATER)
    assert remind_referees(now=NOW + 20 * DAY) == 0
    assert get(referee).status_code == 200
    assert NEUTRAL not in get(referee).content.decode()
    assert events(story, "step.paused") == [("step.paused", by(rita))]


@pytest.mark.world
def test_a_resumed_check_keeps_its_deadline(story: Story, rita: Membership) -> None:
    before = story.check.deadline_at
    pause_check(check_id=story.check.pk, member=rita, now=LATER)
    for _ in range(2):
        resume_check(check_id=story.check.pk, member=rita, now=NOW + DAY)
    assert (story.check.paused_at, story.check.deadline_at) == (None, before)
    assert all(request.next_reminder_at for request in story.requests)
    assert events(story, "step.resumed") == [("step.resumed", by(rita))]


@pytest.mark.world
def test_only_a_member_resumes_what_a_member_paused(story: Story, rita: Membership) -> None:
    pause_check(check_id=story.check.pk, member=rita, now=LATER)
    story.happens("application.hired")
    story.happens("application.unhired")
    assert story.check.paused_at == LATER


# --- cancel


@pytest.mark.world
def test_cancelling_ends_requests_and_shows_the_neutral_page(story: Story, rita: Membership) -> None:
    links = [referee_path("maria@globex.example"), referee_path(story.application.candidate.email)]
    for _ in range(2):
        cancel_check(check_id=story.check.pk, member=rita, now=LATER)
    check = story.check
    assert (check.closed_by, check.close_reason, status(check, now=LATER)) == (
        by(rita),
        "cancelled",
        "cancelled",
    )
    assert {(request.state, request.why) for request in story.requests} == {("ended", "check_closed")}
    assert all(NEUTRAL in get(link).content.decode() for link in links)
    assert events(story, "step.closed") == [("step.closed", by(rita))]


@pytest.mark.world
def test_an_undone_rejection_does_not_reopen_a_cancelled_check(story: Story, rita: Membership) -> None:
    cancel_check(check_id=story.check.pk, member=rita, now=LATER)
    story.happens("application.rejected", reason="")
    story.happens("application.unrejected")
    assert (story.check.close_reason, story.check.closed_at) == ("cancelled", LATER)


# --- mark complete


@pytest.mark.world
def test_marking_a_check_complete_creates_its_report(story: Story, rita: Membership) -> None:
    answer_facts(story)
    for _ in range(2):
        mark_complete(check_id=story.check.pk, reason="Enough is known.", member=rita, now=LATER)
    run_jobs()
    check = story.check
    assert (check.progress, check.closed_by, check.marked_reason) == (
        "marked_complete",
        by(rita),
        "Enough is known.",
    )
    assert events(story, "check.completed") == [("check.completed", by(rita))]
    assert Report.objects.of(check.organisation).filter(step_request=check.step_request).count() == 1
    assert remind_referees(now=NOW + 20 * DAY) == 0


def test_a_check_without_references_cannot_be_marked_complete(story: Story, rita: Membership) -> None:
    sentence = refused(lambda: mark_complete(check_id=story.check.pk, reason="", member=rita, now=LATER))
    assert sentence == "No reference is in yet, so there is nothing to report. Cancel the check instead."
    assert story.check.progress == "in_progress"


# --- completed and closed checks


@pytest.mark.world
@pytest.mark.parametrize("act", [pause_check, resume_check, cancel_check])
def test_members_cannot_act_on_a_completed_check(story: Story, rita: Membership, act: Any) -> None:
    answer_facts(story)
    mark_complete(check_id=story.check.pk, reason="", member=rita, now=LATER)
    before = Check.objects.of(rita.organisation).values().get(pk=story.check.pk)
    refused(lambda: act(check_id=story.check.pk, member=rita, now=LATER))
    assert Check.objects.of(rita.organisation).values().get(pk=story.check.pk) == before


@pytest.mark.world
def test_a_closed_check_can_only_be_invited_again(story: Story, rita: Membership) -> None:
    answer_facts(story)
    cancel_check(check_id=story.check.pk, member=rita, now=LATER)
    closed = "This reference check is closed. Invite again to reopen it."
    check, request = story.check.pk, story.requests[1].pk
    for act in (
        lambda: pause_check(check_id=check, member=rita, now=LATER),
        lambda: resume_check(check_id=check, member=rita, now=LATER),
        lambda: mark_complete(check_id=check, reason="", member=rita, now=LATER),
        lambda: extend_check(check_id=check, days=20, member=rita, now=LATER),
        lambda: extend_request(request_id=request, days=20, member=rita, now=LATER),
        lambda: remind_candidate_now(check_id=check, member=rita, now=LATER),
        lambda: remind_referee_now(request_id=request, member=rita, now=LATER),
        lambda: correct_address(request_id=request, address="p@globex.example", member=rita, now=LATER),
    ):
        assert refused(act) == closed


def test_checks_of_other_organisations_are_not_found(story: Story) -> None:
    other = factories.member(factories.organisation())
    check, request = story.check.pk, story.requests[0].pk
    for act in (pause_check, resume_check, cancel_check, remind_candidate_now):
        with pytest.raises(Check.DoesNotExist):
            act(check_id=check, member=other, now=LATER)
    with pytest.raises(ReferenceRequest.DoesNotExist):
        remind_referee_now(request_id=request, member=other, now=LATER)
    with pytest.raises(ReferenceRequest.DoesNotExist):
        correct_address(request_id=request, address="x@globex.example", member=other, now=LATER)


# --- extend


def local(moment: datetime, story: Story) -> str:
    return f"{moment.astimezone(story.application.organisation.zone):%a %d %b %H:%M}"


def test_extensions_count_working_days_from_now(story: Story, rita: Membership) -> None:
    for _ in range(2):
        extend_check(check_id=story.check.pk, days=15, member=rita, now=LATER)
    assert local(story.check.deadline_at, story) == "Tue 24 Mar 23:59"
    assert events(story, "check.extended") == [("check.extended", by(rita))]


@pytest.mark.world
def test_extensions_can_include_referees(story: Story, rita: Membership) -> None:
    extend_check(check_id=story.check.pk, days=15, referees=True, member=rita, now=LATER)
    assert [local(request.deadline_at, story) for request in story.requests] == ["Tue 24 Mar 23:59"] * 2
    extend_check(check_id=story.check.pk, days=15, referees=True, member=rita, now=LATER)
    assert events(story, "check.extended") == [("check.extended", by(rita))]


def mails_of_extension(story: Story) -> list[tuple[str, str]]:
    rows = Email.objects.of(story.application.organisation).filter(kind__endswith="extended").order_by("pk")
    return [(email.kind, email.to_address) for email in rows]


@pytest.mark.world
def test_referees_get_one_mail_about_their_new_deadline(story: Story, rita: Membership) -> None:
    for _ in range(2):
        extend_check(check_id=story.check.pk, days=15, referees=True, member=rita, now=LATER)
    # both referees have been asked, so the candidate has nothing to do
    assert mails_of_extension(story) == [
        ("references.request_extended", "maria@globex.example"),
        ("references.request_extended", "paul@globex.example"),
    ]
    extend_request(request_id=story.requests[1].pk, days=20, member=rita, now=LATER)
    assert mails_of_extension(story)[2:] == [("references.request_extended", "paul@globex.example")]
    email = Email.objects.of(story.application.organisation).latest("pk")
    shown, name = render(email, link="https://goodword.example/r/x/"), story.application.candidate.name
    assert shown.subject == f"More time: a reference for {name}"
    for part in (shown.text, shown.html):
        words = " ".join(part.split())
        assert (
            f"You now have until Tuesday 31 March, 23:59 (CEST) to answer the questions about {name}" in words
        )
        assert "https://goodword.example/r/x/" in words


@pytest.mark.world
def test_a_candidate_who_still_has_to_name_referees_gets_the_mail(rita: Membership) -> None:
    story = opened()
    member = factories.member(story.application.organisation)
    for _ in range(2):
        extend_check(check_id=story.check.pk, days=15, referees=True, member=member, now=LATER)
    assert mails_of_extension(story) == [("references.extended", story.application.candidate.email)]


@pytest.mark.matrix
@pytest.mark.parametrize("why", ["paused", "bounced", "opted_out", "ended"])
def test_referees_who_get_no_mail_are_not_mailed_about_a_new_deadline(
    story: Story, rita: Membership, why: str
) -> None:
    check, requests = story.check, ReferenceRequest.objects.of(story.application.organisation)
    match why:
        case "paused":
            pause_check(check_id=check.pk, member=rita, now=LATER)
        case "bounced":
            requests.update(undelivered_at=LATER)
        case "opted_out":
            for request in story.requests:
                store_opt_out(organisation=request.organisation, address=request.referee.email, now=LATER)
        case "ended":
            requests.update(state="declined")
    extend_check(check_id=check.pk, days=15, referees=True, member=rita, now=LATER)
    assert [kind for kind, _to in mails_of_extension(story) if kind == "references.request_extended"] == []


def test_an_extension_cannot_shorten_the_deadline(story: Story, rita: Membership) -> None:
    before = story.check.deadline_at
    sentence = refused(lambda: extend_check(check_id=story.check.pk, days=1, member=rita, now=LATER))
    assert sentence.endswith(". Choose a later one.")
    assert story.check.deadline_at == before
    with pytest.raises(ValueError, match="61"):
        extend_check(check_id=story.check.pk, days=61, member=rita, now=LATER)


def test_errors_name_days_in_the_members_language(story: Story, rita: Membership) -> None:
    organisation = story.application.organisation
    organisation.language = "de"
    organisation.save()
    sentence = refused(lambda: extend_check(check_id=story.check.pk, days=1, member=rita, now=LATER))
    assert re.fullmatch(r"The deadline is already \w+day \d+ March. Choose a later one.", sentence), sentence


@pytest.mark.main_case
def test_extending_a_request_extends_the_check(story: Story, rita: Membership) -> None:
    [maria, paul] = story.requests
    for _ in range(2):
        extend_request(request_id=maria.pk, days=20, member=rita, now=LATER)
    assert [local(request.deadline_at, story) for request in story.requests] == [
        "Tue 31 Mar 23:59",
        local(paul.deadline_at, story),
    ]
    assert local(story.check.deadline_at, story) == "Tue 31 Mar 23:59"
    assert events(story, "request.extended") == [("request.extended", by(rita))]
    answer_facts(story)
    assert refused(lambda: extend_request(request_id=maria.pk, days=25, member=rita, now=LATER)) == (
        "This request is no longer open."
    )


def test_an_extension_reopens_an_overdue_request(story: Story, rita: Membership) -> None:
    late = NOW + 80 * DAY
    extend_check(check_id=story.check.pk, days=5, member=rita, now=late)
    assert status(story.check, now=late) == "in_progress"


# --- remind now


@pytest.mark.world
def test_a_manual_reminder_counts_as_a_promised_reminder(story: Story, rita: Membership) -> None:
    maria = story.requests[0]
    mail.outbox.clear()
    reminded = remind_referee_now(request_id=maria.pk, member=rita, now=LATER)
    deliver(LATER)
    assert (reminded.left, reminded.out_of_hours) == (1, False)
    assert [message.to for message in mail.outbox] == [["Maria Schmidt <maria@globex.example>"]]
    assert story.requests[0].reminders_sent == 1
    assert events(story, "request.reminded") == [("request.reminded", by(rita))]


@pytest.mark.world
def test_manual_reminders_are_limited_to_those_promised(story: Story, rita: Membership) -> None:
    maria = story.requests[0]
    for hours in (1, 2):
        remind_referee_now(request_id=maria.pk, member=rita, now=NOW + timedelta(hours=hours))
        deliver(NOW + timedelta(hours=hours))
    late = NOW + timedelta(hours=3)
    assert refused(lambda: remind_referee_now(request_id=maria.pk, member=rita, now=late)) == (
        "All promised reminders have been sent. Use Invite again instead."
    )
    assert story.requests[0].next_reminder_at is None


@pytest.mark.main_case
def test_reminding_twice_sends_one_mail(story: Story, rita: Membership) -> None:
    maria = story.requests[0]
    remind_referee_now(request_id=maria.pk, member=rita, now=LATER)
    sentence = "An e-mail was just sent or is about to be. Wait ten minutes."
    soon = LATER + timedelta(minutes=9)
    assert refused(lambda: remind_referee_now(request_id=maria.pk, member=rita, now=LATER)) == sentence
    deliver(LATER)
    assert refused(lambda: remind_referee_now(request_id=maria.pk, member=rita, now=soon)) == sentence
    assert story.requests[0].reminders_sent == 1


def test_a_reminder_at_night_is_sent_and_reported(story: Story, rita: Membership) -> None:
    night = NOW + timedelta(hours=14)
    assert remind_referee_now(request_id=story.requests[0].pk, member=rita, now=night).out_of_hours


@pytest.mark.world
def test_reminders_are_refused_if_they_cannot_arrive(story: Story, rita: Membership) -> None:
    [maria, paul] = story.requests
    ReferenceRequest.objects.of(rita.organisation).filter(pk=maria.pk).update(undelivered_at=NOW)
    assert refused(lambda: remind_referee_now(request_id=maria.pk, member=rita, now=LATER)) == (
        "Mail to this referee bounces. Correct the address instead."
    )
    late = paul.deadline_at + DAY
    assert refused(lambda: remind_referee_now(request_id=paul.pk, member=rita, now=late)) == (
        "The deadline has passed. Extend it first."
    )
    store_opt_out(organisation=rita.organisation, address="paul@globex.example", now=NOW)
    assert refused(lambda: remind_referee_now(request_id=paul.pk, member=rita, now=LATER)) == (
        "This person has asked not to be contacted."
    )
    pause_check(check_id=story.check.pk, member=rita, now=LATER)
    assert refused(lambda: remind_referee_now(request_id=paul.pk, member=rita, now=LATER)) == (
        "This reference check is paused. Resume it first."
    )


def test_the_candidate_can_be_reminded_manually() -> None:
    story = opened()
    rita = factories.member(story.application.organisation)
    reminded = remind_candidate_now(check_id=story.check.pk, member=rita, now=LATER)
    assert (reminded.left, story.check.reminders_sent) == (1, 1)
    assert events(story, "check.reminded") == [("check.reminded", by(rita))]


def test_a_candidate_with_nothing_to_do_cannot_be_reminded(story: Story, rita: Membership) -> None:
    assert refused(lambda: remind_candidate_now(check_id=story.check.pk, member=rita, now=LATER)) == (
        "The candidate has nothing left to do."
    )


# --- correct the address


@pytest.mark.main_case
def test_correcting_an_address_sends_a_new_mail_and_revokes_the_old_link(
    story: Story, rita: Membership
) -> None:
    old = referee_path("maria@globex.example")
    maria = story.requests[0]
    ReferenceRequest.objects.of(rita.organisation).filter(pk=maria.pk).update(
        undelivered_at=NOW, state="begun", begun_at=NOW, draft={"strengths": "Not for you"}
    )
    mail.outbox.clear()
    later = NOW + DAY
    for _ in range(2):
        correct_address(request_id=maria.pk, address="maria.schmidt@globex.example", member=rita, now=later)
    deliver(later)
    assert [message.to for message in mail.outbox] == [["Maria Schmidt <maria.schmidt@globex.example>"]]
    assert Link.objects.of(rita.organisation).filter(subject_id=maria.pk, purpose="referee").count() == 2
    assert get(old).content != get(referee_path("maria.schmidt@globex.example")).content
    now = story.requests[0]
    assert (now.state, now.begun_at, now.draft, now.undelivered_at) == ("sent", None, {}, None)
    assert now.deadline_at > maria.deadline_at
    assert events(story, "request.address_corrected") == [("request.address_corrected", by(rita))]


@pytest.mark.world
def test_mail_notice_and_data_page_name_the_source_of_a_corrected_address(
    story: Story, rita: Membership
) -> None:
    candidate = story.application.candidate.name
    path = referee_path("maria@globex.example")
    assert f"Your name and address come from {candidate}." in mails_to("maria@globex.example")[-1].body
    assert f"{candidate} gave us your name and address" in words(get(path))
    correct_address(
        request_id=story.requests[0].pk, address="m.schmidt@globex.example", member=rita, now=LATER
    )
    deliver(LATER)
    source = f"Your name comes from {candidate}, your address from the people at Acme."
    assert source in " ".join(str(mails_to("m.schmidt@globex.example")[-1].body).split())
    path = referee_path("m.schmidt@globex.example")
    notice = words(get(path))
    assert f"{candidate} gave us your name for this reference, and people at Acme your address." in notice
    assert "Your browser tells us your time zone" in notice
    assert f"Your name from {candidate}, your address from people at Acme" in words(get(f"{path}data/"))


def words(page: Any) -> str:
    return " ".join(html.unescape(page.content.decode()).split())


@pytest.mark.world
def test_queued_mail_to_the_old_address_is_cancelled(story: Story, rita: Membership) -> None:
    maria = story.requests[0]
    remind_referee_now(request_id=maria.pk, member=rita, now=LATER)
    correct_address(request_id=maria.pk, address="m@globex.example", member=rita, now=LATER)
    states = Email.objects.of(rita.organisation).filter(subject_ref=f"request:{maria.pk}").order_by("pk")
    assert list(states.values_list("to_address", "state")) == [
        ("maria@globex.example", "sent"),
        ("maria@globex.example", "cancelled"),
        ("m@globex.example", "queued"),
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("own", "This is the candidate's own address."),
        ("Paul+x@Globex.example", "Another referee of this candidate has this address."),
        (
            "gone@globex.example",
            "This person has asked not to be contacted. Ask the candidate for another referee.",
        ),
        ("maria@globex.example", "Mail to this address bounced. Enter another one."),
    ],
)
def test_invalid_corrected_addresses_are_refused(
    story: Story, rita: Membership, address: str, sentence: str
) -> None:
    store_opt_out(organisation=rita.organisation, address="gone@globex.example", now=NOW)
    maria = story.requests[0]
    ReferenceRequest.objects.of(rita.organisation).filter(pk=maria.pk).update(undelivered_at=NOW)
    typed = story.application.candidate.email if address == "own" else address
    before = Email.objects.of(rita.organisation).count()
    assert (
        refused(lambda: correct_address(request_id=maria.pk, address=typed, member=rita, now=LATER))
        == sentence
    )
    assert story.requests[0].referee.email == "maria@globex.example"
    assert Email.objects.of(rita.organisation).count() == before


def test_a_rollback_does_not_lose_another_action(story: Story, rita: Membership) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        pause_check(check_id=story.check.pk, member=rita, now=LATER)
        raise RuntimeError
    assert (story.check.paused_at, events(story, "step.paused")) == (None, [])


# --- awaiting a click


@pytest.mark.world
def test_an_extension_sends_no_reminders_before_invite_again(story: Story, rita: Membership) -> None:
    story.happens("application.rejected", reason="x")
    story.happens("application.unrejected")
    extend_check(check_id=story.check.pk, days=20, referees=True, member=rita, now=LATER)
    assert all(request.next_reminder_at and request.slow_at for request in story.requests)
    assert remind_referees(now=NOW + 10 * DAY) == 0
    assert mail_all_about_slow_referees(now=NOW + 14 * DAY) == 0
    assert not any(request.next_reminder_at or request.slow_at for request in story.requests)


@pytest.mark.world
def test_complaints_of_the_old_address_do_not_affect_the_new_one(story: Story, rita: Membership) -> None:
    request = story.requests[0]
    for email in Email.objects.of(rita.organisation).filter(subject_ref=request.mail_ref):
        note_complained(email_id=email.pk, now=NOW)
    correct_address(request_id=request.pk, address="maria@new.example", member=rita, now=LATER)
    deliver(LATER)
    assert remind_referee(request_id=request.pk, now=NOW + 3 * DAY)


@pytest.mark.world
def test_reminders_follow_the_recipients_hours(story: Story, rita: Membership) -> None:
    request, day = story.requests[0], NOW + DAY
    assert day.astimezone(ZoneInfo("Pacific/Auckland")).hour not in range(9, 17)
    ReferenceRequest.objects.of(rita.organisation).filter(pk=request.pk).update(time_zone="Pacific/Auckland")
    done = [
        remind_referee_now(request_id=reference_request.pk, member=rita, now=day).out_of_hours
        for reference_request in story.requests
    ]
    assert done == [True, False]


@pytest.mark.world
def test_failed_mail_to_an_old_address_asks_for_nothing(story: Story, rita: Membership) -> None:
    request = story.requests[0]
    old = Email.objects.of(rita.organisation).get(subject_ref=request.mail_ref)
    correct_address(request_id=request.pk, address="maria@new.example", member=rita, now=LATER)
    deliver(LATER)
    before = len(mails_to(story.application.candidate.email))
    story.happens("email.failed", at=LATER, email_id=old.pk, kind=old.kind, subject_ref=old.subject_ref)
    assert len(mails_to(story.application.candidate.email)) == before


@pytest.mark.world
def test_traces_of_the_old_address_are_deleted(story: Story, rita: Membership) -> None:
    request = story.requests[0]
    ReferenceRequest.objects.of(rita.organisation).filter(pk=request.pk).update(
        language="de", time_zone="Pacific/Auckland"
    )
    correct_address(request_id=request.pk, address="maria@new.example", member=rita, now=LATER)
    request = story.requests[0]
    assert (request.language, request.time_zone) == ("en", "")
    told = references_export.export(
        ExportRequest(
            reader=ExportReader.REFEREE, organisation=rita.organisation, referee_id=request.referee_id
        )
    )
    assert told["you"]["address from"] == "the organisation"

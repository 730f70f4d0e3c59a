"""Answers to adjustment requests: time limit, deadline, the candidate's mails, confidentiality."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from goodword.accounts.domain.members import deactivate
from goodword.accounts.domain.organisation import change_settings, settings_of
from goodword.accounts.models import Organisation, admins_of
from goodword.assessments.adjustments.mails import contacts_due, remind_contacts
from goodword.assessments.adjustments.requests import AlreadyAnswered, PartStarted, answer_request
from goodword.assessments.attempts import parts
from goodword.assessments.attempts.invitations import invite_again
from goodword.assessments.attempts.parts import UnknownForm, begin_part, choose_form
from goodword.assessments.attempts.reminders import remind_due
from goodword.assessments.models import Adjustment, Attempt
from goodword.core.addresses import Correspondent
from goodword.core.events import record
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain import links
from goodword.notifications.domain.bounces import note_bounced
from goodword.notifications.models import Email, Link
from goodword.workflow.models import lock, move
from tests.assessments.adjustments.support import (
    HANNA,
    NOW,
    TIMED,
    asked,
    clocks,
    everything,
    fresh,
    requests,
    timed,
)
from tests.assessments.plans import REASONING
from tests.assessments.support import part_of
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BY = Correspondent(name=HANNA[0], address=HANNA[1])


def answers(row: Adjustment, **values: object) -> Adjustment:
    given: dict[str, object] = {
        "percent": 0,
        "forms": {},
        "accessible": False,
        "sentence": "",
        "by": BY,
        "now": NOW + DAY,
    }
    return answer_request(adjustment_id=row.pk, **(given | values))  # type: ignore[arg-type]  # one dictionary for all


def mails(attempt: Attempt, kind: str) -> list[Email]:
    return list(Email.objects.of(attempt.organisation).filter(kind=f"assessment.{kind}").order_by("pk"))


@pytest.mark.world
def test_a_grant_resumes_the_deadline_and_notifies_only_the_candidate() -> None:
    attempt = timed()
    row, events = asked(attempt), event_names()
    answers(row, percent=75, sentence="Take your time.")
    after = fresh(attempt)
    assert (clocks(attempt), requests(attempt)) == ([1620], [("granted", 50, False, 75, False)])
    calendar = attempt.organisation.calendar
    assert after.deadline_at == end_of_working_day(NOW + DAY, 7, calendar=calendar)
    assert (after.clock_stopped_at, after.next_reminder_at) == (None, attempt.next_reminder_at)
    [mail] = mails(attempt, "adjustment_answered")
    candidate = attempt.step_request.application.candidate
    assert (mail.to_address, mail.reply_to, mail.application_id) == (candidate.email, HANNA[1], None)
    assert event_names() == events


@pytest.mark.world
def test_an_answer_after_the_deadline_gives_no_past_date() -> None:
    attempt = timed()
    late = attempt.deadline_at + 2 * DAY
    with time_machine.travel(late, tick=False):
        row = asked(attempt, now=late)
    with time_machine.travel(late + DAY, tick=False):
        answers(row, percent=50, now=late + DAY)
        run_jobs()
    assert fresh(attempt).deadline_at < late + DAY
    [mail] = mails(attempt, "adjustment_answered")
    for text in (mail.text, mail.html):
        assert "The deadline was" in text and "but you can still complete it." in text
        assert "please finish by" not in text


@pytest.mark.world
def test_a_refusal_changes_no_clock_and_allows_one_more_request() -> None:
    attempt = timed()
    answers(asked(attempt), sentence="The tests have no clock that matters.")
    assert (clocks(attempt), requests(attempt)) == ([900], [("refused", 50, False, 0, False)])
    asked(attempt, percent=25)
    assert [state for state, *_ in requests(attempt)] == ["refused", "asked"]


@pytest.mark.world
def test_another_form_keeps_the_time_per_task() -> None:
    attempt = timed(REASONING)
    row = asked(attempt, percent=0, form=True)
    answers(row, percent=25, forms={1: "figureless_20"})
    part = part_of(attempt)
    assert (part.form, part.items, part.seconds) == ("figureless_20", 20, 25 * 60)
    assert requests(attempt) == [("granted", 0, True, 25, True)]


@pytest.mark.world
def test_an_unknown_form_changes_nothing() -> None:
    attempt = timed(REASONING)
    row = asked(attempt)
    before = everything(attempt)
    with pytest.raises(UnknownForm):
        answers(row, percent=25, forms={1: "easy_3"})
    with pytest.raises(ValueError, match="percent"):
        answers(row, percent=201)
    assert everything(attempt) == before


@pytest.mark.world
def test_a_request_is_answered_once() -> None:
    attempt = timed()
    row = asked(attempt)
    answers(row, percent=25)
    before = everything(attempt)
    with pytest.raises(AlreadyAnswered):
        answers(row, percent=100)
    assert everything(attempt) == before


@pytest.mark.world
def test_a_request_on_a_closed_attempt_cannot_be_answered() -> None:
    attempt = timed()
    row = asked(attempt)
    with transaction.atomic():
        move(lock(Attempt, attempt.pk), "close", at=NOW, by="greenhouse", reason="rejected")
    before = everything(attempt)
    with pytest.raises(parts.AttemptClosed):
        answers(row, percent=25)
    assert everything(attempt) == before


@pytest.mark.world
def test_a_blocked_candidate_gets_no_mail() -> None:
    attempt = timed()
    row = asked(attempt)
    candidate = attempt.step_request.application.candidate
    candidate.can_email = False
    candidate.save()
    answers(row, percent=25)
    assert (clocks(attempt), mails(attempt, "adjustment_answered")) == ([1140], [])


@pytest.mark.world
def test_a_reminder_after_the_answer_does_not_reveal_the_longer_clock() -> None:
    attempt = timed()
    answers(asked(attempt), percent=100)
    assert remind_due(now=fresh(attempt).next_reminder_at or NOW) == 1
    [mail] = mails(attempt, "reminder")
    assert (clocks(attempt), mail.context["overview"]["minutes"]) == ([1800], 15)
    assert mail.context["overview"]["parts"][0]["minutes"] == 15


@pytest.mark.world
def test_a_contact_is_reminded_once_after_two_working_days() -> None:
    attempt = timed()
    asked(attempt)
    assert remind_contacts(now=NOW + DAY) == 0
    assert remind_contacts(now=NOW + 2 * DAY + timedelta(hours=13)) == 0  # at eleven in the evening
    assert remind_contacts(now=NOW + 3 * DAY) == 1
    assert remind_contacts(now=NOW + 4 * DAY) == 0
    assert [mail.to_address for mail in mails(attempt, "adjustment_request")] == [HANNA[1], HANNA[1]]


@pytest.mark.world
def test_requests_never_due_again_do_not_block_newer_ones() -> None:
    closed, declined, chased = (timed() for _ in range(3))
    for attempt in (closed, declined, chased):
        asked(attempt)
    assert remind_contacts(now=NOW + 3 * DAY) == 3
    Email.objects.across_organisations().filter(key__endswith=":again").exclude(
        organisation=chased.organisation
    ).delete()
    Attempt.objects.of(closed.organisation).filter(pk=closed.pk).update(closed_at=NOW)
    Attempt.objects.of(declined.organisation).filter(pk=declined.pk).update(progress="declined")
    newer = asked(timed(), now=NOW + DAY)
    assert list(contacts_due(now=NOW + 2 * DAY)) == []
    assert list(contacts_due(now=NOW + 3 * DAY)) == [newer]


@pytest.mark.main_case
def test_a_bounced_request_goes_to_the_next_contact_then_the_candidate_is_notified() -> None:
    attempt = timed()
    omar = factories.member(attempt.organisation, kind="admin", name="Omar Admin")
    with time_machine.travel(NOW, tick=False):
        asked(attempt)
        run_jobs()
        for _ in range(2):
            note_bounced(email_id=mails(attempt, "adjustment_request")[-1].pk, reason="No such user", now=NOW)
            run_jobs()
    sent = mails(attempt, "adjustment_request")
    assert [mail.to_address for mail in sent] == [HANNA[1], omar.user.email]
    assert (fresh(attempt).clock_stopped_at, requests(attempt)[0][0]) == (None, "withdrawn")
    [told] = mails(attempt, "adjustment_lost")
    assert told.to_address == attempt.step_request.application.candidate.email
    assert Email.objects.of(attempt.organisation).filter(kind="notifications.undelivered").count() == 0


@pytest.mark.world
def test_a_deactivated_contacts_requests_go_to_the_next_one() -> None:
    attempt = timed()
    hanna = factories.member(attempt.organisation, name=HANNA[0], email=HANNA[1])
    omar = factories.member(attempt.organisation, kind="admin", name="Omar Admin")
    with time_machine.travel(NOW, tick=False):
        row = asked(attempt)
        run_jobs()
        organisation, purpose = attempt.organisation, Link.Purpose.ADJUSTMENT
        links.mint(organisation=organisation, purpose=purpose, subject_id=row.pk, now=NOW)
        deactivate(member=hanna, by=omar, now=NOW)
        run_jobs()
    sent = mails(attempt, "adjustment_request")
    assert [mail.to_address for mail in sent] == [HANNA[1], omar.user.email]
    assert Link.objects.of(organisation).filter(purpose=purpose).order_by("pk")[0].ended_at == NOW
    assert requests(attempt)[0][0] == "asked"


@pytest.mark.world
@pytest.mark.parametrize(
    ("is_member", "new", "readers"),
    [
        (False, "nora@acme.example", [HANNA[1], "nora@acme.example"]),
        (False, "", [HANNA[1]]),  # only the recruiter is left
        (True, "nora@acme.example", [HANNA[1]]),
    ],
)
def test_a_former_contacts_requests_go_to_the_new_one(is_member: bool, new: str, readers: list[str]) -> None:
    attempt = timed()
    organisation = attempt.organisation
    if is_member:
        factories.member(organisation, name=HANNA[0], email=HANNA[1])
    by = admins_of(organisation)[0]
    with time_machine.travel(NOW, tick=False):
        row = asked(attempt)
        run_jobs()
        purpose = Link.Purpose.ADJUSTMENT
        links.mint(organisation=organisation, purpose=purpose, subject_id=row.pk, now=NOW)
        settings = replace(settings_of(organisation), adjustments_name=new and "Nora", adjustments_email=new)
        change_settings(organisation=organisation, settings=settings, by=by, now=NOW)
        run_jobs()
    sent = mails(attempt, "adjustment_request")
    assert [mail.to_address for mail in sent] == readers
    assert requests(attempt)[0][0] == "asked"
    first = Link.objects.of(organisation).filter(purpose=purpose).order_by("pk")[0]
    assert (first.ended_at is None) == (len(readers) == 1)


def name_contact(organisation: Organisation, address: str) -> None:
    settings = replace(settings_of(organisation), adjustments_name="Somebody", adjustments_email=address)
    by = admins_of(organisation)[0]
    change_settings(organisation=organisation, settings=settings, by=by, now=NOW)
    run_jobs()


@pytest.mark.world
def test_requests_follow_a_contact_who_is_named_again() -> None:
    attempt, nora = timed(), "nora@acme.example"
    factories.member(attempt.organisation, kind="admin", name="Omar Admin")
    with time_machine.travel(NOW, tick=False):
        asked(attempt)
        run_jobs()
        for address in (nora, HANNA[1], nora):
            name_contact(attempt.organisation, address)
    sent = mails(attempt, "adjustment_request")
    assert [mail.to_address for mail in sent] == [HANNA[1], nora, HANNA[1], nora]


@pytest.mark.world
@pytest.mark.parametrize("change", ["another contact", "deactivated", "bounced"])
def test_a_request_of_a_closed_attempt_goes_to_nobody_else(change: str) -> None:
    attempt = timed()
    organisation = attempt.organisation
    omar = factories.member(organisation, kind="admin", name="Omar Admin")
    with time_machine.travel(NOW, tick=False):
        asked(attempt)
        run_jobs()
        with transaction.atomic():
            move(lock(Attempt, attempt.pk), "close", at=NOW, by="greenhouse", reason="rejected")
        match change:
            case "another contact":
                name_contact(organisation, "nora@acme.example")
            case "deactivated":
                hanna = factories.member(organisation, name=HANNA[0], email=HANNA[1])
                deactivate(member=hanna, by=omar, now=NOW)
            case _:
                [mail] = mails(attempt, "adjustment_request")
                note_bounced(email_id=mail.pk, reason="No such user", now=NOW)
        run_jobs()
    assert [mail.to_address for mail in mails(attempt, "adjustment_request")] == [HANNA[1]]
    assert (requests(attempt)[0][0], mails(attempt, "adjustment_lost")) == ("asked", [])


@pytest.mark.world
def test_a_contact_named_while_an_attempt_was_closed_is_asked_once_it_reopens() -> None:
    attempt = timed()
    organisation, purpose = attempt.organisation, Link.Purpose.ADJUSTMENT
    with time_machine.travel(NOW, tick=False):
        row = asked(attempt)
        run_jobs()
        links.mint(organisation=organisation, purpose=purpose, subject_id=row.pk, now=NOW)
        with transaction.atomic():
            move(lock(Attempt, attempt.pk), "close", at=NOW, by="greenhouse", reason="changed_job")
        name_contact(organisation, "nora@acme.example")
        with transaction.atomic():
            record(
                "application.changed_job",
                organisation_id=organisation.pk,
                application_id=attempt.step_request.application_id,
                actor="greenhouse",
                at=NOW,
                data={},
            )
        run_jobs()
    assert fresh(attempt).closed_at is None
    sent = mails(attempt, "adjustment_request")
    assert [mail.to_address for mail in sent] == [HANNA[1], "nora@acme.example"]
    assert Link.objects.of(organisation).filter(purpose=purpose).order_by("pk")[0].ended_at == NOW


@pytest.mark.world
@pytest.mark.parametrize("later", ["the reminder bounces", "the contact is deactivated"])
def test_a_request_that_was_passed_on_stays_with_the_next_contact(later: str) -> None:
    attempt = timed()
    hanna = factories.member(attempt.organisation, name=HANNA[0], email=HANNA[1])
    omar = factories.member(attempt.organisation, kind="admin", name="Omar Admin")
    with time_machine.travel(NOW, tick=False):
        asked(attempt)
        run_jobs()
        remind_contacts(now=NOW + 2 * DAY)
        run_jobs()
        first, reminder = mails(attempt, "adjustment_request")
        note_bounced(email_id=first.pk, reason="No such user", now=NOW)
        run_jobs()
        if later == "the reminder bounces":
            note_bounced(email_id=reminder.pk, reason="No such user", now=NOW)
        else:
            deactivate(member=hanna, by=omar, now=NOW)
        run_jobs()
    sent = mails(attempt, "adjustment_request")
    assert [mail.to_address for mail in sent] == [HANNA[1], HANNA[1], omar.user.email]
    assert (requests(attempt)[0][0], mails(attempt, "adjustment_lost")) == ("asked", [])


@pytest.mark.world
@pytest.mark.parametrize(("corrected", "attention"), [(True, ""), (False, "undelivered")])
def test_an_answer_that_bounces_at_a_corrected_address_stops_no_reminders(
    corrected: bool, attention: str
) -> None:
    attempt = timed()
    candidate = attempt.step_request.application.candidate
    with time_machine.travel(NOW + DAY, tick=False):
        answers(asked(attempt), percent=50)
        run_jobs()
        [told] = mails(attempt, "adjustment_answered")
        if corrected:
            candidate.email = "corrected@people.example"
            candidate.save()
        note_bounced(email_id=told.pk, reason="No such user", now=NOW + DAY)
        run_jobs()
    reminded = fresh(attempt).next_reminder_at is not None
    assert (fresh(attempt).attention, reminded) == (attention, corrected)


@pytest.mark.world
def test_a_new_invitation_keeps_requests_and_grants() -> None:
    attempt = timed(TIMED)
    answers(asked(attempt), percent=50)
    asked(attempt, percent=100, now=NOW + DAY)
    step_request = attempt.step_request
    role = step_request.application.role
    assert role is not None
    again = invite_again(step_request=step_request, member=role.owner, now=NOW + 2 * DAY)
    assert (clocks(again), [state for state, *_ in requests(again)]) == ([1380], ["granted", "asked"])
    assert fresh(again).clock_stopped_at == NOW + 2 * DAY
    assert requests(attempt) == []


@pytest.mark.world
def test_a_new_invitation_asks_the_contact_again_about_an_open_request() -> None:
    attempt = timed(TIMED)
    role = attempt.step_request.application.role
    assert role is not None
    row = asked(attempt)
    at_once = invite_again(
        step_request=attempt.step_request, member=role.owner, after=attempt.pk, now=NOW + DAY / 2
    )
    assert len(mails(attempt, "adjustment_request")) == 1
    invite_again(step_request=attempt.step_request, member=role.owner, after=at_once.pk, now=NOW + 20 * DAY)
    again = mails(attempt, "adjustment_request")[1:]
    assert [(email.to_address, email.link_subject_id) for email in again] == [(HANNA[1], row.pk)]
    assert answers(row, percent=50, now=NOW + 21 * DAY).state == "granted"


@pytest.mark.world
def test_a_new_invitation_shows_no_request_to_the_hiring_team() -> None:
    """The contact whom the candidate was told about has since left."""
    attempt = timed(TIMED)
    role = attempt.step_request.application.role
    assert role is not None
    asked(attempt, text="I am deaf.")
    Organisation.objects.filter(pk=attempt.organisation_id).update(adjustments_name="", adjustments_email="")
    again = invite_again(
        step_request=attempt.step_request, member=role.owner, after=attempt.pk, now=NOW + 20 * DAY
    )
    assert [mail.to_address for mail in mails(attempt, "adjustment_request")] == [HANNA[1]]
    assert ([state for state, *_ in requests(again)], fresh(again).clock_stopped_at) == (["withdrawn"], None)
    assert len(mails(attempt, "adjustment_lost")) == 1


@pytest.mark.world
def test_a_started_part_is_not_adjusted() -> None:
    attempt = timed(REASONING, TIMED)
    row = asked(attempt, percent=0, form=True)
    Adjustment.objects.of(attempt.organisation).filter(pk=row.pk).update(state="withdrawn")
    begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    Adjustment.objects.of(attempt.organisation).filter(pk=row.pk).update(state="asked")
    before = everything(attempt)
    with pytest.raises(PartStarted):
        answers(row, percent=50, forms={1: "figureless_20"})
    assert everything(attempt) == before
    answers(row, percent=50)
    assert (part_of(attempt).form, clocks(attempt)) == ("short_12", [720, 1380])
    assert requests(attempt) == [("granted", 0, True, 50, False)]


@pytest.mark.world
def test_everybody_may_choose_tasks_without_figures_until_the_part_starts() -> None:
    attempt = timed(REASONING)
    before = everything(attempt)
    choose_form(attempt_id=attempt.pk, order=1, form="figureless_20", now=NOW)
    choose_form(attempt_id=attempt.pk, order=1, form="figureless_20", now=NOW)
    part = part_of(attempt)
    assert (part.form, part.items, part.seconds) == ("figureless_20", 20, 20 * 60)
    choose_form(attempt_id=attempt.pk, order=1, form="short_12", now=NOW)
    assert everything(attempt) == before
    for wrong in ("standard_20", "", "nonsense"):
        with pytest.raises(UnknownForm):
            choose_form(attempt_id=attempt.pk, order=1, form=wrong, now=NOW)
    begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    with pytest.raises(UnknownForm):
        choose_form(attempt_id=attempt.pk, order=1, form="figureless_20", now=NOW)


@pytest.mark.world
def test_granted_time_is_kept_when_switching_forms() -> None:
    attempt = timed(REASONING)
    answers(asked(attempt), percent=50)
    choose_form(attempt_id=attempt.pk, order=1, form="figureless_20", now=NOW)
    assert clocks(attempt) == [30 * 60]
    choose_form(attempt_id=attempt.pk, order=1, form="short_12", now=NOW)
    assert clocks(attempt) == [18 * 60]


def test_a_test_without_figures_offers_no_other_form() -> None:
    attempt = timed()
    with pytest.raises(UnknownForm):
        choose_form(attempt_id=attempt.pk, order=1, form="figureless_20", now=NOW)

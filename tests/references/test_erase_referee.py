"""Erasing one referee; candidate and check stay."""

from itertools import count
from typing import Any

import pytest
from django.db import transaction

from goodword.accounts.models import AuditEntry
from goodword.assessments.models import AttemptFlag, AttemptPart, Marking, Verification
from goodword.candidates.models import Erasure, Hold
from goodword.core.addresses import Correspondent
from goodword.core.models import Event
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.domain.queue import queue
from goodword.notifications.models import Email, Link
from goodword.references.domain.invitations import invite_again
from goodword.references.domain.member_actions import cancel_check
from goodword.references.domain.referee_erasure import erase_referee
from goodword.references.domain.requests import has_opted_out, store_opt_out
from goodword.references.domain.responses import keep_draft_of_closed
from goodword.references.models import Check, CheckFlag, Referee, Reference, ReferenceRequest, Slot, Trace
from goodword.references.queries import check_overview, latest_check, progress
from goodword.references.results import results
from goodword.workflow.models import Appeal
from goodword.workspace.models import Comment
from goodword.workspace.progress import progress_of
from tests.references.answered import NOW, answered, asked, checked, named, whole
from tests.references.story import answer, candidate_path, get, referee_path, sent
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.workspace.applications import _path, invited

pytestmark = pytest.mark.django_db

_number = count(1)


def mail_to(check: Check, address: str, *, ref: str = "", **context: Any) -> Email:
    application = check.step_request.application
    with transaction.atomic():
        email = queue(
            organisation=check.organisation,
            kind="references.request",
            key=f"mail:{next(_number)}",
            to=Correspondent(name="Somebody", address=address),
            sender=Correspondent(name="Rita", address="rita@acme.example"),
            template="references/mail/request",
            context=context,
            application=application,
            subject_ref=ref,
            now=NOW,
        )
    assert email is not None
    return email


def erase(referee: Referee, *, by: str = "referee") -> bool:
    return erase_referee(referee_id=referee.pk, by=by, now=NOW)


def again(referee: Referee) -> Referee:
    return Referee.objects.of(referee.organisation).get(pk=referee.pk)


def test_erasing_a_referee_blanks_the_row_and_deletes_answers_and_links() -> None:
    check = whole()
    referee = check.referees.get(slot=1)
    request = referee.request
    link = _path(Link.Purpose.REFEREE, check.organisation, request.pk)
    assert link
    Trace.objects.create(
        organisation=check.organisation,
        check_run=check,
        request=request,
        address="192.0.2.1",
        address_hash="a",
        device_hash="b",
        seen_at=NOW,
    )
    assert erase(referee)
    gone = again(referee)
    assert (gone.name, gone.email, gone.company, gone.candidate_title, gone.message) == (
        "Erased referee",
        "",
        "",
        "",
        "",
    )
    assert (gone.erased_at, gone.replaced_at) == (NOW, None)
    assert (gone.relationship, gone.from_month, gone.to_month) == ("", "", "")
    assert Reference.objects.of(check.organisation).count() == 2
    assert not Link.objects.of(check.organisation).filter(purpose=Link.Purpose.REFEREE).exists()
    assert not Trace.objects.of(check.organisation).exists()
    assert Check.objects.of(check.organisation).get().progress == "completed"
    found = results(check)
    assert (found.received, found.erased, found.sent) == (2, 1, 3)
    mails = Email.objects.of(check.organisation)
    assert [mail.kind for mail in mails] == ["references.withdrawn"]  # no request for another referee
    words = render(mails.get(), link="")
    assert words.subject == "A referee for Ada Lovelace has withdrawn their reference (Window Washer)"
    assert "Their reference no longer counts." in " ".join(words.text.split())
    assert "Maria" not in words.text + words.html
    application = check.step_request.application
    [marks] = progress_of([application], organisation=check.organisation, now=NOW).values()
    assert [(mark.done, mark.of) for mark in marks if mark.kind == "reference_check"] == [(2, 3)]


@pytest.mark.world
def test_the_candidate_sees_that_a_reference_was_withdrawn_without_details() -> None:
    story = sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        answer(referee_path(address))
    erase(story.requests[0].referee)
    page = get(candidate_path(story)).content.decode()
    assert "A referee withdrew their reference" in page
    assert page.count("Has answered") == 1
    assert "Erased referee" not in page
    assert "everything it needs" not in page
    assert "There is nothing more for you to do." in page
    assert "needs another reference, they will contact you." in page


@pytest.mark.world
def test_no_replacement_is_requested_while_enough_references_are_left() -> None:
    story = sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        answer(referee_path(address))
    Check.objects.of(story.check.organisation).filter(pk=story.check.pk).update(least=1)
    erase(story.requests[0].referee)
    page = get(candidate_path(story)).content.decode()
    assert "There is nothing more for you to do." in page
    assert "another reference" not in page


@pytest.mark.world
def test_screen_readers_get_the_progress_of_a_check() -> None:
    check = whole()
    assert progress(check) == (3, 3)
    erase(check.referees.get(slot=1))
    assert progress(check) == (2, 3)
    assert latest_check(check.step_request.application) == check
    assert latest_check(factories.application(factories.role(check.organisation))) is None


@pytest.mark.world
def test_in_an_open_check_the_slot_is_free_again() -> None:
    check = checked(done=False)
    answered(check, 1)
    referee = check.referees.get(slot=1)
    erase(referee)
    assert again(referee).replaced_at == NOW
    request = ReferenceRequest.objects.of(check.organisation).get(referee=referee)
    assert (request.state, request.settled_at) == ("ended", NOW)
    named(check, 1, name="Nora Neu", email="nora@globex.example")
    mail = Email.objects.of(check.organisation).get(kind="references.another")
    assert (mail.to_address, mail.context["referee"]) == (
        check.step_request.application.candidate.email,
        "One of your referees",
    )


def test_an_erased_referee_is_not_contacted_again() -> None:
    check = checked(done=False)
    request = asked(check, 2, state="begun")
    request.draft, request.time_zone, request.next_reminder_at = {"strengths": "Half a"}, "Asia/Tokyo", NOW
    request.save()
    erase(request.referee)
    request = ReferenceRequest.objects.of(check.organisation).get()
    assert (request.state, request.draft, request.time_zone, request.next_reminder_at) == (
        "ended",
        {},
        "",
        None,
    )


def test_a_named_referee_can_be_erased() -> None:
    check = checked(done=False)
    referee = named(check, 1)
    assert erase(referee)
    assert again(referee).replaced_at == NOW


@pytest.mark.world
def test_the_reason_for_declining_is_erased() -> None:
    check = checked(done=False)
    request = asked(check, 1, state="declined")
    request.decline_reason = "We fell out."
    request.save()
    erase(request.referee)
    request = ReferenceRequest.objects.of(check.organisation).get()
    assert (request.state, request.decline_reason) == ("declined", "")


@pytest.mark.world
def test_mails_to_and_about_an_erased_referee_are_deleted() -> None:
    check = whole()
    request = check.referees.get(slot=1).request
    mail_to(check, "elsewhere@old.example", ref=f"request:{request.pk}")
    mail_to(check, "Maria@Globex.example")
    mail_to(check, "rita@acme.example", referee="Maria Schmidt")
    mail_to(check, "ada@mail.example", lines=["Ask Paul Meier.", "Or Mariana Schmidtke."])
    erase(request.referee)
    left = Email.objects.of(check.organisation).exclude(kind="references.withdrawn")
    assert [mail.to_address for mail in left] == ["ada@mail.example"]


@pytest.mark.world
def test_flags_about_an_erased_referee_are_deleted_and_notes_redacted() -> None:
    check = whole()
    first, second = check.referees.get(slot=1), check.referees.get(slot=2)

    def flag(code: str, **values: Any) -> CheckFlag:
        return CheckFlag.objects.create(
            **{
                "organisation": check.organisation,
                "check_run": check,
                "code": code,
                "key": code,
                "grade": "low",
                "found_at": NOW,
            }
            | values
        )

    flag("free_mail", referee=first)
    flag("alike", key=f"{first.pk}-{second.pk}")
    flag("domain", facts={"address": first.email})
    flag("fast", referee=second, dismissed_note="Maria Schmidt told me why.")
    slots = Slot.objects.of(check.organisation)
    slots.filter(number=2).update(cannot_reason="Maria Schmidt has left.")
    erase(first)
    assert [(one.code, one.dismissed_note) for one in CheckFlag.objects.of(check.organisation)] == [
        ("fast", "[…] told me why.")
    ]
    assert slots.get(number=2).cannot_reason == "[…] has left."


def test_flags_about_others_stay_if_they_only_contain_the_letters_of_an_erased_referee() -> None:
    check = whole()
    referee = check.referees.get(slot=1)
    referee.company = "e"
    referee.save()
    row = {"organisation": check.organisation, "check_run": check, "grade": "low", "found_at": NOW}
    CheckFlag.objects.create(**row, code="same_domain", key="x", facts={"domain": "contoso.example"})
    CheckFlag.objects.create(**row, code="named_company", key="y", facts={"company": "e"})
    erase(referee)
    assert [flag.code for flag in CheckFlag.objects.of(check.organisation)] == ["same_domain"]


def test_comments_and_requests_for_a_review_no_longer_name_an_erased_referee() -> None:
    check = whole()
    first, second = check.referees.order_by("slot")[:2]
    application = check.step_request.application
    other = factories.application(factories.role(check.organisation), candidate=application.candidate)
    strange = factories.application(factories.role(check.organisation))
    rita = factories.member(check.organisation)
    text = f"Called {first.name} ({first.email}) and {second.name}."
    for of in (application, other, strange):
        Comment.objects.create(
            organisation=check.organisation, application=of, author=rita, text=text, written_at=NOW
        )
    Appeal.objects.create(
        organisation=check.organisation,
        application=application,
        text=f"{first.name} has left.",
        opened_at=NOW,
        answer=f"We asked {first.name}.",
        answered_at=NOW,
    )
    erase(first)
    redacted = f"Called […] ([…]) and {second.name}."
    assert list(Comment.objects.of(check.organisation).order_by("pk").values_list("text", flat=True)) == [
        redacted,
        redacted,
        text,
    ]
    appeal = Appeal.objects.of(check.organisation).get()
    assert (appeal.text, appeal.answer) == ("[…] has left.", "We asked […].")


@pytest.mark.parametrize("name", ["May", "may"])
def test_a_name_of_one_word_is_not_taken_for_an_ordinary_word(name: str) -> None:
    check = whole()
    referee = check.referees.order_by("slot")[0]
    referee.name = name
    referee.save()
    application = check.step_request.application
    Comment.objects.create(
        organisation=check.organisation,
        application=application,
        author=factories.member(check.organisation),
        text="She may start, says May. MAY agrees.",
        written_at=NOW,
    )
    usual = Email.objects.create(
        organisation=check.organisation,
        application=application,
        key="x",
        to_address="ada@mail.example",
        text="You may reply.",
        created_at=NOW,
        not_before=NOW,
    )
    erase(referee)
    assert Comment.objects.of(check.organisation).get().text == "She may start, says […]. […] agrees."
    assert Email.objects.of(check.organisation).filter(pk=usual.pk).exists()


@pytest.mark.world
def test_an_erasure_is_recorded_without_a_name() -> None:
    check = whole()
    member = factories.member(check.organisation, kind="admin")
    referee = check.referees.get(slot=1)
    erase_referee(referee_id=referee.pk, by=f"member:{member.pk}", now=NOW, member=member)
    event = Event.objects.get(name="referee.erased")
    assert (event.actor, event.data) == (
        f"member:{member.pk}",
        {"step_request_id": check.step_request_id, "check_id": check.pk, "referee_id": referee.pk},
    )
    entry = AuditEntry.objects.of(check.organisation).get(action="referee.erased")
    assert (entry.member, entry.details) == (
        member,
        {
            "referee": referee.pk,
            "application": check.step_request.application_id,
            "counts": {"referees": 1, "references": 1},
        },
    )


@pytest.mark.world
def test_erasing_twice_has_no_further_effect() -> None:
    check = whole()
    referee = check.referees.get(slot=1)
    assert (erase(referee), erase(referee)) == (True, False)
    assert Event.objects.filter(name="referee.erased").count() == 1


@pytest.mark.world
def test_an_opt_out_survives_an_erasure() -> None:
    check = whole()
    store_opt_out(organisation=check.organisation, address="maria@globex.example", now=NOW)
    erase(check.referees.get(slot=1))
    assert has_opted_out(organisation=check.organisation, address="maria@globex.example")


@pytest.mark.world
def test_other_referees_are_not_affected() -> None:
    check, other = whole(), whole()
    before = list(Reference.objects.of(other.organisation).values())
    people = list(Referee.objects.of(other.organisation).values())
    erase(check.referees.get(slot=1))
    assert list(Reference.objects.of(other.organisation).values()) == before
    assert list(Referee.objects.of(other.organisation).values()) == people
    assert [referee.name for referee in check.referees.order_by("slot")] == [
        "Erased referee",
        "Omar Haddad",
        "Paul Meier",
    ]


@pytest.mark.world
def test_a_reopened_check_does_not_contact_erased_referees() -> None:
    story = sent()
    rita = factories.member(story.application.organisation)
    cancel_check(check_id=story.check.pk, member=rita, now=NOW)
    gone = story.requests[0]
    erase(gone.referee)
    invite_again(step_request=story.check.step_request, member=rita, now=NOW)
    run_jobs()
    assert [(request.state, request.why) for request in story.requests] == [("ended", ""), ("sent", "")]
    assert not Email.objects.of(story.application.organisation).filter(to_address="").exists()
    assert not keep_draft_of_closed(request_id=gone.pk, submitted=[], seen={}, now=NOW)


@pytest.mark.world
def test_no_notice_is_sent_about_a_slow_erased_referee() -> None:
    story = sent()
    erase(story.requests[0].referee)
    assert [request.slow_at is None for request in story.requests] == [True, False]


@pytest.mark.world
def test_an_erased_wrong_recipient_still_does_not_count_as_a_referee() -> None:
    check = checked(done=False)
    for slot, why in ((1, "would_rather_not"), (2, "not_me")):
        request = asked(check, slot, state="declined")
        ReferenceRequest.objects.of(check.organisation).filter(pk=request.pk).update(
            why=why, decline_reason="They owe me money."
        )
        assert erase(request.referee)
    rows = ReferenceRequest.objects.of(check.organisation).order_by("pk")
    assert [(row.state, row.why, row.decline_reason) for row in rows] == [
        ("declined", "", ""),
        ("declined", "not_me", ""),
    ]
    assert (results(check).sent, results(check).declined) == (1, 1)


@pytest.mark.world
def test_pages_do_not_show_an_erased_referees_relationship() -> None:
    story = sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        answer(referee_path(address))
    erase(story.requests[0].referee)
    check = Check.objects.of(story.check.organisation).get(pk=story.check.pk)
    gone, stays = check_overview(check, now=NOW).slots
    assert (gone.relationship, gone.period) == ("", "")
    assert stays.relationship
    assert get(candidate_path(story)).status_code == 200


def test_reasons_of_holds_and_kept_data_no_longer_name_an_erased_referee() -> None:
    check = whole()
    first = check.referees.get(slot=1)
    application = check.step_request.application
    organisation, text = check.organisation, f"{first.name} asked."
    stranger = factories.application(factories.role(organisation))
    for whose in (
        {"candidate": application.candidate},
        {"role": application.role},
        {"candidate": stranger.candidate},
    ):
        Hold.objects.create(
            organisation=organisation, ground="claims", reason=text, placed_at=NOW, lifted_at=NOW, **whose
        )
    for of in ({"candidate": application.candidate}, {"application": application}, {"application": stranger}):
        Erasure.objects.create(
            organisation=organisation,
            reason="member",
            requested_at=NOW,
            due_at=NOW,
            cancelled_at=NOW,
            cancelled_because=text,
            **of,
        )
    check.decline_reason = text
    check.save()
    erase(first)
    reasons = [hold.reason for hold in Hold.objects.of(organisation).order_by("pk")]
    kept = [erasure.cancelled_because for erasure in Erasure.objects.of(organisation).order_by("pk")]
    check.refresh_from_db()
    assert (reasons, kept) == ([(redacted := "[…] asked."), redacted, text], [redacted, redacted, text])
    assert check.decline_reason == redacted


def test_notes_on_flags_of_assessments_no_longer_name_an_erased_referee() -> None:
    check = whole()
    first = check.referees.get(slot=1)
    attempt = invited(check.step_request.application)
    AttemptFlag.objects.create(
        organisation=check.organisation,
        attempt=attempt,
        code="away",
        key="1",
        grade="low",
        found_at=NOW,
        dismissed_note=f"{first.name} explained it.",
    )
    erase(first)
    assert AttemptFlag.objects.of(check.organisation).get().dismissed_note == "[…] explained it."


def test_comments_on_marks_and_reasons_for_discarding_no_longer_name_an_erased_referee() -> None:
    check = whole()
    first = check.referees.get(slot=1)
    attempt = invited(check.step_request.application)
    part = AttemptPart.objects.of(check.organisation).filter(attempt=attempt)[0]
    by = factories.member(check.organisation)
    marking = Marking.objects.create(
        organisation=check.organisation,
        part=part,
        item="why",
        rater=by,
        points={"c1": 1},
        comment=f"{first.name} says the same.",
        marked_at=NOW,
    )
    verification = Verification.objects.create(
        organisation=check.organisation,
        part=part,
        opened_at=NOW,
        opened_by=by,
        version="1",
        form="verification_12",
        language="en",
        items=12,
        discarded_at=NOW,
        discard_reason=f"{first.name} called in between.",
    )
    erase(first)
    marking.refresh_from_db()
    verification.refresh_from_db()
    assert (marking.comment, verification.discard_reason) == ("[…] says the same.", "[…] called in between.")

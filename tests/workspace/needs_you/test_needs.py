"""Home's list of what needs the member, with remedies."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.kinds.custom_questions.marking import mark_answer
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.core.workdays import calendar_of
from goodword.notifications.domain.bounces import note_bounced, note_delivered
from goodword.notifications.models import Email
from goodword.references.models import ReferenceRequest
from goodword.roles.models import Step
from goodword.workspace.needs_you.needs import Hidden, Need, Needs, Urgency, Viewer, collect, late
from goodword.workspace.needs_you.sources import NAMES, SOURCES
from goodword.workspace.settings_pages.mails import send_request_again
from tests.assessments.custom_questions.support import answered as custom_answered
from tests.references import story
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, path, reported
from tests.workspace.needs_you.world import (
    DAY,
    LATE,
    NOW,
    WaitingReason,
    World,
    appealed,
    bounced,
    cannot_name,
    declined,
    mail_failed,
    mentioned,
    missed,
    note_failed,
    report_failed,
    stage_renamed,
    unsent,
    waits,
    without_rater,
    world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> World:
    return world()


def needs(
    member: Membership,
    *,
    mine: bool = True,
    now: object = NOW,
    at_most: int = 50,
    hidden: Hidden | None = None,
) -> Needs:
    viewer = Viewer(member=member, mine=mine, now=now)  # type: ignore[arg-type]
    return collect(viewer, SOURCES, at_most=at_most, hidden=hidden)


def shown(found: Needs) -> list[Need]:
    return [need for urgency in Urgency for need in found.shown[urgency]]


def only(member: Membership, **values: object) -> Need:
    (need,) = shown(needs(member, **values))  # type: ignore[arg-type]
    return need


def sentences(need: Need) -> tuple[str, str, list[str]]:
    return f"{need.who} {need.what}", need.detail, [action.label for action in need.actions]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("reason", "said", "detail", "buttons"),
    [
        (
            WaitingReason.NO_ADDRESS,
            "has no usable e-mail address in Greenhouse",
            "invited once Greenhouse has one",
            ["Open in Greenhouse"],
        ),
        (
            WaitingReason.MAY_NOT_EMAIL,
            "is marked “Do not e-mail”",
            "invited once this is changed",
            ["Open in Greenhouse"],
        ),
        (
            WaitingReason.PROSPECT,
            "is a prospect, who is never e-mailed",
            "invited once converted to a candidate",
            ["Open in Greenhouse"],
        ),
        (
            WaitingReason.SUSPICIOUS_NAME,
            "has a name that looks like a link",
            "not invited yet",
            ["Confirm name"],
        ),
        (
            WaitingReason.CLICK,
            "hasn't been invited",
            "reopened or no longer visible in Greenhouse, or moved while webhooks were off or the role was archived",
            ["Invite", "Dismiss"],
        ),
    ],
)
def test_a_step_that_waits_says_why_and_what_to_do(
    here: World, reason: str, said: str, detail: str, buttons: list[str]
) -> None:
    waits(here.named("Ada"), reason)
    need = only(here.rita)
    assert sentences(need) == (f"Ada Zorn {said}", detail, buttons)
    assert (need.place, need.since, need.urgency) == ("Window Washer · assessment", NOW, Urgency.STUCK)


@pytest.mark.world
def test_a_delayed_step_and_one_of_a_rejected_application_wait_for_nobody(here: World) -> None:
    waits(here.named("Ada"), WaitingReason.DELAY, due_at=NOW + DAY)
    waits(here.named("Bob", status="rejected"), WaitingReason.CLICK)
    assert shown(needs(here.rita)) == []


@pytest.mark.world
def test_candidates_who_have_left_the_stage_are_not_said_to_be_invited_on_publication(here: World) -> None:
    factories.automation(here.role, connection_id=1, job_id=5, stages={"assessment": (501, "Test")})
    waits(here.named("Ada", job_id=5, stage_id=501), WaitingReason.UNPUBLISHED)
    waits(here.named("Bob", job_id=5, stage_id=502), WaitingReason.UNPUBLISHED)
    waits(here.named("Cyd", connection_id=None), WaitingReason.UNPUBLISHED)
    assert sorted(sentences(need) for need in shown(needs(here.rita))) == [
        (f"{name} Zorn is waiting for the assessment", "invited once it is published", ["Publish …"])
        for name in ("Ada", "Cyd")
    ]


@pytest.mark.world
def test_nobody_is_asked_for_the_address_of_a_candidate_who_has_left_the_stage(here: World) -> None:
    factories.automation(here.role, connection_id=1, job_id=5, stages={"assessment": (501, "Test")})
    waits(here.named("Ada", job_id=5, stage_id=501), WaitingReason.NO_ADDRESS)
    left = waits(here.named("Bob", email="", job_id=5, stage_id=502), WaitingReason.NO_ADDRESS)
    assert [need.who for need in shown(needs(here.rita))] == ["Ada Zorn"]
    where = path("candidate", here.role.organisation, left.application_id)
    [card, _check] = signed_in(here.rita).get(where).context["cards"]
    assert (card.mark.state, card.mark.attention, card.may_begin) == ("paused", "", False)
    Candidate.objects.of(here.role.organisation).update(email="bob@mail.example")
    [card, _check] = signed_in(here.rita).get(where).context["cards"]
    assert (card.mark.state, card.may_begin) == ("paused", True)
    Step.objects.of(here.role.organisation).filter(pk=left.step_id).update(on_leave=Step.OnLeave.GO_ON)
    assert sorted(need.who for need in shown(needs(here.rita))) == ["Ada Zorn", "Bob Zorn"]


@pytest.mark.world
def test_a_bounce_needs_nobody_while_the_step_is_paused_or_once_the_application_has_ended(
    here: World,
) -> None:
    applications = [here.named(first) for first in ("Ada", "Bob", "Cyd", "Dee")]
    for application in applications:
        bounced(application, application.candidate.email)
    _ada, bob, cyd, dee = applications
    attempts = Attempt.objects.of(here.role.organisation)
    attempts.filter(step_request__application=bob).update(paused_at=NOW)
    attempts.filter(step_request__application=cyd).update(closed_at=NOW)
    Application.objects.of(here.role.organisation).filter(pk__in=[cyd.pk, dee.pk]).update(status="rejected")
    assert [need.who for need in shown(needs(here.rita))] == ["Ada Zorn"]
    listing = signed_in(here.rita).get(path("role", here.role.organisation, here.role.pk)).context["listing"]
    states = {row.application.candidate.first_name: row.cells[0].status.word for row in listing.rows}
    assert states == {"Ada": "Needs attention", "Bob": "Paused", "Cyd": "Closed", "Dee": "Overdue"}
    [chips, _checks] = [chips for _step, chips in listing.step_chips]
    assert {str(chip.label): chip.count for chip in chips if chip.count} == {
        "Needs attention": 1,
        "Overdue": 1,
        "Paused": 1,
        "Closed or declined": 1,
    }
    client = signed_in(here.rita)
    for application, says in zip(applications, (True, False, False, False), strict=True):
        page = client.get(path("candidate", here.role.organisation, application.pk)).content.decode()
        assert ("E-mails to the candidate bounce" in page) == says


@pytest.mark.world
def test_an_earlier_result_is_offered_to_those_who_may_see_its_role(here: World) -> None:
    other = factories.role(here.role.organisation, title="Gardener")
    application = here.named("Ada")
    report = reported(factories.application(other, candidate=application.candidate))
    waits(application, WaitingReason.REUSE, earlier=report.step_request)
    assert sentences(only(here.rita)) == (
        "Ada Zorn has a result from another role",
        "from Gardener; not invited yet",
        ["Reuse result", "Invite", "Dismiss"],
    )
    assert sentences(only(here.rita, now=NOW + timedelta(days=366))) == (
        "Ada Zorn has a result from another role",
        "more than a year old, so it can't be reused; not invited yet",
        ["Invite", "Dismiss"],
    )
    factories.automation(other, connection_id=1, job_id=77, stages={})
    other.automations.update(confidential=True)
    assert sentences(only(here.rita)) == (
        "Ada Zorn has an earlier result",
        "an admin can see the details; not invited yet",
        ["Invite", "Dismiss"],
    )


@pytest.mark.world
def test_a_bounced_invitation_goes_to_the_corrected_address_in_one_click(here: World) -> None:
    bounced(here.named("Marcus", email="m.bell@posteo.example"), "marcus@gmial.example")
    need = only(here.rita)
    assert sentences(need) == (
        "Marcus Zorn doesn't get our e-mail",
        "marcus@gmial.example bounces",
        ["Send to m.bell@posteo.example"],
    )
    assert need.since == NOW + DAY


@pytest.mark.world
def test_a_bounced_address_that_is_still_the_same_is_corrected_in_greenhouse(here: World) -> None:
    bounced(here.named("Marcus", email="m.bell@posteo.example"), "m.bell@posteo.example")
    assert [action.label for action in only(here.rita).actions] == ["Open in Greenhouse", "Send again"]


@pytest.mark.world
@pytest.mark.parametrize(
    ("code", "said", "detail", "buttons"),
    [
        ("not_sent", "didn't get our e-mail", "it could not be sent", ["Send to ada@mail.example"]),
        (
            "complained",
            "marked our e-mail as spam",
            "no more are sent; contact them another way",
            ["Open in Greenhouse"],
        ),
        ("link_in_name", "has a name that looks like a link", "e-mails are on hold", ["Confirm name"]),
        (
            "reopened",
            "is active in Greenhouse again",
            "nothing is sent until you invite them",
            ["Invite again"],
        ),
    ],
)
def test_a_stopped_run_says_why_and_what_to_do(
    here: World, code: str, said: str, detail: str, buttons: list[str]
) -> None:
    application = here.named("Ada", email="ada@mail.example")
    check = checked(application)
    check.attention = code
    check.save()
    assert sentences(only(here.rita)) == (f"Ada Zorn {said}", detail, buttons)


@pytest.mark.world
def test_a_reopened_run_needs_attention_since_it_was_reopened(here: World) -> None:
    application = here.named("Ada")
    check = checked(application)
    check.attention = "reopened"
    check.save()
    Event.objects.create(
        name="step.reopened",
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor="greenhouse",
        occurred_at=NOW + DAY,
        data={"step_request_id": check.step_request_id},
    )
    assert only(here.rita).since == NOW + DAY


@pytest.mark.world
def test_a_declined_step_is_listed_for_a_week_unless_the_application_ends(here: World) -> None:
    application = here.named("Ada")
    attempt, check = invited(application), checked(here.named("Bo"))
    Attempt.objects.of(application.organisation).filter(pk=attempt.pk).update(
        progress="declined", completed_at=NOW
    )
    check.progress, check.completed_at, check.decline_reason = "declined", NOW, "I have another offer."
    check.save()
    assert {sentences(need)[:2] for need in shown(needs(here.rita))} == {
        ("Ada Zorn declined the assessment", "listed here for 7 days"),
        ("Bo Zorn declined the reference check", "“I have another offer.”"),
    }
    assert [action.label for action in shown(needs(here.rita))[0].actions] == [
        "Open in Greenhouse",
        "Invite again …",
    ]
    assert shown(needs(here.rita, now=NOW + 8 * DAY)) == []
    Application.objects.of(application.organisation).update(status="rejected")
    assert shown(needs(here.rita)) == []


@pytest.mark.world
def test_a_paused_run_needs_nobody(here: World) -> None:
    check = checked(here.named("Ada"))
    check.attention, check.paused_at = "not_sent", NOW
    check.save()
    assert shown(needs(here.rita)) == []


@pytest.mark.world
def test_a_candidate_who_cannot_name_a_referee_is_listed_with_the_reason(here: World) -> None:
    cannot_name(here.named("Lena"), relationship="manager", reason="The company closed.")
    need = only(here.rita)
    assert sentences(need) == (
        "Lena Zorn can't name a referee: manager",
        "“The company closed.” · deadline on hold",
        ["Accept any referee instead", "Answer …"],
    )
    assert need.actions[0].fields == (("answer", "any"),)


def bounces(request: ReferenceRequest) -> None:
    email = Email.objects.of(request.organisation).get(subject_ref=request.mail_ref)
    note_bounced(email_id=email.pk, reason="550 5.1.1 No such user", now=NOW + DAY)
    run_jobs()


@pytest.mark.world
def test_a_referee_who_cannot_be_reached_is_listed_until_they_are() -> None:
    told = story.sent()
    organisation, owner = told.application.organisation, told.owner
    first, second = told.requests
    bounces(first)
    Email.objects.of(organisation).filter(subject_ref=second.mail_ref).update(state="failed")
    found = [sentences(need)[1:] for need in shown(needs(owner))]
    assert sorted(found, reverse=True) == [
        (
            "paul@globex.example: the e-mail could not be sent",
            ["Send again to paul@globex.example", "Correct address …"],
        ),
        (
            "maria@globex.example bounces; the candidate was asked for another address",
            ["Correct address …"],
        ),
    ]
    ReferenceRequest.objects.of(organisation).update(state="answered")
    assert shown(needs(owner)) == []


@pytest.mark.world
def test_nobody_is_asked_about_a_referee_who_has_answered_after_all() -> None:
    maria = "maria@globex.example"
    with time_machine.travel(NOW, tick=False):
        told = story.sent()
        bounces(told.requests[0])
        story.post(f"{story.candidate_path(told)}1/cannot/", {"c-reason": "She has no other address."})
        run_jobs()
        member = told.owner
        assert [need.source for need in shown(needs(member))] == ["slot", "request"]
        send_request_again(told.requests[0].referee, member=member, now=NOW)
        run_jobs()
        assert [need.source for need in shown(needs(member))] == []
        story.answer(story.referee_path(maria))
        assert [need.source for need in shown(needs(member))] == []


@pytest.mark.world
def test_a_referee_is_not_listed_once_a_mail_without_a_response_has_been_delivered() -> None:
    told = story.sent()
    organisation, owner = told.application.organisation, told.owner
    request = told.requests[1]
    emails = Email.objects.of(organisation).filter(subject_ref=request.mail_ref)
    emails.update(state="failed", unanswered=3, last_error="No response. It may have arrived.")
    ReferenceRequest.objects.of(organisation).filter(pk=request.pk).update(
        invited_at=None, next_reminder_at=None
    )
    assert [sentences(need)[1] for need in shown(needs(owner))] == [
        "paul@globex.example: the e-mail could not be sent"
    ]
    note_delivered(email_id=emails.get().pk, address="paul@globex.example", now=NOW + DAY)
    run_jobs()
    request.refresh_from_db()
    assert (shown(needs(owner)), request.invited_at) == ([], NOW + DAY)
    assert request.next_reminder_at is not None


@pytest.mark.world
def test_a_bounced_request_says_if_the_candidate_could_not_be_asked_for_another_address() -> None:
    told = story.sent()
    Candidate.objects.of(told.application.organisation).update(can_email=False)
    bounces(told.requests[0])
    assert sentences(only(told.owner))[1:] == (
        "maria@globex.example bounces; the candidate hasn't been asked for another address",
        ["Correct address …"],
    )


@pytest.mark.world
def test_a_failed_note_and_a_failed_report_are_listed(here: World) -> None:
    note_failed(here.named("Priya"))
    report_failed(here.named("Rosa"))
    assert sorted(sentences(need) for need in shown(needs(here.rita))) == [
        (
            "Priya Zorn has a report that didn't reach Greenhouse",
            "Greenhouse refuses the author.",
            ["Post it again"],
        ),
        ("Rosa Zorn has a report that could not be created", "The font is missing.", ["Create it again"]),
    ]


@pytest.mark.world
def test_a_duplicated_note_is_listed_until_acknowledged(here: World) -> None:
    note = note_failed(here.named("Priya"))
    note.state, note.duplicate_remote_ids = "sent", [8, 9]
    note.save()
    assert only(here.rita).what == "has a note that appears twice on the Activity Feed"
    note.duplicates_seen_at = NOW
    note.save()
    assert shown(needs(here.rita)) == []


@pytest.mark.world
def test_a_failed_mail_to_the_recruiter_is_listed_for_a_month(here: World) -> None:
    application = here.named("Ada")
    invited(application)
    email = Email.objects.of(application.organisation).get()
    email.kind, email.state, email.link_purpose = "references.review", "failed", "review"
    email.to_address = "rita@acme.example"
    email.save()
    need = only(here.rita)
    assert (need.detail, [action.label for action in need.actions]) == (
        "rita@acme.example",
        ["Send to rita@acme.example"],
    )
    assert not [one for one in shown(needs(here.rita, now=NOW + 31 * DAY)) if one.source == "mail"]


@pytest.mark.world
def test_changes_of_jobs_and_stages_are_listed_for_the_owner(here: World) -> None:
    stage_renamed(here.role)
    need = only(here.rita)
    assert (need.who, need.what) == (
        "Window Washer",
        "Stage “Test” was renamed “Trial” in Greenhouse.",
    )
    assert [action.label for action in need.actions] == ["Dismiss"]


@pytest.mark.world
def test_missed_invitations_of_a_role_are_one_row(here: World) -> None:
    for name in ("Ada", "Bob", "Cleo"):
        missed(here.named(name))
    need = only(here.rita)
    assert sentences(need) == (
        "3 candidates moved to a mapped stage but weren't invited automatically",
        "you decide who is invited",
        ["Review 3 …"],
    )


@pytest.mark.world
def test_answers_are_listed_until_this_member_has_marked_them() -> None:
    attempt = custom_answered(two_raters=True)
    owner = attempt.step_request.application.role.owner  # type: ignore[union-attr]
    now = attempt.completed_at
    assert now is not None
    assert sentences(only(owner, now=now))[2] == ["Mark answers …"]
    assert needs(owner, now=now, at_most=0).total == 1
    for item, points in (("why", {"c1": 3, "c2": 1}), ("plan", {"c3": 2})):
        mark_answer(
            attempt_id=attempt.pk, order=1, item_id=item, points=points, comment="", by=owner, now=now
        )
    assert shown(needs(owner, now=now)) == []


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "less than a day late"),
        (2, "less than a day late"),
        (3, "less than a day late"),
        (4, "1 working day late"),
        (6, "3 working days late"),
    ],
)
def test_weekends_do_not_make_a_step_later(days: int, words: str) -> None:
    calendar = calendar_of("Europe/Berlin")
    friday = datetime(2026, 3, 6, 23, 59, tzinfo=calendar.zone)
    now = datetime(2026, 3, 6 + days, 10, 0, tzinfo=calendar.zone)
    assert late(friday, now=now, calendar=calendar) == words


@pytest.mark.world
def test_overdue_steps_come_after_stuck_ones_and_end_after_thirty_days(here: World) -> None:
    invited(here.named("Noor"))
    checked(here.named("Sofia"))
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS, requested_at=LATE)
    found = needs(here.rita, now=LATE)
    assert [(need.urgency.value, *sentences(need)) for need in shown(found)] == [
        (
            "stuck",
            "Ada Zorn has no usable e-mail address in Greenhouse",
            "invited once Greenhouse has one",
            ["Open in Greenhouse"],
        ),
        (
            "overdue",
            "Noor Zorn hasn't started",
            "0 of 2 reminders sent",
            ["Extend the deadline …", "Invite again"],
        ),
        (
            "overdue",
            "Sofia Zorn hasn't named referees",
            "0 of 2 reminders sent · closes automatically on Thu 16 Apr",
            ["Extend to Mon 30 Mar"],
        ),
    ]
    assert {need.late for need in found.shown[Urgency.OVERDUE]} == {
        "3 working days late",
        "6 working days late",
    }
    assert found.counts == {Urgency.STUCK: 1, Urgency.OVERDUE: 2, Urgency.MENTIONED: 0}
    assert needs(here.rita, now=NOW + 90 * DAY).counts[Urgency.OVERDUE] == 0


@pytest.mark.world
def test_an_overdue_assessment_is_late_since_the_deadline_of_its_role(here: World) -> None:
    """The candidate's own deadline would reveal an adjustment."""
    attempt = invited(here.named("Noor"))
    before = attempt.deadline_at
    Attempt.objects.of(attempt.organisation).update(
        deadline_at=before + 3 * DAY, deadline_moved_by=timedelta(days=3)
    )
    assert only(here.rita, now=LATE).since == before


@pytest.mark.world
def test_an_overdue_check_names_those_who_have_not_answered() -> None:
    told = story.sent()
    owner = told.owner
    check = told.check
    check.requests.filter(referee__name="Maria Schmidt").update(state="answered")
    need = only(owner, now=check.deadline_at + DAY)
    assert need.what == "has 1 of 2 references"
    assert "no answer from Paul Meier" in need.detail
    assert [action.label for action in need.actions][1:] == ["Complete with 1 …"]


@pytest.mark.world
def test_referees_of_an_overdue_check_are_reminded_before_their_own_deadline() -> None:
    told = story.sent()
    owner = told.owner
    check, now = told.check, told.check.deadline_at + DAY
    paul, maria = (check.requests.get(referee__name=name) for name in ("Paul Meier", "Maria Schmidt"))
    for one in (paul, maria):
        one.deadline_at = now + DAY
        one.save()

    def offered() -> list[str]:
        return [action.label for action in only(owner, now=now).actions[1:]]

    assert sorted(offered()) == ["Remind Maria Schmidt", "Remind Paul Meier"]
    check.requests.filter(pk=maria.pk).update(reminders_sent=maria.reminders_promised)
    where = path("needs_you", check.organisation)
    with time_machine.travel(now, tick=False):
        client = signed_in(owner)
        [address] = [action.url for action in only(owner, now=now).actions[1:]]
        before = Email.objects.of(check.organisation).count()
        assert client.post(address, {"back": where}).headers["Location"] == where
        assert client.post(address, {"back": where}).status_code == 302
    assert Email.objects.of(check.organisation).count() == before + 1
    [entry] = AuditEntry.objects.of(check.organisation).filter(action="request.reminded")
    assert entry.member == owner
    check.requests.filter(pk=paul.pk).update(deadline_at=now - DAY)
    assert offered() == []


@pytest.mark.world
def test_mine_are_those_of_my_roles_and_of_my_candidates(here: World) -> None:
    organisation = here.role.organisation
    jonas = factories.member(organisation, email="jonas@acme.example")
    waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    waits(here.named("Bob", recruiter_email="Jonas@acme.example"), WaitingReason.NO_ADDRESS)
    stage_renamed(here.role)
    names = [
        sorted(need.who for need in shown(needs(member, mine=mine)))
        for member, mine in ((here.rita, True), (jonas, True), (jonas, False))
    ]
    everything = ["Ada Zorn", "Bob Zorn", "Window Washer"]
    assert names == [everything, ["Bob Zorn"], everything]


@pytest.mark.world
def test_rows_that_the_member_may_not_see_are_not_listed(here: World) -> None:
    organisation = here.role.organisation
    waits(here.named("Ada", private=True), WaitingReason.NO_ADDRESS)
    stage_renamed(here.role)
    stranger = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(organisation, kind="hiring_manager")
    assert [needs(who, mine=False).total for who in (stranger, manager)] == [0, 0]
    assert [need.who for need in shown(needs(factories.member(organisation), mine=False))] == [
        "Window Washer"
    ]
    here.role.viewers.add(manager)
    assert needs(manager, mine=False).total == 2


@pytest.mark.world
def test_erased_people_are_not_listed(here: World) -> None:
    application = here.named("Ada")
    waits(application, WaitingReason.NO_ADDRESS)
    Application.objects.of(application.organisation).update(erasure_requested_at=NOW)
    assert needs(here.rita).total == 0


@pytest.mark.world
def test_the_oldest_are_shown_and_all_are_counted(here: World) -> None:
    for days, name in enumerate(("Cleo", "Bob", "Ada")):
        waits(here.named(name), WaitingReason.NO_ADDRESS, requested_at=NOW - days * DAY)
    found = needs(here.rita, at_most=2)
    assert [need.who for need in shown(found)] == ["Ada Zorn", "Bob Zorn"]
    assert (found.total, found.more(Urgency.STUCK)) == (3, 1)


@pytest.mark.world
def test_counting_stops_where_it_would_take_long(here: World) -> None:
    for name in ("Ada", "Bob", "Cleo", "Dan"):
        waits(here.named(name), WaitingReason.NO_ADDRESS)
    viewer = Viewer(member=here.rita, mine=True, now=NOW)
    found = collect(viewer, SOURCES, at_most=2, counted=3)
    assert (found.text(Urgency.STUCK), found.text(Urgency.OVERDUE), found.total_text) == ("3+", "0", "3+")


@pytest.mark.world
def test_hidden_needs_are_left_out_or_shown_alone(here: World) -> None:
    first = waits(here.named("Ada"), WaitingReason.NO_ADDRESS)
    waits(here.named("Bob"), WaitingReason.NO_ADDRESS)
    missed(here.named("Cleo"))
    ids = {"waiting": [first.pk], "missed": [here.role.pk]}
    assert [need.who for need in shown(needs(here.rita, hidden=Hidden(ids=ids)))] == ["Bob Zorn"]
    alone = shown(needs(here.rita, hidden=Hidden(ids=ids, only=True)))
    assert sorted(need.who for need in alone) == ["1 candidate", "Ada Zorn"]


#: sources that need other worlds: referees, written answers, a request to the contact, a hiring manager
ELSEWHERE = {"request", "marking", "adjustment", "rating"}


def everything_for(here: World, name: str) -> None:
    """One row of each other source."""
    waits(here.named(name), WaitingReason.NO_ADDRESS)
    bounced(here.named(name), "wrong@mail.example")
    cannot_name(here.named(name), reason="None left.")
    note_failed(here.named(name))
    report_failed(here.named(name))
    missed(here.named(name))
    checked(here.named(name))
    mail_failed(invited(here.named(name)))
    unsent(here.named(name))
    declined(invited(here.named(name)))
    declined(checked(here.named(name)))
    appealed(here.named(name))
    mentioned(here.named(name), here.rita)
    without_rater(here.named(name))


@pytest.mark.world
def test_the_counts_do_not_depend_on_how_many_are_shown(here: World) -> None:
    for name in ("Ada", "Bob"):
        everything_for(here, name)
    counts = needs(here.rita).counts
    assert [needs(here.rita, at_most=n).counts for n in (0, 1)] == [counts, counts]


@pytest.mark.world
def test_the_number_of_queries_does_not_depend_on_the_rows(here: World) -> None:
    everything_for(here, "Ada")
    stage_renamed(here.role)
    with CaptureQueriesContext(connection) as one:
        first = needs(here.rita, now=LATE)
    assert {need.source for need in shown(first)} == NAMES - ELSEWHERE
    everything_for(here, "Bob")
    everything_for(here, "Cleo")
    with CaptureQueriesContext(connection) as three:
        last = needs(here.rita, now=LATE)
    assert (first.total, last.total) == (16, 44)
    assert len(three) == len(one)

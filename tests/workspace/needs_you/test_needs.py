"""Home's list of what needs the member: what each row says, with its remedies."""

from datetime import timedelta

import pytest
import time_machine

from goodword.assessments.kinds.custom_questions.marking import mark_answer
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.notifications.domain.bounces import note_bounced, note_delivered
from goodword.notifications.models import Email
from goodword.references.models import ReferenceRequest
from goodword.roles.models import Step
from goodword.workspace.needs_you.needs import Urgency
from goodword.workspace.settings_pages.mails import send_request_again
from tests.assessments.custom_questions.support import answered as custom_answered
from tests.references import story
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, path, reported
from tests.workspace.needs_you.world import (
    DAY,
    NOW,
    WaitingReason,
    World,
    bounced,
    cannot_name,
    missed,
    needs,
    note_failed,
    only,
    report_failed,
    sentences,
    shown,
    stage_renamed,
    waits,
    world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> World:
    return world()


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
            "we no longer e-mail that address about this application; contact them another way",
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

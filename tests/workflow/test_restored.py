"""Undone rejections and hires reopen steps; nothing is sent until a member clicks."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

import pytest
import pytest_django

from goodword.assessments.attempts import invitations
from goodword.candidates.models import Application
from goodword.notifications.models import Email
from goodword.references.domain import invitations as check_invitations
from goodword.roles.models import AlreadyThere, Step
from goodword.workflow.domain.step_requests import start_due
from goodword.workflow.models import StepRequest
from tests.support import factories
from tests.support.mail import mail_is_taken
from tests.support.shared import shared_world
from tests.workflow.greenhouse_changes import (
    HIRE,
    MODELS,
    NOW,
    REJECT,
    UNHIRE,
    UNREJECT,
    Happening,
    apply_each,
    apply_together,
    enter,
    leave,
    mails,
    react_in_order_of,
    run_of,
    shown,
)

pytestmark = pytest.mark.django_db

MAPPED, ELSEWHERE = 501, 502
ENTER, LEAVE = enter(MAPPED), leave(MAPPED, ELSEWHERE)

each_order = pytest.mark.parametrize("seed", range(4))
each_end = pytest.mark.parametrize("ends", [(REJECT, UNREJECT), (HIRE, UNHIRE)], ids=["rejected", "hired"])


@pytest.fixture(scope="module", params=MODELS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def world(
    kind: str, django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Application]:
    yield from shared_world(django_db_blocker, lambda: applied(kind))


@pytest.fixture
def application(db: None, world: Application) -> Application:
    return deepcopy(world)


def applied(kind: str) -> Application:
    role = factories.role(factories.organisation())
    role.steps.filter(kind=kind).update(on_leave=Step.OnLeave.PAUSE, on_hire=Step.OnClose.CLOSE)
    factories.automation(role, connection_id=1, job_id=31, stages={kind: (MAPPED, "Mapped")})
    return factories.application(role, job_id=31, stage_id=500)


def starts(application: Application) -> list[tuple[str, str]]:
    rows = StepRequest.objects.of(application.organisation).filter(application=application)
    return list(rows.values_list("state", "waiting_reason"))


@pytest.mark.matrix
@each_end
@each_order
@pytest.mark.parametrize("noticed", [True, False])
def test_an_undone_rejection_reopens_runs_silently(
    application: Application, kind: str, ends: tuple[Happening, Happening], noticed: bool, seed: int
) -> None:
    apply_each(application, ENTER)
    react_in_order_of(seed)
    MODELS[kind].objects.of(application.organisation).update(deadline_at=NOW - timedelta(days=1))
    apply_each(application, ends[0])
    if noticed:
        react_in_order_of(seed)
    apply_each(application, ends[1])
    react_in_order_of(seed)
    run = run_of(application, kind)
    assert run is not None
    assert (shown(application, kind), run.attention) == ("pending", "reopened")
    assert run.deadline_at > NOW + timedelta(days=5)
    assert (mails(application), run.next_reminder_at) == (["cancelled"], None)


@pytest.mark.world
@each_order
def test_later_moves_send_nothing_either(application: Application, kind: str, seed: int) -> None:
    for events in ([ENTER], [REJECT], [UNREJECT], [LEAVE], [enter(MAPPED)]):
        apply_each(application, *events)
        react_in_order_of(seed)
    run = run_of(application, kind)
    assert run is not None
    assert (shown(application, kind), mails(application)) == ("pending", ["cancelled"])
    assert run.next_reminder_at is None


@pytest.mark.world
def test_a_click_sends_a_new_invitation_and_plans_reminders(application: Application, kind: str) -> None:
    for events in ([ENTER], [REJECT], [UNREJECT]):
        apply_each(application, *events)
        react_in_order_of(0)
    step_request = StepRequest.objects.of(application.organisation).get()
    assert application.role is not None
    act = invitations.invite_again if kind == "assessment" else check_invitations.invite_again
    act(step_request=step_request, member=application.role.owner, now=NOW + timedelta(hours=1))
    react_in_order_of(0)
    mail_is_taken(application, at=NOW + timedelta(hours=1))
    run = MODELS[kind].objects.of(application.organisation).latest("pk")
    assert (run.attention, run.closed_at) == ("", None)
    assert run.next_reminder_at is not None
    assert mails(application) == ["cancelled", "sent"]


@pytest.mark.world
@pytest.mark.matrix
@each_end
@each_order
def test_delayed_requests_wait_for_a_click(
    application: Application, kind: str, ends: tuple[Happening, Happening], seed: int
) -> None:
    Step.objects.of(application.organisation).update(delay_minutes=10)
    apply_each(application, ENTER)
    react_in_order_of(seed)
    apply_each(application, *ends)
    react_in_order_of(seed)
    assert start_due(now=NOW + timedelta(days=1)) == 0
    assert (starts(application), mails(application)) == ([("waiting", "click")], [])


@pytest.mark.matrix
@each_order
def test_a_delay_ending_during_a_rejection_waits_for_a_click(
    application: Application, kind: str, seed: int
) -> None:
    Step.objects.of(application.organisation).update(delay_minutes=10)
    apply_each(application, ENTER)
    react_in_order_of(seed)
    apply_each(application, REJECT)
    assert start_due(now=NOW + timedelta(days=1)) == 0  # before its reaction ran
    apply_each(application, UNREJECT)
    react_in_order_of(seed)
    assert (starts(application), mails(application)) == ([("waiting", "click")], [])


@pytest.mark.world
@each_order
def test_an_address_arriving_after_a_rejection_waits_for_a_click(
    application: Application, kind: str, seed: int
) -> None:
    candidate = application.candidate
    address, candidate.email = candidate.email, ""
    candidate.save()
    apply_each(application, ENTER)
    react_in_order_of(seed)
    apply_each(application, REJECT, UNREJECT)
    react_in_order_of(seed)
    candidate.email = address
    candidate.save()
    apply_each(application, ("candidate.changed", {}))
    react_in_order_of(seed)
    assert (starts(application), mails(application)) == ([("waiting", "click")], [])


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_requests_not_started_wait_for_a_click(application: Application, kind: str, seed: int) -> None:
    apply_each(application, ENTER, REJECT, UNREJECT)
    react_in_order_of(seed)
    assert (starts(application), mails(application)) == ([("waiting", "click")], [])


@pytest.mark.matrix
@each_order
def test_a_stage_entered_during_a_rejection_waits_for_a_click(
    application: Application, kind: str, seed: int
) -> None:
    Application.objects.of(application.organisation).update(
        stage_id=MAPPED
    )  # in the same response as the rejection
    apply_each(application, REJECT, UNREJECT)
    react_in_order_of(seed)
    assert (starts(application), mails(application)) == ([("waiting", "click")], [])


def test_candidates_already_in_the_stage_are_not_invited(application: Application) -> None:
    assert application.role is not None
    AlreadyThere.objects.create(
        organisation=application.organisation,
        automation=application.role.automations.get(),
        remote_application_id=application.remote_id or 0,
        stage_id=MAPPED,
        recorded_at=NOW,
    )
    Application.objects.of(application.organisation).update(stage_id=MAPPED)
    apply_each(application, REJECT, UNREJECT)
    react_in_order_of(0)
    assert starts(application) == []


@pytest.mark.world
@each_order
def test_a_later_move_to_the_stage_invites(application: Application, kind: str, seed: int) -> None:
    apply_each(application, REJECT)
    react_in_order_of(seed)
    apply_together(application, UNREJECT, leave(500, MAPPED), ENTER)
    react_in_order_of(seed)
    assert (shown(application, kind), mails(application)) == ("pending", ["queued"])


@pytest.mark.world
def test_the_recruiter_is_not_notified(application: Application) -> None:
    apply_each(application, ENTER, REJECT, UNREJECT)
    react_in_order_of(0)
    assert not Email.objects.of(application.organisation).exists()


@pytest.mark.world
@each_order
def test_a_step_that_continues_after_a_hire_is_not_affected(
    application: Application, kind: str, seed: int
) -> None:
    Step.objects.of(application.organisation).update(on_hire=Step.OnClose.GO_ON)
    apply_each(application, ENTER)
    react_in_order_of(seed)
    mail_is_taken(application, at=NOW)
    apply_each(application, HIRE, UNHIRE)
    react_in_order_of(seed)
    run = run_of(application, kind)
    assert run is not None
    assert (shown(application, kind), run.attention, mails(application)) == ("pending", "", ["sent"])
    assert run.next_reminder_at is not None


@pytest.mark.world
@each_order
def test_converting_a_prospect_closes_open_steps(application: Application, kind: str, seed: int) -> None:
    apply_each(application, ENTER)
    react_in_order_of(seed)
    Application.objects.of(application.organisation).update(status="converted")
    apply_each(application, ("application.converted", {}))
    react_in_order_of(seed)
    run = run_of(application, kind)
    assert run is not None
    assert (shown(application, kind), run.close_reason) == ("cancelled", "converted")
    assert mails(application) == ["cancelled"]

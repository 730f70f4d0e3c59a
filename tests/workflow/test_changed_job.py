"""Moving an application to another job moves or closes its steps, in any order of events."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

import pytest
import pytest_django

from goodword.candidates.models import Application
from goodword.roles.models import Role, Step
from goodword.workflow.models import StepRequest
from tests.support import factories
from tests.support.mail import mail_is_taken
from tests.support.shared import shared_world
from tests.workflow.greenhouse_changes import (
    MODELS,
    NOW,
    REJECT,
    UNREJECT,
    Happening,
    apply_each,
    apply_together,
    change_job,
    enter,
    leave,
    mails,
    react_in_order_of,
    run_of,
    shown,
)

pytestmark = pytest.mark.django_db

#: jobs of the first role, the second role and no role; the mapped and another stage of each role's job
HERE, THERE, NOWHERE = 31, 32, 33
MAPPED, ELSEWHERE, MAPPED_THERE, ELSEWHERE_THERE, AWAY = 501, 502, 601, 602, 701

TO_THERE: list[Happening] = [
    change_job(THERE),
    leave(MAPPED, MAPPED_THERE),
    enter(MAPPED_THERE, job_id=THERE),
]
TO_THERE_UNMAPPED: list[Happening] = [
    change_job(THERE),
    leave(MAPPED, ELSEWHERE_THERE),
    enter(ELSEWHERE_THERE, job_id=THERE),
]
TO_NOWHERE: list[Happening] = [change_job(NOWHERE), leave(MAPPED, AWAY), enter(AWAY, job_id=NOWHERE)]
BACK: list[Happening] = [
    change_job(HERE, since=NOWHERE),
    leave(AWAY, MAPPED),
    enter(MAPPED, job_id=HERE),
]

each_order = pytest.mark.parametrize("seed", range(4))


@pytest.fixture(scope="module", params=MODELS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["pause", "go_on"])
def on_leave(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def world(
    kind: str, on_leave: str, django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Application]:
    yield from shared_world(django_db_blocker, lambda: applied(kind, on_leave))


@pytest.fixture
def application(db: None, world: Application) -> Application:
    return deepcopy(world)


def applied(kind: str, on_leave: str) -> Application:
    role = factories.role(factories.organisation(), title="First")
    second = factories.role(role.organisation, title="Second", owner=role.owner)
    Step.objects.of(role.organisation).update(on_leave=on_leave)
    factories.automation(role, connection_id=1, job_id=HERE, stages={kind: (MAPPED, "Mapped")})
    factories.automation(second, connection_id=1, job_id=THERE, stages={kind: (MAPPED_THERE, "Mapped")})
    return factories.application(role, job_id=HERE, stage_id=500)


def begin(application: Application, seed: int = 0) -> None:
    apply_each(application, enter(MAPPED))
    react_in_order_of(seed)


def roles_of_starts(application: Application) -> list[str]:
    rows = StepRequest.objects.of(application.organisation).filter(application=application)
    return list(rows.order_by("pk").values_list("step__role__title", flat=True))


@pytest.mark.matrix
@each_order
def test_an_open_step_moves_to_the_other_role_without_a_new_mail(
    application: Application, kind: str, seed: int
) -> None:
    begin(application)
    mail_is_taken(application, at=NOW)
    run = run_of(application, kind)
    assert run is not None
    deadline = run.deadline_at
    apply_together(application, *TO_THERE)
    react_in_order_of(seed)
    run.refresh_from_db()
    assert (shown(application, kind), roles_of_starts(application)) == ("pending", ["Second"])
    assert (mails(application), run.deadline_at) == (["sent"], deadline)
    assert run.next_reminder_at is not None


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_the_other_roles_settings_apply(
    application: Application, kind: str, on_leave: str, seed: int
) -> None:
    begin(application)
    mail_is_taken(application, at=NOW)
    Step.objects.of(application.organisation).filter(role__title="Second").update(reminder_days=[4, 6])
    apply_together(application, *TO_THERE_UNMAPPED)
    react_in_order_of(seed)
    assert shown(application, kind) == ("paused" if on_leave == "pause" else "pending")
    run = run_of(application, kind)
    assert run is not None
    if on_leave == "go_on":
        assert run.next_reminder_at is not None
        assert run.next_reminder_at - run.opened_at > timedelta(days=3)


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_a_finished_step_moves_to_the_other_role(application: Application, kind: str, seed: int) -> None:
    begin(application)
    MODELS[kind].objects.of(application.organisation).update(progress="completed", completed_at=factories.NOW)
    apply_together(application, *TO_THERE)
    react_in_order_of(seed)
    assert (shown(application, kind), roles_of_starts(application)) == ("completed", ["Second"])
    assert mails(application) == ["queued"]


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_a_candidate_moved_before_sending_is_invited_once(
    application: Application, kind: str, seed: int
) -> None:
    apply_each(application, enter(MAPPED))
    apply_together(application, *TO_THERE)
    react_in_order_of(seed)
    assert (shown(application, kind), roles_of_starts(application)) == ("pending", ["Second"])
    assert mails(application) == ["queued"]


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_a_job_without_a_role_closes_open_steps(application: Application, kind: str, seed: int) -> None:
    begin(application)
    apply_together(application, *TO_NOWHERE)
    react_in_order_of(seed)
    run = run_of(application, kind)
    assert run is not None
    assert (shown(application, kind), run.close_reason) == ("cancelled", "changed_job")
    assert (roles_of_starts(application), mails(application)) == (["First"], ["cancelled"])


@pytest.mark.matrix
@each_order
def test_a_candidate_moved_to_a_job_without_a_role_is_not_contacted(
    application: Application, kind: str, seed: int
) -> None:
    apply_each(application, enter(MAPPED))
    apply_together(application, *TO_NOWHERE)
    react_in_order_of(seed)
    assert set(mails(application)) <= {"cancelled"}
    assert shown(application, kind) in {"none", "cancelled"}


@pytest.mark.world
@pytest.mark.matrix
def test_a_delayed_request_is_withdrawn_at_a_job_without_a_role(application: Application, kind: str) -> None:
    Step.objects.of(application.organisation).update(delay_minutes=10)
    begin(application)
    apply_together(application, *TO_NOWHERE)
    react_in_order_of(0)
    assert roles_of_starts(application) == []


@pytest.mark.world
@pytest.mark.matrix
def test_a_delayed_request_moves_to_the_other_role(application: Application, kind: str) -> None:
    Step.objects.of(application.organisation).update(delay_minutes=10)
    begin(application)
    apply_together(application, *TO_THERE)
    react_in_order_of(0)
    assert (roles_of_starts(application), shown(application, kind)) == (["Second"], "none")


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_a_finished_step_is_not_affected_by_a_job_without_a_role(
    application: Application, kind: str, seed: int
) -> None:
    begin(application)
    MODELS[kind].objects.of(application.organisation).update(progress="completed", completed_at=factories.NOW)
    apply_together(application, *TO_NOWHERE)
    react_in_order_of(seed)
    assert (shown(application, kind), roles_of_starts(application)) == ("completed", ["First"])


@pytest.mark.world
@pytest.mark.matrix
@each_order
@pytest.mark.parametrize("noticed", [True, False])
def test_returning_to_a_job_of_the_role_reopens_the_step(
    application: Application, kind: str, noticed: bool, seed: int
) -> None:
    begin(application)
    mail_is_taken(application, at=NOW)
    apply_together(application, *TO_NOWHERE)
    if noticed:
        react_in_order_of(seed)
    apply_together(application, *BACK)
    react_in_order_of(seed)
    run = run_of(application, kind)
    assert run is not None
    assert (shown(application, kind), run.attention, run.close_reason) == ("pending", "", "")
    assert (mails(application), run.next_reminder_at is not None) == (["sent"], True)


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_after_a_rejection_nothing_is_sent_until_a_click(
    application: Application, kind: str, seed: int
) -> None:
    begin(application)
    for events in (TO_NOWHERE, [REJECT]):
        apply_together(application, *events)
        react_in_order_of(seed)
    apply_together(
        application, UNREJECT, change_job(HERE, since=NOWHERE), leave(AWAY, ELSEWHERE), enter(ELSEWHERE)
    )
    react_in_order_of(seed)
    run = run_of(application, kind)
    assert run is not None
    assert (run.closed_at, run.attention, run.next_reminder_at) == (None, "reopened", None)
    assert mails(application) == ["cancelled"]


@pytest.mark.world
@pytest.mark.matrix
@each_order
def test_a_step_stays_closed_if_the_candidate_moved_during_a_rejection(
    application: Application, kind: str, seed: int
) -> None:
    begin(application)
    apply_each(application, REJECT)
    react_in_order_of(seed)
    apply_together(application, change_job(NOWHERE), UNREJECT)
    react_in_order_of(seed)
    assert shown(application, kind) == "cancelled"


@pytest.mark.world
@pytest.mark.matrix
def test_unlinking_a_job_closes_nothing(application: Application, kind: str) -> None:
    begin(application)
    assert application.role is not None
    application.role.automations.all().delete()
    apply_each(application, leave(MAPPED, ELSEWHERE))
    react_in_order_of(0)
    assert shown(application, kind) in {"paused", "pending"}


@pytest.mark.world
@pytest.mark.matrix
def test_of_two_requests_of_a_kind_the_started_one_is_kept(application: Application, kind: str) -> None:
    begin(application)
    second = Role.objects.of(application.organisation).get(title="Second")
    other = StepRequest.objects.create(
        organisation=application.organisation,
        application=application,
        step=factories.step(second, kind),
        requested_at=factories.NOW,
    )
    apply_together(application, *TO_THERE)
    react_in_order_of(0)
    assert not StepRequest.objects.of(application.organisation).filter(pk=other.pk).exists()
    assert (shown(application, kind), roles_of_starts(application)) == ("pending", ["Second"])

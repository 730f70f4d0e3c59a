"""Reactions run in any order and leave the step in the state of its application."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
import pytest_django
from django.db import transaction

from goodword.candidates.models import Application
from goodword.core import events
from goodword.core.models import Reaction
from goodword.roles.models import Step
from goodword.workflow.models import StepRequest
from tests.support import factories
from tests.support.shared import shared_world
from tests.workflow.greenhouse_changes import (
    HIRE,
    MODELS,
    REJECT,
    UNHIRE,
    UNREJECT,
    Happening,
    apply_each,
    enter,
    leave,
    mails,
    react_in_order_of,
    shown,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reactions_later")]

ENTER = enter(501)
LEAVE = leave(501, 502)


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
    factories.automation(role, connection_id=1, job_id=31, stages={kind: (501, "Mapped")})
    return factories.application(role, job_id=31, stage_id=500)


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("later", "ends"),
    [
        ([REJECT], "cancelled"),
        ([REJECT, UNREJECT], "pending"),
        ([REJECT, UNREJECT, REJECT], "cancelled"),
        ([HIRE], "cancelled"),
        ([HIRE, UNHIRE], "pending"),
        ([REJECT, UNREJECT, HIRE], "cancelled"),
        ([LEAVE], "paused"),
        ([LEAVE, ENTER], "pending"),
        ([LEAVE, ENTER, LEAVE], "paused"),
        ([LEAVE, ENTER, LEAVE, ENTER, REJECT], "cancelled"),
    ],
    ids=lambda value: "-".join(n.split(".")[1] for n, _ in value) if isinstance(value, list) else value,
)
def test_steps_end_in_the_state_of_their_application(
    application: Application,
    kind: str,
    later: list[Happening],
    ends: str,
    seed: int,
) -> None:
    apply_each(application, ENTER)
    react_in_order_of(seed)
    apply_each(application, *later)
    react_in_order_of(seed)
    assert shown(application, kind) == ends


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("end", [REJECT, HIRE], ids=["rejected", "hired"])
def test_candidates_rejected_before_the_start_are_not_contacted(
    application: Application, kind: str, end: Happening, seed: int
) -> None:
    apply_each(application, ENTER, end)
    react_in_order_of(seed)
    assert (shown(application, kind), mails(application)) == ("none", [])


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(4))
def test_candidates_who_left_the_stage_are_invited_when_they_return(
    application: Application, kind: str, seed: int
) -> None:
    apply_each(application, ENTER, LEAVE)
    react_in_order_of(seed)
    assert (shown(application, kind), mails(application)) == ("none", [])
    apply_each(application, ENTER)
    react_in_order_of(seed)
    assert (shown(application, kind), mails(application)) == ("pending", ["queued"])


@pytest.mark.world
@pytest.mark.parametrize("seed", range(4))
def test_repeated_moves_invite_once(application: Application, kind: str, seed: int) -> None:
    apply_each(application, ENTER, LEAVE, ENTER)
    react_in_order_of(seed)
    assert (shown(application, kind), mails(application)) == ("pending", ["queued"])


def test_requests_waiting_for_an_address_do_not_start_after_a_rejection(
    application: Application, kind: str
) -> None:
    candidate = application.candidate
    address, candidate.email = candidate.email, ""
    candidate.save()
    apply_each(application, ENTER, REJECT)
    react_in_order_of(0)
    candidate.email = address
    candidate.save()
    apply_each(application, ("candidate.changed", {}))
    react_in_order_of(0)
    assert (shown(application, kind), mails(application)) == ("none", [])


@pytest.mark.world
def test_requests_waiting_for_an_address_start_when_it_arrives(application: Application, kind: str) -> None:
    candidate = application.candidate
    address, candidate.email = candidate.email, ""
    candidate.save()
    apply_each(application, ENTER)
    react_in_order_of(0)
    apply_each(application, LEAVE)
    candidate.email = address
    candidate.save()
    apply_each(application, ("candidate.changed", {}))
    react_in_order_of(0)
    assert shown(application, kind) == "none"
    apply_each(application, ENTER)
    react_in_order_of(0)
    assert (shown(application, kind), mails(application)) == ("pending", ["queued"])


def test_an_address_removed_before_the_start_needs_attention(application: Application, kind: str) -> None:
    apply_each(application, ENTER)
    with transaction.atomic():
        events.run_reaction(Reaction.objects.get(state="waiting"))
    application.candidate.email = ""
    application.candidate.save()
    react_in_order_of(0)
    step_request = StepRequest.objects.of(application.organisation).get()
    assert (step_request.state, step_request.waiting_reason, shown(application, kind)) == (
        "waiting",
        "no_address",
        "none",
    )

"""Our copies end up equal to Greenhouse, whatever happens to deliveries. Each run plays the same few histories;
`--hypothesis-profile=histories` plays many others.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from procrastinate.contrib.django import app
from pytest_django.fixtures import Settings

from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.greenhouse.models import Delivery
from goodword.notifications.models import Email
from goodword.references.models import Check
from goodword.roles.models import automation_of, rules_of_stage
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.acts.applications import forget_application
from greenhouse_sandbox.acts.progress import current_stage, pipeline
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.conftest import point
from tests.greenhouse.inbox.histories import Moment, Story, histories
from tests.greenhouse.reconciliation.passes import reconcile, settled
from tests.greenhouse.world import OFFER, REFERENCES, World, open_world
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.slow

CHOSEN = hypothesis().max_examples
#: without a profile, Hypothesis's default applies
FEW = CHOSEN == 100
EXAMPLES = 8 if FEW else CHOSEN

STATUSES = {"in_process": "active", "rejected": "rejected", "hired": "hired", "converted": "converted"}


@pytest.mark.usefixtures("db")
@hypothesis(
    max_examples=EXAMPLES,
    derandomize=FEW,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories, order=st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_our_copies_end_up_like_greenhouse(
    settings: Settings, history: list[Moment], order: list[int]
) -> None:
    point(settings)
    with transaction.atomic():
        world = open_world("v3")
        try:
            story = play(world, history, order)
            for one, there in story.there():
                holds(world, one, there)
            nothing_happened_twice(world)
        finally:
            world.greenhouse.sandbox.close()
            transaction.set_rollback(True)


def play(world: World, history: list[Moment], order: list[int]) -> Story:
    """Play the history, deliver late deliveries, and run one pass."""
    second = list(world.greenhouse.store.jobs.rising())[1]
    stages = [(stage.id, stage.name) for stage in pipeline(world.greenhouse.store, second.id)]
    factories.automation(
        factories.role(world.organisation, title="Second"),
        connection_id=world.connection.pk,
        job_id=second.id,
        stages={"assessment": stages[OFFER], "reference_check": stages[REFERENCES]},
    )
    for application in list(world.greenhouse.store.applications.rising()):  # only those of the story
        forget_application(world.greenhouse.store, application)
    bystander = world.greenhouse.candidate(first_name="Bystander", email="bystander@people.example")
    world.greenhouse.application(bystander)  # an account without any candidate is implausible
    settled(world)
    story = Story(world)
    first = Moment(happens=("apply", 0, 0), fate="now", worked=True, reacted=True)
    for moment in [first, *history]:
        story.play(moment)
        if moment.worked:
            world.work()
        if moment.reacted:
            react()
    story.deliver_late(order)
    world.work()
    react()
    row = reconcile(world, full=True)
    assert row.state == "done", row.error
    react()
    waiting = Delivery.objects.of(world.organisation).exclude(state=Delivery.State.HANDLED)
    assert list(waiting.values_list("action", "state", "outcome")) == []
    return story


def react() -> None:
    """Run reactions without mails and reports."""
    run_jobs(but_not=[name for name in app.tasks if name != "event.react"], at_most=5000)


def holds(world: World, one: RemoteApplication, there: RemoteApplication | None) -> None:
    """Whether our copy equals Greenhouse's application."""
    ours = Application.objects.of(world.organisation).filter(remote_id=one.id).first()
    if there is None:
        assert ours is None or ours.is_being_erased or ours.not_visible_since is not None
        return
    if ours is None:
        assert not is_linked(world, there.job_id), f"{one.id} is unknown"
        return
    stage = current_stage(world.greenhouse.store, there)
    assert stage is not None
    said = (ours.status, ours.job_id, ours.stage_id, ours.candidate.remote_id, ours.is_being_erased)
    assert said == (STATUSES[there.status], there.job_id, stage.id, there.candidate_id, False)
    assert ours.not_visible_since is None
    if ours.status == Application.Status.ACTIVE:
        rules = rules_of_stage(connection_id=world.connection.pk, job_id=ours.job_id, stage_id=ours.stage_id)
        for rule in rules:
            step_requests = StepRequest.objects.of(world.organisation).filter(
                application=ours, step=rule.step
            )
            assert step_requests.count() == 1, f"{rule} of {ours}"


def is_linked(world: World, job_id: int | None) -> bool:
    """Whether a job belongs to a role."""
    return automation_of(connection_id=world.connection.pk, job_id=job_id) is not None


def nothing_happened_twice(world: World) -> None:
    """Each step request has at most one run, and each run one invitation."""
    for model in (Attempt, Check):
        step_requests = list(model.objects.of(world.organisation).values_list("step_request_id", flat=True))
        assert len(step_requests) == len(set(step_requests))
    invited = Email.objects.of(world.organisation).filter(kind__endswith=".invitation")
    keys = list(invited.values_list("kind", "key"))
    assert len(keys) == len(set(keys))

"""A candidate's own wish to be erased: Greenhouse, which shows them still, takes it back in no way."""

from datetime import timedelta

import pytest

from goodword.candidates.domain.erasure import pending
from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.greenhouse.sync.deletions import erase_due
from goodword.steps.domain.own_erasure import ask_own_erasure
from greenhouse_sandbox.acts.persons import merge_candidates
from tests.greenhouse.sync.test_persons import who
from tests.greenhouse.world import REFERENCES, World
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7, minutes=1)


def asked(world: World) -> Application:
    application = world.greenhouse.application(world.greenhouse.candidate(first_name="Ida"))
    world.move(application, REFERENCES)
    world.deliver()
    ours = world.ours(application)
    ask_own_erasure(application=ours, now=clock.now())
    run_jobs()
    return ours


def test_it_is_carried_out_though_greenhouse_shows_them(world: World) -> None:
    ours = asked(world)
    assert erase_due(now=clock.now()) == 0
    assert erase_due(now=clock.now() + WEEK) == 1
    person = Candidate.objects.of(world.organisation).get(pk=ours.candidate_id)
    assert (person.first_name, person.erased_at is not None) == ("", True)


def test_it_goes_over_to_the_profile_into_which_they_are_merged(world: World) -> None:
    ours = asked(world)
    winner = world.greenhouse.application(world.greenhouse.candidate(first_name="Ada"))
    world.move(winner, REFERENCES)
    world.deliver()
    loser = next(one for one in world.greenhouse.store.applications.rising() if one.id == ours.remote_id)
    merge_candidates(
        world.greenhouse.store, who(world, loser), who(world, winner), now=world.greenhouse.now()
    )
    world.deliver()
    run_jobs()
    now = Candidate.objects.of(world.organisation).get(pk=world.ours(winner).candidate_id)
    wish = pending(now).get()
    assert wish.reason == "candidate"
    assert Application.objects.of(world.organisation).get(pk=ours.pk).is_going

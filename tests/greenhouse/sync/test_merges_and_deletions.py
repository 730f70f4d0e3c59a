"""Merges, deletions and anonymisations in Greenhouse, in any order and repeated."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import time_machine
from django.db import transaction

from goodword.accounts.models import Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.domain.erasure_requests import WAIT, Reason, cancel_erasure, pending, request_erasure
from goodword.candidates.domain.people import choose_language
from goodword.candidates.models import Application, Candidate, Erasure, visible_applications
from goodword.core import clock
from goodword.greenhouse.models import Delivery
from goodword.greenhouse.sync import merges_and_deletions
from goodword.greenhouse.sync.due_erasures import erase_due
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email
from goodword.roles.models import Step
from goodword.workflow.domain.legal_holds import lift_hold, place_hold
from goodword.workflow.domain.own_erasure import request_own_erasure
from goodword.workflow.domain.step_requests import start_due
from greenhouse_sandbox.acts.candidates import anonymise_candidate, delete_candidate, merge_candidates
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.store.people import Candidate as RemoteCandidate
from tests.greenhouse.world import ASSESSMENT, REFERENCES, World
from tests.support import factories
from tests.support.jobs import run_jobs

LATER = WAIT + timedelta(minutes=1)


def arrived(world: World, **person: Any) -> RemoteApplication:
    """A candidate who was invited to the assessment."""
    application = world.apply(**person)
    world.move(application, ASSESSMENT)
    world.deliver()
    run_jobs()
    return application


type Pair = tuple[RemoteApplication, RemoteApplication]


def two_arrived(world: World) -> Pair:
    return arrived(world), arrived(world)


BUILDERS = {"application": arrived, "pair": two_arrived}


@pytest.fixture
def application(made: RemoteApplication) -> RemoteApplication:
    return made


@pytest.fixture
def pair(made: Pair) -> Pair:
    return made


def who(world: World, application: RemoteApplication) -> RemoteCandidate:
    found = world.greenhouse.store.candidates.get(application.candidate_id)
    assert found is not None
    return found


def merge(world: World, loser: RemoteApplication, winner: RemoteApplication) -> None:
    store = world.greenhouse.store
    merge_candidates(store, who(world, loser), who(world, winner), now=world.greenhouse.now())


def delete(world: World, application: RemoteApplication) -> None:
    delete_candidate(world.greenhouse.store, who(world, application))


def deliver_all(world: World) -> None:
    world.deliver()
    run_jobs()


def attempt(world: World, application: RemoteApplication) -> Attempt:
    return Attempt.objects.of(world.organisation).get(step_request__application=world.ours(application))


def erasures(world: World) -> list[tuple[str, bool, bool]]:
    """Each erasure's reason, and whether it is done or cancelled."""
    rows = Erasure.objects.of(world.organisation).order_by("pk")
    return [(row.reason, row.done_at is not None, row.cancelled_at is not None) for row in rows]


def erased(world: World, application: RemoteApplication) -> bool:
    return world.ours(application).erased_at is not None


def mails(world: World) -> int:
    return Email.objects.of(world.organisation).count()


@pytest.mark.world
def test_the_winner_of_a_merge_has_both_histories(either: World) -> None:
    world = either
    loser, winner = arrived(world, first_name="Ada"), arrived(world, first_name="Augusta")
    before = mails(world)
    merge(world, loser, winner)
    deliver_all(world)
    ours = [world.ours(one) for one in (loser, winner)]
    assert {one.candidate.remote_id for one in ours} == {winner.candidate_id}
    assert [one.candidate.first_name for one in ours] == ["Augusta", "Augusta"]
    assert [attempt(world, one).closed_at for one in (loser, winner)] == [None, None]
    assert mails(world) == before
    gone = Candidate.objects.of(world.organisation).exclude(pk=ours[1].candidate_id).get()
    assert (gone.first_name, gone.email, gone.merged_into) == ("", "", ours[1].candidate)


@pytest.mark.world
def test_a_repeated_merge_changes_nothing(world: World, pair: Pair) -> None:
    loser, winner = pair
    gone = loser.candidate_id
    merge(world, loser, winner)
    [(body, event_id)] = world.outgoing()
    for number in range(2):
        assert world.post(body, f"{event_id}-{number}") == 200
        world.work()
    assert [state for state, _ in world.inbox()[-2:]] == ["handled", "handled"]
    assert (
        f"Candidate {gone} was already merged into candidate {winner.candidate_id}." in world.inbox()[-1][1]
    )


@pytest.mark.main_case
def test_a_merge_into_an_unknown_candidate_copies_them(world: World) -> None:
    loser = arrived(world)
    winner = world.greenhouse.candidate(first_name="Grace")
    merge_candidates(world.greenhouse.store, who(world, loser), winner, now=world.greenhouse.now())
    deliver_all(world)
    assert world.ours(loser).candidate.first_name == "Grace"


@pytest.mark.world
@pytest.mark.parametrize("known", [False, True], ids=["unknown winner", "known winner"])
def test_a_private_candidate_merged_into_a_hidden_profile_stays_private(world: World, known: bool) -> None:
    loser = arrived(world, first_name="Ada", last_name="Byron", email="ada@people.example", private=True)
    winner = arrived(world).candidate_id if known else world.greenhouse.candidate().id
    store, recruiter = world.greenhouse.store, factories.member(world.organisation)
    gone = loser.candidate_id
    store.applications.delete(loser.id)
    for pk in (gone, winner):
        store.candidates.delete(pk)
    merges_and_deletions.candidate_merged(world.connection, loser_id=gone, winner_id=winner, now=clock.now())
    person = world.ours(loser).candidate
    assert (person.remote_id, person.private, person.private_since is not None) == (winner, True, True)
    assert world.ours(loser) not in visible_applications(recruiter)
    if not known:
        assert (person.name, person.email) == ("Ada Byron", "ada@people.example")


@pytest.mark.world
@pytest.mark.parametrize("was_private", [False, True])
def test_a_merge_into_a_private_candidate_keeps_the_later_time(world: World, was_private: bool) -> None:
    winner, loser = arrived(world, private=True), arrived(world, private=was_private)
    since = world.ours(loser).candidate.private_since or clock.now()
    merge(world, loser, winner)
    deliver_all(world)
    after = world.ours(loser).candidate.private_since
    assert after is not None and (after == since if was_private else after > since)


@pytest.mark.world
def test_the_language_that_the_loser_chose_stays_unless_the_winner_chose_another(
    world: World, pair: Pair
) -> None:
    loser, winner = pair
    choose_language(world.ours(loser).candidate, language="fr")
    merge(world, loser, winner)
    deliver_all(world)
    assert world.ours(loser).candidate.chosen_language == "fr"
    third = arrived(world)
    choose_language(world.ours(third).candidate, language="de")
    merge(world, third, winner)
    deliver_all(world)
    assert world.ours(third).candidate.chosen_language == "fr"


@pytest.mark.world
def test_an_erased_winner_gets_no_language(world: World, pair: Pair) -> None:
    loser, winner = pair
    person = world.ours(winner).candidate
    anonymise_candidate(world.greenhouse.store, who(world, winner), now=world.greenhouse.now())
    deliver_all(world)
    erase_due(now=clock.now() + LATER)
    choose_language(world.ours(loser).candidate, language="fr")
    merge(world, loser, winner)
    deliver_all(world)
    assert world.ours(loser).candidate == person
    person.refresh_from_db()
    assert (person.erased_at is not None, person.chosen_language) == (True, "")


@pytest.mark.world
def test_a_merge_without_a_webhook_is_found_through_the_applications(world: World) -> None:
    """Only the deletion is delivered, and nothing is erased."""
    for hook in list(world.greenhouse.store.webhooks.rising()):
        if hook.action == "merge_candidate":
            world.greenhouse.store.webhooks.delete(hook.id)
    loser, winner = arrived(world), arrived(world)
    merge(world, loser, winner)
    deliver_all(world)
    assert world.ours(loser).candidate == world.ours(winner).candidate
    assert erasures(world) == []
    assert "was merged into" in world.inbox()[-1][1]


@pytest.mark.world
def test_a_deletion_closes_steps_at_once_and_erases_after_seven_days(either: World) -> None:
    world = either
    application = arrived(world, first_name="Ada", last_name="Gone")
    delete(world, application)
    deliver_all(world)
    run = attempt(world, application)
    assert (run.close_reason, run.next_reminder_at) == ("erasure", None)
    assert not Email.objects.of(world.organisation).filter(state=Email.State.QUEUED).exists()
    assert erasures(world) == [("candidate_deleted", False, False)]
    now = clock.now()
    assert erase_due(now=now + WAIT - timedelta(minutes=5)) == 0
    assert world.ours(application).candidate.name == "Ada Gone"
    assert erase_due(now=now + LATER) == 1
    assert erase_due(now=now + LATER) == 0
    assert (world.ours(application).candidate.name, erased(world, application)) == ("Erased candidate", True)
    assert erasures(world) == [("candidate_deleted", True, False)]


@pytest.mark.world
def test_the_inbox_names_the_day_of_erasure_in_the_organisations_zone(
    world: World, application: RemoteApplication
) -> None:
    Organisation.objects.filter(pk=world.organisation.pk).update(time_zone="Pacific/Auckland")
    evening = (clock.now() + timedelta(days=1)).replace(hour=20)  # the next day in Auckland
    delete(world, application)
    with time_machine.travel(evening, tick=False):
        deliver_all(world)
    day = evening + WAIT + timedelta(days=1)
    assert f"will be erased on {day:%-d %B %Y}; open steps are closed." in world.inbox()[-1][1]


@pytest.mark.world
def test_an_unconfirmed_deletion_erases_nothing(world: World, application: RemoteApplication) -> None:
    merges_and_deletions.candidate_deleted(
        world.connection, candidate_id=application.candidate_id, now=clock.now()
    )
    assert (erasures(world), attempt(world, application).closed_at) == ([], None)


@pytest.mark.world
def test_a_person_who_is_merely_invisible_is_not_erased(world: World, application: RemoteApplication) -> None:
    store = world.greenhouse.store
    delete(world, application)
    world.outgoing()  # no delivery
    assert store.candidates.get(application.candidate_id) is None
    erase_due(now=clock.now() + LATER)
    assert (erasures(world), erased(world, application)) == ([], False)


@pytest.mark.world
def test_a_repeated_deletion_is_one_erasure(world: World, application: RemoteApplication) -> None:
    delete(world, application)
    [(body, event_id)] = world.outgoing()
    for number in range(2):
        world.post(body, f"{event_id}-{number}")
    world.work()
    assert erasures(world) == [("candidate_deleted", False, False)]
    erase_due(now=clock.now() + LATER)
    world.post(body, f"{event_id}-late")
    world.work()
    assert erasures(world) == [("candidate_deleted", True, False)]
    assert world.inbox()[-1] == (
        "handled",
        (
            f"Application {application.id} is not visible in Greenhouse. "
            f"Candidate {application.candidate_id} was already erased."
        ),
    )


def test_an_unknown_person_is_neither_stored_nor_read(world: World) -> None:
    calls = len(world.line.calls)
    acts: list[Callable[[], list[str]]] = [
        lambda: merges_and_deletions.candidate_deleted(
            world.connection, candidate_id=77, application_ids=[78], now=clock.now()
        ),
        lambda: merges_and_deletions.candidate_merged(
            world.connection, loser_id=77, winner_id=78, now=clock.now()
        ),
        lambda: merges_and_deletions.candidate_anonymised(world.connection, candidate_id=77, now=clock.now()),
        lambda: merges_and_deletions.application_deleted(
            world.connection, application_id=77, now=clock.now()
        ),
    ]
    for act in acts:
        assert act() == ["Not one of our candidates: no effect."]
    assert (len(world.line.calls), Candidate.objects.of(world.organisation).count()) == (calls, 0)


@pytest.mark.main_case
def test_a_deletion_that_was_a_merge_is_cancelled_and_its_steps_reopened(world: World, pair: Pair) -> None:
    """The deletion comes first, while Greenhouse shows neither person nor application; then the merge."""
    loser, winner = pair
    store, sent = world.greenhouse.store, mails(world)
    hidden = store.applications.get(loser.id)
    assert hidden is not None
    person = who(world, loser)
    store.applications.delete(loser.id)
    store.candidates.delete(person.id)
    merges_and_deletions.candidate_deleted(
        world.connection, candidate_id=person.id, application_ids=[loser.id], now=clock.now()
    )
    run_jobs()
    assert attempt(world, loser).close_reason == "erasure"
    store.candidates.insert(person)
    store.applications.insert(hidden)
    merge(world, loser, winner)
    deliver_all(world)
    run = attempt(world, loser)
    assert (run.closed_at, run.attention, run.next_reminder_at) == (None, "reopened", None)
    assert run.deadline_at > clock.now()
    assert mails(world) == sent
    [row] = Erasure.objects.of(world.organisation)
    assert row.cancelled_because == "In Greenhouse this person was merged into another profile."
    assert erase_due(now=clock.now() + LATER) == 0
    assert world.ours(loser).erasure_requested_at is None


@pytest.mark.world
def test_a_deletion_after_the_merge_has_no_effect(world: World, pair: Pair) -> None:
    loser, winner = pair
    gone = loser.candidate_id
    merge(world, loser, winner)
    deliver_all(world)
    merges_and_deletions.candidate_deleted(world.connection, candidate_id=gone, now=clock.now())
    assert (erasures(world), world.ours(loser).candidate.remote_id) == ([], winner.candidate_id)


@pytest.mark.world
def test_erasing_the_winner_of_a_merge_erases_both_histories(world: World, pair: Pair) -> None:
    loser, winner = pair
    merge(world, loser, winner)
    deliver_all(world)
    delete(world, winner)
    deliver_all(world)
    erase_due(now=clock.now() + LATER)
    assert [erased(world, one) for one in (loser, winner)] == [True, True]


@pytest.mark.world
def test_a_person_who_is_back_when_the_erasure_is_due_is_kept(
    world: World, application: RemoteApplication
) -> None:
    person, row = who(world, application), world.greenhouse.store.applications.get(application.id)
    assert row is not None
    delete(world, application)
    deliver_all(world)
    world.greenhouse.store.candidates.insert(person)
    world.greenhouse.store.applications.insert(row)
    assert erase_due(now=clock.now() + LATER) == 0
    run_jobs()
    assert erasures(world) == [("candidate_deleted", False, True)]
    assert attempt(world, application).closed_at is None


@pytest.mark.world
def test_an_erasure_waits_while_greenhouse_cannot_be_reached(
    world: World, application: RemoteApplication
) -> None:
    delete(world, application)
    deliver_all(world)

    def refuse(request: object) -> None:
        raise httpx2.ConnectError("no way to Greenhouse")

    before, world.line.before = world.line.before, refuse
    assert erase_due(now=clock.now() + LATER) == 0
    assert not erased(world, application)
    world.line.before = before
    assert erase_due(now=clock.now() + LATER) == 1


@pytest.mark.main_case
def test_an_anonymisation_closes_steps_at_once_and_erases_later(
    world: World, application: RemoteApplication
) -> None:
    anonymise_candidate(world.greenhouse.store, who(world, application), now=world.greenhouse.now())
    deliver_all(world)
    assert attempt(world, application).close_reason == "erasure"
    assert erasures(world) == [("candidate_anonymised", False, False)]
    erase_due(now=clock.now() + LATER)
    assert erased(world, application)


def test_anonymising_other_data_erases_nothing(world: World, application: RemoteApplication) -> None:
    merges_and_deletions.candidate_anonymised(
        world.connection, candidate_id=application.candidate_id, fields=["phone_numbers"], now=clock.now()
    )
    assert erasures(world) == []


@pytest.mark.world
def test_a_deleted_application_leaves_the_person_and_their_other_application(
    world: World, application: RemoteApplication
) -> None:
    other = world.greenhouse.application(who(world, application))
    world.deliver()
    world.greenhouse.store.applications.delete(application.id)
    merges_and_deletions.application_deleted(world.connection, application_id=application.id, now=clock.now())
    run_jobs()
    assert attempt(world, application).close_reason == "erasure"
    erase_due(now=clock.now() + LATER)
    assert [erased(world, one) for one in (application, other)] == [True, False]
    assert world.ours(other).candidate.erased_at is None


@pytest.mark.world
def test_a_replay_does_not_undo_a_members_decision_to_keep_data(
    world: World, application: RemoteApplication
) -> None:
    delete(world, application)
    [(body, event_id)] = world.outgoing()
    world.post(body, event_id)
    world.work()
    [row] = Erasure.objects.of(world.organisation)
    admin = factories.member(world.organisation, kind="admin")
    cancel_erasure(row, because="A court wants it.", now=clock.now(), by=f"member:{admin.pk}", member=admin)
    world.post(body, f"{event_id}-again")
    world.work()
    assert erasures(world) == [("candidate_deleted", False, True)]


@pytest.mark.world
@pytest.mark.parametrize("again", ["update", "apply"])
def test_a_later_delivery_does_not_restore_an_erased_person(world: World, again: str) -> None:
    application = arrived(world)
    anonymise_candidate(world.greenhouse.store, who(world, application), now=world.greenhouse.now())
    deliver_all(world)
    erase_due(now=clock.now() + LATER)
    person = who(world, application)
    person.first_name, person.email_addresses = "Ada", [{"value": "ada@people.example", "type": "personal"}]
    if again == "update":
        world.move(application, 0)
        world.deliver()
        assert world.ours(application).candidate.name == "Erased candidate"
    else:
        world.greenhouse.pass_time(LATER.total_seconds() + 60)
        fresh = world.greenhouse.application(person)
        deliver_all(world)
        assert (world.ours(fresh).candidate.first_name, erased(world, fresh)) == ("Ada", False)
        assert erased(world, application)


@pytest.mark.world
def test_waiting_steps_do_not_start_for_a_deleted_person(world: World) -> None:
    step = factories.step(world.role, "assessment")
    step.delay_minutes = 60
    step.save()
    application = arrived(world)
    delete(world, application)
    deliver_all(world)
    assert not Attempt.objects.of(world.organisation).exists()
    [step_request] = world.ours(application).step_requests.all()
    assert (step_request.state, step_request.due_at) == ("waiting", None)


@pytest.mark.world
def test_applications_of_others_are_unaffected(world: World) -> None:
    gone, stays = arrived(world), arrived(world, first_name="Grace")
    delete(world, gone)
    deliver_all(world)
    erase_due(now=clock.now() + LATER)
    assert (erased(world, stays), world.ours(stays).candidate.first_name) == (False, "Grace")
    assert Application.objects.of(world.organisation).filter(erased_at=None).count() == 1


@pytest.mark.world
@pytest.mark.parametrize("act", ["deleted", "anonymised"])
def test_a_legal_hold_keeps_the_data_whatever_greenhouse_reports(world: World, act: str) -> None:
    application = arrived(world, first_name="Ada", last_name="Kept")
    person = world.ours(application).candidate
    admin = factories.member(world.organisation, kind="admin")
    hold = place_hold(on=person, ground="claims", reason="Case 7", by=admin, now=clock.now())
    if act == "deleted":
        delete(world, application)
    else:
        anonymise_candidate(world.greenhouse.store, who(world, application), now=world.greenhouse.now())
    deliver_all(world)
    ours = world.ours(application)
    # open steps are closed, and no mail is sent
    assert (attempt(world, application).close_reason, ours.is_being_erased) == ("erasure", True)
    assert erasures(world) == [(f"candidate_{act}", False, False)]
    outcomes = " ".join(Delivery.objects.of(world.organisation).values_list("outcome", flat=True))
    assert "is under legal hold: open steps are closed, and the data is kept until" in outcomes
    now = clock.now()
    assert erase_due(now=now + LATER) == 0
    assert (ours.candidate.name, ours.candidate.email) == ("Ada Kept", person.email)
    assert erasures(world) == [(f"candidate_{act}", False, False)]
    lift_hold(hold_id=hold.pk, by=admin, now=now + LATER)
    assert erase_due(now=now + LATER) == 1
    assert erased(world, application)


def requested_by_candidate(world: World) -> Application:
    application = world.greenhouse.application(world.greenhouse.candidate(first_name="Ida"))
    world.move(application, REFERENCES)
    world.deliver()
    ours = world.ours(application)
    request_own_erasure(application=ours, now=clock.now())
    run_jobs()
    return ours


@pytest.mark.world
def test_an_erasure_requested_by_a_candidate_does_not_need_greenhouse(world: World) -> None:
    ours = requested_by_candidate(world)
    assert erase_due(now=clock.now()) == 0
    assert erase_due(now=clock.now() + LATER + timedelta(days=1)) == 1
    person = Candidate.objects.of(world.organisation).get(pk=ours.candidate_id)
    assert (person.first_name, person.erased_at is not None) == ("", True)


@pytest.mark.world
def test_an_erasure_requested_by_a_candidate_moves_with_a_merge(world: World) -> None:
    ours = requested_by_candidate(world)
    winner = world.greenhouse.application(world.greenhouse.candidate(first_name="Ada"))
    world.move(winner, REFERENCES)
    world.deliver()
    loser = next(one for one in world.greenhouse.store.applications.rising() if one.id == ours.remote_id)
    merge(world, loser, winner)
    world.deliver()
    run_jobs()
    now = Candidate.objects.of(world.organisation).get(pk=world.ours(winner).candidate_id)
    wish = pending(now).get()
    assert wish.reason == "candidate"
    assert Application.objects.of(world.organisation).get(pk=ours.pk).is_being_erased


@pytest.mark.world
def test_an_invitation_that_has_not_gone_out_goes_to_the_winners_address(world: World) -> None:
    loser = world.apply(email="old@people.example")
    world.move(loser, ASSESSMENT)
    world.deliver()
    winner = world.greenhouse.candidate(email="new@people.example")
    merge_candidates(world.greenhouse.store, who(world, loser), winner, now=world.greenhouse.now())
    deliver_all(world)
    [mail] = Email.objects.of(world.organisation)
    assert send(email_id=mail.pk, now=clock.now())
    mail.refresh_from_db()
    assert mail.to_address == "new@people.example"


@pytest.mark.world
def test_one_person_is_not_invited_twice_if_a_merge_removes_an_application_during_the_delay(
    world: World,
) -> None:
    """Greenhouse keeps one application per job, and no webhook about deleted applications is required."""
    Step.objects.of(world.organisation).update(delay_minutes=30)
    world.greenhouse.store.switches["merge_same_job"] = "delete"
    loser, winner = two_arrived(world)
    merge(world, loser, winner)
    [body] = [body for body, _ in world.outgoing() if b'"merge_candidate"' in body]
    world.post(body, "merge")
    world.work()
    assert start_due(now=clock.now() + timedelta(minutes=31)) == 1
    run_jobs()
    requests = {one.id: world.ours(one).step_requests.get() for one in (loser, winner)}
    assert [(request.state, request.waiting_reason) for request in requests.values()] == [
        ("waiting", "click"),
        ("started", ""),
    ]
    assert [mail.application for mail in Email.objects.of(world.organisation)] == [world.ours(winner)]


@pytest.mark.world
def test_a_step_that_waited_for_an_address_starts_with_that_of_the_winner(world: World) -> None:
    loser = world.apply(email="")
    world.move(loser, ASSESSMENT)
    deliver_all(world)
    [step_request] = world.ours(loser).step_requests.all()
    assert step_request.waiting_reason == "no_address"
    winner = world.greenhouse.candidate(email="new@people.example")
    merge_candidates(world.greenhouse.store, who(world, loser), winner, now=world.greenhouse.now())
    deliver_all(world)
    [step_request] = world.ours(loser).step_requests.all()
    assert step_request.state == "started"


@pytest.mark.world
def test_a_candidates_own_request_outlives_a_deletion_that_was_a_merge(world: World, pair: Pair) -> None:
    loser, winner = pair
    ours = world.ours(loser)
    with transaction.atomic():
        request_erasure(of=ours.candidate, reason=Reason.CANDIDATE_DELETED, now=clock.now(), by="greenhouse")
    request_own_erasure(application=ours, now=clock.now())
    merge(world, loser, winner)
    deliver_all(world)
    assert world.ours(loser).is_being_erased


@pytest.mark.world
def test_a_new_application_is_not_invited_while_the_persons_erasure_is_due(
    world: World, application: RemoteApplication
) -> None:
    request_own_erasure(application=world.ours(application), now=clock.now())
    run_jobs()
    again = world.greenhouse.application(who(world, application))
    world.move(again, ASSESSMENT)
    deliver_all(world)
    assert world.ours(again).is_being_erased
    assert [one.step_request.application for one in Attempt.objects.of(world.organisation)] == [
        world.ours(application)
    ]


@pytest.mark.world
def test_a_merge_into_a_person_whose_erasure_is_due_closes_steps(world: World, pair: Pair) -> None:
    loser, winner = pair
    request_own_erasure(application=world.ours(winner), now=clock.now())
    run_jobs()
    merge(world, loser, winner)
    deliver_all(world)
    assert world.ours(loser).is_being_erased
    assert attempt(world, loser).close_reason == "erasure"

"""Failures during a pass: nothing is lost or done twice, and the row records the error."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
import pytest

from goodword.core import clock
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation import passes
from goodword.greenhouse.reconciliation import run as reconciliation_jobs
from goodword.greenhouse.reconciliation.run import LEFT_OUT, NO_APPLICATIONS, NO_JOBS, run
from goodword.greenhouse.sync.linked_jobs import sync_jobs
from goodword.roles.models import RoleNotice
from greenhouse_sandbox.acts import candidates, progress
from greenhouse_sandbox.acts.progress import pipeline
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.inbox.test_processing import poison
from tests.greenhouse.reconciliation.passes import SOON, findings, reconcile, settled, starts
from tests.greenhouse.shared_world import after
from tests.greenhouse.world import ASSESSMENT, SCREEN, Killed, World
from tests.support import factories
from tests.support.jobs import event_names, run_jobs, waiting


def moved(world: World, count: int) -> list[RemoteApplication]:
    """Missed moves into the mapped stage."""
    remotes = [world.apply(email=f"person{n}@people.example") for n in range(count)]
    settled(world)
    for remote in remotes:
        world.move(remote, ASSESSMENT)
    world.outgoing()
    world.line.calls.clear()
    return remotes


def break_at(world: World, call: int, error: BaseException) -> None:
    """Fail this read with a network error."""

    def before(_: httpx2.Request) -> None:
        if len(world.line.reads) == call:
            raise error

    world.line.before = before


three_moved, two_moved, one_moved = (after(partial(moved, count=count)) for count in (3, 2, 1))


@pytest.mark.world
@three_moved
@pytest.mark.parametrize("call", [1, 2, 4, 6, 7])
def test_a_pass_that_is_killed_is_ended_by_the_sweep_and_the_next_does_the_rest(
    world: World, made: list[RemoteApplication], call: int
) -> None:
    remotes = made
    break_at(world, call, Killed())
    with pytest.raises(Killed):
        reconcile(world)
    world.line.before = lambda _: None
    [row] = passes.end_dead(now=clock.now() + 3 * SOON)
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", passes.DIED)
    reconcile(world, after=4 * SOON)
    run_jobs()
    assert (findings(world), starts(world)) == ({("missed_invitation", "synced"): 3}, 3)
    for remote in remotes:
        told = [name for name in event_names(world.ours(remote).pk) if name.startswith("application.")]
        assert told == ["application.applied", "application.left_stage", "application.entered_stage"]


@pytest.mark.main_case
@three_moved
def test_a_permission_withdrawn_as_empty_lists_marks_nobody_and_says_so(
    world: World, made: list[RemoteApplication]
) -> None:
    remotes = made
    world.greenhouse.store.switches |= {"service_user_site_admin": False, "non_admin_reads": "empty"}
    row = reconcile(world, full=True)
    assert (row.state, row.error) == ("failed", f"{NO_APPLICATIONS} {NO_JOBS}")
    assert [world.ours(remote).not_visible_since for remote in remotes] == [None] * 3
    assert not RoleNotice.objects.of(world.organisation).filter(kind="job_gone").exists()
    assert findings(world) == {}

    world.greenhouse.store.switches["service_user_site_admin"] = True
    row = reconcile(world, full=True, after=2 * SOON)
    assert (row.state, findings(world)) == ("done", {("missed_invitation", "synced"): 3})


@pytest.mark.main_case
@three_moved
def test_a_failing_application_does_not_stop_the_others(world: World, made: list[RemoteApplication]) -> None:
    remotes = made

    def after(request: httpx2.Request) -> None:
        asked = str(request.url.params.get("ids")).split(",")
        if str(remotes[1].id) in asked and "applications" in request.url.path:
            raise ValueError("garbage")

    world.line.after = after
    row = reconcile(world)
    run_jobs()
    assert (row.state, starts(world)) == ("done", 2)
    assert row.error == f"Application {remotes[1].id} could not be synced. The next full sync tries again."


@pytest.mark.world
@two_moved
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("part", ["/applications", "/candidates", "/job_interview_stages", "/jobs"])
def test_an_unreadable_record_does_not_stop_a_pass(world: World, part: str, full: bool) -> None:
    def with_odd_record(path: str, data: Any) -> Any:
        return [{"id": None, "name": "Odd"}, *data] if path.endswith(part) else data

    world.line.edit = with_odd_record
    row = reconcile(world, full=full)
    run_jobs()
    assert (row.state, starts(world)) == ("done", 2)


@pytest.mark.world
@two_moved
def test_a_pass_reports_how_many_applications_could_not_be_read(
    world: World, made: list[RemoteApplication]
) -> None:
    odd = made[1].id

    def without_candidate(path: str, data: Any) -> Any:
        if not path.endswith("/applications"):
            return data
        return [row | {"candidate_id": None} if row["id"] == odd else row for row in data]

    world.line.edit = without_candidate
    row = reconcile(world)
    assert (row.state, row.error) == ("done", LEFT_OUT.format(n=1))
    row = reconcile(world, full=True, after=2 * SOON)
    assert world.ours(made[1]).not_visible_since is None


@pytest.mark.world
@two_moved
def test_applications_that_cannot_be_read_are_not_taken_for_a_missing_permission(
    world: World, made: list[RemoteApplication]
) -> None:
    def odd(path: str, data: Any) -> Any:
        return [row | {"candidate_id": None} for row in data] if path.endswith("/applications") else data

    world.line.edit = odd
    row = reconcile(world, full=True)
    theirs = len(list(world.greenhouse.store.applications.by("job_id", world.job_id)))
    assert (row.state, row.error) == ("done", LEFT_OUT.format(n=theirs))
    assert [world.ours(application).not_visible_since for application in made] == [None, None]


@pytest.mark.world
@two_moved
@pytest.mark.parametrize("call", [1, 3, 5])
@pytest.mark.parametrize(
    ("fault", "state", "said"),
    [
        ({"status": 503}, "active", "Greenhouse has an internal error"),
        ({"status": 200, "body": "<html>"}, "active", "Greenhouse's API did not return data."),
        ({"status": 403}, "active", "Greenhouse does not let this key use"),
        ({"status": 429, "seconds": 60.0}, "active", "Greenhouse asks Goodword to wait 60 seconds."),
        ({"status": 401}, "broken", "Greenhouse no longer accepts this key"),
    ],
)
def test_an_outage_during_a_pass_fails_it_and_keeps_its_updates(
    world: World, fault: dict[str, object], state: str, said: str, call: int
) -> None:

    def before(_: httpx2.Request) -> None:
        if len(world.line.reads) == call and not world.greenhouse.sandbox.faults.list():
            world.fail(kind="fail", path="/v3", times=99, **fault)

    world.line.before = before
    row = reconcile(world)
    assert (row.state, row.error.startswith(said)) == ("failed", True), row.error
    assert Connection.objects.of(world.organisation).get().state == state
    if fault["status"] == 429:
        return  # Greenhouse demanded a wait of one minute

    world.line.before = lambda _: None
    world.greenhouse.sandbox.faults.clear()
    row = reconcile(world, after=2 * SOON)
    run_jobs()
    assert (row.state, findings(world), starts(world)) == ("done", {("missed_invitation", "synced"): 2}, 2)
    assert Connection.objects.of(world.organisation).get().state == "active"


@pytest.mark.world
@two_moved
def test_a_worker_that_lost_its_lease_stops_at_once(world: World) -> None:

    def before(_: httpx2.Request) -> None:
        passes.end_dead(now=clock.now() + 5 * SOON)

    world.line.before = before
    row = reconcile(world)
    assert (row.state, row.error) == ("failed", passes.DIED)
    assert starts(world) == 0


@pytest.mark.world
@one_moved
def test_a_disconnected_connection_is_not_reconciled(world: World) -> None:

    def before(_: httpx2.Request) -> None:
        Connection.objects.of(world.organisation).update(state="disconnected")

    world.line.before = before
    row = reconcile(world)
    assert (row.state, row.error) == ("failed", "Greenhouse has been disconnected.")
    assert list(reconciliation_jobs.due(now=clock.now() + 9 * SOON)) == []


@pytest.mark.world
@one_moved
def test_two_organisations_do_not_touch_each_other(world: World) -> None:
    other = factories.organisation()
    elsewhere = Connection(
        organisation=other, endpoint_key="j" * 43, connected_at=factories.NOW, state="active"
    )
    elsewhere.set_credentials(world.greenhouse.credentials)
    elsewhere.save()
    theirs = factories.application(factories.role(other), connection_id=elsewhere.pk, remote_id=1)
    reconcile(world, full=True)
    theirs.refresh_from_db()
    assert theirs.not_visible_since is None
    assert not Finding.objects.of(other).exists()


@pytest.mark.world
def test_passes_that_fail_share_one_budget(world: World) -> None:
    moved(world, 23)
    reconcile(world, full=True)
    assert findings(world) == {("missed_invitation", "synced"): 20, ("missed_invitation", "waiting"): 3}
    # as if the pass had failed after these
    Reconciliation.objects.of(world.organisation).order_by("-pk")[:1].get().delete()
    Finding.objects.of(world.organisation).filter(state="synced").update(
        found_in=Reconciliation.objects.create(
            organisation=world.organisation,
            connection=world.connection,
            state="failed",
            started_at=clock.now(),
            lease_until=clock.now(),
        )
    )
    for n in range(2):
        remote = world.apply(email=f"late{n}@people.example")
        world.move(remote, ASSESSMENT)
    world.outgoing()
    reconcile(world, full=True, after=2 * SOON)
    assert findings(world) == {("missed_invitation", "synced"): 20, ("missed_invitation", "waiting"): 5}
    world.move(world.apply(), ASSESSMENT)
    world.outgoing()
    reconcile(
        world, full=True, after=3 * SOON
    )  # the last pass succeeded, so this one may invite twenty again
    assert findings(world) == {("missed_invitation", "synced"): 21, ("missed_invitation", "waiting"): 5}


def test_only_one_pass_of_a_connection_runs(world: World) -> None:
    assert passes.begin(world.connection, now=clock.now(), full=False) is not None
    assert passes.begin(world.connection, now=clock.now(), full=False) is None


@pytest.mark.world
def test_a_member_who_asks_while_a_pass_runs_makes_it_a_full_one(world: World) -> None:
    settled(world)
    remote = world.apply()
    world.outgoing()
    gone = world.apply()
    world.deliver()
    candidates.delete_candidate(
        world.greenhouse.store,
        world.greenhouse.store.candidates.get(gone.candidate_id),  # type: ignore[arg-type]
    )
    world.outgoing()
    member = factories.member(world.organisation, kind="admin")
    asked: list[object] = []

    def before(_: httpx2.Request) -> None:
        if not asked:
            asked.append(1)
            assert (
                reconciliation_jobs.begin_pass(world.connection, now=clock.now(), requested_by=member) is None
            )

    world.line.before = before
    row = reconcile(world)
    assert (row.state, row.full, row.requested_by) == ("done", True, member)
    assert world.ours(gone).not_visible_since is not None
    assert world.ours(remote).status == "active"


def test_a_pass_of_a_live_worker_is_not_taken_by_another(world: World) -> None:
    row = passes.begin(world.connection, now=clock.now(), full=False)
    assert row is not None
    assert passes.take(row.pk, now=clock.now()) is not None
    assert passes.take(row.pk, now=clock.now()) is None
    assert passes.end_dead(now=clock.now()) == []


@pytest.mark.world
def test_an_application_missing_from_all_lists_is_marked_and_nothing_is_erased(either: World) -> None:
    there, gone = either.apply(), either.apply(first_name="Ada", last_name="Doe")
    settled(either)
    person = either.greenhouse.store.candidates.get(gone.candidate_id)
    assert person is not None
    candidates.delete_candidate(either.greenhouse.store, person)
    either.outgoing()
    reconcile(either)
    assert either.ours(gone).not_visible_since is None  # recent changes do not show it
    reconcile(either, full=True, after=2 * SOON)
    assert either.ours(gone).not_visible_since is not None
    assert either.ours(gone).candidate.name == "Ada Doe"
    assert either.ours(there).not_visible_since is None
    assert findings(either) == {("not_visible", "synced"): 1}


@pytest.mark.world
def test_a_job_whose_applications_have_all_gone_is_followed_where_greenhouse_shows_others(
    world: World,
) -> None:
    other = world.greenhouse.application(job=1)
    gone = world.apply()
    settled(world)
    for application in list(world.greenhouse.store.applications.rising()):
        if application.job_id == world.job_id:
            world.greenhouse.store.applications.delete(application.id)
    row = reconcile(world, full=True)
    assert (row.state, row.error) == ("done", "")
    assert world.ours(gone).not_visible_since is not None
    assert other.job_id != world.job_id


@pytest.mark.world
def test_a_deleted_job_that_deliveries_keep_syncing_does_not_fail_the_pass(world: World) -> None:
    settled(world)
    world.greenhouse.store.jobs.delete(world.job_id)
    asked_for_others = False

    def overtake(request: httpx2.Request) -> None:
        nonlocal asked_for_others
        if request.url.path != "/v3/jobs":
            return
        if "ids" not in request.url.params:
            asked_for_others = True
        elif asked_for_others:
            world.line.before = lambda _: None
            sync_jobs(world.connection, [world.job_id], now=clock.now())
            world.line.before = overtake

    world.line.before = overtake
    row = reconcile(world)
    assert (row.state, row.error, asked_for_others) == ("done", "", True)


@pytest.mark.world
def test_a_database_error_is_not_reported_as_a_busy_database(world: World) -> None:
    settled(world)
    job = world.greenhouse.store.jobs.get(world.job_id)
    assert job is not None
    job.name = "Renamed"
    poison("greenhouse_finding", "kind <> 'job_changed'")
    row = reconcile(world)
    assert (row.state, row.error) == ("failed", "Goodword could not continue (IntegrityError).")


@pytest.mark.world
def test_a_move_to_an_unlinked_job_is_synced(either: World) -> None:
    remote = either.apply()
    settled(either)
    store = either.greenhouse.store
    other = list(store.jobs.rising())[1]
    progress.move(store, remote, pipeline(store, other.id)[0], actor_id=None, now=either.greenhouse.now())
    either.outgoing()
    reconcile(either, full=True)
    ours = either.ours(remote)
    assert (ours.job_id, ours.not_visible_since) == (other.id, None)
    assert findings(either) == {("missed_change", "synced"): 1}


@pytest.mark.world
def test_a_linked_job_that_changed_is_noticed(world: World) -> None:
    settled(world)
    job = world.greenhouse.store.jobs.get(world.job_id)
    assert job is not None
    job.name = "Senior Window Washer"
    world.outgoing()
    reconcile(world)
    assert findings(world) == {("job_changed", "synced"): 1}
    assert RoleNotice.objects.of(world.organisation).get().after == "Senior Window Washer"


@pytest.mark.world
def test_an_idle_pass_makes_a_handful_of_calls(either: World) -> None:
    for _ in range(3):
        either.move(either.apply(), SCREEN)
    settled(either)
    either.line.calls.clear()
    row = reconcile(either)
    assert (row.calls, len(either.line.reads)) == (4, 4), either.line.reads


@pytest.mark.world
def test_due_passes_begin_and_one_a_day_is_full(world: World) -> None:
    now = clock.now()
    assert reconciliation_jobs.begin_due(now=now) == 1
    assert reconciliation_jobs.begin_due(now=now) == 0  # it waits for a worker
    [(name, arguments)] = [job for job in waiting() if job[0] == "greenhouse.reconciliation.run"]
    row = Reconciliation.objects.of(world.organisation).get()
    assert (name, arguments, row.full) == ("greenhouse.reconciliation.run", {"pass_id": row.pk}, True)
    run(row.pk, tick=lambda: now)
    assert reconciliation_jobs.begin_due(now=now + timedelta(minutes=9)) == 0
    assert reconciliation_jobs.begin_due(now=now + timedelta(minutes=10)) == 1
    second = Reconciliation.objects.of(world.organisation).latest("pk")
    assert second.full is False
    run(second.pk, tick=lambda: now + timedelta(minutes=10))
    assert reconciliation_jobs.begin_due(now=now + timedelta(hours=24)) == 1
    assert Reconciliation.objects.of(world.organisation).latest("pk").full is True


@pytest.mark.world
def test_passes_continue_after_the_clock_was_set_back(world: World) -> None:
    now, ahead = clock.now(), clock.now() + timedelta(days=3)
    assert reconciliation_jobs.begin_due(now=ahead) == 1
    row = Reconciliation.objects.of(world.organisation).get()
    run(row.pk, tick=lambda: ahead)
    assert reconciliation_jobs.begin_due(now=now) == 1
    second = Reconciliation.objects.of(world.organisation).latest("pk")
    assert second.full
    assert passes.take(second.pk, now=ahead) is not None  # and its worker dies
    assert passes.end_dead(now=now) == [second]


def test_no_pass_is_scheduled_if_the_operator_turned_them_off(world: World, settings: object) -> None:
    settings.GOODWORD_SYNC_MINUTES = 0  # type: ignore[attr-defined]
    assert reconciliation_jobs.begin_due(now=clock.now()) == 0


def test_a_connection_without_linked_jobs_is_not_reconciled(world: World) -> None:
    world.role.automations.all().delete()
    assert list(reconciliation_jobs.due(now=clock.now())) == []


def test_a_pass_of_a_dead_worker_that_a_member_asked_for_is_begun_again(world: World) -> None:
    member = factories.member(world.organisation, kind="admin")
    row = reconciliation_jobs.begin_pass(
        world.connection, now=clock.now() - timedelta(hours=1), requested_by=member
    )
    assert row is not None
    reconciliation_jobs.sweep.run()
    rows = Reconciliation.objects.of(world.organisation).order_by("pk")
    assert list(rows.values_list("state", "requested_by")) == [("failed", member.pk), ("running", member.pk)]

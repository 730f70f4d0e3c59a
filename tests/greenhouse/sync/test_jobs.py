"""Changes of linked jobs and stages lead to notices on the role."""

from typing import Any

import httpx2
import pytest

from goodword.core import clock
from goodword.greenhouse.client import HarvestError, UnexpectedShape
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.catalogue import applications_in_stages
from goodword.greenhouse.sync.linked_jobs import sync_jobs
from goodword.roles.domain.job_changes import dismiss
from goodword.roles.models import Automation, RoleNotice, StageRule, open_notices
from greenhouse_sandbox.acts.progress import pipeline
from greenhouse_sandbox.store.jobs import JobStage
from tests.greenhouse.world import ASSESSMENT, REFERENCES, SCREEN, World
from tests.support import factories


def look(world: World) -> list[str]:
    return sync_jobs(world.connection, [world.job_id], now=clock.now()).get(world.job_id, [])


def notices(world: World) -> list[tuple[str, str, str]]:
    return [(row.kind, row.before, row.after) for row in open_notices(world.role)]


def stage(world: World, place: int) -> JobStage:
    return world.greenhouse.store.job_stages[world.stages[place][0]]


def swap(world: World, one: int, other: int) -> None:
    first, second = stage(world, one), stage(world, other)
    first.sort_order, second.sort_order = second.sort_order, first.sort_order


@pytest.fixture
def known(either: World) -> World:
    """A world whose job was read once."""
    job = either.greenhouse.store.jobs[either.job_id]
    Automation.objects.of(either.organisation).update(job_name=job.name)
    assert look(either) == []
    assert notices(either) == []
    return either


def test_an_unchanged_job_has_no_notice(known: World) -> None:
    assert look(known) == []
    automation = Automation.objects.of(known.organisation).get()
    assert automation.job_status == "open"
    assert automation.pipeline == [list(one) for one in known.stages]
    assert notices(known) == []


def test_an_unlinked_job_costs_no_read(known: World) -> None:
    other = list(known.greenhouse.store.jobs.rising())[1]
    known.line.calls.clear()
    assert sync_jobs(known.connection, [other.id], now=clock.now()) == {}
    assert known.line.calls == []


def test_jobs_of_other_connections_are_separate(known: World) -> None:
    other = Connection(pk=known.connection.pk + 1, organisation=known.organisation)
    assert sync_jobs(other, [known.job_id], now=clock.now()) == {}


def test_a_renamed_stage_keeps_its_rules(known: World) -> None:
    old = stage(known, ASSESSMENT).name
    stage(known, ASSESSMENT).name = "Homework"
    assert look(known) == [f"Stage “{old}” was renamed “Homework”."]
    assert notices(known) == [("stage_renamed", old, "Homework")]
    names = StageRule.objects.of(known.organisation).order_by("pk").values_list("stage_name", flat=True)
    assert list(names) == ["Homework", known.stages[REFERENCES][1]]

    stage(known, ASSESSMENT).name = "Take-home"
    look(known)
    assert notices(known) == [("stage_renamed", old, "Take-home")]

    stage(known, ASSESSMENT).name = old
    look(known)
    assert notices(known) == []


def test_renaming_an_unmapped_stage_has_no_notice(known: World) -> None:
    stage(known, SCREEN).name = "Chat"
    assert look(known) == []
    assert notices(known) == []


def test_a_moved_stage_has_a_notice_until_it_is_back(known: World) -> None:
    swap(known, SCREEN, ASSESSMENT)
    review, screen = known.stages[0][1], known.stages[SCREEN][1]
    places = f"it is now after “{review}” (previously after “{screen}”)."
    assert look(known) == [f"Stage “{known.stages[ASSESSMENT][1]}” was moved: {places}"]
    assert notices(known) == [("stage_moved", f"after “{screen}”", f"after “{review}”")]
    assert look(known) == []
    swap(known, SCREEN, ASSESSMENT)
    look(known)
    assert notices(known) == []


@pytest.mark.parametrize("how", ["deleted", "taken out of use"])
def test_a_deleted_stage_has_one_notice_until_it_is_back(known: World, how: str) -> None:
    gone = stage(known, REFERENCES)
    if how == "deleted":
        known.greenhouse.store.job_stages.delete(gone.id)
        told = f"Stage “{gone.name}” was deleted."
    else:
        gone.active = False
        told = f"Stage “{gone.name}” is no longer in use."
    assert look(known) == [told]
    assert look(known) == []
    assert [kind for kind, _, _ in notices(known)] == ["stage_gone"]

    gone.active = True
    if how == "deleted":
        known.greenhouse.store.job_stages.insert(gone)
    assert look(known) == [f"Stage “{gone.name}” is back in use."]
    assert notices(known) == []


def test_a_dismissed_notice_is_not_repeated(known: World) -> None:
    known.greenhouse.store.job_stages.delete(stage(known, REFERENCES).id)
    known.greenhouse.store.jobs[known.job_id].status = "closed"
    look(known)
    admin = factories.member(known.organisation, kind="admin")
    for row in open_notices(known.role):
        dismiss(row, by=admin, now=clock.now())
    assert look(known) == []
    assert notices(known) == []


def test_a_job_closes_and_opens_again(known: World) -> None:
    job = known.greenhouse.store.jobs[known.job_id]
    job.status = "closed"
    assert look(known) == [f"Job “{job.name}” is closed."]
    assert look(known) == []
    assert notices(known) == [("job_closed", job.name, "")]
    job.status = "open"
    assert look(known) == [f"Job “{job.name}” is open again."]
    assert notices(known) == []


def test_the_name_and_confidentiality_of_a_job_are_updated(known: World) -> None:
    job = known.greenhouse.store.jobs[known.job_id]
    old, job.name, job.confidential, job.requisition_id = job.name, "Chief Sweep", True, "R-9"
    assert look(known) == [f"Job “{old}” was renamed “Chief Sweep”."]
    automation = Automation.objects.of(known.organisation).get()
    assert (automation.job_name, automation.confidential, automation.requisition_id) == (
        "Chief Sweep",
        True,
        "R-9",
    )
    assert notices(known) == [("job_renamed", old, "Chief Sweep")]


def test_an_invisible_job_has_no_notices_about_its_stages(known: World) -> None:
    job = known.greenhouse.store.jobs[known.job_id]
    known.greenhouse.store.jobs.delete(job.id)
    stages = pipeline(known.greenhouse.store, job.id)
    for row in stages:
        known.greenhouse.store.job_stages.delete(row.id)
    assert look(known) == [f"Greenhouse no longer shows job “{job.name}”."]
    assert look(known) == []
    assert notices(known) == [("job_gone", job.name, "")]

    known.greenhouse.store.jobs.insert(job)
    for row in stages:
        known.greenhouse.store.job_stages.insert(row)
    assert look(known) == [f"Greenhouse shows job “{job.name}” again."]
    assert notices(known) == []


def test_the_title_for_candidates_follows_the_job_post(known: World) -> None:
    post = known.greenhouse.store.job_posts.by("job_id", known.job_id)[0]
    Automation.objects.of(known.organisation).update(job_post_id=post.id, job_post_title="Old title")
    post.title = "Sweep (all genders)"
    assert look(known) == []
    assert Automation.objects.of(known.organisation).get().job_post_title == "Sweep (all genders)"


def test_nothing_is_written_if_greenhouse_cannot_be_reached(known: World) -> None:
    stage(known, ASSESSMENT).name = "Homework"
    known.fail(kind="fail", path=f"/{known.greenhouse.version}", status=503, times=9)
    with pytest.raises(HarvestError):
        look(known)
    assert notices(known) == []


def test_an_older_reading_of_a_job_does_not_overwrite_a_newer_one(known: World) -> None:
    def overtaken(request: httpx2.Request) -> None:
        if "stages" in request.url.path:  # the job was read before the change
            known.line.before = lambda _: None
            known.greenhouse.store.jobs[known.job_id].status = "closed"
            look(known)

    known.line.before = overtaken
    assert look(known) == []
    assert [kind for kind, _, _ in notices(known)] == ["job_closed"]
    assert Automation.objects.of(known.organisation).get().job_status == "closed"


def test_a_role_unlinked_during_the_reading_gets_no_notice(known: World) -> None:
    stage(known, ASSESSMENT).name = "Homework"

    def unlinked(request: httpx2.Request) -> None:
        Automation.objects.of(known.organisation).delete()

    known.line.after = unlinked
    assert look(known) == []
    assert RoleNotice.objects.of(known.organisation).count() == 0


@pytest.mark.world
def test_fifty_jobs_need_as_many_calls_as_one(world: World) -> None:
    jobs = [job.id for job in world.greenhouse.store.jobs.rising()]
    assert len(jobs) > 1
    for job_id in jobs[1:]:
        factories.automation(world.role, connection_id=world.connection.pk, job_id=job_id, stages={})
    look(world)
    calls = len(world.line.reads)
    world.line.calls.clear()
    sync_jobs(world.connection, jobs, now=clock.now())
    assert len(world.line.reads) == calls


@pytest.mark.parametrize("part", ["/jobs", "/job_interview_stages"])
def test_a_job_or_stage_that_cannot_be_read_does_not_count_as_deleted(world: World, part: str) -> None:
    look(world)
    before = notices(world)

    def unreadable(path: str, data: Any) -> Any:
        wanted = {world.job_id, world.stages[ASSESSMENT][0]}
        return [row | {"id": None} if row["id"] in wanted else row for row in data] if part in path else data

    world.line.edit = unreadable
    assert (look(world), notices(world)) == ([], before)
    world.line.edit = None
    gone = stage(world, ASSESSMENT)
    world.greenhouse.store.job_stages.delete(gone.id)
    assert look(world) == [f"Stage “{gone.name}” was deleted."]


def test_a_job_is_not_linked_without_the_applications_that_cannot_be_read(world: World) -> None:
    """Later they would count as having just entered their stages, and be invited."""

    def without_candidate(path: str, data: Any) -> Any:
        return [data[0] | {"candidate_id": None}, *data[1:]] if path.endswith("/applications") else data

    there = applications_in_stages(world.connection, world.job_id)
    world.line.edit = without_candidate
    with pytest.raises(UnexpectedShape):
        applications_in_stages(world.connection, world.job_id)
    world.line.edit = None
    assert applications_in_stages(world.connection, world.job_id) == there

"""Many records by id, and filters by time."""

from datetime import timedelta
from typing import Any

import pytest

from goodword.greenhouse.client import ApplicationStage, RateLimited
from tests.contract.greenhouse import Greenhouse, open_account


def paths(greenhouse: Greenhouse) -> list[str]:
    """Calls to Harvest, oldest first."""
    return [call["path"] for call in reversed(greenhouse.sandbox.calls.list(f"/{greenhouse.version}"))]


def test_v3_reads_applications_in_batches_of_fifty(greenhouse: Greenhouse) -> None:
    made = [greenhouse.application().id for _ in range(60)]
    found = list(greenhouse.api().applications_by_id([*made, made[0], 999]))
    assert sorted(application.id for application in found) == made
    assert len(paths(greenhouse)) == (2 if greenhouse.version == "v3" else 61)


def test_an_application_is_the_same_alone_and_in_a_batch(greenhouse: Greenhouse) -> None:
    one, other = greenhouse.application(), greenhouse.application()
    greenhouse.move(one, 2)
    api = greenhouse.api()
    found = {row.id: row for row in api.applications_by_id([one.id, other.id])}
    assert found == {one.id: api.application(one.id), other.id: api.application(other.id)}


def test_no_ids_make_no_calls(greenhouse: Greenhouse) -> None:
    api = greenhouse.api()
    assert list(api.applications_by_id([])) == []
    assert list(api.application_stages_of([])) == []
    assert list(api.applications(job_ids=[])) == []
    assert list(api.jobs_by_id([])) == []
    assert paths(greenhouse) == []


def test_stages_of_many_applications_with_time_of_entry(greenhouse: Greenhouse) -> None:
    made = [greenhouse.application() for _ in range(60)]
    stages = {row.id: greenhouse.move(row, 2) for row in made}
    found = list(greenhouse.api().application_stages_of(stages))
    if greenhouse.version == "v1":
        assert (found, paths(greenhouse)) == ([], [])
        return
    assert {(row.application_id, row.stage_id) for row in found} == set(stages.items())
    assert len(paths(greenhouse)) == 2
    one = found[0]
    entered = greenhouse.api().stage_entered_at(one.application_id)
    assert one == ApplicationStage(one.application_id, stages[one.application_id], entered)
    assert entered is not None


def test_updates_after_the_end_of_the_window_are_left_for_the_next(greenhouse: Greenhouse) -> None:
    clock = greenhouse.store.clock
    begun = clock.now()
    clock.advance(timedelta(minutes=1))
    early = greenhouse.application()
    clock.advance(timedelta(minutes=1))
    until = clock.now()
    clock.advance(timedelta(minutes=1))
    late = greenhouse.application()
    api = greenhouse.api()
    assert [row.id for row in api.applications(updated_since=begun, until=until)] == [early.id]
    assert [row.id for row in api.applications(updated_since=until)] == [late.id]


def test_jobs_by_id(greenhouse: Greenhouse) -> None:
    row = next(greenhouse.store.jobs.rising())
    api = greenhouse.api()
    job = api.job(row.id)
    assert job == next(one for one in api.jobs() if one.id == row.id)
    assert [one.id for one in api.jobs_by_id([row.id, 999])] == [row.id]
    assert api.job(999) is None


def test_department_and_office_names_are_read_once_per_client() -> None:
    greenhouse = open_account("v3")
    api = greenhouse.api()
    for row in greenhouse.store.jobs.rising():
        api.job(row.id)
    assert (paths(greenhouse).count("/v3/departments"), paths(greenhouse).count("/v3/offices")) == (1, 1)
    greenhouse.sandbox.close()


def test_account_name_is_known_only_in_v3(greenhouse: Greenhouse) -> None:
    told = greenhouse.api().account()
    assert told == (greenhouse.store.organisation["name"] if greenhouse.version == "v3" else None)


def introspected(greenhouse: Greenhouse, **answer: Any) -> None:
    greenhouse.sandbox.faults.add({"kind": "fail", "path": "/introspect", "times": 9, **answer})


def test_a_used_up_rate_limit_is_not_taken_for_an_account_without_a_name() -> None:
    greenhouse = open_account("v3")
    introspected(greenhouse, status=429, seconds=600)
    with pytest.raises(RateLimited):
        greenhouse.api().account()
    greenhouse.sandbox.close()


def test_candidates_changed_in_a_window(greenhouse: Greenhouse) -> None:
    before = greenhouse.now()
    person = greenhouse.candidate()
    api, later = greenhouse.api(), greenhouse.now() + timedelta(seconds=2)
    assert person.id in [candidate.id for candidate in api.candidates_changed(since=before, until=later)]
    assert list(api.candidates_changed(since=later, until=later + timedelta(hours=1))) == []


def test_applications_with_their_candidates_take_few_calls(greenhouse: Greenhouse) -> None:
    made = [greenhouse.application() for _ in range(60)]
    greenhouse.move(made[7], 2)
    api = greenhouse.api()
    found = {
        one.id: (one, person)
        for one, person in api.people_of({application.id: application.candidate_id for application in made})
    }
    assert len(paths(greenhouse)) == (4 if greenhouse.version == "v3" else 2)
    assert set(found) == {application.id for application in made}
    one = made[7]
    assert found[one.id] == (api.application(one.id), api.candidate(one.candidate_id))


def test_only_requested_applications_of_a_person_are_returned(greenhouse: Greenhouse) -> None:
    person = greenhouse.candidate()
    one, _other = greenhouse.application(person), greenhouse.application(person, job=1)
    found = list(greenhouse.api().people_of({one.id: person.id, 999: None, 998: 997}))
    assert [(row.id, owner.id) for row, owner in found] == [(one.id, person.id)]


def test_v1_needs_the_candidate_id(greenhouse: Greenhouse) -> None:
    one = greenhouse.application()
    found = [row.id for row, _ in greenhouse.api().people_of({one.id: None})]
    assert found == ([one.id] if greenhouse.version == "v3" else [])

"""Accounts of any size: reproducible by seed, consistent, and realistic."""

from collections import Counter

import httpx2
import pytest

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.worlds import seed

type World = dict[str, list[object]]


def world(number: int, random: int) -> tuple[Store, World]:
    store = Store()
    seed(store, "sized", applications=number, random=random)
    return store, {name: list(table.rising()) for name, table in store.tables().items()}


@pytest.fixture(scope="module")
def store() -> Store:
    """Two thousand applications."""
    return world(2000, 7)[0]


def test_accounts_are_reproducible_by_seed() -> None:
    first, again, other = world(300, 1)[1], world(300, 1)[1], world(300, 2)[1]
    assert first == again
    assert first["applications"] != other["applications"]


def test_an_account_has_the_requested_applications_in_all_states(store: Store) -> None:
    rows = list(store.applications.rising())
    assert len(rows) == 2000
    assert Counter(row.status for row in rows).keys() == {"in_process", "rejected", "hired", "converted"}
    assert 40 < sum(row.prospect for row in rows) < 140
    assert {job.status for job in store.jobs.rising()} == {"open", "closed"}
    assert 1700 < len(store.candidates) < 2000


def test_records_are_consistent(store: Store) -> None:
    for row in store.applications.rising():
        assert store.candidates.get(row.candidate_id) is not None
        history = store.application_stages.by("application_id", row.id)
        if row.prospect:
            assert (row.job_id, row.stage_id, history) == (None, None, [])
            continue
        stages = [store.job_stages[application_stage.job_stage_id] for application_stage in history]
        assert {stage.job_id for stage in stages} == {row.job_id}
        assert [stage.sort_order for stage in stages] == list(range(len(stages)))
        assert [application_stage.current for application_stage in history] == [False] * (
            len(history) - 1
        ) + [True]
        assert history[-1].id == row.stage_id
        times = [
            application_stage.entered_at for application_stage in history if application_stage.entered_at
        ]
        assert times == sorted(times)
        assert times[0] == row.created_at
        assert (row.rejected_at is not None) == (row.status == "rejected")
        assert len(store.rejection_details.by("application_id", row.id)) == (row.status == "rejected")
        assert len(store.offers.by("application_id", row.id)) == (row.status == "hired")
    ids = [row.id for row in store.applications.rising()]
    moments = [row.created_at for row in store.applications.rising()]
    assert (ids, moments) == (sorted(ids), sorted(moments))
    addresses = Counter(row.email for row in store.candidates.rising())
    assert addresses.most_common(1)[0][1] == 1


def test_the_control_plane_creates_a_sized_account(client: httpx2.Client) -> None:
    answer = client.post("/_sandbox/reset", json={"seed": "sized", "applications": 250, "random": 3})
    assert answer.json() == {"seed": "sized", "applications": 250}
    assert client.get("/candidates").status_code == 200
    assert client.get("/").status_code == 200


def test_an_invalid_size_is_refused_and_changes_nothing(client: httpx2.Client) -> None:
    for body in (
        {"seed": "sized"},
        {"seed": "sized", "applications": 0},
        {"seed": "sized", "applications": "many"},
        {"seed": "sized", "applications": 10, "random": "x"},
        {"seed": "huge"},
    ):
        assert client.post("/_sandbox/reset", json=body).status_code == 422
    assert client.get("/_sandbox/health").json()["rows"]["applications"] == 12

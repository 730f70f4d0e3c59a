"""Probing of permissions, without writing."""

import pytest

from goodword.greenhouse.client import (
    Invalid,
    NotFound,
    PermissionState,
    ProbeResult,
    Refusal,
    Unauthorised,
    Unavailable,
    V1Credentials,
    V3Credentials,
    probe_all,
)
from goodword.greenhouse.client.errors import SITE_ADMIN
from goodword.greenhouse.client.permissions import V1_PERMISSIONS
from goodword.greenhouse.client.session import ONCE
from tests.contract.greenhouse import ALL, ARTICLE, Greenhouse, open_account
from tests.contract.moments import Moments
from tests.contract.scripted import Reply, Scripted, client


def probed(greenhouse: Greenhouse) -> dict[str, ProbeResult]:
    """All results by the permission's name."""
    return {result.permission.name: result for result in probe_all(greenhouse.api(worked_before=False))}


def test_a_v1_key_is_not_called_wrong_during_an_outage(time: Moments) -> None:
    refused = [Reply(401)] * len(V1_PERMISSIONS)
    api = client("v1", Scripted(*refused, Reply(503)), time, worked_before=True, retry=ONCE)
    with pytest.raises(Unavailable):
        list(probe_all(api))


def test_all_permissions_are_granted_and_nothing_is_written(greenhouse: Greenhouse) -> None:
    before = len(greenhouse.store.notes)
    results = probed(greenhouse)
    advised = ["Users"] if greenhouse.version == "v1" else ["Users", "Job Owners", "Application Stages"]
    assert list(results) == [*ARTICLE, *advised]
    assert {result.state for result in results.values()} == {PermissionState.GRANTED}
    assert [name for name, result in results.items() if not result.required] == advised
    assert len(greenhouse.store.notes) == before


def test_write_permission_is_known_from_scopes_and_untested_for_keys(greenhouse: Greenhouse) -> None:
    writing = {name: result.writing for name, result in probed(greenhouse).items()}
    expected = PermissionState.UNTESTED if greenhouse.version == "v1" else PermissionState.GRANTED
    assert writing.pop("Activity Feed") is expected
    assert set(writing.values()) == {None}


@pytest.mark.parametrize("name", [*ARTICLE, "Users"])
def test_each_missing_permission_is_named(greenhouse: Greenhouse, name: str) -> None:
    greenhouse.tick(*(ALL - {name}))
    missing = {result.permission.name: result for result in probed(greenhouse).values() if result.missing}
    assert list(missing) == [name]
    assert missing[name].state is PermissionState.MISSING
    assert missing[name].detail.startswith("In Greenhouse, edit the credential and tick ")


def test_the_seven_permissions_of_the_article_suffice(greenhouse: Greenhouse) -> None:
    greenhouse.tick(*ARTICLE)
    missing = {result.permission.name for result in probed(greenhouse).values() if result.missing}
    assert missing == (
        {"Users"} if greenhouse.version == "v1" else {"Users", "Job Owners", "Application Stages"}
    )


def test_v3_read_permission_without_write_permission() -> None:
    greenhouse = open_account("v3")
    greenhouse.row.scopes.remove("harvest:notes:create")
    result = probed(greenhouse)["Activity Feed"]
    assert (result.state, result.writing, result.missing) == (
        PermissionState.GRANTED,
        PermissionState.MISSING,
        True,
    )
    assert result.detail == (
        "Reading works, writing is missing. In Greenhouse, edit the credential and tick harvest:notes:create "
        "under Manage scopes."
    )
    greenhouse.sandbox.close()


@pytest.mark.parametrize("answer", [403, "empty"])
def test_an_acting_user_who_is_not_a_site_admin_is_reported(answer: object) -> None:
    greenhouse = open_account("v3")
    greenhouse.store.switches["service_user_site_admin"] = False
    greenhouse.store.switches["non_admin_reads"] = answer
    results = probed(greenhouse)
    assert {(result.state, result.detail) for result in results.values()} == {
        (PermissionState.MISSING, SITE_ADMIN)
    }
    greenhouse.sandbox.close()


def test_v1_activity_feed_is_untested_without_candidates(greenhouse: Greenhouse) -> None:
    for table in (greenhouse.store.applications, greenhouse.store.candidates, greenhouse.store.notes):
        for row in list(table.rising()):
            table.delete(row.id)
    result = probed(greenhouse)["Activity Feed"]
    expected = PermissionState.UNTESTED if greenhouse.version == "v1" else PermissionState.GRANTED
    assert result.state is expected


@pytest.mark.parametrize(
    ("worked_before", "kind"), [(False, Refusal.WRONG), (True, Refusal.REVOKED_OR_EXPIRED)]
)
def test_a_refused_credential_is_wrong_or_revoked(
    greenhouse: Greenhouse, worked_before: bool, kind: Refusal
) -> None:
    greenhouse.row.revoked = True
    with pytest.raises(Unauthorised) as caught:
        list(probe_all(greenhouse.api(worked_before=worked_before)))
    assert caught.value.kind is kind


def test_a_wrong_secret_is_a_wrong_credential(greenhouse: Greenhouse) -> None:
    wrong = (
        V1Credentials("not-the-key")
        if greenhouse.version == "v1"
        else V3Credentials(greenhouse.row.client_id, "not-the-secret")
    )
    with pytest.raises(Unauthorised) as caught:
        list(probe_all(greenhouse.api(credentials=wrong, worked_before=False)))
    assert caught.value.kind is Refusal.WRONG


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_a_key_without_permissions_differs_from_a_wrong_key(version: str) -> None:
    greenhouse = open_account(version)
    greenhouse.tick()
    assert {result.state for result in probed(greenhouse).values()} == {PermissionState.MISSING}
    greenhouse.sandbox.close()


def test_results_are_yielded_one_by_one(greenhouse: Greenhouse) -> None:
    results = probe_all(greenhouse.api())
    first = next(results)
    calls = len(greenhouse.sandbox.calls.list())
    assert first.permission.name == "Applications"
    next(results)
    assert len(greenhouse.sandbox.calls.list()) > calls


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("applications.get", "Applications"),
        ("candidates.get", "Candidates"),
        ("jobs.get", "Jobs"),
        ("job_posts.for_job", "Job Posts"),
        ("job_stages.for_job", "Job Stages"),
        ("users.get", "Users"),
    ],
)
def test_a_partly_ticked_v1_category_is_missing(key: str, name: str) -> None:
    greenhouse = open_account("v1")
    greenhouse.row.permissions.remove(key)
    assert [result.permission.name for result in probed(greenhouse).values() if result.missing] == [name]
    greenhouse.sandbox.close()


def test_v1_may_answer_403_for_a_missing_permission() -> None:
    greenhouse = open_account("v1")
    greenhouse.store.switches["v1_missing_permission"] = 403
    greenhouse.tick("Jobs")
    missing = [result.permission.name for result in probed(greenhouse).values() if result.missing]
    assert missing == ["Applications", "Candidates", "Job Posts", "Job Stages", "Rejection Reasons", "Users"]
    greenhouse.sandbox.close()


@pytest.mark.parametrize("answer", [401, 404, 410])
def test_switched_off_v1_raises_an_error(answer: int) -> None:
    greenhouse = open_account("v1")
    greenhouse.store.switches["v1"] = answer
    with pytest.raises(Unauthorised if answer == 401 else NotFound):
        probed(greenhouse)
    greenhouse.sandbox.close()


def test_acting_as_a_user_requires_a_site_admin() -> None:
    greenhouse = open_account("v3")
    people = [user.id for user in greenhouse.store.users.rising() if not user.service_account]
    found = {}
    for user_id in people[:2]:
        credentials = greenhouse.acting_as(user_id)
        found[user_id] = {
            (result.state, result.detail) for result in probe_all(greenhouse.api(credentials=credentials))
        }
    assert found == {
        people[0]: {(PermissionState.GRANTED, "")},
        people[1]: {(PermissionState.MISSING, SITE_ADMIN)},
    }
    greenhouse.sandbox.close()


def test_acting_as_an_unknown_user_is_invalid() -> None:
    greenhouse = open_account("v3")
    with pytest.raises(Invalid) as caught:
        list(probe_all(greenhouse.api(credentials=greenhouse.acting_as(999))))
    assert caught.value.detail == "There is no active Greenhouse user 999 for it to act as."
    greenhouse.sandbox.close()

"""Refused writes change nothing, and webhooks contain the complete record."""

import json
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.acts.jobs import delete_stage
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from helpers import Receiver, V3Maker, add_hook

FILE = {"filename": "cv.pdf", "type": "resume", "content": "aGk="}


def active(store: Store, *, prospect: bool) -> Application:
    return next(
        one for one in store.applications.rising() if one.status == "in_process" and one.prospect == prospect
    )


def sent(app: Sandbox, receiver: Receiver) -> list[dict[str, Any]]:
    assert app.deliverer.wait_until_idle(5)
    return [json.loads(request.content) for request in receiver.requests]


@pytest.mark.parametrize(
    "wrong", [{"referrer": {"type": "nobody"}}, {"attachments": [FILE | {"filename": "cv.exe"}]}]
)
def test_a_refused_application_is_not_created(
    v1: httpx2.Client, app: Sandbox, receiver: Receiver, wrong: dict[str, Any]
) -> None:
    store = app.store
    add_hook(store, "new_candidate_application")
    add_hook(store, "delete_candidate")
    before = [
        len(table) for table in (store.candidates, store.applications, store.application_stages, store.notes)
    ]
    person = next(store.candidates.rising())
    body = {"job_id": next(store.jobs.rising()).id, **wrong}
    assert v1.post(f"/v1/candidates/{person.id}/applications", json=body).status_code == 422
    new = {"first_name": "Wren", "last_name": "Ode", "applications": [body]}
    assert v1.post("/v1/candidates", json=new).status_code == 422
    after = [
        len(table) for table in (store.candidates, store.applications, store.application_stages, store.notes)
    ]
    assert (after, sent(app, receiver)) == (before, [])


def test_a_refused_update_of_an_application_changes_nothing(v1: httpx2.Client, store: Store) -> None:
    application = active(store, prospect=False)
    shown = v1.get(f"/v1/applications/{application.id}").json()
    source = next(one.id for one in store.sources.rising() if one.id != application.source_id)
    body = {"source_id": source, "referrer": {"type": "nobody"}}
    assert v1.patch(f"/v1/applications/{application.id}", json=body).status_code == 422
    assert v1.get(f"/v1/applications/{application.id}").json() == shown


def test_a_refused_update_of_a_candidate_changes_nothing(v1: httpx2.Client, store: Store) -> None:
    application = active(store, prospect=False)
    shown = v1.get(f"/v1/applications/{application.id}").json()
    recruiter = next(one for one in store.users.rising() if one.id != application.recruiter_id)
    body = {"recruiter": {"id": recruiter.id}, "coordinator": {"id": 1}}
    assert v1.patch(f"/v1/candidates/{application.candidate_id}", json=body).status_code == 422
    assert v1.get(f"/v1/applications/{application.id}").json() == shown


def test_a_refused_transfer_of_a_prospect_changes_nothing(v1: httpx2.Client, store: Store) -> None:
    prospect = active(store, prospect=True)
    shown = v1.get(f"/v1/applications/{prospect.id}").json()
    answer = v1.post(
        f"/v1/applications/{prospect.id}/transfer_to_job", json={"new_job_id": next(store.jobs.rising()).id}
    )
    assert answer.status_code == 422
    assert v1.get(f"/v1/applications/{prospect.id}").json() == shown


def test_nobody_is_moved_to_a_removed_stage(v1: httpx2.Client, store: Store) -> None:
    application = active(store, prospect=False)
    shown = v1.get(f"/v1/applications/{application.id}").json()
    taken = {
        store.application_stages[one.stage_id].job_stage_id
        for one in store.applications.rising()
        if one.stage_id
    }
    stage = next(one for one in store.job_stages.by("job_id", application.job_id) if one.id not in taken)
    delete_stage(store, stage, actor_id=None, now=store.clock.now())
    body = {"from_stage_id": shown["current_stage"]["id"], "to_stage_id": stage.id}
    assert v1.post(f"/v1/applications/{application.id}/move", json=body).status_code == 422
    assert v1.get(f"/v1/applications/{application.id}").json() == shown


def test_the_webhook_of_a_new_application_shows_all_that_was_sent(
    v1: httpx2.Client, store: Store, app: Sandbox, receiver: Receiver
) -> None:
    add_hook(store, "new_candidate_application")
    add_hook(store, "update_candidate")
    coordinator = list(store.users.rising())[-1]
    body = {
        "first_name": "Wren",
        "last_name": "Ode",
        "coordinator": {"id": coordinator.id},
        "employments": [{"company_name": "X", "title": "Y", "start_date": "2019-01-01"}],
        "applications": [
            {
                "job_id": next(store.jobs.rising()).id,
                "recruiter_id": store.acting_user_id,
                "referrer": {"type": "email", "value": store.users[store.acting_user_id].emails[0]},
                "attachments": [FILE],
            }
        ],
    }
    assert v1.post("/v1/candidates", json=body).status_code == 201
    (event,) = sent(app, receiver)
    application = event["payload"]["application"]
    candidate = application["candidate"]
    assert (
        candidate["recruiter"]["id"],
        candidate["coordinator"]["id"],
        application["credited_to"]["id"],
        [one["filename"] for one in candidate["attachments"]],
        [one["company_name"] for one in candidate["employments"]],
    ) == (store.acting_user_id, coordinator.id, store.acting_user_id, ["cv.pdf"], ["X"])


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_out_of_range_is_refused(v1: httpx2.Client, v3: httpx2.Client, moment: str) -> None:
    assert v1.get("/v1/applications", params={"created_after": moment}).status_code == 422
    assert v3.get("/v3/applications", params={"created_at": f"gte|{moment}"}).status_code == 422


@pytest.mark.parametrize("wrong", [5, [1]])
@pytest.mark.parametrize("member", ["applications", "educations", "employments", "activity_feed_notes"])
def test_a_list_of_anything_but_objects_is_refused(
    v1: httpx2.Client, store: Store, member: str, wrong: object
) -> None:
    applications = [{"job_id": next(store.jobs.rising()).id}]
    body = {"first_name": "Wren", "last_name": "Ode", "applications": applications, member: wrong}
    answer = v1.post("/v1/candidates", json=body)
    errors = [{"message": "Must be an array of objects", "field": member}]
    assert (answer.status_code, answer.json()["errors"]) == (422, errors)


@pytest.mark.parametrize("wrong", [5, [1]])
def test_attachments_that_are_no_objects_are_refused(v1: httpx2.Client, store: Store, wrong: object) -> None:
    person = next(store.candidates.rising())
    body = {"job_id": next(store.jobs.rising()).id, "attachments": wrong}
    answer = v1.post(f"/v1/candidates/{person.id}/applications", json=body)
    errors = [{"message": "Must be an array of objects", "field": "attachments"}]
    assert (answer.status_code, answer.json()["errors"]) == (422, errors)


def test_job_ids_that_are_no_array_are_refused(v3: httpx2.Client, store: Store) -> None:
    body = {"candidate_id": next(store.candidates.rising()).id, "prospect": True, "job_ids": 5}
    answer = v3.post("/v3/applications", json=body)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"job_ids": "is not an array"}])


def test_head_requests_need_a_site_admin_too(v3_client: V3Maker, store: Store) -> None:
    user = next(
        one for one in store.users.rising() if not (one.site_admin or one.service_account or one.deactivated)
    )
    assert v3_client(sub=user.id).head("/v3/jobs").status_code == 403

"""Harvest v3: writing candidates, applications, files, openings, custom fields, hiring teams and users."""

from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from helpers import Receiver, V3Maker, add_hook


@pytest.fixture
def application(store: Store) -> Application:
    """An active application at the first stage of its job."""
    return next(one for one in store.applications.rising() if one.status == "in_process" and one.job_id)


def only(client: httpx2.Client, path: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = client.get(f"/v3/{path}").json()
    assert len(rows) == 1
    return rows[0]


def wrong_member(answer: httpx2.Response) -> str:
    assert answer.status_code == 422, answer.text
    return str(next(iter(answer.json()["errors"][0])))


def test_a_candidate_update_replaces_collections(v3: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    url = f"/v3/candidates/{candidate.id}"
    body = {"title": "Lead", "tags": ["New"], "email_addresses": [{"value": "one@x.example", "type": "work"}]}
    answer = v3.patch(url, json=body)
    assert answer.status_code == 200
    assert answer.json() == only(v3, f"candidates?ids={candidate.id}")
    assert (answer.json()["title"], answer.json()["tags"]) == ("Lead", ["New"])
    assert answer.json()["email_addresses"] == body["email_addresses"]
    assert answer.json()["phone_numbers"] != []
    assert only(v3, "candidates?email=ONE@x.example")["id"] == candidate.id
    assert v3.get("/v3/candidates?email=candidate1@people.example").json() == []


def test_an_invalid_candidate_update_changes_nothing(v3: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    before = only(v3, f"candidates?ids={candidate.id}")
    url = f"/v3/candidates/{candidate.id}"
    for body, member in (
        ({"title": "X", "first_name": " "}, "first_name"),
        ({"title": "X", "phone_numbers": [{"value": "1", "type": "fax"}]}, "phone_numbers"),
        ({"title": "X", "email_addresses": "a@b.example"}, "email_addresses"),
        ({"title": "X", "tags": [1]}, "tags"),
        ({"title": "X", "private": "perhaps"}, "private"),
        ({"title": "X", "custom_fields": [{"name_key": "none", "value": 1}]}, "custom_fields"),
    ):
        assert wrong_member(v3.patch(url, json=body)) == member
    assert only(v3, f"candidates?ids={candidate.id}") == before
    assert v3.patch("/v3/candidates/1", json={}).status_code == 404


def test_a_rejected_application_creates_no_candidate(v3: httpx2.Client, store: Store) -> None:
    count = len(store.candidates)
    body = {"first_name": "A", "last_name": "B", "application": {"job_id": 1}}
    assert wrong_member(v3.post("/v3/candidates", json=body)) == "job_id"
    assert len(store.candidates) == count


def test_deleting_a_candidate_deletes_related_records(
    v3: httpx2.Client, application: Application, store: Store
) -> None:
    candidate_id = application.candidate_id
    file = {"application_id": application.id, "filename": "cv.txt", "type": "resume", "content": "aGk="}
    assert v3.post("/v3/attachments", json=file).status_code == 201
    job = {"candidate_id": candidate_id, "company_name": "X", "title": "Y", "start_date": "2020-01-01"}
    assert v3.post("/v3/candidate_employments", json=job).status_code == 201
    answer = v3.delete(f"/v3/candidates/{candidate_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    for name in ("applications", "attachments", "candidate_employments", "notes", "applied_candidate_tags"):
        assert v3.get(f"/v3/{name}?candidate_ids={candidate_id}").json() == []


def test_a_merge_moves_files_schools_and_tags(v3: httpx2.Client, store: Store) -> None:
    loser, winner = list(store.candidates.rising())[:2]
    loser.tags = ["Theirs"]
    application = store.applications.by("candidate_id", loser.id)[0]
    file = {"application_id": application.id, "filename": "cv.txt", "type": "resume", "content": "aGk="}
    v3.post("/v3/attachments", json=file)
    answer = v3.post(f"/v3/candidates/{winner.id}/merge", json={"secondary_candidate_id": loser.id})
    assert (answer.status_code, answer.json()["id"], "Theirs" in answer.json()["tags"]) == (
        200,
        winner.id,
        True,
    )
    assert only(v3, f"attachments?candidate_ids={winner.id}")["filename"] == "cv.txt"
    assert v3.get(f"/v3/candidates?ids={loser.id}").json() == []
    again = v3.post(f"/v3/candidates/{winner.id}/merge", json={"secondary_candidate_id": loser.id})
    assert wrong_member(again) == "secondary_candidate_id"


def test_chosen_fields_are_anonymised_and_listed_in_the_webhook(
    v3: httpx2.Client, store: Store, receiver: Receiver, control: Any
) -> None:
    add_hook(store, "candidate_anonymized")
    candidate = next(store.candidates.rising())
    url = f"/v3/candidates/{candidate.id}/anonymize"
    shown = v3.patch(url, json={"fields": ["full_name", "email_addresses"]}).json()
    assert (shown["first_name"], shown["last_name"]) == ("Anonymized", str(candidate.id))
    assert (shown["email_addresses"], shown["phone_numbers"] != []) == ([], True)
    assert control("/wait-until-idle", {})["idle"] is True
    assert b'"anonymized_fields":["full_name","email_addresses"]' in receiver.requests[-1].content.replace(
        b" ", b""
    )
    assert wrong_member(v3.patch(url, json={"fields": ["shoe_size"]})) == "fields"
    assert wrong_member(v3.patch(url, json={})) == "fields"


def test_an_application_update_returns_200_or_204_by_switch(
    v3: httpx2.Client, application: Application, store: Store
) -> None:
    url = f"/v3/applications/{application.id}"
    source = list(store.sources.rising())[-1].id
    body = {"source_id": source, "custom_fields": [{"name_key": "works_remotely", "value": True}]}
    answer = v3.patch(url, json=body)
    assert answer.json() == only(v3, f"applications?ids={application.id}")
    assert answer.json()["source_id"] == source
    assert answer.json()["custom_fields"]["works_remotely"]["value"] is True
    store.switches["application_update"] = 204
    assert v3.patch(url, json={"recruiter_id": store.acting_user_id}).status_code == 204
    assert wrong_member(v3.patch(url, json={"source_id": 1})) == "source_id"
    assert v3.delete(url).status_code == 204
    assert v3.get(f"/v3/applications?ids={application.id}").json() == []


def test_an_invalid_transfer_names_the_member_of_the_body(
    v3: httpx2.Client, v1: httpx2.Client, application: Application, store: Store
) -> None:
    closed = next(job for job in store.jobs.rising() if job.status == "closed")
    other = next(job for job in store.jobs.rising() if job.name == "Data Engineer")
    url = f"/v3/applications/{application.id}/move"
    body = {"from_stage_id": application.stage_id}
    assert wrong_member(v3.post(url, json={**body, "to_job_id": closed.id})) == "to_job_id"
    assert wrong_member(v3.post(url, json={**body, "to_job_id": other.id, "to_stage_id": 1})) == "to_stage_id"
    old = f"/v1/applications/{application.id}/transfer_to_job"
    assert v1.post(old, json={"new_job_id": closed.id}).json()["errors"][0]["field"] == "new_job_id"


def test_a_prospect_has_a_pool_and_can_be_converted(v3: httpx2.Client, store: Store) -> None:
    pool = v3.get("/v3/prospect_pools").json()[0]
    stage = v3.get(f"/v3/prospect_pool_stages?prospect_pool_ids={pool['id']}").json()[0]
    job = next(store.jobs.rising())
    body = {
        "candidate_id": next(store.candidates.rising()).id,
        "prospect": True,
        "job_ids": [job.id],
        "prospect_pool_id": pool["id"],
        "prospect_pool_stage_id": stage["id"],
        "prospect_owner_id": store.acting_user_id,
    }
    prospect = v3.post("/v3/applications", json=body).json()
    detail = only(v3, f"prospect_details?application_ids={prospect['id']}")
    assert (detail["pool_id"], detail["pool_stage_id"], detail["prospect_owner_id"]) == (
        pool["id"],
        stage["id"],
        store.acting_user_id,
    )
    assert only(v3, f"prospect_details?ids={detail['id']}") == detail
    url = f"/v3/applications/{prospect['id']}/convert_to_candidate"
    made = v3.post(url, json={"job_id": job.id})
    assert (made.status_code, made.json()["job_id"], made.json()["prospect"]) == (201, job.id, False)
    assert only(v3, f"applications?ids={prospect['id']}")["status"] == "converted"
    assert v3.post(url, json={"job_id": job.id}).status_code == 422


def test_a_file_url_is_valid_for_a_week(
    v3: httpx2.Client, client: httpx2.Client, application: Application, control: Any
) -> None:
    body = {"application_id": application.id, "filename": "cv é.txt", "type": "resume", "content": "aGVsbG8="}
    made = v3.post("/v3/attachments", json=body)
    assert made.status_code == 201
    address = made.json()["url"]
    answer = client.get(address)
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(address.replace("signature=", "signature=0")).status_code == 403
    control("/clock", {"advance_seconds": 7 * 86400 + 60})
    assert client.get(address).status_code == 403


def test_a_new_resume_demotes_the_previous_one_and_invalid_files_are_refused(
    v3: httpx2.Client, application: Application
) -> None:
    good = {"application_id": application.id, "filename": "cv.pdf", "type": "resume", "content": "aGk="}
    for _ in range(2):
        assert v3.post("/v3/attachments", json=good).status_code == 201
    rows = v3.get(f"/v3/attachments?application_ids={application.id}").json()
    assert [row["type"] for row in rows] == ["resume", "other"]
    for change, member in (
        ({"application_id": 1}, "application_id"),
        ({"filename": ""}, "filename"),
        ({"filename": "virus.exe"}, "filename"),
        ({"type": "photo"}, "type"),
        ({"url": "https://x.example/cv.pdf"}, "content"),
        ({"content": None}, "content"),
        ({"content": "=+="}, "content"),
        ({"visibility": "secret"}, "visibility"),
    ):
        assert wrong_member(v3.post("/v3/attachments", json={**good, **change})) == member


def test_a_hire_fills_an_opening_and_unhire_reopens_it(
    v3: httpx2.Client, v1: httpx2.Client, application: Application, store: Store
) -> None:
    made = v3.post("/v3/openings", json={"job_id": application.job_id, "opening_id": "A-2"})
    assert (made.status_code, made.json()["open"]) == (201, True)
    reason = v3.get("/v3/close_reasons").json()[-1]["id"]
    url = f"/v3/applications/{application.id}/hire"
    wrong = v3.post(url, json={"opening_id": 1})
    assert wrong_member(wrong) == "opening_id"
    body = {"opening_id": made.json()["id"], "close_reason_id": reason, "start_date": "2026-12-01T00:00:00Z"}
    assert v3.post(url, json=body).status_code == 204
    filled = only(v3, f"openings?ids={made.json()['id']}")
    assert (filled["open"], filled["application_id"], filled["close_reason_id"]) == (
        False,
        application.id,
        reason,
    )
    assert wrong_member(v3.delete(f"/v3/openings/{filled['id']}")) == "id"
    assert v1.post(f"/v1/applications/{application.id}/unhire").status_code == 200
    assert only(v3, f"openings?ids={made.json()['id']}")["open"] is True


def test_the_last_opening_closes_its_job_only_by_switch(v3: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    opening = only(v3, f"openings?job_ids={job.id}&open=true")
    url = f"/v3/openings/{opening['id']}"
    assert v3.patch(url, json={"status": "closed"}).json()["open"] is False
    assert job.status == "open"
    v3.patch(url, json={"status": "open"})
    store.switches["last_opening_closes_job"] = True
    v3.patch(url, json={"status": "closed"})
    assert only(v3, f"jobs?ids={job.id}")["status"] == "closed"
    assert v3.delete(url).status_code == 204


def test_bulk_requests_report_results_later(v3: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    body = {"data": [{"job_id": job.id}, {"job_id": 1}]}
    answer = v3.post("/v3/openings/bulk", json=body)
    assert (answer.status_code, list(answer.json())) == (202, ["bulk_action_uuid", "status"])
    told = v3.get(f"/v3/bulk_requests/{answer.json()['bulk_action_uuid']}").json()
    assert (told["record_count"], told["success_count"], told["failure_count"]) == (2, 1, 1)
    assert v3.get("/v3/bulk_requests/none").status_code == 404
    made = told["results"][0]["id"]
    v3.patch("/v3/openings/bulk", json={"data": [{"id": made, "status": "closed"}]})
    v3.request("DELETE", "/v3/openings/bulk", json={"data": [made]})
    assert v3.get(f"/v3/openings?ids={made}").json() == []
    assert wrong_member(v3.post("/v3/openings/bulk", json={})) == "data"


def test_custom_fields_and_options_are_created_used_and_archived(v3: httpx2.Client) -> None:
    body = {"name": "Shirt size", "field_type": "candidate", "value_type": "single_select"}
    field = v3.post("/v3/custom_fields", json=body).json()
    assert (field["name_key"], field["active"]) == ("shirt_size", True)
    assert wrong_member(v3.post("/v3/custom_fields", json=body)) == "name"
    option = v3.post("/v3/custom_field_options", json={"custom_field_id": field["id"], "name": "M"}).json()
    assert only(v3, "custom_field_options?custom_field_key=shirt_size") == option
    made = v3.post(
        "/v3/candidates",
        json={
            "first_name": "A",
            "last_name": "B",
            "custom_fields": [{"custom_field_id": field["id"], "value": option["id"]}],
        },
    ).json()["candidate"]
    assert made["custom_fields"]["shirt_size"] == {
        "name": "Shirt size",
        "type": "single_select",
        "value": "M",
    }
    assert v3.delete(f"/v3/custom_field_options/{option['id']}").status_code == 204
    assert v3.delete(f"/v3/custom_fields/{field['id']}").status_code == 204
    assert field["id"] not in [row["id"] for row in v3.get("/v3/custom_fields?active=true").json()]


def test_hiring_teams_and_permissions_are_granted_and_revoked(v3: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    user = list(store.users.rising())[2]
    body = {"job_id": job.id, "user_id": user.id, "type": "recruiter", "responsible": True}
    owner = v3.post("/v3/job_owners", json=body).json()
    responsible = [
        row["user_id"]
        for row in v3.get(f"/v3/job_owners?job_ids={job.id}&type=recruiter").json()
        if row["responsible"]
    ]
    assert responsible == [user.id]
    assert v3.delete(f"/v3/job_owners/{owner['id']}").status_code == 204
    role = next(row for row in v3.get("/v3/user_roles").json() if row["name"] == "Private")
    grant = {"job_id": job.id, "user_id": user.id, "role_id": role["id"]}
    made = v3.post("/v3/user_job_permissions", json=grant).json()
    assert only(v3, f"user_job_permissions?user_ids={user.id}&job_ids={job.id}") == made
    admin = {**grant, "user_id": store.acting_user_id}
    assert wrong_member(v3.post("/v3/user_job_permissions", json=admin)) == "user_id"
    assert v3.delete(f"/v3/user_job_permissions/{made['id']}").status_code == 204


def test_users_are_created_and_deactivated(v3: httpx2.Client) -> None:
    body = {"first_name": "New", "last_name": "Here", "primary_email": "new@acornoak.example"}
    user = v3.post("/v3/users", json=body).json()
    assert (user["name"], user["site_admin"], user["deactivated"]) == ("New Here", False, False)
    assert wrong_member(v3.post("/v3/users", json=body)) == "primary_email"
    assert v3.post(f"/v3/users/{user['id']}/deactivate").status_code == 204
    assert only(v3, f"users?ids={user['id']}&deactivated=true")["id"] == user["id"]
    assert v3.post(f"/v3/users/{user['id']}/activate").status_code == 204
    second = v3.post("/v3/user_emails", json={"user_id": user["id"], "email": "two@acornoak.example"}).json()
    assert [row["email"] for row in v3.get(f"/v3/user_emails?user_ids={user['id']}").json()] == [
        "two@acornoak.example",
        "new@acornoak.example",
    ]
    assert only(v3, f"user_emails?ids={second['id']}") == second


def test_tags_are_applied_and_removed(v3: httpx2.Client, store: Store) -> None:
    candidate = list(store.candidates.rising())[1]
    tag = v3.post("/v3/candidate_tags", json={"name": "Referred"}).json()
    body = {"candidate_id": candidate.id, "candidate_tag_id": tag["id"]}
    applied = v3.post("/v3/applied_candidate_tags", json=body).json()
    assert only(v3, "candidates?tag=Referred")["id"] == candidate.id
    assert wrong_member(v3.post("/v3/applied_candidate_tags", json=body)) == "candidate_tag_id"
    assert v3.delete(f"/v3/applied_candidate_tags/{applied['id']}").status_code == 204
    assert v3.get("/v3/candidates?tag=Referred").json() == []


WRITES = [
    ("PATCH", "/candidates/1", "candidates:update"),
    ("DELETE", "/candidates/1", "candidates:destroy"),
    ("POST", "/candidates/1/merge", "candidates:merge"),
    ("PATCH", "/candidates/1/anonymize", "candidates:anonymize"),
    ("PATCH", "/applications/1", "applications:update"),
    ("DELETE", "/applications/1", "applications:destroy"),
    ("POST", "/applications/1/convert_to_candidate", "applications:convert_to_candidate"),
    ("PATCH", "/rejection_details/1", "rejection_details:update"),
    ("POST", "/attachments", "attachments:create"),
    ("POST", "/openings", "openings:create"),
    ("PATCH", "/offers/1", "offers:update"),
    ("POST", "/custom_fields", "custom_fields:create"),
    ("DELETE", "/custom_field_options/1", "custom_field_options:destroy"),
    ("POST", "/job_owners", "job_owners:create"),
    ("DELETE", "/job_hiring_managers/1", "job_hiring_managers:destroy"),
    ("POST", "/user_job_permissions", "user_job_permissions:create"),
    ("POST", "/users/1/deactivate", "users:deactivate"),
    ("POST", "/candidate_educations", "candidate_educations:create"),
    ("POST", "/applied_candidate_tags", "applied_candidate_tags:create"),
]


@pytest.mark.matrix
@pytest.mark.parametrize(("method", "path", "scope"), WRITES)
def test_each_write_needs_its_scope(v3_client: V3Maker, method: str, path: str, scope: str) -> None:
    without = v3_client(["harvest:jobs:list"]).request(method, f"/v3{path}", json={})
    assert (without.status_code, scope in without.text) == (403, True)
    assert v3_client([f"harvest:{scope}"]).request(method, f"/v3{path}", json={}).status_code in {404, 422}

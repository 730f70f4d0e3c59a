"""Harvest v1: the key, pages, records and writes."""

import httpx2

from greenhouse_sandbox.store import Store

BAD_KEY = {"message": "Invalid Basic Auth credentials"}


def test_a_wrong_key_is_rejected_before_anything_else(client: httpx2.Client) -> None:
    for path in ("/v1/jobs", "/v1/nonsense"):
        answer = client.get(path, auth=("wrong", ""))
        assert (answer.status_code, answer.json()) == (401, BAD_KEY)


def test_an_unknown_path_is_not_found_with_a_valid_key(v1: httpx2.Client) -> None:
    answer = v1.get("/v1/nonsense")
    assert (answer.status_code, answer.json()) == (404, {"message": "Resource not found"})


def test_each_endpoint_needs_its_permission(v1: httpx2.Client, store: Store) -> None:
    key = next(store.api_keys.rising())
    key.permissions = ["jobs.list"]
    assert v1.get("/v1/jobs").status_code == 200
    assert v1.get("/v1/candidates").status_code == 401
    store.switches["v1_missing_permission"] = 403
    assert v1.get("/v1/candidates").status_code == 403
    key.revoked = True
    assert v1.get("/v1/jobs").status_code == 401


def test_v1_can_be_switched_off_in_three_ways(v1: httpx2.Client, store: Store) -> None:
    for state in (401, 404, 410):
        store.switches["v1"] = state
        assert v1.get("/v1/jobs").status_code == state


def test_link_header_has_next_prev_and_last(v1: httpx2.Client) -> None:
    base = "http://sandbox.example/v1/jobs"
    first = v1.get("/v1/jobs?per_page=2")
    assert first.headers["Link"] == (
        f'<{base}?page=2&per_page=2>; rel="next",<{base}?page=3&per_page=2>; rel="last"'
    )
    second = v1.get("/v1/jobs?per_page=2&page=2")
    assert list(second.links) == ["next", "prev", "last"]
    assert list(v1.get("/v1/jobs?per_page=2&page=2&skip_count=true").links) == ["next", "prev"]
    assert v1.get("/v1/jobs").headers["Link"] == f'<{base}?page=1&per_page=100>; rel="last"'
    assert v1.get("/v1/jobs?per_page=501").status_code == 422


def test_the_rate_limit_is_fifty_in_ten_seconds(v1: httpx2.Client, store: Store) -> None:
    store.clock.set(store.clock.now().replace(second=1, microsecond=0))
    statuses = [v1.get("/v1/jobs").status_code for _ in range(51)]
    assert statuses == [200] * 50 + [429]
    refused = v1.get("/v1/jobs")
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert refused.headers["X-RateLimit-Limit"] == "50"


def test_a_candidate_embeds_applications_with_v1_statuses(v1: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    shown = v1.get(f"/v1/candidates/{candidate.id}").json()
    application = shown["applications"][0]
    assert (application["status"], application["current_stage"]["name"]) == ("active", "Application Review")
    assert v1.get(f"/v1/applications/{application['id']}").json() == application
    assert shown["recruiter"]["name"] == "Jonas Lindqvist"


def test_jobs_embed_hiring_team_and_offices(v1: httpx2.Client, store: Store) -> None:
    job = v1.get(f"/v1/jobs/{next(store.jobs.rising()).id}").json()
    assert job["hiring_team"]["recruiters"][0]["responsible"] is True
    assert [office["name"] for office in job["offices"]] == ["Amsterdam"]
    stages = v1.get(f"/v1/jobs/{job['id']}/stages").json()
    assert [(stage["priority"], stage["name"]) for stage in stages] == [
        (0, "Application Review"),
        (1, "Phone Screen"),
        (2, "Assessment"),
        (3, "Reference Check"),
        (4, "Offer"),
    ]
    posts = v1.get(f"/v1/jobs/{job['id']}/job_posts").json()
    assert [post["live"] for post in posts] == [True, True, False]


def test_v1_filters(v1: httpx2.Client, store: Store) -> None:
    assert {one["status"] for one in v1.get("/v1/jobs?status=open").json()} == {"open"}
    assert v1.get("/v1/applications?status=in_process").json() == []
    assert {one["status"] for one in v1.get("/v1/applications?status=rejected").json()} == {"rejected"}
    job = next(store.jobs.rising())
    on_job = v1.get(f"/v1/applications?job_id={job.id}").json()
    assert {one["prospect"] for one in on_job} == {True, False}
    found = v1.get("/v1/candidates?email=candidate2@people.example").json()
    assert [one["first_name"] for one in found] == ["Łukasz"]
    assert v1.get("/v1/candidates?created_after=2100-01-01T00:00:00Z").json() == []
    assert len(v1.get("/v1/rejection_reasons?include_defaults=true").json()) == 7


def test_a_note_appears_on_the_activity_feed(v1: httpx2.Client, store: Store) -> None:
    candidate = next(store.candidates.rising())
    url = f"/v1/candidates/{candidate.id}/activity_feed"
    body = {"user_id": store.acting_user_id, "body": "Hello", "visibility": "private"}
    answer = v1.post(f"{url}/notes", json=body)
    assert answer.status_code == 200
    note = answer.json()
    assert (note["private"], note["visiblity"], note["user"]["name"]) == (True, "private", "Maya Okafor")
    assert v1.get(url).json()["notes"][0] == note
    missing = v1.post(f"{url}/notes", json={**body, "body": ""})
    assert (missing.status_code, missing.json()) == (
        422,
        {
            "message": "Validation error",
            "errors": [{"message": "Missing required field: body", "field": "body"}],
        },
    )
    assert v1.post(f"{url}/notes", json=body, headers={"On-Behalf-Of": "1"}).status_code == 404
    assert v1.post(f"{url}/notes", json=body, headers={"On-Behalf-Of": ""}).status_code == 422
    assert v1.post("/v1/candidates/1/activity_feed/notes", json=body).status_code == 404


def test_an_application_is_moved_rejected_transferred_and_hired(v1: httpx2.Client, store: Store) -> None:
    shown = v1.get("/v1/applications?status=active").json()[0]
    url = f"/v1/applications/{shown['id']}"
    stages = v1.get(f"/v1/jobs/{shown['jobs'][0]['id']}/stages").json()
    advanced = v1.post(f"{url}/advance", json={"from_stage_id": stages[0]["id"]})
    assert (advanced.status_code, advanced.json()["current_stage"]["name"]) == (200, "Phone Screen")
    body = {"from_stage_id": stages[1]["id"], "to_stage_id": stages[3]["id"]}
    assert v1.post(f"{url}/move", json=body).json()["current_stage"]["name"] == "Reference Check"
    assert v1.post(f"{url}/move", json=body).status_code == 422
    assert v1.post(f"{url}/reject", json={}).json()["status"] == "rejected"
    assert v1.post(f"{url}/unreject").json()["status"] == "active"
    other = next(job for job in store.jobs.rising() if job.name == "Data Engineer")
    moved = v1.post(f"{url}/transfer_to_job", json={"new_job_id": other.id}).json()
    assert moved["jobs"] == [{"id": other.id, "name": "Data Engineer"}]
    assert v1.post(f"{url}/hire").json()["status"] == "hired"

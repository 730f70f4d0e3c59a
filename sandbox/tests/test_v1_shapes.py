"""Every Harvest v1 response has exactly the members and types of Greenhouse's published examples."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.acts.offers import create_offer, schedule_interview, write_scorecard
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from shapes_v1 import SHAPES

type Shape = str | list[Any] | dict[str, Any]
SCALARS = {"int": int, "str": str, "bool": bool, "any": object, "map": dict}


def parsed(name: str) -> Shape:
    """The named shape."""
    tokens = re.findall(r"[{}\[\]:]|[a-z_0-9]+", SHAPES[name])
    shape, rest = _shape(tokens)
    assert not rest, (name, rest)
    return shape


def _shape(tokens: list[str]) -> tuple[Shape, list[str]]:
    first, *rest = tokens
    if first == "[":
        if rest[0] == "]":
            return ["any"], rest[1:]
        item, rest = _shape(rest)
        return [item], rest[1:]
    if first == "{":
        members: dict[str, Any] = {}
        while rest[0] != "}":
            name, _, *rest = rest
            members[name], rest = _shape(rest)
        return members, rest[1:]
    return first, rest


def differences(value: object, shape: Shape, where: str = "") -> Iterator[str]:
    """Differences between value and shape, one sentence each."""
    if isinstance(shape, str) and shape not in SCALARS:
        shape = parsed(shape)
    if value is None:
        return
    if isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{where} is not a list"
            return
        for one in value:
            yield from differences(one, shape[0], f"{where}[]")
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            yield f"{where} is not an object"
            return
        yield from (f"{where}.{name} is missing" for name in shape.keys() - value.keys())
        yield from (f"{where}.{name} is not documented" for name in value.keys() - shape.keys())
        for name in shape.keys() & value.keys():
            yield from differences(value[name], shape[name], f"{where}.{name}")
    elif not isinstance(value, SCALARS[shape]) or (shape == "int" and isinstance(value, bool)):
        yield f"{where} is {type(value).__name__}, not {shape}"


@pytest.fixture
def application(store: Store) -> Application:
    """An application with an offer, an interview and a scorecard."""
    found = next(one for one in store.applications.rising() if one.status == "in_process" and one.job_id)
    about: dict[str, Any] = {"actor_id": store.acting_user_id, "now": store.clock.now()}
    create_offer(store, found, **about, starts_on="2027-01-01")
    schedule_interview(store, found, **about)
    write_scorecard(store, found, **about)
    store.switches["v1_rate_limit"] = 1_000_000
    return found


def same(answer: httpx2.Response, name: str, *, listed: bool = False) -> None:
    assert answer.is_success, answer.text
    assert not listed or answer.json(), "nothing to compare"
    shape: Shape = [name] if listed else name
    assert sorted(set(differences(answer.json(), shape))) == []


LISTS = {
    "/applications": "application",
    "/candidates": "candidate",
    "/jobs": "job",
    "/job_posts": "job_post",
    "/job_stages": "job_stage",
    "/offers": "offer",
    "/departments": "department",
    "/departments?render_as=tree": "department_tree",
    "/offices": "office",
    "/offices?render_as=tree": "office_tree",
    "/users": "plain_user",
    "/users?user_attributes=true": "user",
    "/user_roles": "user_role",
    "/sources": "source",
    "/close_reasons": "close_reason",
    "/rejection_reasons?include_defaults=true": "rejection_reason",
    "/prospect_pools": "prospect_pool",
    "/custom_fields/candidate": "custom_field",
    "/custom_fields/job": "custom_field",
    "/degrees": "school",
    "/disciplines": "school",
    "/schools": "school",
    "/scheduled_interviews": "interview",
    "/scorecards": "scorecard",
}


@pytest.mark.parametrize("path", LISTS)
def test_lists(v1: httpx2.Client, application: Application, path: str) -> None:
    same(v1.get(f"/v1{path}"), LISTS[path], listed=True)


ONE = {
    "jobs": "job",
    "job_posts": "job_post",
    "job_stages": "job_stage",
    "applications": "application",
    "candidates": "candidate",
    "offers": "offer",
    "departments": "department",
    "offices": "office",
    "users": "user",
    "prospect_pools": "prospect_pool",
    "scheduled_interviews": "interview",
    "scorecards": "scorecard",
}


@pytest.mark.matrix
@pytest.mark.parametrize("name", ONE)
def test_records_by_id(v1: httpx2.Client, application: Application, name: str) -> None:
    for row in v1.get(f"/v1/{name}").json():
        same(v1.get(f"/v1/{name}/{row['id']}"), ONE[name])


def test_nested_records(v1: httpx2.Client, store: Store, application: Application) -> None:
    of_application = {
        "offers": "offer",
        "scheduled_interviews": "interview",
        "scorecards": "scorecard",
    }
    for name, shape in of_application.items():
        same(v1.get(f"/v1/applications/{application.id}/{name}"), shape, listed=True)
    same(v1.get(f"/v1/applications/{application.id}/offers/current_offer"), "offer")
    same(v1.get(f"/v1/applications/{application.id}/eeoc"), "eeoc")
    same(v1.get(f"/v1/candidates/{application.candidate_id}/activity_feed"), "activity_feed")
    job = f"/v1/jobs/{application.job_id}"
    for name, shape in {"job_posts": "job_post", "stages": "job_stage"}.items():
        same(v1.get(f"{job}/{name}"), shape, listed=True)
    same(v1.get(f"{job}/hiring_team"), "hiring_team")
    permitted = next(store.user_job_permissions.rising()).user_id
    same(v1.get(f"/v1/users/{permitted}/permissions/jobs"), "job_permission", listed=True)
    field = next(
        custom_field
        for custom_field in store.custom_fields.rising()
        if custom_field.value_type == "single_select"
    )
    same(v1.get(f"/v1/custom_field/{field.id}"), "custom_field")
    same(v1.get(f"/v1/custom_field/{field.id}/custom_field_options"), "custom_field_option", listed=True)


def test_candidate_writes(v1: httpx2.Client, store: Store, application: Application) -> None:
    body: dict[str, Any] = {"first_name": "Wren", "last_name": "Ode"}
    made = v1.post("/v1/candidates", json=body | {"applications": [{"job_id": application.job_id}]})
    same(made, "candidate")
    same(v1.post("/v1/prospects", json=body), "candidate")
    here = f"/v1/candidates/{made.json()['id']}"
    same(v1.patch(here, json={"company": "X"}), "candidate")
    by = {"user_id": store.acting_user_id, "body": "Hi"}
    same(v1.post(f"{here}/activity_feed/notes", json=by | {"visibility": "public"}), "note")
    mail = by | {"to": "a@x.example", "from": "b@x.example", "cc": ["c@x.example"], "subject": "S"}
    same(v1.post(f"{here}/activity_feed/emails", json=mail), "email")
    same(v1.get(f"{here}/activity_feed"), "activity_feed")
    file = {"filename": "cv.pdf", "type": "resume", "content": "aGk=", "content_type": "application/pdf"}
    same(v1.post(f"{here}/attachments", json=file), "attachment")
    school = v1.post(f"{here}/educations", json={"school_id": v1.get("/v1/schools").json()[0]["id"]})
    same(school, "education")
    employer = {"company_name": "X", "title": "Y", "start_date": "2019-01-01"}
    employment = v1.post(f"{here}/employments", json=employer)
    same(employment, "employment")
    same(v1.delete(f"{here}/educations/{school.json()['id']}"), "removed")
    same(v1.delete(f"{here}/employments/{employment.json()['id']}"), "removed")
    same(
        v1.put(f"{here}/anonymize?fields=full_name,match_score_reasoning,identity_verification"), "candidate"
    )
    pair = {"primary_candidate_id": application.candidate_id, "duplicate_candidate_id": made.json()["id"]}
    merged = v1.put("/v1/candidates/merge", json=pair)
    same(merged, "candidate")
    assert merged.json()["id"] == application.candidate_id
    same(v1.delete(f"/v1/candidates/{application.candidate_id}"), "deleted")


def test_application_writes(v1: httpx2.Client, store: Store, application: Application) -> None:
    here = f"/v1/applications/{application.id}"
    reasons = v1.get("/v1/rejection_reasons?include_defaults=true").json()
    from_stage = v1.get(here).json()["current_stage"]["id"]
    same(v1.post(f"{here}/advance", json={"from_stage_id": from_stage}), "application")
    same(v1.post(f"{here}/reject", json={"rejection_reason_id": reasons[0]["id"]}), "application")
    same(v1.patch(f"{here}/reject", json={"rejection_reason_id": reasons[1]["id"]}), "reason_changed")
    same(v1.post(f"{here}/unreject", json={}), "application")
    same(v1.patch(here, json={"source_id": v1.get("/v1/sources").json()[0]["id"]}), "application")
    other = next(job for job in store.jobs.rising() if job.id != application.job_id and job.status == "open")
    same(v1.post(f"{here}/transfer_to_job", json={"new_job_id": other.id}), "application")
    same(v1.post(f"{here}/hire", json={"start_date": "2027-01-01"}), "application")
    prospect = v1.post("/v1/prospects", json={"first_name": "A", "last_name": "B"}).json()
    its = prospect["application_ids"][0]
    same(v1.patch(f"/v1/applications/{its}/convert_prospect", json={"job_id": other.id}), "converted")
    added = v1.post(f"/v1/candidates/{prospect['id']}/applications", json={"job_id": application.job_id})
    same(added, "application")
    same(v1.delete(f"/v1/applications/{added.json()['id']}"), "deleted")


def test_openings(v1: httpx2.Client, application: Application) -> None:
    here = f"/v1/jobs/{application.job_id}/openings"
    made = v1.post(here, json={"openings": [{"opening_id": "A-1"}, {"opening_id": None}]})
    same(made, "new_openings")
    assert [opening["opening_id"] for opening in made.json()["openings"]] == ["A-1", None]
    same(v1.get(here), "opening", listed=True)
    its = made.json()["openings"][0]["id"]
    same(v1.get(f"{here}/{its}"), "opening")
    same(v1.patch(f"{here}/{its}", json={"opening_id": "A-2"}), "changed_opening")


def test_newer_lists_link_only_to_the_next_page(v1: httpx2.Client, store: Store) -> None:
    job = next(opening.job_id for opening in store.openings.rising())
    select = next(field for field in store.custom_fields.rising() if field.value_type == "single_select")
    v1.post(f"/v1/jobs/{job}/openings", json={"openings": [{"opening_id": None}, {"opening_id": None}]})
    for path in (
        "/user_roles",
        "/custom_fields/candidate",
        f"/custom_field/{select.id}/custom_field_options",
        f"/jobs/{job}/openings",
    ):
        first = v1.get(f"/v1{path}", params={"per_page": 1})
        assert re.findall(r'rel="(\w+)"', first.headers["Link"]) == ["next"], path
        second = v1.get(f"/v1{path}", params={"per_page": 1, "page": 2})
        assert "prev" not in second.headers.get("Link", ""), path
    assert "Link" not in v1.get("/v1/user_roles").headers


def test_departments_have_the_external_ids_of_parent_and_children(v1: httpx2.Client, store: Store) -> None:
    above, below = list(store.departments.rising())[:2]
    above.external_id, below.external_id, below.parent_id = "up", "down", above.id
    shown = v1.get("/v1/departments?external_id=down").json()
    assert [one["parent_department_external_id"] for one in shown] == ["up"]
    assert v1.get(f"/v1/departments/{above.id}").json()["child_department_external_ids"] == ["down"]
    tree = v1.get(f"/v1/departments/{above.id}?render_as=tree").json()
    assert [child["id"] for child in tree["children"]] == [below.id]
    assert below.id not in [one["id"] for one in v1.get("/v1/departments?render_as=tree").json()]
    assert v1.get("/v1/departments?render_as=circle").status_code == 422

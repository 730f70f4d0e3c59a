from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v1 import (
    account,
    applications,
    attachments,
    candidates,
    jobs,
    reads,
    shapes_jobs,
    shapes_people,
)
from greenhouse_sandbox.api.v1.listing import list_page
from greenhouse_sandbox.api.v1.requests import requires, validation_error
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.table import Table

READS: dict[str, Callable[..., Response]] = {
    "/jobs": jobs.jobs,
    "/jobs/<int:job_id>/job_posts": jobs.job_posts_of,
    "/jobs/<int:job_id>/job_post": jobs.job_post_of,
    "/jobs/<int:job_id>/stages": jobs.job_stages_of,
    "/jobs/<int:job_id>/hiring_team": jobs.hiring_team_of,
    "/jobs/<int:job_id>/openings": jobs.openings_of,
    "/jobs/<int:job_id>/openings/<int:opening_id>": jobs.one_opening,
    "/jobs/<int:job_id>/approval_flows": account.nothing("approvals.list", only_next=True),
    "/job_posts": reads.job_posts,
    "/job_stages": reads.job_stages,
    "/applications": reads.applications,
    "/applications/<int:application_id>/offers": jobs.offers_of,
    "/applications/<int:application_id>/offers/current_offer": jobs.current_offer,
    "/applications/<int:application_id>/scheduled_interviews": reads.interviews_of,
    "/applications/<int:application_id>/scorecards": reads.scorecards_of,
    "/applications/<int:application_id>/eeoc": account.eeoc_of,
    "/applications/<int:application_id>/demographics/answers": account.nothing(
        "demographics.list", only_next=True
    ),
    "/candidates": reads.candidates,
    "/candidates/<int:candidate_id>/activity_feed": reads.activity_feed,
    "/candidates/<int:candidate_id>/tags": reads.tags_of,
    "/offers": jobs.offers,
    "/rejection_reasons": reads.rejection_reasons,
    "/close_reasons": account.close_reasons,
    "/custom_fields": account.custom_fields,
    "/custom_fields/<field_type>": account.custom_fields,
    "/custom_field/<int:field_id>": account.custom_field,
    "/custom_field/<int:field_id>/custom_field_options": account.custom_field_options,
    "/departments": account.departments,
    "/departments/<int:row_id>": account.one_department,
    "/offices": account.offices,
    "/offices/<int:row_id>": account.one_office,
    "/degrees": account.education("degree"),
    "/disciplines": account.education("discipline"),
    "/schools": account.education("school_name"),
    "/users": reads.users,
    "/users/<int:user_id>/permissions/jobs": account.job_permissions,
    "/users/<int:user_id>/permissions/future_jobs": account.future_job_permissions,
    "/users/<int:user_id>/pending_approvals": account.nothing("approvals.list", only_next=True),
    "/user_roles": account.user_roles,
    "/user_roles/<int:role_id>": account.user_role,
    "/prospect_pools": account.prospect_pools,
    "/prospect_pools/<int:pool_id>": account.prospect_pool,
    "/tags/candidate": account.tags,
    "/scheduled_interviews": reads.scheduled_interviews,
    "/scheduled_interviews/<int:row_id>": reads.scheduled_interview,
    "/scorecards": reads.scorecards,
    "/scorecards/<int:row_id>": reads.scorecard,
    "/email_templates": account.nothing("email_templates.list"),
    "/eeoc": account.nothing("eeoc.list", only_next=True),
    "/demographics/question_sets": account.nothing("demographics.list"),
    "/demographics/questions": account.nothing("demographics.list", only_next=True),
    "/demographics/answer_options": account.nothing("demographics.list", only_next=True),
    "/demographics/answers": account.nothing("demographics.list", only_next=True),
}
WRITES: dict[tuple[str, str], Callable[..., Response]] = {
    ("POST", "/candidates"): candidates.create_candidate,
    ("POST", "/prospects"): candidates.create_prospect,
    ("PATCH", "/candidates/<int:candidate_id>"): candidates.update_candidate,
    ("DELETE", "/candidates/<int:candidate_id>"): candidates.destroy_candidate,
    ("PUT", "/candidates/merge"): candidates.merge,
    ("PUT", "/candidates/<int:candidate_id>/anonymize"): candidates.anonymize,
    ("POST", "/candidates/<int:candidate_id>/applications"): applications.create_application,
    ("POST", "/candidates/<int:candidate_id>/attachments"): attachments.attach_to_candidate,
    ("POST", "/candidates/<int:candidate_id>/activity_feed/notes"): applications.create_note,
    ("POST", "/candidates/<int:candidate_id>/activity_feed/emails"): candidates.add_email,
    ("POST", "/candidates/<int:candidate_id>/educations"): candidates.add_education,
    ("DELETE", "/candidates/<int:candidate_id>/educations/<int:row_id>"): candidates.delete_education,
    ("POST", "/candidates/<int:candidate_id>/employments"): candidates.add_employment,
    ("DELETE", "/candidates/<int:candidate_id>/employments/<int:row_id>"): candidates.delete_employment,
    ("PATCH", "/applications/<int:application_id>"): applications.update_application,
    ("DELETE", "/applications/<int:application_id>"): applications.destroy_application,
    ("PATCH", "/applications/<int:application_id>/convert_prospect"): applications.convert,
    ("POST", "/applications/<int:application_id>/attachments"): attachments.attach_to_application,
    ("POST", "/applications/<int:application_id>/advance"): applications.advance,
    ("POST", "/applications/<int:application_id>/move"): applications.move,
    ("POST", "/applications/<int:application_id>/transfer_to_job"): applications.transfer,
    ("POST", "/applications/<int:application_id>/reject"): applications.reject,
    ("PATCH", "/applications/<int:application_id>/reject"): applications.update_reason,
    ("POST", "/applications/<int:application_id>/unreject"): applications.unreject,
    ("POST", "/applications/<int:application_id>/hire"): applications.hire,
    ("POST", "/applications/<int:application_id>/unhire"): applications.unhire,
    ("POST", "/jobs/<int:job_id>/openings"): jobs.create_openings,
    ("PATCH", "/jobs/<int:job_id>/openings/<int:opening_id>"): jobs.update_opening,
}
type Shape = Callable[[Store, Any], dict[str, Any]]
#: what can be read one by one, with the permission `<name>.get`
ONE: dict[str, tuple[Callable[[Store], Table[Any]], Shape]] = {
    "jobs": (lambda store: store.jobs, shapes_jobs.job),
    "job_posts": (lambda store: store.job_posts, shapes_jobs.job_post),
    "job_stages": (lambda store: store.job_stages, shapes_jobs.job_stage),
    "applications": (lambda store: store.applications, shapes_people.application),
    "candidates": (lambda store: store.candidates, shapes_people.candidate),
    "users": (lambda store: store.users, shapes_jobs.user),
    "offers": (lambda store: store.offers, shapes_jobs.offer),
}
#: lists without filters
PLAIN: dict[str, tuple[Callable[[Store], Table[Any]], Shape]] = {
    "sources": (lambda store: store.sources, shapes_jobs.source),
}


def make_blueprint() -> Blueprint:
    blueprint = Blueprint("v1", __name__)
    for path, view in READS.items():
        blueprint.add_url_rule(path, _endpoint("GET", path), view)
    for (method, path), view in WRITES.items():
        blueprint.add_url_rule(path, _endpoint(method, path), view, methods=[method])
    for name, (table, shape) in ONE.items():
        blueprint.add_url_rule(f"/{name}/<int:row_id>", f"one_{name}", _one(name, table, shape))
    for name, (table, shape) in PLAIN.items():
        blueprint.add_url_rule(f"/{name}", f"list_{name}", _list(name, table, shape))
    blueprint.register_error_handler(ApiError, error_response)
    blueprint.register_error_handler(RefusedError, _refused)
    blueprint.after_request(_with_rate_headers)
    return blueprint


def _endpoint(method: str, path: str) -> str:
    return f"{method} {path}"


def _refused(refusal: RefusedError) -> Response:
    return error_response(validation_error(refusal.field, refusal.sentence))


def _one(name: str, table: Callable[[Store], Table[Any]], shape: Shape) -> Callable[[int], Response]:
    @requires(f"{name}.get")
    def view(row_id: int) -> Response:
        store = the_store()
        row = table(store).get(row_id)
        if row is None:
            raise not_found()
        return json_response(shape(store, row))

    return view


def _list(name: str, table: Callable[[Store], Table[Any]], shape: Shape) -> Callable[[], Response]:
    @requires(f"{name}.list")
    def view() -> Response:
        store = the_store()
        return list_page(table(store), lambda row: shape(store, row))

    return view


def _with_rate_headers(response: Response) -> Response:
    response.headers.extend(g.get("rate_headers", {}))
    return response

"""The v3 endpoints under `/v3`."""

from collections.abc import Callable

from flask import Blueprint, Response, g, request

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v3 import (
    account,
    applications,
    bulk,
    candidates,
    jobs,
    resources_account,
    resources_jobs,
    resources_people,
    shapes_jobs,
)
from greenhouse_sandbox.api.v3.bulk import show_bulk_request
from greenhouse_sandbox.api.v3.listing import Resource, list_page
from greenhouse_sandbox.api.v3.requests import bearer, invalid, requires
from greenhouse_sandbox.context import the_store

RESOURCES = (
    *resources_jobs.RESOURCES,
    *resources_people.RESOURCES,
    *resources_account.RESOURCES,
    *resources_account.EMPTY,
)
WRITES: dict[tuple[str, str], Callable[..., Response]] = {
    ("POST", "/notes"): applications.create_note,
    ("POST", "/candidates"): candidates.create_candidate,
    ("PATCH", "/candidates/<int:candidate_id>"): candidates.update_candidate,
    ("DELETE", "/candidates/<int:candidate_id>"): candidates.destroy_candidate,
    ("POST", "/candidates/<int:candidate_id>/merge"): candidates.merge_candidate,
    ("PATCH", "/candidates/<int:candidate_id>/anonymize"): candidates.anonymize_candidate,
    ("POST", "/candidate_educations"): candidates.create_education,
    ("DELETE", "/candidate_educations/<int:row_id>"): candidates.destroy_education,
    ("POST", "/candidate_employments"): candidates.create_employment,
    ("DELETE", "/candidate_employments/<int:row_id>"): candidates.destroy_employment,
    ("POST", "/candidate_tags"): candidates.create_tag,
    ("DELETE", "/candidate_tags/<int:row_id>"): candidates.destroy_tag,
    ("POST", "/applied_candidate_tags"): candidates.create_applied_tag,
    ("DELETE", "/applied_candidate_tags/<int:row_id>"): candidates.destroy_applied_tag,
    ("POST", "/applications"): applications.create_application,
    ("PATCH", "/applications/<int:application_id>"): applications.update_application,
    ("DELETE", "/applications/<int:application_id>"): applications.destroy_application,
    ("POST", "/applications/<int:application_id>/convert_to_candidate"): applications.convert_application,
    ("POST", "/applications/<int:application_id>/move"): applications.move_application,
    ("POST", "/applications/<int:application_id>/reject"): applications.reject_application,
    ("POST", "/applications/<int:application_id>/unreject"): applications.unreject_application,
    ("POST", "/applications/<int:application_id>/hire"): applications.hire_application,
    ("PATCH", "/rejection_details/<int:detail_id>"): applications.update_rejection,
    ("POST", "/attachments"): applications.create_attachment,
    ("POST", "/openings"): jobs.create_opening,
    ("PATCH", "/openings/<int:opening_id>"): jobs.update_opening,
    ("DELETE", "/openings/<int:opening_id>"): jobs.destroy_opening,
    ("POST", "/openings/bulk"): bulk.create_openings,
    ("PATCH", "/openings/bulk"): bulk.update_openings,
    ("DELETE", "/openings/bulk"): bulk.destroy_openings,
    ("PATCH", "/offers/<int:offer_id>"): applications.update_offer,
    ("POST", "/custom_fields"): account.create_custom_field,
    ("PATCH", "/custom_fields/<int:field_id>"): account.update_custom_field,
    ("DELETE", "/custom_fields/<int:field_id>"): account.destroy_custom_field,
    ("POST", "/custom_field_options"): account.create_custom_field_option,
    ("PATCH", "/custom_field_options/<int:option_id>"): account.update_custom_field_option,
    ("DELETE", "/custom_field_options/<int:option_id>"): account.destroy_custom_field_option,
    ("POST", "/custom_field_options/bulk"): bulk.create_options,
    ("PATCH", "/custom_field_options/bulk"): bulk.update_options,
    ("DELETE", "/custom_field_options/bulk"): bulk.destroy_options,
    ("POST", "/job_owners"): jobs.create_job_owner,
    ("DELETE", "/job_owners/<int:row_id>"): jobs.destroy_job_owner,
    ("POST", "/job_hiring_managers"): jobs.create_hiring_manager,
    ("DELETE", "/job_hiring_managers/<int:row_id>"): jobs.destroy_hiring_manager,
    ("POST", "/user_job_permissions"): jobs.create_job_permission,
    ("DELETE", "/user_job_permissions/<int:row_id>"): jobs.destroy_job_permission,
    ("POST", "/users"): account.create_user,
    ("PATCH", "/users/<int:user_id>"): account.update_user,
    ("POST", "/users/<int:user_id>/activate"): account.activate_user,
    ("POST", "/users/<int:user_id>/deactivate"): account.deactivate_user,
    ("POST", "/users/<int:user_id>/revoke_permissions"): account.revoke_user_permissions,
    ("POST", "/user_emails"): account.create_user_email,
}


def make_blueprint() -> Blueprint:
    blueprint = Blueprint("v3", __name__)
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.name}", f"list_{resource.name}", _lister(resource))
    for (method, path), view in WRITES.items():
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
    blueprint.add_url_rule("/bulk_requests/<bulk_action_uuid>", "one_bulk_request", show_bulk_request)
    blueprint.add_url_rule("/rejection_reasons/<int:reason_id>", "one_reason", _one_reason)
    blueprint.register_error_handler(ApiError, error_response)
    blueprint.register_error_handler(RefusedError, _refused)
    blueprint.after_request(_with_rate_headers)
    return blueprint


def _refused(refusal: RefusedError) -> Response:
    return error_response(invalid(refusal.field, refusal.sentence))


def _lister(resource: Resource) -> Callable[[], Response]:
    @requires(resource.scope)
    def view() -> Response:
        return list_page(resource, the_store(), bearer())

    return view


@requires("harvest:rejection_reasons:list")
def _one_reason(reason_id: int) -> Response:
    store = the_store()
    reason = store.rejection_reasons.get(reason_id)
    if reason is None:
        raise not_found()
    return json_response(shapes_jobs.rejection_reason(store, reason))


def _with_rate_headers(response: Response) -> Response:
    response.headers.extend(g.get("rate_headers", {}))
    known = request.headers.get("If-None-Match", "") == response.headers.get("ETag")
    if known and response.status_code == 200 and the_store().switches["not_modified"] == "answered":
        response.status_code = 304
        response.set_data(b"")
    return response

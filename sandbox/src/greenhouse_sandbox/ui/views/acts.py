"""Small acts that need a button and a field or two: all go by name, as through the control plane."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.catalogue import carry_out
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.ui.screens import acting_user, screens, way_back

DONE: dict[str, str] = {
    "convert": "The prospect is a candidate now.",
    "transfer": "Moved to the other job.",
    "advance": "Moved one stage on.",
    "edit_application": "The application was saved.",
    "delete_application": "The application was deleted.",
    "edit_job": "The job was saved.",
    "close_job": "The job is closed.",
    "reopen_job": "The job is open.",
    "delete_job": "The job was deleted.",
    "add_stage": "The stage was added.",
    "rename_stage": "The stage has another name.",
    "place_stage": "The stage has another place.",
    "delete_stage": "The stage was removed.",
    "create_post": "The post was made.",
    "edit_post": "The post was saved.",
    "delete_post": "The post was deleted.",
    "delete_department": "The department was removed.",
    "delete_office": "The office was removed.",
    "create_offer": "The offer was made.",
    "approve_offer": "The offer was approved.",
    "accept_offer": "The offer was accepted, and the candidate hired.",
    "reject_offer": "The offer was rejected.",
    "delete_offer": "The offer was deleted.",
    "schedule_interview": "The interview was booked.",
    "cancel_interview": "The interview was cancelled.",
    "write_scorecard": "The scorecard was written.",
    "delete_scorecard": "The scorecard was deleted.",
}
"""Acts that the screens may ask for, and what the next page says."""

FLAGS = {"live", "internal", "confidential"}
LISTS = {"offices"}
EMPTY_MEANS_NOBODY = {"recruiter", "coordinator", "credited_to", "source", "sourcer", "department"}


@screens.post("/acts/<name>")
def do(name: str) -> ResponseReturnValue:
    """The act of that name, with the form's fields as its members; then back to where `back` says."""
    store = the_store()
    try:
        if name not in DONE:
            raise RefusedError("act", "is not one of the screens'")
        done = carry_out(store, {"act": name, "user": acting_user().id} | _members())
    except RefusedError as refusal:
        field = refusal.field.replace("_", " ")
        flash(f"Nothing was changed: {field} {refusal.sentence}.", "error")
        return redirect(way_back(), 303)
    flash(DONE[name])
    if name == "convert":
        where = {"candidate_id": done["candidate_id"], "application_id": done["application_id"]}
        return redirect(url_for("ui.person", **where), 303)
    return redirect(way_back(), 303)


def _members() -> dict[str, Any]:
    """The fields that were filled in, in the types that acts take."""
    members: dict[str, Any] = {}
    for name in request.form:
        if name == "back":
            continue
        text = request.form[name].strip()
        if name in LISTS:
            members[name] = [one for one in request.form.getlist(name) if one]
        elif name in FLAGS:
            members[name] = request.form.getlist(name)[-1] == "yes"
        elif text:
            members[name] = text
        elif name in EMPTY_MEANS_NOBODY:
            members[name] = None
    return members

"""Applying, moving, rejecting and hiring."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.applications import add_candidate, add_prospect, apply_to_job
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.catalogue import carry_out
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.ui.screens import Typed, acting_user, found, screens, way_back

#: acts that the screens offer, and the message on the next page
DONE: dict[str, str] = {
    "convert": "The prospect is now a candidate.",
    "transfer": "Moved to the other job.",
    "advance": "Moved to the next stage.",
    "edit_application": "The application was saved.",
    "delete_application": "The application was deleted.",
    "edit_job": "The job was saved.",
    "close_job": "The job is closed.",
    "reopen_job": "The job is open.",
    "delete_job": "The job was deleted.",
    "add_stage": "The stage was added.",
    "rename_stage": "The stage was renamed.",
    "place_stage": "The stage was moved.",
    "delete_stage": "The stage was removed.",
    "create_post": "The post was created.",
    "edit_post": "The post was saved.",
    "delete_post": "The post was deleted.",
    "delete_department": "The department was removed.",
    "delete_office": "The office was removed.",
    "create_offer": "The offer was created.",
    "approve_offer": "The offer was approved.",
    "accept_offer": "The offer was accepted, and the candidate hired.",
    "reject_offer": "The offer was rejected.",
    "delete_offer": "The offer was deleted.",
    "schedule_interview": "The interview was booked.",
    "cancel_interview": "The interview was cancelled.",
    "write_scorecard": "The scorecard was saved.",
    "delete_scorecard": "The scorecard was deleted.",
}
FLAGS = {"live", "internal", "confidential"}
LISTS = {"offices"}
EMPTY_MEANS_NOBODY = {"recruiter", "coordinator", "credited_to", "source", "sourcer", "department"}


@screens.post("/acts/<name>")
def do(name: str) -> ResponseReturnValue:
    """Carry out the named act with the fields of the form, then redirect to `back`."""
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
    """The fields that aren't empty, converted to the types that acts take."""
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


@screens.get("/jobs/<int:job_id>/applications/new")
def application_form(job_id: int) -> str:
    return _application_page(job_id, Typed())


@screens.post("/jobs/<int:job_id>/applications/new")
def submit_application(job_id: int) -> ResponseReturnValue:
    """Add an application. A person with a known e-mail address gets another one."""
    store, typed = the_store(), Typed()
    found(store.jobs, job_id)
    first, last = typed.required("first_name", "a first name"), typed.required("last_name", "a last name")
    email = typed.email("email")
    if typed.errors:
        return _application_page(job_id, typed), 422
    now = store.clock.now()
    same = store.candidates.by("addressed", email.lower())
    candidate = same[-1] if same else None
    try:
        if candidate is None:
            candidate = add_candidate(
                store,
                first_name=first,
                last_name=last,
                email=email,
                phone=typed.text("phone") or None,
                private=bool(typed.text("private")),
                now=now,
            )
        application = apply_to_job(
            store,
            candidate,
            job_id=job_id,
            job_post_id=typed.whole("job_post_id"),
            source_id=typed.whole("source_id"),
            actor_id=None,
            now=now,
        )
    except RefusedError as refusal:
        typed.errors["job_id"] = f"The job {refusal.sentence}."
        return _application_page(job_id, typed), 422
    flash(f"{candidate.name} has applied.")
    return redirect(url_for("ui.person", candidate_id=candidate.id, application_id=application.id), 303)


@screens.get("/prospects/new")
def prospect_form() -> str:
    return _prospect_page(Typed())


@screens.post("/prospects/new")
def submit_prospect() -> ResponseReturnValue:
    store, typed = the_store(), Typed()
    first, last = typed.required("first_name", "a first name"), typed.required("last_name", "a last name")
    email = typed.email("email")
    if typed.errors:
        return _prospect_page(typed), 422
    now = store.clock.now()
    job_ids = [one for one in map(whole_number, request.form.getlist("job_ids")) if one is not None]
    candidate = add_candidate(store, first_name=first, last_name=last, email=email, now=now)
    application = add_prospect(store, candidate, job_ids=job_ids, actor_id=acting_user().id, now=now)
    flash(f"{candidate.name} was added as a prospect.")
    return redirect(url_for("ui.person", candidate_id=candidate.id, application_id=application.id), 303)


def _application_page(job_id: int, typed: Typed) -> str:
    store = the_store()
    posts = [post for post in store.job_posts.by("job_id", job_id) if post.active and post.live]
    return render_template(
        "application_form.html",
        job=found(store.jobs, job_id),
        posts=posts,
        sources=list(store.sources.rising()),
        typed=typed,
    )


def _prospect_page(typed: Typed) -> str:
    jobs = [job for job in the_store().jobs.rising() if job.status == "open"]
    return render_template("prospect_form.html", jobs=jobs, typed=typed)


@screens.post("/applications/<int:application_id>/move")
def move_application(application_id: int) -> ResponseReturnValue:
    store = the_store()
    stage = store.job_stages.get(Typed().whole("stage_id"))

    def act(application: Application) -> str:
        if stage is None or stage.job_id != application.job_id:
            raise RefusedError("stage_id", "has no such stage")
        progress.move(store, application, stage, actor_id=acting_user().id, now=store.clock.now())
        return f"Moved to {stage.name}."

    return _done(application_id, act)


@screens.post("/applications/<int:application_id>/reject")
def reject_application(application_id: int) -> ResponseReturnValue:
    store, typed = the_store(), Typed()

    def act(application: Application) -> str:
        progress.reject(
            store,
            application,
            reason_id=typed.whole("rejection_reason_id"),
            notes=typed.text("notes"),
            actor_id=acting_user().id,
            now=store.clock.now(),
        )
        return "Rejected."

    return _done(application_id, act)


@screens.post("/applications/<int:application_id>/unreject")
def unreject_application(application_id: int) -> ResponseReturnValue:
    store = the_store()

    def act(application: Application) -> str:
        progress.unreject(store, application, actor_id=acting_user().id, now=store.clock.now())
        return "Unrejected."

    return _done(application_id, act)


@screens.post("/applications/<int:application_id>/hire")
def hire_application(application_id: int) -> ResponseReturnValue:
    store = the_store()

    def act(application: Application) -> str:
        progress.hire(store, application, actor_id=acting_user().id, now=store.clock.now())
        return "Hired."

    return _done(application_id, act)


@screens.post("/applications/<int:application_id>/unhire")
def unhire_application(application_id: int) -> ResponseReturnValue:
    store = the_store()

    def act(application: Application) -> str:
        progress.unhire(store, application, actor_id=acting_user().id, now=store.clock.now())
        return "Unhired."

    return _done(application_id, act)


def _done(application_id: int, act: Callable[[Application], str]) -> ResponseReturnValue:
    application = found(the_store().applications, application_id)
    try:
        flash(act(application))
    except RefusedError as refusal:
        flash(f"Nothing was changed: the application {refusal.sentence}.", "error")
    return redirect(
        url_for("ui.person", candidate_id=application.candidate_id, application_id=application.id), 303
    )

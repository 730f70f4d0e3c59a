from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts.jobs import STAGES, create_job
from greenhouse_sandbox.acts.progress import current_stage, pipeline
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS, Application
from greenhouse_sandbox.store.jobs import Job
from greenhouse_sandbox.ui.screens import Typed, active_people, found, screens

#: how many of the newest hired, rejected and prospects are shown
SHOWN = 100


def places(store: Store, job: Job) -> str:
    offices = (store.offices.get(one) for one in job.office_ids)
    return ", ".join(office.name for office in offices if office)


@screens.get("/")
def home() -> str:
    store = the_store()
    order = {"open": 0, "draft": 1, "closed": 2}
    active = Counter(application.job_id for application in store.applications.by("status", IN_PROCESS))
    rows = []
    for job in sorted(store.jobs.rising(), key=lambda one: (order.get(one.status, 3), one.id)):
        department = store.departments.get(job.department_id)
        rows.append(
            {
                "job": job,
                "department": department.name if department else "",
                "offices": places(store, job),
                "posts": sum(post.live and post.active for post in store.job_posts.by("job_id", job.id)),
                "active": active[job.id],
            }
        )
    return render_template("home.html", rows=rows)


@screens.get("/jobs/<int:job_id>")
def job(job_id: int) -> str:
    """Posts, hiring team, and the board, whose columns are stages and whose cards are candidates."""
    store = the_store()
    row = found(store.jobs, job_id)
    columns: dict[int, list[tuple[Application, str]]] = {stage.id: [] for stage in pipeline(store, job_id)}
    ended = []
    for application in store.applications.by("job_id", job_id):
        name = store.candidates[application.candidate_id].name or "(no name)"
        stage = current_stage(store, application)
        if application.status == IN_PROCESS and stage is not None and stage.id in columns:
            columns[stage.id].append((application, name))
        else:
            ended.append((application, name))
    prospects = [
        (one, store.candidates[one.candidate_id].name)
        for one in store.applications.by("job_id", None)
        if job_id in one.prospective_job_ids and one.status == IN_PROCESS
    ]
    owners = store.job_owners.by("job_id", job_id)
    managers = store.job_hiring_managers.by("job_id", job_id)
    team = [(owner.type.capitalize(), store.users[owner.user_id].name) for owner in owners]
    team += [("Hiring manager", store.users[manager.user_id].name) for manager in managers]
    department = store.departments.get(row.department_id)
    return render_template(
        "job.html",
        job=row,
        ended_number=len(ended),
        department=department.name if department else "",
        offices=places(store, row),
        posts=[post for post in store.job_posts.by("job_id", job_id) if post.active],
        board=[(stage, columns[stage.id]) for stage in pipeline(store, job_id)],
        ended=ended[-SHOWN:],
        prospects=prospects[-SHOWN:],
        team=team,
    )


@screens.get("/jobs/new")
def job_form() -> str:
    return _new_page(Typed())


@screens.post("/jobs/new")
def submit_job() -> ResponseReturnValue:
    store, typed = the_store(), Typed()
    name = typed.required("name", "a name")
    stages = [line.strip() for line in request.form.get("stages", "").splitlines() if line.strip()]
    if not stages:
        typed.errors["stages"] = "Enter at least one stage."
    if typed.errors:
        return _new_page(typed), 422
    try:
        job = create_job(
            store,
            name=name,
            requisition_id=typed.text("requisition_id") or None,
            stages=stages,
            department_id=typed.whole("department"),
            office_ids=[one for one in map(whole_number, request.form.getlist("offices")) if one is not None],
            recruiter_id=typed.whole("recruiter"),
            coordinator_id=typed.whole("coordinator"),
            now=store.clock.now(),
        )
    except RefusedError as refusal:
        typed.errors["name"] = f"The job {refusal.sentence}."
        return _new_page(typed), 422
    flash(f"{job.name} is open.")
    return redirect(url_for("ui.job", job_id=job.id), 303)


@screens.get("/jobs/<int:job_id>/setup")
def job_setup(job_id: int) -> str:
    store = the_store()
    job = found(store.jobs, job_id)
    standing: dict[int, int] = {}
    for application in store.applications.by("job_id", job_id):
        stage = current_stage(store, application) if application.status == IN_PROCESS else None
        if stage is not None:
            standing[stage.id] = standing.get(stage.id, 0) + 1
    owners = {owner.type: owner.user_id for owner in store.job_owners.by("job_id", job_id)}
    return render_template(
        "job_setup.html",
        job=job,
        stages=pipeline(store, job_id),
        standing=standing,
        posts=[post for post in store.job_posts.by("job_id", job_id) if post.active],
        owners=owners,
        users=active_people(store),
        departments=list(store.departments.rising()),
        offices=list(store.offices.rising()),
        reasons=list(store.rejection_reasons.rising()),
    )


def _new_page(typed: Typed) -> str:
    store = the_store()
    return render_template(
        "job_form.html",
        typed=typed,
        stages="\n".join(STAGES),
        users=active_people(store),
        departments=list(store.departments.rising()),
        offices=list(store.offices.rising()),
    )

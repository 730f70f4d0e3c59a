"""Home with its list of jobs, and a job with its posts and its pipeline."""

from collections import Counter

from flask import render_template

from greenhouse_sandbox.acts.stages import current_stage, pipeline
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS, Application
from greenhouse_sandbox.store.hiring import Job
from greenhouse_sandbox.ui.screens import found, screens

SHOWN = 100
"""Of the hired and rejected, and of the prospects, the newest."""


def places(store: Store, job: Job) -> str:
    """The names of the job's offices."""
    offices = (store.offices.get(one) for one in job.office_ids)
    return ", ".join(office.name for office in offices if office)


@screens.get("/")
def home() -> str:
    """All jobs, open ones first."""
    store = the_store()
    order = {"open": 0, "draft": 1, "closed": 2}
    active = Counter(one.job_id for one in store.applications.by("status", IN_PROCESS))
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
    """A job: posts, hiring team, and the board whose columns are stages and whose cards are candidates."""
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
    team = [(one.type.capitalize(), store.users[one.user_id].name) for one in owners]
    team += [("Hiring manager", store.users[one.user_id].name) for one in managers]
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

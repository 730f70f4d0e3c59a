"""Forms by which candidates and prospects come in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts.apply import add_candidate, add_prospect, apply_to_job
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.ui.forms import Typed
from greenhouse_sandbox.ui.screens import acting_user, found, screens


@screens.get("/jobs/<int:job_id>/applications/new")
def application_form(job_id: int) -> str:
    """The empty form of an application."""
    return _application_page(job_id, Typed())


@screens.post("/jobs/<int:job_id>/applications/new")
def submit_application(job_id: int) -> ResponseReturnValue:
    """A candidate applies. A person with the same e-mail address gets a second application."""
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
    """The empty form of a prospect."""
    return _prospect_page(Typed())


@screens.post("/prospects/new")
def submit_prospect() -> ResponseReturnValue:
    """Keep a prospect, for no job, one or several."""
    store, typed = the_store(), Typed()
    first, last = typed.required("first_name", "a first name"), typed.required("last_name", "a last name")
    email = typed.email("email")
    if typed.errors:
        return _prospect_page(typed), 422
    now = store.clock.now()
    job_ids = [int(one) for one in request.form.getlist("job_ids") if one.isdecimal()]
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

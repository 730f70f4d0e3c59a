"""The list of candidates, and a candidate's profile with the Activity Feed."""

from itertools import islice

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts.candidates import (
    anonymise_candidate,
    delete_candidate,
    merge_candidates,
    update_candidate,
)
from greenhouse_sandbox.acts.feed import VISIBILITIES, add_note
from greenhouse_sandbox.acts.progress import current_stage, pipeline
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.jobs import Job
from greenhouse_sandbox.store.table import Row, Table
from greenhouse_sandbox.ui.screens import Typed, acting_user, active_people, found, screens

#: how many people are listed, newest first
SHOWN = 200


def job_names(store: Store, application: Application) -> str:
    ids = [application.job_id] if application.job_id else application.prospective_job_ids
    names = [job.name for job in (store.jobs.get(one) for one in ids) if job]
    return ", ".join(names) or "No job"


@screens.get("/candidates")
def candidates() -> str:
    """Candidates, newest first, found by name or e-mail address."""
    store = the_store()
    query = request.args.get("q", "").strip().lower()
    rows = []
    for candidate in store.candidates.falling():
        if query and query not in f"{candidate.name} {candidate.email or ''}".lower():
            continue
        applications = store.applications.by("candidate_id", candidate.id)
        rows.append((candidate, [_summary(store, application) for application in applications]))
        if len(rows) == SHOWN:
            break
    return render_template("candidates.html", rows=rows, query=request.args.get("q", ""))


@screens.get("/people/<int:candidate_id>")
def person(candidate_id: int) -> str:
    """A candidate's profile, for one application (`application_id`; default: the newest)."""
    return _profile(candidate_id, Typed())


@screens.post("/people/<int:candidate_id>/notes")
def leave_note(candidate_id: int) -> ResponseReturnValue:
    store, typed = the_store(), Typed()
    found(store.candidates, candidate_id)
    body = typed.required("body", "the note")
    visibility = typed.text("visibility") or "public"
    if visibility not in VISIBILITIES:
        typed.errors["visibility"] = "Choose who can see the note."
    if typed.errors:
        return _profile(candidate_id, typed), 422
    user_id = acting_user().id
    now = store.clock.now()
    add_note(store, candidate_id=candidate_id, body=body, user_id=user_id, visibility=visibility, now=now)
    flash("The note was added to the Activity Feed.")
    return redirect(url_for("ui.person", candidate_id=candidate_id), 303)


@screens.post("/people/<int:candidate_id>/update")
def edit_person(candidate_id: int) -> ResponseReturnValue:
    store, typed = the_store(), Typed()
    candidate = found(store.candidates, candidate_id)
    first, last = typed.required("first_name", "a first name"), typed.required("last_name", "a last name")
    email = typed.email("email")
    if typed.errors:
        return _profile(candidate_id, typed, tab="details"), 422
    private, now = bool(typed.text("private")), store.clock.now()
    update_candidate(
        store, candidate, first_name=first, last_name=last, email=email, private=private, now=now
    )
    flash("The details were saved.")
    return redirect(url_for("ui.person", candidate_id=candidate_id, tab="details"), 303)


@screens.post("/people/<int:candidate_id>/anonymize")
def anonymise_person(candidate_id: int) -> ResponseReturnValue:
    store = the_store()
    anonymise_candidate(store, found(store.candidates, candidate_id), now=store.clock.now())
    flash("The personal details were blanked.")
    return redirect(url_for("ui.person", candidate_id=candidate_id), 303)


@screens.post("/people/<int:candidate_id>/delete")
def delete_person(candidate_id: int) -> ResponseReturnValue:
    store = the_store()
    delete_candidate(store, found(store.candidates, candidate_id))
    flash("The candidate was deleted.")
    return redirect(url_for("ui.candidates"), 303)


@screens.post("/people/<int:candidate_id>/merge")
def merge_person(candidate_id: int) -> ResponseReturnValue:
    store, typed = the_store(), Typed()
    loser = found(store.candidates, candidate_id)
    winner = store.candidates.get(typed.whole("into_candidate_id"))
    try:
        if winner is None:
            raise RefusedError("into_candidate_id", "does not exist")
        merge_candidates(store, loser, winner, now=store.clock.now())
    except RefusedError as refusal:
        typed.errors["into_candidate_id"] = f"The candidate {refusal.sentence}."
        return _profile(candidate_id, typed, tab="details"), 422
    flash("The candidates were merged.")
    return redirect(url_for("ui.person", candidate_id=winner.id), 303)


def _summary(store: Store, application: Application) -> dict[str, object]:
    stage = current_stage(store, application)
    return {
        "row": application,
        "jobs": job_names(store, application),
        "stage": stage.name if stage else "Prospect",
    }


def _profile(candidate_id: int, typed: Typed, tab: str = "") -> str:
    store = the_store()
    candidate = found(store.candidates, candidate_id)
    applications = store.applications.by("candidate_id", candidate_id)
    wanted = request.args.get("application_id", type=int)
    application = next((one for one in applications if one.id == wanted), None)
    application = application or (applications[-1] if applications else None)
    reason = store.rejection_reasons.get(application.rejection_reason_id) if application else None
    notes = [(note, store.users.get(note.user_id)) for note in store.notes.by("candidate_id", candidate_id)]
    return render_template(
        "person.html",
        candidate=candidate,
        applications=[_summary(store, one) for one in applications],
        application=application,
        jobs=job_names(store, application) if application else "",
        stage=current_stage(store, application) if application else None,
        stages=pipeline(store, application.job_id) if application else [],
        reason=reason,
        reasons=list(store.rejection_reasons.rising()),
        recruiter=store.users.get(application.recruiter_id) if application else None,
        notes=sorted(notes, key=lambda pair: (pair[0].created_at, pair[0].id), reverse=True),
        others=list(islice((one for one in store.candidates.falling() if one.id != candidate_id), SHOWN)),
        tab=tab or request.args.get("tab", "activity_feed"),
        users=active_people(store),
        sources=list(store.sources.rising()),
        open_jobs=_open_jobs(store, application),
        offers=_hanging(store.offers, application),
        interviews=_hanging(store.interviews, application),
        scorecards=_hanging(store.scorecards, application),
        typed=typed,
    )


def _open_jobs(store: Store, application: Application | None) -> list[Job]:
    taken = application.job_id if application else None
    return [
        job for job in store.jobs.rising() if job.status == "open" and job.id != taken and not job.is_template
    ]


def _hanging[R: Row](table: Table[R], application: Application | None) -> list[R]:
    return table.by("application_id", application.id)[::-1] if application else []

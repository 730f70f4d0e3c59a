"""What a recruiter does with an application."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.ui.forms import Typed
from greenhouse_sandbox.ui.screens import acting_user, found, screens


@screens.post("/applications/<int:application_id>/move")
def move_application(application_id: int) -> ResponseReturnValue:
    """To the stage of `stage_id`."""
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
    """For the reason of `rejection_reason_id`, which may be empty, with `notes`."""
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
    """Back among the active."""
    store = the_store()

    def act(application: Application) -> str:
        progress.unreject(store, application, actor_id=acting_user().id, now=store.clock.now())
        return "Unrejected."

    return _done(application_id, act)


@screens.post("/applications/<int:application_id>/hire")
def hire_application(application_id: int) -> ResponseReturnValue:
    """Hired."""
    store = the_store()

    def act(application: Application) -> str:
        progress.hire(store, application, actor_id=acting_user().id, now=store.clock.now())
        return "Hired."

    return _done(application_id, act)


@screens.post("/applications/<int:application_id>/unhire")
def unhire_application(application_id: int) -> ResponseReturnValue:
    """Back among the active."""
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

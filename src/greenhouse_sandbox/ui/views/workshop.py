"""The sandbox's own page: its clock, and what is under way. Greenhouse has no such thing."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.context import sandbox, the_store
from greenhouse_sandbox.store.webhooks import HELD, PENDING
from greenhouse_sandbox.ui.forms import Typed
from greenhouse_sandbox.ui.screens import screens


@screens.get("/sandbox")
def workshop() -> str:
    """Clock, switches, and counts."""
    store = the_store()
    return render_template(
        "workshop.html",
        switches=store.switches,
        pending=len(store.deliveries.by("state", PENDING)),
        held=len(store.deliveries.by("state", HELD)),
        faults=sandbox().faults.list(),
    )


@screens.post("/sandbox/clock")
def advance_clock() -> ResponseReturnValue:
    """Let the clock go on by `hours`."""
    hours = Typed().whole("hours")
    if hours is None:
        flash("Enter a whole number of hours.", "error")
    else:
        the_store().clock.advance(timedelta(hours=hours))
        flash(f"The clock went on by {hours} hours.")
    return redirect(url_for("ui.workshop"), 303)

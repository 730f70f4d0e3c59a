"""The log of deliveries of all web hooks: what was sent, how often, and what came back."""

from itertools import islice

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.context import sandbox, the_store, unlocked
from greenhouse_sandbox.store.webhooks import DELIVERED, DROPPED, GIVEN_UP, HELD, PENDING
from greenhouse_sandbox.ui.screens import screens
from greenhouse_sandbox.webhooks.events import EVENTS

LISTED = 200
STATES = (PENDING, HELD, DELIVERED, GIVEN_UP, DROPPED)


@screens.get("/sandbox/deliveries")
def deliveries() -> str:
    """Newest first, by `state` and `action`."""
    store = the_store()
    state, action = request.args.get("state", ""), request.args.get("action", "")
    rows = (
        row for row in store.deliveries.falling() if state in {"", row.state} and action in {"", row.action}
    )
    hooks = {hook.id: hook for hook in store.webhooks.rising()}
    return render_template(
        "deliveries.html",
        rows=list(islice(rows, LISTED)),
        hooks=hooks,
        events=EVENTS,
        states=STATES,
        state=state,
        action=action,
        counts={one: store.deliveries.count("state", one) for one in STATES},
        holding=store.hold_deliveries,
    )


@screens.post("/sandbox/deliveries/hold")
def hold_deliveries() -> ResponseReturnValue:
    """Keep back what is made from now on."""
    the_store().hold_deliveries = True
    flash("What happens from now on is held back.")
    return redirect(url_for("ui.deliveries"), 303)


@screens.post("/sandbox/deliveries/release")
@unlocked
def release_deliveries() -> ResponseReturnValue:
    """Send what is held, one after the other, the newest first if `order` says so."""
    store = the_store()
    with store.lock:
        held = [row.id for row in store.deliveries.by("state", HELD)]
        store.hold_deliveries = False
    if request.form.get("order") == "newest":
        held.reverse()
    for delivery_id in held:
        sandbox().deliverer.deliver_now(delivery_id)
    flash(f"Sent: {len(held)}.")
    return redirect(url_for("ui.deliveries"), 303)

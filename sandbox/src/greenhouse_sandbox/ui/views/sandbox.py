"""Pages that Greenhouse doesn't have: clock, worlds, stories, faults, switches, logs."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.context import sandbox, the_store
from greenhouse_sandbox.faults import KINDS
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.scenarios.catalogue import SCENARIOS, play
from greenhouse_sandbox.store.store import CHOICES, checked_switches, default_switches
from greenhouse_sandbox.store.webhooks import EVENTS, HELD, PENDING
from greenhouse_sandbox.store.webhooks import KINDS as HOOK_KINDS
from greenhouse_sandbox.ui.screens import Typed, screens
from greenhouse_sandbox.webhooks.delivery import send_collected


@screens.get("/sandbox")
def workshop() -> str:
    store = the_store()
    return render_template(
        "workshop.html",
        pending=len(store.deliveries.by("state", PENDING)),
        held=len(store.deliveries.by("state", HELD)),
        holding=store.hold_deliveries,
        next_attempt=sandbox().deliverer.next_attempt_at(),
        scenarios=SCENARIOS,
        rows={name: len(table) for name, table in store.tables().items() if len(table)},
    )


@screens.post("/sandbox/clock")
def advance_clock() -> ResponseReturnValue:
    """Move the clock by `hours`, or to the next delivery attempt."""
    clock, hours = the_store().clock, Typed().whole("hours")
    if "to_next_attempt" in request.form:
        due = sandbox().deliverer.next_attempt_at()
        if due is not None and due > clock.now():
            clock.set(due)
        flash("The clock was set to the next attempt." if due else "No delivery is waiting.")
    elif hours is None:
        flash("Enter a whole number of hours.", "error")
    else:
        try:
            clock.advance(timedelta(hours=hours))
            flash(f"The clock was advanced by {hours} hours.")
        except (ValueError, OverflowError):
            flash("Enter fewer hours.", "error")
    return redirect(url_for("ui.workshop"), 303)


@screens.post("/sandbox/scenario")
def play_scenario() -> ResponseReturnValue:
    """Play a scenario with its default parameters, or with `n`."""
    typed = Typed()
    order: dict[str, Any] = {"scenario": typed.text("scenario")}
    if typed.text("n"):
        order["n"] = typed.text("n")
    try:
        done = play(the_store(), order)
    except RefusedError as refusal:
        flash(f"Nothing was played: {refusal.field} {refusal.sentence}.", "error")
    else:
        played = ", ".join(
            f"{name} {value}" for name, value in done.items() if isinstance(value, int | str | dict)
        )
        flash(f"Played: {played}.")
    return redirect(url_for("ui.workshop"), 303)


@screens.post("/sandbox/world")
def new_world() -> ResponseReturnValue:
    """Start again with another `world`: demo, empty, or a number of applications."""
    typed = Typed()
    try:
        sandbox().restart(typed.text("world"), random=typed.whole("seed") or 0)
    except ValueError as error:
        flash(f"Nothing was changed. {error}", "error")
        return redirect(url_for("ui.workshop"), 303)
    flash("A new world has started. The old one's credentials and web hooks are gone.")
    return redirect(url_for("ui.home"), 303)


@screens.get("/sandbox/switches")
def switches() -> str:
    """Behaviour that Greenhouse hardly documents, with the sandbox's current choice."""
    return render_template("switches.html", switches=the_store().switches, choices=CHOICES)


@screens.post("/sandbox/switches")
def save_switches() -> ResponseReturnValue:
    store = the_store()
    if "defaults" in request.form:
        store.switches.update(default_switches())
        flash("All switches were reset.")
        return redirect(url_for("ui.switches"), 303)
    wanted: dict[str, Any] = {}
    for name, text in request.form.items():
        by_text = {str(value): value for value in CHOICES.get(name, ())}
        wanted[name] = by_text.get(text, text if (number := whole_number(text)) is None else number)
    try:
        store.switches.update(checked_switches(wanted))
        flash("The switches were saved.")
    except ValueError as error:
        flash(f"Nothing was changed. {error}", "error")
    return redirect(url_for("ui.switches"), 303)


@screens.get("/sandbox/faults")
def faults() -> str:
    return _faults_page()


@screens.post("/sandbox/faults")
def order_fault() -> ResponseReturnValue:
    try:
        fault = sandbox().faults.add(_order(("times", "after", "status"), ("seconds", "retry_after")))
    except ValueError as error:
        flash(f"No fault was added. {error}", "error")
        return _faults_page(), 422
    flash(f"Ordered: {fault.kind}, {fault.times} times.")
    return redirect(url_for("ui.faults"), 303)


@screens.post("/sandbox/webhook_faults")
def order_hook_fault() -> ResponseReturnValue:
    try:
        order = _order(("times", "after", "copies", "random"), ("seconds",))
        fault = the_store().hook_faults.add(order)
    except ValueError as error:
        flash(f"No fault was added. {error}", "error")
        return _faults_page(), 422
    flash(f"Ordered: {fault.kind}, {fault.times} times.")
    return redirect(url_for("ui.faults"), 303)


@screens.post("/sandbox/faults/clear")
def drop_faults() -> ResponseReturnValue:
    store = the_store()
    sandbox().faults.clear()
    send_collected(store, store.hook_faults.clear(), store.clock.now())
    flash("All faults were removed.")
    return redirect(url_for("ui.faults"), 303)


@screens.get("/sandbox/calls")
def calls() -> str:
    path = request.args.get("path", "")
    return render_template("calls.html", calls=sandbox().calls.list(path)[-200:][::-1], path=path)


def _faults_page() -> str:
    return render_template(
        "faults.html",
        faults=sandbox().faults.list(),
        hook_faults=the_store().hook_faults.orders(),
        kinds={name: text for name, (_, text) in KINDS.items()},
        hook_kinds=HOOK_KINDS,
        events=EVENTS,
    )


def _order(whole: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, Any]:
    """The fields that aren't empty. Raises ValueError with a message for an invalid number."""
    order: dict[str, Any] = {}
    for name, text in request.form.items():
        if not text.strip():
            continue
        if name == "new_event_id":
            order[name] = True
        elif name in whole or name in parts:
            try:
                order[name] = int(text) if name in whole else float(text)
            except ValueError as error:
                raise ValueError(f"Enter a number for {name.replace('_', ' ')}, not {text!r}.") from error
        else:
            order[name] = text.strip()
    return order

"""Configure > Dev Center > Web Hooks, and the log of deliveries."""

from itertools import islice

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.context import sandbox, the_store, unlocked
from greenhouse_sandbox.reading import is_web_address
from greenhouse_sandbox.store.webhooks import DELIVERED, DROPPED, EVENTS, GIVEN_UP, HELD, PENDING, Webhook
from greenhouse_sandbox.ui.screens import Typed, found, screens, way_back

LOGGED = 100
LISTED = 200
STATES = (PENDING, HELD, DELIVERED, GIVEN_UP, DROPPED)


@screens.get("/configure/dev_center/web_hooks")
def webhooks() -> str:
    store = the_store()
    rows = []
    for hook in store.webhooks.rising():
        deliveries = store.deliveries.by("webhook_id", hook.id)
        rows.append((hook, len(deliveries), deliveries[-1] if deliveries else None))
    return render_template("webhooks.html", rows=rows, events=EVENTS)


@screens.get("/configure/dev_center/web_hooks/new")
def webhook_form() -> str:
    return render_template("webhook_form.html", hook=None, events=EVENTS, typed=Typed())


@screens.post("/configure/dev_center/web_hooks/new")
@unlocked
def create_webhook() -> ResponseReturnValue:
    store, typed = the_store(), Typed()
    name, action, endpoint, secret = _typed(typed)
    if typed.errors:
        return render_template("webhook_form.html", hook=None, events=EVENTS, typed=typed), 422
    with store.lock:
        now = store.clock.now()
        hook = store.webhooks.insert(
            Webhook(
                id=store.webhooks.new_id(),
                created_at=now,
                updated_at=now,
                name=name,
                action=action,
                endpoint_url=endpoint,
                secret_key=secret,
            )
        )
    return _tried(hook)


@screens.get("/configure/dev_center/web_hooks/<int:hook_id>")
def webhook(hook_id: int) -> str:
    """A webhook with the log of its deliveries, newest first."""
    store = the_store()
    hook = found(store.webhooks, hook_id)
    deliveries = store.deliveries.by("webhook_id", hook_id)[: -LOGGED - 1 : -1]
    return render_template("webhook.html", hook=hook, event=EVENTS[hook.action], deliveries=deliveries)


@screens.get("/configure/dev_center/web_hooks/<int:hook_id>/edit")
def edit_webhook_form(hook_id: int) -> str:
    hook = found(the_store().webhooks, hook_id)
    return render_template("webhook_form.html", hook=hook, events=EVENTS, typed=Typed())


@screens.post("/configure/dev_center/web_hooks/<int:hook_id>/edit")
@unlocked
def update_webhook(hook_id: int) -> ResponseReturnValue:
    """Save what was changed, and try the endpoint again."""
    store, typed = the_store(), Typed()
    name, action, endpoint, secret = _typed(typed)
    with store.lock:
        hook = found(store.webhooks, hook_id)
        if typed.errors:
            return render_template("webhook_form.html", hook=hook, events=EVENTS, typed=typed), 422
        hook.name, hook.action, hook.endpoint_url, hook.secret_key = name, action, endpoint, secret
        store.webhooks.changed(hook, store.clock.now())
    return _tried(hook)


@screens.post("/configure/dev_center/web_hooks/<int:hook_id>/enable")
@unlocked
def enable_webhook(hook_id: int) -> ResponseReturnValue:
    """Ping the endpoint again, and enable the webhook if it answers 200."""
    with the_store().lock:
        hook = found(the_store().webhooks, hook_id)
    return _tried(hook)


@screens.post("/configure/dev_center/web_hooks/<int:hook_id>/disable")
def disable_webhook(hook_id: int) -> ResponseReturnValue:
    store = the_store()
    hook = found(store.webhooks, hook_id)
    hook.active = False
    store.webhooks.changed(hook, store.clock.now())
    flash(f"{hook.name} is disabled.")
    return redirect(url_for("ui.webhooks"), 303)


@screens.post("/configure/dev_center/web_hooks/<int:hook_id>/delete")
def delete_webhook(hook_id: int) -> ResponseReturnValue:
    store = the_store()
    hook = found(store.webhooks, hook_id)
    store.webhooks.delete(hook.id)
    flash(f"{hook.name} was deleted.")
    return redirect(url_for("ui.webhooks"), 303)


@screens.post("/configure/dev_center/web_hooks/deliveries/<int:delivery_id>/retry")
def retry_delivery(delivery_id: int) -> ResponseReturnValue:
    store = the_store()
    delivery = found(store.deliveries, delivery_id)
    delivery.state, delivery.next_attempt_at = PENDING, store.clock.now()
    store.deliveries.changed(delivery, store.clock.now())
    flash("The event is being sent again.")
    if request.form.get("back"):
        return redirect(way_back(), 303)
    return redirect(url_for("ui.webhook", hook_id=delivery.webhook_id), 303)


def _typed(typed: Typed) -> tuple[str, str, str, str]:
    name = typed.required("name", "a name")
    action = typed.text("action")
    if action not in EVENTS:
        typed.errors["action"] = "Choose when the web hook fires."
    endpoint = typed.required("endpoint_url", "the endpoint URL")
    if endpoint and not is_web_address(endpoint):
        typed.errors["endpoint_url"] = "Enter a whole address that begins with https:// (or, here, http://)."
    return name, action, endpoint, typed.required("secret_key", "the secret key")


def _tried(hook: Webhook) -> ResponseReturnValue:
    store = the_store()
    failure = sandbox().deliverer.ping(hook)
    with store.lock:
        hook.active = failure is None
        store.webhooks.changed(hook, store.clock.now())
    if failure is None:
        flash(f"{hook.name} is saved and enabled: the ping was answered with 200.")
    else:
        flash(f"{hook.name} is saved but disabled: the ping failed. {failure}", "error")
    return redirect(url_for("ui.webhooks"), 303)


@screens.get("/sandbox/deliveries")
def deliveries() -> str:
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
    the_store().hold_deliveries = True
    flash("New deliveries are held.")
    return redirect(url_for("ui.deliveries"), 303)


@screens.post("/sandbox/deliveries/release")
@unlocked
def release_deliveries() -> ResponseReturnValue:
    """Send held deliveries one by one, in `order`."""
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

"""Configure: the Dev Center with its credentials, the organization, and the users."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts import organisation
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.credentials import create_api_key, create_oauth_client
from greenhouse_sandbox.permissions import categories
from greenhouse_sandbox.store.account import ApiKey, OAuthClient
from greenhouse_sandbox.store.table import Row
from greenhouse_sandbox.ui.screens import Typed, acting_user, found, screens, way_back

TYPES = {"harvest": "Harvest", "harvest_v3": "Harvest V3 (OAuth)"}


@screens.get("/configure")
def configure() -> str:
    return render_template("configure.html")


@screens.get("/configure/dev_center")
def dev_center() -> str:
    return render_template("dev_center.html")


@screens.get("/configure/organization")
def organization() -> str:
    store = the_store()
    jobs = list(store.jobs.rising())
    departments = [
        (row, sum(job.department_id == row.id for job in jobs)) for row in store.departments.rising()
    ]
    offices = [(row, sum(row.id in job.office_ids for job in jobs)) for row in store.offices.rising()]
    return render_template("organization.html", departments=departments, offices=offices)


@screens.get("/users")
def users() -> str:
    rows = sorted(the_store().users.rising(), key=lambda user: (user.service_account, user.id))
    return render_template("users.html", rows=rows)


@screens.post("/users/<int:user_id>")
def change_user(user_id: int) -> ResponseReturnValue:
    """Set `site_admin` and `deactivated`."""
    store, typed = the_store(), Typed()
    user = found(store.users, user_id)
    try:
        organisation.change_user(
            store,
            user,
            site_admin=bool(typed.text("site_admin")),
            deactivated=bool(typed.text("deactivated")),
            now=store.clock.now(),
        )
        flash(f"{user.name} was saved.")
    except RefusedError as refusal:
        flash(f"Nothing was changed: {refusal.sentence}.", "error")
    return redirect(url_for("ui.users"), 303)


@screens.post("/acting")
def act_as() -> ResponseReturnValue:
    store = the_store()
    user = found(store.users, Typed().whole("user_id") or 0)
    if user.deactivated or user.service_account:
        flash("Nothing was changed: this user cannot sign in.", "error")
    else:
        store.acting_user_id = user.id
        flash(f"You now act as {user.name}.")
    return redirect(way_back(), 303)


@screens.get("/configure/dev_center/credentials")
def credentials() -> str:
    store = the_store()
    rows: list[tuple[str, ApiKey | OAuthClient, int]] = [
        ("harvest", key, len(key.permissions)) for key in store.api_keys.rising()
    ]
    rows += [("harvest_v3", client, len(client.scopes)) for client in store.oauth_clients.rising()]
    rows.sort(key=lambda row: row[1].created_at, reverse=True)
    makers = {user.id: user.name for user in store.users.rising()}
    return render_template("credentials.html", rows=rows, types=TYPES, makers=makers)


@screens.get("/configure/dev_center/credentials/new")
def credential_form() -> str:
    return render_template("credential_form.html", types=TYPES, typed=Typed())


@screens.post("/configure/dev_center/credentials/new")
def create_credential() -> ResponseReturnValue:
    """The secret is shown once."""
    store, typed = the_store(), Typed()
    kind = typed.text("api_type")
    if kind not in TYPES:
        typed.errors["api_type"] = "Choose an API type."
        return render_template("credential_form.html", types=TYPES, typed=typed), 422
    text, partner, now = typed.text("description"), typed.text("partner"), store.clock.now()
    actor_id = acting_user().id
    row: Row
    client_id = ""
    if kind == "harvest":
        row, secret = create_api_key(store, description=text, partner=partner, actor_id=actor_id, now=now)
    else:
        row, secret = client, _ = create_oauth_client(
            store, description=text, partner=partner, actor_id=actor_id, now=now
        )
        client_id = client.client_id
    return render_template(
        "credential_created.html", kind=kind, type=TYPES[kind], row=row, secret=secret, client_id=client_id
    )


@screens.get("/configure/dev_center/credentials/<kind>/<int:row_id>/permissions")
def permissions(kind: str, row_id: int) -> str:
    row = _credential(kind, row_id)
    granted = row.permissions if isinstance(row, ApiKey) else row.scopes
    return render_template(
        "permissions.html",
        kind=kind,
        type=TYPES[kind],
        row=row,
        granted=set(granted),
        categories=categories("v1" if kind == "harvest" else "v3"),
    )


@screens.post("/configure/dev_center/credentials/<kind>/<int:row_id>/permissions")
def save_permissions(kind: str, row_id: int) -> ResponseReturnValue:
    """Save the ticked `permissions`, and all those of the ticked `categories`."""
    store = the_store()
    row = _credential(kind, row_id)
    ticked = set(request.form.getlist("permissions"))
    whole = set(request.form.getlist("categories"))
    tree = categories("v1" if kind == "harvest" else "v3")
    kept = [
        member.key
        for category, members in tree.items()
        for member in members
        if category in whole or member.key in ticked
    ]
    now = store.clock.now()
    if isinstance(row, ApiKey):
        row.permissions = kept
        store.api_keys.changed(row, now)
    else:
        row.scopes = kept
        store.oauth_clients.changed(row, now)
    flash(f"Saved: {len(kept)} permissions for {row.description or TYPES[kind]}.")
    return redirect(url_for("ui.credentials"), 303)


@screens.post("/configure/dev_center/credentials/<kind>/<int:row_id>/revoke")
def revoke_credential(kind: str, row_id: int) -> ResponseReturnValue:
    store = the_store()
    row = _credential(kind, row_id)
    row.revoked = True
    row.updated_at = store.clock.now()
    flash(f"Revoked: {row.description or TYPES[kind]}.")
    return redirect(url_for("ui.credentials"), 303)


def _credential(kind: str, row_id: int) -> ApiKey | OAuthClient:
    store = the_store()
    if kind == "harvest":
        return found(store.api_keys, row_id)
    if kind != "harvest_v3":
        abort(404)
    return found(store.oauth_clients, row_id)

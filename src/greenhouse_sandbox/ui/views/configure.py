"""Configure, its Dev Center, and the users."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.ui.forms import Typed
from greenhouse_sandbox.ui.screens import acting_user, found, screens


@screens.get("/configure")
def configure() -> str:
    """The entry page of the settings."""
    return render_template("configure.html")


@screens.get("/configure/dev_center")
def dev_center() -> str:
    """Credentials and web hooks."""
    return render_template("dev_center.html")


@screens.get("/users")
def users() -> str:
    """All users with their roles, service users last."""
    rows = sorted(the_store().users.rising(), key=lambda user: (user.service_account, user.id))
    return render_template("users.html", rows=rows)


@screens.post("/users/<int:user_id>")
def change_user(user_id: int) -> ResponseReturnValue:
    """Make a Site Admin or not (`site_admin`), deactivate or not (`deactivated`)."""
    store, typed = the_store(), Typed()
    user = found(store.users, user_id)
    wanted = (bool(typed.text("site_admin")), bool(typed.text("deactivated")))
    if user.id == acting_user().id and wanted[1]:
        flash("Nothing was changed: you cannot deactivate the user you act as.", "error")
    else:
        user.site_admin, user.deactivated = wanted
        store.users.changed(user, store.clock.now())
        flash(f"{user.name} was saved.")
    return redirect(url_for("ui.users"), 303)


@screens.post("/acting")
def act_as() -> ResponseReturnValue:
    """Go on as the user of `user_id`."""
    store = the_store()
    user = found(store.users, Typed().whole("user_id") or 0)
    if user.deactivated or user.service_account:
        flash("Nothing was changed: this user cannot sign in.", "error")
    else:
        store.acting_user_id = user.id
        flash(f"You act as {user.name} now.")
    back = request.form.get("back", "")
    here = back.startswith("/") and not back.startswith(("//", "/\\"))
    return redirect(back if here else url_for("ui.home"), 303)

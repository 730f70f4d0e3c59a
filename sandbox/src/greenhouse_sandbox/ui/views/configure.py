"""Configure, its Dev Center, and the users."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.acts import organisation
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.ui.forms import Typed
from greenhouse_sandbox.ui.screens import found, screens, way_back


@screens.get("/configure")
def configure() -> str:
    """The entry page of the settings."""
    return render_template("configure.html")


@screens.get("/configure/dev_center")
def dev_center() -> str:
    """Credentials and web hooks."""
    return render_template("dev_center.html")


@screens.get("/configure/organization")
def organization() -> str:
    """Departments and offices, with the jobs of each."""
    store = the_store()
    jobs = list(store.jobs.rising())
    departments = [
        (row, sum(job.department_id == row.id for job in jobs)) for row in store.departments.rising()
    ]
    offices = [(row, sum(row.id in job.office_ids for job in jobs)) for row in store.offices.rising()]
    return render_template("organization.html", departments=departments, offices=offices)


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
    """Go on as the user of `user_id`."""
    store = the_store()
    user = found(store.users, Typed().whole("user_id") or 0)
    if user.deactivated or user.service_account:
        flash("Nothing was changed: this user cannot sign in.", "error")
    else:
        store.acting_user_id = user.id
        flash(f"You act as {user.name} now.")
    return redirect(way_back(), 303)

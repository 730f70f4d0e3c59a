"""The context of every page, and the values of a submitted form with their errors."""

from typing import Any

from flask import Blueprint, abort, request, url_for

from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.loopback import refuse_strangers
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import User
from greenhouse_sandbox.store.table import Row, Table

screens = Blueprint("ui", __name__)


class Typed:
    """The texts of a posted form. `errors` maps a field to a message."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return a field without surrounding spaces."""
        return request.form.get(name, "").strip()

    def required(self, name: str, label: str) -> str:
        """Like `text`, but an empty field is an error."""
        text = self.text(name)
        if not text:
            self.errors[name] = f"Enter {label}."
        return text

    def whole(self, name: str) -> int | None:
        return whole_number(self.text(name))

    def email(self, name: str) -> str:
        """Return a field; without an @ within the text, it is an error."""
        text = self.required(name, "an e-mail address")
        local, _, domain = text.rpartition("@")
        if text and not (local and domain):
            self.errors[name] = "Enter an e-mail address, such as name@example.com."
        return text


screens.before_request(refuse_strangers)


def acting_user() -> User:
    """The user on whose behalf the screens act."""
    store = the_store()
    return store.users[store.acting_user_id]


def found[R: Row](table: Table[R], row_id: int) -> R:
    row = table.get(row_id)
    if row is None:
        abort(404, "There is nothing at this address. It may have been deleted.")
    return row


def way_back() -> str:
    """The page that the form came from (`back`), or home."""
    back = request.form.get("back", "")
    here = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if here else url_for("ui.home")


def active_people(store: Store) -> list[User]:
    return [user for user in store.users.rising() if not user.service_account and not user.deactivated]


@screens.app_context_processor
def on_every_page() -> dict[str, Any]:
    store = the_store()
    return {
        "organisation": store.organisation["name"],
        "acting": store.users.get(store.acting_user_id),
        "people": active_people(store),
        "clock_now": store.clock.now(),
        "clock_moved": abs(store.clock.offset.total_seconds()) > 1,
    }


@screens.app_template_filter("moment")
def moment_filter(value: Any) -> str:
    """Format a time for people; templates add the ISO form for machines."""
    return f"{value:%a} {value.day} {value:%b %Y, %H:%M} UTC" if value else ""


@screens.app_template_filter("iso")
def iso_filter(value: Any) -> str:
    return seconds(value) or ""

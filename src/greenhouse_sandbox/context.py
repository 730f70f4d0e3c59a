"""What a view finds around it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from flask import current_app

from greenhouse_sandbox.store import Store

if TYPE_CHECKING:
    from greenhouse_sandbox.app import Sandbox


def sandbox() -> "Sandbox":
    """The application that runs this view."""
    return cast("Sandbox", current_app)


def the_store() -> Store:
    """The store of the application that runs this view."""
    return sandbox().store


def unlocked[**P, R](view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that waits for others and so must not hold the store's lock."""
    vars(view)["runs_unlocked"] = True
    return view

"""Who gets credit for a candidate."""

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.background import Referrer
from greenhouse_sandbox.store.people import User


def referrer_of(store: Store, user: User) -> Referrer:
    """The referrer's record of a user, made if there is none."""
    known = store.referrers.by("user_id", user.id)
    return known[0] if known else _new(store, user.name, user.id)


def outside_referrer(store: Store, name: str) -> Referrer:
    """The record of somebody who is no user, made if there is none of that name."""
    known = (one for one in store.referrers.by("user_id", None) if one.name == name)
    return next(known, None) or _new(store, name, None)


def referrer(store: Store, referrer_id: int) -> Referrer:
    """The record of that id; RefusedError if there is none."""
    found = store.referrers.get(referrer_id)
    if found is None:
        raise RefusedError("referrer_id", "does not exist")
    return found


def credit(application: Application, row: Referrer | None) -> None:
    """Give somebody (or nobody) the credit. The caller reports the change of the application."""
    application.referrer_id = row.id if row else None
    application.credited_to_id = row.user_id if row else None


def _new(store: Store, name: str, user_id: int | None) -> Referrer:
    now = store.clock.now()
    return store.referrers.insert(
        Referrer(id=store.referrers.new_id(), created_at=now, updated_at=now, name=name, user_id=user_id)
    )

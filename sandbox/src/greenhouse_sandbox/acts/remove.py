"""Applications go."""

from greenhouse_sandbox.acts.belongings import forget_files
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.payloads import deleted_application_payload


def delete_application(store: Store, application: Application) -> None:
    """Take a candidate off a job; the person and the feed stay. Fires the web hook."""
    payload = deleted_application_payload(store, application)
    forget_application(store, application)
    emit(store, "delete_application", payload)


def forget_application(store: Store, application: Application) -> None:
    """Remove an application with all that hangs on it, without a word to anybody."""
    for table in (
        store.application_stages,
        store.rejection_details,
        store.offers,
        store.interviews,
        store.scorecards,
    ):
        for row in table.by("application_id", application.id):
            table.delete(row.id)
    forget_files(store, application.id, now=store.clock.now())
    store.applications.delete(application.id)

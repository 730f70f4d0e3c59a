"""Which connections an organisation has, and the address that Greenhouse calls."""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from goodword.accounts.models import Organisation
from goodword.greenhouse.models import Connection

DISCONNECTED = Connection.State.DISCONNECTED


def connections(organisation: Organisation) -> list[Connection]:
    """The connections that are there to be used, the oldest first."""
    return list(_all(organisation).exclude(state=DISCONNECTED))


def ended(organisation: Organisation) -> list[Connection]:
    """Those that were disconnected: each can be connected again, as it was."""
    return list(_all(organisation).filter(state=DISCONNECTED))


def connection_of(organisation: Organisation, pk: int) -> Connection | None:
    """One of them; None if it has ended or is another organisation's."""
    return _all(organisation).exclude(state=DISCONNECTED).filter(pk=pk).first()


def current(organisation: Organisation) -> Connection | None:
    """The oldest of them; None before connecting and after disconnecting. For callers that know of one only."""
    return _all(organisation).exclude(state=DISCONNECTED).first()


def endpoint_url(connection: Connection) -> str:
    """The Endpoint URL for webhooks, absolute."""
    return settings.GOODWORD_BASE_URL + reverse("greenhouse_hook", args=[connection.endpoint_key])


def locked(connection: Connection) -> Connection:
    """The row as it is now, locked until the end of the caller's transaction."""
    rows = Connection.objects.across_organisations().select_for_update(of=("self",))
    return rows.select_related("organisation").get(pk=connection.pk)


def _all(organisation: Organisation) -> QuerySet[Connection]:
    rows = Connection.objects.of(organisation)
    return rows.select_related("organisation", "connected_by__user").order_by("pk")

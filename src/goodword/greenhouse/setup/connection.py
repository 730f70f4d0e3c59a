"""Which connection an organisation has, and the address that Greenhouse calls."""

from django.conf import settings
from django.urls import reverse

from goodword.accounts.models import Organisation
from goodword.greenhouse.models import Connection


def latest(organisation: Organisation) -> Connection | None:
    """The organisation's connection, ended or not. There is one at most; connecting again revives it."""
    return Connection.objects.of(organisation).select_related("organisation").order_by("-pk").first()


def connections(organisation: Organisation) -> list[Connection]:
    """The connections that are there to be used, the oldest first."""
    rows = Connection.objects.of(organisation).select_related("organisation").order_by("pk")
    return list(rows.exclude(state=Connection.State.DISCONNECTED))


def connection_of(organisation: Organisation, pk: int) -> Connection | None:
    """One of them; None if it has ended or is another organisation's."""
    return next((one for one in connections(organisation) if one.pk == pk), None)


def current(organisation: Organisation) -> Connection | None:
    """The connection that is there to be used; None before connecting and after disconnecting."""
    connection = latest(organisation)
    if connection is None or connection.state == Connection.State.DISCONNECTED:
        return None
    return connection


def endpoint_url(connection: Connection) -> str:
    """The Endpoint URL for webhooks, absolute."""
    return settings.GOODWORD_BASE_URL + reverse("greenhouse_hook", args=[connection.endpoint_key])

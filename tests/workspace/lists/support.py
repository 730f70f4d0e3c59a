"""Requests and reads lists of candidates."""

from typing import Any

from django.test import Client

from goodword.roles.models import Role
from goodword.workspace.lists.query import SORTS
from tests.workspace.applications import path

SORTED = ("", *SORTS, *(f"-{name}" for name in SORTS))


def get(client: Client, role: Role, **query: str) -> Any:
    return client.get(path("role", role.organisation, role.pk), query).context["listing"]


def names(listing: Any) -> list[str]:
    return [row.application.candidate.first_name for row in listing.rows]

"""Organisation-owned rows are fetched through the organisation, by construction.

`Model.objects.of(organisation)` is the way of views and domain code. `across_organisations()` is the named
exception: for sweeps, for jobs that hold a row's id, and for resolving a link or webhook token that itself
proves the right. An architecture test refuses every other read through `.objects` of such a model.
"""

from typing import Any, Protocol, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class HasPk(Protocol):
    """An organisation, as far as the core needs to know one."""

    pk: Any


class OwnedManager(models.Manager[M]):
    """The manager of every organisation-owned model."""

    def of(self, organisation: HasPk) -> models.QuerySet[M]:
        """The rows of one organisation."""
        return self.get_queryset().filter(organisation_id=organisation.pk)

    def across_organisations(self) -> models.QuerySet[M]:
        """All rows; only where the row's id or a secret token already settles whose they are."""
        return self.get_queryset()

"""Organisation-owned rows are fetched by `Model.objects.of(organisation)`; `across_organisations()` is for sweeps, jobs
and tokens."""

from typing import Any, Protocol, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class HasPk(Protocol):
    """An organisation, without importing its model."""

    pk: Any


class OwnedManager(models.Manager[M]):
    """The manager of every organisation-owned model."""

    def of(self, organisation: HasPk) -> models.QuerySet[M]:
        return self.get_queryset().filter(organisation_id=organisation.pk)

    def across_organisations(self) -> models.QuerySet[M]:
        """All rows; only where the row's id or a secret token already determines the organisation."""
        return self.get_queryset()

"""Organisation-owned rows are fetched through the organisation.

Views and domain code use `Model.objects.of(organisation)`. The exception is `across_organisations()`, for sweeps, for
jobs with a row's id, and for link and webhook tokens, which prove access. An architecture test forbids any other read
through `.objects` of such a model.
"""

from typing import Any, Protocol, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class HasPk(Protocol):
    """An organisation, as far as core knows one."""

    pk: Any


class OwnedManager(models.Manager[M]):
    """The manager of every organisation-owned model."""

    def of(self, organisation: HasPk) -> models.QuerySet[M]:
        return self.get_queryset().filter(organisation_id=organisation.pk)

    def across_organisations(self) -> models.QuerySet[M]:
        """All rows; only where the row's id or a secret token already determines the organisation."""
        return self.get_queryset()

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned

OWN_PREFIX = "own_"


class LibraryEntry(OrganisationOwned):
    """`key`: name of the built-in entry, id of the imported file, or "own_" and random characters."""

    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    description = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: no longer offered; roles that already use it aren't affected
    archived_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = (models.UniqueConstraint(fields=["organisation", "key"], name="%(class)s_key_once"),)

    def __str__(self) -> str:
        return self.title

    @property
    def is_own(self) -> bool:
        return self.key.startswith(OWN_PREFIX)


class Version(OrganisationOwned):
    """A draft while `published_at` is empty. A published version is never saved again."""

    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: increases with each change of a draft, to detect changes made on an outdated page
    revision = models.PositiveIntegerField(default=0)

    is_frozen = False

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any
    ) -> Self:
        made = super().from_db(db, field_names, values, **options)
        made.is_frozen = "published_at" in field_names and made.published_at is not None
        return made

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises `Frozen` if the version is published. A copy without an id becomes a new row."""
        if self.is_frozen and self.pk is not None:
            raise Frozen(f"{self} is published and never changes.")
        super().save(*args, **kwargs)

    def publish(self, *, by: Membership | None, now: datetime) -> None:
        self.published_at, self.published_by = now, by
        self.save()
        self.is_frozen = True


class LanguageVersion(Version):
    """A version in one language. All languages of one number have the same ids and structure."""

    language = models.CharField(max_length=10, default="", blank=True)

    class Meta:
        abstract = True


class Frozen(Exception):
    pass

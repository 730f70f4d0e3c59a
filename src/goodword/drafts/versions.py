"""Versioned drafts: changed under their owner's lock and only from the current revision, then published or
discarded."""

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership, OrganisationOwned
from goodword.drafts.models import LanguageVersion, LibraryEntry, Version

_COPY: Final = re.compile(r"(?P<original>.+) \(copy(?: (?P<number>[0-9]{1,4}))?\)")


class NoDraft(Exception):
    pass


class StaleDraft(Exception):
    """The draft has changed since the page was opened. Nothing was saved."""


class NotEditable(Exception):
    """An entry that is built in, imported or archived can't have a draft."""


class NoLanguage(Exception):
    pass


def name_of_copy(name: str, *, longest: int) -> str:
    """For example "Sales (copy)", and "Sales (copy 2)" for a copy of that."""
    found = _COPY.fullmatch(name)
    original, number = (found["original"], int(found["number"] or 1) + 1) if found else (name, 1)
    suffix = f" (copy {number})" if number > 1 else " (copy)"
    return original[: longest - len(suffix)] + suffix


def check_revision(row: "Version | LanguagesDraft[Any, Any]", revision: int | None) -> None:
    """Raise `StaleDraft` if the row has changed since `revision`."""
    if revision is not None and row.revision != revision:
        raise StaleDraft


def begin_at_random_revision(draft: "Version | LanguagesDraft[Any, Any]") -> None:
    """Pages of an earlier draft can then neither change nor publish this one."""
    for row in (draft,) if isinstance(draft, Version) else draft.rows:
        row.revision = secrets.randbelow(10**8)
        row.save(update_fields=["revision"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    rows: Sequence[Version]
    details: Mapping[str, Any] = field(default_factory=dict)


class VersionedDrafts[O: OrganisationOwned, D: Version | LanguagesDraft[Any, Any]](ABC):
    """The drafts of one kind of owner. Each change is one transaction under the lock of the owner's row."""

    #: how audit actions start: "test" for "test.published"
    name: ClassVar[str]

    @abstractmethod
    def lock(self, owner: O) -> O:
        """Lock the owner. Raises `RowDeleted` if it was deleted with a discarded draft."""

    @abstractmethod
    def find(self, owner: O) -> D | None:
        pass

    @abstractmethod
    def delete(self, draft: D) -> bool:
        """Delete a draft, and its owner if it has no other version. Returns whether the owner still exists."""

    @abstractmethod
    def details(self, draft: D) -> dict[str, Any]:
        pass

    def is_editable(self, owner: O) -> bool:
        del owner
        return True

    def begin_with(self, owner: O, create: Callable[[O], D]) -> D:
        """Create a draft unless there is one. Raises `NotEditable`."""
        with transaction.atomic():
            locked = self.lock(owner)
            if not self.is_editable(locked):
                raise NotEditable
            draft = self.find(locked)
            if draft is None:
                draft = create(locked)
                begin_at_random_revision(draft)
            return draft

    @contextmanager
    def locked_draft(self, owner: O, *, revision: int | None = None) -> Iterator[D]:
        """Lock the draft. `revision`: None if the change doesn't depend on the rest. Raises `NoDraft`, `StaleDraft`."""
        with transaction.atomic():
            draft = self.find(self.lock(owner))
            if draft is None:
                raise NoDraft
            check_revision(draft, revision)
            yield draft

    def publish(
        self,
        owner: O,
        *,
        revision: int,
        check: Callable[[D], Publication],
        by: Membership | None,
        now: datetime,
    ) -> D:
        """Publish the draft. `check` completes it, or raises if it can't be published. `by`: None without an author.
        Raises `NoDraft` and `StaleDraft`."""
        with self.locked_draft(owner, revision=revision) as draft:
            publication = check(draft)
            for row in publication.rows:
                row.publish(by=by, now=now)
            details = {**self.details(draft), **publication.details}
            self._audit("published", owner, by=by, now=now, details=details)
            return draft

    def discard(self, owner: O, *, revision: int, by: Membership, now: datetime) -> bool:
        """Discard the draft, and its owner if that was never published. Returns whether the owner still exists. Raises
        `NoDraft` and `StaleDraft`."""
        with self.locked_draft(owner, revision=revision) as draft:
            self._audit("draft_discarded", owner, by=by, now=now, details=self.details(draft))
            return self.delete(draft)

    def _audit(
        self, what: str, owner: O, *, by: Membership | None, now: datetime, details: Mapping[str, Any]
    ) -> None:
        audit(
            organisation=owner.organisation,
            action=f"{self.name}.{what}",
            member=by,
            now=now,
            details=details,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagesDraft[O: LibraryEntry, V: LanguageVersion]:
    """A draft with a row per language: the source, which determines the structure, and its translations."""

    owner: O
    source: V
    translations: tuple[V, ...]

    @property
    def revision(self) -> int:
        return self.source.revision

    @property
    def rows(self) -> tuple[V, ...]:
        return (self.source, *self.translations)

    def row(self, language: str) -> V | None:
        return next((row for row in self.rows if row.language == language), None)

    def translation(self, language: str) -> V:
        """Return the translation into a language. Raises `NoLanguage` if there is none, and for the source language."""
        for row in self.translations:
            if row.language == language:
                return row
        raise NoLanguage


class LibraryDrafts[O: LibraryEntry, V: LanguageVersion, D: LanguagesDraft[Any, Any], C](
    VersionedDrafts[O, D], ABC
):
    @abstractmethod
    def versions(self, owner: O) -> QuerySet[V]:
        pass

    @abstractmethod
    def newest(self, owner: O) -> list[V]:
        """All languages of the newest published version, source first, or []."""

    @abstractmethod
    def content(self, row: V) -> C: ...

    @abstractmethod
    def create_rows(self, owner: O, contents: Mapping[str, C], *, now: datetime) -> None:
        """Create rows from `contents`, whose first language is the source."""

    @abstractmethod
    def draft(self, owner: O, source: V, translations: tuple[V, ...]) -> D: ...

    def find(self, owner: O) -> D | None:
        """The organisation's draft of an entry. Its oldest language is the source."""
        rows = list(self.versions(owner).filter(published_at=None).order_by("pk")) if owner.is_own else []
        return self.draft(owner, rows[0], tuple(rows[1:])) if rows else None

    def begin(self, owner: O, *, now: datetime) -> D:
        """Create a draft like the newest version, unless there is one. Raises `NotEditable`."""

        def create(locked: O) -> D:
            contents = {row.language: self.content(row) for row in self.newest(locked)}
            self.create_rows(locked, contents, now=now)
            made = self.find(locked)
            assert made is not None  # it was just created
            return made

        return self.begin_with(owner, create)

    def is_editable(self, owner: O) -> bool:
        return owner.is_own and owner.archived_at is None

    def publish(
        self,
        owner: O,
        *,
        revision: int,
        check: Callable[[D], Publication],
        by: Membership | None,
        now: datetime,
    ) -> D:
        """Publish these rows. Languages that aren't published stay in a draft of the next version, beside copies of the
        published ones."""
        with transaction.atomic():
            draft = super().publish(owner, revision=revision, check=check, by=by, now=now)
            left = [row for row in draft.rows if row.published_at is None]
            if left:
                published = [row for row in draft.rows if row.published_at is not None]
                contents = {row.language: self.content(row) for row in (*published, *left)}
                for row in left:
                    row.delete()
                self.create_rows(draft.owner, contents, now=now)
                rest = self.find(draft.owner)
                assert rest is not None
                begin_at_random_revision(rest)
            return draft

    def delete(self, draft: D) -> bool:
        if not self.newest(draft.owner):
            draft.owner.delete()
            return False
        for row in draft.rows:
            row.delete()
        return True

    def to_copy(self, owner: O, *, by: Membership) -> list[V]:
        """All languages of the newest version, else of the draft, else []; the organisation's language first."""
        draft = self.find(owner)
        rows = self.newest(owner) or (list(draft.rows) if draft else [])
        first = (by.organisation.language, "en")
        return sorted(
            rows, key=lambda row: first.index(row.language) if row.language in first else len(first)
        )

    def set_archived(self, owner: O, *, archived: bool, by: Membership, now: datetime) -> bool:
        """Archive or restore an entry. An archived entry is no longer offered, but stays where it is used. Returns
        whether anything changed."""
        with transaction.atomic():
            locked = self.lock(owner)
            if (locked.archived_at is not None) == archived:
                return False
            locked.archived_at = now if archived else None
            locked.save(update_fields=["archived_at"])
            what = "archived" if archived else "restored"
            self._audit(what, locked, by=by, now=now, details={self.name: locked.pk})
            return True

"""Drafts, published as immutable versions. Changed under the owner's lock, and from their current revision."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, cast

from django.db import transaction


class NoDraft(Exception):
    """There is no draft: it was published or discarded meanwhile."""


class StaleDraft(Exception):
    """The draft has changed since the page was opened. Nothing was saved."""


class NotEditable(Exception):
    """Built-in, imported or archived, and therefore without a draft."""


class HasRevision(Protocol):
    @property
    def revision(self) -> int: ...


class InLanguage(Protocol):
    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagesDraft[R]:
    """A draft with a row for each language: the source, which determines the structure, and its translations."""

    source: R
    translations: tuple[R, ...]

    @property
    def revision(self) -> int:
        return cast(HasRevision, self.source).revision

    @property
    def rows(self) -> tuple[R, ...]:
        return (self.source, *self.translations)

    def row(self, language: str) -> R | None:
        return next((row for row in self.rows if cast(InLanguage, row).language == language), None)


@contextmanager
def changed[O, D: HasRevision](
    lock: Callable[[], O], draft_of: Callable[[O], D | None], *, revision: int | None
) -> Iterator[D]:
    """The draft, to be changed in one transaction. `lock` locks the owner. Raises `NoDraft` and `StaleDraft`.

    `revision`: that of the page the change is based on; None if it does not depend on the rest.
    """
    with transaction.atomic():
        draft = draft_of(lock())
        if draft is None:
            raise NoDraft
        check_revision(draft, revision)
        yield draft


def check_revision(row: HasRevision, revision: int | None) -> None:
    if revision is not None and row.revision != revision:
        raise StaleDraft

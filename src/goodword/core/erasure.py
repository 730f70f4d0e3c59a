"""Erasure of a person, in one transaction: each app's `erasure.py` erases its models, dependants first (flow.py)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from goodword.core.backup import nightly
from goodword.core.models import ErasureEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What to erase: a whole person, or one application or some referees of a person who is kept (`candidate_id` is
    None). `remote_...`: Greenhouse ids."""

    organisation_id: int
    application_ids: tuple[int, ...]
    #: referees erased on their own; `application_ids` is empty then
    referee_ids: tuple[int, ...] = ()
    candidate_id: int | None = None
    connection_id: int | None = None
    remote_application_ids: tuple[int, ...] = ()
    remote_candidate_ids: tuple[int, ...] = ()


#: numbers of erased objects, by a plural name: {"answers": 50}
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Eraser:
    """An app's part of an erasure. Idempotent. Texts, addresses, answers, files and links are erased; ids, codes,
    states and times may stay."""

    models: tuple[str, ...]
    erase: Callable[[Subject, datetime], Counts]


def erases(*models: str) -> Callable[[Callable[[Subject, datetime], Counts]], Eraser]:
    """Make a function `(subject, now) -> counts` the eraser of these models."""

    def decorate(erase: Callable[[Subject, datetime], Counts]) -> Eraser:
        return Eraser(models, erase)

    return decorate


def erase(subject: Subject, *, now: datetime) -> dict[str, int]:
    """Run all erasers, and note it for restored backups; RuntimeError outside a transaction, since a partial erasure
    would be recorded as complete."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Erase a person inside one transaction.")
    erased: Counter[str] = Counter()
    for eraser in erasers():
        erased.update(eraser.erase(subject, now))
    ErasureEntry.objects.create(
        organisation_id=subject.organisation_id,
        candidate_id=subject.candidate_id,
        application_ids=list(subject.application_ids),
        referee_ids=list(subject.referee_ids),
        erased_at=now,
    )
    if nightly.is_wanted():
        nightly.list_erasures.defer_once(lock="backup.list_erasures")
    return {name: n for name, n in erased.items() if n}


@cache
def erasers() -> Sequence[Eraser]:
    found: Sequence[Eraser] = import_string(settings.GOODWORD_ERASURE)
    return found

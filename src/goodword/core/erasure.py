"""Erasing what is held of a person: each app says in its `erase.py` what it holds and how that goes.

flow.py lists the holders from the top layer down, so that each finds below it what it goes by. They run in one
transaction, under the locks of the person's row and of their applications. An architecture test asks of every
model that it is erased by a holder, or is named there as holding nothing of a person.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose data goes: a whole person, one application of somebody who stays, or referees of one who stays.

    `candidate_id` None: the person stays. The `remote_...` are Greenhouse's ids on `connection_id`; those of the
    person count everybody who was merged into them, and are empty if the person stays.
    """

    organisation_id: int
    application_ids: tuple[int, ...]
    #: referees who go alone; the candidate and the applications stay then (`application_ids` is empty)
    referee_ids: tuple[int, ...] = ()
    candidate_id: int | None = None
    connection_id: int | None = None
    remote_application_ids: tuple[int, ...] = ()
    remote_candidate_ids: tuple[int, ...] = ()


#: how many of what went, by a name in the plural: {"answers": 50}
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Holder:
    """An app's part of an erasing: the models that it looks after ("reports.Report"), and what it does to them.

    `erase` deletes rows or blanks what they hold of the person, and returns how many. Run twice it finds nothing
    more to do. Texts, addresses, answers, files and links go; ids, codes, states and moments may stay.
    """

    models: tuple[str, ...]
    erase: Callable[[Subject, datetime], Counts]


def holds(*models: str) -> Callable[[Callable[[Subject, datetime], Counts]], Holder]:
    """Make a function `(subject, now) -> counts` the holder of these models."""

    def made(erase: Callable[[Subject, datetime], Counts]) -> Holder:
        return Holder(models, erase)

    return made


def erase(subject: Subject, *, now: datetime) -> dict[str, int]:
    """Let every holder erase, from the top down, in the caller's transaction; returns what went.

    Raises RuntimeError outside a transaction: half an erasing would say that it is done.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A person is erased inside one transaction.")
    gone: Counter[str] = Counter()
    for holder in holders():
        gone.update(holder.erase(subject, now))
    return {name: n for name, n in gone.items() if n}


@cache
def holders() -> Sequence[Holder]:
    """The holders that flow.py lists, from the top layer down."""
    found: Sequence[Holder] = import_string(settings.GOODWORD_ERASURE)
    return found

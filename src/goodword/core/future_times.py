"""Corrects times that a clock wrote while it was ahead. Otherwise rows would wait until then, and those of a dead
worker would seem to be in progress.

A claim's time is corrected, but the claim doesn't end: its worker may be acting, and nothing may be sent twice.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, F, Model, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from goodword.core import clock, jobs
from goodword.core.models import Reaction

log = logging.getLogger(__name__)
#: more than the expected difference between hosts' clocks
AHEAD: Final = timedelta(minutes=1)
#: longer than any job or reaction waits for its next attempt
LONGEST_RETRY: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Correction:
    """`rows`: those with a time that can't be right at `now`. `values`: their corrected columns."""

    rows: Callable[[datetime], QuerySet[Any]]
    values: Callable[[datetime], Mapping[str, Any]]


def moved_back(model: type[Model], *written: str, **where: object) -> Correction:
    """Correct the times of a queue. `written`: columns that record when something was written. `not_before` moves back
    by as much as the latest of them was ahead."""
    latest = Greatest(*written) if len(written) > 1 else F(written[0])  # ignores NULLs

    def rows(now: datetime) -> QuerySet[Any]:
        ahead = Q()
        for column in written:
            ahead |= Q(**{f"{column}__gt": now + AHEAD})
        return model._default_manager.filter(ahead, **where)

    def values(now: datetime) -> Mapping[str, Any]:
        return {
            "not_before": Greatest(F("not_before") - (latest - Value(now)), Value(now)),
            **{
                column: Case(When(**{f"{column}__gt": now}, then=Value(now)), default=F(column))
                for column in written
            },
        }

    return Correction(rows, values)


def limited(model: type[Model], column: str, *, longest: timedelta, **where: object) -> Correction:
    """Correct a column that is never set further ahead than `longest`."""
    return Correction(
        lambda now: model._default_manager.filter(**{f"{column}__gt": now + longest}, **where),
        lambda now: {column: now},
    )


_corrections = [
    limited(Reaction, "not_before", longest=LONGEST_RETRY, state=Reaction.State.WAITING),
]


def register(*found: Correction) -> None:
    _corrections.extend(found)


@jobs.job(
    name="clock.correct",
    cron="* * * * * 20",
    due=lambda now: [correction.rows(now) for correction in _corrections],
)
def correct() -> None:
    now = clock.now()
    for correction in _corrections:
        rows = correction.rows(now)
        if count := rows.update(**correction.values(now)):
            log.warning("Corrected times of %d rows of %s in the future", count, rows.model._meta.label)

"""Reads what is issued: parts that have scores or marks, and totals; of nobody who is erased or is to be."""

import random
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from goodword.accounts.models import Organisation
from goodword.assessments.models import AttemptPart, IssuedTotal, Marking, Score
from goodword.steps.domain.erased import ERASURE

#: how many are in memory at once
_CHUNK = 200


class Aliases:
    """A random name for each row of a kind, new with each export, so that two exports cannot be laid side by side."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, int], str] = {}

    def of(self, kind: str, pk: int) -> str:
        """The name of one row, the same within an export."""
        return self._names.setdefault((kind, pk), secrets.token_hex(8))


def issued_parts(organisation: Organisation) -> Iterator[AttemptPart]:
    """All that were scored or marked, with their rows, in an order that says nothing of when they came.

    A few queries for each 200.
    """
    scores, marks = (
        Exists(model.objects.of(organisation).filter(part=OuterRef("pk"))) for model in (Score, Marking)
    )
    found = AttemptPart.objects.of(organisation).filter(
        Q(scores) | Q(marks), ended_at__isnull=False, **_kept("attempt__")
    )
    ids = list(found.exclude(attempt__close_reason=ERASURE).values_list("pk", flat=True))
    random.SystemRandom().shuffle(ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        rows = (
            AttemptPart.objects.of(organisation)
            .filter(pk__in=chunk)
            .select_related(
                "version__test",
                "part",
                "attempt__step_request__application__candidate",
                "attempt__step_request__step",
            )
            .prefetch_related("answers", "drawn", "scores", "markings")
            .in_bulk()
        )
        yield from (rows[pk] for pk in chunk)


def issued_totals(organisation: Organisation) -> Mapping[int, tuple[IssuedTotal, Mapping[str, int]]]:
    """By the attempt's id: its total, and the ids of its parts by their places as totals name them. Two queries."""
    totals = (
        IssuedTotal.objects.of(organisation)
        .filter(**_kept("attempt__"))
        .exclude(attempt__close_reason=ERASURE)
        .order_by("?")
    )
    found: dict[int, tuple[IssuedTotal, dict[str, int]]] = {one.attempt_id: (one, {}) for one in totals}
    parts = AttemptPart.objects.of(organisation).filter(attempt__in=list(found))
    for attempt, order, pk in parts.values_list("attempt", "order", "pk"):
        found[attempt][1][str(order)] = pk
    return found


def _kept(attempt: str) -> dict[str, Any]:
    """Those whose data is neither erased nor about to be."""
    return {
        f"{attempt}step_request__application__erased_at": None,
        f"{attempt}step_request__application__deleted_at": None,
        f"{attempt}step_request__application__candidate__erased_at": None,
    }

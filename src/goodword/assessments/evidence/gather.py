"""Reads what is issued: the parts that have ended and have scores, of nobody who is erased or is to be."""

import random
import secrets
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from goodword.accounts.models import Organisation
from goodword.assessments.models import AttemptPart, Score
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


def parts_with_scores(organisation: Organisation) -> Iterator[AttemptPart]:
    """All of them with their rows, in an order that says nothing of when they came. A few queries for each 200."""
    found = AttemptPart.objects.of(organisation).filter(
        Exists(Score.objects.of(organisation).filter(part=OuterRef("pk"))),
        ended_at__isnull=False,
        attempt__start__application__erased_at=None,
        attempt__start__application__deleted_at=None,
        attempt__start__application__candidate__erased_at=None,
    )
    ids = list(found.exclude(attempt__close_reason=ERASURE).values_list("pk", flat=True))
    random.SystemRandom().shuffle(ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        rows = (
            AttemptPart.objects.of(organisation)
            .filter(pk__in=chunk)
            .select_related(
                "version__test", "part", "attempt__start__application__candidate", "attempt__start__step"
            )
            .prefetch_related("answers", "drawn", "scores")
            .in_bulk()
        )
        yield from (rows[pk] for pk in chunk)

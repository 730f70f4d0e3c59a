"""Whose answers count for norms and calibrations: the first attempt of each person, if it was completed.

A later one is easier, because it is not new any more, and nobody counts twice. What is to be erased, or has been, does
not count, and makes no later attempt a first one. People who were given more time are in it like everybody: leaving
them out would show in the counts who they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from goodword.accounts.models import Organisation
from goodword.assessments.given import Asked, items_of
from goodword.assessments.models import AttemptPart, Test
from goodword.assessments.queries import read_answers
from goodword.candidates.models import Candidate
from goodword.questionnaires.reading import Json
from goodword.steps.domain.erased import ERASURE
from goodword.steps.models import Run

#: how many are in memory at once while they are read
_CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """One first attempt at a version and form, by the id of its part, and what it can be compared by."""

    part_id: int
    version: str
    form: str
    language: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one person was given that counts, voided items left out, and what they answered, by item id."""

    part: AttemptPart
    items: tuple[Asked, ...]
    answers: Mapping[str, Json]


def first_attempts(test: Test, *, by_form: bool) -> list[First]:
    """First attempts at each version of a test and, `by_form`, at each of its forms. Two queries.

    A person whom Greenhouse has merged with another is one with them.
    """
    merged = dict(
        Candidate.objects.of(test.organisation)
        .filter(merged_into__isnull=False)
        .values_list("pk", "merged_into_id")
    )
    rows = (
        AttemptPart.objects.of(test.organisation)
        .filter(version__test=test, begun_at__isnull=False)
        .order_by("begun_at", "pk")
        .values(
            "pk",
            "form",
            "device",
            "ended_at",
            "version__number",
            "attempt__language",
            "attempt__progress",
            "attempt__close_reason",
            "attempt__start__application__candidate",
            "attempt__start__application__candidate__erased_at",
            "attempt__start__application__deleted_at",
            "attempt__start__application__erased_at",
        )
    )
    seen: set[tuple[object, ...]] = set()
    found = []
    for row in rows:
        person = _root(row["attempt__start__application__candidate"], merged)
        key = (person, row["version__number"], row["form"] if by_form else "")
        if key in seen:
            continue
        seen.add(key)
        if _counts(row):
            found.append(
                First(
                    part_id=row["pk"],
                    version=row["version__number"],
                    form=row["form"],
                    language=row["attempt__language"],
                    device=row["device"],
                )
            )
    return found


def taken(organisation: Organisation, part_ids: Sequence[int]) -> Iterator[Taken]:
    """What was given and answered in these parts. Three queries for each 200."""
    for start in range(0, len(part_ids), _CHUNK):
        rows = AttemptPart.objects.of(organisation).filter(pk__in=part_ids[start : start + _CHUNK])
        for part in (
            rows.select_related("version__test", "attempt")
            .prefetch_related("answers", "drawn")
            .order_by("pk")
        ):
            yield Taken(part=part, items=items_of(part), answers=read_answers(part))


def _root(candidate_id: int, merged: Mapping[int, int]) -> int:
    """Who somebody is now; a ring of merges, which should not be, ends where it began."""
    walked = {candidate_id}
    while (further := merged.get(candidate_id)) is not None and further not in walked:
        walked.add(further)
        candidate_id = further
    return candidate_id


def _counts(row: Mapping[str, object]) -> bool:
    application = "attempt__start__application__"
    return (
        row["ended_at"] is not None
        and row["attempt__progress"] == Run.Progress.COMPLETED
        and row["attempt__close_reason"] != ERASURE
        and row[f"{application}candidate__erased_at"] is None
        and row[f"{application}deleted_at"] is None
        and row[f"{application}erased_at"] is None
    )

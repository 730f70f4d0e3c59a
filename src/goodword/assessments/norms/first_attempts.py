"""Answers that count for norms and calibrations: each person's completed first attempt. Attempts with extra time are
included, since the counts would otherwise reveal them. A later attempt never replaces an erased one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.accounts.models import Organisation
from goodword.assessments.kinds.items import Item
from goodword.assessments.models import Attempt, AttemptPart, Test
from goodword.assessments.queries import read_answers, visible_items
from goodword.candidates.models import Application, Candidate
from goodword.core.validation import Json
from goodword.workflow.models import StepRequest, StepRun
from goodword.workflow.personal_data import ERASURE

#: maximum parts in memory
_CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAttempt:
    """The part of a person's first attempt at a version and form, with what determines its norm group. `person`: a
    candidate's id, the same for merged candidates."""

    part_id: int
    person: int
    begun_at: datetime
    version: str
    form: str
    language: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenPart:
    part: AttemptPart
    items: tuple[Item, ...]
    answers: Mapping[str, Json]


def first_attempts(test: Test, *, by_form: bool) -> list[FirstAttempt]:
    """First attempts at each version (`by_form`: at each form). Merged candidates count as one. Seven queries."""
    seen: set[tuple[object, ...]] = set()
    found = []
    for begun in _begun(test):
        key = (begun.what.person, begun.what.version, begun.what.form if by_form else "")
        if key not in seen:
            seen.add(key)
            if begun.counts:
                found.append(begun.what)
    return found


def taken_parts(organisation: Organisation, part_ids: Sequence[int]) -> Iterator[TakenPart]:
    """Items and answers of these parts. Three queries per _CHUNK."""
    for first in range(0, len(part_ids), _CHUNK):
        rows = AttemptPart.objects.of(organisation).filter(pk__in=part_ids[first : first + _CHUNK])
        for part in (
            rows.select_related("version__test", "attempt")
            .prefetch_related("answers", "drawn")
            .order_by("pk")
        ):
            answers = read_answers(part)
            yield TakenPart(part=part, items=visible_items(part, answers), answers=answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    what: FirstAttempt
    counts: bool


def _begun(test: Test) -> Iterator[_Begun]:
    """Started parts, earliest first. One query per table, because the planner handles their join badly until statistics
    are updated."""
    owner, versions = test.organisation, dict(test.versions.values_list("pk", "number"))
    rows = AttemptPart.objects.of(owner).filter(version__in=list(versions), begun_at__isnull=False)
    parts = list(
        rows.order_by("begun_at", "pk").values(
            "pk", "version_id", "form", "device", "begun_at", "ended_at", "attempt_id"
        )
    )
    attempts = Attempt.objects.of(owner).in_bulk({part["attempt_id"] for part in parts})
    step_requests = StepRequest.objects.of(owner).in_bulk(
        {attempt.step_request_id for attempt in attempts.values()}
    )
    applications = Application.objects.of(owner).in_bulk(
        {step_request.application_id for step_request in step_requests.values()}
    )
    merged = merged_people(owner)
    gone = Candidate.objects.of(owner).filter(erased_at__isnull=False)
    erased = set(gone.values_list("pk", flat=True))
    for part in parts:
        begun_at = part["begun_at"]
        assert begun_at is not None  # only started parts were fetched
        attempt = attempts[part["attempt_id"]]
        application = applications[step_requests[attempt.step_request_id].application_id]
        person = application.candidate_id
        yield _Begun(
            what=FirstAttempt(
                part_id=part["pk"],
                person=person_of(person, merged),
                begun_at=begun_at,
                version=versions[part["version_id"]],
                form=part["form"],
                language=attempt.language,
                device=part["device"],
            ),
            counts=part["ended_at"] is not None
            and attempt.progress == StepRun.Progress.COMPLETED
            and attempt.close_reason != ERASURE
            and not application.is_being_erased
            and person not in erased,
        )


def merged_people(organisation: Organisation) -> Mapping[int, int]:
    """Map each merged candidate's id to the id of the candidate into which it was merged."""
    rows = Candidate.objects.of(organisation).filter(merged_into__isnull=False)
    return dict(rows.values_list("pk", "merged_into_id"))


def person_of(candidate_id: int, merged: Mapping[int, int]) -> int:
    walked = {candidate_id}
    while (further := merged.get(candidate_id)) is not None and further not in walked:
        walked.add(further)
        candidate_id = further
    return candidate_id

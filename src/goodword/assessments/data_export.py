"""Data export of assessments: answers, scores, marks.

Test items, flags and observations are for the organisation only (docs/decisions/0022-*). Adjustment requests, and times
of timed tests, which reveal them, are for the candidate only, unless they agree to share them (docs/decisions/0026-*).
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from goodword.assessments.adjustments.mails import subject_ref_of
from goodword.assessments.adjustments.status import is_disclosed
from goodword.assessments.attempts.overview import title_of
from goodword.assessments.attempts.parts import as_members_see
from goodword.assessments.flags.display import OBSERVED, WORDS
from goodword.assessments.kinds.items import Item
from goodword.assessments.marking import RATERS
from goodword.assessments.models import (
    Adjustment,
    Answer,
    Attempt,
    AttemptFlag,
    AttemptPart,
    IssuedTotal,
    Marking,
    Observation,
    Score,
    Verification,
)
from goodword.assessments.queries import items_of, parts_of
from goodword.assessments.verification import tasks_of
from goodword.core.data_export import ExportRequest, Sections, exports, without_empty
from goodword.notifications.data_export import exported_mail
from goodword.notifications.models import Email


@exports(
    "assessments.Attempt",
    "assessments.AttemptPart",
    "assessments.Answer",
    "assessments.DrawnItem",
    "assessments.Upload",
    "assessments.Marking",
    "assessments.Score",
    "assessments.IssuedTotal",
    "assessments.Observation",
    "assessments.AttemptFlag",
    "assessments.Adjustment",
    "assessments.Verification",
)
def export(wanted: ExportRequest) -> Sections:
    attempts = Attempt.objects.of(wanted.organisation).filter(
        step_request__application_id__in=wanted.application_ids
    )
    rows = attempts.select_related("organisation", "step_request").order_by("pk")
    return {"assessments": [_attempt(one, wanted) for one in rows]}


def _attempt(attempt: Attempt, wanted: ExportRequest) -> dict[str, Any]:
    asked = attempt.adjustments.order_by("pk")
    parts = parts_of(attempt)
    times = not wanted.by_member or all(part.part.minutes is None for part in parts)
    return without_empty(
        {
            "language": attempt.language,
            "invited": attempt.invited_at,
            "begun": attempt.begun_at if times else None,
            "finished": attempt.completed_at,
            "parts": [_part(part, wanted, times=times) for part in parts],
            "total": _total(attempt),
            "supervised verifications": [
                _verification(one, wanted)
                for one in Verification.objects.of(attempt.organisation)
                .filter(part__attempt=attempt)
                .order_by("pk")
            ],
            "adjustment requests": [
                _adjustment(one, wanted) for one in asked if not wanted.by_member or is_disclosed(one)
            ],
            "mails about requests": [] if wanted.by_member else _mails(asked),
            "flags": [_flag(one) for one in attempt.flags.order_by("pk")] if wanted.by_member else [],
        }
    )


def _total(attempt: Attempt) -> dict[str, Any]:
    issued = IssuedTotal.objects.of(attempt.organisation).filter(attempt=attempt).exclude(value="").first()
    if issued is None:
        return {}
    return without_empty(
        {
            "value": issued.value,
            "rule": issued.get_mode_display(),
            "weights by part": issued.weights,
            "reason for the weights": issued.reason,
        }
    )


def _part(part: AttemptPart, wanted: ExportRequest, *, times: bool) -> dict[str, Any]:
    shown = as_members_see(part) if wanted.by_member else part
    answers = {answer.item: answer for answer in part.answers.all()}
    uploads = {upload.pk: upload for upload in part.uploads.defer("content").order_by("pk")}
    files = {pk: upload.name for pk, upload in uploads.items()}
    told: dict[str, Any] = {
        "test": title_of(shown),
        "version": shown.version.number,
        "form": shown.form,
        "answers": [
            without_empty(
                {
                    **_answer(item, answers[item.id], wanted, number=number, files=files),
                    "answered": answers[item.id].answered_at if times else None,
                }
            )
            for number, item in enumerate(items_of(part), start=1)
            if item.id in answers
        ],
        "files": [
            without_empty(
                {
                    "name": one.name,
                    "type": one.content_type,
                    "bytes": one.size,
                    "uploaded": one.uploaded_at if times else None,
                }
            )
            for one in uploads.values()
        ],
        "scores": [
            without_empty(
                {
                    "scale": score.scale,
                    "value": score.value,
                    "answered": score.answered,
                    "of": score.items,
                    "percentile": score.percentile,
                    "90 % band": _band(score),
                }
            )
            for score in sorted(part.scores.all(), key=lambda one: one.pk)
        ],
        "markings": [
            without_empty(
                {"item": one.item, "points": one.points, "comment": one.comment, "marked": one.marked_at}
            )
            for one in _markings(part, wanted)
        ],
        "observations": [
            _observation(one, times=times)
            for one in (part.observations.order_by("pk") if wanted.by_member else ())
        ],
    }
    if not wanted.by_member:
        told["time"] = without_empty(
            {"begun": part.begun_at, "ended": part.ended_at, "seconds granted": part.seconds}
        )
    return without_empty(told)


def _verification(one: Verification, wanted: ExportRequest) -> dict[str, Any]:
    """Tasks by number only for candidates; times, which could reveal extra time, for them only."""
    told: dict[str, Any] = {
        "opened": one.opened_at,
        "form": one.form,
        "answers": [
            without_empty(
                {
                    "question": task.rendered() if wanted.by_member else "",
                    "item": number,
                    "answer": (task.rendered_answer if wanted.by_member else task.rendered_answer_only)(
                        one.answers[task.id]
                    ),
                }
            )
            for number, task in enumerate(tasks_of(one), start=1)
            if task.id in one.answers
        ],
        "comparison": one.comparison,
        "discarded": one.discarded_at,
        "discarded because": one.discard_reason,
    }
    if not wanted.by_member:
        told["time"] = without_empty(
            {"begun": one.begun_at, "ended": one.ended_at, "seconds granted": one.seconds}
        )
    return without_empty(told)


def _band(score: Score) -> dict[str, float | str] | None:
    """Returns the 90 % band of the number of tasks solved."""
    if score.solved_low is None or score.solved_high is None:
        return None
    return {
        "from": round(score.solved_low, 1),
        "to": round(score.solved_high, 1),
        "difficulties": score.solved_by,
    }


def _answer(
    item: Item, answer: Answer, wanted: ExportRequest, *, number: int, files: Mapping[int, str]
) -> dict[str, Any]:
    """An answer with its question. Candidates get test items by number only (docs/decisions/0038-*)."""
    if wanted.by_member or not item.is_confidential:
        return {"question": item.rendered(), "answer": item.rendered_answer(answer.value, files=files)}
    return {"item": number, "answer": item.rendered_answer_only(answer.value)}


def _mails(asked: QuerySet[Adjustment]) -> list[dict[str, Any]]:
    refs = [subject_ref_of(one) for one in asked]
    return [exported_mail(mail) for mail in Email.objects.across_organisations().filter(subject_ref__in=refs)]


def _markings(part: AttemptPart, wanted: ExportRequest) -> list[Marking]:
    """For members, only those of answers that all raters have marked."""
    rows = list(part.markings.order_by("pk"))
    if not wanted.by_member:
        return rows
    count = Counter(one.item for one in rows)
    return [one for one in rows if count[one.item] >= RATERS[part.part.two_raters]]


def _adjustment(one: Adjustment, wanted: ExportRequest) -> dict[str, Any]:
    if wanted.by_member:  # they have agreed to share only this
        return without_empty(
            {"granted, percent": one.percent, "accessible version granted": one.accessible_version}
        )
    return without_empty(
        {
            "requested": one.asked_at,
            "extra time, percent": one.wants_time,
            "accessible version": one.wants_accessible_version,
            "in your words": one.text,
            "decision": one.get_state_display(),
            "granted, percent": one.percent,
            "accessible version granted": one.accessible_version,
            "shared with the hiring team": one.may_disclose,
            "answered": one.answered_at,
            "answered by": one.answered_by,
            "message": one.answer,
        }
    )


def _observation(one: Observation, *, times: bool) -> dict[str, Any]:
    """Without `times`, no times and durations: they could reveal extra time."""
    lasted = one.kind in {Observation.Kind.LEFT, Observation.Kind.DISCONNECTED}
    return without_empty(
        {
            "what": str(OBSERVED[one.kind]),
            "item": one.item,
            "amount": one.amount if times or not lasted else None,
            "at": one.observed_at if times else None,
        }
    )


def _flag(one: AttemptFlag) -> dict[str, Any]:
    return without_empty(
        {
            "what": str(WORDS[one.code].title) if one.code in WORDS else one.code,
            "part": one.key,
            "grade": one.grade,
            "facts": one.facts,
            "found": one.found_at,
            "dismissed": one.dismissed_at,
            "dismissed with the note": one.dismissed_note,
        }
    )

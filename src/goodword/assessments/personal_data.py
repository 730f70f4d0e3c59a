"""Erasure and export of assessments: answers, scores, marks.

Only the organisation gets test items, flags and observations (docs/decisions/0022-*). Only the candidate gets
adjustment requests and the times of timed tests, which reveal them, unless they agree to share them
(docs/decisions/0026-*).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet

from goodword.assessments.adjustments.mails import subject_ref_of
from goodword.assessments.adjustments.status import is_disclosed
from goodword.assessments.attempts.overview import title_of
from goodword.assessments.attempts.parts import as_members_see, is_open_text, version_for
from goodword.assessments.flags.display import OBSERVED, WORDS
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.registry import Kind, kind_named
from goodword.assessments.models import (
    Adjustment,
    Answer,
    Attempt,
    AttemptFlag,
    AttemptPart,
    DrawnItem,
    IssuedTotal,
    Marking,
    Observation,
    Score,
    Upload,
    Verification,
)
from goodword.assessments.queries import items_of, parts_of
from goodword.assessments.verification import tasks_of
from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.notifications.personal_data import exported_mail
from goodword.workflow.models import DONE
from goodword.workflow.personal_data import close_runs


@erases(
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
def erase(subject: Subject, now: datetime) -> Counts:
    """Erase attempts. They are locked, so that no answer arrives concurrently."""
    attempts = close_runs(Attempt, subject.application_ids, now=now)
    of_parts = {"part__attempt__in": attempts}
    asked = Adjustment.objects.across_organisations().filter(attempt__in=attempts)
    counts = {
        "answers": _delete(Answer.objects.across_organisations().filter(**of_parts)),
        "drawn items": _delete(DrawnItem.objects.across_organisations().filter(**of_parts)),
        "files": _delete(Upload.objects.across_organisations().filter(**of_parts)),
        "markings": _delete(Marking.objects.across_organisations().filter(**of_parts)),
        "scores": _delete(Score.objects.across_organisations().filter(**of_parts)),
        "totals": _delete(IssuedTotal.objects.across_organisations().filter(attempt__in=attempts)),
        "observations": _delete(Observation.objects.across_organisations().filter(**of_parts)),
        "flags": _delete(AttemptFlag.objects.across_organisations().filter(attempt__in=attempts)),
    }
    _forget(asked)
    _undo_grants(attempts)
    counts["verifications"] = _forget_verifications(attempts)
    AttemptPart.objects.across_organisations().filter(attempt__in=attempts).update(
        device="", seconds=None, ends_at=None, seen_at=None, shown_at=None, breaks=0, seed=None
    )
    return counts


def _forget(asked: QuerySet[Adjustment]) -> None:
    mails = Email.objects.across_organisations().filter(
        subject_ref__in=[subject_ref_of(adjustment) for adjustment in asked]
    )
    links.forget(purpose=Link.Purpose.ADJUSTMENT, subject_ids=[adjustment.pk for adjustment in asked])
    links.forget_mails(mails)
    _delete(asked)


def _undo_grants(attempts: list[Attempt]) -> None:
    """Restore deadlines and versions, which would still show that an adjustment was requested or granted."""
    for attempt in attempts:
        attempt.deadline_at, attempt.deadline_moved_by = attempt.overdue_since, timedelta()
        attempt.clock_stopped_at = None
        attempt.save(update_fields=["deadline_at", "deadline_moved_by", "clock_stopped_at"])
    parts = AttemptPart.objects.across_organisations().filter(attempt__in=attempts, open_text__isnull=False)
    for part in parts.select_related("attempt", "part__test__organisation", "version"):
        if is_open_text(part):
            part.version, part.form = version_for(part.part, language=part.attempt.language), part.part.form
        part.open_text = None
        part.save(update_fields=["version", "form", "open_text"])


def _forget_verifications(attempts: list[Attempt]) -> int:
    rows = Verification.objects.across_organisations().filter(part__attempt__in=attempts)
    links.forget(purpose=Link.Purpose.VERIFICATION, subject_ids=[row.pk for row in rows])
    return _delete(rows)


def _delete[M: Model](rows: QuerySet[M]) -> int:
    return rows.delete()[0]


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
    return {"assessments": [_attempt(row, wanted) for row in rows]}


def _attempt(attempt: Attempt, wanted: ExportRequest) -> dict[str, Any]:
    asked = attempt.adjustments.order_by("pk")
    parts = parts_of(attempt)
    times = not wanted.seen_by_member or all(part.part.minutes is None for part in parts)
    return without_empty(
        {
            "language": attempt.language,
            "invited": attempt.invited_at,
            "begun": attempt.begun_at if times else None,
            "declined" if attempt.progress == Attempt.Progress.DECLINED else "finished": attempt.completed_at,
            "parts": [_part(part, wanted, times=times) for part in parts],
            "total": _total(attempt),
            "supervised verifications": [
                _verification(verification, wanted)
                for verification in Verification.objects.of(attempt.organisation)
                .filter(part__attempt=attempt)
                .order_by("pk")
            ],
            "adjustment requests": [
                _adjustment(adjustment, wanted)
                for adjustment in asked
                if not wanted.seen_by_member or is_disclosed(adjustment)
            ],
            "mails about requests": [] if wanted.seen_by_member else _mails(asked),
            "flags": [_flag(flag) for flag in attempt.flags.order_by("pk")] if wanted.by_member else [],
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
    """Export a part. Members get answers, files and scores once the assessment is finished, as the candidate's pages
    say."""
    shown = as_members_see(part) if wanted.seen_by_member else part
    hidden = wanted.seen_by_member and part.attempt.progress not in DONE
    answers = {} if hidden else {answer.item: answer for answer in part.answers.all()}
    uploads = {} if hidden else {upload.pk: upload for upload in part.uploads.defer("content").order_by("pk")}
    files = {pk: upload.name for pk, upload in uploads.items()}
    kind = kind_named(part.version.test.kind)
    exported: dict[str, Any] = {
        "test": title_of(shown),
        "version": shown.version.number,
        "form": shown.form,
        "device": shown.device,
        "answers": [
            without_empty(
                {
                    **_answer(item, answers[item.id], wanted, kind=kind, number=number, files=files),
                    "answered": answers[item.id].answered_at if times else None,
                    "seconds on screen": None if wanted.seen_by_member else answers[item.id].seconds,
                }
            )
            for number, item in enumerate(items_of(part), start=1)
            if item.id in answers
        ],
        "files": [
            without_empty(
                {
                    "name": upload.name,
                    "type": upload.content_type,
                    "bytes": upload.size,
                    "uploaded": upload.uploaded_at if times else None,
                }
            )
            for upload in uploads.values()
        ],
        "scores": [
            without_empty(
                {
                    "scale": score.scale,
                    "value": score.value,
                    "answered": score.answered,
                    "of": score.items,
                    "90% band of the value": _from_to(score.low, score.high),
                    "percentile": score.percentile,
                    "90% band of the percentile": _from_to(score.percentile_low, score.percentile_high),
                    "90% band of tasks solved": _band(score),
                    "ability": _ability(score),
                }
            )
            for score in ([] if hidden else sorted(part.scores.all(), key=lambda score: score.pk))
        ],
        "markings": [
            without_empty(
                {
                    "item": marking.item,
                    "points": marking.points,
                    "comment": marking.comment,
                    "marked": marking.marked_at,
                }
            )
            for marking in _markings(part, wanted)
        ],
        "observations": [
            _observation(observation, times=times)
            for observation in (part.observations.order_by("pk") if wanted.by_member else ())
        ],
    }
    if not wanted.seen_by_member:
        exported["time"] = without_empty(
            {"begun": part.begun_at, "ended": part.ended_at, "seconds granted": part.seconds}
        )
    return without_empty(exported)


def _verification(verification: Verification, wanted: ExportRequest) -> dict[str, Any]:
    """Export a verification. Candidates get tasks by number only. Times could reveal extra time, so only candidates get
    them, and not if a member passes the export on."""
    exported: dict[str, Any] = {
        "opened": verification.opened_at,
        "form": verification.form,
        "answers": [
            without_empty(
                {
                    "question": task.rendered() if wanted.by_member else "",
                    "item": number,
                    "answer": (task.rendered_answer if wanted.by_member else task.rendered_answer_only)(
                        verification.answers[task.id]
                    ),
                }
            )
            for number, task in enumerate(tasks_of(verification), start=1)
            if task.id in verification.answers
        ],
        "comparison": verification.comparison,
        "discarded": verification.discarded_at,
        "discarded because": verification.discard_reason,
    }
    if not wanted.seen_by_member:
        exported["time"] = without_empty(
            {
                "begun": verification.begun_at,
                "ended": verification.ended_at,
                "seconds granted": verification.seconds,
            }
        )
    return without_empty(exported)


def _band(score: Score) -> dict[str, float | str] | None:
    """Return the 90% band of the number of tasks solved."""
    if score.solved_low is None or score.solved_high is None:
        return None
    return {
        "from": round(score.solved_low, 1),
        "to": round(score.solved_high, 1),
        "difficulties": score.solved_by,
    }


def _ability(score: Score) -> dict[str, float] | None:
    """The ability in logits, with its standard error and 90% interval."""
    if score.ability is None or score.ability_se is None:
        return None
    interval = _from_to(score.ability_low, score.ability_high) or {}
    return {"estimate": round(score.ability, 2), "standard error": round(score.ability_se, 2), **interval}


def _from_to(low: float | None, high: float | None) -> dict[str, float] | None:
    return None if low is None or high is None else {"from": round(low, 2), "to": round(high, 2)}


def _answer(
    item: Item,
    answer: Answer,
    wanted: ExportRequest,
    *,
    kind: Kind[Any],
    number: int,
    files: Mapping[int, str],
) -> dict[str, Any]:
    """An answer with its question. Candidates get test items by number only (docs/decisions/0038-*)."""
    if wanted.by_member or not kind.is_confidential:
        return {"question": item.rendered(), "answer": item.rendered_answer(answer.value, files=files)}
    return {"item": number, "answer": item.rendered_answer_only(answer.value)}


def _mails(asked: QuerySet[Adjustment]) -> list[dict[str, Any]]:
    refs = [subject_ref_of(adjustment) for adjustment in asked]
    return [exported_mail(mail) for mail in Email.objects.across_organisations().filter(subject_ref__in=refs)]


def _markings(part: AttemptPart, wanted: ExportRequest) -> list[Marking]:
    """Markings; for members only of answers that all raters have marked."""
    rows = list(part.markings.order_by("pk"))
    if not wanted.seen_by_member:
        return rows
    count = Counter(row.item for row in rows)
    return [row for row in rows if count[row.item] >= part.part.raters]


def _adjustment(adjustment: Adjustment, wanted: ExportRequest) -> dict[str, Any]:
    if wanted.seen_by_member:  # the candidate has agreed to share only this
        return without_empty(
            {
                "granted, percent": adjustment.percent,
                "accessible version granted": adjustment.accessible_version,
            }
        )
    return without_empty(
        {
            "requested": adjustment.asked_at,
            "extra time, percent": adjustment.wants_time,
            "accessible version": adjustment.wants_accessible_version,
            "in your words": adjustment.text,
            "decision": adjustment.get_state_display(),
            "granted, percent": adjustment.percent,
            "accessible version granted": adjustment.accessible_version,
            "shared with the hiring team": adjustment.may_disclose,
            "answered": adjustment.answered_at,
            "answered by": adjustment.answered_by,
            "message": adjustment.answer,
        }
    )


def _observation(observation: Observation, *, times: bool) -> dict[str, Any]:
    """An observation; without `times`, it has no times and durations, which could reveal extra time."""
    lasted = observation.kind in {Observation.Kind.LEFT, Observation.Kind.DISCONNECTED}
    return without_empty(
        {
            "what": str(OBSERVED[observation.kind]),
            "item": observation.item,
            "amount": observation.amount if times or not lasted else None,
            "at": observation.observed_at if times else None,
        }
    )


def _flag(flag: AttemptFlag) -> dict[str, Any]:
    return without_empty(
        {
            "what": str(WORDS[flag.code].title) if flag.code in WORDS else flag.code,
            "part": flag.key,
            "grade": flag.grade,
            "facts": flag.facts,
            "found": flag.found_at,
            "dismissed": flag.dismissed_at,
            "dismissed with the note": flag.dismissed_note,
        }
    )

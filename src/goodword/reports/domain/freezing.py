import base64
import secrets
from datetime import datetime, timedelta
from typing import Any, assert_never

from django.db.models import Max
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language_info

from goodword.accounts.models import Organisation
from goodword.assessments.kinds import kind_named
from goodword.assessments.kinds.results import Moment, PartHead, PartResult
from goodword.assessments.models import Attempt
from goodword.assessments.results import AttemptResult, TotalResult
from goodword.assessments.results import result as assessment_result
from goodword.candidates.models import Application
from goodword.core import jobs
from goodword.core.models import Event
from goodword.core.text import written_day
from goodword.references.models import Check
from goodword.references.result_types import (
    Answer,
    AnswerGroup,
    Contradiction,
    QuestionResult,
    ReceivedReference,
    Results,
    Verification,
)
from goodword.references.results import results as check_results
from goodword.reports.models import Report
from goodword.reports.pdf import current_engine, snapshot
from goodword.reports.pdf.snapshot import SCHEMA, Assessment, Head, Reused, Total
from goodword.workflow.domain.eligibility import lock_application
from goodword.workflow.models import StepRequest

#: without characters that look alike (0 O, 1 I L, U V)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
#: intervals between attempts to draw a report; after the last it has failed
TRIES = tuple(timedelta(minutes=m) for m in (2, 5, 15, 60))


def on_attempt_completed(event: Event) -> None:
    """Freezes the report of a completed assessment."""
    step_request = _step_request(event)
    if step_request.application.erased_at is not None:
        return
    attempt = Attempt.objects.across_organisations().get(pk=event.data["attempt_id"])
    with translation.override(step_request.organisation.language):
        result = assessment_result(attempt)
        if result is None:
            raise LookupError(f"Attempt {attempt.pk} has no scores.")
        part = assessment_part(result, organisation=step_request.organisation)
    freeze(step_request, kind="assessment", part={"assessment": part}, run=attempt, now=event.occurred_at)


def on_check_completed(event: Event) -> None:
    """Freezes the report of a completed reference check."""
    step_request = _step_request(event)
    if step_request.application.erased_at is not None:
        return
    check = (
        Check.objects.across_organisations()
        .select_related("version__questionnaire")
        .get(pk=event.data["check_id"])
    )
    with translation.override(step_request.organisation.language):
        part = check_part(check_results(check), organisation=step_request.organisation)
    freeze(step_request, kind="reference_check", part={"check": part}, run=check, now=event.occurred_at)


def _step_request(event: Event) -> StepRequest:
    """The step request, with its application locked against an erasure while the report is frozen."""
    assert event.application_id is not None  # these events are about applications
    lock_application(event.application_id)
    return (
        StepRequest.objects.across_organisations()
        .select_related(
            "organisation", "application__candidate", "application__organisation", "application__role"
        )
        .get(pk=event.data["step_request_id"])
    )


def freeze(
    step_request: StepRequest,
    *,
    kind: str,
    part: dict[str, Any],
    now: datetime,
    run: Attempt | Check | None = None,
    reused: Reused | None = None,
) -> Report:
    """The next version of a step's report, in the caller's transaction. `part`: "assessment" or "check" of `run`."""
    # Versions are counted under this lock.
    StepRequest.objects.of(step_request.organisation).select_for_update(of=("self",)).get(pk=step_request.pk)
    newest = (
        Report.objects.of(step_request.organisation)
        .filter(step_request=step_request)
        .aggregate(newest=Max("version"))["newest"]
    )
    version, code = (newest or 0) + 1, mint_code()
    with translation.override(step_request.organisation.language):
        snapshot = {
            **head(step_request.application, code=code, version=version, now=now),
            "kind": kind,
            **part,
        }
    if reused is not None:
        snapshot["reused"] = reused
    report = Report.objects.create(
        organisation=step_request.organisation,
        step_request=step_request,
        attempt=run if isinstance(run, Attempt) else None,
        check_run=run if isinstance(run, Check) else None,
        version=version,
        code=code,
        snapshot=snapshot,
        try_again_at=now + TRIES[0],
        created_at=now,
    )
    jobs.named("report.draw").defer(report_id=report.pk)
    return report


def head(application: Application, *, code: str, version: int, now: datetime) -> Head:
    organisation = application.organisation
    return {
        "schema": SCHEMA,
        "code": code,
        "version": version,
        "made_at": now.isoformat(),
        "made_at_text": moment_text(now, organisation=organisation),
        "language": organisation.language,
        "organisation": {
            "name": organisation.name,
            "accent": organisation.accent,
            "logo": base64.b64encode(bytes(organisation.logo)).decode() if organisation.logo else None,
        },
        "candidate": {"name": application.candidate.name},
        "role": {"title": application.role.title if application.role else ""},
        "engine": current_engine(),
        "redacted": False,
    }


def moment_text(moment: datetime, *, organisation: Organisation) -> str:
    local = moment.astimezone(organisation.zone)
    return f"{written_day(local)}, {date_format(local, 'H:i')} {local.tzname()}"


def mint_code() -> str:
    """A code like "GW-7F3K-Q2MX" with 39 random bits; a unique constraint catches collisions."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"GW-{letters[:4]}-{letters[4:]}"


def assessment_part(result: AttemptResult, *, organisation: Organisation) -> Assessment:
    """The tests with their results; nothing about time, breaks or adjustments."""

    def moment(at: datetime) -> str:
        return moment_text(at, organisation=organisation)

    found: Assessment = {
        "title": ", ".join(part.title for part in result.parts),
        "taken_at_text": moment(result.completed_at),
        "language": get_language_info(result.language)["name_local"],
        "tests": [
            kind_named(part.kind).report.freeze(part, _part_head(part, moment), moment)
            for part in result.parts
        ],
    }
    if result.total is not None:
        found["total"] = _total(result.total)
    return found


def _part_head(part: PartResult, moment: Moment) -> PartHead:
    requirement = part.requirement
    return {
        "name": part.title,
        "construct": part.sheet.construct,
        "version": part.sheet.version,
        "scoring_version": part.scoring_version,
        "items_n": part.sheet.n_items,
        "requirement": {
            "text": requirement.text,
            "who": requirement.who,
            "when": moment(requirement.at) if requirement.at else "",
        }
        if requirement
        else None,
        "sheet": {
            "reliability": part.sheet.reliability,
            "validity": part.sheet.validity,
            "limits": " ".join(part.sheet.limits),
        },
    }


def _total(total: TotalResult) -> Total:
    return {
        "value": None if total.value is None else float(100 * total.value),
        "weighted": total.weighted,
        "reason": total.reason,
        "portions": [
            {
                "name": one.category or one.name,
                "counted": ", ".join(f"{part.test}: {part.solved}/{part.given}" for part in one.counted),
                "share": float(100 * one.share),
                "weight": float(100 * one.weight),
            }
            for one in total.portions
        ],
    }


def check_part(results: Results, *, organisation: Organisation) -> snapshot.Check:
    """The answers by question, and statements with their confirmations; no flags, times or reasons for declining."""
    people = [*results.references, *([results.self_reference] if results.self_reference else [])]
    last = max((who.submitted_at for who in results.references), default=None)
    completed = results.completed_at or last
    return {
        "questionnaire": {"title": results.questionnaire, "version": results.version},
        "asked": results.wanted,
        "received": results.received,
        "sent": results.sent,
        "declined": results.declined,
        "erased": results.erased,
        "completed_at_text": moment_text(completed, organisation=organisation) if completed else "",
        "references": [_reference(who, organisation=organisation) for who in people],
        "questions": [_question(asked) for asked in results.questions],
        "verification": [_verification(entry) for entry in results.verification],
        "contradictions": [_contradiction(found) for found in results.contradictions],
    }


def _reference(who: ReceivedReference, *, organisation: Organisation) -> snapshot.Reference:
    return {
        "id": who.id,
        "referee": {
            "name": who.name,
            "relationship": who.relationship,
            "company": who.company or None,
            "title": who.candidate_title if who.factual else None,
        },
        "period_text": who.period or None,
        "submitted_at_text": moment_text(who.submitted_at, organisation=organisation),
        "factual": who.factual,
        "self_reference": who.is_self,
        "late": who.late,
        "language": who.language or None,
    }


def _question(asked: QuestionResult) -> snapshot.Question:
    comments = [_comment(answer) for answer in asked.comments]
    groups = [_values(group) for group in asked.groups]
    head = _question_head(asked)
    match asked.kind:
        case "rating" | "agreement":
            levels: list[snapshot.Level] = [
                {"value": level.value, "label": level.label, "example": level.example or None}
                for level in asked.levels
            ]
            return {
                "type": "rating",
                "id": asked.id,
                "text": asked.text,
                "levels": levels,
                "agreement": asked.kind == "agreement",
                "by_relationship": groups,
                "comments": comments,
                **head,
            }
        case "between":
            return {
                "type": "statement",
                "id": asked.id,
                "text": asked.text,
                "low_text": asked.ends[0],
                "high_text": asked.ends[1],
                "scale_min": asked.levels[0].value,
                "scale_max": asked.levels[-1].value,
                "by_relationship": groups,
                "comments": comments,
                **head,
            }
        case "choice" | "adjectives":
            return {
                "type": "choice",
                "id": asked.id,
                "text": asked.text,
                "multiple": asked.multiple,
                "options": [{"value": value, "label": label} for value, label in asked.options],
                "pick": asked.pick,
                "by_relationship": groups,
                "comments": comments,
                **head,
            }
        case "line":
            answers: list[snapshot.Comment] = [
                {"reference": answer.by.id, "text": answer.words} for answer in asked.answers
            ]
            return {
                "type": "line",
                "id": asked.id,
                "text": asked.text,
                "answers": answers,
                "comments": comments,
                **head,
            }
        case "text":
            return {"type": "long_text", "id": asked.id, "text": asked.text, "comments": comments, **head}
        case _:
            assert_never(asked.kind)


def _comment(answer: Answer) -> snapshot.Comment:
    written: snapshot.Comment = {"reference": answer.by.id, "text": answer.comment}
    if answer.by.language_code:
        written["language"] = answer.by.language_code
    return written


def _question_head(asked: QuestionResult) -> snapshot.QuestionHead:
    head: snapshot.QuestionHead = {}
    if asked.competency:
        head["competency"] = asked.competency
    if asked.unasked:
        head["note"] = asked.unasked
    if asked.not_asked:
        head["not_asked"] = [who.id for who in asked.not_asked]
    if asked.self_text:
        head["own_text"] = asked.self_text
    return head


def _values(group: AnswerGroup) -> snapshot.GroupValues:
    return {
        "relationship": group.relationship,
        "n": group.n,
        "skipped": group.skipped,
        "values": list(group.values),
        "identifiable": group.identifiable,
        "self_reference": group.is_self,
        "answers": [{"reference": answer.by.id, "values": list(answer.values)} for answer in group.answers],
    }


def _verification(entry: Verification) -> snapshot.Verification:
    return {
        "reference": entry.reference,
        "what": entry.what,
        "stated": entry.stated or None,
        "confirmed": entry.confirmed or None,
        "verdict": entry.verdict,
    }


def _contradiction(found: Contradiction) -> snapshot.Contradiction:
    return {
        "what": found.what,
        "company": found.company,
        "said": [{"text": fact, "by": [who.id for who in by]} for fact, by in found.said],
        "references": [who.id for _, by in found.said for who in by],
    }

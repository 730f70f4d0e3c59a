"""Data export of reference checks. Candidates get answers only if the check lets them see those, and never why somebody
declined. Only authors get unsubmitted answers. Only the organisation gets flags: most concern two people, and a member
decides what to pass on (docs/decisions/0022-*)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation

from goodword.core.data_export import ExportReader, ExportRequest, Sections, exports, without_empty
from goodword.notifications.data_export import exported_mail
from goodword.notifications.models import Email
from goodword.questionnaires.domain.versions import stored_questions
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.parse import fill_placeholders
from goodword.questionnaires.routing import for_self
from goodword.questionnaires.types import Question, Stated
from goodword.references.domain.context import stated_of
from goodword.references.domain.requests import has_opted_out
from goodword.references.flags.wording import WORDS
from goodword.references.models import (
    Check,
    CheckFlag,
    Referee,
    Reference,
    ReferenceRequest,
    SelfReference,
    Slot,
    Trace,
)

State = ReferenceRequest.State


@exports(
    "references.Check",
    "references.Slot",
    "references.SelfReference",
    "references.Referee",
    "references.ReferenceRequest",
    "references.Reference",
    "references.CheckFlag",
    "references.Trace",
    "references.DoNotContact",
)
def export(wanted: ExportRequest) -> Sections:
    """All checks, or the data of one referee."""
    if wanted.referee_id is not None:
        return _referee_alone(wanted)
    checks = (
        Check.objects.of(wanted.organisation)
        .filter(step_request__application_id__in=wanted.application_ids)
        .select_related("version", "step_request__application__candidate")
        .order_by("pk")
    )
    return {"reference checks": [_check(check, wanted) for check in checks]}


def _check(check: Check, wanted: ExportRequest) -> dict[str, Any]:
    own = (
        SelfReference.objects.of(wanted.organisation)
        .filter(check_run=check)
        .select_related("version")
        .first()
    )
    referees = _referees(wanted).filter(check_run=check)
    traces = Trace.objects.of(wanted.organisation).filter(check_run=check, request=None)
    data = {
        "opened": check.opened_at,
        "deadline": check.deadline_at,
        "completed": check.completed_at,
        "language": check.language,
        "time zone": check.time_zone,
        "reason for declining": check.decline_reason,
        "asked for": [_slot(slot) for slot in Slot.objects.of(wanted.organisation).filter(check_run=check)],
        "own answers": rendered_self_reference(own, check, drafts=not wanted.by_member) if own else None,
        "referees": [_referee(one, wanted, see=check.candidate_may_see) for one in referees],
        "devices and addresses": [_trace(one) for one in traces.order_by("pk")],
    }
    if wanted.by_member:
        data["marked complete because"] = check.marked_reason
        data["flags"] = [
            _flag(one) for one in CheckFlag.objects.of(wanted.organisation).filter(check_run=check)
        ]
    return without_empty(data)


def _referee_alone(wanted: ExportRequest) -> dict[str, Any]:
    referee = _referees(wanted).get(pk=wanted.referee_id)
    request = getattr(referee, "request", None)
    mails = Email.objects.of(wanted.organisation).filter(subject_ref=request.mail_ref) if request else ()
    opted_out = has_opted_out(organisation=referee.organisation, address=referee.email)
    traces = Trace.objects.of(wanted.organisation).filter(request=request) if request else ()
    return {
        "you": _referee(referee, wanted, see=True)
        | {
            "asked never to be written to again": opted_out,
            "from": "the candidate who named you",
            "address from": "the organisation" if referee.address_corrected else "the candidate",
        },
        "mails": [exported_mail(mail) for mail in mails],
        "devices and addresses": [_trace(one) for one in traces],
    }


def _referees(wanted: ExportRequest) -> Any:
    return (
        Referee.objects.of(wanted.organisation)
        .filter(erased_at=None)
        .select_related(
            "organisation", "request__reference__version", "check_run__step_request__application__candidate"
        )
        .order_by("slot", "pk")
    )


def _referee(referee: Referee, wanted: ExportRequest, *, see: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": referee.name,
        "e-mail address": referee.email,
        "relationship": referee.relationship,
        "company": referee.company,
        "the candidate's job title there": referee.candidate_title,
        "first month": referee.from_month,
        "last month": referee.to_month,
        "message from the candidate": referee.message,
        "not before an offer": referee.after_offer,
        "named": referee.created_at,
        "replaced": referee.replaced_at,
    }
    request = getattr(referee, "request", None)
    if request is None:
        return without_empty(data)
    data |= {
        "language": request.language,
        "written to": request.sent_at,
        "deadline": request.deadline_at,
        "state": request.state,
    }
    if wanted.reader != ExportReader.CANDIDATE:
        data |= {
            "begun": request.begun_at,
            "settled": request.settled_at,
            "time zone": request.time_zone,
            "why": request.why,
            "reason for declining": request.decline_reason,
        }
    if wanted.reader == ExportReader.REFEREE:
        data["not submitted yet"] = request.draft
    reference = getattr(request, "reference", None)
    if reference is not None and (see or wanted.by_member):
        data["reference"] = rendered_reference(reference)
        if wanted.reader != ExportReader.CANDIDATE and reference.quote:
            data["reference"]["sentence chosen for the first page of the report"] = reference.quote
    return without_empty(data)


def _slot(slot: Slot) -> dict[str, Any]:
    return without_empty(
        {
            "relationship": slot.relationship,
            "needed": slot.needed,
            "hint": slot.hint,
            "candidate can't name anyone since": slot.cannot_at,
            "because": slot.cannot_reason,
            "answer": slot.answer,
            "note to the answer": slot.answer_note,
        }
    )


def _trace(trace: Trace) -> dict[str, Any]:
    return without_empty({"seen": trace.seen_at, "network address": trace.address, "device": trace.device})


def _flag(flag: CheckFlag) -> dict[str, Any]:
    return without_empty(
        {
            "what": str(WORDS[flag.code].title) if flag.code in WORDS else flag.code,
            "grade": flag.grade,
            "facts": flag.facts,
            "found": flag.found_at,
            "dismissed": flag.dismissed_at,
            "dismissed with the note": flag.dismissed_note,
        }
    )


def rendered_reference(reference: Reference) -> dict[str, Any]:
    referee = reference.request.referee
    candidate = referee.check_run.step_request.application.candidate.name
    version = reference.version
    asked = fill_placeholders(
        stored_questions(version), candidate=candidate, company=referee.company, language=version.language
    )
    return without_empty(
        {
            "submitted": reference.submitted_at,
            "language": reference.version.language,
            "dates and title only": reference.factual,
            "after the check was done": reference.late,
            "seconds taken": reference.seconds,
            "answers": _rendered_answers(
                asked, reference.answers, language=reference.version.language, stated=stated_of(referee)
            ),
        }
    )


def rendered_self_reference(own: SelfReference, check: Check, *, drafts: bool) -> dict[str, Any]:
    candidate = check.step_request.application.candidate.name
    asked = for_self(
        fill_placeholders(stored_questions(own.version), candidate=candidate, language=own.version.language)
    )
    return without_empty(
        {
            "begun": own.begun_at,
            "submitted": own.submitted_at,
            "language": own.version.language,
            "answers": _rendered_answers(asked, own.answers or {}, language=own.version.language),
            "not submitted yet": own.draft if drafts else None,
        }
    )


def _rendered_answers(
    asked: Sequence[Question],
    answers: Mapping[str, Any],
    *,
    language: str,
    stated: Stated | None = None,
) -> list[dict[str, Any]]:
    with translation.override(language):
        shown = render_answers(asked, answers, stated=stated)
    return [
        without_empty(
            {
                "question": row.question,
                "answer": row.answer,
                "example shown": row.detail,
                "comment": row.comment,
                "stated by the candidate": row.stated,
            }
        )
        for row in shown
        if row.answered
    ]

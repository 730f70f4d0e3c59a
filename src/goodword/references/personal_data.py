"""Erasure of checks and of single referees, and the export. Opt-outs (DoNotContact) are keyed hashes and stay.

Candidates get references only if the check allows it, and never why somebody declined. Only their author gets
unsubmitted answers. Only the organisation gets flags: most concern two people, so a member decides what to disclose
(docs/decisions/0022-*).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from goodword.core.personal_data import (
    Counts,
    ExportReader,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.core.rows import locked_to_delete
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.notifications.personal_data import exported_mail, exported_questions
from goodword.questionnaires.domain.versions import stored_questions
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.questions import fill_placeholders, for_self
from goodword.questionnaires.types import Question, Stated
from goodword.references.domain.checks import stated_of
from goodword.references.domain.requests import has_opted_out
from goodword.references.domain.responses import DraftAnswers
from goodword.references.flags.display import WORDS
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
from goodword.workflow.models import DONE
from goodword.workflow.personal_data import close_runs

State = ReferenceRequest.State
INSTEAD = "[…]"


def _blank_referees(referee_ids: Iterable[int], *, now: datetime) -> Counts:
    mails = dead = references = 0
    referees = list(
        Referee.objects.across_organisations()
        .select_related("check_run__step_request")
        .filter(pk__in=list(referee_ids), erased_at=None)
        .order_by("pk")
    )
    for referee in referees:
        request = ReferenceRequest.objects.of(referee.organisation).filter(referee=referee).first()
        named = name_pattern(referee)
        mails += _delete_mails(referee, request, named)
        _erase_flags(referee, named)
        _blank_notes(referee, named)
        if request is not None:
            dead += links.forget(purpose=Link.Purpose.REFEREE, subject_ids=[request.pk])
            references += Reference.objects.of(referee.organisation).filter(request=request).delete()[0]
            Trace.objects.of(referee.organisation).filter(request=request).delete()
            _end_request(referee, request, now=now)
        _blank_columns(referee, now=now)
    return {"referees": len(referees), "references": references, "mails": mails, "links": dead}


def name_pattern(referee: Referee) -> re.Pattern[str]:
    """A pattern for the referee's name and address. In other people's texts, INSTEAD replaces what matches. A one-word
    name, which the candidate may have made up, matches only with a capital letter, unlike "may" and "will"."""
    name = re.escape(referee.name)
    if len(referee.name.split()) == 1:
        name = f"(?-i:{re.escape(referee.name[0].upper())}){re.escape(referee.name[1:])}"
    words = [word for word in (name, re.escape(referee.email)) if word]
    return re.compile("|".join(rf"(?<!\w){word}(?!\w)" for word in words) or r"(?!)", re.IGNORECASE)


def _delete_mails(referee: Referee, request: ReferenceRequest | None, named: re.Pattern[str]) -> int:
    rows = Email.objects.of(referee.organisation).filter(
        application_id=referee.check_run.step_request.application_id
    )
    ref = request.mail_ref if request else ""
    about = [
        mail.pk
        for mail in rows.iterator()
        if (request and mail.subject_ref in {ref, f"asked:{mail.application_id}:referee:{request.pk}"})
        or mail.to_address.casefold() == referee.email.casefold()
        or named.search(
            "\n".join(
                (
                    mail.to_name,
                    mail.from_name,
                    mail.reply_to,
                    mail.subject,
                    mail.text,
                    json.dumps(mail.context, ensure_ascii=False),
                )
            )
        )
    ]
    locked_to_delete(rows.filter(pk__in=about)).delete()
    return len(about)


def _erase_flags(referee: Referee, named: re.Pattern[str]) -> None:
    flags = CheckFlag.objects.of(referee.organisation).filter(check_run=referee.check_run)
    flags.filter(referee=referee).delete()
    company = re.compile(rf"(?<!\w){re.escape(referee.company)}(?!\w)" if referee.company else r"(?!)")
    for flag in flags.filter(referee=None):
        facts = json.dumps(list(flag.facts.values()), ensure_ascii=False)
        theirs = str(referee.pk) in re.findall(r"\d+", flag.key)
        if theirs or named.search(facts) or company.search(facts):
            flag.delete()
    for flag in flags.exclude(dismissed_note=""):
        flag.dismissed_note = named.sub(INSTEAD, flag.dismissed_note)
        flag.save(update_fields=["dismissed_note"])


def _blank_notes(referee: Referee, named: re.Pattern[str]) -> None:
    check = referee.check_run
    check.marked_reason = named.sub(INSTEAD, check.marked_reason)
    check.decline_reason = named.sub(INSTEAD, check.decline_reason)
    check.save(update_fields=["marked_reason", "decline_reason"])
    for slot in Slot.objects.of(referee.organisation).filter(check_run=referee.check_run):
        for name in ("hint", "cannot_reason", "answer_note"):
            setattr(slot, name, named.sub(INSTEAD, getattr(slot, name)))
        slot.save(update_fields=["hint", "cannot_reason", "answer_note"])


def _end_request(referee: Referee, request: ReferenceRequest, *, now: datetime) -> None:
    if request.is_out or (request.state == State.ANSWERED and not _keeps_slot(referee)):
        request.state, request.settled_at = State.ENDED, now
    # ended for good, even if the check is reopened; but a wrong recipient still doesn't count as a referee
    if request.why != ReferenceRequest.Why.NOT_ME:
        request.why = ReferenceRequest.Why.NOTHING
    request.draft, request.decline_reason, request.time_zone = {}, "", ""
    request.undelivered_at = request.next_reminder_at = request.slow_at = None
    request.save()


def _keeps_slot(referee: Referee) -> bool:
    """Whether the slot stays filled: a completed check needs no replacement."""
    return referee.check_run.progress in DONE


def _blank_columns(referee: Referee, *, now: datetime) -> None:
    for name in ("email", "company", "candidate_title", "message", "relationship", "from_month", "to_month"):
        setattr(referee, name, "")
    with translation.override(referee.check_run.language):
        referee.name = gettext("Erased referee")
    referee.language, referee.erased_at = "", now
    if not _keeps_slot(referee):
        referee.replaced_at = referee.replaced_at or now
    referee.save()


@erases(
    "references.Check",
    "references.Slot",
    "references.SelfReference",
    "references.Referee",
    "references.ReferenceRequest",
    "references.Reference",
    "references.CheckFlag",
    "references.Trace",
)
def erase(subject: Subject, now: datetime) -> Counts:
    """Erase checks. They are locked, so that no answer arrives in the meantime."""
    if subject.referee_ids:
        return _blank_referees(subject.referee_ids, now=now)
    checks = close_runs(Check, subject.application_ids, now=now)
    requests = ReferenceRequest.objects.across_organisations().filter(check_run__in=checks)
    dead = links.forget(purpose=Link.Purpose.REFEREE, subject_ids=requests.values_list("pk", flat=True))
    references, _ = Reference.objects.across_organisations().filter(request__in=requests).delete()
    for model in (CheckFlag, Trace, SelfReference):
        model.objects.across_organisations().filter(check_run__in=checks).delete()
    requests.delete()
    referees, _ = Referee.objects.across_organisations().filter(check_run__in=checks).delete()
    slots = Slot.objects.across_organisations().filter(check_run__in=checks)
    slots.update(hint="", cannot_reason="", answer_note="")
    Check.objects.across_organisations().filter(pk__in=[check.pk for check in checks]).update(
        decline_reason="", marked_reason="", time_zone=""
    )
    return {"referees": referees, "references": references, "links": dead}


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
        "declined" if check.progress == Check.Progress.DECLINED else "completed": check.completed_at,
        "language": check.language,
        "time zone": check.time_zone,
        "reason for declining": check.decline_reason,
        "asked for": [_slot(slot) for slot in Slot.objects.of(wanted.organisation).filter(check_run=check)],
        "own answers": rendered_self_reference(own, check, drafts=not wanted.seen_by_member) if own else None,
        "referees": [_referee(referee, wanted, see=check.candidate_may_see) for referee in referees],
        "devices and addresses": [_trace(trace) for trace in traces.order_by("pk")],
    }
    if wanted.by_member:
        data["marked complete because"] = check.marked_reason
        data["flags"] = [
            _flag(flag) for flag in CheckFlag.objects.of(wanted.organisation).filter(check_run=check)
        ]
    return without_empty(data)


def _referee_alone(wanted: ExportRequest) -> dict[str, Any]:
    referee = _referees(wanted).get(pk=wanted.referee_id)
    request = getattr(referee, "request", None)
    mails = Email.objects.of(wanted.organisation).filter(subject_ref=request.mail_ref) if request else ()
    opted_out = has_opted_out(organisation=referee.organisation, address=referee.email)
    traces = Trace.objects.of(wanted.organisation).filter(request=request) if request else ()
    application_id = referee.check_run.step_request.application_id
    refs = [f"asked:{application_id}:referee:{request.pk}"] if request else []
    return {
        "you": _referee(referee, wanted, see=True)
        | {
            "asked never to be written to again": opted_out,
            "from": "the candidate who named you",
            "address from": "the organisation" if referee.address_corrected else "the candidate",
        },
        "mails": [exported_mail(mail) for mail in mails],
        "questions": exported_questions(wanted.organisation, refs),
        "devices and addresses": [_trace(trace) for trace in traces],
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
        data["not submitted yet"] = _draft(request.draft)
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
            "not submitted yet": _draft(own.draft) if drafts else None,
        }
    )


def _draft(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The answers entered so far, without the internal data that tells tabs apart."""
    draft = DraftAnswers.read(stored)
    return without_empty(
        {
            **draft.answers,
            "unfinished answers": draft.typed,
            "sentence chosen for the first page of the report": draft.quote,
            "saved": draft.saved_at,
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

"""The timeline of an application."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.roles.models import Step

#: event name -> (sentence, icon, tone); placeholders are filled from the event's data
SENTENCES: dict[str, tuple[str, str, str]] = {
    "application.applied": ("Applied", "candidates", ""),
    "application.entered_stage": ("Moved to {stage_name} in Greenhouse", "arrow-right", ""),
    "application.changed_job": ("Moved to another job in Greenhouse", "arrow-right", ""),
    "application.left_stage": ("Left a stage in Greenhouse", "arrow-right", ""),
    "application.rejected": ("Rejected in Greenhouse{reason_after_colon}", "x", ""),
    "application.unrejected": ("Rejection taken back in Greenhouse", "arrow-right", ""),
    "application.hired": ("Hired in Greenhouse", "check", ""),
    "application.converted": (
        "Converted in Greenhouse: a new application has taken its place",
        "arrow-right",
        "",
    ),
    "application.unhired": ("Hiring taken back in Greenhouse", "arrow-right", ""),
    "candidate.changed": ("Address, name or permission to e-mail changed in Greenhouse", "candidates", ""),
    "candidate.name_confirmed": ("Name confirmed", "check", ""),
    "candidate.merged": ("Merged with another profile in Greenhouse", "candidates", ""),
    "erasure.requested": (
        "{erasure_reason}: everything open is closed, the data will go",
        "alert",
        "attention",
    ),
    "erasure.cancelled": (
        "The data is kept after all; what this had closed is open again",
        "arrow-right",
        "",
    ),
    "erasure.done": ("Personal data erased", "x", ""),
    "step.requested": ("{kind} requested", "send", ""),
    "step.requested_again": ("Came to the stage of the {kind} again: nothing was sent", "arrow-right", ""),
    "step.needs_attention": ("{kind} cannot start: {reason_text}", "alert", "attention"),
    "step.waits_for_click": ("{kind} waits for a click: nothing was sent", "pause", ""),
    "step.reused": ("{kind}: an earlier result was reused, nobody was asked again", "check", "success"),
    "step.delayed": ("{kind} will start after the delay of its settings", "clock", ""),
    "step.not_started": ("{kind} not started: {not_started_reason}", "x", ""),
    "step.paused": ("{kind} paused", "pause", ""),
    "step.resumed": ("{kind} resumed", "arrow-right", ""),
    "step.closed": ("{kind} closed", "x", ""),
    "step.reopened": ("{kind} open again; nothing was sent", "arrow-right", ""),
    "attempt.assigned": ("Assessment assigned", "send", ""),
    "attempt.begun": ("Began the assessment on {day}", "clock", ""),
    "attempt.reminded": ("Reminded of the assessment", "send", ""),
    "attempt.declined": ("Declined the assessment", "x", ""),
    "attempt.completed": ("Finished the assessment", "check", "success"),
    "attempt.marked": ("All answers to own questions are marked", "check", ""),
    "check.opened": ("Reference check opened", "send", ""),
    "check.begun": ("Began to name referees", "clock", ""),
    "check.requests_sent": ("Requests sent to referees", "send", ""),
    "check.slot_added": ("One more referee was asked for", "send", ""),
    "check.cannot_provide": ("Cannot provide a referee: waits for an answer", "alert", "attention"),
    "check.cannot_provide_answered": (
        "Answered what was said about a referee who cannot be provided",
        "check",
        "",
    ),
    "request.released": ("A referee who waited for an offer was written to", "send", ""),
    "portal.question_asked": ("A question to the recruiter", "send", ""),
    "check.invited_again": ("Reference check: those it waits for were invited again", "send", ""),
    "check.reminded": ("Reminded to name referees", "send", ""),
    "check.slow_notified": ("Told that a referee has not answered yet", "send", ""),
    "check.declined": ("Declined the reference check", "x", ""),
    "check.extended": ("More time for the reference check, until {until}", "clock", ""),
    "request.begun": ("A referee began to answer", "clock", ""),
    "request.declined": ("A referee declined", "x", "attention"),
    "request.opted_out": ("A referee asked not to be contacted again", "x", "attention"),
    "request.replaced": ("A referee was replaced", "arrow-right", ""),
    "request.reminded": ("A referee was reminded", "send", ""),
    "request.extended": ("More time for a referee, until {until}", "clock", ""),
    "request.address_corrected": (
        "The address of a referee was corrected: they were written to anew",
        "send",
        "",
    ),
    "referee.erased": ("A referee was erased: who they are, and what they said", "x", ""),
    "reference.received": ("A reference came in", "check", ""),
    "check.answered_late": ("A late reference came in: a new version of the report follows", "check", ""),
    "check.self_reference_received": ("Gave their self-reference", "check", ""),
    "check.completed": ("Reference check complete", "check", "success"),
    "report.ready": ("Report {code} ready, version {version}", "results", "success"),
    "report.redacted": ("Report {code}, a version without personal data, is ready", "results", ""),
    "report.failed": ("The report could not be made", "alert", "attention"),
    "report.opened": ("Report opened", "results", ""),
    "note.posted": ("Note written on the Activity Feed", "check", "success"),
    "note.needs_attention": ("The note on the Activity Feed needs a person", "alert", "attention"),
    "note.duplicated": ("The note stands more than once on the Activity Feed", "alert", "attention"),
    "note.dropped": ("The note on the Activity Feed was given up", "x", ""),
    "email.sent": ("Mail sent: {mail_kind}", "send", ""),
    "email.queued_again": ("Mail sent again by hand: {mail_kind}", "send", ""),
    "email.waits_for_name": ("Mail waits, the name looks like a link: {mail_kind}", "alert", "attention"),
    "email.failed": ("Mail could not be delivered: {mail_kind}", "alert", "attention"),
    "email.bounced": ("Mail came back: {mail_kind}", "alert", "attention"),
    "email.complained": ("Mail marked as spam, no more is sent: {mail_kind}", "alert", "attention"),
}

#: kind of mail -> name
MAIL_NAMES: dict[str, str] = {
    "assessment.invitation": "invitation to the assessment",
    "assessment.reminder": "reminder of the assessment",
    "assessment.link": "link to the assessment once more, as the candidate asked",
    "assessment.fresh": "new link to the assessment, to the candidate",
    "references.invitation": "invitation to name referees",
    "references.reminder": "reminder to name referees",
    "references.another": "request to name another referee",
    "references.slow": "notice that a referee is slow",
    "references.one_more": "request to name one more referee",
    "references.cannot_provide": "notice of a referee who cannot be provided, to the recruiter",
    "references.cannot_provide_answered": "answer about a referee who cannot be provided",
    "references.fresh": "fresh link, to the candidate",
    "references.withdrawn": "notice of a withdrawn reference, to the recruiter",
    "references.copy": "copy of their own answers, to a referee",
    "references.request_fresh": "fresh link, to a referee",
    "workflow.question": "question to the recruiter",
    "workflow.kept": "notice that the data is kept, to the candidate",
    "workflow.own_data": "link to their own data",
    "workflow.erasure_confirmed": "confirmation of the erasure, to the candidate",
    "workflow.erasure_requested": "notice that the candidate wants to be erased, to the recruiter",
    "references.request": "request to a referee",
    "references.request_reminder": "reminder to a referee",
    "references.review": "invitation to review, to the recruiter",
    "reports.completed": "report is ready, to the recruiter",
    "notifications.undelivered": "notice of an undelivered mail, to the recruiter",
    "workflow.needs_attention": "notice to the recruiter",
    "workflow.name_waits": "notice to the recruiter that a name looks like a link",
}

REASONS = {
    "no_address": "Greenhouse has no e-mail address for them",
    "may_not_email": "Greenhouse says not to e-mail them",
    "prospect": "they are a prospect, and prospects are never mailed",
    "link_in_name": "their name looks like a link",
    "reuse": "a person has to decide whether to reuse an earlier result",
}

#: reasons for an erasure
ERASURES = {
    "candidate_deleted": "Deleted in Greenhouse",
    "candidate_anonymised": "Anonymised in Greenhouse",
    "retention": "The retention period was over",
    "not_visible": "Not visible in Greenhouse for the whole retention period",
    "application_deleted": "Application deleted in Greenhouse",
    "member": "Erasing was asked for",
    "candidate": "The candidate asked for erasing",
}

#: why a requested step did not start
NOT_STARTED = {
    "rejected": "the candidate was rejected",
    "hired": "the candidate was hired",
    "erasure": "the personal data is to be erased",
    "converted": "the prospect became a candidate with an application of their own",
    "changed_job": "the candidate was moved to a job that belongs to no role",
}

ACTORS = {
    "greenhouse": "Greenhouse",
    "goodword": "Goodword",
    "candidate": "Candidate",
    "referee": "Referee",
    "link": "By its link",
}


#: the hour would reveal how long somebody took, and so who was given extra time
DAY_ONLY = frozenset({"attempt.begun"})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the timeline."""

    title: str
    who: str
    icon: str
    tone: str
    #: None for DAY_ONLY
    at: datetime | None


def timeline(application: Application, *, organisation: Organisation, members: dict[str, str]) -> list[Entry]:
    """The latest 300 events, newest first. `members`: names by actor code ("member:3")."""
    events = Event.objects.filter(organisation_id=organisation.pk, application_id=application.pk)
    return [_entry(event, members) for event in events.order_by("-occurred_at", "-pk")[:300]]


def _entry(event: Event, members: dict[str, str]) -> Entry:
    sentence, icon, tone = SENTENCES.get(event.name, (event.name, "clock", ""))
    data = event.data
    kind = str(data.get("kind", ""))
    mail = MAIL_NAMES.get(kind, kind.replace(".", " ").replace("_", " "))
    reason = str(data.get("reason") or "")
    values = {
        "stage_name": data.get("stage_name") or "a stage",
        "kind": Step.Kind(kind).label if kind in Step.Kind.values else kind,
        "mail_kind": mail,
        "reason_after_colon": f": {reason}" if reason else "",
        "reason_text": REASONS.get(reason, reason),
        "not_started_reason": NOT_STARTED.get(reason, "the candidate had left the stage"),
        "erasure_reason": ERASURES.get(reason, ""),
        "until": _day(data.get("until")),
        "code": data.get("code", ""),
        "version": data.get("version", ""),
        "day": _day(event.occurred_at.isoformat()),
    }
    return Entry(
        title=sentence.format(**values),
        who=ACTORS.get(event.actor) or members.get(event.actor, "A former member"),
        icon=icon,
        tone=tone,
        at=None if event.name in DAY_ONLY else event.occurred_at,
    )


def _day(moment: object) -> str:
    """An ISO timestamp as a day in the reader's time zone."""
    return (
        date_format(timezone.localtime(datetime.fromisoformat(moment)), "D j M")
        if isinstance(moment, str)
        else ""
    )

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.candidates.personal_data import DAY_ONLY
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.roles.models import Step
from goodword.ui.templatetags.ui import short_day

#: event name -> (sentence, icon, tone); placeholders are filled from the event's data
SENTENCES: dict[str, tuple[str, str, str]] = {
    "member.deactivated": ("Member deactivated", "user", ""),
    "organisation.contact_changed": ("Contact for adjustments changed", "user", ""),
    "application.applied": ("Applied", "candidates", ""),
    "application.added": ("Added to the role", "plus", ""),
    "application.adopted": ("Found in Greenhouse; details and status now come from there", "link", ""),
    "application.entered_stage": ("Moved to {stage_name} in Greenhouse", "arrow-right", ""),
    "application.changed_job": ("Moved to another job in Greenhouse", "arrow-right", ""),
    "application.left_stage": ("Left a stage in Greenhouse", "arrow-right", ""),
    "application.rejected": ("Rejected in Greenhouse{reason_after_colon}", "x", ""),
    "application.unrejected": ("Rejection undone in Greenhouse", "arrow-right", ""),
    "application.hired": ("Hired in Greenhouse", "check", ""),
    "application.converted": (
        "Converted in Greenhouse: replaced by a new application",
        "arrow-right",
        "",
    ),
    "application.unhired": ("Hire undone in Greenhouse", "arrow-right", ""),
    "candidate.changed": ("Contact details changed in Greenhouse", "candidates", ""),
    "candidate.name_confirmed": ("Name confirmed", "check", ""),
    "candidate.merged": ("Merged with another profile in Greenhouse", "candidates", ""),
    "erasure.requested": (
        "{erasure_reason}: open steps closed, erasure scheduled",
        "alert",
        "attention",
    ),
    "erasure.cancelled": (
        "Erasure cancelled; closed steps reopened",
        "arrow-right",
        "",
    ),
    "erasure.done": ("Personal data erased", "x", ""),
    "step.requested": ("{kind} requested", "send", ""),
    "step.requested_again": ("Moved to the stage of the {kind} again; nothing sent", "arrow-right", ""),
    "step.needs_attention": ("{kind} cannot start: {reason_text}", "alert", "attention"),
    "step.waits_for_assessment": ("Waiting for the assessment to be published", "clock", ""),
    "step.waits_for_click": ("{kind} waiting for a member to choose Invite", "pause", ""),
    "step.reused": ("{kind}: earlier result reused", "check", "success"),
    "step.delayed": ("{kind} delayed, as set on the role", "clock", ""),
    "step.not_started": ("{kind} not started: {not_started_reason}", "x", ""),
    "step.paused": ("{kind} paused", "pause", ""),
    "step.resumed": ("{kind} resumed", "arrow-right", ""),
    "step.closed": ("{kind} closed", "x", ""),
    "step.reopened": ("{kind} reopened; nothing sent", "arrow-right", ""),
    "attempt.assigned": ("Assessment assigned", "send", ""),
    "attempt.begun": ("Started the assessment on {day}", "clock", ""),
    "attempt.reminded": ("Reminded about the assessment", "send", ""),
    "attempt.extended": ("Assessment extended to {until}", "clock", ""),
    "attempt.declined": ("Declined the assessment", "x", ""),
    "attempt.completed": ("Finished the assessment", "check", "success"),
    "attempt.answers_marked": ("Answers to custom questions marked", "check", ""),
    "attempt.verification_opened": ("Supervised verification of the reasoning result opened", "link", ""),
    "attempt.verification_completed": ("Took the supervised verification on {day}", "check", ""),
    "attempt.verification_discarded": ("Supervised verification discarded", "x", ""),
    "check.opened": ("Reference check opened", "send", ""),
    "check.begun": ("Started naming referees", "clock", ""),
    "check.requests_sent": ("Requests sent to referees", "send", ""),
    "check.slot_added": ("Another referee requested", "send", ""),
    "check.cannot_provide": ("Candidate can't name a referee; waiting for an answer", "alert", "attention"),
    "check.cannot_provide_answered": ("Hiring team answered about the referee", "check", ""),
    "request.released": ("Request sent to a referee who was on hold until an offer", "send", ""),
    "portal.question_asked": ("Question to the recruiter", "send", ""),
    "portal.appeal_opened": ("Asked for a human review", "alert", "attention"),
    "portal.appeal_answered": ("Request for a human review answered", "check", ""),
    "check.invited_again": ("Reference check: invited again", "send", ""),
    "check.reminded": ("Reminded to name referees", "send", ""),
    "check.slow_notified": ("Notified that a referee is slow to reply", "send", ""),
    "check.declined": ("Declined the reference check", "x", ""),
    "check.extended": ("Reference check extended to {until}", "clock", ""),
    "request.begun": ("A referee started answering", "clock", ""),
    "request.declined": ("A referee declined", "x", "attention"),
    "request.opted_out": ("A referee asked not to be contacted again", "x", "attention"),
    "request.replaced": ("A referee was replaced", "arrow-right", ""),
    "request.reminded": ("A referee was reminded", "send", ""),
    "request.extended": ("Referee's deadline extended to {until}", "clock", ""),
    "request.address_corrected": (
        "A referee's address corrected, request sent again",
        "send",
        "",
    ),
    "referee.erased": ("A referee and their answers erased", "x", ""),
    "reference.received": ("Reference received", "check", ""),
    "check.answered_late": ("Late reference received; new report version to follow", "check", ""),
    "check.self_reference_received": ("Self-assessment completed", "check", ""),
    "check.completed": ("Reference check complete", "check", "success"),
    "rating.needs_rater": ("Rating after hire: {rating_reason}", "alert", "attention"),
    "rating.given": ("Rated after hire", "check", ""),
    "rating.declined": ("Rating after hire declined: {rating_reason}", "x", ""),
    "rating.ended": ("Request for a rating after hire ended{rating_after_colon}", "x", ""),
    "report.ready": ("Report {code} ready, version {version}", "results", "success"),
    "report.redacted": ("Report {code} ready, without personal data", "results", ""),
    "report.failed": ("Report could not be created", "alert", "attention"),
    "report.opened": ("Report opened", "results", ""),
    "report.shared": ("Link to report {code} created, works until {until}", "link", ""),
    "report.link_revoked": ("Link to report {code} revoked", "x", ""),
    "note.posted": ("Note posted to the Activity Feed", "check", "success"),
    "note.needs_attention": ("Note on the Activity Feed needs attention", "alert", "attention"),
    "note.duplicated": ("Note appears more than once on the Activity Feed", "alert", "attention"),
    "note.dropped": ("Note for the Activity Feed discarded", "x", ""),
    "note.superseded": ("Note not posted: a newer one is on the Activity Feed", "x", ""),
    "email.sent": ("E-mail sent: {mail_kind}", "send", ""),
    "email.queued_again": ("E-mail resent: {mail_kind}", "send", ""),
    "email.waits_for_name": ("E-mail on hold, the name looks like a link: {mail_kind}", "alert", "attention"),
    "email.failed": ("E-mail could not be sent: {mail_kind}", "alert", "attention"),
    "email.bounced": ("E-mail bounced: {mail_kind}", "alert", "attention"),
    "email.complained": ("E-mail marked as spam, no more are sent: {mail_kind}", "alert", "attention"),
}

#: actions by a member, on applications that are not in Greenhouse
BY_MEMBERS: dict[str, str] = {
    "application.rejected": "Rejected{reason_after_colon}",
    "application.unrejected": "Active again, rejection undone",
    "application.hired": "Hired",
    "application.unhired": "Active again, hire undone",
    "candidate.changed": "Name or contact details changed",
}

#: kind of mail -> name
MAIL_NAMES: dict[str, str] = {
    "assessment.invitation": "invitation to the assessment",
    "assessment.reminder": "reminder about the assessment",
    "assessment.extended": "new assessment deadline, to the candidate",
    "assessment.link": "assessment link, requested by the candidate",
    "assessment.fresh": "new assessment link to the candidate",
    "references.invitation": "invitation to name referees",
    "references.reminder": "reminder to name referees",
    "references.extended": "new deadline for naming referees, to the candidate",
    "references.request_extended": "new deadline, to a referee",
    "references.another": "request to name another referee",
    "references.slow": "notice that a referee is slow to reply",
    "references.one_more": "request to name an additional referee",
    "references.cannot_provide": "notice to the recruiter that the candidate can't name a referee",
    "references.cannot_provide_answered": "answer about a referee the candidate can't name",
    "references.fresh": "new link to the candidate",
    "references.withdrawn": "notice to the recruiter of a withdrawn reference",
    "references.copy": "copy of the answers to a referee",
    "references.request_fresh": "new link to a referee",
    "workflow.question": "question to the recruiter",
    "workflow.appeal_opened": "notice to the recruiter that the candidate has asked for a human review",
    "workflow.appeal_confirmed": "confirmation that the request for a human review has arrived",
    "workflow.appeal_answered": "answer to the request for a human review",
    "workflow.kept": "notice to the candidate that their data is kept",
    "workflow.own_data": "link to the candidate's data",
    "workflow.erasure_confirmed": "confirmation of erasure to the candidate",
    "workflow.erasure_cancelled": "notice to the candidate that their data is kept after all",
    "workflow.erasure_requested": "notice to the recruiter that the candidate requested erasure",
    "references.request": "request to a referee",
    "references.request_reminder": "reminder to a referee",
    "references.review": "invitation to the recruiter to review",
    "workspace.rating_request": "request to the manager for a rating after hire",
    "workspace.mentioned": "notice to a colleague who was mentioned in a comment",
    "reports.assigned": "request to a colleague to review the result",
    "reports.completed": "notice to the recruiter that the report is ready",
    "notifications.undelivered": "notice to the recruiter of an undelivered e-mail",
    "workflow.needs_attention": "notice to the recruiter",
    "workflow.suspicious_name": "notice to the recruiter that a name looks like a link",
}

REASONS = {
    "no_address": "no usable e-mail address",
    "may_not_email": "marked “Do not e-mail”",
    "prospect": "prospects are never e-mailed",
    "link_in_name": "the name looks like a link",
    "reuse": "a member must decide whether to reuse an earlier result",
}

ERASURES = {
    "candidate_deleted": "Deleted in Greenhouse",
    "candidate_anonymised": "Anonymised in Greenhouse",
    "retention": "Retention period ended",
    "not_visible": "Not visible in Greenhouse for the retention period",
    "application_deleted": "Application deleted in Greenhouse",
    "member": "Erasure requested by a member",
    "candidate": "Erasure requested by the candidate",
}

#: why nobody is asked for a rating after hire (any more)
RATING_REASONS = {
    "no_manager": "no hiring manager is known",
    "several": "the role has several hiring managers",
    "not_mine": "the person asked is not their manager",
    "bounced": "the e-mail could not be delivered",
    "unavailable": "the person asked has lost access or asked not to be contacted",
    "cannot": "can't judge the work",
    "left": "the new hire has left",
    "member": "stopped by a member",
    "switched_off": "switched off for the role",
    "not_hired": "no longer hired",
    "erasure": "personal data to be erased",
    "rated": "already rated",
    "no_questions": "the role's questionnaire has no ratings",
}

NOT_STARTED = {
    "rejected": "the candidate was rejected",
    "hired": "the candidate was hired",
    "erasure": "personal data to be erased",
    "converted": "the prospect was converted to a new application",
    "changed_job": "the candidate was moved to a job without a role",
    "unmapped": "their stage no longer starts it",
    "dismissed": "decided not to invite them",
}

ACTORS = {
    "greenhouse": "Greenhouse",
    "goodword": "Goodword",
    "candidate": "Candidate",
    "referee": "Referee",
    "link": "Link",
    "manager": "Manager",
    "operator": "Operator",
}


#: events that hiring managers don't see, like the verification itself (docs/decisions/0044-*)
OF_VERIFICATIONS = (
    "attempt.verification_opened",
    "attempt.verification_completed",
    "attempt.verification_discarded",
)


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    title: str
    who: str
    icon: str
    tone: str
    #: None for events in DAY_ONLY
    at: datetime | None
    #: (label, text) shown when the row is opened
    details: Sequence[tuple[str, str]] = ()


def timeline(
    application: Application, *, organisation: Organisation, members: dict[str, str], may_work: bool
) -> list[TimelineEntry]:
    """The latest 300 events, newest first. Two queries. `members`: names by actor code ("member:3"). `may_work`:
    whether to include verifications, and recipient and subject of e-mails, which reveal who was asked for a rating."""
    rows = Event.objects.filter(organisation_id=organisation.pk, application_id=application.pk)
    if not may_work:
        rows = rows.exclude(name__in=OF_VERIFICATIONS)
    events = list(rows.order_by("-occurred_at", "-pk")[:300])
    sent = [pk for event in events if isinstance(pk := event.data.get("email_id"), int)] if may_work else []
    mails = Email.objects.of(organisation).in_bulk(sent)
    return [_entry(event, members, mails.get(event.data.get("email_id", 0))) for event in events]


def _entry(event: Event, members: dict[str, str], email: Email | None) -> TimelineEntry:
    sentence, icon, tone = SENTENCES.get(event.name, (event.name, "clock", ""))
    if event.actor.startswith("member:"):
        sentence = BY_MEMBERS.get(event.name, sentence)
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
        "not_started_reason": NOT_STARTED.get(reason)
        or REASONS.get(reason, "the candidate had left the stage"),
        "erasure_reason": ERASURES.get(reason, ""),
        "rating_reason": RATING_REASONS.get(reason, reason),
        "rating_after_colon": f": {RATING_REASONS[reason]}" if reason in RATING_REASONS else "",
        "until": _day(data.get("until")),
        "code": data.get("code", ""),
        "version": data.get("version", ""),
        "day": _day(event.occurred_at.isoformat()),
    }
    return TimelineEntry(
        title=sentence.format(**values),
        who=ACTORS.get(event.actor) or members.get(event.actor, "A former member"),
        icon=icon,
        tone=tone,
        at=None if event.name in DAY_ONLY else event.occurred_at,
        details=() if email is None else _details(email),
    )


def _details(email: Email) -> Sequence[tuple[str, str]]:
    to = f"{email.to_name} <{email.to_address}>" if email.to_name else email.to_address
    rows = (("To", to), ("Subject", email.subject), ("Returned", email.bounce_reason))
    return [(label, text) for label, text in rows if text]


def _day(moment: object) -> str:
    """Format an ISO timestamp as a day in the reader's time zone."""
    return short_day(datetime.fromisoformat(moment)) if isinstance(moment, str) else ""

"""Events and the handlers that react to them, in the order of the data flow.

Each handler runs once per event; its changes and the record that it has run are committed together (core.events). The
handlers of one event run in no particular order. `only_for(kind=...)` limits a handler to events with that value.
Events without a handler are only recorded for the timeline.

Comments name the data of an event. All events of these families also have: `step` step_request_id and kind; `attempt`
step_request_id and attempt_id; `check`, `reference` and `referee` step_request_id and check_id; `request` these two and
request_id.
"""

from goodword.assessments import personal_data as assessments_data
from goodword.assessments.adjustments import requests as adjustment_requests
from goodword.assessments.attempts import invitations as attempt_invitations
from goodword.assessments.flags import raising as attempt_flags
from goodword.candidates import personal_data as candidates_data
from goodword.core.events import Flow
from goodword.core.personal_data import Eraser, Exporter
from goodword.greenhouse import personal_data as greenhouse_data
from goodword.greenhouse.activity_feed import notes as activity_feed_notes
from goodword.notifications import personal_data as notifications_data
from goodword.notifications.domain import bounces, queue
from goodword.references import personal_data as references_data
from goodword.references.domain import completion, nominations, responses, sending
from goodword.references.domain import invitations as check_invitations
from goodword.references.domain import requests as reference_requests
from goodword.references.flags import raising as check_flags
from goodword.reports import personal_data as reports_data
from goodword.reports.domain import reviews
from goodword.reports.domain import versions as report_versions
from goodword.workflow import personal_data as workflow_data
from goodword.workflow.domain import application_outcome, step_requests
from goodword.workspace import personal_data as workspace_data
from goodword.workspace.validity import asking as rating_requests

FLOW: Flow = {
    # --- changes of an application, in Greenhouse (greenhouse.sync) or by a member -------------------------------
    "application.applied": (),
    "application.added": (),  # by a member; data: import_id
    "application.adopted": (),  # added by a member, and since found in Greenhouse
    "application.entered_stage": (step_requests.on_entered_stage,),  # data: job_id, stage_id, stage_name
    "application.left_stage": (
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
    ),  # data: stage_id, to_stage_id
    "application.rejected": (
        application_outcome.on_ended,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
    ),  # data: reason
    "application.unrejected": (
        application_outcome.on_restored,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
    ),
    "application.hired": (
        application_outcome.on_ended,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
        sending.on_hired,
    ),
    "application.unhired": (
        application_outcome.on_restored,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
        sending.on_unhired,
        rating_requests.on_application_changed,
    ),
    "application.changed_job": (  # data: from_job_id, job_id
        application_outcome.on_changed_job,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
        rating_requests.on_application_changed,
    ),
    "application.converted": (
        application_outcome.on_ended,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
    ),
    "candidate.changed": (
        step_requests.on_candidate_changed,
        queue.on_candidate_changed,
        attempt_invitations.on_suspicious_name,
        check_invitations.on_suspicious_name,
        step_requests.on_suspicious_name,
    ),  # address, name with a link, or permission to e-mail
    "candidate.name_confirmed": (
        step_requests.on_candidate_changed,
        queue.on_candidate_changed,
        attempt_invitations.on_suspicious_name,
        check_invitations.on_suspicious_name,
    ),
    "candidate.merged": (  # data: from_candidate_id, candidate_id
        step_requests.on_candidate_changed,
        queue.on_candidate_changed,
        attempt_invitations.on_suspicious_name,
        check_invitations.on_suspicious_name,
        step_requests.on_suspicious_name,
    ),
    # --- members (accounts) -------------------------------------------------------------------------------------
    "member.deactivated": (  # data: member_id
        adjustment_requests.on_member_deactivated,
        rating_requests.on_member_deactivated,
    ),
    "organisation.contact_changed": (adjustment_requests.on_contact_changed,),  # the one for adjustments
    # --- erasure of personal data (candidates) -----------------------------------------------------------------
    "erasure.requested": (
        application_outcome.on_ended,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
        rating_requests.on_application_changed,
    ),  # data: erasure_id, reason
    "erasure.cancelled": (
        application_outcome.on_restored,
        attempt_invitations.on_application_changed,
        check_invitations.on_application_changed,
    ),  # data: erasure_id, reason
    "erasure.done": (),  # data: erasure_id, reason
    # --- automation (steps) ------------------------------------------------------------------------------------
    # the request has started (a waiting one records step.needs_attention or step.waits_for_... instead)
    "step.requested": (  # data: manual
        attempt_invitations.on_step_requested,
        check_invitations.on_step_requested,
    ),
    "step.requested_again": (
        attempt_invitations.on_requested_again,
        check_invitations.on_requested_again,
    ),
    "step.needs_attention": (step_requests.on_needs_attention,),  # data: reason
    "step.waits_for_assessment": (),
    "step.waits_for_click": (),  # eligibility.needs_click, or reconciliation found it
    "step.reused": (),  # data: earlier_id
    "step.delayed": (),
    "step.not_started": (),  # data: reason
    "step.paused": (),
    "step.resumed": (),
    "step.closed": (),  # data: reason
    "step.reopened": (),
    # --- assessments -------------------------------------------------------------------------------------------
    "attempt.assigned": (),
    "attempt.begun": (),
    "attempt.reminded": (),  # data: number
    "attempt.extended": (),  # data: until
    "attempt.declined": (),
    "attempt.completed": (
        report_versions.on_attempt_completed,
        attempt_flags.on_attempt_completed,
    ),
    "attempt.verification_opened": (),
    "attempt.verification_completed": (),
    "attempt.verification_discarded": (),
    "attempt.answers_marked": (report_versions.on_attempt_completed,),  # data: order
    # --- ratings after hire (workspace.validity) ----------------------------------------------------------------
    "rating.needs_rater": (),  # data: rating_request_id, reason
    "rating.given": (),
    "rating.declined": (),
    "rating.ended": (),
    # --- references --------------------------------------------------------------------------------------------
    "check.opened": (),
    "check.begun": (),
    "check.requests_sent": (check_flags.on_check_changed,),  # data: requests, deferred
    "check.slot_added": (),  # data: slot
    "check.cannot_provide": (),  # data: slot
    "check.cannot_provide_answered": (),  # data: slot, answer
    "check.invited_again": (),
    "check.reminded": (),
    "check.slow_notified": (),  # data: requests
    "check.declined": (),
    "check.extended": (),  # data: until, requests
    "request.released": (),
    "request.begun": (),
    "request.declined": (nominations.on_request_declined,),
    "request.opted_out": (reference_requests.on_opted_out,),
    "request.replaced": (check_flags.on_check_changed,),
    "request.reminded": (),
    "request.extended": (),  # data: until
    "request.address_corrected": (check_flags.on_address_corrected,),
    "referee.erased": (),  # data: referee_id
    "reference.received": (
        responses.mail_recruiter_on_reference,
        completion.complete_on_reference,
        responses.record_answer_time,
        check_flags.on_check_changed,
        reviews.on_reference_received,
    ),  # data: reference_id, first
    "check.self_reference_received": (
        completion.complete_on_self_reference,
        check_flags.on_check_changed,
    ),
    "check.completed": (report_versions.on_check_completed,),
    "check.answered_late": (report_versions.on_check_completed,),  # data: reference_id
    # --- reports -----------------------------------------------------------------------------------------------
    "report.ready": (  # data: step_request_id, report_id, version, code
        reviews.mail_recruiter_on_report,
        activity_feed_notes.on_report_ready,
        reviews.on_report_ready,
    ),
    "report.redacted": (),  # data as for report.ready; neither mail nor note
    "report.failed": (),
    "report.opened": (),
    "report.shared": (),  # data: report_id, code, until
    "report.link_revoked": (),
    # --- notes on the Activity Feed -----------------------------------------------------------------------------
    "note.posted": (),  # data: report_id, remote_id
    "note.needs_attention": (),  # data: report_id
    "note.duplicated": (),  # data: report_id, notes
    "note.dropped": (),  # data: report_id
    "note.superseded": (),  # data: report_id
    # --- questions of candidates and referees ------------------------------------------------------------------
    "portal.question_asked": (),  # data: by
    "portal.appeal_opened": (),  # data: appeal_id
    "portal.appeal_answered": (),  # data: appeal_id
    # --- mail --------------------------------------------------------------------------------------------------
    "email.sent": (
        attempt_invitations.on_email_sent,
        check_invitations.on_email_sent,
    ),  # data: email_id, kind, subject_ref, has_deadline
    "email.waits_for_name": (
        attempt_invitations.on_suspicious_name,
        check_invitations.on_suspicious_name,
        step_requests.on_suspicious_name,
    ),
    "email.queued_again": (
        attempt_invitations.on_email_queued_again,
        check_invitations.on_email_queued_again,
    ),  # by a member
    "email.failed": (
        attempt_invitations.on_email_failed,
        check_invitations.on_email_failed,
        adjustment_requests.on_email_failed,
        bounces.notify_recruiter_of_failure,
        rating_requests.on_email_failed,
    ),
    # outcomes of sent mail, from a provider's event or a returned message
    "email.bounced": (
        attempt_invitations.on_email_failed,
        check_invitations.on_email_failed,
        adjustment_requests.on_email_failed,
        bounces.notify_recruiter_of_failure,
        rating_requests.on_email_failed,
    ),
    "email.complained": (attempt_invitations.on_email_complained, check_invitations.on_email_complained),
}

#: how to erase a person's data, top layer first (core.personal_data)
ERASURE: tuple[Eraser, ...] = (
    greenhouse_data.erase_deliveries,
    greenhouse_data.erase_notes,
    workspace_data.erase,
    reports_data.erase,
    references_data.erase,
    assessments_data.erase,
    workflow_data.erase,
    notifications_data.erase,
    candidates_data.erase_events,
    candidates_data.erase,
)

#: sections of a data export, in reading order (core.personal_data)
EXPORT: tuple[Exporter, ...] = (
    candidates_data.export,
    workflow_data.export,
    assessments_data.export,
    references_data.export,
    reports_data.export,
    workspace_data.export,
    notifications_data.export,
    greenhouse_data.export_notes,
    candidates_data.export_events,
    greenhouse_data.export_deliveries,
)

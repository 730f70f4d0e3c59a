"""THE MAP: which event leads to what, one line a reaction, in the order of the data.

A domain function writes its row and records its event in one transaction; each handler named here is then one
job, run once (core.events). Who reads this page has seen the product. An event without a reaction still stands
on the timeline.
"""

from goodword.core.events import Flow
from goodword.steps.domain import automation

FLOW: Flow = {
    # --- what Greenhouse says of an application (greenhouse.sync) ----------------------------------------------
    "application.applied": (),
    "application.entered_stage": (automation.on_entered_stage,),  # data: job_id, stage_id, stage_name
    "application.left_stage": (),  # data: stage_id, to_stage_id
    "application.rejected": (),  # data: reason
    "application.unrejected": (),
    "application.hired": (),
    "application.unhired": (),
    "candidate.changed": (automation.on_candidate_changed,),  # address or leave to e-mail
    # --- automation (steps) ------------------------------------------------------------------------------------
    "step.requested": (),  # data: start_id, kind
    "step.asked_again": (),  # data: start_id, kind
    "step.needs_attention": (),  # data: start_id, kind, reason
    "step.delayed": (),
    "step.not_started": (),
    "step.paused": (),
    "step.resumed": (),
    "step.closed": (),
    "step.reopened": (),
    # --- assessments -------------------------------------------------------------------------------------------
    "attempt.assigned": (),  # data: start_id, attempt_id
    "attempt.begun": (),
    "attempt.reminded": (),
    "attempt.completed": (),  # data: start_id, attempt_id
    # --- references --------------------------------------------------------------------------------------------
    "check.opened": (),  # data: start_id, check_id
    "check.begun": (),
    "check.requests_sent": (),  # data: start_id, check_id, requests
    "check.reminded": (),
    "check.declined": (),
    "request.begun": (),
    "request.declined": (),  # data: start_id, check_id, request_id
    "request.reminded": (),
    "reference.received": (),  # data: start_id, check_id, reference_id, first
    "check.completed": (),  # data: start_id, check_id
    # --- reports -----------------------------------------------------------------------------------------------
    "report.ready": (),  # data: start_id, report_id, version, code
    "report.failed": (),
    "report.opened": (),
    # --- activity feed -----------------------------------------------------------------------------------------
    "feed.posted": (),  # data: report_id, remote_id
    "feed.needs_person": (),
    # --- mail --------------------------------------------------------------------------------------------------
    "email.sent": (),  # data: email_id, kind, subject_ref
    "email.failed": (),
}

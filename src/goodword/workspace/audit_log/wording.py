"""The audit log's text for each action. tests/architecture/test_audit_log.py finds missing ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ActionGroup(StrEnum):
    READ = "read"
    LINKS = "links"
    CANDIDATES = "candidates"
    SETTINGS = "settings"
    MEMBERS = "members"
    DATA = "data"
    SIGN_IN = "sign_in"


GROUP_NAMES: Final = {
    ActionGroup.READ: "Results read",
    ActionGroup.LINKS: "Read by link",
    ActionGroup.CANDIDATES: "Candidates",
    ActionGroup.SETTINGS: "Settings and library",
    ActionGroup.MEMBERS: "Members",
    ActionGroup.DATA: "Exports and erasure",
    ActionGroup.SIGN_IN: "Sign-in",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """`text`: what was done, in the past tense. `warns`: whether it deserves attention."""

    group: ActionGroup
    text: str
    icon: str
    warns: bool = False


def _worded(group: ActionGroup, icon: str, texts: Mapping[str, str]) -> dict[str, Wording]:
    return {action: Wording(group, text, icon) for action, text in texts.items()}


def _warning(action: str, group: ActionGroup, text: str) -> dict[str, Wording]:
    return {action: Wording(group, text, "alert", warns=True)}


WORDINGS: Final[dict[str, Wording]] = {
    **_worded(
        ActionGroup.READ,
        "eye",
        {
            "result.viewed": "Read the results",
            "result.compared": "Compared candidates' results",
            "references.compared": "Compared candidates' references",
            "report.opened": "Opened the report",
            "answers.viewed": "Read the answers to custom questions",
            "upload.downloaded": "Downloaded a candidate's file",
            "greenhouse.delivery_viewed": "Read a webhook delivery",
        },
    ),
    **_worded(
        ActionGroup.LINKS,
        "link",
        {
            "result.viewed_by_link": "Read the results through a link, without signing in",
            "report.opened_by_link": "Opened the report through its link, without signing in",
        },
    ),
    **_worded(
        ActionGroup.CANDIDATES,
        "candidates",
        {
            "answer.marked": "Marked an answer",
            "appeal.answered": "Answered a request for a human review",
            "appeal.opened": "Asked for a human review",
            "comment.deleted": "Deleted a comment on a candidate",
            "comment.written": "Commented on a candidate",
            "candidate.added": "Added a candidate",
            "candidates.imported": "Imported candidates from a file",
            "candidate.details_changed": "Changed a candidate's name, address or details",
            "candidate.name_confirmed": "Confirmed the candidate's name",
            "candidate.status_changed": "Changed the status of a candidate",
            "attempt.cancelled": "Cancelled the assessment",
            "attempt.extended": "Extended the assessment deadline",
            "attempt.marked_complete": "Marked the assessment complete",
            "attempt.paused": "Paused the assessment",
            "attempt.reminded": "Reminded the candidate about the assessment",
            "attempt.resumed": "Resumed the assessment",
            "check.cancelled": "Cancelled the reference check",
            "check.cannot_provide_answered": "Answered a candidate who can't name a referee",
            "check.extended": "Extended the reference check deadline",
            "check.marked_complete": "Marked the reference check complete",
            "check.paused": "Paused the reference check",
            "check.reminded": "Reminded the candidate about the reference check",
            "check.resumed": "Resumed the reference check",
            "check.slot_added": "Asked for another referee",
            "flag.dismissed": "Dismissed a flag",
            "mail.sent_again": "Sent failed e-mail again",
            "hire.rated": "Rated a new hire",
            "rating.asked": "Requested a rating from a manager",
            "rating.declined": "Declined to rate a new hire",
            "rating.given": "Rated a new hire, through a link",
            "rating.rater_erased": "Erased the address of a rater",
            "rating.stopped": "Stopped asking for a rating",
            "rating.deleted": "Deleted a rating after hire",
            "need.hidden": "Hid a row on Home",
            "need.shown_again": "Showed a row on Home again",
            "note.dropped": "Discarded a note for Greenhouse",
            "note.duplicates_seen": "Dismissed a notice of a duplicate note",
            "note.tried_again": "Retried a note for Greenhouse",
            "reconciliation.dismissed": "Dismissed missed invitations",
            "reconciliation.invite_requested": "Sent missed invitations",
            "report.link_revoked": "Revoked a link to a report",
            "report.shared": "Created a link to a report",
            "report.rebuilt": "Retried a failed report",
            "request.address_corrected": "Corrected a referee's address",
            "request.extended": "Extended a referee's deadline",
            "request.released": "Contacted a referee who was on hold",
            "request.reminded": "Reminded a referee",
            "result.assigned": "Asked a colleague to review a result",
            "result.review_undone": "Marked a result as not reviewed",
            "result.reviewed": "Marked a result as reviewed",
            "result.reused": "Reused an earlier result",
            "verification.discarded": "Discarded a supervised verification",
            "verification.link_created": "Created a link to a supervised verification",
            "verification.opened": "Opened a supervised verification",
            "step.dismissed": "Decided not to start a step",
            "step.invited_again": "Invited the candidate again",
            "step.started_manually": "Started a step manually",
        },
    ),
    **_worded(
        ActionGroup.SETTINGS,
        "settings",
        {
            "assessment.draft_discarded": "Discarded the draft of an assessment",
            "assessment.published": "Published an assessment",
            "audit_log.months_changed": "Changed how long the audit log is kept",
            "calibration.lacking": "Tried to calibrate a test: too few answers",
            "calibration.made": "Calibrated a test",
            "greenhouse.checked": "Checked the permissions of the Greenhouse key",
            "greenhouse.connected": "Connected Greenhouse",
            "greenhouse.delivery_replayed": "Replayed a webhook delivery",
            "greenhouse.disconnected": "Disconnected Greenhouse",
            "greenhouse.failed_replayed": "Replayed failed webhook deliveries",
            "greenhouse.key_set": "Set the Greenhouse key",
            "greenhouse.note_author_chosen": "Chose the author of notes in Greenhouse",
            "greenhouse.old_secret_ended": "Stopped accepting the old secret key of the webhooks",
            "greenhouse.renamed": "Renamed a Greenhouse connection",
            "greenhouse.secret_rotated": "Created a new secret key for the webhooks",
            "greenhouse.test_note": "Posted a test note to Greenhouse",
            "greenhouse.tested": "Tested the Greenhouse connection",
            "job_analysis.confirmed": "Confirmed a job analysis",
            "job_requirement.added": "Added a job requirement",
            "job_requirement.changed": "Changed a job requirement",
            "job_requirement.rated": "Rated the importance of a job requirement",
            "job_requirement.removed": "Removed a job requirement",
            "mail_text.changed": "Changed an e-mail text",
            "mail_text.reset": "Reset an e-mail text to the standard",
            "norms.made": "Created norms for a test",
            "notes.changed": "Changed the notes in Greenhouse",
            "organisation.colour_changed": "Changed the colour",
            "organisation.logo_changed": "Changed the logo",
            "organisation.logo_removed": "Removed the logo",
            "organisation.settings_changed": "Changed the organisation",
            "organisation.sign_in_changed": "Changed the rules for signing in",
            "panel.declined": "Declined to rate for a panel",
            "panel.erased": "Erased their own data on a panel",
            "panel.invited": "Invited an expert to a panel",
            "panel.reminded": "Reminded an expert on a panel",
            "panel.removed": "Removed an expert from a panel",
            "questionnaire.archived": "Archived a questionnaire",
            "questionnaire.restored": "Restored a questionnaire",
            "questionnaire.draft_discarded": "Discarded the draft of a questionnaire",
            "questionnaire.imported": "Imported a questionnaire",
            "questionnaire.published": "Published a questionnaire",
            "reactions.tried_again": "Retried failed work",
            "reconciliation.requested": "Started a sync",
            "retention.changed": "Changed retention",
            "role.archived": "Archived a role",
            "role.created": "Created a role",
            "role.duplicated": "Created a role as a copy",
            "role.linked": "Linked a Greenhouse job",
            "role.notice_seen": "Dismissed a notice about a Greenhouse job",
            "role.ratings_asked": "Started asking managers for ratings",
            "role.ratings_not_asked": "Stopped asking managers for ratings",
            "role.renamed": "Renamed a role",
            "role.hidden": "Made a role confidential",
            "role.shown": "Made a role visible to all recruiters",
            "role.restored": "Restored a role",
            "role.unlinked": "Unlinked a Greenhouse job",
            "setup.dismissed": "Hid the setup checklist",
            "step.requirement_changed": "Changed the job requirement",
            "step.settings_changed": "Changed the settings of a step",
            "test.archived": "Archived a test",
            "test.restored": "Restored a test",
            "test.draft_discarded": "Discarded the draft of a test",
            "test.key_made": "Made a key from the ratings of a panel",
            "test.imported": "Imported a test",
            "test.published": "Published a test",
            "test.signed_off": "Signed off items about health",
        },
    ),
    **_worded(
        ActionGroup.MEMBERS,
        "user",
        {
            "member.added": "Added an admin on the command line",
            "member.deactivated": "Deactivated a member",
            "member.invitation_sent_again": "Sent an invitation again",
            "member.invitation_withdrawn": "Withdrew an invitation",
            "member.invited": "Invited a member",
            "member.joined": "Accepted the invitation",
            "member.kind_changed": "Changed what a member may do",
            "member.made_admin": "Made a member an admin on the command line",
            "member.mails_chosen": "Changed their notifications",
            "member.name_changed": "Changed their name",
            "member.reactivated": "Reactivated a member",
            "role.owner_changed": "Changed the owner of a role",
            "role.viewer_added": "Added a member to a role",
            "role.viewer_removed": "Removed a member from a role",
        },
    ),
    **_worded(
        ActionGroup.DATA,
        "trash",
        {
            "application.erased": "Erased an application",
            "erasure.cancelled": "Cancelled an erasure",
            "hold.lifted": "Lifted a legal hold",
            "hold.placed": "Placed a legal hold",
            "person.erased": "Erased a candidate",
            "referee.erased": "Erased a referee",
        },
    ),
    **_worded(
        ActionGroup.DATA,
        "download",
        {
            "audit_log.exported": "Exported the audit log",
            "candidates.exported": "Exported a list of candidates",
            "evidence.exported": "Exported the evidence of tests",
            "fairness.computed": "Compared selection rates of groups",
            "ratings.deleted": "Deleted imported ratings of hires",
            "ratings.allowed": "Let members rate new hires",
            "ratings.stopped": "Stopped members from rating new hires",
            "ratings.people_downloaded": "Downloaded the list of people to rate",
            "ratings.imported": "Imported ratings of hires",
            "validity.computed": "Computed how results relate to ratings",
            "impact_assessment.drafted": "Downloaded a draft impact assessment",
            "person.exported": "Exported a person's data",
            "results.exported": "Exported the results of a role",
        },
    ),
    **_worded(
        ActionGroup.SIGN_IN,
        "key",
        {
            "sign_in.succeeded": "Signed in",
            "sign_in.ended": "Signed out",
            "sign_in.ended_everywhere": "Signed out on all devices",
            "sign_in.session_ended": "Ended a session",
            "sign_in.password_changed": "Changed their password",
            "sign_in.password_reset": "Set a new password by e-mail",
            "sign_in.app_added": "Added an authenticator app",
            "sign_in.single_sign_on_linked": "Linked their single sign-on",
            "sign_in.passkey_added": "Added a passkey",
            "sign_in.codes_created": "Created recovery codes",
            "sign_in.codes_removed": "Removed recovery codes",
        },
    ),
    **_warning("sign_in.failed", ActionGroup.SIGN_IN, "Sign-in refused: wrong password"),
    **_warning("sign_in.code_failed", ActionGroup.SIGN_IN, "Sign-in refused: wrong second factor"),
    **_warning("sign_in.locked_out", ActionGroup.SIGN_IN, "Sign-in refused: too many attempts"),
    **_warning("sign_in.reset_requested", ActionGroup.SIGN_IN, "Asked for a link to set a new password"),
    **_warning("sign_in.single_sign_on_unlinked", ActionGroup.SIGN_IN, "Unlinked a member's single sign-on"),
    **_warning("sign_in.factors_removed", ActionGroup.SIGN_IN, "Reset a member's second factor"),
    **_warning(
        "sign_in.refused_without_single_sign_on",
        ActionGroup.SIGN_IN,
        "Sign-in refused: single sign-on is required",
    ),
    **_warning("sign_in.app_removed", ActionGroup.SIGN_IN, "Removed the authenticator app"),
    **_warning("sign_in.passkey_removed", ActionGroup.SIGN_IN, "Removed a passkey"),
}


def wording_of(action: str) -> Wording:
    """The text of an action, or its name for entries of other versions."""
    return WORDINGS.get(action) or Wording(
        ActionGroup.SETTINGS, action.replace(".", " ").replace("_", " "), "info"
    )


def actions_of(group: str) -> list[str]:
    return [action for action, wording in WORDINGS.items() if wording.group == group]

"""Greenhouse's webhook actions: which we follow, and their labels."""

#: about `payload.application`
APPLICATION_ACTIONS = frozenset(
    {
        "application_updated",
        "candidate_stage_change",
        "delete_application",
        "hire_candidate",
        "new_candidate_application",
        "new_prospect_application",
        "reject_candidate",
        "unhire_candidate",
        "unreject_candidate",
    }
)
#: about a candidate, in one of three places
PERSON_ACTIONS = frozenset(
    {"candidate_anonymized", "delete_candidate", "merge_candidate", "update_candidate"}
)
#: about a job, one of its posts, or one of its stages
JOB_ACTIONS = frozenset(
    {
        "job_created",
        "job_deleted",
        "job_interview_stage_deleted",
        "job_post_created",
        "job_post_deleted",
        "job_post_updated",
        "job_updated",
    }
)
PING = "ping"

FOLLOWED = APPLICATION_ACTIONS | PERSON_ACTIONS | JOB_ACTIONS | {PING}

#: in the label of Greenhouse's own list of events where it has them
LABELS = {
    "application_updated": "Application has been updated",
    "candidate_anonymized": "Candidate or prospect has been anonymised",
    "candidate_stage_change": "Candidate has changed stage",
    "delete_application": "Application has been deleted",
    "delete_candidate": "Candidate or prospect has been deleted",
    "department_deleted": "Department has been deleted",
    "hire_candidate": "Candidate has been hired",
    "interview_deleted": "Interview has been deleted",
    "job_approved": "Job has been approved",
    "job_created": "Job has been created",
    "job_deleted": "Job has been deleted",
    "job_interview_stage_deleted": "Stage of a job has been deleted",
    "job_post_created": "Job post has been created",
    "job_post_deleted": "Job post has been deleted",
    "job_post_updated": "Job post has been updated",
    "job_updated": "Job has been updated",
    "merge_candidate": "Candidate has been merged",
    "new_candidate_application": "Candidate has submitted application",
    "new_prospect_application": "Prospect has been created",
    "offer_approved": "Offer has been approved",
    "offer_created": "Offer has been created",
    "offer_deleted": "Offer has been deleted",
    "offer_updated": "Offer has been updated",
    "office_deleted": "Office has been deleted",
    PING: "Webhook has been saved",
    "reject_candidate": "Candidate or prospect has been rejected",
    "scorecard_deleted": "Scorecard has been deleted",
    "unhire_candidate": "Candidate has been unhired",
    "unreject_candidate": "Candidate or prospect has been unrejected",
    "update_candidate": "Candidate or prospect has been updated",
}

UNREADABLE = "Unreadable"
UNKNOWN = "Unknown event"


def label(action: str) -> str:
    """An action for people."""
    return LABELS.get(action, UNKNOWN) if action else UNREADABLE


def matching_actions(query: str) -> list[str]:
    """The actions whose label or code contains the query."""
    wanted = query.casefold()
    return [code for code, text in LABELS.items() if wanted in text.casefold() or wanted in code]

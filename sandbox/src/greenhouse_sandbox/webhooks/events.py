"""The events that a web hook can be made for."""

EVENTS: dict[str, str] = {
    "candidate_stage_change": "Candidate has changed stage",
    "hire_candidate": "Candidate has been hired",
    "reject_candidate": "Candidate or Prospect has been rejected",
    "new_candidate_application": "Candidate has submitted application",
    "new_prospect_application": "Prospect has been created",
    "application_updated": "Application has been updated",
    "delete_application": "Application has been deleted",
    "unreject_candidate": "Candidate or Prospect has been unrejected",
    "unhire_candidate": "Candidate has been unhired",
    "update_candidate": "Candidate or Prospect has been updated",
    "merge_candidate": "Candidate has been merged",
    "delete_candidate": "Candidate or Prospect has been deleted",
    "candidate_anonymized": "Candidate or Prospect has been anonymized",
    "job_created": "Job has been created",
    "job_updated": "Job has been updated",
    "job_deleted": "Job has been deleted",
    "job_post_created": "Job post has been created",
    "job_post_updated": "Job post has been updated",
    "job_post_deleted": "Job post has been deleted",
    "job_interview_stage_deleted": "Job stage has been deleted",
    "offer_created": "Offer has been created",
    "offer_updated": "Offer has been updated",
    "offer_approved": "Offer has been approved",
    "offer_deleted": "Offer has been deleted",
    "department_deleted": "Department has been deleted",
    "office_deleted": "Office has been deleted",
    "interview_deleted": "Interview has been deleted",
    "scorecard_deleted": "Scorecard has been deleted",
}
"""Action to the words of the *When* list. The first four are Greenhouse's own, the others near to them."""

PING = "ping"

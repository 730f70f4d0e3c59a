"""The events that a web hook can be made for."""

EVENTS: dict[str, str] = {
    "candidate_stage_change": "Candidate has changed stage",
    "hire_candidate": "Candidate has been hired",
    "reject_candidate": "Candidate or Prospect has been rejected",
    "new_candidate_application": "Candidate has submitted application",
    "new_prospect_application": "Prospect has been created",
    "unreject_candidate": "Candidate or Prospect has been unrejected",
    "unhire_candidate": "Candidate has been unhired",
    "update_candidate": "Candidate or Prospect has been updated",
    "merge_candidate": "Candidate has been merged",
    "delete_candidate": "Candidate or Prospect has been deleted",
    "candidate_anonymized": "Candidate or Prospect has been anonymized",
}
"""Action to the words of the *When* list. The first four are Greenhouse's own, the others near to them."""

PING = "ping"

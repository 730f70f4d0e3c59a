"""Flags: facts about a check or attempt for a person to review on the candidate's page. They don't change results."""

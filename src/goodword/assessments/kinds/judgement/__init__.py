"""Situational judgement: candidates rate the effectiveness of actions; the score is the correlation with a key."""

"""Situational judgement: the effectiveness of actions is rated, and scored by the correlation with a key."""

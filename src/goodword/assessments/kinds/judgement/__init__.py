"""Situational judgement: the effectiveness of actions is rated, and scored by the distance from a key."""

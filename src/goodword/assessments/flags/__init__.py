"""Flags on an attempt (workflow.flags has the mechanism; docs/decisions/0027-*).

`rules` find them, `raising` stores them, `wording` and `display` show them. No fact tells how long somebody took, or
how much they were asked, so that an adjustment does not show.
"""

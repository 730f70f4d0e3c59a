"""Flags on a reference check (workflow.flags has the mechanism; docs/decisions/0021-*).

`rules`, `addresses` and `devices` find them, `raising` stores them, `wording` and `display` show them.
"""

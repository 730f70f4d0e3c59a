"""Flags on attempts (mechanism: workflow.flags; docs/decisions/0027-*).

No fact reveals how long a candidate took or how many items they got, because that could reveal an adjustment.
"""

"""Reconciliation (*Sync* on screen) finds and applies changes in Greenhouse that no webhook reported.

A pass (`run.py`, `passes.py`) reads from Harvest, compares with our copies (`comparison.py`) and updates them through
`greenhouse.sync`. It sends a few recent missed invitations itself; the others wait for a member's decision
(`missed_invitations.py`).
"""

"""Reconciliation (*Sync* on screen): find and apply changes in Greenhouse that no webhook reported.

A pass (`run.py`) reads from Harvest, compares with our copies (`comparison.py`) and updates them through
`greenhouse.sync`, recording findings (`findings.py`). It sends a few recent missed invitations itself; the others wait
for a member's decision (`missed_invitations.py`).
"""

"""Reconciliation (*Sync* on screen) finds and applies changes in Greenhouse that no webhook reported.

A pass (`run`) compares (`comparison`) and syncs; only few recent invitations go out unasked (`missed_invitations`).
"""

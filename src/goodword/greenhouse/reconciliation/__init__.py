"""Reconciliation (*Sync* on screen) finds and applies changes in Greenhouse that no webhook reported."""

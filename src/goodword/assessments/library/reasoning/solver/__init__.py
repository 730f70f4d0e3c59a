"""Solvers that see what a candidate sees, and share nothing with the families but the form of an item."""

"""Flags on attempts (docs/decisions/0027-*). No fact reveals times or item counts, or so an adjustment."""

"""Flags on attempts (docs/decisions/0027-*). Their facts contain no times and no numbers of items, which could reveal
an adjustment."""

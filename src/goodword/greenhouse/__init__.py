"""Greenhouse: Harvest API (`client`), webhooks (`inbox`), copies of its data (`sync`), reconciliation, notes, setup."""

"""Connecting Greenhouse accounts: keys and permissions, webhooks, notes, health."""

"""Webhooks: `endpoint` stores each event once; workers claim it (`leases`), read it (`payload`), act on it
(`effects`)."""

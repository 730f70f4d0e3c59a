"""Webhooks: `endpoint` stores each event once; workers claim (`leases`), read (`payload`) and act (`effects`)."""

"""Records in memory, with an optional state file."""

from greenhouse_sandbox.store.store import Store

__all__ = ["Store"]

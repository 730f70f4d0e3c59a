from greenhouse_sandbox.store.store import Store

__all__ = ["Store"]

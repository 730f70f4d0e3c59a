"""Webhooks from Greenhouse: `endpoint.py` stores each event once; `processing.py` does the rest in a worker.

A delivery is claimed (`leases.py`, in a burst `batches.py`), its body read (`payload.py`), and its effect carried out
(`effects.py`) through `greenhouse.sync`. Handling an event twice has no further effect.
"""

"""Finding what was missed while webhooks were off, and syncing it by the same road as a webhook.

A pass (`run.py`) reads what Harvest says, holds it against our copy (`compare.py`, `examine.py`), and brings the
copy up to date through `greenhouse.sync` (`carry.py`). It never mass-mails: `limits.py` says which starts go at
once, and the rest waits as a list (`waiting.py`) for one click (`start.py`).
"""

"""How often drawing a report is attempted before a person is notified."""

from datetime import timedelta

#: waits after the beginning of each try, before the next one; after the last the report has failed
TRIES = tuple(timedelta(minutes=m) for m in (2, 5, 15, 60))

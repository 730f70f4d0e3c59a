"""Going through rows that are due, one transaction each."""

import logging
from collections.abc import Callable, Iterable

from goodword.core import database, stopping

log = logging.getLogger(__name__)


def each(ids: Iterable[int], act: Callable[[int], bool]) -> int:
    """Act on each row. Returns how many were acted on.

    A failing row is logged and left for the next sweep: rows come in the order in which they are due, so it would
    otherwise block all later ones forever. A database outage ends the sweep, as does a worker's shutdown.
    """
    done = 0
    for pk in ids:
        stopping.check()
        try:
            done += act(pk)
        except Exception as error:  # one row's failure must not stop the others
            if database.is_outage(error):
                raise
            log.exception("%s failed for row %d", getattr(act, "__qualname__", act), pk)
    return done

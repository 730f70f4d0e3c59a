"""Going through rows that are due, one transaction each."""

import logging
from collections.abc import Callable, Iterable

from goodword.core import database, stopping

log = logging.getLogger(__name__)


def each(ids: Iterable[int], act: Callable[[int], bool]) -> int:
    """Act on each row; returns for how many something was done.

    A row that fails is logged and left for the next sweep: rows come in the order in which they are due, so
    that it would otherwise keep back all that come after it, for ever. An outage of the database ends the sweep, as
    does a worker that is to end.
    """
    done = 0
    for pk in ids:
        stopping.check()
        try:
            done += act(pk)
        except (
            Exception
        ) as error:  # the border of one row's work; whatever is wrong with it, the others go on
            if database.is_outage(error):
                raise
            log.exception("%s failed for row %d", getattr(act, "__qualname__", act), pk)
    return done

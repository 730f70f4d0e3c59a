"""Ids in batches."""

from collections.abc import Iterable, Iterator
from itertools import batched

MOST_IDS = 50  # more in one filter is a 422 (greenhouse.md, 2.2); v1 has the same limit for candidates


def batches(ids: Iterable[int]) -> Iterator[str]:
    """Comma lists of at most fifty different ids each, in their order; none for no ids."""
    for batch in batched(dict.fromkeys(ids), MOST_IDS):
        yield ",".join(map(str, batch))

"""How often and how long reads and token calls are repeated. Writes never are."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from goodword.greenhouse.client.errors import AddressRefused, RateLimited, Unavailable


@dataclass(frozen=True, slots=True)
class Retry:
    """Waits in seconds. They double from `first_wait` up to `longest_wait`, each shortened by up to a half.

    `Retry-After` is obeyed to the letter instead. `patience` bounds the sum of all waits of one call: rather
    than wait beyond it, the error goes to the caller, which can come back later without holding a worker.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 8.0
    patience: float = 45.0


READS = Retry()
ONCE = Retry(attempts=1)


def repeated[T](act: Callable[[], T], *, retry: Retry, sleep: Callable[[float], None]) -> T:
    """Call `act` until it works, on network failures, time-outs, 5xx and 429 only. Raises the last error."""
    waited = 0.0
    for attempt in range(1, retry.attempts + 1):
        try:
            return act()
        except AddressRefused:
            raise
        except (RateLimited, Unavailable) as error:
            wait = error.wait if isinstance(error, RateLimited) else _backoff(retry, attempt)
            if attempt == retry.attempts or waited + wait > retry.patience:
                raise
        sleep(wait)
        waited += wait
    raise AssertionError("a retry has at least one attempt")


def _backoff(retry: Retry, attempt: int) -> float:
    full = min(retry.longest_wait, retry.first_wait * 2.0 ** (attempt - 1))
    return full * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries, guards nothing

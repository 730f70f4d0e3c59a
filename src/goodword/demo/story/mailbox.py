"""The mailbox, as a person waiting for mail reads it."""

import time
from collections.abc import Callable
from typing import Any

import httpx2

from goodword.demo.story.failure import StoryFailed

#: much more than anything takes on a quiet machine: a busy one must not break the story
WAIT_SECONDS = 60.0


class Mailbox:
    """Mails by recipient, from the mailbox's own /messages.json."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=url, timeout=10)
        self.step = ""

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def all(self, *, to: str = "", subject: str = "") -> list[dict[str, Any]]:
        """Mails to an address whose subject contains these words, the oldest first."""
        mails: list[dict[str, Any]] = self._client.get("/messages.json").json()
        return [mail for mail in mails if (not to or mail["to"] == to) and subject in mail["subject"]]

    def wait(
        self, *, to: str, subject: str = "", count: int = 1, seconds: float = WAIT_SECONDS
    ) -> dict[str, Any]:
        """The `count`-th such mail, waited for."""
        wait_until(
            lambda: len(self.all(to=to, subject=subject)) >= count,
            step=self.step,
            seconds=seconds,
            otherwise=lambda: (
                f"No mail to {to} about “{subject}” came within {seconds:.0f} s. "
                f"There are: {[(m['to'], m['subject']) for m in self.all()]}"
            ),
        )
        return self.all(to=to, subject=subject)[count - 1]


def wait_until(
    true: Callable[[], bool], *, step: str, otherwise: Callable[[], str], seconds: float = WAIT_SECONDS
) -> float:
    """Wait until something is so; how long it took. Raises StoryFailed with the sentence of `otherwise`."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise StoryFailed(step, otherwise())
        time.sleep(0.05)
    return time.monotonic() - began

"""A world ready for candidates: Greenhouse connected, webhooks created, a role with its stages mapped."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from goodword.demo.actions import Api
from goodword.demo.story import Story
from goodword.demo.world import Ports, world


@contextmanager
def ready(*, api: Api = "v1") -> Iterator[Story]:
    """Start the world on free ports in a temporary folder, and set it up through its pages."""
    with (
        tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder,
        world(data=Path(folder), ports=Ports.named_or_free()) as made,
        closing(Story(made, api=api)) as story,
    ):
        for act in (story.credentials, story.connect, story.webhooks, story.role):
            story.begin(act.__name__)
            act()
        print("set up", file=sys.stderr, flush=True)
        yield story


def distribution(what: str, seconds: list[float]) -> str:
    """One line of numbers, in milliseconds, and a histogram."""
    ordered = sorted(1000 * one for one in seconds)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    line = (
        f"{what}: n={len(ordered)}  min {ordered[0]:.0f}  median {at(0.5):.0f}  p95 {at(0.95):.0f}  "
        f"p99 {at(0.99):.0f}  max {ordered[-1]:.0f} ms"
    )
    step = (ordered[-1] - ordered[0]) / 20 or 1
    counts = [0] * 20
    for one in ordered:
        counts[min(19, int((one - ordered[0]) / step))] += 1
    bars = "".join(" ▁▂▃▄▅▆▇█"[round(8 * count / max(counts))] for count in counts)
    return f"{line}\n    |{bars}|  {ordered[0]:.0f} to {ordered[-1]:.0f} ms"

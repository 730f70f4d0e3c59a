"""Tell the story: eight steps, each verified, with live progress."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from typing import TextIO

import httpx2

from goodword.demo.story.failure import StoryFailed
from goodword.demo.story.plot import Plot
from goodword.demo.story.told import Told
from goodword.demo.world import World


def tell(world: World, *, out: TextIO) -> Told:
    """Play the story. Raises StoryFailed at the first thing that is not as it must be."""
    with closing(Plot(world)) as story:
        _tell(story, out)
        return story.told


def _tell(story: Plot, out: TextIO) -> None:
    steps: list[tuple[str, Callable[[], None]]] = [
        ("Create API credentials in Greenhouse", story.credentials),
        ("Connect Greenhouse in Goodword", story.connect),
        ("Create the four webhooks", story.webhooks),
        ("Make a role and map its stages", story.role),
        ("A candidate takes the assessment", story.assessment),
        ("Two referees answer the reference check", story.references),
        ("Rejected, hired, a prospect, and three working days", story.others),
        ("Repeated and reversed deliveries", story.noise),
    ]
    width = max(len(name) for name, _ in steps)
    for number, (name, act) in enumerate(steps, start=1):
        story.begin(name)
        print(f"{number}/{len(steps)}  {name:{width}} ", end=" ", file=out, flush=True)
        began = time.monotonic()
        try:
            _play(name, act)
        except BaseException:
            print(f"broke after {time.monotonic() - began:.1f} s", file=out, flush=True)
            raise
        seconds = time.monotonic() - began
        story.told.steps.append({"name": name, "seconds": round(seconds, 2)})
        print(f"{seconds:5.1f} s", file=out, flush=True)


def _play(name: str, act: Callable[[], None]) -> None:
    try:
        act()
    except httpx2.HTTPError as error:
        raise StoryFailed(name, f"A page could not be reached: {error}") from error
    except json.JSONDecodeError as error:
        raise StoryFailed(name, f"An answer was no JSON: {error}") from error
    except StoryFailed:
        raise
    except Exception as error:  # whatever breaks, the story says where
        raise StoryFailed(name, f"{type(error).__name__}: {error}") from error

"""Experts on the panel of a judgement set, and their ratings."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.assessments.kinds.judgement.panelists import (
    digests,
    finish,
    in_language,
    invite,
    save_ratings,
)
from goodword.assessments.models import Panelist, Test
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from tests.assessments.judgement.support import NOW, draft

#: ratings by five experts of the two actions of a situation
FIVE: Sequence[tuple[int, int]] = ((4, 2), (5, 1), (5, 2), (4, 1), (5, 2))


#: random ratings by five experts
NOISE: Sequence[tuple[int, ...]] = ((4, 1, 2, 4), (4, 2, 4, 2), (4, 2, 1, 1), (3, 3, 2, 5), (2, 2, 4, 3))


def invited(test: Test, *, by: Membership, name: str = "Ana Ruiz", language: str = "en") -> Panelist:
    address = f"{name.split(maxsplit=1)[0].lower()}@workshop.example"
    return invite(
        test=test, name=name, email=address, position="Head of service", language=language, by=by, now=NOW
    )


def rate(expert: Panelist, values: Sequence[int]) -> None:
    """Rate the draft's actions with these values in rotation."""
    content = draft(expert.test).content
    ratings = {action: values[place % len(values)] for place, action in enumerate(digests(content))}
    read = in_language(expert.test, content, expert.language)
    save_ratings(panelist_id=expert.pk, content=content, read=read, ratings=ratings, now=NOW)


def submit(expert: Panelist) -> None:
    finish(panelist_id=expert.pk, content=draft(expert.test).content, now=NOW)


def panel(test: Test, *, by: Membership, ratings: Sequence[Sequence[int]] = FIVE) -> list[Panelist]:
    """Experts who have all finished."""
    experts = []
    for number, values in enumerate(ratings, start=1):
        expert = invited(test, by=by, name=f"Expert{number} Smith")
        rate(expert, values)
        submit(expert)
        experts.append(expert)
    return experts


def token_of(expert: Panelist, *, now: datetime = NOW) -> str:
    url = links.mint(
        organisation=expert.organisation, purpose=Link.Purpose.PANEL, subject_id=expert.pk, now=now
    )
    return url.rstrip("/").rsplit("/", 1)[-1]


def address(expert: Panelist, name: str = "expert", *args: object) -> str:
    return reverse(name, args=[token_of(expert), *args])

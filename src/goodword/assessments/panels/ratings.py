"""Ratings of experts, and how far each is. A rating counts while the texts its expert read are unchanged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.db import transaction

from goodword.assessments.kinds.judgement.content import JudgementSet, read_judgement
from goodword.assessments.kinds.judgement.editor import count_untranslated
from goodword.assessments.models import Panelist, PanelRating, Test, TestVersion

type Content = Mapping[str, Any]


class ExpertState(StrEnum):
    INVITED = "invited"
    BEGUN = "begun"
    FINISHED = "finished"
    #: had finished before texts changed or actions were added
    AGAIN = "again"
    DECLINED = "declined"


def digests(content: Content) -> dict[str, str]:
    """By action id, a digest of what an expert reads: situation, action and answer scale in the source language."""
    scale = [[option["value"], option["label"]] for option in content["response_scale"]]
    return {
        action["id"]: sha256(json.dumps([scenario["text"], action["text"], scale]).encode()).hexdigest()
        for scenario in content["scenarios"]
        for action in scenario["actions"]
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """An expert with the ratings that count, by action id. `void`: ratings of texts that have changed since. `gone`:
    rated actions that are no longer in the set."""

    row: Panelist
    ratings: Mapping[str, int]
    void: int
    gone: frozenset[str]
    needed: int

    @property
    def state(self) -> ExpertState:
        if self.row.declined_at is not None:
            return ExpertState.DECLINED
        if self.row.finished_at is None:
            return ExpertState.BEGUN if self.ratings or self.void else ExpertState.INVITED
        return ExpertState.FINISHED if self.is_complete else ExpertState.AGAIN

    @property
    def is_complete(self) -> bool:
        return bool(self.needed) and len(self.ratings) == self.needed

    @property
    def counts(self) -> bool:
        return self.state == ExpertState.FINISHED

    @property
    def is_open(self) -> bool:
        """Whether their link takes ratings."""
        return self.state not in {ExpertState.FINISHED, ExpertState.DECLINED}


def experts_of(test: Test, content: Content) -> list[Expert]:
    wanted = digests(content)
    rows = Panelist.objects.of(test.organisation).filter(test=test).order_by("pk")
    return [_expert(row, wanted) for row in rows.prefetch_related("ratings")]


def expert_of(row: Panelist, content: Content) -> Expert:
    return _expert(row, digests(content))


def _expert(row: Panelist, wanted: Mapping[str, str]) -> Expert:
    given = list(row.ratings.all())
    valid = {one.action: one.value for one in given if wanted.get(one.action) == one.digest}
    void = sum(one.action in wanted and one.action not in valid for one in given)
    gone = frozenset(one.action for one in given if one.action not in wanted)
    return Expert(row=row, ratings=valid, void=void, gone=gone, needed=len(wanted))


class NotOpen(Exception):
    """The expert has finished or declined, was removed, or the texts have changed since the page was opened."""


def save_ratings(*, panelist_id: int, content: Content, ratings: Mapping[str, int], now: datetime) -> None:
    """Save the ratings of some actions. Raises `NotOpen`."""
    wanted = digests(content)
    with transaction.atomic():
        row = _locked(panelist_id)
        if not _expert(row, wanted).is_open or not set(ratings) <= set(wanted):
            raise NotOpen
        for action, value in ratings.items():
            PanelRating.objects.of(row.organisation).update_or_create(
                panelist=row,
                action=action,
                defaults={"digest": wanted[action], "value": value, "rated_at": now},
                create_defaults={
                    "organisation_id": row.organisation_id,
                    "panelist": row,
                    "action": action,
                    "digest": wanted[action],
                    "value": value,
                    "rated_at": now,
                },
            )


class Incomplete(Exception):
    pass


def finish(*, panelist_id: int, content: Content, now: datetime) -> None:
    """Fix the ratings. Raises `Incomplete`, and `NotOpen` for experts who have declined."""
    with transaction.atomic():
        row = _locked(panelist_id)
        expert = _expert(row, digests(content))
        if expert.counts:
            return
        if not expert.is_open:
            raise NotOpen
        if not expert.is_complete:
            raise Incomplete
        row.finished_at = now
        row.save(update_fields=["finished_at"])


def _locked(panelist_id: int) -> Panelist:
    row = Panelist.objects.across_organisations().select_for_update().filter(pk=panelist_id).first()
    if row is None:
        raise NotOpen
    return row


def unrated(content: Content, expert: Expert) -> Sequence[str]:
    """Ids of the situations that still have actions to rate."""
    return [
        scenario["id"]
        for scenario in content["scenarios"]
        if any(action["id"] not in expert.ratings for action in scenario["actions"])
    ]


def in_language(test: Test, content: Content, language: str) -> Content:
    """The draft's complete translation into the language, if there is one; else `content`, its source."""
    rows = TestVersion.objects.of(test.organisation).filter(test=test, published_at=None, language=language)
    row = rows.first()
    complete = row is not None and not count_untranslated(dict(content), row.content)
    return row.content if row is not None and complete else content


def readable(content: Content) -> JudgementSet:
    """A draft's content, which may lack what only a publication adds."""
    return read_judgement({**content, "key_basis": content["key_basis"] or "-"})


def expert_data(row: Panelist, content: Content) -> dict[str, Any]:
    """What is kept about an expert, for them alone."""
    texts = {
        action["id"]: action["text"]
        for scenario in content.get("scenarios", ())
        for action in scenario["actions"]
    }
    return {
        "name": row.name,
        "e-mail": row.email,
        "position": row.position,
        "test": row.test.title,
        "invited": row.invited_at,
        "reminded": row.reminded_at,
        "finished": row.finished_at,
        "ratings": [
            {"action": texts.get(one.action, one.action), "rating": one.value, "rated": one.rated_at}
            for one in row.ratings.order_by("pk")
        ],
    }

"""Rejection reasons that record a candidate's own decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application

#: in the usual names of Greenhouse's reasons "They rejected us"
_DECLINED: Final = (
    "declined our offer",
    "declined the offer",
    "declined an offer",
    "declined offer",
    "declined job offer",
    "declined our job offer",
    "offer declined",
    "offer was declined",
    "offer refused",
    "offer turned down",
    "refused our offer",
    "refused the offer",
    "rejected our offer",
    "rejected the offer",
    "turned down our offer",
    "turned down the offer",
    "turned down offer",
)
_WITHDREW: Final = (
    "withdr",
    "no longer interested",
    "candidate declined",
    "declined our",
    "accepted another",
    "accepted a different",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Rejection reasons of candidates who withdrew, and of those who declined an offer: the employer had selected them
    (29 CFR 1607.16 R). No reason is in both."""

    withdrew: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()

    @property
    def in_both(self) -> list[str]:
        return sorted(self.withdrew & self.declined)


def rejection_reasons(organisation: Organisation) -> list[str]:
    """Returns the reasons in use, most frequent first."""
    rows = (
        Application.objects.of(organisation)
        .exclude(rejection_reason="")
        .values("rejection_reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "rejection_reason")
    )
    return [row["rejection_reason"] for row in rows[:100]]


def proposed(reasons: Iterable[str]) -> Decisions:
    """By the words of the reasons."""
    known = frozenset(reasons)
    declined = frozenset(reason for reason in known if _has(reason, _DECLINED))
    return Decisions(
        declined=declined,
        withdrew=frozenset(reason for reason in known - declined if _has(reason, _WITHDREW)),
    )


def _has(reason: str, words: Iterable[str]) -> bool:
    return any(each in reason.casefold() for each in words)
